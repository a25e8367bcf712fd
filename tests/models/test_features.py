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
    assert {check_form(kind, "masked") for kind in FORMS} == {"masked"}
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
    two = features("paired", table.assign(text2=LONG), tokenizer, labels=("down", "up"))
    assert two[0]["segments"] == [tokenizer(text)["input_ids"] for text in (SHORT, LONG)]
    assert [row["labels"] for row in two] == [1, 0]


def test_choices_are_segments_after_question_and_context(tokenizer):
    table = pd.DataFrame(
        {
            "context": [SHORT, ""],
            "question": ["what", "who"],
            "choices": [["a", "b", "c"], ["a", "b"]],
            "label": [2, 0],
        }
    )
    rows = features("choice", table, tokenizer)
    assert [len(row["segments"]) for row in rows] == [4, 3]
    assert [row["labels"] for row in rows] == [2, 0]
    asked = [f"what {SHORT}", "a", "b", "c"]
    assert rows[0]["segments"] == [tokenizer(text)["input_ids"] for text in asked]
    assert rows[1]["segments"][0] == tokenizer("who")["input_ids"]
    # What is asked is not what a long text loses.
    [cut] = features("choice", table.iloc[:1], tokenizer, max_length=6)
    assert cut["segments"][0][:5] == rows[0]["segments"][0][:5]


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
    assert features("masked", table, tokenizer) == []


# One row of each kind, and its text as the tokenizer is asked for it
TEXTS = {
    "similarity": ({"sentence1": SHORT, "sentence2": LONG, "score": 1.0}, (SHORT, LONG)),
    "one text": ({"text": SHORT, "text2": "", "label": "up"}, (SHORT,)),
    "two texts": ({"text": SHORT, "text2": LONG, "label": "up"}, (SHORT, LONG)),
    "span": ({"context": LONG, "question": SHORT, "answers": ["a"], "starts": [17]}, (LONG, SHORT)),
    "choice": (
        {"context": LONG, "question": "who", "choices": ["a cat", "two friends"], "label": 1},
        (f"who {LONG}", "a cat two friends"),
    ),
    "tagging": ({"tokens": LONG.split(), "tags": ["N"] * 9}, (LONG,)),
}


def original(row: dict) -> list[int]:
    """The tokens before any was hidden."""
    [ids] = row["segments"]
    return [was if was != IGNORED else one for one, was in zip(ids, row["labels"], strict=True)]


@pytest.mark.parametrize("kind", TEXTS)
def test_masked_text_is_the_rows_text_without_its_label(tokenizer, kind):
    row, asked = TEXTS[kind]
    [made] = features("masked", pd.DataFrame([row]), tokenizer)
    assert original(made) == tokenizer(*asked)["input_ids"]
    assert made["length"] == len(made["labels"]) == len(made["segments"][0])
    assert features("masked", pd.DataFrame([row]), tokenizer) == [made]


@given(st.lists(st.sampled_from(LONG.split()), min_size=1, max_size=30), st.integers(0, 3))
def test_masked_tokens_are_few_never_special_and_depend_on_text_and_seed(tokenizer, words, seed):
    text = " ".join(words)
    table = pd.DataFrame({"text": [SHORT, text], "text2": ""})
    one = features("masked", table, tokenizer, seed=seed, max_length=24)[1]
    assert features("masked", table[1:], tokenizer, seed=seed, max_length=24) == [one]
    ids, special = original(one), set(tokenizer.all_special_ids)
    assert ids == tokenizer(text, truncation=True, max_length=24)["input_ids"]
    hidden = [place for place, was in enumerate(one["labels"]) if was != IGNORED]
    assert not special & {ids[place] for place in hidden}
    ordinary = sum(token not in special for token in ids)
    assert len(hidden) == max(1, round(0.15 * ordinary))
    put = {one["segments"][0][place] for place in hidden}
    assert not (special - {tokenizer.mask_token_id}) & put


def test_masked_tokens_meet_the_three_fates_and_another_seed_hides_others(tokenizer):
    table = pd.DataFrame({"text": [f"{LONG} " * 9] * 30, "text2": ""})
    seeds = [features("masked", table[:1], tokenizer, seed=s, max_length=400)[0] for s in range(40)]
    assert len({tuple(row["labels"]) for row in seeds}) == 40
    pairs = [
        (now, was)
        for row in seeds
        for now, was in zip(row["segments"][0], row["labels"], strict=True)
        if was != IGNORED
    ]
    blank = np.mean([now == tokenizer.mask_token_id for now, _ in pairs])
    kept = np.mean([now == was for now, was in pairs])
    assert len(pairs) > 800
    assert (blank, kept) == (pytest.approx(0.8, abs=0.05), pytest.approx(0.1, abs=0.04))


def test_text_without_ordinary_tokens_has_nothing_hidden(tokenizer):
    [row] = features("masked", pd.DataFrame({"text": ["</s>"], "text2": ""}), tokenizer)
    assert set(row["labels"]) == {IGNORED}


def test_masking_needs_a_mask_token_and_a_known_kind(tokenizer):
    import copy

    table = pd.DataFrame({"source_text": [SHORT], "target_text": [LONG]})
    with pytest.raises(UserError, match="table"):
        features("masked", table, tokenizer)
    without = copy.deepcopy(tokenizer)
    without.mask_token = None
    with pytest.raises(UserError, match="mask token"):
        features("masked", pd.DataFrame({"text": [SHORT], "text2": ""}), without)


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
    assert Collator("masked", 1)(marked)["labels"].tolist() == tags["labels"].tolist()
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
