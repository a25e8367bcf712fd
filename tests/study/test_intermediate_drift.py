"""What an intermediate task does to retrieval: changes and slopes that were planted are found."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers.study import intermediate_drift as drift
from helpers.study.intermediate_retrieval import CKA, MAP, PRECISION
from helpers.study.intermediate_rules import rules
from helpers.study.intermediate_tables import EFFECT

LEVELS, SEEDS = range(rules().levels), rules().seeds
FAMILIES = tuple(rules().families)
HARD = [0.2, 0.4, 0.6, 0.8]
TASKS = {PRECISION: "tatoeba", MAP: "lareqa", CKA: "tatoeba"}


def planted(slope: float = 0.1, families=FAMILIES, levels=LEVELS) -> SimpleNamespace:
    """After a task precision is 0.5 plus slope x difficulty, a data set 0.01 apart; before it 0.9.

    mAP the same; CKA 1 less a tenth of what is learnt.
    """
    draw = np.random.default_rng(0)
    cells = [
        {"family": family, "mechanism": "items", "level": level, "seed": seed}
        for family in families
        for level in levels
        for seed in SEEDS
    ]
    controls = [{"family": "none", "mechanism": "none", "level": 0, "seed": s} for s in SEEDS]
    hard = pd.DataFrame([cell | {"difficulty": HARD[cell["level"]]} for cell in cells])
    lines = []
    for cell in (*controls, *cells):
        for name, task in TASKS.items():
            if cell["mechanism"] == "none":
                value = np.nan if name == CKA else 0.9
            elif name == CKA:
                value = 1 - (1 - HARD[cell["level"]]) / 10
            else:
                place = 0.01 * list(families).index(cell["family"])
                value = 0.5 + place + slope * HARD[cell["level"]] + draw.normal(0, 1e-4)
            row = {"role": "retrieval", "method": "none", "name": name, "task": task}
            lines.append(cell | row | {"value": value})
    return SimpleNamespace(table=pd.DataFrame(lines), hard=hard)


def test_the_change_and_the_slope_that_were_planted():
    found = drift.effects(planted(slope=0.1))
    assert list(found.index) == ["Tatoeba precision@1", "LAReQA mAP@20"]
    for _, line in found.iterrows():
        assert float(line[EFFECT].split()[0]) == pytest.approx(100 * 0.1 * 0.6, abs=0.1)
        before = 0.9 - 0.5 - 0.1 * np.mean(HARD)
        assert float(line[drift.CHANGE].split()[0]) == pytest.approx(-100 * before, abs=5)
        assert line["lowered"] == f"{len(FAMILIES)} of {len(FAMILIES)}"


def test_no_slope_without_all_levels_and_none_of_too_few_data_sets():
    assert drift.effects(planted(levels=LEVELS[:-1])).empty
    assert drift.effects(planted(families=FAMILIES[:2])).empty
    assert drift.with_difficulty(planted(families=FAMILIES[:2])) is None


def test_levels_are_ranked_within_their_data_set():
    found = drift.with_difficulty(planted(slope=0.001))
    assert found.cells == len(FAMILIES) * len(LEVELS)
    assert found.with_cka == pytest.approx(1)
    falling = drift.with_difficulty(planted(slope=-0.1))
    assert falling.cka_with_precision < -0.9
