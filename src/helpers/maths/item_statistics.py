"""Statistics of items under resampling: a mean or a correlation in many resamples at once.

For: what `statistics` resamples. A resample is given by weights, how often each item is in it, so
that thousands of resamples are one matrix product. Not for single scores (see `metrics`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Numbers of one batch of resamples (resamples x items): stays in the processor's cache.
BATCH_NUMBERS = 200_000


def weighted_mean(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Means over the last axis under item weights: (..., n), (b, n) -> (b, ...).

    >>> weighted_mean(np.array([[1.0, 0.0, 0.0]]), np.array([[1, 1, 1], [2, 1, 0]])).round(3)
    array([[0.333],
           [0.667]])
    """
    flat = scores.reshape(-1, scores.shape[-1])
    sums = weights @ flat.T / weights.sum(axis=1, keepdims=True)
    return sums.reshape(len(weights), *scores.shape[:-1])


def ratio_of_sums(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Statistic for two numbers an item: sum of the first / sum of the second.

    For micro averages, whose items do not weigh the same: tokens right and tokens of each sentence,
    or `entities.entity_counts`. (..., 2, n), (b, n) -> (b, ...); NaN where the second sum is 0.

    >>> ratio_of_sums(np.array([[1.0, 3.0], [2.0, 8.0]]), np.array([[1, 1], [2, 0]]))
    array([0.4, 0.5])
    """
    sums = weighted_mean(scores, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 0] / sums[..., 1]


def spearman_with(gold: ArrayLike) -> Statistic:
    """Statistic for predictions (seeds, languages, items): Spearman's correlation with `gold`.

    >>> spearman_with([1, 2, 3])(np.array([[1.0, 3.0, 2.0]]), np.ones((1, 3)))
    array([[0.5]])
    """
    return lambda predicted, weights: weighted_spearman(gold, predicted, weights)


def pearson_with(gold: ArrayLike) -> Statistic:
    """Statistic for predictions (seeds, languages, items): Pearson's correlation with `gold`."""
    return lambda predicted, weights: weighted_pearson(gold, predicted, weights)


def macro_f1_with(gold: ArrayLike) -> Statistic:
    """Statistic for predicted labels (seeds, languages, items): macro F1 against `gold`.

    >>> macro_f1_with([0, 1, 1])(np.array([[0.0, 1.0, 0.0]]), np.ones((1, 3))).round(3)
    array([[0.667]])
    """
    return lambda predicted, weights: weighted_macro_f1(gold, predicted, weights)


def weighted_spearman(gold: ArrayLike, predicted: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Spearman's correlation in many resamples at once, each given by how often it has each item.

    Parameters
    ----------
    gold : (n,) ; predicted : (..., n) ; weights : (b, n), counts 0, 1, 2, ...

    Returns (b, ...): row i is `spearman` of the sample in which item j occurs weights[i, j]
    times; NaN where that sample is constant. The weighted form is here because scipy has none,
    and calling it resample by resample takes minutes.

    >>> weighted_spearman([1, 2, 3], [[1, 3, 2], [3, 2, 1]], [[1, 1, 1], [2, 0, 1]]).round(3)
    array([[ 0.5, -1. ],
           [ 1. , -1. ]])
    """
    g, p, w = (np.asarray(a, dtype=np.float64) for a in (gold, predicted, weights))
    w = np.ascontiguousarray(w.T)  # (n, b): what is put in order are whole lines of memory
    total = w.sum(axis=0)
    order, _, ranks = _weighted_midranks(g, w)
    of_gold = np.empty_like(ranks)
    of_gold[order] = ranks
    of_gold -= (w * of_gold).sum(axis=0) / total
    variance = np.einsum("nb,nb,nb->b", w, of_gold, of_gold)
    found = []
    for row in p.reshape(-1, p.shape[-1]):
        order, weight, ranks = _weighted_midranks(row, w)
        ranks -= np.einsum("nb,nb->b", weight, ranks) / total
        spread = np.einsum("nb,nb,nb->b", weight, ranks, ranks)
        covariance = np.einsum("nb,nb,nb->b", weight, ranks, of_gold[order])
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(np.clip(covariance / np.sqrt(variance * spread), -1.0, 1.0))
    return np.stack(found, axis=1).reshape(w.shape[1], *p.shape[:-1])


def weighted_pearson(gold: ArrayLike, predicted: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Pearson's correlation in many resamples at once; arguments as in `weighted_spearman`.

    >>> weighted_pearson([1, 2, 3], [2, 4, 6], [[1, 1, 1]]).round(3)
    array([1.])
    """
    g, p, w = (np.asarray(a, dtype=np.float64) for a in (gold, predicted, weights))
    rows = p.reshape(-1, p.shape[-1])
    result = np.stack([_correlate(g, row, w) for row in rows], axis=1)
    return result.reshape(len(w), *p.shape[:-1])


def weighted_macro_f1(gold: ArrayLike, predicted: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Macro F1 in many resamples at once; arguments as in `weighted_spearman`.

    Labels are numbers (codes); any float that equals a code is that code. Row i is
    `metrics.macro_f1` of the resample: the unweighted mean of 2 TP / (gold + predicted) over the
    labels that the resample has, in gold or predicted.

    >>> weighted_macro_f1([0, 1, 1], [0, 1, 0], [[1, 1, 1], [1, 2, 0]]).round(3)
    array([0.667, 1.   ])
    """
    g, p, w = (np.asarray(a, dtype=np.float64) for a in (gold, predicted, weights))
    if g.shape != p.shape[-1:]:
        raise ValueError(f"gold: got shape {g.shape}; accepted: {p.shape[-1:]}, a label an item")
    rows = p.reshape(-1, p.shape[-1])
    total = np.zeros((len(w), len(rows)))
    present = np.zeros_like(total)
    for label in np.union1d(g, rows):
        is_gold, is_predicted = g == label, rows == label
        both = w @ is_gold[:, None] + w @ is_predicted.T  # (b, rows)
        hits = w @ (is_gold & is_predicted).T
        total += 2 * hits / np.maximum(both, 1)
        present += both > 0
    return (total / present).reshape(len(w), *p.shape[:-1])


def _weighted_midranks(
    values: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Order of the values (n,), then weights and midranks (n, b) in that order."""
    order = np.argsort(values, kind="stable")
    weights, ordered = weights[order], values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    ranks = np.cumsum(weights, axis=0)
    if len(starts) == len(values):
        ranks -= (weights - 1) / 2
        return order, weights, ranks
    sizes = np.diff(np.append(starts, len(values)))
    tied = np.add.reduceat(weights, starts, axis=0)
    return order, weights, np.repeat(ranks[starts + sizes - 1] - (tied - 1) / 2, sizes, axis=0)


def _correlate(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted correlation row by row; `x` and `y` are (n,) or (b, n), `weights` (b, n)."""
    total = weights.sum(axis=1, keepdims=True)
    x = x - (weights * x).sum(axis=1, keepdims=True) / total
    y = y - (weights * y).sum(axis=1, keepdims=True) / total
    weighted = weights * y
    covariance, spread = (weighted * x).sum(axis=1), (weighted * y).sum(axis=1)
    variance = (weights * x * x).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(covariance / np.sqrt(variance * spread), -1.0, 1.0)


@dataclass(frozen=True)
class ItemBlock:
    """Scores whose items are drawn together: all parallel languages, or one that is not."""

    scores: np.ndarray
    statistic: Statistic
    unit: np.ndarray  # cluster of every item; the item itself where there are no clusters
    n_units: int

    def evaluate(self, counts: np.ndarray) -> np.ndarray:
        """Statistic under how often each unit was drawn: (b, units) -> (b, seeds, languages)."""
        values = np.asarray(self.statistic(self.scores, counts[:, self.unit]), dtype=np.float64)
        if not 1 <= values.ndim <= 3 or len(values) != len(counts):
            raise ValueError(
                f"statistic: got an answer of shape {values.shape} to {len(counts)} resamples; "
                "accepted: (resamples, seeds) or (resamples, seeds, languages)"
            )
        return values.reshape(*values.shape, *[1] * (3 - values.ndim))


def influence(block: ItemBlock) -> np.ndarray:
    """(seeds, units): what each unit contributes to the statistic, mean over languages."""
    n = block.n_units
    if block.statistic is weighted_mean:
        scores = block.scores.mean(axis=1)  # (seeds, items)
        if n == scores.shape[1]:
            return scores
        mean = scores.mean(axis=1, keepdims=True)
        sums = np.stack([np.bincount(block.unit, row, n) for row in scores - mean])
        return mean + sums * (n / scores.shape[1])
    whole = block.evaluate(np.ones((1, n))).mean(axis=2)
    parts = []
    step = max(1, BATCH_NUMBERS // len(block.unit))
    for start in range(0, n, step):
        left_out = np.arange(start, min(start + step, n))
        counts = np.ones((len(left_out), n))
        counts[np.arange(len(left_out)), left_out] = 0
        parts.append(n * whole - (n - 1) * block.evaluate(counts).mean(axis=2))
    values = np.concatenate(parts).T
    if np.isnan(values).any():
        raise ValueError(
            "scores: got a statistic undefined when one item is left out; accepted: more items"
        )
    return values


def item_blocks(
    scores: ArrayLike | Sequence[ArrayLike],
    statistic: Statistic | Sequence[Statistic] | None,
    clusters: ArrayLike | Sequence[ArrayLike] | None,
    shared_items: bool,
) -> list[ItemBlock]:
    if shared_items:
        return [_block(scores, statistic, clusters, "scores")]
    if isinstance(scores, np.ndarray):
        if scores.ndim != 3:
            raise ValueError(
                f"scores: got shape {scores.shape} with items that are not shared; accepted: "
                "(seeds, languages, items), or one (seeds, items) array a language"
            )
        scores = list(np.moveaxis(scores, 1, 0))
    n = len(scores)
    statistics = list(statistic) if isinstance(statistic, Sequence) else [statistic] * n
    labels = [None] * n if clusters is None else list(clusters)
    for name, given in (("statistic", statistics), ("clusters", labels)):
        if len(given) != n:
            raise ValueError(f"{name}: got {len(given)}; accepted: {n}, one a language")
    blocks = [
        _block(*one, f"scores[{i}]")
        for i, one in enumerate(zip(scores, statistics, labels, strict=True))
    ]
    seeds = {b.evaluate(np.ones((1, b.n_units))).shape[1] for b in blocks}
    if len(seeds) > 1:
        raise ValueError(
            f"scores: got languages with {sorted(seeds)} seeds; accepted: the same seeds in all"
        )
    return blocks


def _block(
    scores: ArrayLike, statistic: Statistic | None, clusters: ArrayLike | None, name: str
) -> ItemBlock:
    try:
        x = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: got no array of numbers ({error}); accepted: one array, or with "
            "shared_items=False one array a language"
        ) from error
    if x.ndim < 1 or 0 in x.shape or (statistic is None and x.ndim > 3):
        raise ValueError(
            f"{name}: got shape {x.shape}; "
            "accepted: (items,), (seeds, items) or (seeds, languages, items)"
        )
    if not np.isfinite(x).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(x))[0])
        raise ValueError(f"{name}: got {x[where]} at {where}; accepted: finite numbers")
    if statistic is None:
        x = x.reshape(*([1] * (2 - x.ndim)), *x.shape)
        x = x if x.ndim == 3 else x[:, None, :]
        statistic = weighted_mean
    unit, n_units = np.arange(x.shape[-1]), x.shape[-1]
    if clusters is not None:
        labels = np.asarray(clusters)
        if labels.shape != unit.shape:
            raise ValueError(
                f"clusters: got shape {labels.shape}; accepted: {unit.shape}, a label an item"
            )
        names, unit = np.unique(labels, return_inverse=True)
        n_units = len(names)
    if n_units < 2:
        what = "item" if clusters is None else "cluster"
        raise ValueError(f"{name}: got 1 {what}; accepted: 2 or more {what}s")
    return ItemBlock(x, statistic, unit, n_units)
