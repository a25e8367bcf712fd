"""From text to a prepared folder: tokenizer, token files, and counts of what was removed and kept.

A prepared folder is all that training reads, so that it can travel to another machine.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
from pathlib import Path

from tqdm.auto import tqdm

from helpers.data.near_duplicates import normalise
from helpers.errors import UserError
from helpers.paths import PACKAGE

from . import decontaminate
from .evaluation_sets import EvaluationSets, check_source, evaluation_sets
from .hub_text import PREFIX, read_hub
from .recipe import Recipe
from .text import Text, read_folder, read_laboratory
from .token_files import save_groups
from .tokens import tokenise_corpus
from .vocabulary import train_vocabulary

TOKENIZER, COUNTS = "tokenizer", "counts.json"
LABORATORY = PACKAGE / "data" / "lab"
_SAMPLING = ("temperature", "source_weights")


def prepare(
    recipe: Recipe,
    folder: Path,
    corpus: Path | str | None,
    data: str | None,
) -> dict:
    """Make the prepared folder unless it is there already; returns its counts.

    The sets that the recipe names and ``data`` does not have are told on stderr, and in the counts
    as ``not_given``: nothing was removed for them.

    Parameters
    ----------
    corpus : folder of text (see :mod:`.text`) or ``hub:ID[/CONFIG]``; None for a laboratory recipe.
    data : source of the evaluation sets to remove, e.g. ``local:FOLDER``.

    Raises
    ------
    UserError : text or evaluation sets that the recipe needs are not given, which is told before
        anything is read or made; what is prepared there was made from something else.
    """
    made_from = _made_from(recipe, corpus)
    if (folder / COUNTS).is_file():
        counts = _counts(folder / COUNTS)
        _check(counts.get("made_from", {}), made_from)
        return counts
    _check_given(recipe, corpus, data)
    folder.mkdir(parents=True, exist_ok=True)
    text = read_text(recipe, corpus)
    found = evaluation_sets(recipe, data) if recipe.corpus.decontaminate else EvaluationSets()
    for name in found.missing:
        print(f"not in {data}, so nothing is removed for it: {name}", file=sys.stderr, flush=True)
    sets = found.sentences
    held = _longer_than_nothing(text)
    removed = decontaminate.clean(text, sets, lambda rows, name: tqdm(rows, desc=name, leave=False))
    made = train_vocabulary(
        text, recipe.vocabulary, recipe.network.max_length, recipe.training.seed
    )
    made.save_pretrained(folder / TOKENIZER)
    groups = tokenise_corpus(made, text, lambda rows: tqdm(rows, desc="tokenising"))
    save_groups(groups, folder)
    counts = {
        "lines": {name: len(rows) for name, rows in sorted(text.mono.items())},
        "pairs": {"-".join(key): len(rows) for key, rows in sorted(text.pairs.items())},
        "tokens": {
            "mono": sum(len(g.ids) for n, g in groups.items() if n.startswith("mono/")),
            "pairs": sum(len(g.ids) for n, g in groups.items() if n.startswith("pair/")),
        },
        "left_out": dict(text.counts),
        "empty_lines": held,
        "removed": removed,
        "not_given": found.missing,
        "remaining": _recount(text, sets),
        "made_from": made_from,
    }
    (folder / COUNTS).write_text(json.dumps(counts, indent=1, ensure_ascii=False), encoding="utf-8")
    return counts


def _made_from(recipe: Recipe, corpus: Path | str | None) -> dict[str, str]:
    """Digests of what decides prepared text, as far as it is known without reading the text."""
    parts = [recipe.corpus, recipe.vocabulary, recipe.network.max_length, recipe.training.seed]
    found = {"recipe": _digest([_plain(part) for part in parts])}
    if recipe.corpus.kind == "laboratory":
        files = sorted(path for path in LABORATORY.rglob("*") if path.suffix in (".py", ".tsv"))
        found["text"] = _digest([path.read_text(encoding="utf-8") for path in files])
    elif corpus is not None and os.path.isdir(corpus):
        files = sorted(path for path in Path(corpus).rglob("*") if path.is_file())
        found["text"] = _digest([[path.name, path.stat().st_size] for path in files])
    elif corpus is not None:
        found["text"] = str(corpus)
    return found


def _plain(part: object) -> object:
    """A part of a recipe as JSON has it, without what only weighs in sampling."""
    if not dataclasses.is_dataclass(part):
        return part
    entries = dataclasses.asdict(part)
    return {key: value for key, value in entries.items() if key not in _SAMPLING}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _check(before: dict[str, str], now: dict[str, str]) -> None:
    """Refuse prepared text of another recipe or corpus; what one does not tell is not compared."""
    told = {"recipe": "another corpus or vocabulary in the recipe", "text": "another text"}
    for key in before.keys() & now.keys():
        if before[key] != now[key]:
            accepted = "a folder made from what is given now; another one, or --fresh"
            raise UserError("prepared", f"a folder made from {told[key]}", accepted)


def _counts(path: Path) -> dict:
    try:
        counts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        counts = None
    if not isinstance(counts, dict):
        accepted = f"a folder whose {COUNTS} is whole; another one, or --fresh"
        raise UserError("prepared", str(path.parent), accepted)
    return counts


def _check_corpus(recipe: Recipe, corpus: Path | str | None) -> None:
    hub = str(corpus).startswith(PREFIX)
    if recipe.corpus.kind != "laboratory" and not hub and not os.path.isdir(corpus or ""):
        given = None if corpus is None else str(corpus)
        raise UserError("corpus", given, "a folder with mono/ and parallel/, or hub:ID[/CONFIG]")


def _check_given(recipe: Recipe, corpus: Path | str | None, data: str | None) -> None:
    _check_corpus(recipe, corpus)
    if recipe.corpus.decontaminate and data is None:
        raise UserError("data", None, "the evaluation sets to be removed, e.g. local:FOLDER")
    if data is not None:
        check_source(data)


def read_text(recipe: Recipe, corpus: Path | str | None) -> Text:
    """The whole text that a recipe names, before anything is removed. Errors: as ``prepare``."""
    _check_corpus(recipe, corpus)
    if recipe.corpus.kind == "laboratory":
        return read_laboratory(recipe.corpus, recipe.training.seed)
    if str(corpus).startswith(PREFIX):
        return read_hub(str(corpus), recipe.corpus)
    return read_folder(Path(str(corpus)), recipe.corpus)


def _longer_than_nothing(text: Text) -> int:
    """Drop lines and pairs with a side that holds no letter or digit; returns how many."""
    before = sum(map(len, text.mono.values())) + sum(map(len, text.pairs.values()))
    for language, lines in text.mono.items():
        text.mono[language] = [line for line in lines if normalise(line)]
    for key, rows in text.pairs.items():
        text.pairs[key] = [row for row in rows if normalise(row[0]) and normalise(row[1])]
    return before - sum(map(len, text.mono.values())) - sum(map(len, text.pairs.values()))


def _recount(text: Text, sets: dict[str, list[str]]) -> dict[str, dict[str, int]]:
    """What is still there after filtering, by set: measured again, not assumed."""
    seen = decontaminate.Contamination.of(sets)
    left: dict[str, dict[str, int]] = {}
    if sets:
        sides = [line for lines in text.mono.values() for line in lines]
        sides += [side for rows in text.pairs.values() for row in rows for side in row]
        for side in tqdm(sides, desc="checking again", leave=False):
            if found := seen.matches(side):
                left.setdefault(found[0], {"exact": 0, "near": 0})[found[1]] += 1
    return left
