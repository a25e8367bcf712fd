"""How far a classifier's probabilities can be believed: calibration error, reliability, Brier.

For: probabilities of labels (items, labels) and gold label codes; the item forms are what
`statistics` resamples. Not for accuracy (`metrics`) or for how hard a task is (`difficulty`).

Which of them has an interval: `brier_scores` and over-confidence (confidence - right, an item) are
means of items, so `crossed_bootstrap` serves. The calibration error is not: a distance, it is
above 0 for finite samples of a perfectly calibrated model, and higher still in their resamples
(Bröcker and Smith 2007; Roelofs et al. 2022). `error_if_calibrated` says how high chance alone
makes it, and belongs beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.item_statistics import Statistic

BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """Items of neighbouring confidence: their mean confidence and the share that is right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def confidences(probabilities: ArrayLike, gold: ArrayLike) -> np.ndarray:
    """(2, items): the probability of the most probable label (the first of ties), and 1 or 0
    for whether it is the gold one.

    probabilities : (items, labels), rows sum to 1 within 0.001; gold : (items,) label codes.
    Raises ValueError that names the argument.

    >>> confidences([[0.8, 0.2], [0.4, 0.6]], [0, 0])
    array([[0.8, 0.6],
           [1. , 0. ]])
    """
    p, g = _checked(probabilities, gold)
    answer = p.argmax(axis=1)
    return np.stack([p[np.arange(len(g)), answer], (answer == g).astype(np.float64)])


def brier_scores(probabilities: ArrayLike, gold: ArrayLike) -> np.ndarray:
    """(items,): squared distance of the probabilities from the gold label, 0 to 2.

    sum over labels of (p - [label is gold])^2 (Brier 1950, "Verification of forecasts expressed in
    terms of probability"); for two labels twice what `sklearn.metrics.brier_score_loss` has.
    Arguments and errors as in `confidences`.

    >>> brier_scores([[0.8, 0.2], [0.4, 0.6]], [0, 0]).round(2)
    array([0.08, 0.72])
    """
    p, g = _checked(probabilities, gold)
    return ((p - np.eye(p.shape[1])[g]) ** 2).sum(axis=1)


def calibration_error(pairs: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error, 0 to 1, in bins that hold equally many items.

    Mean over items of |accuracy - confidence| of the item's bin (Guo et al. 2017, arXiv
    1706.04599), in bins of equal mass (Nixon et al. 2019, arXiv 1904.01685), since those of equal
    width are nearly empty where a model is sure of most items. Items of equal confidence stay
    together, so that the order of items does not matter.

    pairs : (2, items) from `confidences`. Raises ValueError that names the argument.

    >>> calibration_error([[0.9, 0.9, 0.6, 0.6], [1, 1, 1, 0]], bins=2).__round__(3)
    0.1
    """
    pairs = _pairs(pairs, bins)
    return float(_errors(pairs[None], np.ones((1, pairs.shape[1])), bins)[0, 0])


def calibration_error_in(bins: int = BINS) -> Statistic:
    """`calibration_error` as a statistic for (..., 2, items); bins are made anew in every resample.

    For the difference of two models, whose excess from chance largely cancels; see above for one.

    >>> calibration_error_in(1)(np.array([[0.9, 0.5], [1, 0]]), np.array([[1, 1], [0, 2]])).round(2)
    array([0.2, 0.5])
    """

    def statistic(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        flat = scores.reshape(-1, *scores.shape[-2:])
        return _errors(flat, weights, bins).reshape(len(weights), *scores.shape[:-2])

    return statistic


def reliability(pairs: ArrayLike, bins: int = BINS) -> list[ReliabilityBin]:
    """The curve that `calibration_error` sums up: accuracy by confidence, from low to high.

    Bins without items (ties stay together) are left out. Arguments as in `calibration_error`.

    >>> for row in reliability([[0.9, 0.8, 0.6, 0.5], [1, 1, 1, 0]], bins=2):
    ...     print(row.low, row.high, row.n, round(row.confidence, 2), row.accuracy)
    0.5 0.6 2 0.55 0.5
    0.8 0.9 2 0.85 1.0
    """
    pairs = _pairs(pairs, bins)
    confidence, right = pairs
    of_item = _bins(confidence, np.ones((1, len(confidence))), bins)[0]
    rows = []
    for one in np.unique(of_item):
        here = of_item == one
        inside = confidence[here]
        ends = float(inside.min()), float(inside.max())
        rows.append(
            ReliabilityBin(*ends, len(inside), float(inside.mean()), float(right[here].mean()))
        )
    return rows


def error_if_calibrated(
    pairs: ArrayLike, bins: int = BINS, *, n_draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Mean and 95th percentile of the calibration error that a calibrated model would get.

    Each item is right with the probability that it claims (consistency resampling: Bröcker and
    Smith 2007, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22).
    An error below the percentile is no evidence of miscalibration.

    >>> [round(x, 2) for x in error_if_calibrated([[0.8] * 100, [1] * 100], bins=1)]
    [0.03, 0.08]
    """
    pairs = _pairs(pairs, bins)
    if n_draws < 100:
        raise ValueError(f"n_draws: got {n_draws}; accepted: 100 or more")
    confidence = pairs[0]
    of_item = _bins(confidence, np.ones((1, len(confidence))), bins)[0]
    sums = np.eye(bins)[of_item]  # (items, bins)
    rng = np.random.default_rng(seed)
    found = np.empty(n_draws)
    for i in range(n_draws):
        right = rng.random(len(confidence)) < confidence
        found[i] = np.abs((right - confidence) @ sums).sum() / len(confidence)
    return float(found.mean()), float(np.percentile(found, 95))


def _errors(pairs: np.ndarray, weights: np.ndarray, bins: int) -> np.ndarray:
    """(rows, 2, items), (b, items) -> (b, rows)."""
    weights = np.asarray(weights, dtype=np.float64)
    first = bins * np.arange(len(weights))[:, None]
    found = []
    for confidence, right in pairs:
        where = _bins(confidence, weights, bins) + first
        gaps = np.bincount(
            where.ravel(), (weights * (right - confidence)).ravel(), bins * len(weights)
        )
        found.append(np.abs(gaps).reshape(-1, bins).sum(axis=1))
    return np.stack(found, axis=1) / weights.sum(axis=1, keepdims=True)


def _bins(confidence: np.ndarray, weights: np.ndarray, bins: int) -> np.ndarray:
    """(b, items): number of the bin in each resample, by the middle of the ties' cumulated mass."""
    _, group = np.unique(confidence, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    mass = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(mass, axis=1) - mass / 2
    total = weights.sum(axis=1, keepdims=True)
    return np.minimum(bins * middle / total, bins - 1).astype(np.int64)[:, group]


def _pairs(pairs: ArrayLike, bins: int) -> np.ndarray:
    if not isinstance(bins, int) or bins < 1:
        raise ValueError(f"bins: got {bins!r}; accepted: a whole number from 1")
    x = np.asarray(pairs, dtype=np.float64)
    if x.ndim != 2 or len(x) != 2 or not x.size:
        raise ValueError(f"pairs: got shape {x.shape}; accepted: (2, items), from confidences()")
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError("pairs: got numbers outside 0 to 1; accepted: confidence, and 1 or 0")
    return x


def _checked(probabilities: ArrayLike, gold: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    p, g = np.asarray(probabilities, dtype=np.float64), np.asarray(gold)
    if p.ndim != 2 or 0 in p.shape:
        raise ValueError(f"probabilities: got shape {p.shape}; accepted: (items, labels)")
    bad = ~(np.isfinite(p).all(axis=1) & (p >= 0).all(axis=1))
    bad |= np.abs(p.sum(axis=1) - 1) > 1e-3
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"probabilities: got a row {row} with sum {p[row].sum():.4g} and least "
            f"{p[row].min():.4g}; accepted: numbers from 0 that sum to 1"
        )
    if g.shape != (len(p),) or g.dtype.kind not in "iub":
        raise ValueError(
            f"gold: got shape {g.shape} of {g.dtype}; accepted: ({len(p)},) label codes"
        )
    g = g.astype(np.int64)
    if g.min() < 0 or g.max() >= p.shape[1]:
        wrong = int(g.min() if g.min() < 0 else g.max())
        raise ValueError(f"gold: got {wrong}; accepted: 0 to {p.shape[1] - 1}")
    return p, g
