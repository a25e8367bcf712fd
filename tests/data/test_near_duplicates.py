"""Which text repeats which: what is compared, and that near means half of the 5-grams."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import paths
from helpers.data.near_duplicates import TextIndex, normalise, tokens

few = settings(max_examples=30, deadline=None)
words = st.lists(st.sampled_from("abcdefghij"), min_size=5, max_size=14)
TEN = "one two three four five six seven eight nine ten"  # six 5-grams


def how(held: str, text: str, **options) -> str | None:
    index = TextIndex()
    index.add(held)
    return next((kind for _, kind in index.matches(text, **options)), None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (TEN.upper() + "!", "exact"),
        ("one  two\tthree four five six seven eight nine, ten", "exact"),
        ("so one two three four five six seven it was", "near"),  # three of six
        ("so one two three four five six it was", None),  # two of six
        ("ten nine eight seven six five four three two one", None),
        ("one two three four", None),
        ("", None),
        ("?!", None),
    ],
)
def test_half_of_the_5_grams_is_near(text, verdict):
    assert how(TEN, text) == verdict


def test_a_part_repeats_the_whole_only_when_asked_both_ways():
    part = "three four five six seven"  # one 5-gram, one of the whole's six
    assert how(TEN, part) is None
    assert how(TEN, part, either=True) == "near"
    assert how(part, TEN) == "near"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Ein Hund, eine Katze.", ["ein", "hund", "eine", "katze"]),
        ("강아지가 뛴다", ["강", "아", "지", "가", "뛴", "다"]),
        ("犬が走る。", ["犬", "が", "走", "る"]),
        ("หมา", ["ห", "ม", "า"]),
        ("ＡＢＣ", ["abc"]),
    ],
)
def test_tokens_are_words_or_characters(text, cut):
    assert tokens(text) == cut


def test_equal_texts_share_a_number_and_no_text_has_none():
    index = TextIndex()
    assert [index.add(text) for text in ("A dog.", "a DOG", "...", "a cat")] == [0, 0, None, 1]
    assert len(index) == 2
    assert list(index.matches("...")) == []


@few
@given(st.lists(words, min_size=1, max_size=5), words)
def test_either_way_the_answer_is_the_same(held, text):
    one, other = " ".join(text), [" ".join(each) for each in held]
    forward = TextIndex()
    numbers = [forward.add(each) for each in other]
    found = dict(forward.matches(one, either=True))
    back = TextIndex()
    back.add(one)
    for number, each in zip(numbers, other, strict=True):
        assert found.get(number) == next(
            (kind for _, kind in back.matches(each, either=True)), None
        )


@few
@given(words, words, words)
def test_a_text_is_found_inside_a_longer_one(text, before, after):
    assume(" ".join(text) != " ".join([*before, *text, *after]))
    assert how(" ".join(text), " ".join([*before, *text, *after])) == "near"


@few
@given(st.text(max_size=30))
def test_a_normal_form_is_its_own_and_finds_its_text(text):
    # NFKC of a casefolded text can fold again (a few letters with marks of their own)
    assume(normalise(normalise(text)) == normalise(text))
    assert how(text, normalise(text)) == ("exact" if normalise(text) else None)


def test_pretraining_on_a_bare_machine_can_import_it():
    """Only the standard library: the module is used where pandas is not installed."""
    code = "import sys, helpers.data.near_duplicates; print(*sys.modules)"
    source = str(Path(paths.PACKAGE).parent)
    loaded = subprocess.check_output(
        [sys.executable, "-c", code], env={"PYTHONPATH": source}, text=True
    )
    heavy = {"numpy", "pandas", "torch", "click", "scipy", "sklearn", "datasets"}
    assert not heavy & set(loaded.split())
