"""Decisions over few units: other libraries as oracles, p values known by hand, and power."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test, spearmanr, t
from statsmodels.stats.weightstats import DescrStatsW

from helpers.maths.decisions import (
    correlation_power,
    family_permutation,
    holm,
    inference_over,
    p_values,
)

few = settings(max_examples=20, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def effects(seed: int, n: int = 8, mean: float = 0.5) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1.0, size=n)


class TestInferenceOver:
    @few
    @given(seed=numbers, n=st.integers(3, 20), smallest=st.floats(0.1, 3))
    def test_it_agrees_with_statsmodels(self, seed, n, smallest):
        x = effects(seed, n)
        found, oracle = inference_over(x, smallest=smallest), DescrStatsW(x)
        assert found.mean == pytest.approx(x.mean())
        assert (found.low, found.high) == pytest.approx(oracle.tconfint_mean())
        assert found.p == pytest.approx(oracle.ttest_mean(0.0)[1])
        assert found.p_equivalence == pytest.approx(oracle.ttost_mean(-smallest, smallest)[0])

    @few
    @given(seed=numbers, n=st.integers(3, 10))
    def test_all_sign_flips_are_those_of_scipy(self, seed, n):
        x = effects(seed, n)
        oracle = permutation_test((x,), np.mean, permutation_type="samples", n_resamples=5000)
        assert inference_over(x).p_sign_flip == pytest.approx(oracle.pvalue)

    def test_sign_flips_known_by_hand(self):
        assert inference_over([1.0, 2.0, 3.0]).p_sign_flip == 2 / 8
        assert inference_over([1.0, 2.0, -3.0]).p_sign_flip == 1.0
        assert inference_over(np.arange(1.0, 9.0)).p_sign_flip == 2 / 256

    def test_more_than_twelve_data_sets_are_flipped_at_random(self):
        x = effects(0, 14, mean=0.3)
        exact = permutation_test((x,), np.mean, permutation_type="samples", n_resamples=2**14)
        drawn = inference_over(x, seed=1)
        assert drawn.p_sign_flip == pytest.approx(exact.pvalue, abs=0.03)
        assert drawn == inference_over(x, seed=1)
        assert inference_over(np.arange(10.0, 30.0)).p_sign_flip >= 1 / 4096

    @few
    @given(seed=numbers)
    def test_signs_and_order_do_not_matter(self, seed):
        x = effects(seed)
        plain, turned = inference_over(x), inference_over(-x[::-1])
        assert (turned.low, turned.high) == pytest.approx((-plain.high, -plain.low))
        assert turned.p_sign_flip == plain.p_sign_flip and turned.verdict == plain.verdict

    @pytest.mark.parametrize(
        ("mean", "sd", "verdict"),
        [
            (2.0, 1.0, "effect"),
            (-2.0, 1.0, "effect"),
            (0.5, 0.2, "small effect"),
            (0.0, 0.5, "equivalent"),
            (0.3, 3.0, "inconclusive"),
        ],
    )
    def test_verdicts(self, mean, sd, verdict):
        spread = np.linspace(-1, 1, 8)
        found = inference_over(mean + sd * spread / spread.std(ddof=1))
        assert found.verdict == verdict
        assert verdict in str(found)

    @few
    @given(seed=numbers, level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
    def test_verdicts_are_what_the_intervals_say(self, seed, level):
        x = effects(seed, mean=0.3)
        found = inference_over(x, level=level)
        assert (found.p < 1 - level) == (found.low > 0 or found.high < 0)
        half = t.ppf(level, 7) * x.std(ddof=1) / np.sqrt(8)  # the interval of level 1 - 2 alpha
        inside = abs(x.mean()) + half < 1
        assert (found.verdict in {"equivalent", "small effect"}) == inside
        assert (found.inner_low, found.inner_high) == pytest.approx(
            (x.mean() - half, x.mean() + half)
        )

    def test_many_studies_at_once(self):
        studies = np.stack([effects(seed) for seed in range(300)])
        at_once = np.stack(p_values(studies, 0.7))
        for i in (0, 150, 299):
            one = inference_over(studies[i], smallest=0.7)
            assert at_once[:, i].tolist() == pytest.approx(
                [one.p, one.p_sign_flip, one.p_equivalence]
            )

    @pytest.mark.parametrize(
        ("given", "options", "message"),
        [
            ([1.0, 2.0], {}, "effects: got 2; accepted: 3 data sets or more"),
            ([1.0, np.nan, 2.0], {}, "effects: got nan at 1; accepted: finite"),
            ([1.0, None, 2.0], {}, "effects: got nan at 1"),
            ([[1.0, 2.0, 3.0]], {}, r"effects: got shape \(1, 3\)"),
            ([2.0, 2.0, 2.0], {}, "effects: got 3 times 2; accepted: effects that differ"),
            ([0.0, 0.0, 0.0], {}, "effects: got 3 times 0"),
            (["a", "b", "c"], {}, "effects: got no array of numbers"),
            ([1.0, 2.0, 3.0], {"smallest": 0}, "smallest: got 0; accepted: points above 0"),
            ([1.0, 2.0, 3.0], {"level": 95}, "level: got 95; accepted: between 0 and 1"),
        ],
    )
    def test_faults_are_named(self, given, options, message):
        with pytest.raises(ValueError, match=message):
            inference_over(given, **options)


def test_holm_by_hand_and_in_any_order():
    np.testing.assert_allclose(holm([0.01, 0.02, 0.03, 0.5]), [0.04, 0.06, 0.06, 0.5])
    np.testing.assert_allclose(holm([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.06, 0.06])
    np.testing.assert_allclose(holm([0.3]), [0.3])


@pytest.mark.parametrize("wrong", [[], [0.1, 1.2], [-0.1], [0.1, np.nan], [[0.1, 0.2]]])
def test_holm_refuses_what_is_no_p_value(wrong):
    with pytest.raises(ValueError, match="pvalues: got"):
        holm(wrong)


class TestFamilyPermutation:
    def test_three_families_in_perfect_order(self):
        found = family_permutation([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], ["a", "a", "b", "b", "c"])
        assert found.rho == pytest.approx(1)
        assert found.p == found.least_p == pytest.approx(1 / 3)
        assert (found.n_families, found.n_tasks, found.exact) == (3, 5, True)

    def test_five_families_in_opposite_order(self):
        found = family_permutation(range(5), [9, 7, 5, 3, 1], list("abcde"))
        assert found.rho == pytest.approx(-1)
        assert found.p == found.least_p == pytest.approx(2 / 120)

    def test_all_orders_by_hand(self):
        x, y = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 5, 3])
        seen = spearmanr(x, y)[0]
        orders = [spearmanr(np.array(order), y)[0] for order in permutations(x)]
        expected = np.mean(np.abs(orders) >= seen - 1e-9)
        assert family_permutation(x, y, range(5)).p == pytest.approx(expected)

    @few
    @given(seed=numbers, statistic=st.sampled_from(["spearman", "pearson"]))
    def test_what_sets_tasks_of_a_family_apart_does_not_matter(self, seed, statistic):
        rng = np.random.default_rng(seed)
        family = np.repeat(np.arange(6), 2)
        x, y = rng.normal(size=(2, 12))
        within = rng.normal(size=6).repeat(2) * np.tile([1, -1], 6)
        order = rng.permutation(12)
        plain = family_permutation(x, y, family, statistic=statistic)
        moved = family_permutation(
            (x + within)[order], (y - 3 * within)[order], family[order], statistic=statistic
        )
        assert moved.rho == pytest.approx(plain.rho) and moved.p == pytest.approx(plain.p)

    def test_a_task_of_its_own_counts_as_much_as_a_family_of_many(self):
        one = family_permutation([1, 2, 3, 4], [2, 1, 4, 3], list("abcd"))
        many = family_permutation([1, 1, 1, 2, 3, 4], [2, 2, 2, 1, 4, 3], list("aaabcd"))
        assert (one.rho, one.p) == (many.rho, many.p)

    def test_many_families_are_permuted_at_random(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=9)
        y = 0.5 * x + rng.normal(size=9)
        drawn = family_permutation(x, y, range(9), seed=1)
        assert not drawn.exact and drawn.least_p == 2 / 10_000
        assert drawn.p == pytest.approx(spearmanr(x, y).pvalue, abs=0.03)
        assert drawn == family_permutation(x, y, range(9), seed=1)
        assert family_permutation(x, x, range(9), n_permutations=199).p == 2 / 200

    @pytest.mark.parametrize(
        ("given", "options", "message"),
        [
            (([1, 2], [1, 2], "ab"), {}, "families: got 2; accepted: 3 or more"),
            (([1, 2, 3], [1, 2], "abc"), {}, "gain: got 2 tasks; accepted: 3"),
            (([1, 2, 3], [1, 2, 3], "ab"), {}, "families: got 2 tasks; accepted: 3"),
            (([1, 1, 1], [1, 2, 3], "abc"), {}, "difficulty: got equal means of all families"),
            (([1, 2, 3], [1, np.nan, 3], "abc"), {}, "gain: got nan at 1"),
            (([1, 2, 3], [1, 2, 3], "abc"), {"statistic": "tau"}, "statistic: got 'tau'"),
            (([1, 2, 3], [1, 2, 3], "abc"), {"n_permutations": 9}, "n_permutations: got 9"),
        ],
    )
    def test_faults_are_named(self, given, options, message):
        with pytest.raises(ValueError, match=message):
            family_permutation(*given, **options)


class TestCorrelationPower:
    def test_twelve_tasks_miss_a_correlation_of_one_half_more_often_than_not(self):
        assert correlation_power(12, 0.5) == pytest.approx(0.345, abs=0.02)
        # Fisher's z: Phi(sqrt(9) atanh(0.5) - 1.96) = 0.376, a little too low for so few
        assert correlation_power(12, 0.5, statistic="pearson") == pytest.approx(0.40, abs=0.02)

    @pytest.mark.parametrize("statistic", ["spearman", "pearson"])
    def test_without_a_correlation_it_is_the_level(self, statistic):
        assert correlation_power(12, 0.0, statistic=statistic) == pytest.approx(0.05, abs=0.01)

    def test_it_counts_what_scipy_finds(self):
        x, noise = np.random.default_rng(5).normal(size=(2, 200, 10))
        y = 0.6 * x + 0.8 * noise
        p = [spearmanr(a, b).pvalue for a, b in zip(x, y, strict=True)]
        assert correlation_power(10, 0.6, n_draws=200, seed=5) == np.mean(np.array(p) <= 0.05)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"n_tasks": 3}, "n_tasks: got 3; accepted: 4 or more"),
            ({"rho": 1.0}, "rho: got 1.0; accepted: between -1 and 1"),
            ({"alpha": 5}, "alpha: got 5"),
            ({"statistic": "tau"}, "statistic: got 'tau'"),
            ({"n_draws": 0}, "n_draws: got 0"),
        ],
    )
    def test_faults_are_named(self, options, message):
        with pytest.raises(ValueError, match=message):
            correlation_power(**{"n_tasks": 12, "rho": 0.5, **options})
