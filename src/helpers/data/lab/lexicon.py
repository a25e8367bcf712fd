"""The lexicon tables: concepts with what may be said of them, and each language's forms.

``tables/*.tsv`` hold what is true of a concept in every language (which nouns a verb may take, what
is a synonym of what); ``tables/<language>/*.tsv`` hold its written forms there. All tables of one
part of speech have the same keys in the same order. Not for how a word is written under the dials:
that is ``spelling``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "tables"


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table with a header line."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    names = head.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


# adjectives that only reviews use lie apart: no draw of other sentences knows of them
_MORE = {"adjectives": ("judgements",)}


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    names = (table, *_MORE.get(table, ()))
    return [row for name in names for row in read_table(folder / f"{name}.tsv")]


@cache
def own_forms(language: str, table: str) -> dict[str, dict[str, str]]:
    """Written forms of one language by key, whatever the dials say."""
    return {row["key"]: row for row in _rows(TABLES / language, table)}


@cache
def _names(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split(",")))


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of a language-neutral table. ``base`` is the key that synonyms share."""

    key: str
    base: str
    columns: dict[str, str]

    def names(self, column: str) -> frozenset[str]:
        """A comma-separated column as a set."""
        return _names(self.columns[column])


@cache
def concepts(table: str) -> dict[str, Concept]:
    """Concepts of a table ("nouns", "verbs", "adjectives", "phrases") by key."""
    rows = _rows(TABLES, table)
    return {row["key"]: Concept(row["key"], row["synonym_of"] or row["key"], row) for row in rows}


@cache
def synonyms(table: str) -> dict[str, str]:
    """Each word that has a synonym, with it; both directions.

    >>> synonyms("verbs")["buy"], synonyms("verbs")["purchase"]
    ('purchase', 'buy')
    """
    pairs = [(c.key, c.base) for c in concepts(table).values() if c.key != c.base]
    return dict(pairs) | {base: key for key, base in pairs}


def animate(noun: str) -> bool:
    """Whether the noun names a person or an animal."""
    return bool(concepts("nouns")[noun].names("tags") & {"person", "animal"})
