"""One call from a recipe to a shipped folder; what ``python -m helpers pretrain`` runs."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from helpers.errors import UserError
from helpers.models.loading import find_device
from helpers.paths import BUILD, MODELS

from .evaluate import develop_scorer
from .packing import pack_within
from .prepare import COUNTS, TOKENIZER, prepare
from .recipe import Recipe, read_recipe
from .ship import ship
from .token_files import OLD_TOKENS, load_groups, save_packed
from .train import train

MEGABYTE = 1_000_000
_TRANSLATED = {"rank", "tlm"}  # objectives that read pairs; every other one reads lines


def pretrain(
    recipe: str,
    *,
    max_steps: int | None = None,
    out: Path | None = None,
    corpus: Path | str | None = None,
    data: str | None = None,
    work: Path | None = None,
    prepared: Path | None = None,
    resume: bool = True,
    device: str = "cpu",
    seed: int | None = None,
) -> Path:
    """Pretrain the encoder of a recipe and write it as a Hugging Face folder.

    Parameters
    ----------
    recipe : name of a recipe of the package, or a YAML file.
    max_steps : stop after so many steps; the checkpoint stays and a later call goes on.
    out : folder of the encoder; ``models/<recipe name>`` without one.
    corpus, data : text (a folder or ``hub:ID[/CONFIG]``) and the source of the evaluation sets to
        be removed from it.
    work : folder of prepared text and checkpoints; ``_build/pretrain/<recipe name>`` without one.
    prepared : folder of prepared text to share between recipes of one corpus and vocabulary.
    resume : False throws checkpoint and static vectors away, and prepared text in ``work``.
    seed : of weights and draws instead of the recipe's. Another one than the recipe's is added to
        the encoder's name; text and vocabulary stay those of the recipe.

    Returns
    -------
    The folder that was written; the work folder when ``max_steps`` ended the run early.
    """
    if max_steps is not None and max_steps < 1:
        raise UserError("max_steps", max_steps, "a whole number of at least 1")
    base = read_recipe(recipe)
    spec = _seeded(base, seed)
    device = find_device(device)
    for name, folder in (("out", out), ("work", work), ("prepared", prepared)):
        _no_file(name, folder)
    home = work or BUILD / "pretrain" / base.name
    anew = not resume and prepared is None
    prepared = prepared or home / "text"
    run = home / ("run" if spec.name == base.name else f"run-seed{seed}")
    with made_anew(prepared) if anew else contextlib.nullcontext():
        counts = prepare(base, prepared, corpus, data)
    if not resume:
        shutil.rmtree(run, ignore_errors=True)
    groups = load_groups(prepared, needed(spec))
    from transformers import AutoTokenizer

    made = AutoTokenizer.from_pretrained(prepared / TOKENIZER, local_files_only=True)
    evaluate = develop_scorer(made, data) if data else None
    model = train(spec, groups, len(made), run, max_steps, device, evaluate, _say)
    if max_steps is not None and max_steps < spec.training.steps:
        _say(
            f"stopped after {max_steps} of {spec.training.steps} steps, no encoder yet: the same "
            "call without --max-steps goes on"
        )
        return home
    folder = Path(out) if out else MODELS / spec.name
    ship(model, made, folder, spec, counts, run)
    return folder


def pretrain_seeds(
    recipe: str, seeds: Sequence[int], *, out: Path | None = None, resume: bool = True, **options
) -> Iterator[Path]:
    """One encoder a seed, from one text and one vocabulary; the recipe's own without a seed.

    ``out`` is the first encoder's folder; those of other seeds than the recipe's stand beside it.
    """
    base = read_recipe(recipe)
    for number, seed in enumerate(dict.fromkeys(seeds) if seeds else [None]):
        name = _seeded(base, seed).name.removeprefix(base.name)
        folder = None if out is None else out.with_name(out.name + name)
        if not resume and number == 1 and options.get("prepared") is None:
            # made anew for the first seed: the others must not have another vocabulary
            options["prepared"] = (options.get("work") or BUILD / "pretrain" / base.name) / "text"
        yield pretrain(recipe, seed=seed, out=folder, resume=resume, **options)


def pack(
    recipe: str,
    folder: Path,
    megabytes: float,
    *,
    corpus: Path | str | None = None,
    data: str | None = None,
    work: Path | None = None,
    prepared: Path | None = None,
    fresh: bool = False,
) -> Path:
    """Write the prepared text that a recipe needs to ``folder``, its token file within a size.

    Only lines, or only pairs, where the recipe reads nothing else. Where they are too large still,
    large languages and sources are thinned (see :func:`.packing.thin`), which the counts tell.
    """
    spec = read_recipe(recipe)
    for name, path in (("travel", folder), ("work", work), ("prepared", prepared)):
        _no_file(name, path)
    if not math.isfinite(megabytes):
        raise UserError("travel_size", megabytes, "a size in megabytes")
    home = work or BUILD / "pretrain" / spec.name
    anew = fresh and prepared is None
    prepared = prepared or home / "text"
    with made_anew(prepared) if anew else contextlib.nullcontext():
        counts = prepare(spec, prepared, corpus, data)
    groups = load_groups(prepared, needed(spec))
    tokens = sum(len(group.ids) for group in groups.values())
    arrays, kept = pack_within(groups, int(megabytes * MEGABYTE), spec.training.seed)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(prepared / TOKENIZER, folder / TOKENIZER, dirs_exist_ok=True)
    save_packed(arrays, folder / OLD_TOKENS)
    if kept < tokens:
        counts["thinned"] = {"tokens": tokens, "kept": kept}
    (folder / COUNTS).write_text(json.dumps(counts, indent=1, ensure_ascii=False), encoding="utf-8")
    size = (folder / OLD_TOKENS).stat().st_size / MEGABYTE
    _say(f"{size:.1f} MB, {kept:,} of {tokens:,} tokens")
    return folder


def needed(recipe: Recipe) -> tuple[str, ...]:
    """Kinds of token groups that the recipe's stages read.

    >>> needed(read_recipe("xlmr-nano")), needed(read_recipe("tiny"))
    (('mono',), ('mono', 'pair'))
    """
    objectives, static = set(recipe.training.objectives), recipe.static.pairs
    lines = bool(objectives - _TRANSLATED) or static == "halves" or recipe.static.views > 0
    pairs = bool(objectives & _TRANSLATED) or static == "translations"
    return tuple(kind for kind, read in (("mono", lines), ("pair", pairs)) if read)


@contextlib.contextmanager
def made_anew(folder: Path) -> Iterator[None]:
    """Prepared text that stands there goes when the new one does, and comes back where that fails.

    Errors: UserError on ``work`` where the folder holds anything that is no prepared text.
    """
    aside = folder.with_name(f".{folder.name}.before")
    if aside.is_dir() and not folder.exists():  # an earlier call was killed
        aside.rename(folder)
    there = folder.is_dir() and any(folder.iterdir())
    if there and not (folder / COUNTS).is_file() and not (folder / TOKENIZER).is_dir():
        raise UserError("work", str(folder), "a folder of prepared text, or none")
    shutil.rmtree(aside, ignore_errors=True)
    if there:
        folder.rename(aside)
    try:
        yield
    except BaseException:
        if there:
            shutil.rmtree(folder, ignore_errors=True)
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _no_file(name: str, folder: Path | None) -> None:
    """Refuse a path that is, or that runs through, a file: before the work and not after it."""
    if folder is None:
        return
    path = Path(folder)
    nearest = next(one for one in (path, *path.parents) if one.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise UserError(name, str(folder), "a folder that can be written to, or made")


def _seeded(recipe: Recipe, seed: int | None) -> Recipe:
    if seed is None or seed == recipe.training.seed:
        return recipe
    training = dataclasses.replace(recipe.training, seed=seed)
    return dataclasses.replace(recipe, name=f"{recipe.name}-seed{seed}", training=training)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
