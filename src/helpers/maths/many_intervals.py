"""Crossed bootstrap of many statistics at once, each as `statistics.crossed_bootstrap` has it.

For: a page that shows hundreds of means over the same number of items, each over the same seeds; a
study that holds dozens of systems against one gold standard. One set of draws serves all of them.
See `statistics` for every other statistic and for what the interval is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.item_statistics import weighted_spearman
from helpers.maths.statistics import BATCH, Interval, _counts, _few_units, _item_counts

CHUNK_NUMBERS = 1_000_000  # resampled means held at a time: 8 MB


def crossed_means(
    scores: ArrayLike, *, level: float = 0.95, n_boot: int = 2000, seed: int = 0
) -> list[Interval]:
    """The interval of each row's mean, from the draws that `crossed_bootstrap` makes.

    Parameters
    ----------
    scores : (rows, seeds, items), finite; rows need not be over the same items.
    level, n_boot, seed : as for `crossed_bootstrap`.

    Raises ValueError for scores of another shape, without items, or not finite.

    >>> from helpers.maths.statistics import crossed_bootstrap
    >>> rng = np.random.default_rng(1)
    >>> right = (rng.random((2, 5, 400)) < rng.beta(4, 1, size=400)).astype(float)
    >>> print(crossed_means(right)[1], crossed_bootstrap(right[1]))
    0.790 [0.767, 0.813] 0.790 [0.767, 0.813]
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 3 or scores.shape[1] < 1 or scores.shape[2] < 2:
        raise ValueError(
            f"scores: got shape {scores.shape}; accepted: (rows, seeds, items), 2 items or more"
        )
    if not np.isfinite(scores).all():
        raise ValueError("scores: got NaN or infinity; accepted: finite numbers")
    n_seeds, n_items = scores.shape[1:]
    items = np.concatenate(list(_draws(seed, n_boot, n_items)))
    seeds = _counts(np.random.default_rng(seed).spawn(2)[0], n_boot, n_seeds) / n_seeds
    covers = ("items",) if n_seeds == 1 else ("items", "seeds")
    tail = 50 * (1 - level)
    found = []
    step = max(1, CHUNK_NUMBERS // (n_boot * n_seeds))
    for start in range(0, len(scores), step):
        part = scores[start : start + step]
        replicates = _replicates(part, items, seeds, level)
        low, high = np.percentile(replicates, [tail, 100 - tail], axis=0)
        for value, *ends in zip(part.mean(axis=(1, 2)), low, high, strict=True):
            found.append(
                Interval(float(value), *map(float, ends), level, "crossed bootstrap", covers)
            )
    return found


def crossed_spearman(
    gold: ArrayLike,
    predicted: ArrayLike,
    differences: Sequence[tuple[int, int]] = (),
    *,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> tuple[list[Interval], list[Interval]]:
    """Spearman's correlation of many systems with one gold standard, and paired differences.

    Parameters
    ----------
    gold : (items,) ; predicted : (systems, items).
    differences : pairs (i, j) of systems: the correlation of i minus that of j.
    level, n_boot, seed : as for `crossed_bootstrap`, whose draws these are.

    Returns
    -------
    Intervals of the systems, and of the differences; they cover items.

    Raises ValueError for other shapes, or where a correlation is not defined (a constant).

    >>> values, gains = crossed_spearman([1, 2, 3, 4], [[1, 3, 2, 4], [2, 1, 4, 3]], [(0, 1)])
    >>> [round(one.value, 3) for one in (*values, *gains)]
    [0.8, 0.6, 0.2]
    """
    gold, predicted = (np.asarray(side, dtype=np.float64) for side in (gold, predicted))
    if gold.ndim != 1 or predicted.ndim != 2 or predicted.shape[1] != len(gold):
        raise ValueError(
            f"predicted: got shape {predicted.shape}; accepted: (systems, {gold.size}), the length "
            "of gold"
        )
    n = len(gold)
    observed = weighted_spearman(gold, predicted, np.ones((1, n)))[0]
    if np.isnan(observed).any():
        raise ValueError("predicted, gold: got a constant; accepted: values that differ")
    drawn = np.concatenate(
        [weighted_spearman(gold, predicted, counts) for counts in _draws(seed, n_boot, n)]
    )
    by_items = _few_units(n, level) * (drawn - observed)
    tail = 50 * (1 - level)

    def interval(value: float, shift: np.ndarray) -> Interval:
        low, high = value + np.nanpercentile(shift, [tail, 100 - tail])
        ends = float(value), float(low), float(high)
        return Interval(*ends, level, "crossed bootstrap", ("items",))

    return (
        [interval(observed[i], by_items[:, i]) for i in range(len(observed))],
        [
            interval(observed[i] - observed[j], by_items[:, i] - by_items[:, j])
            for i, j in differences
        ],
    )


def _replicates(
    scores: np.ndarray, items: np.ndarray, seeds: np.ndarray, level: float
) -> np.ndarray:
    """(n_boot, rows): the value with what the draws of items and of seeds do to it, as rescaled."""
    observed = scores.mean(axis=2)  # (rows, seeds)
    value = observed.mean(axis=1)
    flat = scores.reshape(-1, scores.shape[2])
    # Divided last: sums of right and wrong are whole numbers, so that all right is exactly 1.
    drawn = (items @ flat.T / scores.shape[2]).reshape(len(items), *observed.shape)
    moved = drawn - observed
    by_items = moved.mean(axis=2)
    replicates = value + _few_units(scores.shape[2], level) * by_items
    if scores.shape[1] == 1:
        return replicates
    by_seeds = seeds @ observed.T - value
    interaction = np.einsum("brs,bs->br", moved, seeds) - by_items
    noise, spread = interaction.var(axis=0), by_seeds.var(axis=0)
    kept = np.sqrt(np.maximum(0.0, 1 - noise / np.where(spread > 0, spread, np.inf)))
    kept = np.where(spread > 0, kept, 0.0)
    return replicates + _few_units(scores.shape[1], level) * kept * by_seeds


def _draws(seed: int, n_boot: int, n: int) -> Iterator[np.ndarray]:
    """How often each item is in each resample, batch by batch as `crossed_bootstrap` draws them."""
    for start in range(0, n_boot, BATCH):
        yield _item_counts(seed, start, min(BATCH, n_boot - start), 0, n)
