"""Write a trained encoder as a plain Hugging Face folder: weights, tokenizer, how it was made.

The model card's scores are not made here: the card is written from records by the study floor.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import shutil
from pathlib import Path

import torch

from .recipe import Recipe

MADE = "pretraining.json"


def ship(model, tokenizer, folder: Path, recipe: Recipe, counts: dict, run: Path) -> None:
    """Write ``folder`` anew, atomically; files of its own (card, licence) that are there stay."""
    # Within the folder, which was checked before the work; the one above may be closed to us.
    partial = folder / f".{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    model.to("cpu").half().save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    made = {
        "recipe": dataclasses.asdict(recipe),
        "corpus": counts,
        "parameters": sum(value.numel() for value in model.parameters()),
        "seconds": round(sum(row.get("seconds", 0) for row in log)),
        "tokens_seen": sum(row.get("tokens", 0) for row in log),
        "develop": [row for row in log if "develop" in row][-1:],
        "environment": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "processor": "GPU" if torch.cuda.is_available() else "CPU",
            "threads": torch.get_num_threads(),
        },
    }
    (partial / MADE).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for path in partial.iterdir():
        os.replace(path, folder / path.name)
    partial.rmdir()
