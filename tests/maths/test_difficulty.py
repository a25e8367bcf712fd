"""Measures of difficulty: known answers, agreement between forms, and what must be refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.difficulty import (
    chance_corrected,
    difficulty,
    distance_to_human,
    information_gained,
    learning_curve_area,
    levels_by_pvi,
    online_code,
    pvi,
    surprisal,
    v_information,
)
from helpers.maths.statistics import Interval, crossed_bootstrap

few = settings(max_examples=25, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def ends(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


def log_probabilities(seed: int, *shape: int) -> np.ndarray:
    return np.log(np.random.default_rng(seed).uniform(0.05, 1, shape))


class TestAccuracy:
    @given(chance=st.floats(0, 0.9), scores=st.lists(st.floats(0, 1), min_size=1, max_size=9))
    def test_chance_is_0_perfection_1_and_means_commute(self, chance, scores):
        assert chance_corrected(chance, chance) == pytest.approx(0)
        assert chance_corrected(1, chance) == pytest.approx(1)
        assert difficulty(scores, chance).mean() == pytest.approx(
            difficulty(np.mean(scores), chance), abs=1e-9
        )

    def test_the_interval_is_that_of_the_accuracy_moved(self):
        right = np.random.default_rng(0).integers(0, 2, (3, 50))
        plain = crossed_bootstrap(right, n_boot=200)
        found = crossed_bootstrap(chance_corrected(right, 0.25), n_boot=200)
        assert ends(found) == pytest.approx([(v - 0.25) / 0.75 for v in ends(plain)])

    @given(human=st.floats(0.6, 1), chance=st.floats(0, 0.5))
    def test_the_way_to_the_human_level_goes_from_1_to_0(self, human, chance):
        found = distance_to_human([chance, (chance + human) / 2, human], human, chance)
        assert found == pytest.approx([1, 0.5, 0], abs=1e-9)
        assert distance_to_human(0.7, 1.0, chance) == pytest.approx(difficulty(0.7, chance))


class TestVInformation:
    def test_what_can_be_read_off_is_the_entropy_of_the_labels(self):
        found = v_information(np.zeros(8), np.log(np.full(8, 1 / 8)))
        assert ends(found.information) == pytest.approx((3, 3, 3))
        assert found.with_input.value == 0

    def test_the_prior_of_unequal_labels_costs_their_entropy(self):
        labels = np.array([0] * 30 + [1] * 10)
        found = v_information(np.zeros(40), np.log(np.array([0.75, 0.25])[labels]))
        assert found.without_input.value == pytest.approx(0.8113, abs=1e-4)
        assert found.information.value == pytest.approx(0.8113, abs=1e-4)

    def test_an_input_of_no_use_gives_none_and_a_misleading_one_takes(self):
        prior = np.log(np.full(20, 0.5))
        assert v_information(prior, prior).information.value == 0
        assert v_information(np.log(np.full(20, 0.25)), prior).information.value == -1

    @few
    @given(seed=numbers)
    def test_the_mean_of_pvi_is_the_difference_of_the_entropies(self, seed):
        seeing, blind = log_probabilities(seed, 3, 20), log_probabilities(seed + 1, 1, 20)
        found = v_information(seeing, blind, n_boot=100)
        assert pvi(seeing, blind).mean() == pytest.approx(found.information.value)
        assert found.information.value == pytest.approx(
            found.without_input.value - found.with_input.value
        )
        assert found.information.covers == ("items", "seeds")
        assert found.without_input.covers == ("items",)

    def test_interval_covers_the_items(self):
        rng = np.random.default_rng(0)
        held = 0
        for repetition in range(150):
            # Two kinds of items: bits 1 and 0, half each.
            seeing = np.log(np.where(rng.random(100) < 0.5, 1.0, 0.5))
            found = v_information(seeing, np.log(np.full(100, 0.5)), n_boot=200, seed=repetition)
            held += found.information.low <= 0.5 <= found.information.high
        assert 0.9 <= held / 150 <= 1.0

    @few
    @given(seed=numbers)
    def test_training_on_one_prior_gains_what_the_input_says_more(self, seed):
        before, after, prior = (log_probabilities(seed + i, 2, 15) for i in range(3))
        found = information_gained(pvi(after, prior), pvi(before, prior), n_boot=100)
        bits = (surprisal(before) - surprisal(after)).mean()
        assert found.value == pytest.approx(bits)
        nothing = information_gained(pvi(after, prior), pvi(after, prior), n_boot=100)
        assert ends(nothing) == (0, 0, 0)


class TestOnlineCode:
    @pytest.mark.parametrize("k", [2, 3, 8])
    def test_a_uniform_predictor_compresses_nothing(self, k):
        blocks = [np.log(np.full(n, 1 / k)) for n in (10, 20, 40)]
        found = online_code(blocks, first=10, n_labels=k)
        assert ends(found.bits) == pytest.approx([80 * np.log2(k)] * 3)
        assert found.uniform_bits == pytest.approx(80 * np.log2(k))
        assert ends(found.compression) == pytest.approx((1, 1, 1))

    def test_a_perfect_predictor_pays_for_the_first_block_only(self):
        found = online_code([np.zeros(30), np.zeros(60)], first=10, n_labels=4)
        assert found.bits.value == 20 and found.compression.value == 10

    @few
    @given(seed=numbers, first=st.integers(1, 20))
    def test_the_length_is_the_sum_of_the_costs(self, seed, first):
        blocks = [log_probabilities(seed + i, 2, n) for i, n in enumerate((5, 9, 30))]
        found = online_code(blocks, first=first, n_labels=3, n_boot=100)
        length = first * np.log2(3) + sum(surprisal(b).sum(axis=1).mean() for b in blocks)
        assert found.bits.value == pytest.approx(length)
        assert found.compression.value == pytest.approx((first + 44) * np.log2(3) / length)
        assert found.bits.low < length < found.bits.high
        low, high = found.compression.low, found.compression.high
        assert low < found.compression.value < high
        assert low == pytest.approx(found.uniform_bits / found.bits.high)

    def test_the_interval_is_as_wide_as_its_items_say(self):
        rng = np.random.default_rng(1)
        blocks = [np.log(rng.choice([1.0, 0.25], n)) for n in (200, 400)]
        found = online_code(blocks, first=50, n_labels=4, n_boot=4000)
        deviation = np.sqrt(sum(len(b) * surprisal(b).var(ddof=1) for b in blocks))
        assert found.bits.high - found.bits.low == pytest.approx(2 * 1.96 * deviation, rel=0.05)

    def test_what_is_learned_sooner_has_the_shorter_code(self):
        soon, late = ([0.9, 0.95, 0.97], [0.4, 0.6, 0.97])
        codes = [
            online_code([np.log(np.full(20, p)) for p in curve], first=10, n_labels=3)
            for curve in (soon, late)
        ]
        assert codes[0].compression.value > codes[1].compression.value


class TestLearningCurve:
    @given(chance=st.floats(0, 0.6), sizes=st.lists(st.integers(1, 10**6), min_size=2, unique=True))
    def test_flat_curves(self, chance, sizes):
        x = np.sort(sizes)
        assert learning_curve_area(x, np.full(len(x), chance), chance=chance) == pytest.approx(
            0, abs=1e-9
        )
        assert learning_curve_area(x, np.ones(len(x)), chance=chance) == pytest.approx(1)

    def test_it_is_the_area_over_log_size(self):
        x, y = np.array([10, 30, 200, 5000]), np.array([0.5, 0.55, 0.8, 0.82])
        area = np.trapezoid(y, np.log2(x)) / (np.log2(5000) - np.log2(10))
        assert learning_curve_area(x, y) == pytest.approx(area)
        assert learning_curve_area(x, y, chance=0.5, ceiling=0.9) == pytest.approx(
            (area - 0.5) / 0.4
        )

    def test_more_points_on_a_line_change_nothing(self):
        assert learning_curve_area([1, 100], [0.2, 0.8]) == pytest.approx(
            learning_curve_area([1, 10, 100], [0.2, 0.5, 0.8])
        )

    def test_items_are_resampled_as_whole_curves(self):
        right = np.random.default_rng(2).random((3, 4, 60)) < np.array([0.3, 0.6, 0.9]).reshape(
            3, 1, 1
        )
        of_items = learning_curve_area([10, 100, 1000], right)
        assert of_items.shape == (4, 60)
        found = crossed_bootstrap(of_items, n_boot=200)
        assert found.value == pytest.approx(
            learning_curve_area([10, 100, 1000], right.mean(axis=(1, 2)))
        )


class TestLevels:
    @few
    @given(seed=numbers, n=st.integers(1, 120), kinds=st.integers(1, 5), k=st.integers(1, 6))
    def test_levels_are_equal_in_size_and_labels_and_ordered_within_labels(self, seed, n, kinds, k):
        rng = np.random.default_rng(seed)
        hard, labels = rng.integers(-5, 5, n) / 2, rng.integers(0, kinds, n)
        k = min(k, n)
        found = levels_by_pvi(hard, labels, k)
        sizes = np.bincount(found, minlength=k)
        assert len(sizes) == k and sizes.max() - sizes.min() <= 1
        for label in np.unique(labels):
            of_label = np.flatnonzero(labels == label)
            sizes = np.bincount(found[of_label], minlength=k)
            assert sizes.max() - sizes.min() <= 1
            for level in range(k - 1):
                easier = of_label[found[of_label] <= level]
                harder = of_label[found[of_label] > level]
                # By PVI, then by index: lexicographically no harder item comes first.
                assert (
                    not len(easier)
                    or not len(harder)
                    or max((-hard[i], i) for i in easier) < min((-hard[i], i) for i in harder)
                )
        np.testing.assert_array_equal(found, levels_by_pvi(7 * hard - 3, labels, k))

    def test_four_levels_of_two_labels(self):
        found = levels_by_pvi(np.arange(16, 0, -1), ["a"] * 8 + ["b"] * 8)
        assert found.tolist() == [0, 0, 1, 1, 2, 2, 3, 3] * 2

    def test_equal_items_are_told_apart_by_their_index(self):
        assert levels_by_pvi(np.zeros(4), np.zeros(4), k=2).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chance_corrected([1.0], 1), "chance: got 1; accepted: from 0, below 1"),
        (lambda: chance_corrected([np.nan], 0.5), r"scores: got nan at \(0,\)"),
        (lambda: chance_corrected(["a"], 0.5), "scores: got no array of numbers"),
        (lambda: distance_to_human(0.5, 0.4, 0.5), "human: got 0.4 with chance 0.5"),
        (lambda: surprisal([0.5]), "log_probabilities: got 0.5; accepted: natural"),
        (lambda: surprisal([-np.inf]), "log_probabilities: got -inf"),
        (lambda: pvi([-1.0, -1], [-1.0]), r"without_input: got shape \(1,\); accepted: \(2,\)"),
        (lambda: pvi(-np.ones((3, 2)), -np.ones((2, 2))), "without_input: got shape"),
        (lambda: information_gained([1.0, 2], [1.0]), r"before: got shape \(1,\)"),
        (lambda: online_code([], first=1, n_labels=2), "blocks: got none"),
        (lambda: online_code([[-1.0, 1]], first=1, n_labels=2), r"blocks\[0\]: log_prob"),
        (lambda: online_code([[-1.0]], first=1, n_labels=2), r"blocks\[0\]: got shape \(1, 1\)"),
        (
            lambda: online_code([-np.ones((2, 3)), -np.ones((1, 3))], first=1, n_labels=2),
            r"blocks\[1\]: got shape \(1, 3\); accepted: \(2 seeds",
        ),
        (lambda: online_code([[-1.0, -1]], first=0, n_labels=2), "first: got 0"),
        (lambda: online_code([[-1.0, -1]], first=1, n_labels=1), "n_labels: got 1"),
        (lambda: learning_curve_area([10], [0.5]), "sizes: got"),
        (lambda: learning_curve_area([10, 10], [0.5, 0.5]), "sizes: got"),
        (lambda: learning_curve_area([0, 10], [0.5, 0.5]), "sizes: got"),
        (lambda: learning_curve_area([1, 10], [0.5]), r"scores: got shape \(1,\); accepted: 2"),
        (
            lambda: learning_curve_area([1, 10], [0.5, 0.5], chance=0.5, ceiling=0.5),
            "ceiling: got 0.5",
        ),
        (lambda: levels_by_pvi([], []), r"pvi: got shape \(0,\)"),
        (lambda: levels_by_pvi([1.0, 2], ["a"]), r"labels: got shape \(1,\)"),
        (lambda: levels_by_pvi([1.0, 2], ["a", "b"], k=3), "k: got 3; accepted: 1 to 2"),
    ],
)
def test_faults_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
