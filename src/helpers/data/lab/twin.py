"""The script twin of a language: the same language letter by letter in another script.

Grammar, word order, lengths and frequencies stay what they were; only the letters differ, so that
a twin shares no letter, hence no subword, with any language that is not written in its script:
what transfers to a twin transfers without lexical overlap. It is no transliteration that could be
read out: letters are paired in alphabetical order.

``en-twin`` (Georgian) and ``ru-twin`` (Armenian) are languages of the laboratory wherever one is
asked for; no table and no realiser is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from helpers.errors import UserError

SUFFIX = "-twin"
# small letters of the languages that have a twin; é stands in café
ALPHABETS = {
    "en": "abcdefghijklmnopqrstuvwxyzé",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}
# the script that the laboratory spells a twin in
SCRIPT_OF = {"en": "georgian", "ru": "armenian"}
TWINS = tuple(language + SUFFIX for language in SCRIPT_OF)
KEPT = ("digits", "punctuation")
_DIGITS, _PUNCTUATION = "0123456789", ".,?!-'"


def _characters(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


# small letters, capital letters, and what digits and punctuation become (Unicode code charts:
# Georgian, Georgian Extended, Georgian Supplement, Armenian). Rare Georgian letters serve for
# digits and punctuation; Armenian has punctuation, but no letters to spare
_SCRIPTS = {
    "georgian": (
        _characters(0x10D0, 0x10F0),
        _characters(0x1C90, 0x1CB0),
        _characters(0x10F1, 0x10FA),
        _characters(0x10FD, 0x10FF) + _characters(0x2D00, 0x2D02),
    ),
    "armenian": (
        _characters(0x0561, 0x0586),
        _characters(0x0531, 0x0556),
        "",
        "\u0589\u055d\u055e\u055c\u058a\u055a",
    ),
}


@cache
def _table(language: str, script: str, keep: frozenset[str]) -> Mapping[str, str]:
    small, capital, digits, punctuation = _SCRIPTS[script]
    letters = ALPHABETS[language]
    found = dict(zip(letters, small, strict=False))
    found |= zip(letters.upper(), capital, strict=False)
    if "digits" not in keep:
        found |= zip(_DIGITS, digits, strict=True)
    if "punctuation" not in keep:
        found |= zip(_PUNCTUATION, punctuation, strict=True)
    return found


def _checked(language: str, script: str, keep: Collection[str]) -> Mapping[str, str]:
    if language not in ALPHABETS:
        raise UserError("language", language, ALPHABETS)
    if script not in _SCRIPTS:
        raise UserError("script", script, _SCRIPTS)
    if isinstance(keep, str) or not set(keep) <= set(KEPT):
        raise UserError("keep", keep, f"any of {', '.join(KEPT)}")
    if "digits" not in keep and not _SCRIPTS[script][2]:
        raise UserError("keep", keep, f"digits kept, which {script} has no signs for")
    return _table(language, script, frozenset(keep))


def twin(
    text: str,
    script: str = "georgian",
    keep: Collection[str] = KEPT,
    language: str = "en",
) -> str:
    """``text`` re-spelt letter by letter; `untwin` gives it back.

    Parameters
    ----------
    text : of ``language``; characters that are in no table (blanks, foreign letters) stay.
    script : "georgian" or "armenian".
    keep : what stays as it is of "digits" and "punctuation" (the signs . , ? ! - '). Without
        them, nothing but the blank is shared. Case is kept: capitals become capitals.
    language : whose alphabet it is, "en" or "ru".

    Raises
    ------
    UserError for an unknown script, language or class to keep.

    >>> twin("The boy slept.")
    'Უთე ბპშ ტმეჟუ.'
    >>> twin("ab, 1", keep=()), twin("Я", "armenian", language="ru")
    ('აბჾ ჲ', 'Ց')
    """
    table = _checked(language, script, keep)
    return "".join(table.get(character, character) for character in text)


def untwin(
    text: str,
    script: str = "georgian",
    keep: Collection[str] = KEPT,
    language: str = "en",
) -> str:
    """What `twin` was given.

    >>> untwin(twin("The café of 1990 - closed!", keep=()), keep=())
    'The café of 1990 - closed!'
    """
    back = {v: k for k, v in _checked(language, script, keep).items()}
    return "".join(back.get(character, character) for character in text)


def original(language: str) -> str | None:
    """The language that a laboratory twin is one of, or None for any other language.

    >>> original("en-twin"), original("en")
    ('en', None)
    """
    return language.removesuffix(SUFFIX) if language in TWINS else None


def spell(text: str, language: str) -> str:
    """Text of the original as the laboratory's twin ``language`` ("en-twin") writes it."""
    base = original(language)
    if base is None:
        raise UserError("language", language, TWINS)
    return twin(text, SCRIPT_OF[base], KEPT, base)
