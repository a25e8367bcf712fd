"""Overlap between tables: found by sentence, by pair and by item, both ways, and gone once dropped.

The leaks between published sets that DESIGN knows are in ``test_leaks``.
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.overlap import drop_overlap, overlap
from helpers.data.sources import load
from helpers.errors import UserError

few = settings(max_examples=15, deadline=None)
LONG = "the old man walks slowly along the cold river every single morning"
NEAR = "the old man walks slowly along the cold river in the rain"


def pairs(*rows: tuple[str, str], prefix: str = "r") -> pd.DataFrame:
    columns = {"sentence1": [a for a, _ in rows], "sentence2": [b for _, b in rows]}
    return pd.DataFrame({"id": [f"{prefix}{i}" for i in range(len(rows))], **columns})


@pytest.mark.parametrize(
    ("row", "sentence", "pair"),
    [
        (("A dog runs.", "It rains."), "exact", "exact"),
        (("it rains", "a dog runs!"), "exact", "exact"),
        (("A dog runs.", "It snows."), "exact", None),
        ((LONG, "It rains."), "exact", None),
        ((NEAR, "A fish."), "near", None),
        ((NEAR, "A bird."), "exact", "near"),
        (("A bird.", NEAR), "exact", "near"),
        (("A bird.", LONG), "exact", "exact"),
        (("A bird.", "A bird."), "exact", None),
        (("Nothing", "of it"), None, None),
    ],
)
def test_by_sentence_and_by_pair(row, sentence, pair):
    test = pairs(("A dog runs.", "It rains."), (LONG, "A bird."), prefix="t")
    for by, wanted in (("sentence", sentence), ("pair", pair)):
        found = overlap(pairs(row), test, by=by)
        assert found.rows["how"].tolist() == ([wanted] if wanted else [])
        assert (found.exact, found.near) == (wanted == "exact", wanted == "near")


def test_the_rows_say_who_repeats_whom():
    train = pairs(("x", "y"), ("A bird.", LONG), ("it rains", "z"))
    test = pairs(("A dog runs.", "It rains."), (LONG, "A bird."), prefix="t")
    found = overlap(train, test)
    assert found.rows.to_dict("records") == [
        {"position": 1, "id": "r1", "test_id": "t1", "how": "exact"},
        {"position": 2, "id": "r2", "test_id": "t0", "how": "exact"},
    ]
    assert (found.n, found.share) == (3, 2 / 3)


def test_tables_of_different_kinds_are_compared():
    train = pd.DataFrame({"id": ["a", "b"], "text": ["It rains.", "Sun"], "text2": ["", ""]})
    span = pd.DataFrame({"id": ["s", "t"], "context": ["it rains", "Wind"], "question": ["?", "?"]})
    tagged = pd.DataFrame({"id": ["u"], "tokens": [["Sun", "!"]]})
    retrieval = pd.DataFrame({"id": ["v"], "source_text": ["Snow"], "target_text": ["It rains"]})
    assert overlap(train, span).rows["id"].tolist() == ["a"]
    assert overlap(train, span, tagged).rows["id"].tolist() == ["a", "b"]
    assert overlap(span, retrieval).rows["id"].tolist() == ["s"]
    # a row of one text is a pair with itself: nothing else of it could differ
    assert overlap(train, span, by="pair").rows["id"].tolist() == ["a"]
    assert overlap(train, pairs(("It rains.", "Sun")), by="pair").rows.empty
    assert overlap(span, train, columns=["question"]).rows.empty


def test_by_item_compares_ids():
    english = pairs(("A", "B"), ("C", "D"))
    korean = pairs(("가", "나"))
    assert overlap(english, korean, by="item").rows["id"].tolist() == ["r0"]
    left, counts = drop_overlap(english, korean, by="item")
    assert left["id"].tolist() == ["r1"]
    assert counts == {"exact": 1, "near": 0}


def test_tables_without_rows():
    empty = pairs()
    assert overlap(empty, pairs(("A", "B"))).share == 0
    assert overlap(pairs(("A", "B")), empty).rows.empty
    assert drop_overlap(pairs(("A", "B")))[1] == {"exact": 0, "near": 0}


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"by": "words"}, "by"),
        ({"columns": ["no_such"]}, "columns"),
        ({"columns": []}, "columns"),
    ],
)
def test_what_is_wrong_is_named(arguments, parameter):
    with pytest.raises(UserError) as refusal:
        overlap(pairs(("A", "B")), pairs(("A", "B")), **arguments)
    assert refusal.value.parameter == parameter


sentences = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=9).map(" ".join)
tables = st.lists(st.tuples(sentences, sentences), max_size=6).map(lambda rows: pairs(*rows))


@few
@given(tables, tables, st.sampled_from(["sentence", "pair"]))
def test_what_is_left_has_no_overlap_either_way(train, test, by):
    left, counts = drop_overlap(train, test, by=by)
    assert len(left) + sum(counts.values()) == len(train)
    assert overlap(left, test, by=by).share == 0
    assert overlap(test, left, by=by).share == 0
    again, nothing = drop_overlap(left, test, by=by)
    assert nothing == {"exact": 0, "near": 0}
    pd.testing.assert_frame_equal(again, left)


@few
@given(tables, tables)
def test_a_pair_that_repeats_has_a_sentence_that_does(train, test):
    by_pair = set(overlap(train, test, by="pair").rows["id"])
    assert by_pair <= set(overlap(train, test).rows["id"])


def test_the_laboratorys_splits_share_no_pair():
    """Templates and lemmas are disjoint between splits; the check itself is seen to work."""
    train, test = (load("stsb", "en", split, n=200).table for split in ("train", "test"))
    assert overlap(train, test, by="pair").share == 0
    assert overlap(train, train.sample(20, random_state=0), by="pair").exact >= 20
