"""Weighted statistics are those of the resample that the weights describe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from helpers.maths.item_statistics import (
    macro_f1_with,
    ratio_of_sums,
    weighted_macro_f1,
    weighted_mean,
    weighted_pearson,
    weighted_spearman,
)
from helpers.maths.metrics import macro_f1

few = settings(max_examples=20, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def resamples(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gold and predictions with many ties, and four draws of the items with replacement."""
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=4)
    return rng.integers(0, 5, n), rng.integers(0, 6, (2, 3, n)), weights


@pytest.mark.parametrize(
    ("weighted", "plain"), [(weighted_spearman, spearmanr), (weighted_pearson, pearsonr)]
)
@few
@given(seed=numbers, n=st.integers(4, 30))
def test_weights_are_repeated_items(weighted, plain, seed, n):
    gold, predicted, weights = resamples(seed, n)
    found = weighted(gold, predicted, weights)
    assert found.shape == (4, 2, 3)
    for b in range(4):
        rows = np.repeat(np.arange(n), weights[b])
        g, p = gold[rows], predicted[1, 2, rows]
        if np.ptp(g) and np.ptp(p):
            assert found[b, 1, 2] == pytest.approx(plain(g, p).statistic, abs=1e-9)
        else:
            assert np.isnan(found[b, 1, 2])


@few
@given(seed=numbers, n=st.integers(1, 30))
def test_weighted_means_are_means_of_repeated_items(seed, n):
    _, scores, weights = resamples(seed, n)
    found = weighted_mean(scores.astype(float), weights)
    for b in range(4):
        np.testing.assert_allclose(found[b], np.repeat(scores, weights[b], axis=-1).mean(axis=-1))


@few
@given(seed=numbers, n=st.integers(1, 30))
def test_weighted_macro_f1_is_that_of_repeated_items(seed, n):
    gold, predicted, weights = resamples(seed, n)
    found = weighted_macro_f1(gold, predicted, weights)
    assert found.shape == (4, 2, 3)
    for b in range(4):
        rows = np.repeat(np.arange(n), weights[b])
        assert found[b, 1, 2] == pytest.approx(macro_f1(gold[rows], predicted[1, 2, rows]))
    np.testing.assert_array_equal(found, macro_f1_with(gold)(predicted, weights))


@few
@given(seed=numbers, n=st.integers(1, 30))
def test_ratios_of_sums_are_those_of_repeated_items(seed, n):
    _, scores, weights = resamples(seed, n)
    pairs = np.stack([scores, scores + 1], axis=-2)
    found = ratio_of_sums(pairs, weights)
    for b in range(4):
        sums = np.repeat(pairs, weights[b], axis=-1).sum(axis=-1)
        np.testing.assert_allclose(found[b], sums[..., 0] / sums[..., 1])


def test_gold_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"gold: got shape \(3,\)"):
        weighted_macro_f1([0, 1, 1], [[0, 1]], [[1, 1]])
