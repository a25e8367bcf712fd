"""Metrics: the library's numbers under the project's names, chance, and planted faults."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.metrics import (
    METRICS,
    accuracy,
    entity_f1,
    macro_f1,
    matthews,
    metric,
    pearson,
    spearman,
)

few = settings(max_examples=25, deadline=None)
values = st.lists(st.integers(-5, 5), min_size=4, max_size=20).filter(lambda v: len(set(v)) > 1)


@few
@given(gold=values, seed=st.integers(0, 1000))
def test_spearman_sees_ranks_only_and_pearson_lines(gold, seed):
    predicted = np.random.default_rng(seed).normal(size=len(gold))
    assert spearman(gold, np.exp(predicted)) == pytest.approx(spearman(gold, predicted))
    assert spearman(gold, -predicted) == pytest.approx(-spearman(gold, predicted))
    assert pearson(gold, 3 * predicted - 7) == pytest.approx(pearson(gold, predicted))
    assert spearman(gold, gold) == pytest.approx(1) and pearson(gold, gold) == pytest.approx(1)


def test_golden_values():
    # d = (0, 0, 1, -1): 1 - 6 * 2 / (4 * 15).
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)
    assert pearson([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(0)
    assert accuracy(["a", "b", "c", "a"], ["a", "b", "a", "a"]) == 0.75
    # F1 of a: 0.8; of b: 1; of c: 0 (never predicted).
    assert macro_f1(["a", "b", "c", "a"], ["a", "b", "a", "a"]) == pytest.approx(0.6)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_returns_a_plain_float_and_knows_its_chance(name):
    gold, other = [0, 1, 1, 2, 1, 0], [0, 1, 2, 2, 1, 1]
    if name == "entity_f1":
        gold, other = [["B-PER", "O"], ["B-LOC"]], [["B-PER", "I-PER"], ["B-LOC"]]
    assert type(metric(name)(gold, other)) is float
    assert metric(name)(gold, gold) == pytest.approx(1)
    assert 0 <= metric(name).chance(gold) < metric(name)(gold, gold)


def test_matthews_sees_what_accuracy_of_rare_labels_does_not():
    # TP 2, FN 1, FP 1, TN 0: (2 * 0 - 1 * 1) / sqrt(3 * 3 * 1 * 1).
    assert matthews([1, 1, 1, 0], [1, 0, 1, 1]) == pytest.approx(-1 / 3)
    assert matthews([1, 1, 1, 0], [1, 1, 1, 1]) == 0
    assert matthews(["a", "b", "c"], ["a", "b", "c"]) == pytest.approx(1)
    assert matthews([0, 1], [1, 0]) == pytest.approx(-1)


def test_entities_of_all_sentences_weigh_the_same():
    gold = [["B-PER", "I-PER", "O"], ["B-LOC", "B-LOC", "O"]]
    predicted = [["B-PER", "O", "O"], ["B-LOC", "B-LOC", "B-PER"]]
    # 2 right of 3 in gold and 4 predicted.
    assert entity_f1(gold, predicted) == pytest.approx(2 * 2 / 7)
    assert entity_f1([["O", "O"]], [["O", "O"]]) == 0


def test_chance_is_the_majority_label():
    gold = ["pos"] * 3 + ["neg"]
    assert metric("accuracy").chance(gold) == 0.75
    # F1 of always "pos": 6/7, of "neg": 0.
    assert metric("macro_f1").chance(gold) == pytest.approx(3 / 7)
    assert metric("spearman").chance([1, 2, 3]) == 0.0


def test_unknown_metric_is_named():
    with pytest.raises(ValueError, match="metric: got 'bleu'; accepted: spearman, pearson"):
        metric("bleu")


@pytest.mark.parametrize("correlation", [spearman, pearson])
def test_constant_predictions_have_no_correlation_and_constant_gold_is_refused(correlation):
    assert math.isnan(correlation([1, 2, 3], [4, 4, 4]))
    with pytest.raises(ValueError, match="gold: got 3 item"):
        correlation([4, 4, 4], [1, 2, 3])
    with pytest.raises(ValueError, match="gold: got 1 item"):
        correlation([4], [1])


@pytest.mark.parametrize(
    ("function", "gold", "predicted", "message"),
    [
        (spearman, [1, 2, 3], [1, 2], r"predicted: got shape \(2,\); accepted: \(3,\)"),
        (accuracy, ["a"], ["a", "b"], r"predicted: got shape \(2,\)"),
        (pearson, [1, 2, np.nan], [1, 2, 3], "gold: got nan in row 2"),
        (spearman, [1, 2, 3], [1, np.inf, 3], "predicted: got inf in row 1"),
        (spearman, ["a", "b"], [1, 2], "gold: got dtype <U1; accepted: numbers"),
        (accuracy, [], [], r"gold: got shape \(0,\)"),
        (accuracy, [0, 1], [0.2, 0.9], "predicted: got float64; accepted: labels"),
        (macro_f1, [0.0, 1.0], [0, 1], "gold: got float64; accepted: labels"),
    ],
)
def test_faults_are_named(function, gold, predicted, message):
    with pytest.raises(ValueError, match=message):
        function(gold, predicted)
