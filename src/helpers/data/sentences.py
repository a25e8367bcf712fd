"""Sentences of a text as offsets, by a table of rules per language.

Good enough to make candidates for answer retrieval out of encyclopaedic prose; not a segmenter for
speech, verse or chat.
"""

from __future__ import annotations

import re

# What ends a sentence, with what may close after it. Chinese and Japanese leave no blank behind.
_CLOSING = "\"'”’»)\\]」』）》"
_END = re.compile(rf"[.!?…。！？।॥؟۔]+[{_CLOSING}]*(?=\s|$)|[。！？]+[{_CLOSING}]*|\n")
# In Greek the question mark looks like a semicolon
_GREEK_END = re.compile(rf"[.!;\u037e…]+[{_CLOSING}]*(?=\s|$)|\n")
_WORD_BEFORE = re.compile(r"[^\s(\[\"'«“„‘]*\Z")
_LONGEST_ABBREVIATION = 8
_NOT_SMALL = re.compile(rf"[\s{_CLOSING}\"'«“„‘(\[¿¡–—-]*(.?)", re.DOTALL)

# Words before a full stop that end no sentence, lower case, without the stop
_ABBREVIATIONS = {
    "en": "mr mrs ms dr prof st jr sr vs no vol fig inc ltd co e.g i.e etc u.s approx c ca gen rev",
    "de": "dr prof st nr bzw z.b d.h u.a usw ca vgl evtl inkl mio mrd bd jh z d u b",
    "es": "sr sra dr dra prof st ud uds núm pág vol p.ej ee.uu c a.c d.c",
    "it": "sig dott prof st pag vol ecc es a.c d.c",
    "fr": "m mme mlle dr prof st p vol ex etc",
    "ru": "г гг в вв т.е т.д т.п др им см стр рис тыс млн млрд н.э св ул",
    "tr": "dr prof doç st vb vs örn yy m.ö m.s no",
    "ro": "dl dna dr prof st nr etc ex",
    "el": "κ κα δρ καθ π.χ μ.χ κ.λπ κ.ά βλ αρ",
    "vi": "tp ts gs st vd",
}
# Where a number with a full stop is an ordinal: der 3. Oktober
_ORDINALS = ("de", "tr")
# Thai writes no full stops: blanks stand between sentences and also between clauses and names.
# A sentence is over at the first blank after so many characters, a number for which XQuAD has about
# as many sentences as its authors of LAReQA count (852).
_THAI_LEAST = 205


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Sentences of ``text`` as (start, end), without the blanks around them; they overlap nowhere.

    ``language`` is ISO 639-1; one without rules of its own is read by the general ones.

    >>> text = "Dr. Kim left in 1989. Why? Nobody knows."
    >>> [text[start:end] for start, end in sentences(text, "en")]
    ['Dr. Kim left in 1989.', 'Why?', 'Nobody knows.']
    >>> text = "他走了。为什么？"
    >>> [text[start:end] for start, end in sentences(text, "zh")]
    ['他走了。', '为什么？']
    """
    ends = _thai_ends(text) if language == "th" else _ends(text, language)
    spans, start = [], 0
    for end in (*ends, len(text)):
        piece = text[start:end]
        if stripped := piece.strip():
            first = start + piece.index(stripped)
            spans.append((first, first + len(stripped)))
        start = max(start, end)
    return spans


def _ends(text: str, language: str) -> list[int]:
    pattern = _GREEK_END if language == "el" else _END
    known = _ABBREVIATIONS.get(language, "").split()
    return [
        match.end()
        for match in pattern.finditer(text)
        if match[0] == "\n" or not _goes_on(text, match, known, language in _ORDINALS)
    ]


def _goes_on(text: str, match: re.Match[str], known: list[str], ordinals: bool) -> bool:
    """Whether a sentence goes on after what looks like its end."""
    after = _NOT_SMALL.match(text, match.end())[1]
    if after.islower() and match[0][0] not in "。！？।॥":
        return True
    if match[0] != ".":
        return False
    before = text[max(match.start() - _LONGEST_ABBREVIATION, 0) : match.start()]
    word = _WORD_BEFORE.search(before)[0].lower()
    initial = len(word) == 1 and word.isalpha()
    return initial or word in known or (ordinals and word.isdecimal() and len(word) < 3)


def _thai_ends(text: str) -> list[int]:
    ends, start = [], 0
    for match in re.finditer(r"[.!?]?\s+", text):
        if "\n" in match[0] or match.start() - start >= _THAI_LEAST:
            ends.append(match.end())
            start = match.end()
    return ends
