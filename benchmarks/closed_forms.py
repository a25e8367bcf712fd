"""A million pairs through the closed-form maps: time, peak memory, share of the matrix rate.

    python benchmarks/closed_forms.py --pairs 1000000 --dim 768

Synthetic pairs (a planted orthogonal map plus noise; variances falling as 1/i) are streamed through
`FoldedMoments`, every closed form is solved from the one pass, and numpy.linalg.lstsq stands
beside least squares on as many pairs as fit. Generating the pairs is not timed.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator

import click
import numpy as np

from helpers.maths.alignment import make_aligner
from helpers.maths.closed_forms import least_squares
from helpers.maths.moments import PairMoments
from helpers.maths.select import FoldedMoments

SOLVED = ("centre", "least-squares", "ridge", "procrustes", "cca", "random-rotation")


def peak_memory_mb() -> float:
    """Largest resident size of this process so far (kilobytes on Linux, bytes on macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def matrix_rate(dtype: str, size: int = 2048, repeats: int = 5) -> tuple[float, float]:
    """GFLOP/s of the best of a few square products, by the clock and by processor time."""
    A = np.random.default_rng(0).normal(size=(size, size)).astype(dtype)
    clock, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        A @ A
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return 2 * size**3 / min(clock) / 1e9, 2 * size**3 / min(processor) / 1e9


class Pairs:
    """Float32 pairs with a planted orthogonal map, drawn chunk by chunk; the same for one seed.

    The map is a permutation of the axes followed by a reflection: cheap to apply to a million rows,
    where a dense one would cost as much as what is measured.
    """

    def __init__(self, dim: int, seed: int = 0, noise: float = 0.3):
        self.rng, self.noise = np.random.default_rng(seed), noise
        self.spread = (np.arange(1, dim + 1) ** -0.5).astype(np.float32)
        self.order = self.rng.permutation(dim)
        axis = self.rng.normal(size=dim).astype(np.float32)
        self.axis = axis / np.linalg.norm(axis)

    def map(self, rows: np.ndarray) -> np.ndarray:
        turned = rows[:, self.order]
        return turned - np.outer(2 * (turned @ self.axis), self.axis)

    @property
    def planted(self) -> np.ndarray:
        return self.map(np.eye(len(self.spread)))

    def chunks(self, pairs: int, chunk: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, pairs, chunk):
            shape = (min(chunk, pairs - start), len(self.spread))
            X = self.rng.standard_normal(shape, dtype=np.float32) * self.spread
            noise = self.rng.standard_normal(shape, dtype=np.float32) * self.spread
            yield X + 0.1, self.map(X + self.noise * noise) - 0.1


def stream(pairs: int, dim: int, chunk: int, dtype: str) -> tuple[FoldedMoments, dict]:
    """One timed pass of all pairs; symmetric products count half, as they are computed.

    The share by processor time is what the code makes of the cores it was given; the share by the
    clock also falls when other processes want the same cores.
    """
    folded, seconds, busy = FoldedMoments(dim, dim, dtype=dtype), 0.0, 0.0
    rates = [matrix_rate(dtype)]
    for X, Y in Pairs(dim).chunks(pairs, chunk):
        start, busy_start = time.perf_counter(), time.process_time()
        folded.update(X, Y)
        seconds += time.perf_counter() - start
        busy += time.process_time() - busy_start
    rates.append(matrix_rate(dtype))
    by_clock, by_processor = (float(rate) for rate in np.max(rates, axis=0))
    work = 4 * pairs * dim**2 / 1e9
    return folded, {
        "seconds": seconds,
        "processor_seconds": busy,
        "gflops": work / seconds,
        "machine_gflops": by_clock,
        "share": work / seconds / by_clock,
        "share_of_processor_time": work / busy / by_processor,
        "peak_memory_mb": peak_memory_mb(),
    }


def solve(folded: FoldedMoments, planted: np.ndarray) -> list[dict]:
    """Each closed form from the moments: seconds, and how far W_ is from the planted map."""
    rows = []
    for method in SOLVED:
        start = time.perf_counter()
        aligner = make_aligner(method, normalise=("centre",)).fit_moments(folded)
        seconds = time.perf_counter() - start
        off = None
        if aligner.W_.shape == planted.shape and aligner.target_W_ is None:
            off = float(np.linalg.norm(aligner.W_ - planted) / np.linalg.norm(planted))
        chosen = getattr(aligner, "penalty_", getattr(aligner, "dimension_", None))
        rows.append({"method": method, "seconds": seconds, "chosen": chosen, "off_planted": off})
    return rows


def beside_lstsq(pairs: int, dim: int, chunk: int) -> dict:
    """numpy.linalg.lstsq on what fits, and both precisions of the moments against it."""
    parts = list(Pairs(dim).chunks(pairs, chunk))
    X, Y = (np.vstack([part[side] for part in parts]).astype(np.float64) for side in (0, 1))
    start = time.perf_counter()
    W = np.linalg.lstsq(X, Y, rcond=None)[0]
    result = {"pairs": pairs, "lstsq_seconds": time.perf_counter() - start}
    for dtype in ("float64", "float32"):
        start = time.perf_counter()
        moments = PairMoments(dim, dim, dtype=dtype)
        for left, right in parts:
            moments.update(left, right)
        found = least_squares(moments)
        result[f"{dtype}_seconds"] = time.perf_counter() - start
        result[f"{dtype}_off_lstsq"] = float(np.linalg.norm(found - W) / np.linalg.norm(W))
    return result


@click.command(help=__doc__.splitlines()[0])
@click.option("--pairs", type=click.IntRange(min=2), default=1_000_000, show_default=True)
@click.option("--dim", type=click.IntRange(min=2), default=768, show_default=True)
@click.option("--chunk", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option(
    "--dtype",
    type=click.Choice(["float64", "float32"]),
    default="float64",
    show_default=True,
    help="Arithmetic of the products; sums are kept in float64 either way.",
)
@click.option(
    "--lstsq-pairs",
    type=click.IntRange(min=0),
    default=50_000,
    show_default=True,
    help="Pairs given to numpy.linalg.lstsq; 0 leaves it out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def main(pairs: int, dim: int, chunk: int, dtype: str, lstsq_pairs: int, as_json: bool) -> None:
    folded, streamed = stream(pairs, dim, chunk, dtype)
    result = {"pairs": pairs, "dim": dim, "chunk": chunk, "dtype": dtype, "stream": streamed}
    result["solve"] = solve(folded, Pairs(dim).planted)
    result["peak_memory_mb"] = peak_memory_mb()
    if lstsq_pairs:
        result["beside_lstsq"] = beside_lstsq(min(lstsq_pairs, pairs), dim, chunk)
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return
    click.echo(
        f"{pairs:,} pairs x {dim}, {dtype}: streamed in {streamed['seconds']:.1f} s, "
        f"{streamed['gflops']:.0f} of {streamed['machine_gflops']:.0f} GFLOP/s "
        f"({streamed['share']:.0%}; {streamed['share_of_processor_time']:.0%} of the rate by "
        f"processor time); peak memory {result['peak_memory_mb']:.0f} MB"
    )
    for row in result["solve"]:
        off = "" if row["off_planted"] is None else f"off the planted map {row['off_planted']:.1e}"
        chosen = "" if row["chosen"] is None else f"chose {row['chosen']:g}"
        click.echo(f"  {row['method']:16} {row['seconds']:7.2f} s  {chosen:14} {off}".rstrip())
    if lstsq_pairs:
        side = result["beside_lstsq"]
        click.echo(f"numpy.linalg.lstsq, {side['pairs']:,} pairs: {side['lstsq_seconds']:.1f} s")
        for name in ("float64", "float32"):
            click.echo(
                f"  moments {name}: {side[f'{name}_seconds']:.1f} s, "
                f"W off by {side[f'{name}_off_lstsq']:.1e} (relative)"
            )


if __name__ == "__main__":
    main()
