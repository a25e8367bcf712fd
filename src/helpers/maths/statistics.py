"""Intervals for scores of items that are crossed with seeds and with parallel languages.

Every seed and every parallel language is scored on the same items, so an easy item is easy for
all of them; redrawing items separately for each (nested) leaves that out and under-covers. Here
one draw of items serves all seeds and languages. Two intervals stand side by side: the crossed
bootstrap (any statistic) and a two-way random-effects interval (from variance components).

Not for claims about tasks: their unit is the task family, and there are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.item_statistics import (
    ItemBlock,
    Statistic,
    influence,
    item_blocks,
    macro_f1_with,
    pearson_with,
    spearman_with,
    weighted_mean,
)

__all__ = [
    "Interval",
    "crossed_bootstrap",
    "macro_f1_with",
    "pearson_with",
    "report",
    "spearman_with",
    "two_way_interval",
    "weighted_mean",
]

# A bootstrap over fewer languages (or tasks) than this is refused.
MIN_LANGUAGES = 10
BATCH = 50  # replicates evaluated at once
MOST_KEPT = 2000  # items of the samples whose draws are kept: 200 batches are 160 MB at the most


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its interval.

    `covers` names what was treated as random: with one seed it is ("items",), and the interval
    speaks of this trained model on other items, not of another training run. `p` : of the
    two-sided test that the true value is 0, from the model of the interval; NaN where it has none.

    >>> print(Interval(0.5, 0.4, 0.61, covers=("items",)))
    0.500 [0.400, 0.610]
    """

    value: float
    low: float
    high: float
    level: float = 0.95
    method: str = ""
    covers: tuple[str, ...] = ()
    p: float = float("nan")

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def crossed_bootstrap(
    scores: ArrayLike | Sequence[ArrayLike],
    *,
    statistic: Statistic | Sequence[Statistic] | None = None,
    clusters: ArrayLike | Sequence[ArrayLike] | None = None,
    shared_items: bool = True,
    resample_languages: bool = False,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> Interval:
    """Percentile interval for the mean over seeds and languages of a statistic over items.

    In every replicate one draw of items serves all seeds and all languages, and the seeds are
    redrawn too. With d_items and d_seeds the deviations that the two draws cause on their own,
    a replicate is

        value + c(items) d_items + c(seeds) h d_seeds,

    where c(n) = t(n - 1) / z * sqrt(n / (n - 1)) undoes the two ways in which a bootstrap of few
    units is too narrow (variance too small by (n - 1) / n, normal for t tails; 1.58 for five
    seeds, 1.00 for many items), and h^2 = 1 - var(interaction) / var(d_seeds), not below 0,
    leaves out the noise of item x seed, which d_items holds already. The unscaled crossed draw
    counts that noise three times (Owen 2007, "The pigeonhole bootstrap", Annals of Applied
    Statistics 1) and yet under-covers where seeds dominate: `benchmarks/coverage.py` measures
    all of them. Where seeds dominate, two of them give
    91 % and three 93 %, so say how many there were.

    Parameters
    ----------
    scores : (items,), (seeds, items) or (seeds, languages, items), finite. For the difference of
        two systems pass the paired difference. With `shared_items=False` also a sequence with
        one (seeds, items) array a language, of unequal lengths.
    statistic : maps (scores, weights (b, items)) to (b, seeds) or (b, seeds, languages), where
        weights say how often each item is in the resample; the mean by default, see also
        `spearman_with`. The array may then have any shape that ends in items (two systems, say).
        One for each language, or one for all, when the items are not shared.
    clusters : (items,) labels of what is drawn as a whole (the article of a question); one array
        a language when the items are not shared.
    shared_items : whether item i is the same in every language. If not, each language draws its
        own items; seeds are still common to all languages.
    resample_languages : treat the languages as a sample too. Refused below ten of them. By
        default languages are fixed and the interval speaks of just these.
    level, n_boot, seed : coverage aimed at, number of replicates, seed of the draws.

    Raises ValueError that names the argument. Up to 1 % of replicates may leave a statistic
    undefined (a resample that is constant); they are left out. Where all scores are equal the
    interval has no width, as every bootstrap's: no more can be learned from them.

    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.random((5, 400)) < rng.beta(4, 1, size=400)).astype(float)
    >>> print(crossed_bootstrap(answers))
    0.809 [0.788, 0.830]
    """
    blocks = item_blocks(scores, statistic, clusters, shared_items)
    _check_draws(level, n_boot)
    draws = crossed_draws(blocks, level=level, n_boot=n_boot, seed=seed)
    n_seeds, n_languages = draws.observed.shape
    if resample_languages and n_languages < MIN_LANGUAGES:
        raise ValueError(
            f"resample_languages: got {n_languages} languages; accepted: {MIN_LANGUAGES} or more, "
            "or False: languages fixed"
        )
    value = float(draws.observed.mean())
    replicates = value + draws.deviations(np.full(n_languages, 1 / n_languages))
    covers = ["items", "seeds"] if n_seeds > 1 else ["items"]
    if resample_languages:
        rng_languages = np.random.default_rng(seed).spawn(2)[1]
        counts = _counts(rng_languages, n_boot, n_languages)
        shift = counts @ draws.observed.mean(axis=0) / n_languages - value
        replicates += _few_units(n_languages, level) * shift
        covers.append("languages")
    return percentile_interval(value, replicates, level, tuple(covers))


def two_way_interval(
    scores: ArrayLike | Sequence[ArrayLike],
    *,
    statistic: Statistic | Sequence[Statistic] | None = None,
    clusters: ArrayLike | Sequence[ArrayLike] | None = None,
    shared_items: bool = True,
    level: float = 0.95,
) -> Interval:
    """The same value with a t interval from the two-way random-effects model seeds x items.

    score = mean + seed + item + noise, each a random effect. With the mean squares of the
    two-way analysis of variance, Var(mean) = (MS_seeds + MS_items - MS_noise) / (seeds x items);
    a component estimated below 0 counts as 0. Degrees of freedom by Satterthwaite (1946,
    Biometrics Bulletin 2). With one seed: a one-sample t interval over items, which covers items
    only. Languages are fixed and averaged over.

    Items enter through their influence on the statistic: their scores for a mean, cluster sums
    about the mean for a mean of clusters, jackknife pseudo-values (Tukey 1958) for any other
    statistic. Parameters and errors as in `crossed_bootstrap`.

    >>> print(two_way_interval([[1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0]]))
    0.625 [-0.137, 1.387]
    """
    blocks = item_blocks(scores, statistic, clusters, shared_items)
    if not 0 < level < 1:
        raise ValueError(f"level: got {level}; accepted: between 0 and 1")
    observed = np.concatenate([b.evaluate(np.ones((1, b.n_units))) for b in blocks], axis=2)[0]
    _check_observed(observed)
    value, n_seeds, n_blocks = float(observed.mean()), len(observed), len(blocks)
    of_items, of_noise = [], []  # (contribution to the variance of the value, its df), by block
    for block in blocks:
        x = influence(block)
        noise = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()
        df = x.shape[1] - 1
        of_items.append((x.mean(axis=0).var(ddof=1) / x.shape[1] / n_blocks**2, df))
        df_noise = df * (n_seeds - 1)
        square = np.sum(noise**2) / df_noise if df_noise else 0.0
        of_noise.append((square / x.size / n_blocks**2, df_noise))
    per_seed = observed.mean(axis=1)
    of_seeds = (per_seed.var(ddof=1) / n_seeds, n_seeds - 1) if n_seeds > 1 else (0.0, 0)
    terms = _variance_terms(of_seeds, of_items, of_noise)
    variance = sum(amount for amount, _ in terms)
    half, p = 0.0, float("nan")
    if variance > 0:
        from scipy.special import stdtr, stdtrit

        df = variance**2 / sum(amount**2 / df for amount, df in terms if amount)
        half = float(stdtrit(df, (1 + level) / 2) * np.sqrt(variance))
        p = float(2 * stdtr(df, -abs(value) / np.sqrt(variance)))
    covers = ("items", "seeds") if n_seeds > 1 else ("items",)
    return Interval(value, value - half, value + half, level, "two-way random effects", covers, p)


def report(
    scores: ArrayLike | Sequence[ArrayLike],
    *,
    statistic: Statistic | Sequence[Statistic] | None = None,
    clusters: ArrayLike | Sequence[ArrayLike] | None = None,
    shared_items: bool = True,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Both intervals side by side: {"crossed": ..., "two-way": ...}; arguments as above.

    >>> both = report([[1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0]])
    >>> both["crossed"].value == both["two-way"].value
    True
    """
    return {
        "crossed": crossed_bootstrap(
            scores,
            statistic=statistic,
            clusters=clusters,
            shared_items=shared_items,
            level=level,
            n_boot=n_boot,
            seed=seed,
        ),
        "two-way": two_way_interval(
            scores,
            statistic=statistic,
            clusters=clusters,
            shared_items=shared_items,
            level=level,
        ),
    }


@dataclass(frozen=True)
class CrossedDraws:
    """What the draws of `crossed_bootstrap` do to the statistic of every language (or system).

    For statistics that several of them make up together: a mean, a difference, a ratio.
    """

    observed: np.ndarray  # (seeds, languages)
    items: np.ndarray  # (n_boot, languages): c(items) d_items
    seeds: np.ndarray  # (n_boot, languages): d_seeds
    interaction: np.ndarray  # (n_boot, languages): both draws at once, beyond the sum of the two
    level: float

    def seed_factor(self, weights: np.ndarray) -> float:
        """c(seeds) h for the combination of languages with these weights; 0 with one seed."""
        if len(self.observed) == 1:
            return 0.0
        noise, spread = np.nanvar(self.interaction @ weights), (self.seeds @ weights).var()
        kept = np.sqrt(max(0.0, 1 - noise / spread)) if spread else 0.0
        return _few_units(len(self.observed), self.level) * float(kept)

    def deviations(self, weights: np.ndarray, factor: float | None = None) -> np.ndarray:
        """(n_boot,): how far the replicates of the weighted sum of languages are from its value.

        `factor` is the factor of the seeds, that of these very weights unless given.
        """
        factor = self.seed_factor(weights) if factor is None else factor
        return self.items @ weights + factor * (self.seeds @ weights)


def crossed_draws(
    blocks: list[ItemBlock],
    *,
    level: float,
    n_boot: int,
    seed: int,
    groups: Sequence[int] | None = None,
) -> CrossedDraws:
    """The draws for blocks with the same seeds; blocks of one group have the same items.

    By default every block draws items of its own. Blocks of one group must have the same units.
    """
    groups = range(len(blocks)) if groups is None else groups
    each = [b.evaluate(np.ones((1, b.n_units)))[0] for b in blocks]
    observed = np.concatenate(each, axis=1)
    _check_observed(observed)
    of_language = observed.mean(axis=0)
    seed_counts = _counts(np.random.default_rng(seed).spawn(2)[0], n_boot, len(observed))
    seeds = seed_counts @ observed / len(observed) - of_language
    scale = [_few_units(b.n_units, level) for b in blocks]
    scale = np.repeat(scale, [values.shape[1] for values in each])
    items, interaction, done = [], [], 0
    for values in _item_draws(blocks, groups, n_boot, seed):
        drawn = seed_counts[done : done + len(values)] / len(observed)
        shift = (values - observed).mean(axis=1)  # (b, languages): what the items alone do
        items.append(shift * scale)
        both = np.einsum("bsl,bs->bl", values, drawn) - of_language
        interaction.append(both - shift - seeds[done : done + len(values)])
        done += len(values)
    return CrossedDraws(observed, np.concatenate(items), seeds, np.concatenate(interaction), level)


def percentile_interval(
    value: float, replicates: np.ndarray, level: float, covers: tuple[str, ...]
) -> Interval:
    """The percentiles of the replicates; ValueError where over 1 % of them are undefined."""
    if np.isnan(replicates).mean() > 0.01:
        raise ValueError("scores: got a statistic undefined in over 1 % of resamples; "
                         "accepted: more items, or items that differ")  # fmt: skip
    tail = 50 * (1 - level)
    low, high = np.nanpercentile(replicates, [tail, 100 - tail])
    return Interval(value, float(low), float(high), level, "crossed bootstrap", covers)


def _variance_terms(
    of_seeds: tuple[float, int],
    of_items: list[tuple[float, int]],
    of_noise: list[tuple[float, int]],
) -> list[tuple[float, int]]:
    """Signed terms whose sum estimates the variance of the grand mean, with their df."""
    seeds_matter = of_seeds[0] > sum(amount for amount, _ in of_noise)
    terms = [of_seeds] if seeds_matter else []
    for item, noise in zip(of_items, of_noise, strict=True):
        if item[0] > noise[0]:
            terms.append(item)
            if seeds_matter:
                terms.append((-noise[0], noise[1]))
        elif not seeds_matter:
            terms.append(noise)
    return terms


def _item_draws(
    blocks: list[ItemBlock], groups: Sequence[int], n_boot: int, seed: int
) -> Iterator[np.ndarray]:
    """Statistic under drawn items, (b, seeds, languages), in batches of bounded memory."""
    for start in range(0, n_boot, BATCH):
        b = min(BATCH, n_boot - start)
        drawn = [
            _item_counts(seed, start, b, group, block.n_units)
            for group, block in zip(groups, blocks, strict=True)
        ]
        evaluated = [k.evaluate(counts) for k, counts in zip(blocks, drawn, strict=True)]
        yield np.concatenate(evaluated, axis=2)


def _item_counts(seed: int, start: int, b: int, block: int, n: int) -> np.ndarray:
    """The draws of one batch; every block of items that are not shared has draws of its own.

    Kept for small samples: a study asks for the same draws for hundreds of rows.
    """
    make = _kept_counts if n <= MOST_KEPT else _kept_counts.__wrapped__
    return make(seed, start, b, block, n)


@lru_cache(maxsize=200)
def _kept_counts(seed: int, start: int, b: int, block: int, n: int) -> np.ndarray:
    counts = _counts(np.random.default_rng([seed, start, block]), b, n)
    counts.setflags(write=False)
    return counts


def _counts(rng: np.random.Generator, b: int, n: int) -> np.ndarray:
    """How often each of `n` units is in each of `b` draws of `n` with replacement, (b, n)."""
    drawn = rng.integers(0, n, size=(b, n)) + n * np.arange(b)[:, None]
    return np.bincount(drawn.ravel(), minlength=b * n).reshape(b, n).astype(np.float64)


def _few_units(n: int, level: float) -> float:
    from scipy.special import ndtri, stdtrit  # quantiles of the normal and of Student's t

    tail = (1 + level) / 2
    return float(stdtrit(n - 1, tail) / ndtri(tail) * np.sqrt(n / (n - 1)))


def _check_draws(level: float, n_boot: int) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level: got {level}; accepted: between 0 and 1")
    if n_boot < 100:
        raise ValueError(f"n_boot: got {n_boot}; accepted: 100 or more")


def _check_observed(observed: np.ndarray) -> None:
    if np.isnan(observed).any():
        seed, language = (int(i) for i in np.argwhere(np.isnan(observed))[0])
        raise ValueError(
            f"scores: got an undefined statistic for seed {seed}, language {language} (constant "
            "predictions or gold); accepted: scores for which it is defined"
        )
