"""Time and peak memory of exact retrieval, by similarity.

Each similarity runs in a process of its own, so that the peak is its own: the resident maximum
of the whole process, Python, libraries and the embeddings included. The matrix rate of the same
machine stands beside it, measured with the same block shape.

    python benchmarks/retrieval.py --n 100000 --dim 256
    python benchmarks/retrieval.py --n 20000 --similarity cosine --similarity csls --json
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time

import click
import numpy as np

from helpers.maths.retrieval import SIMILARITIES, precision_at_k

# Distance of a translation from its source: noise of this size beside vectors of unit variance.
NOISE = 4.0


def pairs(n: int, dim: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`n` embeddings and their noisy counterparts, float32, with a common mean as encoders have."""
    rng = np.random.default_rng(seed)
    source = rng.standard_normal((n, dim), dtype=np.float32)
    target = NOISE * rng.standard_normal((n, dim), dtype=np.float32)
    target += source
    source += 0.5
    target += 0.5
    return source, target


def measure(
    n: int, dim: int, similarity: str, seed: int, into: multiprocessing.SimpleQueue
) -> None:
    """Put one row of the table into the queue: seconds, peak memory, rate, precision@1."""
    source, target = pairs(n, dim, seed)
    rate = matrix_rate(source[: min(n, 336)], target)
    started = time.perf_counter()
    score = precision_at_k(source, target, similarity=similarity).mean()
    seconds = time.perf_counter() - started
    products = 1 if similarity in ("cosine", "margin-absolute") else 3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gigaflops = products * 2 * n * n * dim / seconds / 1e9
    into.put(
        {
            "similarity": similarity,
            "n": n,
            "dim": dim,
            "seconds": round(seconds, 2),
            "peak_gb": round(peak * (1 if sys.platform == "darwin" else 1024) / 1e9, 3),
            "gflops": round(gigaflops, 1),
            "share_of_matrix_rate": round(gigaflops / rate, 3),
            "precision_at_1": round(float(score), 4),
        }
    )


def matrix_rate(a: np.ndarray, b: np.ndarray) -> float:
    """GFLOP/s of one block's product into memory that is there already; best of five."""
    out = np.empty((len(a), len(b)), dtype=np.float32)
    best = np.inf
    for _ in range(5):
        started = time.perf_counter()
        np.matmul(a, b.T, out=out)
        best = min(best, time.perf_counter() - started)
    return 2 * out.size * a.shape[1] / best / 1e9


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--n", type=click.IntRange(2), default=100_000, show_default=True)
@click.option("--dim", type=click.IntRange(1), default=256, show_default=True)
@click.option(
    "--similarity", "similarities", multiple=True, type=click.Choice(SIMILARITIES),
    help="May be repeated; all by default.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A list of objects instead of a table.")
def main(n: int, dim: int, similarities: tuple[str, ...], seed: int, as_json: bool) -> None:
    spawn = multiprocessing.get_context("spawn")
    rows = []
    for similarity in similarities or SIMILARITIES:
        results = spawn.SimpleQueue()
        process = spawn.Process(target=measure, args=(n, dim, similarity, seed, results))
        process.start()
        process.join()
        if process.exitcode:
            raise click.ClickException(f"{similarity}: its process ended with {process.exitcode}")
        rows.append(results.get())
        # On stderr with --json: a long run that is stopped has shown what it had.
        click.echo("  ".join(f"{name} {value}" for name, value in rows[-1].items()), err=as_json)
    if as_json:
        click.echo(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
