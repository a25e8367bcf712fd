"""Overlap of subwords: what it counts, its bounds, and what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.encoder import open_encoder
from helpers.study.lexical_overlap import jaccard, pair_overlap, pieces_of, type_overlap

SETS = st.frozensets(st.sampled_from("abcdefgh"), max_size=6)


@settings(deadline=None, max_examples=50)
@given(SETS, SETS)
def test_jaccard_is_symmetric_and_one_only_for_equal_sets(one, other):
    assert jaccard(one, other) == jaccard(other, one)
    assert 0 <= jaccard(one, other) <= 1
    assert (jaccard(one, other) == 1) == (one == other and bool(one))


def test_pieces_are_the_tokenizers_without_marks_digits_and_special_tokens():
    pytest.importorskip("transformers")
    cut = pieces_of(open_encoder("models/tiny", device="cpu", progress=False, cache=False))
    one, other, marks = cut(["The cat sleeps.", "the 12 cat?", "12 ?!"])
    assert one and not any("<" in piece or "." in piece for piece in one)
    assert all(any(letter.isalpha() for letter in piece) for piece in one | other)
    assert jaccard(one, other) > 0
    assert marks == frozenset()
    assert pair_overlap([marks], [marks]) == [0.0]


def test_more_pairs_show_more_types_but_the_number_is_what_was_asked_for():
    left = [frozenset({f"l{i}", "shared"}) for i in range(30)]
    right = [frozenset({f"r{i}", "shared"}) for i in range(30)]
    assert type_overlap(left, right, n=1) == pytest.approx(1 / 3)
    assert type_overlap(left, right, n=30) == pytest.approx(1 / 61)
    assert type_overlap(left, right, n=5, seed=1) == type_overlap(left, right, n=5, seed=1)
    for n in (0, 31):
        with pytest.raises(ValueError, match="accepted: 1 to 30"):
            type_overlap(left, right, n=n)
