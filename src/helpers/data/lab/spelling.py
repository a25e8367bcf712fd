"""A language's written forms as the dials have them: its own, lent by English, or a twin's.

The only place where tables, loans and twins meet, and what the realisers ask. Not for the tables
themselves (``lexicon``), nor for what a loan looks like (``borrow``).
"""

from __future__ import annotations

from functools import cache

from helpers.data.lab.borrow import borrowed
from helpers.data.lab.lexicon import own_forms
from helpers.data.lab.speech import overlap
from helpers.data.lab.twin import original, spell


def forms(language: str, table: str) -> dict[str, dict[str, str]]:
    """Written forms of one language by key, as the dial of overlap has it (``speech``).

    >>> forms("en", "nouns")["mouse"]["plural"]
    'mice'
    """
    if base := original(language):
        return _respelt(language, table, base, overlap())
    if (share := overlap()) and language != "en":
        return borrowed(language, table, share)
    return own_forms(language, table)


@cache
def _respelt(language: str, table: str, base: str, share: float) -> dict[str, dict[str, str]]:
    """The forms of a twin: those of its original in the other script."""
    del share  # what `forms` depends on besides, so that the cache knows it
    return {
        key: {
            column: form if column == "key" else spell(form, language)
            for column, form in row.items()
        }
        for key, row in forms(base, table).items()
    }
