"""Tokens a second of masked-language modelling: our loop beside transformers.Trainer, in turn.

Same network, same windows of tokens, same batch, AdamW and schedule on both sides, float32 on CPU;
Trainer with its default DataCollatorForLanguageModeling. Each repeat runs both, in alternating
order, and gives one ratio; the interval is over these ratios. Start-up, checkpoints and evaluation
are not in the times.

    python benchmarks/pretraining.py
    python benchmarks/pretraining.py --layers 2 --hidden 128 --steps 10 --repeats 4 --json
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import click
import numpy as np

LINE_TOKENS = 24  # of a made-up line; what stands in it does not matter for speed
LINES = 20_000


def _groups(vocabulary: int, seed: int) -> dict:
    from helpers.models.pretrain.tokens import Group

    rng = np.random.default_rng(seed)
    ids = rng.integers(4, vocabulary - 1, size=LINES * LINE_TOKENS).astype(np.uint16)
    return {"mono/xx": Group(ids, np.arange(0, len(ids) + 1, LINE_TOKENS))}


def _ours(recipe, groups: dict, vocabulary: int) -> tuple[int, float]:
    """Tokens and seconds of our loop, as its own log has them."""
    from helpers.models.pretrain.train import LOG, train

    with tempfile.TemporaryDirectory() as folder:
        train(recipe, groups, vocabulary, Path(folder), say=lambda _: None)
        rows = [json.loads(line) for line in (Path(folder) / LOG).read_text().splitlines()]
    # the log rounds to a tenth of a second: runs are long enough for that to be within a percent
    return sum(row["tokens"] for row in rows), sum(row["seconds"] for row in rows)


def _trainer(recipe, groups: dict, vocabulary: int, tokenizer) -> tuple[int, float]:
    """Tokens and seconds of Trainer between the start and the end of its training loop."""
    from transformers import (
        DataCollatorForLanguageModeling,
        PrinterCallback,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    from helpers.models.pretrain.network import build
    from helpers.models.pretrain.sampling import LineSampler
    from helpers.models.pretrain.vocabulary import BOS, EOS

    spec = recipe.training
    rows = spec.tokens_per_batch // spec.sequence_length
    windows = np.full((rows * spec.steps, spec.sequence_length), BOS, dtype=np.int64)
    sampler = LineSampler(groups, recipe.corpus, EOS)
    windows[:, 1:-1] = sampler.draw(
        np.random.default_rng(0), len(windows), spec.sequence_length - 2
    )
    windows[:, -1] = EOS
    times = {}

    class Clock(TrainerCallback):
        def on_train_begin(self, *_, **__) -> None:
            times["begin"] = time.perf_counter()

        def on_train_end(self, *_, **__) -> None:
            times["end"] = time.perf_counter()

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=rows,
            max_steps=spec.steps,
            learning_rate=spec.learning_rate,
            warmup_steps=spec.warmup,
            weight_decay=spec.weight_decay,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            logging_strategy="no",
        )
        trainer = Trainer(
            model=build(recipe.network, vocabulary, seed=0),
            args=arguments,
            train_dataset=[{"input_ids": row} for row in windows],
            data_collator=DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15),
            processing_class=tokenizer,
            callbacks=[Clock()],
        )
        trainer.remove_callback(PrinterCallback)  # stdout is for the figures
        trainer.train()
    return windows.size, times["end"] - times["begin"]


def _tokenizer(vocabulary: int):
    """Special tokens at our places; no text is tokenised here."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    names = ["<s>", "<pad>", "</s>", "<unk>", *map(str, range(vocabulary - 5)), "<mask>"]
    words = models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>")
    special = {"bos": "<s>", "eos": "</s>", "cls": "<s>", "sep": "</s>", "unk": "<unk>"}
    special |= {"pad": "<pad>", "mask": "<mask>"}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(words),
        **{f"{name}_token": token for name, token in special.items()},
    )


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--layers", type=click.IntRange(1), default=4, show_default=True)
@click.option("--hidden", type=click.IntRange(8), default=256, show_default=True)
@click.option("--vocabulary", type=click.IntRange(100, 65_536), default=32_000, show_default=True)
@click.option("--length", type=click.IntRange(8, 512), default=64, show_default=True)
@click.option("--batch", type=click.IntRange(64), default=2048, show_default=True, help="Tokens.")
@click.option("--steps", type=click.IntRange(2), default=6, show_default=True)
@click.option("--repeats", type=click.IntRange(2), default=5, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One object instead of lines.")
def main(
    layers: int,
    hidden: int,
    vocabulary: int,
    length: int,
    batch: int,
    steps: int,
    repeats: int,
    threads: int,
    as_json: bool,
) -> None:
    os.environ["OMP_NUM_THREADS"] = str(threads)  # before torch is imported
    import torch

    from helpers.models.pretrain.recipe import Network, Recipe, Training

    torch.set_num_threads(threads)
    recipe = Recipe(
        name="benchmark",
        description="",
        network=Network(layers, hidden, heads=hidden // 64 or 1, intermediate=4 * hidden),
        training=Training(
            objectives={"mlm": 1.0},
            steps=steps,
            tokens_per_batch=batch,
            sequence_length=length,
            warmup=1,
            checkpoint_every=10 * steps,
        ),
    )
    groups, tokenizer = _groups(vocabulary, seed=0), _tokenizer(vocabulary)

    def run(which: str) -> float:
        if which == "ours":
            tokens, seconds = _ours(recipe, groups, vocabulary)
        else:
            tokens, seconds = _trainer(recipe, groups, vocabulary, tokenizer)
        return tokens / seconds

    run("ours"), run("trainer")  # not counted: the first run of each pays for what is lazy
    rates: dict[str, list[float]] = {"ours": [], "trainer": []}
    for repeat in range(repeats):
        for which in ("ours", "trainer") if repeat % 2 == 0 else ("trainer", "ours"):
            rates[which].append(run(which))
    logs = np.log(rates["ours"]) - np.log(rates["trainer"])
    from scipy import stats

    half = stats.t.ppf(0.975, repeats - 1) * logs.std(ddof=1) / repeats**0.5
    row = {
        "layers": layers,
        "hidden": hidden,
        "vocabulary": vocabulary,
        "threads": threads,
        "repeats": repeats,
        "ours_tokens_per_s": round(float(np.median(rates["ours"]))),
        "trainer_tokens_per_s": round(float(np.median(rates["trainer"]))),
        "ratio": round(float(np.exp(logs.mean())), 3),
        "ratio_low": round(float(np.exp(logs.mean() - half)), 3),
        "ratio_high": round(float(np.exp(logs.mean() + half)), 3),
    }
    if as_json:
        click.echo(json.dumps(row, indent=1))
        return
    for name, value in row.items():
        click.echo(f"{name}  {value}")


if __name__ == "__main__":
    main()
