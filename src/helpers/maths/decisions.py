"""Decisions from the few units that a claim about tasks has: data sets, or families of tasks.

A claim about tasks generalises to other tasks, so their number is the sample size, however many
runs there are: of one task's runs all share what is particular to the task, and counting them as
units finds effects that are not there (`benchmarks/intermediate_studies.py` measures how often).
Here every unit comes in as one number. With so few of them "not significant" says little, so an
equivalence test and the power stand beside the test. Not for intervals of one task's score
(`statistics`), nor for the number itself (`slopes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

LEAST_SETS = 3  # data sets, or families
SIGN_FLIPS = 2**12  # all of them up to this many, else as many at random: exact up to 12 data sets
FLIP_ROWS = 256  # studies flipped at a time: 8 MB
EXACT_ORDERS = 5040  # all orders of families up to 7 of them
VERDICTS = ("effect", "small effect", "equivalent", "inconclusive")


@dataclass(frozen=True)
class Inference:
    """Mean effect over data sets with its t interval, three p values and what follows from them.

    inner_low, inner_high : the t interval at 1 - 2 (1 - level), 90 % beside 95 %: it lies within
        +-smallest where, and only where, p_equivalence is below 1 - level.
    p : of the two-sided one-sample t test of mean 0; p_sign_flip : of the sign-flip test of
    effects that are symmetric about 0 (not below 2 / 2^n_sets: five data sets cannot reach 0.05);
    p_equivalence : of the equivalence test, for a mean that is not within +-smallest.

    verdict, each at 1 - level, by p and p_equivalence:
        "effect"        p only. The mean is not 0, and may be of interest.
        "small effect"  both. The mean is not 0, and is smaller than of interest.
        "equivalent"    p_equivalence only. The mean is smaller than of interest.
        "inconclusive"  neither. The data cannot say.
    """

    mean: float
    low: float
    high: float
    inner_low: float
    inner_high: float
    p: float
    p_sign_flip: float
    p_equivalence: float
    verdict: str
    n_sets: int
    smallest: float
    level: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}], {self.verdict}"


def inference_over(
    effects: ArrayLike, *, smallest: float = 1.0, level: float = 0.95, seed: int = 0
) -> Inference:
    """Whether effects have a mean other than 0, or one too small to matter, over data sets.

    Parameters
    ----------
    effects : (data sets,), points; one number a data set, such as `slopes.Slope.effect`. The data
        sets count as independent: average those of one family first.
    smallest : smallest effect of interest, points, either sign.
    level : of the interval; the tests are at 1 - level.
    seed : of the sign flips, where there are more than 12 data sets and they are drawn at random.

    The equivalence test is two one-sided t tests (Schuirmann 1987, "A comparison of the two
    one-sided tests procedure and the power approach", J. Pharmacokinetics and Biopharmaceutics 15),
    the larger p of the two: below 0.05 where the 90 % interval lies within +-smallest.

    Raises ValueError that names the argument: fewer than three data sets, effects that are not
    finite or do not differ.

    >>> print(inference_over([2.1, 1.2, 3.0, 1.8, 0.9, 2.4, 1.5, 2.2]))
    1.89 [1.32, 2.46], effect
    >>> print(inference_over([0.4, -0.3, 0.1, -0.2, 0.5, 0.0, -0.4, 0.2]))
    0.04 [-0.24, 0.31], equivalent
    >>> print(inference_over([2.1, -1.2, 3.0]))
    1.30 [-4.20, 6.80], inconclusive
    """
    from scipy.stats import ttest_1samp

    x = _row(effects, "effects")
    if len(x) < LEAST_SETS:
        raise ValueError(f"effects: got {len(x)}; accepted: {LEAST_SETS} data sets or more")
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        raise ValueError(f"effects: got {len(x)} times {x[0]:.4g}; accepted: effects that differ")
    if not smallest > 0:
        raise ValueError(f"smallest: got {smallest}; accepted: points above 0")
    if not 0 < level < 1:
        raise ValueError(f"level: got {level}; accepted: between 0 and 1")
    test = ttest_1samp(x, 0.0)
    low, high = test.confidence_interval(level)
    inner_low, inner_high = test.confidence_interval(max(2 * level - 1, 0.0))
    p, p_sign_flip, p_equivalence = (float(each) for each in p_values(x, smallest, seed=seed))
    differs, small = p < 1 - level, p_equivalence < 1 - level
    verdict = VERDICTS[
        {(True, False): 0, (True, True): 1, (False, True): 2}.get((differs, small), 3)
    ]
    return Inference(
        mean=float(x.mean()),
        low=float(low),
        high=float(high),
        inner_low=float(inner_low),
        inner_high=float(inner_high),
        p=p,
        p_sign_flip=p_sign_flip,
        p_equivalence=p_equivalence,
        verdict=verdict,
        n_sets=len(x),
        smallest=float(smallest),
        level=float(level),
    )


def p_values(
    effects: np.ndarray, smallest: float, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p, p_sign_flip and p_equivalence of `Inference` along the last axis; nothing is checked.

    For simulations: effects of shape (..., data sets) give arrays of shape (...).

    >>> [round(float(p), 4) for p in p_values(np.array([2.1, 1.2, 3.0, 1.8]), 1.0)]
    [0.0124, 0.125, 0.9641]
    """
    from scipy.stats import ttest_1samp

    p = ttest_1samp(effects, 0.0, axis=-1).pvalue
    above = ttest_1samp(effects, -smallest, axis=-1, alternative="greater").pvalue
    below = ttest_1samp(effects, smallest, axis=-1, alternative="less").pvalue
    return p, _sign_flip(effects, seed), np.maximum(above, below)


def holm(pvalues: ArrayLike) -> np.ndarray:
    """(tests,): p values adjusted for their number, to be compared with 0.05 each.

    Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6; for any dependence between the tests. By statsmodels. Raises ValueError for none
    of them, or for what is not from 0 to 1.

    >>> holm([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.06, 0.06])
    """
    from statsmodels.stats.multitest import multipletests

    p = _row(pvalues, "pvalues")
    if not len(p) or p.min() < 0 or p.max() > 1:
        raise ValueError(f"pvalues: got {p.tolist()}; accepted: one or more, from 0 to 1")
    return multipletests(p, method="holm")[1]


@dataclass(frozen=True)
class FamilyPermutation:
    """Correlation of family means, its two-sided p, and whether all orders were gone through.

    least_p is the smallest p that so many families can give.
    """

    rho: float
    p: float
    n_families: int
    n_tasks: int
    exact: bool
    least_p: float


def family_permutation(
    difficulty: ArrayLike,
    gain: ArrayLike,
    families: Sequence[object],
    *,
    statistic: str = "spearman",
    n_permutations: int = 9999,
    seed: int = 0,
) -> FamilyPermutation:
    """Correlation of difficulty and gain over task families, tested by permuting the families.

    Tasks of a family share what makes them hard and what makes them useful, so they move as one
    block: difficulty and gain are averaged within families, and the mean difficulties are permuted
    between them. All orders where they are 5040 or fewer (seven families), or no more than
    `n_permutations`; else that many at random, with the observed one counted in (Phipson and Smyth
    2010, "Permutation p-values should never be zero", SAGMB 9). Two-sided: twice the smaller tail.

    Parameters
    ----------
    difficulty, gain : (tasks,), any units. Average over seeds and targets first.
    families : (tasks,) labels.
    statistic : "spearman" or "pearson", of the family means.
    n_permutations, seed : for more than seven families.

    Raises ValueError that names the argument: fewer than three families, means that do not differ.

    >>> found = family_permutation(
    ...     [0.1, 0.2, 0.4, 0.5, 0.9], [1.0, 1.2, 2.0, 2.1, 3.5], ["a", "a", "b", "b", "c"]
    ... )
    >>> round(found.rho, 6), round(found.p, 6), found.n_families
    (1.0, 0.333333, 3)
    """
    from scipy.stats import permutation_test

    x, y = _row(difficulty, "difficulty"), _row(gain, "gain")
    labels = [str(label) for label in families]
    for name, n in (("gain", len(y)), ("families", len(labels))):
        if n != len(x):
            raise ValueError(f"{name}: got {n} tasks; accepted: {len(x)}, as difficulty")
    if n_permutations < 100:
        raise ValueError(f"n_permutations: got {n_permutations}; accepted: 100 or more")
    found, unit = np.unique(labels, return_inverse=True)
    n = len(found)
    if n < LEAST_SETS:
        raise ValueError(f"families: got {n}; accepted: {LEAST_SETS} or more")
    tasks = np.bincount(unit)
    x, y = (np.bincount(unit, weights=each) / tasks for each in (x, y))
    for name, means in (("difficulty", x), ("gain", y)):
        if np.ptp(means) <= 1e-12 * np.abs(means).max():
            raise ValueError(f"{name}: got equal means of all families; accepted: some that differ")
    x, y = _ranked(x, statistic), _ranked(y, statistic)
    draws = EXACT_ORDERS if factorial(n) <= EXACT_ORDERS else n_permutations
    result = permutation_test(
        (x,),
        lambda x, axis: _correlation(x, y),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=draws,
        random_state=np.random.default_rng(seed),
    )
    exact = factorial(n) <= draws
    least = 2 / factorial(n) if exact else 2 / (draws + 1)
    rho, p = float(result.statistic), float(result.pvalue)
    return FamilyPermutation(rho, p, n, len(labels), exact, least)


def correlation_power(
    n_tasks: int,
    rho: float,
    *,
    statistic: str = "spearman",
    alpha: float = 0.05,
    n_draws: int = 10_000,
    seed: int = 0,
) -> float:
    """Share of studies that find a correlation of `rho` over independent tasks, by simulation.

    Tasks are drawn from a bivariate normal distribution with correlation `rho`; the test is the
    two-sided t test of the correlation (for Spearman's, of ranks: scipy's default too). With
    families, `n_tasks` is their number; `family_permutation` finds less than this says (six
    families, rho 0.5: 0.10 against 0.16). Standard error below 0.5 / sqrt(n_draws). With rho = 0
    it is the share of false positives. Raises ValueError that names the argument.

    >>> correlation_power(12, 0.5) < 0.4 < 0.9 < correlation_power(50, 0.5)
    True
    """
    from scipy.stats import t

    if n_tasks < 4:
        raise ValueError(f"n_tasks: got {n_tasks}; accepted: 4 or more")
    if not -1 < rho < 1:
        raise ValueError(f"rho: got {rho}; accepted: between -1 and 1")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: got {alpha}; accepted: between 0 and 1")
    if n_draws < 1:
        raise ValueError(f"n_draws: got {n_draws}; accepted: 1 or more")
    x, noise = np.random.default_rng(seed).normal(size=(2, n_draws, n_tasks))
    y = rho * x + np.sqrt(1 - rho**2) * noise
    r = _correlation(_ranked(x, statistic), _ranked(y, statistic))
    critical = t.ppf(1 - alpha / 2, n_tasks - 2)
    return float(np.mean(np.abs(r) >= critical / np.sqrt(critical**2 + n_tasks - 2)))


def _sign_flip(effects: np.ndarray, seed: int) -> np.ndarray:
    """Share of sign changes whose mean is as far from 0 as the one seen, along the last axis."""
    n = effects.shape[-1]
    exact = 2**n <= SIGN_FLIPS
    if exact:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(SIGN_FLIPS - 1, n))
    rows = effects.reshape(-1, n)
    count = np.empty(len(rows))
    for start in range(0, len(rows), FLIP_ROWS):
        part = rows[start : start + FLIP_ROWS]
        seen = np.abs(part.sum(axis=1)) * (1 - 1e-12)
        count[start : start + FLIP_ROWS] = (np.abs(signs @ part.T) >= seen).sum(axis=0)
    p = count / len(signs) if exact else (count + 1) / (len(signs) + 1)
    return p.reshape(effects.shape[:-1])


def _ranked(x: np.ndarray, statistic: str) -> np.ndarray:
    """What the statistic correlates: ranks along the last axis, or the values themselves."""
    from scipy.stats import rankdata

    if statistic not in {"spearman", "pearson"}:
        raise ValueError(f"statistic: got {statistic!r}; accepted: 'spearman' or 'pearson'")
    return rankdata(x, axis=-1) if statistic == "spearman" else x


def _correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's along the last axis; other axes broadcast."""
    x, y = (each - each.mean(axis=-1, keepdims=True) for each in (x, y))
    return np.sum(x * y, axis=-1) / np.sqrt(np.sum(x * x, axis=-1) * np.sum(y * y, axis=-1))


def _row(values: ArrayLike, name: str) -> np.ndarray:
    try:
        x = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: got no array of numbers ({error})") from error
    if x.ndim != 1:
        raise ValueError(f"{name}: got shape {x.shape}; accepted: one axis")
    if not np.isfinite(x).all():
        where = int(np.argmin(np.isfinite(x)))
        raise ValueError(f"{name}: got {x[where]} at {where}; accepted: finite numbers")
    return x
