"""Calibration: known answers, invariances, and the excess that chance alone brings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from helpers.maths.calibration import (
    brier_scores,
    calibration_error,
    calibration_error_in,
    confidences,
    error_if_calibrated,
    reliability,
)
from helpers.maths.statistics import crossed_bootstrap

few = settings(max_examples=25, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def some_pairs(seed: int, n: int) -> np.ndarray:
    """Confidences with many ties, and right answers."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.integers(5, 11, n) / 10, rng.integers(0, 2, n)])


class TestItemForms:
    def test_confidence_is_that_of_the_answer(self):
        found = confidences([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2]], [1, 1])
        np.testing.assert_allclose(found, [[0.5, 0.4], [1, 0]])

    @few
    @given(seed=numbers)
    def test_brier_is_twice_that_of_scikit_learn_for_two_labels(self, seed):
        rng = np.random.default_rng(seed)
        p, gold = rng.random(20), rng.integers(0, 2, 20)
        found = brier_scores(np.stack([1 - p, p], axis=1), gold)
        assert found.mean() == pytest.approx(2 * brier_score_loss(gold, p, labels=[0, 1]))

    def test_brier_of_certainty_and_of_no_knowledge(self):
        assert brier_scores([[1, 0], [0, 1]], [0, 0]).tolist() == [0, 2]
        assert brier_scores(np.full((3, 4), 1 / 4), [0, 1, 2]) == pytest.approx(3 / 4)


class TestCalibrationError:
    def test_bins_worked_by_hand(self):
        confidence = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45]
        right = [1, 1, 1, 0, 0, 1]
        rows = reliability([confidence, right], bins=3)
        assert [(r.n, r.accuracy) for r in rows] == [(2, 0.5), (2, 0.5), (2, 1.0)]
        assert [r.confidence for r in rows] == pytest.approx([0.5, 0.7, 0.9])
        assert calibration_error([confidence, right], bins=3) == pytest.approx((0 + 0.2 + 0.1) / 3)

    def test_equal_confidence_stays_together(self):
        assert calibration_error([[0.75] * 4, [1, 1, 1, 0]]) == pytest.approx(0)
        assert len(reliability([[0.75] * 4, [1, 1, 1, 0]])) == 1

    @few
    @given(seed=numbers, n=st.integers(1, 60), bins=st.integers(1, 12))
    def test_the_curve_sums_to_the_error_in_any_order_of_items(self, seed, n, bins):
        pairs = some_pairs(seed, n)
        found, rows = calibration_error(pairs, bins), reliability(pairs, bins)
        assert sum(row.n for row in rows) == n
        assert found == pytest.approx(
            sum(row.n * abs(row.accuracy - row.confidence) for row in rows) / n
        )
        shuffled = pairs[:, np.random.default_rng(seed).permutation(n)]
        assert calibration_error(shuffled, bins) == pytest.approx(found)
        # A distance in bins is no smaller than over all, which is one bin.
        assert found >= calibration_error(pairs, 1) - 1e-12
        assert calibration_error(pairs, 1) == pytest.approx(abs(np.diff(pairs.mean(axis=1))[0]))

    @given(n=st.integers(10, 200))
    def test_bins_hold_equally_many_where_nothing_is_tied(self, n):
        rows = reliability([np.linspace(0.5, 1, n), np.ones(n)])
        sizes = [row.n for row in rows]
        assert len(sizes) == 10 and max(sizes) - min(sizes) <= 1

    @few
    @given(seed=numbers, n=st.integers(1, 30))
    def test_weights_are_repeated_items(self, seed, n):
        pairs = some_pairs(seed, n)
        weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=3)
        found = calibration_error_in(4)(np.stack([pairs, pairs[:, ::-1]]), weights)
        assert found.shape == (3, 2)
        for b in range(3):
            repeated = np.repeat(pairs, weights[b], axis=1)
            assert found[b, 0] == pytest.approx(calibration_error(repeated, 4))

    def test_the_difference_of_two_models_has_an_interval(self):
        rng = np.random.default_rng(0)
        p = rng.uniform(0.5, 1, 400)
        right = rng.random(400) < p
        models = np.stack([np.stack([np.sqrt(p), right]), np.stack([p, right])])

        def worse(scores, weights):
            values = calibration_error_in()(scores, weights)
            return values[:, :1] - values[:, 1:]

        found = crossed_bootstrap(models, statistic=worse, n_boot=300)
        assert 0 < found.low < found.value < found.high


class TestChance:
    def test_a_calibrated_model_stays_below_the_percentile_in_95_of_100(self):
        rng = np.random.default_rng(1)
        below = 0
        for _ in range(200):
            p = rng.uniform(0.5, 1, 150)
            pairs = np.stack([p, rng.random(150) < p])
            below += calibration_error(pairs) <= error_if_calibrated(pairs, n_draws=100)[1]
        assert 0.9 <= below / 200 <= 0.99

    def test_the_mean_is_known_for_one_bin(self):
        # Mean absolute deviation of a binomial share: sqrt(2 p q / (pi n)).
        found, _ = error_if_calibrated([[0.5] * 1000, [1] * 1000], bins=1)
        assert found == pytest.approx(np.sqrt(2 * 0.25 / np.pi / 1000), rel=0.05)

    def test_an_over_confident_model_is_above(self):
        pairs = np.stack([np.full(400, 0.95), np.arange(400) % 5 > 0])
        assert calibration_error(pairs) > error_if_calibrated(pairs)[1]


@pytest.mark.parametrize(
    ("probabilities", "gold", "message"),
    [
        ([0.5, 0.5], [0, 1], r"probabilities: got shape \(2,\)"),
        ([[0.5, 0.6]], [0], "probabilities: got a row 0 with sum 1.1"),
        ([[1.5, -0.5]], [0], "probabilities: got a row 0 with sum 1 and least -0.5"),
        ([[np.nan, 1]], [0], "probabilities: got a row 0"),
        ([[0.5, 0.5]], [2], "gold: got 2; accepted: 0 to 1"),
        ([[0.5, 0.5]], [-1], "gold: got -1; accepted: 0 to 1"),
        ([[0.5, 0.5]], [0.0], "gold: got shape .* of float64"),
        ([[0.5, 0.5]], [0, 1], r"gold: got shape \(2,\)"),
    ],
)
def test_faults_are_named(probabilities, gold, message):
    for function in (confidences, brier_scores):
        with pytest.raises(ValueError, match=message):
            function(probabilities, gold)


def test_faults_of_pairs_are_named():
    with pytest.raises(ValueError, match=r"pairs: got shape \(3,\)"):
        calibration_error([0.5, 0.6, 0.7])
    with pytest.raises(ValueError, match="pairs: got numbers outside"):
        reliability([[1.2], [1]])
    with pytest.raises(ValueError, match="bins: got 0"):
        calibration_error([[0.5], [1]], bins=0)
    with pytest.raises(ValueError, match="n_draws: got 5"):
        error_if_calibrated([[0.5], [1]], n_draws=5)
