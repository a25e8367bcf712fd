"""Transfer: equal to the crossed bootstrap where it must be, covered where a ratio is planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.item_statistics import macro_f1_with, spearman_with
from helpers.maths.metrics import macro_f1, spearman
from helpers.maths.statistics import Interval, crossed_bootstrap
from helpers.maths.transfer import (
    Side,
    Transfer,
    difference,
    mean_over_languages,
    ordering,
    transfer,
)

few = settings(max_examples=15, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def ends(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


def planted(
    seed: int, *, shared: bool, ratio=0.5, gain=0.3, n_seeds=5, n_items=100, of_seeds=0.03
) -> tuple[Side, Side]:
    """Right or wrong answers of which training teaches `gain` in the source language.

    What training teaches differs from seed to seed, and a share `ratio` of it arrives, which
    differs from seed to seed too.
    """
    rng = np.random.default_rng(seed)
    easy = rng.uniform(0.1, 0.5, size=n_items)
    easy_there = easy if shared else rng.uniform(0.1, 0.5, size=n_items)
    learned = gain + of_seeds * rng.normal(size=(n_seeds, 1))

    def right(chance: np.ndarray, rows: int) -> np.ndarray:
        return (rng.random((rows, n_items)) < chance).astype(float)

    arrived = ratio * learned + of_seeds / 2 * rng.normal(size=(n_seeds, 1))
    return (
        Side(right(easy + learned, n_seeds), right(easy, n_seeds)),
        Side(right(easy_there + arrived, n_seeds), right(easy_there, n_seeds)),
    )


class TestCoverage:
    """Nominal 95 %; with 200 repetitions the standard error is 1.5 points."""

    @pytest.mark.parametrize("shared", [True, False])
    def test_a_planted_ratio_is_covered(self, shared):
        held = given = differences = 0
        for repetition in range(200):
            source, target = planted(repetition, shared=shared)
            found = transfer(source, target, shared_items=shared, n_boot=250, seed=repetition)
            differences += found.difference.low <= 0.15 <= found.difference.high
            if found.ratio is not None:
                given += 1
                held += found.ratio.low <= 0.5 <= found.ratio.high
        assert given >= 190
        assert 0.91 <= held / given <= 0.99
        assert 0.91 <= differences / 200 <= 0.99

    def test_a_step_between_two_tasks_is_covered(self):
        held = 0
        for repetition in range(200):
            ratios = [
                transfer(
                    *planted(2 * repetition + i, shared=True, ratio=ratio),
                    shared_items=True,
                    n_boot=250,
                    seed=repetition,
                )
                for i, ratio in enumerate([0.8, 0.5])
            ]
            step = ordering(dict(zip("ab", ratios, strict=True))).steps[0]
            held += step.low <= 0.3 <= step.high
        assert 0.91 <= held / 200 <= 0.99


class TestTransfer:
    @few
    @given(seed=numbers)
    def test_gains_and_differences_are_those_of_the_crossed_bootstrap(self, seed):
        source, target = planted(seed, shared=True, n_items=30)
        found = transfer(source, target, shared_items=True, n_boot=100, seed=seed)
        gains = source.tuned - source.base, target.tuned - target.base
        for interval, scores in zip(
            (found.source_gain, found.target_gain, found.difference),
            (*gains, gains[0] - gains[1]),
            strict=True,
        ):
            singly = crossed_bootstrap(scores, n_boot=100, seed=seed)
            assert ends(interval) == pytest.approx(ends(singly), abs=1e-9)
            assert interval.covers == ("items", "seeds")

    @pytest.mark.parametrize("end", ["low", "high"])
    def test_the_ratio_ends_where_the_crossed_bootstrap_of_the_combination_reaches_0(self, end):
        """Fieller's set, from scores alone; seeds differ much, and alike on both sides."""
        rng = np.random.default_rng(14)
        of_seed, of_item = rng.normal(0.5, 0.1, (5, 1)), 0.2 * rng.normal(size=150)
        above, below = (
            share * of_seed + of_item * sign + 0.3 * rng.normal(size=(5, 150))
            for share, sign in ((0.5, -1), (1, 1))
        )
        none = np.zeros((1, 150))
        found = transfer(Side(below, none), Side(above, none), shared_items=True).ratio
        combined = crossed_bootstrap(above - getattr(found, end) * below)
        reached = combined.low if end == "low" else combined.high
        assert reached == pytest.approx(0, abs=0.05 * (combined.high - combined.low))

    def test_items_that_are_not_shared_are_drawn_apart(self):
        source, target = planted(1, shared=False, n_items=60)
        found = transfer(source, target, shared_items=False, n_boot=200)
        gains = np.stack([source.tuned - source.base, -(target.tuned - target.base)], axis=1)
        halved = crossed_bootstrap(gains, shared_items=False, n_boot=200)
        assert ends(found.difference) == pytest.approx(2 * np.array(ends(halved)), abs=1e-9)

    def test_what_arrives_in_full_has_ratio_one_without_uncertainty(self):
        source, _ = planted(2, shared=True)
        found = transfer(source, source, shared_items=True)
        assert ends(found.ratio) == pytest.approx((1, 1, 1))
        assert ends(found.difference) == pytest.approx((0, 0, 0))
        apart = transfer(source, source, shared_items=False)
        assert apart.ratio.low < 0.95 < 1.05 < apart.ratio.high

    def test_without_item_noise_a_constant_share_of_every_seed_is_certain(self):
        learned = np.array([[0.2], [0.3], [0.4], [0.5]])
        source = Side(np.broadcast_to(learned, (4, 30)), np.zeros((1, 30)))
        target = Side(np.broadcast_to(learned / 4, (4, 30)), np.zeros((1, 30)))
        found = transfer(source, target, shared_items=True)
        assert found.source_gain.low < 0.3 < 0.4 < found.source_gain.high
        assert ends(found.ratio) == pytest.approx((0.25, 0.25, 0.25))

    def test_one_row_of_the_base_is_that_row_for_every_seed(self):
        source, target = planted(3, shared=True)
        one = [Side(side.tuned, np.asarray(side.base)[:1]) for side in (source, target)]
        repeated = [Side(side.tuned, np.repeat(side.base, 5, axis=0)) for side in one]
        assert transfer(*one, shared_items=True) == transfer(*repeated, shared_items=True)

    def test_one_seed_speaks_of_items_only(self):
        source, target = planted(4, shared=True, n_seeds=1, n_items=400)
        found = transfer(source, target, shared_items=True)
        assert found.n_seeds == 1 and found.ratio.covers == ("items",)

    def test_clusters_are_drawn_as_a_whole(self):
        source, target = planted(5, shared=True, n_items=40)
        article = np.repeat(np.arange(40), 5)
        wide = [
            Side(*(np.repeat(rows, 5, axis=1) for rows in (side.tuned, side.base)), None, article)
            for side in (source, target)
        ]
        plain, clustered = (transfer(*s, shared_items=True) for s in ((source, target), wide))
        assert ends(clustered.ratio) == pytest.approx(ends(plain.ratio))
        assert ends(clustered.difference) == pytest.approx(ends(plain.difference))

    def test_correlations_are_compared_with_gold(self):
        rng = np.random.default_rng(6)
        gold = rng.uniform(0, 5, 80)
        noise = rng.normal(size=(4, 3, 80))
        tuned, base, there, base_there = gold + np.array([1, 6, 3, 20])[:, None, None] * noise
        one = spearman_with(gold)
        found = transfer(
            Side(tuned, base[:1], one), Side(there, base_there[:1], one), shared_items=True
        )
        expected = [
            np.mean([spearman(gold, row) for row in rows]) - spearman(gold, zero)
            for rows, zero in ((tuned, base[0]), (there, base_there[0]))
        ]
        assert found.source_gain.value == pytest.approx(expected[0])
        assert found.target_gain.value == pytest.approx(expected[1])
        assert found.ratio.value == pytest.approx(expected[1] / expected[0])
        assert found.ratio.low < found.ratio.value < found.ratio.high

    def test_labels_are_compared_with_gold(self):
        rng = np.random.default_rng(7)
        gold = rng.integers(0, 3, 90)

        def predict(right: float) -> np.ndarray:
            return np.where(rng.random((2, 90)) < right, gold, rng.integers(0, 3, (2, 90)))

        tuned, base, there = predict(0.9), predict(0.1), predict(0.5)
        one = macro_f1_with(gold)
        found = transfer(Side(tuned, base, one), Side(there, base, one), shared_items=True)
        expected = np.mean([macro_f1(gold, row) for row in tuned]) - np.mean(
            [macro_f1(gold, row) for row in base]
        )
        assert found.source_gain.value == pytest.approx(expected)

    @pytest.mark.parametrize("gain", [0.0, 0.06, -0.2])
    def test_a_ratio_of_next_to_nothing_is_refused(self, gain):
        source, target = planted(8, shared=True, gain=gain)
        found = transfer(source, target, shared_items=True)
        assert found.ratio is None and "is not above 0.05" in found.refused
        assert np.isfinite([*ends(found.source_gain), *ends(found.difference)]).all()

    def test_a_draw_depends_on_its_seed_only(self):
        sides = planted(9, shared=True)
        assert transfer(*sides, shared_items=True) == transfer(*sides, shared_items=True)
        assert transfer(*sides, shared_items=True) != transfer(*sides, shared_items=True, seed=1)


class TestMeanOverLanguages:
    def test_value_is_the_mean_of_the_ratios(self):
        source, one = planted(10, shared=True)
        _, two = planted(10, shared=True, ratio=0.9)
        each = [transfer(source, side, shared_items=True) for side in (one, two)]
        found = mean_over_languages(source, [one, two], shared_items=True)
        assert found.ratio.value == pytest.approx(np.mean([t.ratio.value for t in each]))
        assert found.target_gain.value == pytest.approx(
            np.mean([t.target_gain.value for t in each])
        )

    def test_numbers_of_sets_say_what_the_words_say(self):
        source, target = planted(1, shared=True, n_seeds=1, n_items=300)

        def found(shared) -> Transfer:
            return mean_over_languages(source, [target, target], shared_items=shared, n_boot=200)

        assert found([0, 1, 1]) == found("targets")
        assert found([0, 0, 0]) == found(True)
        assert found([0, 1, 2]) == found(False)
        # Targets of different items average out, whichever of them the source shares.
        widths = [w.high - w.low for w in (found(s).target_gain for s in ([0, 0, 1], True))]
        assert widths[0] < widths[1]
        with pytest.raises(ValueError, match=r"shared_items: got \[0, 1\].*each of the 3 sides"):
            found([0, 1])

    def test_shared_items_do_not_average_out_and_separate_ones_do(self):
        rng = np.random.default_rng(11)
        source, _ = planted(11, shared=True, n_seeds=1, n_items=300)
        target = Side(rng.random((1, 300)), np.zeros((1, 300)))

        def width(shared) -> float:
            found = mean_over_languages(source, [target] * 4, shared_items=shared)
            return found.target_gain.high - found.target_gain.low

        alone = transfer(source, target, shared_items=True).target_gain
        assert width(True) == pytest.approx(alone.high - alone.low)
        assert width("targets") == pytest.approx(alone.high - alone.low, rel=0.1)
        assert width(False) == pytest.approx((alone.high - alone.low) / 2, rel=0.1)

    def test_targets_may_share_items_that_the_source_has_not(self):
        source, _ = planted(12, shared=True, n_items=50)
        _, target = planted(13, shared=True, n_items=70)
        found = mean_over_languages(source, [target, target], shared_items="targets")
        assert found.ratio.value == pytest.approx(
            transfer(source, target, shared_items=False).ratio.value
        )


class TestOrdering:
    def test_a_claimed_order_holds_is_undecided_or_contradicted(self):
        high, middle, low = (Interval(v, v - 0.05, v + 0.05) for v in (0.9, 0.6, 0.3))
        near = Interval(0.58, 0.53, 0.63)
        assert ordering({"a": high, "b": middle, "c": low}).verdict == "holds"
        assert ordering({"a": high, "b": middle, "c": near}).verdict == "undecided"
        assert ordering({"a": low, "b": middle, "c": near}).verdict == "contradicted"
        assert ordering({"a": high, "b": None, "c": low}).verdict == "undecided"

    def test_a_transfer_stands_for_its_ratio(self):
        found = Transfer(*[Interval(0.5, 0.4, 0.6)] * 4, "", 5)
        step = ordering({"a": found, "b": found}).steps[0]
        assert step.value == 0 and step.high == pytest.approx(np.hypot(0.1, 0.1))

    def test_symmetric_intervals_add_as_variances_do(self):
        found = difference(
            Interval(0.5, 0.2, 0.8, covers=("items", "seeds")),
            Interval(0.1, -0.3, 0.5, covers=("items",)),
        )
        assert ends(found) == pytest.approx((0.4, -0.1, 0.9))
        assert found.covers == ("items",)


good = np.tile([0.0, 1.0], (2, 5))


@pytest.mark.parametrize(
    ("source", "target", "options", "message"),
    [
        (Side(good[0], good), Side(good, good), {}, r"source.tuned: got shape \(10,\)"),
        (Side(good, good), Side(good, good[:, :4]), {}, r"target.base: got shape \(2, 4\)"),
        (Side(good, good), Side(good[:1], good[:1]), {}, "target.tuned: got 1 seeds; accepted: 2"),
        (Side(good, good), Side(good * np.nan, good), {}, "target: scores: got nan"),
        (Side(100 * good, good), Side(good, good), {}, "source: got 50.0 for tuned, seed 0"),
        (
            Side(good, good[:1] * 0, spearman_with(np.arange(10))),
            Side(good, good),
            {},
            "source: got nan for base, row 0",
        ),
        (Side(good, good, lambda s, w: w), Side(good, good), {}, "source.statistic: got an answer"),
        (Side(good, good), Side(good[:, :4], good[:, :4]), {}, "shared_items: got True with 4"),
        (
            Side(good, good, clusters=np.arange(10) // 2),
            Side(good, good),
            {},
            "shared_items: got True",
        ),
        (Side(good, good), Side(good, good), {"shared_items": "all"}, "shared_items: got 'all'"),
        (Side(good, good), Side(good, good), {"level": 95}, "level: got 95"),
        (Side(good, good), Side(good, good), {"n_boot": 9}, "n_boot: got 9"),
    ],
)
def test_faults_are_named(source, target, options, message):
    with pytest.raises(ValueError, match=message):
        transfer(source, target, **{"shared_items": True} | options)


def test_an_order_needs_two_tasks_and_a_mean_a_language():
    with pytest.raises(ValueError, match="values: got 1"):
        ordering({"a": None})
    with pytest.raises(ValueError, match="targets: got none"):
        mean_over_languages(Side(good, good), [], shared_items=True)
    with pytest.raises(ValueError, match="second: got an interval of level 0.9"):
        difference(Interval(0, 0, 0), Interval(0, 0, 0, level=0.9))
