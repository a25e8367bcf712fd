"""Nearest-neighbour retrieval between two sets of sentence embeddings, and its scores per item.

For: finding translations by cosine, CSLS or margin, precision@k and average precision (mAP@20).
Exact and in blocks: every pair is scored, but never more than one block of pairs is in memory.
Not for: approximate search, or training. Rows are sentences; embeddings are (n, d).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.arrays import check_rows

SIMILARITIES = ("cosine", "csls", "margin-absolute", "margin-distance", "margin-ratio")

# Two scores closer than this are a tie: float32 dot products of unit vectors carry an error of a
# few 1e-7, and equal embeddings must tie wherever they fall in a block.
TIE_TOLERANCE = 2e-6
_BLOCK_BYTES = 128 * 2**20
_GROUPS = 1024
_FEW = 4 * _GROUPS  # candidates below this are quicker to partition all at once than row by row


def unit_rows(name: str, embeddings: ArrayLike, *, dim: int | None = None) -> np.ndarray:
    """Rows of length one, float32; `name` is the argument that errors speak of.

    Raises ValueError for an array that is not (n, d) or not (n, `dim`), is empty, or has a row
    that is not finite or is the zero vector (which has no direction, so no cosine).

    >>> unit_rows("queries", [[3.0, 4.0]]).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    x = check_rows(name, embeddings, dim=dim)
    if not len(x):
        raise ValueError(f"{name}: got no rows; accepted: one or more")
    # Divided by the largest magnitude first, so that squares neither overflow nor vanish.
    largest = np.maximum(x.max(axis=1), -x.min(axis=1))[:, None]
    if not largest.all():
        row = int(np.flatnonzero(largest == 0)[0])
        raise ValueError(
            f"{name}: got the zero vector in row {row}; accepted: rows that have a direction"
        )
    unit = (x / largest).astype(np.float32, copy=False)
    unit /= np.sqrt(np.einsum("ij,ij->i", unit, unit))[:, None]
    return unit


def nearest(
    queries: ArrayLike,
    candidates: ArrayLike,
    k: int = 1,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` best candidates of every query and their scores, best first.

    Parameters
    ----------
    queries, candidates : (n_queries, d) and (n_candidates, d) embeddings of any length.
    similarity : one of SIMILARITIES. With r(x) the mean cosine of x to its `csls_k` nearest rows
        of the other set: csls = 2 cos - r(x) - r(y) (Conneau et al. 2018, arXiv 1710.04087);
        margins by Artetxe & Schwenk (2019, arXiv 1811.01136): absolute = cos, distance =
        cos - (r(x) + r(y)) / 2, ratio = cos / ((r(x) + r(y)) / 2).
    csls_k : size of the neighbourhood; capped at the number of rows there are.
    chunk : queries scored at a time; by default what fits in 128 MiB.

    Returns
    -------
    indices (n_queries, k) int64 and scores (n_queries, k) float32. Equal scores are ordered by
    candidate index.

    Raises ValueError for unknown names, unusable rows, a `k` out of range, and for margin-ratio
    where a mean neighbour cosine is not positive (centred embeddings): use margin-distance there.

    >>> en, ko = [[1.0, 0.0], [0.0, 1.0]], [[0.1, 0.9], [0.8, 0.1]]
    >>> nearest(en, ko, k=1)[0].ravel().tolist()
    [1, 0]
    """
    q, c = _both(queries, candidates)
    if not 1 <= k <= len(c):
        raise ValueError(f"k: got {k}; accepted: 1 to {len(c)}, the number of candidates")
    indices = np.empty((len(q), k), dtype=np.int64)
    scores = np.empty((len(q), k), dtype=np.float32)
    for start, block in _blocks(q, c, similarity, csls_k, chunk):
        for i, (row, bound) in enumerate(zip(block, _lower_bounds(block, k), strict=True), start):
            kept = np.flatnonzero(row >= bound)
            indices[i] = kept[np.argsort(-row[kept], kind="stable")[:k]]
            scores[i] = row[indices[i]]
    return indices, scores


def ranks(
    queries: ArrayLike,
    candidates: ArrayLike,
    gold: ArrayLike | None = None,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """For every query: how many candidates beat the right one, and how many tie with it.

    `gold` (n_queries,) is the index of the right candidate; by default row i belongs to row i.
    Returns two int64 arrays (better, tied); the right candidate itself counts in neither. Scores
    within TIE_TOLERANCE are tied.

    >>> ranks([[1.0, 0.0]], [[1.0, 0.1], [1.0, 0.0], [1.0, 0.0]], gold=[1])
    (array([0]), array([1]))
    """
    q, c = _both(queries, candidates)
    right = _gold_indices(gold, len(q), len(c))
    better = np.empty(len(q), dtype=np.int64)
    tied = np.empty(len(q), dtype=np.int64)
    for start, block in _blocks(q, c, similarity, csls_k, chunk):
        rows = slice(start, start + len(block))
        own = np.take_along_axis(block, right[rows, None], axis=1)
        better[rows] = np.count_nonzero(block > own + TIE_TOLERANCE, axis=1)
        tied[rows] = np.count_nonzero(block >= own - TIE_TOLERANCE, axis=1) - better[rows] - 1
    return better, tied


def precision_at_k(
    queries: ArrayLike,
    candidates: ArrayLike,
    gold: ArrayLike | None = None,
    k: int = 1,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> np.ndarray:
    """Per query: is the right candidate among the `k` best? float64 (n_queries,), 0 or 1.

    Ties: the expected value when tied candidates stand in random order, so a right candidate
    that ties with one wrong one for first place scores 0.5, and a constant embedding scores
    k / n_candidates, which is chance. `gold` and the other parameters as in `ranks`.

    >>> precision_at_k([[1.0, 0.0], [0.0, 1.0]], [[0.9, 0.1], [0.2, 0.8]]).tolist()
    [1.0, 1.0]
    >>> precision_at_k([[1.0]] * 4, [[1.0]] * 4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if k < 1:
        raise ValueError(f"k: got {k}; accepted: 1 or more")
    better, tied = ranks(queries, candidates, gold, similarity, csls_k=csls_k, chunk=chunk)
    return np.clip((k - better) / (tied + 1), 0.0, 1.0)


def average_precision_at_k(
    queries: ArrayLike,
    candidates: ArrayLike,
    gold: Sequence[ArrayLike],
    k: int = 20,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> np.ndarray:
    """Average precision at `k` per query, float64 (n_queries,); its mean is mAP@k.

    `gold` holds for every query the indices of all its right candidates (one or more, distinct).
    AP@k = sum of precision@i over the ranks i <= k that hold a right candidate, divided by
    min(number of right candidates, k), as LAReQA's mAP@20 (Roy et al. 2020, arXiv 2004.05484).
    Ties: the expected value over random orders of the tied, by the closed form of
    McSherry & Najork (2008, "Computing information retrieval performance measures efficiently
    in the presence of tied scores").

    >>> average_precision_at_k([[1.0, 0.0]], [[1.0, 0.0], [0.5, 0.5], [0.9, 0.1]], gold=[[0, 1]])
    array([0.83333333])
    """
    if k < 1:
        raise ValueError(f"k: got {k}; accepted: 1 or more")
    q, c = _both(queries, candidates)
    right = [_gold_set(row, one, len(c)) for row, one in enumerate(gold)]
    if len(right) != len(q):
        raise ValueError(f"gold: got {len(right)} entries; accepted: {len(q)}, one a query")
    result = np.empty(len(q))
    for start, block in _blocks(q, c, similarity, csls_k, chunk):
        for i, row in enumerate(block, start):
            result[i] = _average_precision(row, right[i], k)
    return result


def _average_precision(row: np.ndarray, right: np.ndarray, k: int) -> float:
    own = np.sort(row[right])[::-1]
    total, found = 0.0, 0
    while found < len(own):
        # One group of tied scores: `size` candidates, `hits` of them right, after `above` others.
        level = own[found]
        hits = int(np.count_nonzero(own[found:] >= level - TIE_TOLERANCE))
        above = int(np.count_nonzero(row > level + TIE_TOLERANCE))
        size = int(np.count_nonzero(row >= level - TIE_TOLERANCE)) - above
        if above >= k:
            break
        place = np.arange(min(size, k - above))
        others = place * (hits - 1) / max(size - 1, 1)
        total += float(np.sum(hits / size * (found + others + 1) / (above + place + 1)))
        found += hits
    return total / min(len(own), k)


def _both(queries: ArrayLike, candidates: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    q = unit_rows("queries", queries)
    return q, unit_rows("candidates", candidates, dim=q.shape[1])


def _gold_indices(gold: ArrayLike | None, n_queries: int, n_candidates: int) -> np.ndarray:
    if gold is None:
        if n_queries != n_candidates:
            raise ValueError(
                f"gold: got nothing for {n_queries} queries and {n_candidates} candidates; "
                "accepted: an index a query, or sets of equal size"
            )
        return np.arange(n_queries)
    right = np.asarray(gold)
    if right.shape != (n_queries,) or right.dtype.kind not in "iu":
        raise ValueError(
            f"gold: got {right.dtype} of shape {right.shape}; "
            f"accepted: {n_queries} integers, one a query"
        )
    if right.min() < 0 or right.max() >= n_candidates:
        row = int(np.flatnonzero((right < 0) | (right >= n_candidates))[0])
        raise ValueError(f"gold: got {right[row]} in row {row}; accepted: 0 to {n_candidates - 1}")
    return right.astype(np.int64)


def _gold_set(row: int, gold: ArrayLike, n_candidates: int) -> np.ndarray:
    right = np.asarray(gold)
    distinct = right.ndim == 1 and right.size and len(np.unique(right)) == right.size
    if (
        not distinct
        or right.dtype.kind not in "iu"
        or right.min() < 0
        or right.max() >= n_candidates
    ):
        raise ValueError(
            f"gold: got {gold!r} in row {row}; "
            f"accepted: one or more distinct indices from 0 to {n_candidates - 1}"
        )
    return right


def _blocks(
    q: np.ndarray, c: np.ndarray, similarity: str, csls_k: int, chunk: int | None
) -> Iterator[tuple[int, np.ndarray]]:
    """(first query, scores of a run of queries against every candidate), block after block."""
    if similarity not in SIMILARITIES:
        raise ValueError(f"similarity: got {similarity!r}; accepted: {', '.join(SIMILARITIES)}")
    if csls_k < 1:
        raise ValueError(f"csls_k: got {csls_k}; accepted: 1 or more")
    if similarity in ("cosine", "margin-absolute"):
        yield from _cosines(q, c, chunk)
        return
    near_q = _neighbourhood_means(q, c, csls_k, chunk)
    near_c = _neighbourhood_means(c, q, csls_k, chunk)
    if similarity == "margin-ratio" and near_q.min() + near_c.min() <= 0:
        raise ValueError(
            "similarity: got 'margin-ratio' where the mean cosine to the nearest neighbours is "
            "not positive, so the ratio has no meaning; accepted here: margin-distance or csls"
        )
    for start, block in _cosines(q, c, chunk):
        own = near_q[start : start + len(block), None]
        if similarity == "margin-ratio":
            for row, mean in zip(block, own, strict=True):  # a second block would double the peak
                row /= (mean + near_c) / 2
        else:
            block *= 2
            block -= near_c
            block -= own
            if similarity == "margin-distance":
                block /= 2
        yield start, block


def _cosines(q: np.ndarray, c: np.ndarray, chunk: int | None) -> Iterator[tuple[int, np.ndarray]]:
    if chunk is None:
        chunk = max(1, _BLOCK_BYTES // (4 * len(c)))
    elif chunk < 1:
        raise ValueError(f"chunk: got {chunk}; accepted: 1 or more")
    # One buffer for all blocks: the caller is done with a block when it asks for the next.
    buffer = np.empty((min(chunk, len(q)), len(c)), dtype=np.float32)
    for start in range(0, len(q), chunk):
        part = q[start : start + chunk]
        yield start, np.matmul(part, c.T, out=buffer[: len(part)])


def _neighbourhood_means(q: np.ndarray, c: np.ndarray, k: int, chunk: int | None) -> np.ndarray:
    k = min(k, len(c))
    means = np.empty(len(q), dtype=np.float32)
    for start, block in _cosines(q, c, chunk):
        if len(c) < _FEW:
            top = np.partition(block, len(c) - k, axis=1)[:, len(c) - k :]
            means[start : start + len(block)] = top.mean(axis=1, dtype=np.float64)
            continue
        for i, (row, bound) in enumerate(zip(block, _lower_bounds(block, k), strict=True), start):
            kept = row[row >= bound]
            means[i] = np.partition(kept, len(kept) - k)[len(kept) - k :].mean(dtype=np.float64)
    return means


def _lower_bounds(block: np.ndarray, k: int) -> np.ndarray:
    """Per row a value that at least `k` entries reach and few others do.

    The k-th largest of the maxima of disjoint groups is such a value, and costs one pass where
    sorting or partitioning the whole row costs many.
    """
    rows, n = block.shape
    groups = max(_GROUPS, 4 * k)
    if n < 4 * groups:
        return np.partition(block, n - k, axis=1)[:, n - k]
    whole = n - n % groups
    maxima = block[:, :whole].reshape(rows, -1, groups).max(axis=1)
    return np.partition(maxima, groups - k, axis=1)[:, groups - k]
