"""Intervals: exactness where theory gives it, coverage by simulation, and planted faults."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr, t

from helpers.maths.statistics import (
    Interval,
    crossed_bootstrap,
    pearson_with,
    report,
    spearman_with,
    two_way_interval,
    weighted_mean,
)

few = settings(max_examples=20, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def crossed_scores(seed: int, n_seeds=5, n_items=60, spread=(0.05, 0.3, 0.3), n_languages=None):
    rng = np.random.default_rng(seed)
    between = () if n_languages is None else (n_languages,)
    return (
        spread[0] * rng.normal(size=(n_seeds, *[1] * len(between), 1))
        + spread[1] * rng.normal(size=n_items)
        + spread[2] * rng.normal(size=(n_seeds, *between, n_items))
    )


def width(interval: Interval) -> float:
    return interval.high - interval.low


@pytest.fixture(scope="module")
def coverage():
    path = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
    spec = importlib.util.spec_from_file_location("coverage_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestCoverage:
    """Nominal 95 %; with 400 repetitions the standard error is 1.1 points."""

    @pytest.mark.parametrize(
        "world", ["items dominate", "noise only", "seeds as large as items", "seeds dominate"]
    )
    def test_both_intervals_cover_with_five_seeds(self, coverage, world):
        found = coverage.simulate(
            5,
            60,
            coverage.WORLDS[world],
            repetitions=400,
            n_boot=250,
            methods=("crossed", "two-way"),
        )
        assert 0.92 <= found["crossed"][0] <= 0.98
        # Wider than it need be where seeds and items do not differ at all: 97 to 98 % there.
        assert 0.92 <= found["two-way"][0] <= 0.99

    def test_nested_redraw_of_items_does_not_cover(self, coverage):
        found = coverage.simulate(
            5, 100, (0.0, 1.0, 0.5), repetitions=200, n_boot=200, methods=("nested", "crossed")
        )
        assert found["nested"][0] < 0.88
        assert found["crossed"][0] >= 0.92

    def test_the_plain_crossed_draw_is_too_narrow_where_seeds_dominate(self, coverage):
        found = coverage.simulate(
            5, 100, (0.2, 0.3, 0.3), repetitions=300, n_boot=200, methods=("pigeonhole",)
        )
        assert found["pigeonhole"][0] < 0.91

    def test_binary_scores_of_clustered_items_are_covered(self):
        rng = np.random.default_rng(3)
        held = alone = 0
        for repetition in range(200):
            of_cluster = rng.beta(2, 2, size=40)  # mean 0.5
            clusters = np.repeat(np.arange(40), rng.integers(1, 8, size=40))
            scores = (rng.random((5, len(clusters))) < of_cluster[clusters]).astype(float)
            both = crossed_bootstrap(scores, clusters=clusters, n_boot=300, seed=repetition)
            apart = crossed_bootstrap(scores, n_boot=300, seed=repetition)
            held += both.low <= 0.5 <= both.high
            alone += apart.low <= 0.5 <= apart.high
        assert 0.91 <= held / 200 <= 0.99
        assert alone < held - 10


class TestCrossedBootstrap:
    def test_value_is_the_mean_and_the_interval_holds_it(self):
        scores = crossed_scores(0, n_languages=3)
        found = crossed_bootstrap(scores)
        assert found.value == pytest.approx(scores.mean())
        assert found.low < found.value < found.high
        assert found.covers == ("items", "seeds") and found.level == 0.95

    def test_one_seed_covers_items_only_and_matches_the_t_interval(self):
        scores = crossed_scores(1, n_seeds=1, n_items=400)
        found, two_way = crossed_bootstrap(scores[0], n_boot=20_000), two_way_interval(scores)
        half = t.ppf(0.975, 399) * scores.std(ddof=1) / 20
        assert found.covers == two_way.covers == ("items",)
        assert two_way.high - two_way.value == pytest.approx(half)
        assert width(found) == pytest.approx(2 * half, rel=0.03)

    @few
    @given(seed=numbers, shift=st.floats(-10, 10), scale=st.floats(0.01, 100))
    def test_intervals_move_and_stretch_with_the_scores(self, seed, shift, scale):
        scores = crossed_scores(seed % 1000)
        for interval in (lambda x: crossed_bootstrap(x, n_boot=100), two_way_interval):
            plain, moved = interval(scores), interval(scale * scores + shift)
            np.testing.assert_allclose(
                [moved.value, moved.low, moved.high],
                scale * np.array([plain.value, plain.low, plain.high]) + shift,
                rtol=1e-6,
                atol=1e-6 * scale,
            )

    def test_a_draw_depends_on_its_seed_only(self):
        scores = crossed_scores(2)
        assert crossed_bootstrap(scores, seed=3) == crossed_bootstrap(scores.copy(), seed=3)
        assert crossed_bootstrap(scores, seed=3) != crossed_bootstrap(scores, seed=4)

    def test_shared_items_do_not_average_out_over_languages_and_separate_ones_do(self):
        rng = np.random.default_rng(0)
        scores = np.broadcast_to(rng.normal(size=(1, 1, 200)), (1, 4, 200))
        together = crossed_bootstrap(scores)
        apart = crossed_bootstrap(scores, shared_items=False)
        assert width(together) == pytest.approx(width(crossed_bootstrap(scores[:, 0])), rel=1e-9)
        assert width(apart) == pytest.approx(width(together) / 2, rel=0.1)

    def test_seeds_stay_shared_by_languages_whose_items_are_not(self):
        of_seed = np.random.default_rng(0).normal(size=(5, 1))
        scores = [of_seed + 1e-6 * crossed_scores(i, n_items=30 + i) for i in range(6)]
        found = report(scores, shared_items=False)
        expected = 2 * t.ppf(0.975, 4) * of_seed.std(ddof=1) / np.sqrt(5)
        assert width(found["two-way"]) == pytest.approx(expected, rel=1e-3)
        assert width(found["crossed"]) == pytest.approx(expected, rel=0.25)

    def test_a_constant_cluster_is_one_unit(self):
        clusters = np.repeat(np.arange(30), 10)
        of_cluster = np.random.default_rng(0).normal(size=(1, 30))
        scores = np.repeat(of_cluster, 10, axis=1)
        clustered, collapsed = report(scores, clusters=clusters), report(of_cluster)
        for name in clustered:
            assert width(clustered[name]) == pytest.approx(width(collapsed[name]), rel=1e-9)
        assert width(crossed_bootstrap(scores)) < 0.5 * width(clustered["crossed"])

    def test_paired_difference_is_narrower_than_either_system(self):
        scores = crossed_scores(0, spread=(0.0, 1.0, 0.1))
        other = scores + 0.2 + 0.05 * np.random.default_rng(1).normal(size=scores.shape)
        difference = crossed_bootstrap(other - scores)
        assert difference.low > 0
        assert width(difference) < width(crossed_bootstrap(scores)) / 5

    def test_languages_are_a_sample_only_when_asked_and_when_there_are_ten(self):
        of_language = np.random.default_rng(0).normal(size=(1, 12, 1))
        scores = crossed_scores(0, n_languages=12) + of_language
        fixed, drawn = crossed_bootstrap(scores), crossed_bootstrap(scores, resample_languages=True)
        assert width(drawn) > 3 * width(fixed)
        assert drawn.covers == ("items", "seeds", "languages")
        with pytest.raises(ValueError, match="resample_languages: got 9 languages; accepted: 10"):
            crossed_bootstrap(scores[:, :9], resample_languages=True)

    def test_batches_of_replicates_keep_memory_bounded(self, monkeypatch):
        import helpers.maths.statistics as statistics

        scores = crossed_scores(0)
        seen = []
        monkeypatch.setattr(statistics, "BATCH", 7)
        weigh = weighted_mean

        def watched(x, weights):
            seen.append(len(weights))
            return weigh(x, weights)

        found = crossed_bootstrap(scores, statistic=watched, n_boot=150)
        assert max(seen) == 7 and sum(seen) == 151
        assert found.low < found.value < found.high

    def test_equal_scores_have_no_width(self):
        for found in report(np.ones((3, 20))).values():
            assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


class TestCorrelations:
    def test_spearman_interval_covers_and_agrees_with_the_jackknife(self):
        rng = np.random.default_rng(0)
        truth = 6 / np.pi * np.arcsin(0.7 / 2)  # Spearman's of a bivariate normal with r = 0.7
        held = 0
        widths = []
        for repetition in range(120):
            gold = rng.normal(size=120)
            predicted = 0.7 * gold + np.sqrt(1 - 0.49) * rng.normal(size=(1, 120))
            found = report(predicted, statistic=spearman_with(gold), n_boot=200, seed=repetition)
            held += found["crossed"].low <= truth <= found["crossed"].high
            widths.append([width(i) for i in found.values()])
        assert 0.9 <= held / 120 <= 0.99
        crossed, two_way = np.mean(widths, axis=0)
        assert crossed == pytest.approx(two_way, rel=0.08)

    def test_two_systems_are_compared_on_the_same_draws(self):
        rng = np.random.default_rng(0)
        gold = rng.normal(size=300)
        systems = gold + rng.normal(size=(1, 5, 300)) + 0.1 * rng.normal(size=(2, 5, 300))

        def difference(x, weights):
            one, two = (spearman_with(gold)(system, weights) for system in x)
            return one - two

        found = crossed_bootstrap(systems, statistic=difference, n_boot=300)
        alone = crossed_bootstrap(systems[0], statistic=spearman_with(gold), n_boot=300)
        assert found.value == pytest.approx(
            np.mean(
                [
                    spearmanr(gold, a)[0] - spearmanr(gold, b)[0]
                    for a, b in zip(*systems, strict=True)
                ]
            )
        )
        assert width(found) < width(alone) / 2

    def test_each_language_may_have_its_own_gold(self):
        rng = np.random.default_rng(0)
        golds = [rng.normal(size=80), rng.normal(size=50)]
        predicted = [g + rng.normal(size=(3, len(g))) for g in golds]
        found = crossed_bootstrap(
            predicted, statistic=[pearson_with(g) for g in golds], shared_items=False, n_boot=200
        )
        expected = [
            [pearsonr(g, row)[0] for row in p] for g, p in zip(golds, predicted, strict=True)
        ]
        assert found.value == pytest.approx(np.mean(expected))

    def test_constant_predictions_are_refused(self):
        with pytest.raises(ValueError, match="scores: got an undefined statistic for seed 1"):
            report([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0]], statistic=spearman_with([1, 2, 3]))

    def test_too_few_items_for_a_correlation_are_refused(self):
        with pytest.raises(ValueError, match="undefined in over 1 % of resamples"):
            crossed_bootstrap([[1.0, 2.0, 3.0]], statistic=spearman_with([1, 2, 3]))


class TestTwoWay:
    def test_variance_components_by_hand(self):
        x = np.array([[1.0, 2.0, 6.0], [2.0, 4.0, 9.0]])
        # Seed means 3, 5; item means 1.5, 3, 7.5; MS: seeds 6, items 19.5, noise 0.5.
        found = two_way_interval(x)
        variance = (6 + 19.5 - 0.5) / 6
        df = 25**2 / (6**2 / 1 + 19.5**2 / 2 + 0.5**2 / 2)
        assert found.value == 4.0
        assert found.high - 4 == pytest.approx(t.ppf(0.975, df) * np.sqrt(variance))
        assert 4 - found.low == pytest.approx(found.high - 4)
        assert found.p == pytest.approx(2 * t.sf(4 / np.sqrt(variance), df))

    @few
    @given(seed=numbers, shift=st.floats(-1, 1), level=st.sampled_from([0.8, 0.95]))
    def test_p_is_small_where_the_interval_is_off_zero(self, seed, shift, level):
        found = two_way_interval(crossed_scores(seed % 1000) + shift, level=level)
        assert (found.p < 1 - level) == (found.low > 0 or found.high < 0)

    def test_jackknife_of_a_mean_gives_the_interval_of_the_mean(self):
        scores = crossed_scores(0)
        again = two_way_interval(scores, statistic=lambda x, w: weighted_mean(x, w))
        plain = two_way_interval(scores)
        assert (again.low, again.high) == pytest.approx((plain.low, plain.high))

    def test_a_component_below_zero_counts_as_zero(self):
        # The seeds' means are equal: all variance is that of the items.
        x = np.array([[1.0, 2.0, 3.0, 6.0], [2.0, 1.0, 6.0, 3.0]])
        of_items = x.mean(axis=0)
        found = two_way_interval(x)
        half = t.ppf(0.975, 3) * of_items.std(ddof=1) / 2
        assert found.high - found.value == pytest.approx(half)

    def test_items_that_do_not_differ_leave_the_seeds_alone(self):
        # Item means are equal (6), seed means 1.5 and 10.5: a t interval over two seeds.
        found = two_way_interval([[1.0, 2.0], [11.0, 10.0]])
        assert found.high - found.value == pytest.approx(t.ppf(0.975, 1) * 4.5)

    @few
    @given(seed=numbers)
    def test_order_of_seeds_and_items_does_not_matter(self, seed):
        x = crossed_scores(seed % 1000)
        rng = np.random.default_rng(seed)
        moved = two_way_interval(x[rng.permutation(5)][:, rng.permutation(60)])
        plain = two_way_interval(x)
        assert (moved.low, moved.high) == pytest.approx((plain.low, plain.high))


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ([[1.0, np.nan, 2.0]], {}, r"scores: got nan at \(0, 1\); accepted: finite"),
        (np.ones((2, 2, 2, 2)), {}, r"scores: got shape \(2, 2, 2, 2\); accepted: \(items,\)"),
        ([[1.0], [2.0]], {}, "scores: got 1 item; accepted: 2 or more items"),
        ([], {}, r"scores: got shape \(0,\)"),
        ([[1.0, 2.0], [1.0]], {}, "scores: got no array of numbers"),
        ([["a", "b"]], {}, "scores: got no array of numbers"),
        (np.ones((2, 5)), {"level": 95}, "level: got 95; accepted: between 0 and 1"),
        (np.ones((2, 5)), {"clusters": [1, 2]}, r"clusters: got shape \(2,\); accepted: \(5,\)"),
        (np.ones((2, 5)), {"clusters": [7] * 5}, "got 1 cluster; accepted: 2 or more clusters"),
        (np.ones((2, 5)), {"shared_items": False}, "scores: got shape .* items that are not sha"),
        ([np.ones((2, 5)), np.ones((3, 4))], {"shared_items": False}, r"with \[2, 3\] seeds"),
        (
            [np.ones((2, 5)), np.ones((2, 4))],
            {"shared_items": False, "clusters": [[1, 2, 3, 4, 5]]},
            "clusters: got 1; accepted: 2, one a language",
        ),
        (np.ones((2, 5)), {"statistic": lambda x, w: 1.0}, r"statistic: got an answer of shape \("),
    ],
)
@pytest.mark.parametrize("interval", [crossed_bootstrap, two_way_interval])
def test_faults_are_named(interval, scores, options, message):
    with pytest.raises(ValueError, match=message):
        interval(scores, **options)


def test_too_few_replicates_are_refused():
    with pytest.raises(ValueError, match="n_boot: got 10; accepted: 100 or more"):
        crossed_bootstrap(np.ones((2, 5)), n_boot=10)
