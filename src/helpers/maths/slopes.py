"""How the gain changes with difficulty within one data set, and what a study of several can find.

Levels of one data set differ in difficulty and in little else, so the slope of gain on difficulty
within it is free of what else sets data sets apart. Each gives one number, the gain of its hardest
level over its easiest; `decisions.inference_over` takes these, since the data set is the unit.
Not for correlations between tasks (`decisions.family_permutation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.decisions import p_values

LEAST_RANGE = 0.05  # levels closer than this in measured difficulty did not manipulate it
MOST_DIFFICULT = 5.0  # a model below chance is past 1; beyond this a percentage was given


@dataclass(frozen=True)
class Slope:
    """Least squares line of gain (points) on difficulty (share) within one data set.

    slope : points by which the gain changes from difficulty 0 to 1; standard_error : its own, from
        the cells' scatter about the line (nan where no cell is left over to show any). It speaks of
        other runs on these levels, not of other data sets.
    range : highest minus lowest mean difficulty over levels.
    effect : slope * range, points: gain of the hardest level over the easiest, as the line has it;
        effect_error : standard_error * range.
    n_cells, n_seeds, n_levels : what was there.
    Where there is no slope, `refused` says why and the four numbers are None; else it is "".
    """

    slope: float | None
    standard_error: float | None
    effect: float | None
    effect_error: float | None
    range: float
    n_cells: int
    n_seeds: int
    n_levels: int
    refused: str = ""


def slope_within(
    difficulty: ArrayLike, gain: ArrayLike, *, least_range: float = LEAST_RANGE
) -> Slope:
    """Slope of gain on difficulty within one data set, with a fixed effect of every seed.

    gain[s, l] = a[s] + slope * difficulty[s, l] + noise, by least squares: difficulty and gain are
    centred within each seed, and slope = sum(x y) / sum(x x) (the within estimator: Wooldridge
    2010, "Econometric Analysis of Cross Section and Panel Data", 10.5). What a seed adds to all its
    levels, such as a lucky base model, so drops out. Degrees of freedom: cells - seeds - 1.

    Parameters
    ----------
    difficulty : (levels,) or (seeds, levels), shares. Estimated on other seeds than the gain it is
        set against (leave one seed out): a run that went badly is both hard and of little gain.
    gain : (seeds, levels), points. NaN in either: a cell that is not recorded yet, left out.
    least_range : no slope where the mean difficulties of the levels span less: the levels were to
        differ and do not (the manipulation check).

    Raises ValueError that names the argument. A slope that cannot be had of well-formed data is no
    error: see `Slope.refused`.

    >>> found = slope_within([0.1, 0.2, 0.4], [[1.0, 2.0, 4.0], [6.0, 7.0, 9.0]])
    >>> round(found.slope, 6), round(found.range, 6), round(found.effect, 6), found.n_cells
    (10.0, 0.3, 3.0, 6)
    >>> slope_within([0.10, 0.11, 0.12], [[1.0, 2.0, 4.0]]).refused
    'difficulty spans 0.020 over the levels, below 0.05'
    """
    y = _table(gain, "gain")
    if y.ndim != 2 or y.shape[1] < 2:
        raise ValueError(f"gain: got shape {y.shape}; accepted: (seeds, levels), 2 levels or more")
    x = _table(difficulty, "difficulty")
    if x.shape not in {y.shape, y.shape[1:]}:
        raise ValueError(
            f"difficulty: got shape {x.shape}; accepted: {y.shape[1:]} or {y.shape}, as gain"
        )
    if x.size and np.nanmax(np.abs(x), initial=0) > MOST_DIFFICULT:
        raise ValueError(
            f"difficulty: got {x.flat[np.nanargmax(np.abs(x))]:.4g}; accepted: shares, 0 to 1 (not "
            "percent)"
        )
    if not least_range >= 0:
        raise ValueError(f"least_range: got {least_range}; accepted: 0 or more")
    x = np.where(np.isnan(y), np.nan, np.broadcast_to(x, y.shape))
    y = np.where(np.isnan(x), np.nan, y)
    known = ~np.isnan(y)
    of_level, of_seed = known.sum(axis=0), known.sum(axis=1)
    counts = {
        "n_cells": int(known.sum()),
        "n_seeds": int((of_seed > 0).sum()),
        "n_levels": int((of_level > 0).sum()),
    }
    levels = of_level > 0
    means = np.nansum(x, axis=0)[levels] / of_level[levels]
    span = float(np.ptp(means)) if len(means) else 0.0
    x, y = (np.where(known, each - _mean_of_seed(each, of_seed), 0.0) for each in (x, y))
    sxx = float(np.sum(x * x))
    if counts["n_levels"] < 2:
        refused = f"{counts['n_levels']} of {known.shape[1]} levels recorded"
    elif span < least_range:
        refused = f"difficulty spans {span:.3f} over the levels, below {least_range:g}"
    elif sxx <= 1e-12:
        refused = "no seed has cells of two difficulties"
    else:
        refused = ""
    if refused:
        return Slope(None, None, None, None, span, **counts, refused=refused)
    slope = float(np.sum(x * y)) / sxx
    df = counts["n_cells"] - counts["n_seeds"] - 1
    error = float(np.sqrt(np.sum((y - slope * x) ** 2) / df / sxx)) if df > 0 else np.nan
    return Slope(slope, error, slope * span, error * span, span, **counts)


@dataclass(frozen=True)
class DesignPower:
    """Shares of simulated studies: which find the effect, and which verdict they reach.

    found : p of the t test below 0.05; found_by_sign_flip : p of the sign-flip test;
    equivalent : p of the equivalence test. For a true effect of 0 the first two are false
    positives, and the third the power to say that there is none of interest.
    effect_sd : standard deviation of a data set's estimated effect, points. A share p has standard
    error sqrt(p (1 - p) / n_draws).
    """

    found: float
    found_by_sign_flip: float
    equivalent: float
    effect_sd: float
    n_draws: int


def design_power(
    effect: float,
    *,
    n_sets: int = 8,
    n_levels: int = 4,
    n_seeds: int = 5,
    seed_sd: float,
    set_sd: float,
    cell_sd: float,
    smallest: float = 1.0,
    alpha: float = 0.05,
    n_draws: int = 1000,
    seed: int = 0,
) -> DesignPower:
    """What `inference_over` finds of a true mean effect, by simulation of whole studies.

    gain[d, s, l] = seed_sd * z[d, s] + (effect + set_sd * z[d]) * x[l] + cell_sd * z[d, s, l],
    with x from 0 to 1 in equal steps, every z standard normal; then the slope of each data set,
    whose estimate has variance set_sd^2 + cell_sd^2 / (n_seeds * sum((x - mean)^2)).

    Parameters
    ----------
    effect : true mean over data sets of the difference over the range of difficulty, points.
    seed_sd : what a seed adds to all levels of a data set (it drops out of the slope);
        set_sd : how data sets differ in the true difference; cell_sd : noise of a cell, a mean over
        targets. Points.
    smallest, alpha : as for `inference_over` (its `level` is 1 - alpha).
    n_draws, seed : number of studies, seed of the draws.

    Raises ValueError that names the argument.

    >>> sds = dict(seed_sd=1.0, set_sd=0.8, cell_sd=1.1)
    >>> few, many = (design_power(1.0, n_sets=n, n_draws=100, **sds).found for n in (4, 16))
    >>> few < many
    True
    """
    for name, value, least in (
        ("n_sets", n_sets, 3),
        ("n_levels", n_levels, 2),
        ("n_seeds", n_seeds, 1),
        ("n_draws", n_draws, 1),
        ("seed_sd", seed_sd, 0),
        ("set_sd", set_sd, 0),
        ("cell_sd", cell_sd, 0),
    ):
        if not value >= least:
            raise ValueError(f"{name}: got {value}; accepted: {least} or more")
    if not set_sd + cell_sd > 0:
        raise ValueError("set_sd, cell_sd: got 0 for both; accepted: one of them above 0")
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, n_levels)
    shape = (n_draws, n_sets, n_seeds, n_levels)
    gain = (
        seed_sd * rng.normal(size=(*shape[:3], 1))
        + (effect + set_sd * rng.normal(size=(*shape[:2], 1, 1))) * x
        + cell_sd * rng.normal(size=shape)
    )
    # `slope_within` of complete cells, for all studies at once; the range is 1.
    centred = x - x.mean()
    effects = gain.mean(axis=2) @ centred / (centred @ centred)
    p, p_sign_flip, p_equivalence = p_values(effects, smallest, seed=seed)
    return DesignPower(
        found=float(np.mean(p < alpha)),
        found_by_sign_flip=float(np.mean(p_sign_flip < alpha)),
        equivalent=float(np.mean(p_equivalence < alpha)),
        effect_sd=float(effects.std()),
        n_draws=n_draws,
    )


def _mean_of_seed(values: np.ndarray, n: np.ndarray) -> np.ndarray:
    """(seeds, 1): mean of each row's known cells, 0 where there is none."""
    return (np.nansum(values, axis=1) / np.maximum(n, 1))[:, None]


def _table(values: ArrayLike, name: str) -> np.ndarray:
    try:
        x = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: got no array of numbers ({error})") from error
    if np.isinf(x).any():
        raise ValueError(f"{name}: got infinity; accepted: numbers, NaN where not recorded yet")
    return x
