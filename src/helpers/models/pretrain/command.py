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
from lzma import LZMAError
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from helpers.errors import UserError
from helpers.models.loading import find_device
from helpers.paths import BUILD, MODELS

from .evaluate import develop_scorer
from .packing import pack_within
from .places import check_folder, clear_run, made_anew
from .prepare import COUNTS, TOKENIZER, prepare
from .recipe import Recipe, check_seed, read_recipe
from .sampling import LineSampler, PairSampler
from .ship import ship
from .token_files import OLD_TOKENS, load_groups, save_packed
from .tokens import Group
from .train import train
from .vocabulary import EOS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

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
) -> Path | None:
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
    resume : False throws checkpoint and static vectors away, and prepared text in ``work``: not
        before all that can be refused was looked at.
    seed : of weights and draws instead of the recipe's. Another one than the recipe's is added to
        the encoder's name; text and vocabulary stay those of the recipe.

    Returns
    -------
    The folder that was written; None where ``max_steps`` ended the run early.
    """
    if max_steps is not None and max_steps < 1:
        raise UserError("max_steps", max_steps, "a whole number of at least 1")
    base = read_recipe(recipe)
    spec = _seeded(base, seed)
    device = find_device(device)
    folder = Path(out) if out else MODELS / spec.name
    home = Path(work) if work else BUILD / "pretrain" / base.name
    text = Path(prepared) if prepared else home / "text"
    _check_places(text, out=folder, work=home)
    run = home / ("run" if spec.name == base.name else f"run-seed{seed}")
    text = text.resolve()  # a link would be put aside, and not what it leads to
    with contextlib.nullcontext() if resume or prepared else made_anew(text):
        counts = prepare(base, text, corpus, data)
        groups = _ready(spec, text)
        made = _tokenizer(text)
        evaluate = develop_scorer(made, data) if data else None
    if not resume:
        clear_run(run)
    model = train(spec, groups, len(made), run, max_steps, device, evaluate, _say)
    if max_steps is not None and max_steps < spec.training.steps:
        left_out = "--max-steps" if resume else "--max-steps and --fresh"
        _say(
            f"stopped after {max_steps} of {spec.training.steps} steps, no encoder yet: the same "
            f"call without {left_out} goes on (from {run})"
        )
        return None
    ship(model, made, folder, spec, counts, run)
    return folder


def pretrain_seeds(
    recipe: str, seeds: Sequence[int], *, out: Path | None = None, resume: bool = True, **options
) -> Iterator[Path]:
    """One encoder a seed, from one text and one vocabulary; the recipe's own without a seed.

    ``out`` is the first encoder's folder; those of other seeds than the recipe's stand beside it.
    Yields the folders that were written, none where ``max_steps`` ended the runs early.
    """
    base = read_recipe(recipe)
    seeds = list(dict.fromkeys(seeds)) if seeds else [None]
    names = [_seeded(base, seed).name.removeprefix(base.name) for seed in seeds]
    folders = [_beside(out, name) for name in names]
    for folder in filter(None, folders):  # all of them, before the first is made
        check_folder("out", folder)
    for number, (seed, folder) in enumerate(zip(seeds, folders, strict=True)):
        if not resume and number == 1 and options.get("prepared") is None:
            # made anew for the first seed: the others must not have another vocabulary
            options["prepared"] = (options.get("work") or BUILD / "pretrain" / base.name) / "text"
        written = pretrain(recipe, seed=seed, out=folder, resume=resume, **options)
        if written is not None:
            yield written


def _beside(out: Path | None, name: str) -> Path | None:
    """``out`` with ``name`` added to its own; a path without one, such as ``.``, is spelt out."""
    if out is None or not name:
        return out
    here = out if out.name not in ("", "..") else out.resolve()
    return here.parent / (here.name + name)


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
    if not math.isfinite(megabytes):
        raise UserError("travel_size", megabytes, "a size in megabytes")
    home = Path(work) if work else BUILD / "pretrain" / spec.name
    text = Path(prepared) if prepared else home / "text"
    _check_places(text, travel=folder, work=home)
    text = text.resolve()
    if folder.resolve() == text:
        raise UserError("travel", str(folder), "another folder than that of the prepared text")
    with made_anew(text) if fresh and prepared is None else contextlib.nullcontext():
        counts = prepare(spec, text, corpus, data)
        groups = _ready(spec, text)
    tokens = sum(len(group.ids) for group in groups.values())
    try:
        arrays, kept = pack_within(groups, int(megabytes * MEGABYTE), spec.training.seed)
    except UserError:
        accepted = "a size in megabytes with room for some tokens"
        raise UserError("travel_size", megabytes, accepted) from None
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(text / TOKENIZER, folder / TOKENIZER, dirs_exist_ok=True)
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


def _check_places(text: Path, **places: Path) -> None:
    if not os.path.isfile(text / COUNTS):  # what is prepared is only read
        places["prepared"] = text
    for name, place in places.items():
        check_folder(name, place)


def _ready(recipe: Recipe, prepared: Path) -> dict[str, Group]:
    """The token groups that the recipe reads: whole, and such that it has something to draw."""
    try:
        groups = load_groups(prepared, needed(recipe))
        if not (prepared / TOKENIZER / "tokenizer.json").is_file():
            raise FileNotFoundError(f"no {TOKENIZER}/tokenizer.json")
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, LZMAError) as error:
        accepted = f"a whole folder of prepared text ({type(error).__name__}: {error})"
        raise UserError("prepared", str(prepared), accepted) from error
    if "mono" in needed(recipe):
        LineSampler(groups, recipe.corpus, EOS)
    if "pair" in needed(recipe):
        PairSampler(groups, recipe.corpus)
    return groups


def _tokenizer(prepared: Path) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(prepared / TOKENIZER, local_files_only=True)
    except Exception as error:  # the library below raises plain Exception for what it cannot read
        accepted = f"a whole folder of prepared text ({TOKENIZER}: {error})"
        raise UserError("prepared", str(prepared), accepted) from error


def _seeded(recipe: Recipe, seed: int | None) -> Recipe:
    if seed is None or seed == recipe.training.seed:
        return recipe
    check_seed("seed", seed)
    training = dataclasses.replace(recipe.training, seed=seed)
    return dataclasses.replace(recipe, name=f"{recipe.name}-seed{seed}", training=training)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
