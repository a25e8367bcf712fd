"""What each part of the recipe of xlmr-nano-tlm brings: one change at a time, scored on DEVELOP.

Every variant trains static vectors for the same few steps and is scored as the encoder that starts
as their bag; nothing here is tuned on, or says anything of, the REPORT split. One seed a variant:
differences under a point are noise.

    python benchmarks/ablation.py --prepared _build/pretrain/xlmr-nano-tlm/text \\
        --data local:../shared/data --out models/ablation.json
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path

import click
import torch

from helpers.models.pretrain.evaluate import develop_scorer
from helpers.models.pretrain.network import build, start_as_bag
from helpers.models.pretrain.prepare import TOKENIZER
from helpers.models.pretrain.recipe import Recipe, read_recipe
from helpers.models.pretrain.static import train_static
from helpers.models.pretrain.token_files import load_groups

TECHNICAL = ("cpp-docs", "powershell-docs", "tensorflow-docs", "electron-i18n", "fastapi-docs") + (
    *(f"python-docs-{language}" for language in ("ko", "zh", "ja", "es", "fr", "tr")),
    *("gnome-help", "hf-course", "mozilla-www", "nyu-dlsp20", "teams-docs-ko", "opensource-guide"),
)
CAPTIONS = ("multi30k",)
SCRIPTURE = ("bible",)


def without(recipe: Recipe, *sources: str) -> Recipe:
    """The recipe with the weight of some sources of pairs set to zero."""
    weights = recipe.corpus.source_weights | dict.fromkeys(sources, 0.0)
    return dataclasses.replace(
        recipe, corpus=dataclasses.replace(recipe.corpus, source_weights=weights)
    )


def with_static(recipe: Recipe, **changes: object) -> Recipe:
    return dataclasses.replace(recipe, static=dataclasses.replace(recipe.static, **changes))


def everyday(recipe: Recipe) -> tuple[str, ...]:
    """Sources that the recipe weighs more than the rest: everyday language."""
    weights = recipe.corpus.source_weights
    return tuple(name for name, weight in weights.items() if weight > 1.0)


def variants(recipe: Recipe) -> dict[str, Recipe | None]:
    """Name of each change -> recipe; None stands for vectors that were never trained."""
    weights = {"*": 1.0}
    flat = dataclasses.replace(
        recipe, corpus=dataclasses.replace(recipe.corpus, source_weights=weights)
    )
    return {
        "as shipped": recipe,
        "without views of lines": with_static(recipe, views=0.0),
        "views of lines only": with_static(recipe, views=1.0),
        "halves of lines for translations": with_static(recipe, pairs="halves"),
        "all sources weighted alike": flat,
        "without captions": without(recipe, *CAPTIONS),
        "without technical sources": without(recipe, *TECHNICAL),
        "without scripture": without(recipe, *SCRIPTURE),
        "without everyday sources": without(recipe, *everyday(recipe)),
        "batches of a quarter": with_static(recipe, batch=recipe.static.batch // 4),
        "untrained": None,
    }


@click.command(help=__doc__)
@click.option("--prepared", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--data", required=True, help="source of the DEVELOP sets, e.g. local:FOLDER")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="JSON; goes on there")
@click.option("--steps", default=600, show_default=True)
@click.option("--recipe", "name", default="xlmr-nano-tlm", show_default=True)
def main(prepared: Path, data: str, out: Path, steps: int, name: str) -> None:
    from transformers import AutoTokenizer

    recipe = read_recipe(name)
    recipe = with_static(recipe, steps=steps)
    groups = load_groups(prepared)
    tokenizer = AutoTokenizer.from_pretrained(prepared / TOKENIZER, local_files_only=True)
    score = develop_scorer(tokenizer, data)
    head = {"recipe": name, "steps": steps, "batch": recipe.static.batch, "seed": 0}
    made = json.loads(out.read_text()) if out.is_file() else {}
    if made.get("of") != head:
        # Of another size: begun anew. What the encoder stage brought was measured apart and stays.
        stage = made.get("encoder_stage") if made.get("of", {}).get("recipe") == name else None
        made = {"of": head, "variants": {}} | ({"encoder_stage": stage} if stage else {})
    for label, variant in variants(recipe).items():
        if label in made["variants"]:
            continue
        started = time.monotonic()
        model = build(recipe.network, len(tokenizer), seed=0).eval()
        width = recipe.network.hidden - 1
        if variant is None:
            vectors = torch.randn(
                len(tokenizer), width, generator=torch.Generator().manual_seed(0)
            ).numpy()
        else:
            vectors = train_static(groups, variant, len(tokenizer), width, click.echo)
        start_as_bag(model, vectors)
        scores = {key: round(value, 4) for key, value in score(model).items()}
        made["variants"][label] = scores | {"seconds": round(time.monotonic() - started)}
        click.echo(f"{label}: {scores}")
        partial = out.with_name(f".{out.name}.{os.getpid()}")
        partial.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        os.replace(partial, out)


if __name__ == "__main__":
    main()
