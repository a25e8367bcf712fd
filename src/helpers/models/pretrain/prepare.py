"""From text to a prepared folder: tokenizer, token file, and counts of what was removed and kept.

A prepared folder is all that training reads, so that it can travel to another machine.
"""

from __future__ import annotations

import json
from pathlib import Path

from tqdm.auto import tqdm

from helpers.errors import UserError

from . import decontaminate
from .recipe import Recipe
from .text import Text, normalise, read_folder, read_laboratory
from .tokens import save_groups, tokenise_corpus
from .vocabulary import train_vocabulary

TOKENS, TOKENIZER, COUNTS = "tokens.npz", "tokenizer", "counts.json"


def prepare(
    recipe: Recipe,
    folder: Path,
    corpus: Path | None,
    data: str | None,
) -> dict:
    """Make the prepared folder unless it is there already; returns its counts.

    Parameters
    ----------
    corpus : folder of text (see :mod:`.text`); None for a laboratory recipe.
    data : source of the evaluation sets to remove, e.g. ``local:FOLDER``.

    Raises
    ------
    UserError : text or evaluation sets that the recipe needs are not given.
    """
    if (folder / COUNTS).is_file():
        return json.loads((folder / COUNTS).read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    text = _read(recipe, corpus)
    if recipe.corpus.decontaminate and data is None:
        raise UserError("data", None, "the evaluation sets to be removed, e.g. local:FOLDER")
    sets = evaluation_sentences(recipe, data) if recipe.corpus.decontaminate else {}
    held = _longer_than_nothing(text)
    removed = decontaminate.clean(text, sets, lambda rows, name: tqdm(rows, desc=name, leave=False))
    made = train_vocabulary(
        text, recipe.vocabulary, recipe.network.max_length, recipe.training.seed
    )
    made.save_pretrained(folder / TOKENIZER)
    groups = tokenise_corpus(made, text, lambda rows: tqdm(rows, desc="tokenising"))
    save_groups(groups, folder / TOKENS)
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
        "remaining": _recount(text, sets),
    }
    (folder / COUNTS).write_text(json.dumps(counts, indent=1, ensure_ascii=False), encoding="utf-8")
    return counts


def _read(recipe: Recipe, corpus: Path | None) -> Text:
    if recipe.corpus.kind == "laboratory":
        return read_laboratory(recipe.corpus, recipe.training.seed)
    if corpus is None or not Path(corpus).is_dir():
        raise UserError(
            "corpus", None if corpus is None else str(corpus), "a folder with mono/ and parallel/"
        )
    return read_folder(Path(corpus), recipe.corpus)


def _longer_than_nothing(text: Text) -> int:
    """Drop lines and pairs with a side that holds no letter or digit; returns how many."""
    before = sum(map(len, text.mono.values())) + sum(map(len, text.pairs.values()))
    for language, lines in text.mono.items():
        text.mono[language] = [line for line in lines if normalise(line)]
    for key, rows in text.pairs.items():
        text.pairs[key] = [row for row in rows if normalise(row[0]) and normalise(row[1])]
    return before - sum(map(len, text.mono.values())) - sum(map(len, text.pairs.values()))


def _recount(text: Text, sets: dict[str, list[str]]) -> dict[str, int]:
    """What is still there after filtering: measured again, not assumed."""
    seen = decontaminate.Contamination.of(sets)
    left = {"exact": 0, "near": 0}
    if sets:
        sides = [line for lines in text.mono.values() for line in lines]
        sides += [side for rows in text.pairs.values() for row in rows for side in row]
        for side in tqdm(sides, desc="checking again", leave=False):
            if found := seen.matches(side):
                left[found[1]] += 1
    return left


def evaluation_sentences(recipe: Recipe, data: str) -> dict[str, list[str]]:
    """Sentences of every set that the recipe names; ``*`` stands for every language it has."""
    from helpers.data.sources import languages, load

    sets: dict[str, list[str]] = {}
    for task, language, split in recipe.corpus.decontaminate:
        for name in languages(task, data) if language == "*" else (language,):
            try:
                table = load(task, name, split, data).table
            except UserError as error:
                if error.parameter == "split" and language == "*":
                    continue  # not every language has every split
                raise
            columns = [c for c in table.columns if c.startswith("sentence") or c.endswith("_text")]
            sets.setdefault(f"{task} {split}", []).extend(
                sentence for column in columns for sentence in table[column]
            )
    return sets
