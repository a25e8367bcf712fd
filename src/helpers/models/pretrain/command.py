"""One call from a recipe to a shipped folder; what ``python -m helpers pretrain`` runs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from helpers.errors import UserError
from helpers.paths import BUILD, MODELS

from .evaluate import develop_scorer
from .prepare import TOKENIZER, TOKENS, prepare
from .recipe import read_recipe
from .ship import ship
from .tokens import load_groups
from .train import train


def pretrain(
    recipe: str,
    *,
    max_steps: int | None = None,
    out: Path | None = None,
    corpus: Path | None = None,
    data: str | None = None,
    work: Path | None = None,
    prepared: Path | None = None,
    resume: bool = True,
    device: str = "cpu",
) -> Path:
    """Pretrain the encoder of a recipe and write it as a Hugging Face folder.

    Parameters
    ----------
    recipe : name of a recipe of the package, or a YAML file.
    max_steps : stop after so many steps; the checkpoint stays and a later call goes on.
    out : folder of the encoder; ``models/<recipe name>`` without one.
    corpus, data : folder of text and source of the evaluation sets to be removed from it.
    work : folder of prepared text and checkpoints; ``_build/pretrain/<recipe name>`` without one.
    prepared : folder of prepared text to share between recipes of one corpus and vocabulary.
    resume : False throws checkpoint and static vectors away (prepared text stays).

    Returns
    -------
    The folder that was written; the work folder when ``max_steps`` ended the run early.
    """
    if max_steps is not None and max_steps < 1:
        raise UserError("max_steps", max_steps, "a whole number of at least 1")
    spec = read_recipe(recipe)
    work = work or BUILD / "pretrain" / spec.name
    prepared = prepared or work / "text"
    counts = prepare(spec, prepared, corpus, data)
    if not resume:
        shutil.rmtree(work / "run", ignore_errors=True)
    groups = load_groups(prepared / TOKENS)
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(prepared / TOKENIZER, local_files_only=True)
    evaluate = develop_scorer(made, data) if data else None
    model = train(spec, groups, len(made), work / "run", max_steps, device, evaluate, _say)
    if max_steps is not None and max_steps < spec.training.steps:
        _say(f"stopped after {max_steps} of {spec.training.steps} steps; the same call goes on")
        return work
    folder = Path(out) if out else MODELS / spec.name
    ship(model, made, folder, spec, counts, work / "run")
    return folder


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
