"""The sentences of evaluation sets, of every kind of task, that training text must not repeat.

Passages are cut into sentences, because a near duplicate is a share of *one* evaluation sentence: a
line holding three sentences of a long passage holds little of the passage. Not the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.errors import UserError

from .recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

# Columns of the kinds of task that hold text; all others are ids, labels, offsets and names.
SENTENCES = ("sentence1", "sentence2", "source_text", "target_text", "question")
PASSAGES = ("text", "text2", "context")
LISTS = ("choices",)  # answers of spans stand in their context, and are names and dates besides
TOKENS = "tokens"
# Ends of sentences: those that a blank follows, and those of scripts that write none. Thai and its
# like have no such sign: there a blank ends a clause.
_END = re.compile(
    r"(?<=[.!?…։؟۔።][\"'”’»)\]])\s+"
    r"|(?<=[.!?…։؟۔።।॥។])\s+"
    r"|(?<=[。！？｡][」』”’）])"
    r"|(?<=[。！？｡])(?![」』”’）])"
    r"|(?<=[\u0e00-\u0eff\u1780-\u17ff])\s+(?=[\u0e00-\u0eff\u1780-\u17ff])"
    r"|[\n\r\u2028\u2029]+"
)
_CLAUSES = re.compile("[\u0e00-\u0eff\u1780-\u17ff]$")
CLAUSE = 25  # characters; shorter stretches between blanks are no sentence in those scripts


@dataclass
class EvaluationSets:
    """Sentences by set name, and the sets that the source does not have."""

    sentences: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def split_sentences(passage: str) -> list[str]:
    """Sentences of a passage in any script; marks stay with the sentence that they end.

    >>> split_sentences('He said "Stop!" It was 3.5 km. 犬がいる。「はい。」猫もいる！')
    ['He said "Stop!"', 'It was 3.5 km.', '犬がいる。', '「はい。」', '猫もいる！']
    """
    parts: list[str] = []
    for part in filter(None, map(str.strip, _END.split(passage))):
        if parts and len(parts[-1]) < CLAUSE and _CLAUSES.search(parts[-1]):
            parts[-1] += f" {part}"  # half a phrase: a blank there ends less than a clause
        else:
            parts.append(part)
    return parts


def sentences_of(table: pd.DataFrame) -> Iterator[str]:
    """Every sentence of a table in normalised columns, whatever its kind.

    >>> import pandas as pd
    >>> list(sentences_of(pd.DataFrame({"id": ["x"], "tokens": [["A", "dog"]], "tags": [["D"]]})))
    ['A dog']
    """
    for column in table.columns:
        values = table[column]
        if column in PASSAGES:
            # A passage stands in many rows, once for each question about it.
            for passage in values.unique():
                yield from split_sentences(passage)
        elif column in SENTENCES:
            yield from values
        elif column in LISTS:
            for texts in values:
                yield from texts
        elif column == TOKENS:
            for words in values:
                yield _joined(words)


def _joined(words: Iterable[str]) -> str:
    """Tokens as running text; tokens that are single characters carry their own blanks."""
    words = list(words)
    return ("" if all(len(word) == 1 for word in words) else " ").join(words)


def _named(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    """The recipe's sets; as a task, ``*`` stands for every one of the registry with that split."""
    from helpers.data.tasks import tasks

    for task, language, split in recipe.corpus.decontaminate:
        if task == "*":
            yield from ((name, language, split) for name, t in tasks().items() if split in t.splits)
        else:
            yield task, language, split


def evaluation_sets(recipe: Recipe, data: str) -> EvaluationSets:
    """Sentences of every set that the recipe names; ``*`` stands for every task, every language.

    What the source does not have is told in ``missing``, as "task language split".

    Raises
    ------
    UserError : a task that no registry knows, or a source that is not there.
    """
    from helpers.data.sources import available, load
    from helpers.data.tasks import task as registered

    found = EvaluationSets()
    for task, language, split in _named(recipe):
        registered(task)  # a misspelt name is refused; a set that is not there is reported
        try:
            there: Mapping[str, tuple[str, ...]] = available(task, data)
        except UserError as error:
            if error.parameter != "data" or not _opens(data):
                raise
            there = {}
        wanted = [name for name in there if split in there[name]] if language == "*" else [language]
        texts = found.sentences.setdefault(f"{task} {split}", [])
        for name in wanted or ["*"]:
            if split not in there.get(name, ()):
                found.missing.append(f"{task} {name} {split}")
                continue
            texts.extend(sentences_of(load(task, name, split, data).table))
        if not texts:
            del found.sentences[f"{task} {split}"]
    return found


def check_source(data: str) -> None:
    """Refuse a source that is not there, without reading it."""
    if not _opens(data):
        raise UserError("data", data, "lab, hub, or local: and a folder that is there")


def _opens(data: str) -> bool:
    """Whether the source itself is there, so that what it lacks is the set."""
    from pathlib import Path

    kind, _, folder = data.partition(":")
    return kind in ("lab", "hub") or (kind == "local" and Path(folder).expanduser().is_dir())
