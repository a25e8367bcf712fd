"""Coverage of the intervals of `helpers.maths.statistics`, by simulation.

Scores are drawn from score = seed + item + noise with known variances, so the true value is 0
and an interval either holds it or does not. `nested` redraws items separately for every seed;
`pigeonhole` is the crossed draw without the corrections of `crossed_bootstrap`.

    python benchmarks/coverage.py --repetitions 1000
    python benchmarks/coverage.py --seeds 5 --repetitions 200 --json
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import click
import numpy as np

from helpers.maths.statistics import crossed_bootstrap, two_way_interval

# Standard deviations of (seed, item, noise): what dominates, in the words of the table.
WORLDS = {
    "items dominate": (0.0, 1.0, 0.5),
    "noise only": (0.0, 0.0, 1.0),
    "seeds small": (0.02, 0.3, 0.3),
    "seeds as large as items": (0.03, 0.3, 0.3),
    "seeds dominate": (0.2, 0.3, 0.3),
}
METHODS = ("nested", "pigeonhole", "crossed", "two-way")


def simulate(
    n_seeds: int,
    n_items: int,
    deviations: tuple[float, float, float],
    *,
    repetitions: int,
    n_boot: int = 500,
    methods: Iterable[str] = METHODS,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Share of nominal 95 % intervals that hold the truth, and their mean width, by method."""
    methods = list(methods)
    held, width = dict.fromkeys(methods, 0), dict.fromkeys(methods, 0.0)
    rng = np.random.default_rng(seed)
    of_seed, of_item, of_noise = deviations
    for repetition in range(repetitions):
        scores = (
            of_seed * rng.normal(size=(n_seeds, 1))
            + of_item * rng.normal(size=(1, n_items))
            + of_noise * rng.normal(size=(n_seeds, n_items))
        )
        for method in methods:
            low, high = _interval(method, scores, n_boot, repetition)
            held[method] += low <= 0 <= high
            width[method] += high - low
    return {m: (held[m] / repetitions, width[m] / repetitions) for m in methods}


def _interval(method: str, scores: np.ndarray, n_boot: int, seed: int) -> tuple[float, float]:
    if method == "crossed":
        found = crossed_bootstrap(scores, n_boot=n_boot, seed=seed)
        return found.low, found.high
    if method == "two-way":
        found = two_way_interval(scores)
        return found.low, found.high
    n_seeds, n_items = scores.shape
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n_seeds, size=(n_boot, n_seeds))
    items = rng.integers(0, n_items, size=(n_boot, n_seeds if method == "nested" else 1, n_items))
    means = scores[drawn[:, :, None], items].mean(axis=(1, 2))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--seeds", multiple=True, type=click.IntRange(2), default=(2, 3, 5, 10))
@click.option("--items", type=click.IntRange(2), default=100, show_default=True)
@click.option("--repetitions", type=click.IntRange(10), default=1000, show_default=True)
@click.option("--n-boot", type=click.IntRange(100), default=500, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A list of objects instead of a table.")
def main(seeds: tuple[int, ...], items: int, repetitions: int, n_boot: int, as_json: bool) -> None:
    rows = []
    for n_seeds in seeds:
        for world, deviations in WORLDS.items():
            found = simulate(n_seeds, items, deviations, repetitions=repetitions, n_boot=n_boot)
            for method, (coverage, width) in found.items():
                rows.append(
                    {
                        "seeds": n_seeds,
                        "items": items,
                        "world": world,
                        "method": method,
                        "coverage": coverage,
                        "width": round(width, 4),
                    }
                )
            if not as_json:
                shown = "  ".join(f"{m} {100 * c:5.1f} ({w:.3f})" for m, (c, w) in found.items())
                click.echo(f"{n_seeds:3} seeds  {world:24} {shown}")
    if as_json:
        click.echo(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
