"""The dial of overlap: some content words of a language spelt as in English.

The grammar stays the language's own: endings, particles and auxiliaries are put to the English word
as the language puts them to loans (Korean 하다, Hindi करना). Words are chosen by a hash, the same
in every language, so that a higher share holds all words of a lower one. Times and numbers are no
content words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from helpers.data.lab.lexicon import concepts, own_forms
from helpers.data.lab.splits import order

CONTENT = ("nouns", "verbs", "adjectives")
Row = dict[str, str]


@cache
def shared(table: str, share: float) -> frozenset[str]:
    """Keys of a table that are spelt as in English when ``share`` of its words are.

    >>> shared("nouns", 0.25) < shared("nouns", 0.5), len(shared("verbs", 1.0)) > 90
    (True, True)
    """
    bases = sorted({c.base for c in concepts(table).values()}, key=lambda b: order(f"loan/{b}"))
    chosen = set(bases[: round(share * len(bases))])
    return frozenset(c.key for c in concepts(table).values() if c.base in chosen)


def _ko(table: str, row: Row, english: Row) -> Row:
    if table == "nouns":
        return row | {"noun": english["singular"]}
    word = english["base" if table == "verbs" else "adjective"]
    return row | {
        "adnominal": f"{word}한",
        "stem": f"{word}하",
        "infinitive": f"{word}해",
        "eu": "",
    }


def _ru(table: str, row: Row, english: Row) -> Row:
    if table == "nouns":
        loan = {c: english["plural" if c.startswith("pl_") else "singular"] for c in row}
        for column in ("at", "to"):
            loan[column] = " ".join([*row[column].split()[:-1], english["singular"]])
        kept = {"key", "gender", "animate"} | {c for c, form in row.items() if not form}
    elif table == "verbs":
        forms = {"past": "past", "future": "base", "present": "third"}
        loan = {c: english[forms[c.split("_")[0]]] for c in row if c.split("_")[0] in forms}
        loan |= {"future_sg": f"будет {english['base']}", "future_pl": f"будут {english['base']}"}
        loan["present_pl"] = english["base"]
        # a loan has no other verb for habits
        loan |= {"habit_sg": "", "habit_pl": ""}
        kept = set()
    else:
        loan, kept = dict.fromkeys(row, english["adjective"]), {"key"}
        kept |= {c for c, form in row.items() if not form}
    return row | {c: form for c, form in loan.items() if c not in kept}


def _zh(table: str, row: Row, english: Row) -> Row:
    # a blank before each loan keeps two of them apart
    if table == "nouns":
        return row | {"noun": f" {english['singular']}"}
    if table == "adjectives":
        word = f" {english['adjective']}"
        return row | {"attributive": f"{word}的", "predicate": f"很{word}", "denied": f"不{word}"}
    word = f" {english['base']}"
    loan = {"base": word, "past": f"{word}了", "passive": word, "passive_past": f"{word}了"}
    loan |= {"ba": word} if row["ba"] else {}
    return row | {c: form for c, form in loan.items() if row[c]}


def _hi(table: str, row: Row, english: Row) -> Row:
    if table == "nouns":
        columns = {"direct": "singular", "oblique": "singular"}
        columns |= {"pl_direct": "plural", "pl_oblique": "plural"}
        return row | {c: english[form] for c, form in columns.items() if row[c]}
    if table == "adjectives":
        return row | {"adjective": english["adjective"]}
    # a loan is the nominal part of a verb; कर does the rest where the language had a verb alone
    done = {"nominal": english["base"]}
    return row | done | ({} if row["nominal"] else {"stem": "कर", "light": ""})


BORROWERS: dict[str, Callable[[str, Row, Row], Row]] = {"ko": _ko, "ru": _ru, "zh": _zh, "hi": _hi}


@cache
def borrowed(language: str, table: str, share: float) -> dict[str, Row]:
    """Written forms of a language with ``share`` of the content words spelt as in English."""
    own = own_forms(language, table)
    if table not in CONTENT or language not in BORROWERS:
        return own
    english, loans = own_forms("en", table), shared(table, share)
    spell = BORROWERS[language]
    return {k: spell(table, row, english[k]) if k in loans else row for k, row in own.items()}
