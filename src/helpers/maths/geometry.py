"""The shape of an embedding space, hubness and isotropy, and how alike two spaces are.

For: saying whether a few sentences are everybody's nearest neighbour, whether embeddings fill the
space or a narrow cone, and whether two encoders place the same sentences alike. Not for retrieval
scores (see `retrieval`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.arrays import check_pairs, is_constant
from helpers.maths.retrieval import nearest, unit_rows


def k_occurrence(
    queries: ArrayLike,
    candidates: ArrayLike,
    k: int = 10,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> np.ndarray:
    """N_k: in how many queries' `k` nearest each candidate stands. int64 (n_candidates,).

    The counts add up to n_queries * k. Source: Radovanović et al. (2010), "Hubs in space",
    JMLR 11. Parameters and errors as in `retrieval.nearest`.

    >>> k_occurrence([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], k=1).tolist()
    [2, 1]
    """
    indices, _ = nearest(queries, candidates, k, similarity, csls_k=csls_k, chunk=chunk)
    return np.bincount(indices.ravel(), minlength=len(np.asarray(candidates)))


def hubness(
    queries: ArrayLike,
    candidates: ArrayLike,
    k: int = 10,
    similarity: str = "cosine",
    *,
    csls_k: int = 10,
    chunk: int | None = None,
) -> float:
    """Skewness of N_k over the candidates (scipy.stats.skew): large where few are hubs.

    0 when every candidate occurs equally often, that is when there is no hub at all.

    >>> hubness([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], k=1)
    0.0
    >>> rng = np.random.default_rng(0)
    >>> wide, narrow = rng.normal(size=(300, 100)), rng.normal(size=(300, 3))
    >>> hubness(wide, wide) > hubness(narrow, narrow)
    True
    """
    from scipy.stats import skew

    counts = k_occurrence(queries, candidates, k, similarity, csls_k=csls_k, chunk=chunk)
    return 0.0 if counts.min() == counts.max() else float(skew(counts))


def average_cosine(embeddings: ArrayLike) -> float:
    """Mean cosine between two different rows drawn at random: 0 isotropic, 1 all one direction.

    Exact over all n (n - 1) pairs, by |sum of unit rows|^2 = n + sum over pairs; no sampling.
    Measure of Ethayarajh (2019, arXiv 1909.00512). Needs two rows.

    >>> round(average_cosine([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), 3)
    -0.333
    """
    x = unit_rows("embeddings", embeddings)
    n = len(x)
    if n < 2:
        raise ValueError("embeddings: got 1 row; accepted: 2 or more, there is no pair otherwise")
    total = x.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))


def partition_isotropy(embeddings: ArrayLike, *, unit: bool = False) -> float:
    """min Z(c) / max Z(c), with Z(c) = sum over rows of exp(c . x): 1 isotropic, near 0 a cone.

    Measure of Mu & Viswanath (2018, arXiv 1702.01417), with c over the eigenvectors of X^T X. An
    eigenvector's sign is arbitrary, so both signs are taken; the number is then well defined and
    at most theirs. It depends on the rows' lengths; `unit=True` scales them to one first, which
    is what makes encoders of different scale comparable.

    >>> round(partition_isotropy([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 6)
    1.0
    """
    from scipy.special import logsumexp

    directed = unit_rows("embeddings", embeddings)
    x = directed if unit else np.asarray(embeddings)
    x = x.astype(np.float64, copy=False)
    _, vectors = np.linalg.eigh(x.T @ x)
    projections = x @ vectors
    logs = np.concatenate([logsumexp(projections, axis=0), logsumexp(-projections, axis=0)])
    return float(np.exp(logs.min() - logs.max()))


def linear_cka(X: ArrayLike, Y: ArrayLike) -> float:
    """Linear centred kernel alignment of two spaces over the same rows: 0 unrelated, 1 the same.

    |Yc' Xc|^2 / (|Xc' Xc| |Yc' Yc|), Frobenius norms, Xc and Yc centred by column (Kornblith et al.
    2019, arXiv 1905.00414, the form over features). The same under rotation, shift and scaling of
    either space, not under any other linear map. Of unrelated spaces it is near
    sqrt(d_x d_y) / (n + sqrt(d_x d_y)) at the most (all directions alike): take n much above d.

    X : (n, d_x), Y : (n, d_y), row i with row i. Raises ValueError that names the argument, also
    where all rows of one are equal.

    >>> X = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [0.0, -1.0]])
    >>> round(linear_cka(X, 3 * X[:, ::-1] + 1), 6), round(linear_cka(X, X**2), 3)
    (1.0, 0.569)
    """
    centred = []
    for name, given in zip("XY", check_pairs(X, Y), strict=True):
        if not len(given):
            raise ValueError(f"{name}: got no rows; accepted: 2 or more")
        x = given.astype(np.float64)
        mean = x.mean(axis=0)
        x -= mean
        if is_constant(mean, float(np.sum(x * x)) / len(x), given.dtype):
            raise ValueError(f"{name}: got equal rows; accepted: rows that differ")
        centred.append(x)
    x, y = centred
    norms = np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)
    return float(np.linalg.norm(y.T @ x) ** 2 / norms)
