"""One split, once: DEVELOP (a third) and REPORT (two thirds), and no sentence on both sides.

The fold of an item is a hash of its id, so it needs no seed, no file and no order, and is the same
for an item in every parallel language. Where sentences repeat under different ids, the normalised
sentence takes the id's place.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DEVELOP = "develop"
REPORT = "report"


class Folds(NamedTuple):
    """A table cut in two: ``develop`` for choices, ``report`` to be scored once."""

    develop: pd.DataFrame
    report: pd.DataFrame


def fold(items: Iterable[str]) -> np.ndarray:
    """Fold of each item id or group: an array of ``"develop"`` (1/3) and ``"report"`` (2/3).

    >>> fold(["test-00000", "test-00006", "test-00000"]).tolist()
    ['report', 'develop', 'report']
    """
    digests = (hashlib.sha256(item.encode()).digest() for item in items)
    thirds = [int.from_bytes(digest[:8], "big") % 3 for digest in digests]
    return np.where(np.equal(thirds, 0), DEVELOP, REPORT)


class _Punctuation(dict):
    """For ``str.translate``: drops characters of the categories P*, asked about when they come.

    A table of all of Unicode takes a second to make, and a corpus has a few thousand characters.
    """

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.category(chr(code)).startswith("P") else code
        self[code] = kept
        return kept


_PUNCTUATION = _Punctuation()


def normalise_sentence(text: str) -> str:
    """A sentence without what does not make it another one: case, punctuation, width, spacing.

    Unicode form NFKC, casefolded, characters of the categories P* removed, white space collapsed.

    >>> normalise_sentence(" Don't  go,\u00a0TOM! ")
    'dont go tom'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.translate(_PUNCTUATION).split())


def split_by_english(table: pd.DataFrame, column: str = "source_text") -> Folds:
    """Cut a table of parallel sentences so that no English sentence stands on both sides.

    The fold is that of the normalised sentence in ``column``, not of the item id: equal sentences
    fall together, also between the tables of two languages.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"source_text": ["A dog.", "Rain", "a dog!"]})
    >>> folds = split_by_english(table)
    >>> folds.develop.source_text.tolist(), folds.report.source_text.tolist()
    (['Rain'], ['A dog.', 'a dog!'])
    """
    folds = fold(table[column].map(normalise_sentence))
    return Folds(
        table[folds == DEVELOP].reset_index(drop=True),
        table[folds == REPORT].reset_index(drop=True),
    )


def drop_seen(
    train: pd.DataFrame, *tests: pd.DataFrame, column: str = "source_text"
) -> tuple[pd.DataFrame, int]:
    """Drop every row of ``train`` whose normalised sentence occurs in one of ``tests``.

    Returns
    -------
    The rows left, and the number of rows dropped.

    >>> import pandas as pd
    >>> train = pd.DataFrame({"source_text": ["A dog.", "Rain"]})
    >>> left, dropped = drop_seen(train, pd.DataFrame({"source_text": ["a dog!"]}))
    >>> left.source_text.tolist(), dropped
    (['Rain'], 1)
    """
    seen = {normalise_sentence(text) for test in tests for text in test[column]}
    stays = [normalise_sentence(text) not in seen for text in train[column]]
    left = train[stays].reset_index(drop=True)
    return left, len(train) - len(left)
