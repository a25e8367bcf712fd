"""Rows of every kind of task to token ids, and what batches and orders keep of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.models.features import (
    FORMS,
    IGNORED,
    Collator,
    LikeLengths,
    check_form,
    features,
    first_pieces,
)


@pytest.fixture(scope="module")
def tokenizer(tiny_folder):
    from helpers.models.loading import load_tokenizer

    return load_tokenizer(tiny_folder, "tiny")


SHORT, LONG = "the old cat", "two friends read a long letter in the kitchen"


def test_forms_have_defaults_and_wrong_ones_are_refused_by_name():
    assert {kind: check_form(kind, None) for kind in FORMS} == {k: f[0] for k, f in FORMS.items()}
    assert check_form("similarity", "cross-encoder") == "cross-encoder"
    with pytest.raises(UserError, match="kind"):
        check_form("translation", None)
    with pytest.raises(UserError, match="form"):
        check_form("span", "siamese")
    with pytest.raises(UserError, match="form"):
        features("span", pd.DataFrame(), None)


def test_similarity_has_two_segments_or_one_and_scores_from_0_to_1(tokenizer):
    table = pd.DataFrame(
        {"sentence1": [SHORT, LONG], "sentence2": [LONG, SHORT], "score": [0.0, 5.0]}
    )
    pairs = features("siamese", table, tokenizer)
    joined = features("cross-encoder", table, tokenizer)
    assert [row["labels"] for row in pairs] == [row["labels"] for row in joined] == [0.0, 1.0]
    assert pairs[0]["segments"] == pairs[1]["segments"][::-1]
    assert pairs[0]["segments"][0] == tokenizer(SHORT)["input_ids"]
    assert pairs[0]["length"] == len(tokenizer(LONG)["input_ids"])
    assert [len(row["segments"]) for row in joined] == [1, 1]
    assert joined[0]["segments"][0] == tokenizer(SHORT, LONG)["input_ids"]
    cut = features("cross-encoder", table, tokenizer, max_length=12)
    assert [row["length"] for row in cut] == [12, 12]


def test_labels_of_classes_are_places_among_their_names(tokenizer):
    table = pd.DataFrame({"text": [SHORT, LONG], "text2": "", "label": ["up", "down"]})
    single = features("classification", table, tokenizer, labels=("down", "up"))
    assert [row["labels"] for row in single] == [1, 0]
    assert single[0]["segments"] == [tokenizer(SHORT)["input_ids"]]
    pair = features("classification", table.assign(text2=LONG), tokenizer, labels=("down", "up"))
    assert pair[0]["segments"] == [tokenizer(SHORT, LONG)["input_ids"]]


def test_choices_are_segments_after_context_and_question(tokenizer):
    table = pd.DataFrame(
        {
            "context": [SHORT, ""],
            "question": ["what", "who"],
            "choices": [["a", "b", "c"], ["a", "b"]],
            "label": [2, 0],
        }
    )
    rows = features("choice", table, tokenizer)
    assert [len(row["segments"]) for row in rows] == [3, 2]
    assert [row["labels"] for row in rows] == [2, 0]
    assert rows[0]["segments"][1] == tokenizer(f"{SHORT} what", "b")["input_ids"]
    assert rows[1]["segments"][0] == tokenizer("who", "a")["input_ids"]


def test_a_tag_stands_on_a_words_first_piece_and_cut_words_have_none(tokenizer):
    words = LONG.split()
    tags = ["N" if i % 2 else "V" for i in range(len(words))]
    table = pd.DataFrame({"tokens": [words], "tags": [tags]})
    [row] = features("tagging", table, tokenizer, labels=("N", "V"))
    kept = [tag for tag in row["labels"] if tag != IGNORED]
    assert kept == [("N", "V").index(tag) for tag in tags]
    assert [row["labels"][place] for place in row["places"]] == kept
    assert len(row["labels"]) == len(row["segments"][0])
    [cut] = features("tagging", table, tokenizer, labels=("N", "V"), max_length=8)
    assert -1 in cut["places"]
    assert len([tag for tag in cut["labels"] if tag != IGNORED]) == sum(
        place >= 0 for place in cut["places"]
    )


@given(st.lists(st.integers(1, 4), max_size=6), st.integers(0, 12))
def test_first_pieces_are_where_words_begin(pieces, cut):
    ids = [None] + [word for word, n in enumerate(pieces) for _ in range(n)]
    ids = ids[: cut + 1]
    found = first_pieces(ids, len(pieces))
    for word, place in enumerate(found):
        assert (place == -1) == (word not in ids)
        assert place == -1 or (ids[place] == word and word not in ids[:place])


def test_a_table_without_rows_gives_none(tokenizer):
    table = pd.DataFrame({"text": [], "text2": [], "label": []})
    assert features("classification", table, tokenizer, labels=("a",)) == []


def row(*segments, **more):
    segments = [list(segment) for segment in segments]
    return {"segments": segments, "length": max(map(len, segments)), **more}


def test_a_batch_pads_on_the_right_and_tells_what_is_padding():
    made = Collator("choice", 1)([row([0, 5, 2], [0, 2], labels=1), row([0, 6, 7, 2], labels=0)])
    assert made["input_ids"].shape == made["attention_mask"].shape == (2, 2, 4)
    assert made["input_ids"][0].tolist() == [[0, 5, 2, 1], [0, 2, 1, 1]]
    assert made["attention_mask"].sum(dim=-1).tolist() == [[3, 2], [4, 0]]
    assert made["labels"].tolist() == [1, 0]
    assert "labels" not in Collator("choice", 1)([row([0, 2])])


def test_batches_of_tags_and_of_questions():
    marked = [row([0, 5, 2], labels=[IGNORED, 3, IGNORED]), row([0] * 5, labels=[1] * 5)]
    tags = Collator("tagging", 1)(marked)
    assert tags["labels"].tolist() == [[IGNORED, 3, IGNORED, IGNORED, IGNORED], [1] * 5]
    span = Collator("matching", 1)([row([0, 5, 6, 2], question=(1, 3), labels=[3, 3])])
    assert span["question"].tolist() == [[0, 1, 1, 0]]
    assert span["labels"].tolist() == [[3, 3]]
    assert "question" not in Collator("span", 1)([row([0, 5, 6, 2], question=(1, 3))])


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=200),
    st.integers(1, 9),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_an_order_has_every_row_once_and_depends_on_seed_and_epoch(lengths, size, seed, epoch):
    order = LikeLengths(lengths, batch_size=size, seed=seed)
    order.set_epoch(epoch)
    first = list(order)
    assert sorted(first) == list(range(len(lengths))) == list(range(len(order)))
    # asked again, or by a process that starts at this epoch, it is the same
    again = LikeLengths(lengths, batch_size=size, seed=seed)
    again.set_epoch(epoch)
    assert list(order) == list(again) == first


def test_orders_differ_by_epoch_and_batches_are_of_like_length():
    lengths = np.random.default_rng(0).integers(1, 100, size=640)
    order = LikeLengths(lengths, batch_size=8, seed=0)
    first = list(order)
    order.set_epoch(1)
    assert list(order) != first
    assert list(LikeLengths(lengths, batch_size=8, seed=1)) != first
    spread = np.ptp(lengths[first].reshape(-1, 8), axis=1)
    assert spread.mean() < np.ptp(lengths.reshape(-1, 8), axis=1).mean() / 4
