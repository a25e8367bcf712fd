"""Measures of difficulty of a task as it stands: the study on generated text, and its tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.study import task_difficulty as study
from helpers.study import task_difficulty_tables as tables
from helpers.study.intermediate_floor import floor_of
from helpers.study.params import build
from helpers.study.run import run
from helpers.study.store import Stored

TINY = {"encoder": "models/tiny", "n_items": 40, "learning_rates": (3e-4,), "device": "cpu"}


@pytest.fixture(scope="module", params=["sentiment", "sts", "reading"])
def made(request, tmp_path_factory) -> Stored:
    folder = tmp_path_factory.mktemp("task")
    asked = {**TINY, "intermediate": request.param}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "MOST", 24)
        patch.setattr(study, "SHARES", (4, 2, 1))
        return Stored(run("task_difficulty", asked, out=folder, progress=False), folder)


def test_what_nothing_learnt_reaches_is_the_nought_of_all_points(made):
    rows = made.record.rows
    by_method = {row.method: row.value for row in rows if row.setting.get("role") == "difficulty"}
    [floor] = {row.setting["floor"] for row in rows if "size" in row.setting}
    [kind] = {row.kind for row in rows}
    assert floor == pytest.approx(floor_of(kind, by_method), abs=1e-6)
    assert {"similarity": 0.3, "span": 0.02, "classification": 0.4}[kind] < floor < 1
    hashes = {row.setting["items"] for row in rows if "items" in row.setting}
    assert len(hashes) == 1


def test_every_size_has_a_score_and_every_kind_its_measures(made):
    rows = made.record.rows
    points = [row for row in rows if "size" in row.setting]
    assert [row.setting["size"] for row in points] == [6, 12, 24, 40]
    names = {row.name for row in rows}
    assert {study.AREA, "V-information"} <= names
    family = made.record.params["intermediate"]
    assert (study.CODE in names) == (family == "sentiment")
    assert (study.HUMAN in names) == (family == "reading")
    for row in rows:
        assert row.low is None or row.low <= row.value <= row.high


def test_the_area_is_that_of_the_scores(made):
    rows = made.record.rows
    points = [row for row in rows if "size" in row.setting]
    chance = points[0].setting["floor"]
    weights = np.array([1, 2, 1]) / 4  # equal steps of log size
    mean = float(weights @ [row.value for row in points[:3]])
    [area] = [row.value for row in rows if row.name == study.AREA]
    assert area == pytest.approx((mean - chance) / (1 - chance), abs=1e-5)


def test_a_table_has_a_line_a_task(made):
    table = tables.frame([made])
    [family] = table.index
    assert family == made.record.params["intermediate"]
    assert np.isfinite(table.loc[family, [tables.DIFFICULTY, study.AREA]]).all()


def test_measures_in_one_order_agree_whatever_way_they_point():
    hard = [0.1, 0.3, 0.5, 0.7, 0.9]
    table = pd.DataFrame(dict.fromkeys(tables.MEASURES, hard), index=list("abcde"))
    for name, harder in tables.MEASURES.items():
        table[name] = hard if harder else hard[::-1]
    table[study.HUMAN] = np.nan
    found = tables.agreement(table)
    assert set(found.index) == {study.AREA, study.CODE, tables.USABLE}
    assert found.to_numpy() == pytest.approx(1.0)


def test_without_records_there_are_no_lines():
    assert tables.frame([]).empty and tables.agreement(tables.frame([])).empty


def test_tasks_of_the_classical_design_are_accepted():
    assert build("task_difficulty", {"intermediate": "wikipedia"}).intermediate == "wikipedia"
