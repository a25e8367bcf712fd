"""Zero-shot transfer: the share of what training taught in one language that arrives in another.

    ratio = (target tuned - target base) / (source tuned - source base)

A raw target score says little: a model that learned nothing may have most of it (an untrained bag
of subwords gets over 0.5 on monolingual sentence similarity). So the base, the same encoder without
what training taught, is taken off both sides, and the plain difference of the two gains always
stands beside their ratio. Every number has the interval of `statistics.crossed_bootstrap`, from the
same draws. Not for absolute scores, and not for claims about tasks in general: their unit is the
task family (see `statistics`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.item_statistics import ItemBlock, Statistic, item_blocks, weighted_mean
from helpers.maths.statistics import (
    CrossedDraws,
    Interval,
    _check_draws,
    crossed_draws,
    percentile_interval,
)

# A source gain is a denominator only if its whole interval lies above this (metrics from 0 to 1).
LEAST_GAIN = 0.05
RATIO = "crossed bootstrap, Fieller"
MOVER = "recovered variances (MOVER)"


@dataclass(frozen=True, eq=False)
class Side:
    """What is known of one language: the tuned models' items and the base's.

    tuned : (seeds, items); item scores, or what `statistic` takes (predictions, say). A statistic
        of several numbers an item takes (seeds, numbers, items).
    base : as `tuned`, or one row for all seeds (an untuned encoder, a lexical baseline). Row s is
        set against row s of `tuned`.
    statistic : maps (rows, items) and item weights (b, items) to (b, rows), on a scale that ends
        at 1: the mean by default; `spearman_with(gold)`, `macro_f1_with(gold)`, `ratio_of_sums`.
    clusters : (items,) labels of what is drawn as a whole (the article of a question).
    """

    tuned: ArrayLike
    base: ArrayLike
    statistic: Statistic | None = None
    clusters: ArrayLike | None = None


@dataclass(frozen=True)
class Transfer:
    """Gains of both sides, their difference (source - target: what did not arrive), their ratio.

    Where there is no ratio, `refused` says why and `ratio` is None; else `refused` is "".
    """

    source_gain: Interval
    target_gain: Interval
    difference: Interval
    ratio: Interval | None
    refused: str
    n_seeds: int


def transfer(
    source: Side,
    target: Side,
    *,
    shared_items: bool,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> Transfer:
    """Transfer of one task to one language, with intervals over items and seeds.

    Parameters
    ----------
    source, target : the two sides. Row s of both is the same trained model.
    shared_items : True where item i of the target is item i of the source (a translation): one
        draw serves both. False: each side draws its own items.
    level, n_boot, seed : as for `crossed_bootstrap`.

    The gains and their difference have the interval that `crossed_bootstrap` gives for the
    combination of statistics. That of the ratio is Fieller's set (Fieller 1954, "Some problems in
    interval estimation", JRSS B 16): the ratios r for which the replicates of
    target gain - r x source gain have 0 within their percentiles. For a bootstrap these are the
    percentiles of the replicates' ratios, as long as the source gain of nearly all is positive
    (Hwang 1995, "Fieller's problems and resampling techniques", Statistica Sinica 5). Replicates
    where it is not count as infinite. Seeds are scaled (c(seeds) h of `crossed_bootstrap`) by the
    factor that this combination has at the observed ratio. There is a ratio only where the whole
    interval of the source gain lies above `LEAST_GAIN`.

    Raises ValueError that names the argument.

    >>> rng = np.random.default_rng(0)
    >>> easy = rng.beta(4, 1, size=500)
    >>> right = lambda p: (rng.random((5, 500)) < p).astype(float)
    >>> found = transfer(
    ...     Side(right(easy), right(0.5)), Side(right(0.5 + (easy - 0.5) / 2), right(0.5)),
    ...     shared_items=True,
    ... )
    >>> print(found.source_gain, found.target_gain)
    0.314 [0.276, 0.353] 0.139 [0.110, 0.166]
    >>> print(found.difference, found.ratio)
    0.175 [0.139, 0.211] 0.443 [0.348, 0.537]
    """
    return mean_over_languages(
        source, [target], shared_items=shared_items, level=level, n_boot=n_boot, seed=seed
    )


def mean_over_languages(
    source: Side,
    targets: Sequence[Side],
    *,
    shared_items: bool | str | Sequence[int],
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> Transfer:
    """Transfer to several languages: the mean of their gains in the place of the target's gain.

    All have one source gain, so the ratio is the mean of their ratios too. Seeds are common to all
    languages, which are fixed: the interval speaks of just these.

    shared_items : True where all sides have the same items; "targets" where the targets have the
        same items and the source others; False where every side has its own; else a number for
        each side, the source's first: sides of one number have the same items. Otherwise as
        `transfer`.

    >>> side = Side([[1.0, 0.0, 1.0, 1.0]], [[0.0, 0.0, 0.0, 1.0]])
    >>> mean_over_languages(side, [side, side], shared_items=True, n_boot=100).target_gain.value
    0.5
    """
    _check_draws(level, n_boot)
    if not targets:
        raise ValueError("targets: got none; accepted: one side or more")
    names = ["source", *(f"targets[{i}]" for i in range(len(targets)))]
    names = ["source", "target"] if len(targets) == 1 else names
    blocks = [_gain(*both) for both in zip((source, *targets), names, strict=True)]
    n_seeds = _common_seeds((source, *targets), names)
    groups = _groups(blocks, names, shared_items)
    draws = crossed_draws(blocks, level=level, n_boot=n_boot, seed=seed, groups=groups)
    covers = ("items", "seeds") if n_seeds > 1 else ("items",)
    of_source = np.eye(len(blocks))[0]
    of_target = (1 - of_source) / len(targets)

    def interval(weights: np.ndarray) -> Interval:
        value = float(draws.observed.mean(axis=0) @ weights)
        return percentile_interval(value, value + draws.deviations(weights), level, covers)

    gains = interval(of_source), interval(of_target)
    ratio, refused = _ratio(draws, gains, of_source, of_target, covers)
    return Transfer(*gains, interval(of_source - of_target), ratio, refused, n_seeds)


def difference(first: Interval, second: Interval) -> Interval:
    """first - second, for two values that share neither items nor trained models.

    From the two intervals alone, which need not be symmetric: MOVER (Zou and Donner 2008,
    "Construction of confidence limits about effect measures: a general approach", Statistics in
    Medicine 27), with low = d - sqrt((first - its low)^2 + (second's high - second)^2), and high
    likewise. Raises ValueError for intervals of different levels.

    >>> print(difference(Interval(0.9, 0.86, 0.95), Interval(0.6, 0.5, 0.63)))
    0.300 [0.250, 0.412]
    """
    if first.level != second.level:
        raise ValueError(
            f"second: got an interval of level {second.level}; accepted: {first.level}, as first"
        )
    value = first.value - second.value
    down = np.hypot(first.value - first.low, second.high - second.value)
    up = np.hypot(first.high - first.value, second.value - second.low)
    covers = tuple(name for name in first.covers if name in second.covers)
    return Interval(value, float(value - down), float(value + up), first.level, MOVER, covers)


@dataclass(frozen=True)
class Ordering:
    """Whether values stand in the order that was claimed, largest first.

    steps : each value minus the next one; None where one of the two was refused.
    verdict : "holds" where every step's interval is above 0 (all must reject, so no correction for
        several steps is due: Berger 1982, "Multiparameter hypothesis testing and acceptance
        sampling", Technometrics 24); "contradicted" where one is below 0; else "undecided".
    """

    names: tuple[str, ...]
    steps: tuple[Interval | None, ...]
    verdict: str


def ordering(values: Mapping[str, Interval | Transfer | None]) -> Ordering:
    """Test of a claimed order of tasks, given from the largest value to the smallest.

    Parameters
    ----------
    values : task -> its ratio (an `Interval`; a `Transfer` stands for its ratio), None where that
        was refused. The tasks have neither items nor trained models in common.

    Raises ValueError for fewer than two.

    >>> found = ordering({"a": Interval(0.9, 0.8, 1.0), "b": Interval(0.5, 0.4, 0.6), "c": None})
    >>> print(found.steps[0], found.steps[1], found.verdict)
    0.400 [0.259, 0.541] None undecided
    """
    if len(values) < 2:
        raise ValueError(f"values: got {len(values)}; accepted: two tasks or more")
    given = [v.ratio if isinstance(v, Transfer) else v for v in values.values()]
    steps = tuple(
        None if first is None or second is None else difference(first, second)
        for first, second in zip(given, given[1:], strict=False)
    )
    if any(step is not None and step.high < 0 for step in steps):
        verdict = "contradicted"
    elif all(step is not None and step.low > 0 for step in steps):
        verdict = "holds"
    else:
        verdict = "undecided"
    return Ordering(tuple(values), steps, verdict)


def _ratio(
    draws: CrossedDraws,
    gains: tuple[Interval, Interval],
    of_source: np.ndarray,
    of_target: np.ndarray,
    covers: tuple[str, ...],
) -> tuple[Interval | None, str]:
    below, above = gains
    if below.low <= LEAST_GAIN:
        return None, f"the interval of the source gain, {below}, is not above {LEAST_GAIN}"
    value = above.value / below.value
    factor = draws.seed_factor(of_target - value * of_source)
    denominators = below.value + draws.deviations(of_source, factor)
    numerators = above.value + draws.deviations(of_target, factor)
    ratios = np.copysign(np.inf, numerators)
    ratios[np.isnan(numerators) | np.isnan(denominators)] = np.nan
    np.divide(numerators, denominators, out=ratios, where=denominators > 0)
    # Whole replicates, not points between two of them, one of which may be infinite.
    tail = 50 * (1 - draws.level)
    low = np.nanpercentile(ratios, tail, method="lower")
    high = np.nanpercentile(ratios, 100 - tail, method="higher")
    if not np.isfinite([low, high]).all():
        return None, f"the source gain, {below}, is not above 0 in enough resamples"
    return Interval(value, float(low), float(high), draws.level, RATIO, covers), ""


def _gain(side: Side, name: str) -> ItemBlock:
    """The gain tuned - base of every seed as a statistic of items, checked."""
    tuned, base = (np.asarray(rows, dtype=np.float64) for rows in (side.tuned, side.base))
    if tuned.ndim < 2 or 0 in tuned.shape or (side.statistic is None and tuned.ndim > 2):
        raise ValueError(
            f"{name}.tuned: got shape {tuned.shape}; accepted: (seeds, items), or with a statistic "
            "of several numbers an item (seeds, numbers, items)"
        )
    n_seeds, n_items = len(tuned), tuned.shape[-1]
    one = (1, *tuned.shape[1:])
    if base.shape not in {tuned.shape, one}:
        raise ValueError(f"{name}.base: got shape {base.shape}; accepted: {tuned.shape} or {one}")
    of_rows = weighted_mean if side.statistic is None else side.statistic
    rows = np.concatenate([tuned, base])

    def gain(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        values = of_rows(scores, weights)
        return values[:, :n_seeds] - values[:, n_seeds:]

    try:
        (block,) = item_blocks(rows, gain, side.clusters, True)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    values = np.asarray(of_rows(rows, np.ones((1, n_items))))
    if values.shape != (1, len(rows)):
        raise ValueError(
            f"{name}.statistic: got an answer of shape {values.shape} to 1 resample of "
            f"{len(rows)} rows; accepted: (1, {len(rows)})"
        )
    for row, value in enumerate(values[0]):
        what = f"tuned, seed {row}" if row < n_seeds else f"base, row {row - n_seeds}"
        if not abs(value) <= 1 + 1e-9:
            raise ValueError(
                f"{name}: got {value} for {what}; accepted: a score that is defined, and from 0 "
                "to 1 (a correlation: from -1)"
            )
    return block


def _common_seeds(sides: Sequence[Side], names: Sequence[str]) -> int:
    seeds = [len(np.asarray(side.tuned)) for side in sides]
    for name, n in zip(names, seeds, strict=True):
        if n != seeds[0]:
            raise ValueError(
                f"{name}.tuned: got {n} seeds; accepted: {seeds[0]}, the trained models of source"
            )
    return seeds[0]


def _groups(
    blocks: list[ItemBlock], names: list[str], shared: bool | str | Sequence[int]
) -> list[int]:
    """Number of the set of items of every side; ValueError where sets cannot be the same."""
    if shared is False:
        return list(range(len(blocks)))
    if shared is True:
        groups = [0] * len(blocks)
    elif shared == "targets":
        groups = [0] + [1] * (len(blocks) - 1)
    elif not isinstance(shared, str) and isinstance(shared, Sequence) and len(shared) == len(names):
        groups = list(shared)
    else:
        raise ValueError(
            f"shared_items: got {shared!r}; accepted: True, False, 'targets', or a number for each "
            f"of the {len(names)} sides"
        )
    for i, group in enumerate(groups):
        first = groups.index(group)
        if not np.array_equal(blocks[i].unit, blocks[first].unit):
            raise ValueError(
                f"shared_items: got {shared!r} with {blocks[i].unit.size} items in {names[i]} and "
                f"{blocks[first].unit.size} in {names[first]}; accepted: False, unless "
                "items and clusters are the same"
            )
    return groups
