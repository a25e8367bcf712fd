"""Slopes within a data set: planted lines, what drops out, refusals; the power of the design."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.decisions import inference_over
from helpers.maths.slopes import design_power, slope_within

few = settings(max_examples=25, deadline=None)
numbers = st.integers(0, 2**32 - 1)


def cells(seed: int, n_seeds: int = 5, n_levels: int = 4, recorded: float = 1.0):
    """Difficulty and gain, (seeds, levels); a share of the gains is not recorded yet."""
    rng = np.random.default_rng(seed)
    difficulty = np.linspace(0.1, 0.5, n_levels) + 0.02 * rng.normal(size=(n_seeds, n_levels))
    gain = rng.normal(size=(n_seeds, 1)) + 4 * difficulty + rng.normal(size=(n_seeds, n_levels))
    return difficulty, np.where(rng.random(gain.shape) < recorded, gain, np.nan)


@pytest.fixture(scope="module")
def benchmark():
    path = Path(__file__).parents[2] / "benchmarks" / "intermediate_studies.py"
    spec = importlib.util.spec_from_file_location("intermediate_studies", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestSlopeWithin:
    @few
    @given(seed=numbers, slope=st.floats(-50, 50), n_seeds=st.integers(1, 6))
    def test_a_planted_slope_is_found(self, seed, slope, n_seeds):
        difficulty, _ = cells(seed, n_seeds)
        of_seed = np.random.default_rng(seed).normal(size=(n_seeds, 1))
        found = slope_within(difficulty, of_seed + slope * difficulty)
        assert found.slope == pytest.approx(slope, abs=1e-9)
        assert found.range == pytest.approx(np.ptp(difficulty.mean(axis=0)))
        assert found.effect == pytest.approx(slope * found.range, abs=1e-9)
        assert (found.n_cells, found.n_seeds, found.n_levels) == (4 * n_seeds, n_seeds, 4)

    @few
    @given(seed=numbers, shifts=st.lists(st.floats(-100, 100), min_size=5, max_size=5))
    def test_what_a_seed_adds_to_all_its_levels_changes_nothing(self, seed, shifts):
        difficulty, gain = cells(seed, recorded=0.85)
        plain = slope_within(difficulty, gain)
        moved = slope_within(difficulty, gain + np.array(shifts)[:, None])
        assert moved.slope == pytest.approx(plain.slope, abs=1e-6)
        assert moved.standard_error == pytest.approx(plain.standard_error, abs=1e-6)

    @few
    @given(seed=numbers, recorded=st.sampled_from([0.7, 0.9, 1.0]))
    def test_it_is_least_squares_with_a_column_for_every_seed(self, seed, recorded):
        difficulty, gain = cells(seed, recorded=recorded)
        known = ~np.isnan(gain)
        rows = np.flatnonzero(known.any(axis=1))
        of_seed = np.argwhere(known)[:, 0][:, None] == rows
        fit = sm.OLS(gain[known], np.column_stack([difficulty[known], of_seed])).fit()
        found = slope_within(difficulty, gain)
        assert found.slope == pytest.approx(fit.params[0])
        assert found.standard_error == pytest.approx(fit.bse[0])
        assert found.effect_error == pytest.approx(fit.bse[0] * found.range)

    def test_one_difficulty_a_level_serves_all_seeds(self):
        _, gain = cells(0)
        levels = np.array([0.4, 0.1, 0.2, 0.3])
        assert slope_within(levels, gain) == slope_within(np.tile(levels, (5, 1)), gain)

    def test_cells_that_are_not_recorded_are_left_out(self):
        difficulty, gain = cells(1)
        gain[3:] = np.nan
        gain[0, 2] = np.nan
        found = slope_within(difficulty, gain)
        assert (found.n_cells, found.n_seeds, found.n_levels) == (11, 3, 4)
        assert found.slope == pytest.approx(slope_within(difficulty[:3], gain[:3]).slope)
        # a difficulty that is not known yet counts as a cell that is not
        difficulty[0, 2], gain[0, 2] = np.nan, 99.0
        assert slope_within(difficulty, gain) == found

    def test_no_error_without_a_cell_to_spare(self):
        found = slope_within([0.1, 0.4], [[1.0, 2.0]])
        assert found.slope == pytest.approx(10 / 3) and np.isnan(found.standard_error)

    @pytest.mark.parametrize(
        ("difficulty", "gain", "reason"),
        [
            ([0.30, 0.32, 0.34], np.ones((2, 3)), "spans 0.040 over the levels, below 0.05"),
            ([0.1, 0.5], [[np.nan, np.nan]], "0 of 2 levels recorded"),
            ([0.1, 0.3, 0.5], [[np.nan, 1.0, np.nan]] * 2, "1 of 3 levels recorded"),
            ([0.1, 0.5], [[1.0, np.nan], [np.nan, 2.0]], "no seed has cells of two difficulties"),
        ],
    )
    def test_no_slope_where_there_can_be_none(self, difficulty, gain, reason):
        found = slope_within(difficulty, gain)
        assert reason in found.refused
        assert found.slope is found.standard_error is found.effect is found.effect_error is None

    def test_the_least_range_is_the_callers(self):
        assert slope_within([0.30, 0.34], [[1.0, 2.0]], least_range=0.02).slope == pytest.approx(25)
        assert slope_within([0.3, 0.3], [[1.0, 2.0]], least_range=0).refused

    @pytest.mark.parametrize(
        ("difficulty", "gain", "message"),
        [
            ([0.1, 0.2], [1.0, 2.0], r"gain: got shape \(2,\); accepted: \(seeds, levels\)"),
            ([0.1], [[1.0]], r"gain: got shape \(1, 1\)"),
            ([0.1, 0.2, 0.3], [[1.0, 2.0]], r"difficulty: got shape \(3,\); accepted: \(2,\) or"),
            ([10.0, 50.0], [[1.0, 2.0]], "difficulty: got 50; accepted: shares"),
            ([0.1, np.inf], [[1.0, 2.0]], "difficulty: got infinity"),
            ([0.1, 0.2], [["a", "b"]], "gain: got no array of numbers"),
        ],
    )
    def test_faults_are_named(self, difficulty, gain, message):
        with pytest.raises(ValueError, match=message):
            slope_within(difficulty, gain)

    def test_a_least_range_below_zero_is_refused(self):
        with pytest.raises(ValueError, match="least_range: got -1"):
            slope_within([0.1, 0.2], [[1.0, 2.0]], least_range=-1)


class TestDesignPower:
    SDS = {"seed_sd": 1.0, "set_sd": 0.8, "cell_sd": 1.2}

    @pytest.mark.parametrize(("effect", "power"), [(1.0, 0.62), (1.5, 0.93), (2.0, 0.99)])
    def test_power_of_eight_data_sets(self, effect, power):
        found = design_power(effect, n_draws=3000, **self.SDS)
        assert found.found == pytest.approx(power, abs=0.03)
        assert found.found_by_sign_flip == pytest.approx(power, abs=0.06)

    def test_without_an_effect_it_finds_one_in_twenty(self):
        found = design_power(0.0, n_draws=3000, **self.SDS)
        assert found.found == pytest.approx(0.05, abs=0.015)
        assert found.equivalent > 0.4
        # set_sd^2 + cell_sd^2 / (seeds * sum of squares of levels 0, 1/3, 2/3, 1)
        assert found.effect_sd == pytest.approx(np.sqrt(0.64 + 1.44 / (5 * 5 / 9)), rel=0.03)

    def test_what_a_seed_adds_does_not_matter_and_an_effect_at_the_edge_is_not_equivalent(self):
        found = design_power(1.0, n_draws=2000, **self.SDS)
        assert found.equivalent <= 0.065
        steady = design_power(1.0, n_draws=2000, **{**self.SDS, "seed_sd": 0.0})
        assert steady.found == found.found

    def test_it_is_slope_within_and_inference_over(self):
        # one study by hand, from the draws that design_power makes
        rng = np.random.default_rng(3)
        x = np.linspace(0, 1, 4)
        gain = rng.normal(size=(1, 8, 5, 1)) + (1 + 0.8 * rng.normal(size=(1, 8, 1, 1))) * x
        gain = gain + 1.2 * rng.normal(size=(1, 8, 5, 4))
        effects = [slope_within(x, of_set).effect for of_set in gain[0]]
        study = inference_over(effects)
        found = design_power(1.0, n_draws=1, seed=3, **self.SDS)
        assert found.effect_sd == pytest.approx(np.std(effects))
        assert found.found == (study.p < 0.05) and found.equivalent == (study.p_equivalence < 0.05)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"n_sets": 2}, "n_sets: got 2; accepted: 3 or more"),
            ({"n_levels": 1}, "n_levels: got 1"),
            ({"cell_sd": -1.0}, "cell_sd: got -1.0; accepted: 0 or more"),
            ({"set_sd": 0.0, "cell_sd": 0.0}, "set_sd, cell_sd: got 0 for both"),
        ],
    )
    def test_faults_are_named(self, given, message):
        with pytest.raises(ValueError, match=message):
            design_power(1.0, **{**self.SDS, **given})


class TestSimulatedStudies:
    """5 % aimed at; the standard error with 200 repetitions is 1.5 points."""

    def test_data_sets_as_units_hold_their_level_and_runs_do_not(self, benchmark):
        world = benchmark.SLOPES["data sets differ much"]
        found = benchmark.slopes(world, 0.0, repetitions=200)
        assert 0.02 <= found["data sets, t"] <= 0.08
        assert 0.02 <= found["data sets, sign flip"] <= 0.08
        assert found["runs are units"] > 0.2

    def test_the_own_seeds_difficulty_is_no_difficulty_to_use(self, benchmark):
        world = benchmark.SLOPES["bad runs look hard"]
        found = benchmark.slopes(world, 0.0, repetitions=150)
        assert found["difficulty of own seed"] > 0.12 > 0.09 > found["data sets, t"]

    def test_families_hold_their_level_and_runs_do_not(self, benchmark):
        found = benchmark.tasks(benchmark.TASKS["6 families of 2"], repetitions=150)
        assert 0.01 <= found["families permuted, spearman"] <= 0.08
        assert 0.02 <= found["families permuted, pearson"] <= 0.09
        assert found["runs are units"] > 0.25

    def test_the_interval_of_a_gain_covers(self, benchmark):
        found = benchmark.gains(
            benchmark.GAINS["runs differ"], repetitions=10, n_items=100, n_boot=100
        )
        assert 0.88 <= found["crossed bootstrap"] <= 1
