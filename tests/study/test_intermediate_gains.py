"""Difficulty, gain, slopes and the primary test from rows: by hand, and under changes that must not
matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.study import intermediate_gains as gains
from helpers.study.intermediate_rules import rules

# course -> chance of the registry, English set, sets in other languages
TARGETS = {
    "two classes": ("sst2", [("nsmc", "ko")], 0.5),
    "nli": ("lingnli", [("xnli", "ko"), ("xnli", "de")], 0.333),
    "three classes": ("xlm_t", [("xlm_t", "de"), ("xlm_t", "ar")], 0.333),
    "similarity": ("stsb", [("korsts", "ko")], 0.0),
    "reading": ("xquad", [("xquad", "ko")], 0.0),
}


def line(family, mechanism, level, seed, **changes) -> dict:
    cell = {"family": family, "mechanism": mechanism, "level": level, "seed": seed}
    other = {"method": "tuned", "name": "accuracy", "kind": "classification", "low": None}
    other |= {"high": None, "n": 10, "chance": np.nan, "labels": np.nan, "direction": np.nan}
    return cell | other | changes


def scored(family, mechanism, level, seed, task, language, value, course, role) -> dict:
    told = {"task": task, "language": language, "value": value, "course": course, "role": role}
    return line(family, mechanism, level, seed, **told)


def posed(family, mechanism, level, seed, value, labels="clean", chance=0.5) -> dict:
    told = {"task": "sst2", "language": "en", "value": value, "labels": labels, "chance": chance}
    told |= {"role": "difficulty", "method": "intermediate"}
    return line(family, mechanism, level, seed, **told)


def cell_rows(family, mechanism, level, seed, added: float = 0.0, difficulty=None) -> list[dict]:
    """Every target at half its way from chance, and ``added`` points on top."""
    rows = []
    for course, (english, others, chance) in TARGETS.items():
        if not rules().asked(course, mechanism):
            continue
        value = chance + (1 - chance) * (0.5 + added / 100)
        rows.append(scored(family, mechanism, level, seed, english, "en", 0.9, course, "source"))
        for task, language in others:
            rows.append(
                scored(family, mechanism, level, seed, task, language, value, course, "target")
            )
    if difficulty is not None:
        rows.append(posed(family, mechanism, level, seed, 1 - difficulty / 2))
    return rows


def grid(families, seeds, gain_of, lucky=lambda seed: 0.0) -> pd.DataFrame:
    """Controls and levels of items; ``lucky``: points that a seed adds to all its runs."""
    rows = []
    for seed in seeds:
        rows += cell_rows("none", "none", 0, seed, lucky(seed))
        for family in families:
            for level in range(rules().levels):
                added = gain_of(family, level) + lucky(seed)
                rows += cell_rows(family, "items", level, seed, added, 0.2 + 0.1 * level)
    return pd.DataFrame(rows)


ALL = tuple(TARGETS)


class TestDifficulty:
    def test_chance_is_one_and_perfect_is_zero(self):
        rows = [posed("nli", "items", level, 0, value) for level, value in enumerate((1.0, 0.5))]
        found = gains.difficulties(pd.DataFrame(rows))
        assert found["difficulty"].tolist() == [0.0, 1.0]

    def test_exchanged_labels_are_the_task_as_posed_and_clean_ones_stand_beside(self):
        rows = [
            posed("nli", "noise", 3, 0, 0.9, "clean"),
            posed("nli", "noise", 3, 0, 0.55, "exchanged"),
            posed("nli", "noise", 0, 0, 0.9, "clean"),
        ]
        found = gains.difficulties(pd.DataFrame(rows)).set_index("level")
        assert found.loc[3, "difficulty"] == pytest.approx(0.9)
        assert found.loc[3, "clean"] == pytest.approx(0.2)
        assert found.loc[0, "difficulty"] == found.loc[0, "clean"] == pytest.approx(0.2)
        assert len(found) == 2

    def test_of_the_other_seeds(self):
        values = np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 6.0]])
        found = gains.others_mean(values)
        assert found.tolist() == [[4.0, 6.0], [3.0, 4.0], [2.0, 2.0]]
        assert np.isnan(gains.others_mean(np.array([[1.0, 2.0]]))).all(), "none but its own"

    @given(st.integers(2, 5), st.integers(0, 4))
    def test_a_seed_never_counts_for_itself(self, n_seeds, changed):
        values = np.arange(4.0 * n_seeds).reshape(n_seeds, 4)
        other = values.copy()
        other[changed % n_seeds] += 100
        before, after = gains.others_mean(values), gains.others_mean(other)
        assert np.array_equal(before[changed % n_seeds], after[changed % n_seeds])
        assert not np.array_equal(before, after)


class TestGains:
    def test_points_of_the_way_from_chance(self):
        rows = [
            scored("none", "none", 0, 0, "nsmc", "ko", 0.60, "two classes", "target"),
            scored("nli", "items", 0, 0, "nsmc", "ko", 0.65, "two classes", "target"),
        ]
        found = gains.gains(pd.DataFrame(rows))
        assert found["gain"].tolist() == pytest.approx([10.0]), "0.05 of the half above chance"

    def test_paired_by_seed(self):
        rows = []
        for seed, level in ((0, 0.6), (1, 0.7)):
            rows.append(
                scored("none", "none", 0, seed, "nsmc", "ko", level, "two classes", "target")
            )
            rows.append(
                scored("nli", "items", 0, seed, "nsmc", "ko", level, "two classes", "target")
            )
        assert gains.gains(pd.DataFrame(rows))["gain"].tolist() == [0.0, 0.0]

    def test_without_the_control_of_its_seed_a_run_has_no_gain(self):
        table = grid(["sts"], [0, 1], lambda *_: 1.0)
        table = table[~(table["mechanism"].eq("none") & table["seed"].eq(1))]
        assert set(gains.gains(table)["seed"]) == {0}

    def test_cells_within_a_family_do_not_count(self):
        found = gains.gains(grid(["sentiment", "nli"], [0], lambda *_: 1.0))
        out = found[~found["counts"]][["family", "course"]].drop_duplicates()
        assert set(map(tuple, out.to_numpy())) == {
            ("sentiment", "two classes"),
            ("sentiment", "three classes"),
            ("nli", "nli"),
        }

    def test_languages_are_averaged_before_targets(self):
        table = grid(["sts"], [0], lambda *_: 0.0)
        german = table["language"].eq("de") & table["mechanism"].eq("items")
        table.loc[german, "value"] += 0.02 * (1 - 0.333)  # two points in one of two languages
        found = gains.by_target(gains.gains(table)).set_index(["course", "level"])["gain"]
        assert found[("three classes", 0)] == pytest.approx(1.0)
        assert found[("two classes", 0)] == pytest.approx(0.0)

    def test_english_is_no_target(self):
        table = grid(["sts"], [0], lambda *_: 0.0)
        english = table["role"].eq("source") & table["mechanism"].eq("items")
        table.loc[english, "value"] = 1.0
        assert gains.by_target(gains.gains(table))["gain"].abs().max() < 1e-9


class TestSlopes:
    def test_a_planted_line_is_found(self):
        table = grid(["sts", "nli"], [0, 1], lambda family, level: 1.0 + 2.0 * level)
        for one in gains.slopes(table, "items", ALL):
            assert one.slope.slope == pytest.approx(20), "two points a level of 0.1"
            assert one.slope.effect == pytest.approx(6)
            assert one.slope.n_cells == 8

    def test_luck_of_a_seed_drops_out(self):
        plain = grid(["sts"], [0, 1, 2], lambda family, level: float(level))
        lucky = grid(
            ["sts"], [0, 1, 2], lambda family, level: float(level), lambda seed: 5.0 * seed
        )
        one, other = (gains.slopes(table, "items", ALL)[0].slope for table in (plain, lucky))
        assert one.effect == pytest.approx(other.effect) and one.n_cells == other.n_cells

    def test_targets_of_controls_only_are_no_part_of_it(self):
        [one] = gains.slopes(grid(["sts"], [0, 1], lambda *_: 0.0), "items", ALL)
        assert "reading" not in one.targets and one.slope.n_levels == rules().levels

    def test_within_a_family_only_if_asked(self):
        def gain(family: str, level: int) -> float:
            return float(level)

        table = grid(["sts"], [0], gain)
        assert "similarity" not in gains.slopes(table, "items", ALL)[0].targets
        both = gains.slopes(table, "items", ALL, same_family=True)[0]
        assert "similarity" in both.targets

    def test_a_cell_that_lacks_a_target_is_left_out(self):
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        lost = (
            table["seed"].eq(1)
            & table["level"].eq(3)
            & table["course"].eq("three classes")
            & table["mechanism"].eq("items")
        )
        [one] = gains.slopes(table[~lost], "items", ALL)
        assert one.slope.n_cells == 7 and np.isnan(one.gain[1, 3])
        assert one.slope.effect == pytest.approx(3)

    @pytest.mark.parametrize("levels", [(), (0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)])
    def test_a_second_seed_gives_a_slope_when_it_is_whole_and_no_other_set_loses_its(self, levels):
        """Difficulty of the very run must not stand in for that of another seed."""
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        table = pd.concat(
            [
                table,
                pd.DataFrame(
                    sum(
                        (
                            cell_rows(*one)
                            for one in (
                                ("nli", "items", level, seed, float(level), 0.2 + 0.1 * level)
                                for seed, wanted in ((0, range(4)), (1, levels))
                                for level in wanted
                            )
                        ),
                        [],
                    )
                ),
            ]
        )
        nli, sts = gains.slopes(table, "items", ALL)
        assert sts.slope.effect == pytest.approx(3)
        assert nli.recorded.sum() == 4 + len(levels)
        if len(levels) == 4:
            assert nli.slope.effect == pytest.approx(3)
        else:
            assert nli.slope.effect is None and "other seed" in nli.slope.refused

    def test_one_seed_has_no_slope(self):
        [one] = gains.slopes(grid(["sts"], [0], lambda family, level: float(level)), "items", ALL)
        assert one.slope.effect is None and "other seed" in one.slope.refused
        own = gains.slopes(
            grid(["sts"], [0], lambda family, level: float(level)), "items", ALL, own_seed=True
        )
        assert own[0].slope.effect == pytest.approx(3)

    def test_without_a_level_the_range_would_be_another(self):
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        [one] = gains.slopes(table[table["level"].ne(3)], "items", ALL)
        assert one.slope.effect is None and one.slope.refused == "3 of 4 levels recorded"

    def test_levels_that_do_not_differ_have_no_slope(self):
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        hard = table["method"].eq("intermediate")
        table.loc[hard, "value"] = 0.8
        [one] = gains.slopes(table, "items", ALL)
        assert one.slope.effect is None and "spans" in one.slope.refused

    def test_difficulty_past_chance_is_no_error(self):
        # The hardest items of two classes: every answer wrong, and one class a little commoner.
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        hardest = table["method"].eq("intermediate") & table["level"].eq(3)
        table.loc[hardest, ["value", "chance"]] = 0.0, 0.56
        [one] = gains.slopes(table, "items", ALL)
        assert one.difficulty.max() == pytest.approx(1 / 0.44) and one.slope.effect > 0

    def test_own_seed_is_the_run_itself(self):
        table = grid(["sts"], [0, 1], lambda family, level: float(level))
        bad = table["method"].eq("intermediate") & table["seed"].eq(0)
        table.loc[bad, "value"] -= 0.05
        [others] = gains.slopes(table, "items", ALL)
        [own] = gains.slopes(table, "items", ALL, own_seed=True)
        assert np.allclose(own.difficulty[::-1], others.difficulty)

    @settings(max_examples=5, deadline=None)
    @given(st.randoms(use_true_random=False), st.floats(-3, 3))
    def test_neither_order_nor_a_shift_of_all_gains_changes_an_effect(self, random, shift):
        def gain(family: str, level: int) -> float:
            return 0.7 * level + len(family)

        table = grid(["sts", "nli"], [0, 1], gain)
        order = list(range(len(table)))
        random.shuffle(order)
        moved = grid(["sts", "nli"], [0, 1], lambda family, level: gain(family, level) + shift)
        expected = [one.slope.effect for one in gains.slopes(table, "items", ALL)]
        for other in (table.iloc[order], moved):
            found = [one.slope.effect for one in gains.slopes(other, "items", ALL)]
            assert found == pytest.approx(expected)


class TestDecided:
    FAMILIES = ("reading", "sentiment", "nli", "sts", "acceptability", "tweets")

    def decided(self, effect_of, families=FAMILIES):
        table = grid(families, [0, 1], lambda family, level: effect_of(family) * level / 3)
        return gains.decided(gains.slopes(table, "items", ALL))

    def test_reviews_and_tweets_are_one_unit(self):
        values = {name: 2.0 + 0.1 * i for i, name in enumerate(self.FAMILIES)}
        found = self.decided(values.__getitem__)
        both = (values["sentiment"] + values["tweets"]) / 2
        rest = [v for name, v in values.items() if name not in ("sentiment", "tweets")]
        assert found.n_sets == 5
        assert found.mean == pytest.approx(np.mean([both, *rest]))
        assert found.verdict == "effect"

    def test_two_units_are_too_few(self):
        values = {"sentiment": 1.0, "tweets": 2.0, "nli": 1.5}
        assert self.decided(values.__getitem__, tuple(values)) is None

    def test_small_effects_around_zero_are_equivalent(self):
        values = dict(zip(self.FAMILIES, (0.1, -0.1, 0.2, -0.2, 0.1, 0.0), strict=True))
        assert self.decided(values.__getitem__).verdict == "equivalent"

    def test_wide_ones_are_inconclusive(self):
        values = dict(zip(self.FAMILIES, (4.0, -3.0, 5.0, -4.0, 2.0, -1.0), strict=True))
        assert self.decided(values.__getitem__).verdict == "inconclusive"


def test_no_runs_are_no_lines_anywhere():
    table = gains.frame([])
    assert gains.difficulties(table).empty and gains.gains(table).empty
    assert gains.slopes(table, "items", ALL) == [] and gains.decided([]) is None
