"""Korean spelling that depends on the last syllable: particles and verb endings.

A Hangul syllable is 0xAC00 + 588 * initial + 28 * vowel + final (The Unicode Standard, section
3.12, "Conjoining Jamo Behavior"), so the final consonant is the code's remainder.
"""

from __future__ import annotations

_FIRST, _LAST = 0xAC00, 0xD7A3
FINALS = {"": 0, "ㄴ": 4, "ㄹ": 8, "ㅁ": 16, "ㅂ": 17, "ㅆ": 20}
# particle after a consonant, after a vowel
PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
}


def final(word: str) -> int:
    """Index of the last syllable's final consonant, 0 when it ends in a vowel.

    >>> final("소년"), final("사과")
    (4, 0)
    """
    code = ord(word[-1])
    if not _FIRST <= code <= _LAST:
        raise ValueError(f"word: got {word!r}; accepted: a word that ends in a Hangul syllable")
    return (code - _FIRST) % 28


_LATIN_FINALS = {"l": FINALS["ㄹ"], "m": FINALS["ㅁ"], "n": FINALS["ㄴ"], "g": 21}


def with_particle(word: str, particle: str) -> str:
    """``word`` with the form of ``particle`` that its last sound asks for.

    ``particle`` is named by its form after a consonant; those without two forms pass unchanged.
    After ㄹ the directional is 로.

    >>> with_particle("소년", "은"), with_particle("소녀", "은"), with_particle("교실", "으로")
    ('소년은', '소녀는', '교실로')
    """
    if particle not in PARTICLES:
        return word + particle
    after_consonant, after_vowel = PARTICLES[particle]
    # of a loan in Latin letters the last letter tells, roughly, how it sounds
    last = _LATIN_FINALS.get(word[-1], 0) if word[-1] < "\u0300" else final(word)
    if last == 0 or (particle == "으로" and last == FINALS["ㄹ"]):
        return word + after_vowel
    return word + after_consonant


def with_final(word: str, consonant: str) -> str:
    """``word`` with the final consonant of its last syllable set ("" removes it).

    >>> with_final("가", "ㅆ"), with_final("열", "")
    ('갔', '여')
    """
    return word[:-1] + chr(ord(word[-1]) - final(word) + FINALS[consonant])


def vowel_base(stem: str, given: str = "") -> str:
    """The stem that takes -ㄴ and -ㄹ; ``given`` where a verb is irregular.

    >>> [vowel_base(stem) for stem in ("가", "먹", "열")]
    ['가', '먹으', '여']
    """
    if given:
        return given
    last = final(stem)
    if last == 0:
        return stem
    return with_final(stem, "") if last == FINALS["ㄹ"] else stem + "으"


def plain_present(stem: str) -> str:
    """Plain present of a verb: 간다, 먹는다, 연다.

    >>> [plain_present(stem) for stem in ("가", "먹", "열")]
    ['간다', '먹는다', '연다']
    """
    if final(stem) in (0, FINALS["ㄹ"]):
        return with_final(stem, "ㄴ") + "다"
    return stem + "는다"


def before_neun(stem: str) -> str:
    """The stem before -는: ㄹ falls out (울다, 우는)."""
    return with_final(stem, "") if final(stem) == FINALS["ㄹ"] else stem
