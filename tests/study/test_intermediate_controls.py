"""Mean gains over units and seeds, and a task set against its controls, pair by pair."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers.study.intermediate_controls import BESIDE, controls, over_units_and_seeds
from helpers.study.intermediate_rules import rules

COURSES = ("tagging", "three classes")


def study(gain_of, seeds=range(5), mechanisms=("noise", "permuted", "masked", "longer")):
    """A study whose gains are those of ``gain_of(mechanism, family, seed, course)``."""
    lines = []
    for mechanism in mechanisms:
        for family in ["none"] if mechanism == "longer" else list(rules().families):
            for seed in seeds:
                for course in COURSES:
                    same = rules().same_family(course, family)
                    line = {"family": family, "mechanism": mechanism, "level": 0, "seed": seed}
                    line |= {"course": course, "counts": not same, "role": "target"}
                    lines.append(line | {"gain": gain_of(mechanism, family, seed, course)})
    return SimpleNamespace(gains=pd.DataFrame(lines), targets=COURSES)


def test_what_is_particular_to_a_control_of_no_task_cancels():
    """All gains of a seed move together by two points; task less control stands still."""
    shifts = np.random.default_rng(0).normal(size=5) * 2
    small = np.random.default_rng(1)

    def gain_of(mechanism, family, seed, course):
        return shifts[seed] + (mechanism == "noise") + 0.1 * small.normal()

    found = study(gain_of)
    alone = over_units_and_seeds(found, "noise", 0)
    assert alone.interval.high - alone.interval.low > 2
    for less in BESIDE:
        paired = over_units_and_seeds(found, "noise", 0, less=less)
        assert (paired.units, paired.seeds) == (7, 5)
        assert paired.interval.value == pytest.approx(1.0, abs=0.1)
        assert paired.interval.high - paired.interval.low < 0.5
    told = controls(found)["the task as it is less this"]
    assert (told.loc[list(BESIDE.values())] != "").all()
    assert told["the task as it is"] == ""


def test_pairs_are_of_the_same_targets():
    """Tweets and reviews are not scored on three classes, which gain 10; neither is what is taken
    away."""

    def gain_of(mechanism, family, seed, course):
        jitter = 0.01 * ((seed * 7 + len(family)) % 5)
        return 10.0 * (course == "three classes") + (mechanism == "noise") + jitter

    found = over_units_and_seeds(study(gain_of), "noise", 0, less="longer")
    assert found.interval.value == pytest.approx(1.0, abs=0.05)


def test_seeds_that_only_one_side_has_do_not_count():
    found = study(lambda mechanism, family, seed, course: seed * 1.0 + len(family) % 3)
    kept = ~(found.gains["mechanism"].eq("permuted") & found.gains["seed"].gt(2))
    found.gains = found.gains[kept]
    assert over_units_and_seeds(found, "noise", 0).seeds == 5
    assert over_units_and_seeds(found, "noise", 0, less="permuted").seeds == 3


def test_nothing_is_told_of_what_is_not_recorded():
    found = study(lambda *cell: 1.0 * cell[2], mechanisms=("noise",))
    assert over_units_and_seeds(found, "noise", 0, less="masked") is None
    assert controls(found)["the task as it is less this"].eq("").all()


def test_a_seed_with_some_levels_only_does_not_count():
    found = study(lambda mechanism, family, seed, course: seed * 1.0 + len(family) % 3)
    lines = [found.gains.assign(mechanism="items", level=level) for level in range(4)]
    found.gains = pd.concat(lines).drop_duplicates(["family", "level", "seed", "course"])
    assert over_units_and_seeds(found, "items").seeds == 5
    found.gains = found.gains[found.gains["seed"].ne(4) | found.gains["level"].lt(2)]
    assert over_units_and_seeds(found, "items").seeds == 4
    assert over_units_and_seeds(found, "items", 0).seeds == 5
