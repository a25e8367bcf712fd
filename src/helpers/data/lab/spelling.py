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
    return _forms(language, table, overlap())


@cache
def _forms(language: str, table: str, share: float) -> dict[str, dict[str, str]]:
    if base := original(language):
        return {
            key: {
                column: form if column == "key" else spell(form, language)
                for column, form in row.items()
            }
            for key, row in _forms(base, table, share).items()
        }
    if share and language != "en":
        return borrowed(language, table, share)
    return own_forms(language, table)
