"""Where a word stands in a sentence, and which words hide inside others.

A span of an answer is found by looking for a written form of its noun or phrase, so no realiser has
to say where it put it. Not for grammar: forms come from the tables as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

from helpers.data.lab.grammar import LANGUAGES
from helpers.data.lab.lexicon import concepts
from helpers.data.lab.spelling import forms
from helpers.data.lab.twin import original, spell

# columns of the nouns' tables that hold no form of the noun itself
_OTHER = frozenset(
    {"key", "counter", "classifier", "within", "at", "to", "gender", "animate", "respect"}
)
_CONTENT = ("nouns", "verbs", "adjectives", "phrases")


def written_forms(table: str, key: str, language: str) -> list[str]:
    """Written forms of a noun or phrase, longest first."""
    base = original(language) or language
    row = forms(base, table)[key]
    found = {form.strip() for column, form in row.items() if column not in _OTHER and form}
    if base == "ar":
        # behind ل the article loses its alif: what is left of the definite form stands there
        found |= {form[2:] for form in found if form.startswith("ال")}
    if base != language:
        found = {spell(form, language) for form in found}
    return sorted(found, key=lambda form: (-len(form), form))


def find(sentence: str, table: str, key: str, language: str) -> tuple[int, str]:
    """Offset and text of a word's form in a sentence, whatever its capital letter.

    Raises `LookupError` where no form stands there: the tables and the realiser disagree.

    >>> find("A picture was hung by the boys.", "nouns", "boy", "en")
    (26, 'boys')
    """
    low = sentence.lower()
    for form in written_forms(table, key, language):
        start = low.find(form.lower())
        if start >= 0:
            return start, sentence[start : start + len(form)]
    raise LookupError(f"no form of {key!r} in {sentence!r} ({language})")


@cache
def _all_forms(language: str) -> tuple[str, list[int], list[str]]:
    """All forms of all keys in lower case, one a line; where each key's begin, and the keys."""
    lines: dict[str, list[str]] = {}
    for table in _CONTENT:
        for key, row in forms(language, table).items():
            lines.setdefault(key, []).extend(v for c, v in row.items() if c != "key" and v)
    parts, starts, end = [], [], 0
    for values in lines.values():
        starts.append(end)
        parts.append("\n".join(values).lower() + "\n")
        end += len(parts[-1])
    return "".join(parts), starts, list(lines)


@cache
def clashes(table: str, key: str) -> frozenset[str]:
    """Keys of words in which, in some language, a form of this one is written.

    >>> sorted(clashes("nouns", "monkey")), "monkey" in clashes("nouns", "key")
    ([], True)
    """
    found = set()
    own = concepts(table)[key].base
    for language in LANGUAGES:
        text, starts, keys = _all_forms(language)
        for form in written_forms(table, key, language):
            place = text.find(form.lower())
            while place >= 0:
                number = bisect_right(starts, place)
                found.add(keys[number - 1])
                # on with the next key: one form of a word is enough
                place = text.find(form.lower(), starts[number]) if number < len(starts) else -1
    return frozenset(found - {key, own})
