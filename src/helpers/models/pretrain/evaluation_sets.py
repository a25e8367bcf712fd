"""The sentences of evaluation sets, of every kind of task, that training text must not repeat.

Passages are cut into sentences, because a near duplicate is a share of *one* evaluation sentence: a
line holding three sentences of a long passage holds little of the passage. Not the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError

from .recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

# Columns of the kinds of task that hold text; all others are ids, labels, offsets and names.
SENTENCES = ("sentence1", "sentence2", "source_text", "target_text", "question")
PASSAGES = ("text", "text2", "context")
LISTS = ("choices",)  # answers of spans stand in their context, and are names and dates besides
TOKENS = "tokens"
_TEXT = (*SENTENCES, *PASSAGES, *LISTS, TOKENS)
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
        # A passage stands in many rows, once for each question about it.
        values = table[column].unique() if column in PASSAGES else table[column]
        for value in values:
            yield from _sentences(column, value)


def sentences_by_item(table: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """(id, sentences) of every row; a row is an item, with the passage that its question is about.

    >>> import pandas as pd
    >>> list(sentences_by_item(pd.DataFrame({"id": ["x"], "text": ["A dog. It ran."]})))
    [('x', ['A dog.', 'It ran.'])]
    """
    cut: dict[str, list[str]] = {}
    columns = [column for column in table.columns if column in _TEXT]
    for item, *values in table[["id", *columns]].itertuples(index=False):
        found: list[str] = []
        for column, value in zip(columns, values, strict=True):
            if column not in PASSAGES:
                found += _sentences(column, value)
                continue
            if value not in cut:
                cut[value] = _sentences(column, value)
            found += cut[value]
        yield item, found


def _sentences(column: str, value: Any) -> list[str]:
    if column in PASSAGES:
        return split_sentences(value)
    if column in SENTENCES:
        return [value]
    if column in LISTS:
        return list(value)
    return [_joined(value)] if column == TOKENS else []


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
    found = EvaluationSets()
    for task, language, split, table in evaluation_tables(recipe, data):
        if table is None:
            found.missing.append(f"{task} {language} {split}")
        else:
            found.sentences.setdefault(f"{task} {split}", []).extend(sentences_of(table))
    found.sentences = {name: texts for name, texts in found.sentences.items() if texts}
    return found


def evaluation_tables(
    recipe: Recipe, data: str
) -> Iterator[tuple[str, str, str, pd.DataFrame | None]]:
    """(task, language, split, table) of every set that the recipe names; None: not in the source.

    Errors: as of ``evaluation_sets``.
    """
    from helpers.data.sources import available, load
    from helpers.data.tasks import task as registered

    for task, language, split in _named(recipe):
        registered(task)  # a misspelt name is refused; a set that is not there is reported
        try:
            there: Mapping[str, tuple[str, ...]] = available(task, data)
        except UserError as error:
            if error.parameter != "data" or not _opens(data):
                raise
            there = {}
        wanted = [name for name in there if split in there[name]] if language == "*" else [language]
        for name in wanted or ["*"]:
            given = split in there.get(name, ())
            yield task, name, split, load(task, name, split, data).table if given else None


def check_source(data: str) -> None:
    """Refuse a source that is not there, without reading it."""
    if not _opens(data):
        raise UserError("data", data, "lab, hub, or local: and a folder that is there")


def _opens(data: str) -> bool:
    """Whether the source itself is there, so that what it lacks is the set."""
    from pathlib import Path

    kind, _, folder = data.partition(":")
    return kind in ("lab", "hub") or (kind == "local" and Path(folder).expanduser().is_dir())
