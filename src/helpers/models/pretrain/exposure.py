"""Which items of evaluation sets a corpus repeats, before anything is removed from it.

Wider than what an encoder has read: its text is the corpus *less* what ``decontaminate`` took out.
So an item that is not named here was never read, whatever the removal missed. Nothing is removed
here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.data.near_duplicates import TextIndex

from .evaluation_sets import sentences_by_item
from .text import Text

if TYPE_CHECKING:
    import pandas as pd

Set = tuple[str, str, str]  # task, language, split


@dataclass(frozen=True)
class Exposed:
    """Of one set: how many items it has, and the ids of those that the corpus repeats in part."""

    items: int
    ids: tuple[str, ...]


def exposed(
    text: Text,
    tables: Mapping[Set, pd.DataFrame],
    progress: Callable[[Iterable, str], Iterable] = lambda rows, _: rows,
) -> dict[Set, Exposed]:
    """Items of which the corpus repeats a sentence, exactly or nearly, in any line of any language.

    Parameters
    ----------
    tables : normalised columns; of a passage every sentence counts, for every question about it.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": ["a", "b"], "text": ["A dog ran.", "A cat slept."]})
    >>> exposed(Text(mono={"en": ["a dog ran"]}), {("t", "en", "test"): table})
    {('t', 'en', 'test'): Exposed(items=2, ids=('a',))}
    """
    index = TextIndex()
    holders: dict[int, set[tuple[Set, str]]] = defaultdict(set)
    for name, table in tables.items():
        for item, sentences in sentences_by_item(table):
            for sentence in sentences:
                if (number := index.add(sentence)) is not None:
                    holders[number].add((name, item))
    repeated: set[int] = set()
    for language, lines in text.mono.items():
        for line in progress(lines, language):
            repeated.update(number for number, _ in index.matches(line))
    for key, rows in text.pairs.items():
        for row in progress(rows, "-".join(key)):
            for side in row:
                repeated.update(number for number, _ in index.matches(side))
    found: dict[Set, set[str]] = {name: set() for name in tables}
    for number in repeated:
        for name, item in holders[number]:
            found[name].add(item)
    return {name: Exposed(len(table), tuple(sorted(found[name]))) for name, table in tables.items()}
