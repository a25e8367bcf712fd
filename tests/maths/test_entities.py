"""Entities by the rules of CoNLL's scorer: hand-worked cases and round trips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.maths.entities import entities, entity_counts
from helpers.maths.item_statistics import ratio_of_sums
from helpers.maths.metrics import entity_f1
from helpers.maths.statistics import crossed_bootstrap

tags = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=12)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("O O", []),
        ("B-PER I-PER O", [("PER", 0, 2)]),
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("I-PER I-PER", [("PER", 0, 2)]),  # no B-: the first I- starts
        ("O I-PER", [("PER", 1, 2)]),
        ("B-PER I-LOC", [("PER", 0, 1), ("LOC", 1, 2)]),  # another type ends the first
        ("B-PER O I-PER", [("PER", 0, 1), ("PER", 2, 3)]),
        ("I-LOC B-LOC I-LOC", [("LOC", 0, 1), ("LOC", 1, 3)]),
        ("B-work-of-art I-work-of-art", [("work-of-art", 0, 2)]),
        ("", []),
    ],
)
def test_rules(sentence, found):
    assert entities(sentence.split()) == found


@given(tags)
def test_entities_do_not_overlap_and_hold_every_tag_that_is_not_o(sentence):
    found = entities(sentence)
    inside = [i for _, start, end in found for i in range(start, end)]
    assert inside == [i for i, tag in enumerate(sentence) if tag != "O"]
    again = ["O"] * len(sentence)
    for kind, start, end in found:
        again[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    assert entities(again) == found


@given(st.lists(tags, min_size=1, max_size=4))
def test_a_sentence_is_found_in_itself_and_f1_is_symmetric(sentences):
    counts = entity_counts(sentences, sentences)
    np.testing.assert_array_equal(counts[0], counts[1])
    other = [sentence[::-1] for sentence in sentences]
    assert entity_f1(sentences, other) == entity_f1(other, sentences)


def test_f1_is_resampled_by_sentences():
    gold = [["B-PER", "O"], ["B-LOC", "I-LOC"], ["O", "B-PER"]] * 10
    predicted = [["B-PER", "O"], ["B-LOC", "O"], ["O", "B-PER"]] * 10
    counts = entity_counts(gold, predicted)
    found = crossed_bootstrap(counts[None], statistic=ratio_of_sums, n_boot=200)
    assert found.value == pytest.approx(entity_f1(gold, predicted)) == pytest.approx(2 / 3)
    assert found.low < 2 / 3 < found.high


@pytest.mark.parametrize("tag", ["PER", "B-", "I", "O-PER", "E-PER", ""])
def test_other_tags_are_refused(tag):
    with pytest.raises(ValueError, match="tags: got .* for token 1; accepted: O, B-type"):
        entities(["O", tag])


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([["O"]], [], "predicted: got 0 sentences; accepted: 1"),
        ([], [], "predicted: got 0 sentences"),
        ([["O"], ["O"]], [["O"], []], "predicted: got 0 tags for sentence 1; accepted: 1"),
        (["O"], ["O"], "predicted: got 1 tags for sentence 0"),
    ],
)
def test_faults_are_named(gold, predicted, message):
    with pytest.raises(ValueError, match=message):
        entity_counts(gold, predicted)
