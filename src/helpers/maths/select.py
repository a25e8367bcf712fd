"""Choice of a ridge penalty or of a CCA dimension on held-out training pairs.

K-fold over the training pairs only; test pairs never come here. Folds are kept as moments plus a
small sample of rows, so the choice works on a stream as on an array, with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths import closed_forms
from helpers.maths.arrays import check_pairs, row_blocks
from helpers.maths.moments import PairMoments
from helpers.maths.normalise import Affine

PENALTIES = tuple(float(f"{value:.3g}") for value in np.geomspace(1e-5, 1e2, 15))
REGULARISATIONS = (1e-3, 1e-2, 1e-1, 0.5)
DIMENSION_SHARES = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0)
CRITERIA = ("squared-error", "precision@1")
FOLDS = 5
SAMPLE = 2000  # pairs kept as rows for precision@1

# From the moments of training pairs to the affine part of each side's normalisation.
Prepare = Callable[[PairMoments], tuple[Affine, Affine]]


def row_keys(start: int, n: int, seed: int) -> np.ndarray:
    """One pseudo-random 64-bit key per row, a function of row number and seed alone (SplitMix64).

    A generator would depend on how the stream is cut into chunks; this does not.
    """
    with np.errstate(over="ignore"):
        z = np.arange(start, start + n, dtype=np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B9)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def fold_of_rows(start: int, n: int, folds: int, seed: int) -> np.ndarray:
    """Fold number of rows ``start .. start + n``: each run of ``folds`` rows is dealt one to each.

    >>> sorted(fold_of_rows(0, 5, 5, seed=0).tolist())
    [0, 1, 2, 3, 4]
    """
    first = start // folds * folds
    rounds = -(-(start + n - first) // folds)
    keys = row_keys(first, rounds * folds, seed).reshape(rounds, folds)
    dealt = keys.argsort(axis=1).ravel()
    return dealt[start - first : start - first + n]


class FoldedMoments:
    """Moments of each fold of the training pairs, and a sample of the pairs themselves.

    Memory: ``folds`` square matrices of d_source + d_target, and ``sample`` pairs (those of the
    smallest row keys, hence the same however the stream is cut). ``update`` as in `PairMoments`.
    """

    def __init__(
        self,
        d_source: int,
        d_target: int,
        *,
        folds: int = FOLDS,
        sample: int = SAMPLE,
        seed: int = 0,
        dtype: str = "float64",
    ):
        if folds < 2:
            raise ValueError(f"folds: got {folds!r}; accepted: at least 2")
        self.seed, self.sample = seed, sample
        self.folds = [PairMoments(d_source, d_target, dtype=dtype) for _ in range(folds)]
        self.n = 0
        self.keys, self.row_folds = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        self.X, self.Y = np.zeros((0, d_source)), np.zeros((0, d_target))

    def update(self, X: ArrayLike, Y: ArrayLike) -> FoldedMoments:
        """Add pairs; each goes to one fold, and perhaps into the sample."""
        first = self.folds[0]
        source, target = check_pairs(X, Y, d_source=first.d_source, d_target=first.d_target)
        for block in row_blocks(len(source), 8192 * len(self.folds) // FOLDS):
            folds = fold_of_rows(self.n, block.stop - block.start, len(self.folds), self.seed)
            for number, moments in enumerate(self.folds):
                moments.update(source[block][folds == number], target[block][folds == number])
            self._sample(folds, source[block], target[block])
            self.n += len(folds)
        return self

    def _sample(self, folds: np.ndarray, source: np.ndarray, target: np.ndarray) -> None:
        keys = row_keys(self.n, len(folds), self.seed + 1)
        bound = self.keys.max() if len(self.keys) >= self.sample else np.uint64(2**64 - 1)
        new = keys <= bound
        keys = np.concatenate([self.keys, keys[new]])
        smallest = np.sort(keys.argsort(kind="stable")[: self.sample])
        self.keys = keys[smallest]
        self.row_folds = np.concatenate([self.row_folds, folds[new]])[smallest]
        self.X = np.concatenate([self.X, source[new]])[smallest]
        self.Y = np.concatenate([self.Y, target[new]])[smallest]

    def _merged(self, parts: Sequence[PairMoments]) -> PairMoments:
        first = self.folds[0]
        result = PairMoments(first.d_source, first.d_target, dtype=first.dtype)
        for part in parts:
            result.merge(part)
        return result

    def total(self) -> PairMoments:
        """Moments of all pairs."""
        return self._merged(self.folds)

    def without(self, fold: int) -> PairMoments:
        """Moments of the pairs outside one fold: what is trained on while that fold is held out."""
        return self._merged([part for number, part in enumerate(self.folds) if number != fold])

    def splits(self) -> list[int]:
        """Folds that can be held out: not empty, and at least two pairs left to train on."""
        return [k for k, part in enumerate(self.folds) if part.n and self.n - part.n >= 2]


@dataclass(frozen=True)
class Choice:
    """The chosen candidate and every candidate's held-out score (higher is better)."""

    value: tuple[float, ...]
    candidates: tuple[tuple[float, ...], ...]
    scores: np.ndarray
    criterion: str


def _best(candidates: list[tuple[float, ...]], scores: np.ndarray, criterion: str) -> Choice:
    """First of the best: callers list candidates from the most to the least regularised."""
    return Choice(candidates[int(np.argmax(scores))], tuple(candidates), scores, criterion)


def precision_at_1(source: np.ndarray, target: np.ndarray, queries: np.ndarray) -> float:
    """Share of rows ``queries`` whose pair is nearest by cosine, mean of both directions."""
    hits = 0.0
    for left, right in ((source, target), (target, source)):
        length = np.linalg.norm(right, axis=1, keepdims=True)
        similarity = left[queries] @ (right / np.where(length == 0, 1, length)).T
        gold = similarity[np.arange(len(queries)), queries][:, None]
        # A tie counts as a miss: a map that sends everything to one point finds nothing.
        hits += ((similarity >= gold).sum(axis=1) == 1).mean() / 2
    return hits


def choose_penalty(
    folded: FoldedMoments,
    prepare: Prepare,
    *,
    penalties: Sequence[float] = PENALTIES,
    criterion: str = "squared-error",
) -> Choice:
    """Ridge penalty of the best mean held-out score; ties and too few pairs take the largest.

    ``squared-error`` needs one eigendecomposition per fold and then O(d^2) per penalty: in the
    eigenbasis of the training rows, ``|x W|^2`` summed over held-out rows is a quadratic form in
    the shrunk inverse eigenvalues. ``precision@1`` solves for every penalty and retrieves the
    held-out sample among all sampled rows. Fewer than four pairs cannot be judged.
    """
    if criterion not in CRITERIA:
        raise ValueError(f"criterion: got {criterion!r}; accepted: {', '.join(CRITERIA)}")
    ordered = sorted({float(penalty) for penalty in penalties}, reverse=True)
    if not ordered or not np.isfinite(ordered).all() or ordered[-1] <= 0:
        raise ValueError(f"penalties: got {list(penalties)!r}; accepted: positive numbers")
    candidates = [(penalty,) for penalty in ordered]
    scores = np.zeros(len(ordered))
    if folded.n < 4:
        return _best(candidates, scores, criterion)
    for fold in folded.splits():
        train = folded.without(fold)
        source, target = prepare(train)
        train = train.mapped(source, target)
        scale = closed_forms.ridge_scale(train)
        if scale == 0:
            continue
        if criterion == "precision@1":
            X, Y = source.apply(folded.X), target.apply(folded.Y)
            queries = np.flatnonzero(folded.row_folds == fold)
            for i, penalty in enumerate(ordered if len(queries) else ()):
                mapped = X @ closed_forms.ridge(train, penalty)
                scores[i] += precision_at_1(mapped, Y, queries) * len(queries)
            continue
        held = folded.folds[fold].mapped(source, target)
        values, vectors = np.linalg.eigh(train.second_xx)
        cross = vectors.T @ train.second_xy
        linear = np.einsum("ij,ij->i", cross, vectors.T @ held.second_xy)
        quadratic = (vectors.T @ held.second_xx @ vectors) * (cross @ cross.T)
        for i, penalty in enumerate(ordered):
            inverse = 1 / (np.maximum(values, 0) + penalty * scale)
            error = inverse @ quadratic @ inverse - 2 * inverse @ linear + held.energy_y
            scores[i] -= error * held.n / folded.n
    return _best(candidates, scores, criterion)


def cca_dimensions(d_source: int, d_target: int) -> tuple[int, ...]:
    """Dimensions tried by default: an eighth to all of the smaller side."""
    full = min(d_source, d_target)
    return tuple(sorted({max(1, round(share * full)) for share in DIMENSION_SHARES}))


def choose_cca(
    folded: FoldedMoments,
    prepare: Prepare,
    *,
    dimensions: Sequence[int] | None = None,
    regularisations: Sequence[float] = REGULARISATIONS,
    weighting: float = 0.0,
) -> Choice:
    """(dimension, regularisation) of the best held-out precision@1, both directions together.

    Held-out pairs of the sample are retrieved among all sampled pairs. Ties take the stronger
    regularisation, then the smaller dimension; so do fewer than four pairs.
    """
    first = folded.folds[0]
    widest = min(first.d_source, first.d_target)
    sizes = cca_dimensions(first.d_source, first.d_target) if dimensions is None else dimensions
    sizes = sorted({int(size) for size in sizes})
    if not sizes or sizes[0] < 1 or sizes[-1] > widest:
        raise ValueError(f"dimensions: got {sizes!r}; accepted: 1 to {widest}")
    ordered = sorted({float(value) for value in regularisations}, reverse=True)
    candidates = [(size, value) for value in ordered for size in sizes]
    scores = np.zeros(len(candidates))
    if folded.n < 4:
        return _best(candidates, scores, "precision@1")
    for fold in folded.splits():
        queries = np.flatnonzero(folded.row_folds == fold)
        if not len(queries):
            continue
        train = folded.without(fold)
        source, target = prepare(train)
        train = train.mapped(source, target)
        X = source.apply(folded.X) - train.mean_x
        Y = target.apply(folded.Y) - train.mean_y
        for i, value in enumerate(ordered):
            A, B, correlations = closed_forms.cca_bases(train, value)
            weights = correlations**weighting
            left, right = X @ (A * weights), Y @ (B * weights)
            for j, size in enumerate(sizes):
                score = precision_at_1(left[:, :size], right[:, :size], queries)
                scores[i * len(sizes) + j] += score * len(queries) / len(folded.X)
    return _best(candidates, scores, "precision@1")
