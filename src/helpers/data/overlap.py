"""Rows of one table that repeat rows of another: exactly or nearly, by sentence or by pair.

For leaks between a training table and test tables, whatever their kind and source. Two texts are
near duplicates when either holds half of the other's 5-grams (``near_duplicates``), so a check of
A against B finds what a check of B against A finds. Not for translations, which share no words:
which published sets translate each other stands in ``leaks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.data.near_duplicates import EXACT, NEAR, TextIndex, normalise
from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

BY = ("sentence", "pair", "item")
# The texts of a row that make it what it is, by the columns of its kind (`kinds.COLUMNS`)
_TEXTS = (
    ("sentence1", "sentence2"),
    ("text", "text2"),
    ("source_text", "target_text"),
    ("context",),
    ("tokens",),
)


@dataclass(frozen=True)
class Overlap:
    """Rows of ``train`` that repeat some of the test tables'.

    exact, near : how many rows do; a row that does both counts as exact. n : rows of ``train``.
    rows : one entry per repeating row of ``train``: its position, its id, the id of the first test
        row that it repeats, and how.
    """

    exact: int
    near: int
    n: int
    rows: pd.DataFrame = field(repr=False, compare=False)

    @property
    def share(self) -> float:
        """Share of the rows of ``train`` that repeat a test row; 0 for a table without rows."""
        return (self.exact + self.near) / self.n if self.n else 0.0


def overlap(
    train: pd.DataFrame,
    *tests: pd.DataFrame,
    by: str = "sentence",
    columns: Sequence[str] | None = None,
) -> Overlap:
    """Find the rows of ``train`` that repeat rows of ``tests``.

    Parameters
    ----------
    train, tests : tables in normalised columns, of any kinds.
    by : ``sentence``: some text of the row repeats some text of a test row; ``pair``: all texts of
        the row repeat those of one test row, in either order; ``item``: the ids are equal, which
        means something between parallel tables only.
    columns : columns of ``train`` to compare, by default the texts of its kind: both sentences; of
        span and choice tasks the context; of tagging the tokens as a sentence.

    Raises
    ------
    UserError : ``by`` is no way to compare; a table has none of the columns.

    >>> import pandas as pd
    >>> train = pd.DataFrame({"id": ["a", "b"], "sentence1": ["A dog runs.", "It rains."],
    ...                       "sentence2": ["A cat.", "It snows."]})
    >>> test = pd.DataFrame({"id": ["t"], "text": ["It rains"], "text2": ["A dog runs!"]})
    >>> overlap(train, test).exact, overlap(train, test, by="pair").exact
    (2, 0)
    """
    import pandas as pd

    if by not in BY:
        raise UserError("by", by, BY)
    find = _by_item(tests) if by == "item" else _by_text(tests, whole=by == "pair")
    found = []
    for position, (item, texts) in enumerate(_rows(train, columns)):
        if match := find(item, texts):
            found.append((position, item, *match))
    rows = pd.DataFrame(found, columns=["position", "id", "test_id", "how"])
    exact = int((rows["how"] == EXACT).sum())
    return Overlap(exact, len(rows) - exact, len(train), rows)


def drop_overlap(
    train: pd.DataFrame,
    *tests: pd.DataFrame,
    by: str = "sentence",
    columns: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Drop the rows of ``train`` that `overlap` finds; its parameters.

    Returns
    -------
    The rows left, and how many were dropped: {"exact": n, "near": n}.

    >>> import pandas as pd
    >>> train = pd.DataFrame({"id": ["a", "b"], "text": ["A dog runs.", "It rains."]})
    >>> left, counts = drop_overlap(train, pd.DataFrame({"id": ["t"], "text": ["It rains!"]}))
    >>> left.id.tolist(), counts
    (['a'], {'exact': 1, 'near': 0})
    """
    found = overlap(train, *tests, by=by, columns=columns)
    left = train.drop(train.index[found.rows["position"]]).reset_index(drop=True)
    return left, {EXACT: found.exact, NEAR: found.near}


def _rows(
    table: pd.DataFrame, columns: Sequence[str] | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(id, texts) of every row."""
    if columns is None:
        wanted = next((names for names in _TEXTS if names[0] in table.columns), ())
        columns = [name for name in wanted if name in table.columns]
    missing = [name for name in ("id", *columns) if name not in table.columns]
    if missing or not columns:
        raise UserError("columns", missing or list(table.columns), "text columns of the table")
    texts = zip(*(map(_as_text, table[name]) for name in columns), strict=True)
    return zip(table["id"], texts, strict=True)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _by_item(tests: Sequence[pd.DataFrame]):
    ids = {item for test in tests for item in test["id"]}

    def find(item: str, _: tuple[str, ...]) -> tuple[str, str] | None:
        return (item, EXACT) if item in ids else None

    return find


def _by_text(tests: Sequence[pd.DataFrame], whole: bool):
    index = TextIndex()
    ids: list[str] = []
    held: list[tuple[int, ...]] = []  # numbers of the texts of every test row
    holders: list[list[int]] = []  # test rows that hold a text
    for test in tests:
        for item, texts in _rows(test, None):
            numbers = tuple(n for n in map(index.add, texts) if n is not None)
            holders.extend([] for _ in range(len(index) - len(holders)))
            for number in set(numbers):
                holders[number].append(len(ids))
            ids.append(item)
            held.append(numbers)
    matches: dict[str, dict[int, str]] = {}  # contexts and premises come many times

    def repeats(text: str) -> dict[int, str]:
        if text not in matches:
            matches[text] = dict(index.matches(text, either=True))
        return matches[text]

    def by_sentence(_: str, texts: tuple[str, ...]) -> tuple[str, str] | None:
        found = [match for text in texts for match in repeats(text).items()]
        if not found:
            return None
        number, how = min(found, key=lambda match: match[1] != EXACT)
        return ids[holders[number][0]], how

    def by_pair(_: str, texts: tuple[str, ...]) -> tuple[str, str] | None:
        sides = [repeats(text) for text in texts if normalise(text)]
        if not sides:
            return None
        near = None
        for row in {row for number in sides[0] for row in holders[number]}:
            how = _agree(sides, held[row])
            if how == EXACT:
                return ids[row], EXACT
            near = near or (how and (ids[row], how))
        return near

    return by_pair if whole else by_sentence


def _agree(sides: list[dict[int, str]], numbers: tuple[int, ...]) -> str | None:
    """How the texts of one row repeat those of another, in one order or the other."""
    if len(sides) != len(numbers):
        return None
    best = None
    for order in {numbers, numbers[::-1]}:
        how = [side.get(number) for side, number in zip(sides, order, strict=True)]
        if all(how):
            best = EXACT if best == EXACT or set(how) == {EXACT} else NEAR
    return best
