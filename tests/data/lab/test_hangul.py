"""Korean particles and endings against the standard library's decomposition of syllables."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.lab.hangul import (
    final,
    plain_present,
    vowel_base,
    with_final,
    with_particle,
)

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
WORDS = st.text(SYLLABLES, min_size=1, max_size=5)
RIEUL = "\u11af"


def last_jamo(word: str) -> str:
    """Last letter of a word by canonical decomposition: final consonants are U+11A8 and up."""
    return unicodedata.normalize("NFD", word)[-1]


def has_final(word: str) -> bool:
    return last_jamo(word) >= "\u11a8"


@given(WORDS)
@settings(deadline=None, max_examples=200)
def test_final_agrees_with_unicode_decomposition(word):
    assert (final(word) > 0) == has_final(word)
    if has_final(word):
        assert chr(0x11A7 + final(word)) == last_jamo(word)


@given(WORDS, st.sampled_from(["은", "이", "을", "과"]))
@settings(deadline=None, max_examples=200)
def test_particles_follow_the_final_consonant(word, particle):
    after_vowel = {"은": "는", "이": "가", "을": "를", "과": "와"}[particle]
    expected = particle if has_final(word) else after_vowel
    assert with_particle(word, particle) == word + expected


@given(WORDS)
@settings(deadline=None, max_examples=200)
def test_directional_particle_treats_rieul_like_a_vowel(word):
    short = not has_final(word) or last_jamo(word) == RIEUL
    assert with_particle(word, "으로") == word + ("로" if short else "으로")


@given(WORDS, st.sampled_from(["", "ㄴ", "ㄹ", "ㅆ"]))
@settings(deadline=None, max_examples=100)
def test_with_final_changes_the_last_consonant_only(word, consonant):
    changed = with_final(word, consonant)
    assert changed[:-1] == word[:-1]
    assert with_final(changed, "") == with_final(word, "")
    assert (final(changed) == 0) == (consonant == "")


def test_a_word_that_is_not_hangul_is_refused():
    with pytest.raises(ValueError, match="'cat'"):
        final("cat")


@pytest.mark.parametrize(
    ("stem", "present", "base"),
    [
        ("먹", "먹는다", "먹으"),
        ("마시", "마신다", "마시"),
        ("열", "연다", "여"),
        ("밀", "민다", "미"),
        ("씻", "씻는다", "씻으"),
        ("하", "한다", "하"),
    ],
)
def test_verb_stems(stem, present, base):
    assert plain_present(stem) == present
    assert vowel_base(stem) == base


def test_irregular_base_is_taken_as_given():
    assert vowel_base("돕", "도우") == "도우"
