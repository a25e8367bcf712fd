"""Coverage and false positives of the chapter on intermediate tasks, by simulation.

Three studies of its shape, with known truth:

gains   one task's gain: 5 seeds x items, the items shared by all seeds, languages and by both the
        tuned and the untuned model; right or wrong by a probit model. Interval: `crossed_bootstrap`
        of paired differences.
slopes  8 data sets x 4 levels x 5 seeds; difficulty measured by runs, and taken from the other
        seeds. Interval and tests: `inference_over` data sets. Items enter through their mean: what
        is particular to an item cancels, but for how it responds to difficulty.
tasks   12 tasks in families that share half or more of the variance of difficulty and of gain,
        which are independent of each other. Test: `family_permutation`.

Beside each stands what goes wrong when runs (or single scores) are the unit.

    python benchmarks/intermediate_studies.py
    python benchmarks/intermediate_studies.py --repetitions 2000 --bootstraps 500 --json
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import numpy as np
from scipy.stats import norm, spearmanr, t

from helpers.maths.decisions import family_permutation, p_values
from helpers.maths.slopes import slope_within
from helpers.maths.statistics import crossed_bootstrap

N_TASKS, N_SETS, N_LEVELS, N_SEEDS = 12, 8, 4, 5
ALPHA = 0.05

# Standard deviation of what a training run adds to all items (probit): in points about a third.
GAINS = {"items dominate": 0.0, "runs differ": 0.05, "runs dominate": 0.2}
LANGUAGES = np.array([0.6, 0.3, 0.0])  # probit level of the untuned model in each
OF_ITEM, OF_ITEM_LANGUAGE, OF_ITEM_TASK = 1.0, 0.5, 0.3

# Points: how data sets differ in the true difference over the range, noise of a run, share of the
# former that two data sets of one family have in common, how the items at hand respond to
# difficulty beyond other items, correlation of a run's measured difficulty with its own gain.
SLOPES = {
    "noise of runs only": (0.0, 1.2, 0.0, 0.0, 0.0),
    "data sets differ": (0.8, 1.2, 0.0, 0.0, 0.0),
    "data sets differ much": (1.6, 1.2, 0.0, 0.0, 0.0),
    "bad runs look hard": (0.8, 1.2, 0.0, 0.0, -0.8),
    "pairs are families": (0.8, 1.2, 0.8, 0.0, 0.0),
    "items respond alike": (0.8, 1.2, 0.0, 0.3, 0.0),
}
OF_DIFFICULTY = 0.03  # noise of a run's measured difficulty

# Sizes of families and the share of variance that their tasks have in common.
TASKS = {
    "6 families of 2": ((2,) * 6, 0.7),
    "6 families, 1 to 3": ((3, 3, 2, 2, 1, 1), 0.7),
    "8 families, 1 or 2": ((2, 2, 2, 2, 1, 1, 1, 1), 0.7),
    "5 families, 2 or 3": ((3, 3, 2, 2, 2), 0.9),
}
OF_RUN = 0.5  # noise of a run, where a task's difficulty and gain have variance 1


def gains(of_run: float, *, repetitions: int, n_items: int = 200, n_boot: int = 500, seed: int = 0):
    """{method: share of nominal 95 % intervals that hold the true gain}, over 12 tasks a study."""
    rng = np.random.default_rng(seed)
    effects = np.linspace(-0.05, 0.3, N_TASKS)
    variance = 1 + OF_ITEM**2 + OF_ITEM_LANGUAGE**2 + of_run**2
    tuned_mean = norm.cdf((LANGUAGES[:, None] + effects) / np.sqrt(variance + OF_ITEM_TASK**2))
    truth = (tuned_mean - norm.cdf(LANGUAGES / np.sqrt(variance))[:, None]).mean(axis=0)
    held = dict.fromkeys(("crossed bootstrap", "scores are units", "runs are units"), 0)
    for repetition in range(repetitions):
        of_item = LANGUAGES[:, None] + OF_ITEM * rng.normal(size=n_items)
        of_item = of_item + OF_ITEM_LANGUAGE * rng.normal(size=of_item.shape)

        def right(latent: np.ndarray) -> np.ndarray:  # (seeds, languages, items)
            run = of_run * rng.normal(size=(N_SEEDS, 1, 1))
            return (latent + run + rng.normal(size=(N_SEEDS, *latent.shape)) > 0).astype(float)

        untuned = right(of_item)
        for effect, true in zip(effects, truth, strict=True):
            tuned = right(of_item + effect + OF_ITEM_TASK * rng.normal(size=n_items))
            gain = tuned - untuned
            found = crossed_bootstrap(gain, n_boot=n_boot, seed=repetition)
            held["crossed bootstrap"] += found.low <= true <= found.high
            for method, units in (
                ("scores are units", gain.ravel()),
                ("runs are units", gain.mean(axis=(1, 2))),
            ):
                half = t.ppf(0.975, len(units) - 1) * units.std(ddof=1) / np.sqrt(len(units))
                held[method] += abs(units.mean() - true) <= half
    return {method: float(n) / repetitions / N_TASKS for method, n in held.items()}


def slopes(world: tuple[float, ...], effect: float, *, repetitions: int, seed: int = 0):
    """{method: share of studies that reject a mean difference of `effect`, the true one}.

    With an effect of 0 these are false positives; else 1 less them is the coverage of the interval.
    """
    of_set, of_cell, shared, of_items, own = world
    rng = np.random.default_rng(seed)
    by_set = {name: np.empty((repetitions, N_SETS)) for name in ("data sets", "own seeds")}
    of_runs = np.empty(repetitions)
    family = np.arange(N_SETS) // 2
    for repetition in range(repetitions):
        span = rng.uniform(0.15, 0.5, size=(N_SETS, 1, 1))
        true = 0.1 + span * np.linspace(0, 1, N_LEVELS)
        z = rng.normal(size=(2, N_SETS))
        differs = np.sqrt(shared) * z[0, family] + np.sqrt(1 - shared) * z[1]
        difference = effect + of_set * differs + of_items * rng.normal()
        noise, other = rng.normal(size=(2, N_SETS, N_SEEDS, N_LEVELS))
        gain = (
            rng.normal(size=(N_SEEDS, 1))  # the untuned model of the seed, the same for all
            + rng.normal(size=(N_SETS, 1, 1))
            + difference[:, None, None] * (true - true.mean(axis=-1, keepdims=True)) / span
            + of_cell * noise
        )
        measured = true + OF_DIFFICULTY * (own * noise + np.sqrt(1 - own**2) * other)
        left_out = (measured.sum(axis=1, keepdims=True) - measured) / (N_SEEDS - 1)
        for name, difficulty in (("data sets", left_out), ("own seeds", measured)):
            lines = [slope_within(x, y) for x, y in zip(difficulty, gain, strict=True)]
            by_set[name][repetition] = [line.effect for line in lines]
            if name == "data sets":
                of_runs[repetition] = _p_of_runs(left_out, gain, [x.range for x in lines], effect)
    p, p_sign_flip, _ = p_values(by_set["data sets"] - effect, smallest=1.0)
    rejected = {
        "data sets, t": p,
        "data sets, sign flip": p_sign_flip,
        "runs are units": of_runs,
        "difficulty of own seed": p_values(by_set["own seeds"] - effect, smallest=1.0)[0],
    }
    if shared:
        means = by_set["data sets"].reshape(repetitions, -1, 2).mean(axis=2)
        rejected["families, t"] = p_values(means - effect, smallest=1.0)[0]
    return {method: float(np.mean(each < ALPHA)) for method, each in rejected.items()}


def _p_of_runs(difficulty: np.ndarray, gain: np.ndarray, ranges: list[float], effect: float):
    """p of one regression over all runs, with a fixed effect of every data set and seed."""
    x, y = (each - each.mean(axis=-1, keepdims=True) for each in (difficulty, gain))
    x = x / np.reshape(ranges, (-1, 1, 1))
    slope = np.sum(x * y) / np.sum(x * x)
    df = gain.size - gain.shape[0] * gain.shape[1] - 1
    error = np.sqrt(np.sum((y - slope * x) ** 2) / df / np.sum(x * x))
    return 2 * t.sf(abs(slope - effect) / error, df)


def tasks(world: tuple[tuple[int, ...], float], *, repetitions: int, seed: int = 0):
    """{method: share of studies with p below 0.05 though gain does not depend on difficulty}."""
    sizes, shared = world
    family = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(seed)
    p: dict[str, list[float]] = {}
    for repetition in range(repetitions):
        of_family = rng.normal(size=(2, len(sizes)))[:, family]
        of_task = np.sqrt(shared) * of_family + np.sqrt(1 - shared) * rng.normal(
            size=of_family.shape
        )
        runs = of_task[:, :, None] + OF_RUN * rng.normal(size=(2, len(family), N_SEEDS))
        runs[1] -= OF_RUN * rng.normal(size=N_SEEDS)  # the untuned model of each seed
        difficulty, gain = runs.mean(axis=2)
        for statistic in ("spearman", "pearson"):
            found = family_permutation(
                difficulty, gain, family, statistic=statistic, n_permutations=999, seed=repetition
            )
            p.setdefault(f"families permuted, {statistic}", []).append(found.p)
        p.setdefault("tasks are units", []).append(spearmanr(difficulty, gain).pvalue)
        p.setdefault("runs are units", []).append(spearmanr(*runs.reshape(2, -1)).pvalue)
    # Few families give few p values: with five, Spearman's are 2/120, then 10/120.
    return {method: float(np.mean(np.array(each) <= ALPHA)) for method, each in p.items()}


def studies(repetitions: int, bootstraps: int, n_boot: int) -> Iterator[dict]:
    """One row for each study, world, method and measure."""

    def rows(study: str, world: str, measure: str, found: dict[str, float], n: int):
        for method, share in found.items():
            yield {
                "study": study,
                "world": world,
                "measure": measure,
                "method": method,
                "share": round(share, 4),
                "repetitions": n,
            }

    for name, of_run in GAINS.items():
        found = gains(of_run, repetitions=bootstraps, n_boot=n_boot)
        yield from rows("gains", name, "coverage", found, bootstraps)
    for name, world in SLOPES.items():
        missed = slopes(world, 1.0, repetitions=repetitions, seed=1)
        held = {method: 1 - share for method, share in missed.items()}
        yield from rows("slopes", name, "coverage", held, repetitions)
        wrong = slopes(world, 0.0, repetitions=repetitions, seed=2)
        yield from rows("slopes", name, "false positives", wrong, repetitions)
    for name, world in TASKS.items():
        found = tasks(world, repetitions=repetitions)
        yield from rows("tasks", name, "false positives", found, repetitions)


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--repetitions", type=click.IntRange(10), default=1000, show_default=True)
@click.option("--bootstraps", type=click.IntRange(10), default=300, show_default=True,
              help="Repetitions of the study of gains, 12 bootstraps each.")  # fmt: skip
@click.option("--n-boot", type=click.IntRange(100), default=500, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A list of objects instead of a table.")
def main(repetitions: int, bootstraps: int, n_boot: int, as_json: bool) -> None:
    rows = []
    for row in studies(repetitions, bootstraps, n_boot):
        rows.append(row)
        if not as_json:
            click.echo(
                f"{row['study']:7} {row['world']:22} {row['measure']:16} {row['method']:28} "
                f"{100 * row['share']:5.1f} %"
            )
    if as_json:
        click.echo(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
