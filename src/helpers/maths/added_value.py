"""What one more number tells about right and wrong answers, beyond what is known of each item.

Two logistic models of *answered wrongly*, one with the number and one without, are fitted on some
clusters of items (articles) and compared on the others: in-sample a predictor never hurts, so only
items that neither model saw can tell whether it helps. Not for whether a predictor *causes*
anything; clusters are the unit, items of one article are no independent evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.statistics import Interval, crossed_bootstrap

FOLDS = 5
_LEAST = 1e-6  # of a probability: a model that is sure and wrong costs 20 bits, not infinity


@dataclass(frozen=True)
class Added:
    """What the number adds.

    gain : bits that an answer costs less with it, mean over items of clusters not fitted on;
        above 0 where it helps, below 0 where it only adds noise. ``by_group``: the same a group.
    odds : factor of the odds of a wrong answer for one standard deviation of the number, with
        what is known held still; fitted on all items, interval over clusters, for these seeds.
    cost : bits an answer costs without it. wrong : share of wrong answers.
    """

    gain: Interval
    by_group: tuple[Interval, ...]
    odds: Interval
    cost: float
    wrong: float


def added_value(
    wrong: ArrayLike,
    known: ArrayLike,
    asked: ArrayLike,
    clusters: ArrayLike,
    *,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> Added:
    """Does ``asked`` predict wrong answers beyond ``known``?

    Parameters
    ----------
    wrong : (seeds, groups, items) of 0 and 1; groups are languages, each with a level of its own.
    known : (seeds, items, k) numbers that the model without ``asked`` has, too.
    asked : (items,) the number in question. clusters : (items,) labels of what is held out whole.
    n_boot, level : of the intervals of `statistics.crossed_bootstrap`, over seeds and clusters;
        models are not fitted anew in a resample. seed : of the draws and of the folds.

    Raises
    ------
    ValueError : shapes that do not fit, fewer clusters than folds, answers all alike in a group,
        a number that is the same for all items or not finite.

    Two models, ``logit P(wrong) = group + known b [+ asked c]``, by maximum likelihood
    (statsmodels); the gain is the difference of their log losses (Good 1952, "Rational decisions",
    scores a forecast by the logarithm of what it gave to what came).

    >>> draw = np.random.default_rng(0)
    >>> asked = draw.normal(size=120)
    >>> wrong = draw.random((2, 1, 120)) < 1 / (1 + np.exp(-2 * asked))
    >>> found = added_value(wrong, np.ones((2, 120, 0)), asked, np.arange(120) // 4)
    >>> found.gain.low > 0, 1 < found.odds.low < found.odds.value
    (True, True)
    """
    y, x, number, cluster = _checked(wrong, known, asked, clusters)
    seeds, groups, items = y.shape
    fold = _folds(cluster, seed)
    with_it, without = np.empty(y.shape), np.empty(y.shape)
    full = np.concatenate([x, np.broadcast_to(number[None, :, None], (seeds, items, 1))], axis=2)
    for held in range(FOLDS):
        out = fold == held
        _both_kinds(y[:, :, ~out], " of what is fitted on")
        for design, told in ((full, with_it), (x, without)):
            weights = _fitted(y[:, :, ~out], design[:, ~out]).params
            told[:, :, out] = _log2_likelihood(y[:, :, out], design[:, out], weights)
    bits = with_it - without
    options = {"clusters": cluster, "level": level, "n_boot": n_boot, "seed": seed}
    return Added(
        crossed_bootstrap(bits, **options),
        tuple(crossed_bootstrap(bits[:, group], **options) for group in range(groups)),
        _odds(y, full, cluster, level),
        float(-without.mean()),
        float(y.mean()),
    )


def _odds(y: np.ndarray, design: np.ndarray, cluster: np.ndarray, level: float) -> Interval:
    """exp of the last coefficient, its interval robust to clusters."""
    seeds, groups, _ = y.shape
    found = _fitted(y, design, np.tile(cluster, seeds * groups))
    low, high = np.exp(found.conf_int(1 - level)[-1])
    return Interval(float(np.exp(found.params[-1])), float(low), float(high), level)


def _fitted(y: np.ndarray, design: np.ndarray, groups: np.ndarray | None = None):
    import statsmodels.api as models

    how = {} if groups is None else {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    family = models.families.Binomial()
    # use_t: t quantiles with clusters - 1 degrees of freedom, as there are few clusters.
    return models.GLM(y.ravel(), _matrix(design, y.shape[1]), family=family).fit(use_t=True, **how)


def _log2_likelihood(y: np.ndarray, design: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    chance = expit(_matrix(design, y.shape[1]) @ weights).reshape(y.shape)
    return np.log2(np.clip(np.where(y == 1, chance, 1 - chance), _LEAST, 1))


def _matrix(design: np.ndarray, groups: int) -> np.ndarray:
    """Rows in the order of ``wrong.ravel()``: an indicator of each group, then the numbers."""
    seeds, items, k = design.shape
    shown = np.broadcast_to(design[:, None], (seeds, groups, items, k))
    group = np.broadcast_to(np.eye(groups)[None, :, None], (seeds, groups, items, groups))
    return np.concatenate([group, shown], axis=3).reshape(seeds * groups * items, groups + k)


def _folds(cluster: np.ndarray, seed: int) -> np.ndarray:
    """A fold for each item; clusters whole, folds of about as many clusters."""
    names = np.unique(cluster)
    order = np.random.default_rng(seed).permutation(len(names))
    return (order % FOLDS)[np.searchsorted(names, cluster)]


def _both_kinds(y: np.ndarray, where: str = "") -> None:
    """A group whose answers are all alike has no finite level."""
    shares = y.mean(axis=(0, 2))
    if not ((shares > 0) & (shares < 1)).all():
        raise ValueError(
            f"wrong: got a group{where} all right or all wrong; accepted: some of each"
        )


def _checked(
    wrong: ArrayLike, known: ArrayLike, asked: ArrayLike, clusters: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    y, x = np.asarray(wrong, dtype=np.float64), np.asarray(known, dtype=np.float64)
    number, cluster = np.asarray(asked, dtype=np.float64), np.asarray(clusters)
    if y.ndim != 3 or not y.size or not np.isin(y, (0, 1)).all():
        raise ValueError(f"wrong: got shape {y.shape}; accepted: 0 and 1, (seeds, groups, items)")
    seeds, _, items = y.shape
    if x.ndim != 3 or x.shape[:2] != (seeds, items):
        raise ValueError(f"known: got shape {x.shape}; accepted: ({seeds}, {items}, numbers)")
    for name, values in (("asked", number), ("clusters", cluster)):
        if values.shape != (items,):
            raise ValueError(f"{name}: got shape {values.shape}; accepted: ({items},)")
    for name, values in (("known", x), ("asked", number)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: got NaN or infinity; accepted: finite numbers")
    if not np.ptp(number):
        raise ValueError("asked: got one number for all items; accepted: numbers that differ")
    if len(np.unique(cluster)) < 2 * FOLDS:
        raise ValueError(
            f"clusters: got {len(np.unique(cluster))}; accepted: {2 * FOLDS} or more to hold out"
        )
    _both_kinds(y)
    spread = x.std(axis=(0, 1))
    x = (x - x.mean(axis=(0, 1))) / np.where(spread > 0, spread, 1.0)
    return y, x, (number - number.mean()) / number.std(), cluster
