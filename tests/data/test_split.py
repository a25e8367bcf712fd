"""Folds: the same for an item everywhere, and no English sentence on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.sources import load
from helpers.data.split import (
    DEVELOP,
    REPORT,
    drop_seen,
    fold,
    normalise_sentence,
    split_by_english,
)


def test_a_third_develops_and_two_thirds_report() -> None:
    folds = fold(f"test-{i:05d}" for i in range(9000))
    assert set(folds) == {DEVELOP, REPORT}
    # 3,000 expected, standard deviation 45
    assert abs(np.sum(folds == DEVELOP) - 3000) < 200


def test_the_fold_of_an_item_is_fixed_for_good() -> None:
    # Recorded results were chosen and scored on these sides: another hash would leak
    ids = [f"test-{i:05d}" for i in range(12)] + ["kor-00001", "한국어"]
    assert "".join(name[0] for name in fold(ids)) == "rrrrrrdrrrrrrr"


def test_folds_depend_on_the_item_alone() -> None:
    ids = [f"dev-{i:05d}" for i in range(50)]
    assert fold(ids[::-1]).tolist() == fold(ids).tolist()[::-1]
    assert fold([]).tolist() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A man, a plan.", "a man a plan"),
        ("Don't!", "Don’t"),
        ("tab\tand\u00a0space ", "Tab and space"),
        ("ＦＵＬＬ width", "full width"),
        ("STRASSE", "straße"),
        ("¿Qué?", "qué"),
    ],
)
def test_what_makes_no_other_sentence(one: str, other: str) -> None:
    assert normalise_sentence(one) == normalise_sentence(other)


@pytest.mark.parametrize(("one", "other"), [("a $5 fee", "a 5 fee"), ("café", "cafe"), ("क", "कि")])
def test_what_does(one: str, other: str) -> None:
    assert normalise_sentence(one) != normalise_sentence(other)


sentences = st.lists(
    st.tuples(
        st.sampled_from(["A dog", "two cats", "rain", "Snow is", "x"]), st.sampled_from(" .!?")
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None, max_examples=40)
@given(sentences)
def test_no_sentence_stands_on_both_sides_and_none_is_lost(pieces) -> None:
    table = pd.DataFrame({"id": range(len(pieces)), "source_text": ["".join(p) for p in pieces]})
    develop, report = split_by_english(table)
    sides = [set(map(normalise_sentence, side.source_text)) for side in (develop, report)]
    assert not sides[0] & sides[1]
    assert sorted([*develop.id, *report.id]) == table.id.tolist()
    assert develop.id.is_monotonic_increasing


def test_equal_sentences_of_two_tables_fall_on_the_same_side() -> None:
    german = pd.DataFrame({"source_text": [f"Sentence {i}." for i in range(40)]})
    korean = pd.DataFrame({"source_text": [f"sentence {i}" for i in range(40)][::-1]})
    sides = [
        set(map(normalise_sentence, split_by_english(t).report.source_text))
        for t in (german, korean)
    ]
    assert sides[0] == sides[1]


def test_drop_seen_counts_what_it_drops() -> None:
    train = pd.DataFrame({"source_text": ["A dog.", "Rain", "a  dog", "Snow"], "n": range(4)})
    tests = pd.DataFrame({"source_text": ["a dog!"]}), pd.DataFrame({"source_text": ["SNOW"]})
    left, dropped = drop_seen(train, *tests)
    assert (left.n.tolist(), left.index.tolist(), dropped) == ([1], [0], 3)
    assert drop_seen(train)[1] == 0


def test_real_tatoeba_has_no_sentence_on_both_sides(shared_data) -> None:
    tables = [load("tatoeba", code, "test", f"local:{shared_data}").table for code in ("ko", "de")]
    folds = [split_by_english(table) for table in tables]
    for develop, report in folds:
        assert len(develop) + len(report) == 1000
        assert 250 < len(develop) < 420
    develop, report = (pd.concat(sides) for sides in zip(*folds, strict=True))
    assert drop_seen(develop, report)[1] == 0
