"""Sentences a second of an encoder: short sentences, float32, two cores unless told otherwise.

The sentences are the laboratory's, no two alike, in random order of lengths; the cache of vectors
is off. A first pass, which is not counted, warms up.

    python benchmarks/encoding.py
    python benchmarks/encoding.py --encoder models/xlmr-nano --sentences 4000 --repeats 5 --json
"""

from __future__ import annotations

import json
import os
import statistics
import time

import click


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--encoder", "encoders", multiple=True, default=("models/xlmr-nano", "models/xlmr-nano-tlm"),
    show_default=True, help="May be repeated.",
)  # fmt: skip
@click.option("--languages", default="en,ko,ru", show_default=True, help="Codes with commas.")
@click.option("--sentences", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A list of objects instead of a table.")
def main(
    encoders: tuple[str, ...],
    languages: str,
    sentences: int,
    repeats: int,
    threads: int,
    as_json: bool,
) -> None:
    os.environ["OMP_NUM_THREADS"] = str(threads)  # before torch is imported
    import numpy as np
    import torch

    from helpers.data.lab import api
    from helpers.models.encoder import open_encoder

    torch.set_num_threads(threads)
    names = languages.split(",")
    share = -(-sentences // len(names))
    texts = [t for name in names for t in api.monolingual(name, n=2 * share, split="test", seed=0)]
    texts = list(np.random.default_rng(0).permutation(sorted(set(texts)))[:sentences])
    opened = {
        name: open_encoder(name, device="cpu", cache=False, progress=False) for name in encoders
    }
    seconds: dict[str, list[float]] = {name: [] for name in opened}
    for encoder in opened.values():
        encoder.encode(texts[:200])
    for _ in range(repeats):  # in turn, so that a busy minute hits all of them
        for name, encoder in opened.items():
            started = time.perf_counter()
            encoder.encode(texts)
            seconds[name].append(time.perf_counter() - started)
    rows = []
    for name, encoder in opened.items():
        tokens = sum(len(ids) for ids in encoder.tokenizer(texts)["input_ids"])
        rates = sorted(len(texts) / each for each in seconds[name])
        rows.append(
            {
                "encoder": name,
                "sentences": len(texts),
                "tokens_a_sentence": round(tokens / len(texts), 1),
                "threads": threads,
                "sentences_per_s": round(statistics.median(rates), 1),
                "slowest": round(rates[0], 1),
                "fastest": round(rates[-1], 1),
            }
        )
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row in rows:
        click.echo("  ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
