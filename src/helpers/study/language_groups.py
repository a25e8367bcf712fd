"""What languages share by descent and by script: the units of a claim about languages.

Related languages are no independent draws, so a statement over languages draws genera anew, not
languages. Genera are those of the World Atlas of Language Structures (wals.info).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_MEMBERS = {
    "Albanian": "sq",
    "Baltic": "lt lv",
    "Bantoid": "sw",
    "Basque": "eu",
    "Celtic": "cy ga",
    "Chinese": "zh",
    "Finnic": "et fi",
    "Germanic": "af da de en is nl no sv",
    "Greek": "el",
    "Greater Central Philippine": "tl",
    "Indic": "bn hi mr ur",
    "Iranian": "fa",
    "Japanese": "ja",
    "Javanese": "jv",
    "Kam-Tai": "th",
    "Kartvelian": "ka",
    "Korean": "ko",
    "Malayo-Sumbawan": "id ms",
    "Romance": "ca es fr gl it pt ro",
    "Semitic": "ar he",
    "Slavic": "be bg cs hr mk pl ru sk sl sr uk",
    "Dravidian": "ml ta te",
    "Turkic": "az kk tr",
    "Ugric": "hu",
    "Vietic": "vi",
}
GENUS = {code: genus for genus, codes in _MEMBERS.items() for code in codes.split()}


def genus(language: str) -> str:
    """Genus of a language by its ISO 639-1 code; a code not in the table is a genus of its own.

    >>> genus("de") == genus("nl"), genus("xx")
    (True, 'xx')
    """
    return GENUS.get(language, language)


def latin_share(texts: Iterable[str]) -> float:
    """Share of the letters of some texts that are Latin ones; 0 where there is no letter.

    >>> latin_share(["ab", "где"])
    0.4
    """
    counts: dict[str, int] = {}
    for text in texts:
        for character in text:
            counts[character] = counts.get(character, 0) + 1
    letters = {c: count for c, count in counts.items() if c.isalpha()}
    latin = sum(n for c, n in letters.items() if unicodedata.name(c, "").startswith("LATIN"))
    return latin / sum(letters.values()) if letters else 0.0
