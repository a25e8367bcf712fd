"""PVI of English questions, and what it tells about their translations: planted records."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import paths
from helpers.study import item_difficulty, item_level
from helpers.study.intermediate_rules import rules
from helpers.study.items import Items
from helpers.study.record import Record, identity
from helpers.study.row import Row
from helpers.study.run import run
from helpers.study.store import Stored
from helpers.study.transfer_rows import cluster_name

ITEMS, LANGUAGES, SEEDS = 120, ("en", "de", "ko"), (0, 1, 2)
IDS = tuple(f"q{number:03d}" for number in range(ITEMS))
ENCODER = "models/planted"


class Planted(Stored):
    """A record in memory, its items beside it."""

    def items(self) -> Items:
        return self.folder


def stored(
    chapter: str, seed: int, rows: list[Row], items: Items, rule: str = "", **more
) -> Planted:
    params = {"encoder": ENCODER, "seed": seed, "data": "local", "source_language": "en"} | more
    data = {"source": "local", "fingerprints": {"rules": rule or rules().items_digest}}
    return Planted(
        Record(
            chapter=chapter,
            study_version=1,
            identity=identity(chapter, 1, params, data, {ENCODER: "f"}),
            params=params,
            data=data,
            encoders={ENCODER: "f"},
            environment={},
            rows=rows,
        ),
        items,
    )


def row_of(name: str, method: str, language: str, seed: int, value: float, **setting: str) -> Row:
    row = {"name": name, "method": method, "target_language": language, "seed": seed, "n": ITEMS}
    where = {"task": "xquad", "kind": "span", "encoder": ENCODER, "split": "report"}
    return Row(**row, **where, source_language="en", value=value, setting=setting)


def reading(seed: int, pvi: np.ndarray, effect: float) -> Planted:
    """A run of chapter 4 that fails on translations of hard questions, as much as wanted."""
    draw = np.random.default_rng(seed)
    rows, items = [], Items()
    items.add(cluster_name("xquad", "en"), IDS, np.arange(ITEMS) // 4)
    order = draw.permutation(ITEMS)  # records may keep items in orders of their own
    for language in LANGUAGES:
        pull = 0.0 if language == "en" else effect
        right = draw.random(ITEMS) < 1 / (1 + np.exp(1 - pull * pvi))
        setting = {"rules": "own", "role": "source" if language == "en" else "target"}
        row = row_of("F1", "tuned", language, seed, float(right.mean()), **setting)
        rows.append(row)
        items.add(row.key, [IDS[place] for place in order], right[order].astype(float))
    return stored("04_mrc", seed, rows, items)


def hardness(seed: int, pvi: np.ndarray, rule: str = "", **params) -> Planted:
    draw = np.random.default_rng(seed)
    row = row_of("V-information", "pvi", "en", seed, 1.0)
    items = Items()
    items.add("pvi", IDS, pvi + draw.normal(0, 0.1, ITEMS))
    items.add("length", IDS, draw.normal(9, 0.5, ITEMS))
    items.add("place", IDS, draw.random(ITEMS))
    return stored("item_difficulty", seed, [row], items, rule, **params)


def study(effect: float) -> item_level.ItemLevel:
    pvi = np.random.default_rng(9).normal(size=ITEMS)
    runs = [reading(seed, pvi, effect) for seed in SEEDS]
    return item_level.compared(runs, [hardness(1000, pvi), hardness(1001, pvi)], n_boot=200)


def test_questions_that_are_hard_in_every_language_are_told():
    one = study(2.0)
    assert one.predicts
    assert one.found.odds.high < 1  # easier questions are answered wrongly less often
    assert (one.task, one.languages) == ("xquad", ("de", "ko"))
    assert (one.seeds, one.items, one.articles, one.difficulty_seeds) == (3, ITEMS, 30, 2)
    assert "**It does, in the mean over languages**" in item_level.text(one)
    assert list(item_level.by_language(one).index) == ["de", "ko"]


def test_where_pvi_says_nothing_nothing_is_claimed():
    one = study(0.0)
    assert not one.predicts
    assert "cannot be said" in item_level.text(one)


def test_the_wrong_sign_is_said():
    one = study(-2.0)
    assert one.predicts and one.found.odds.low > 1
    assert "the other way round" in item_level.text(one)


def test_runs_that_lack_answers_are_refused_by_name():
    pvi = np.random.default_rng(9).normal(size=ITEMS)
    run = reading(0, pvi, 1.0)
    bare = stored("04_mrc", 0, run.record.rows[:1], run.items())
    with pytest.raises(ValueError, match="xquad in en; accepted: in English and another"):
        item_level.compared([bare], [hardness(1000, pvi)])


def test_a_run_is_not_told_by_its_own_seed():
    pvi = np.zeros(ITEMS)
    with pytest.raises(ValueError, match="seed 1"):
        item_level.compared([reading(1, pvi, 1.0)], [hardness(1, pvi)])


def test_records_under_other_rules_do_not_count(monkeypatch):
    pvi = np.zeros(ITEMS)
    seed = rules().item_by_item["seeds"][0]
    runs = [hardness(seed, pvi, "older"), hardness(7, pvi), hardness(seed, pvi)]
    monkeypatch.setattr(item_level.store, "scan", lambda chapter: (runs, []))
    assert item_level.difficulties(ENCODER, "local") == [runs[2]]
    assert item_level.difficulties("models/other", "local") == []


def test_learning_rates_of_an_encoders_own_count_where_they_have_more_seeds(monkeypatch):
    one, two = rules().item_by_item["seeds"]
    pvi = np.zeros(ITEMS)
    slow = {"learning_rates": [1e-5]}
    runs = [hardness(one, pvi), hardness(one, pvi, **slow), hardness(two, pvi, **slow)]
    for there, expected in ((runs, runs[1:]), (runs[:2], runs[:1])):
        monkeypatch.setattr(item_level.store, "scan", lambda chapter, found=there: (found, []))
        assert item_level.difficulties(ENCODER, "local") == expected


def test_without_records_nothing_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert item_level.item_level(ENCODER) is None
    assert "Not answered yet" in item_level.text(None)


def test_the_study_tells_every_english_question(tmp_path, monkeypatch, of_few_rows):
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    asked = {"train_size": 40, "report_size": 20, "epochs": 1, "learning_rates": [1e-3]}
    asked |= {"target_languages": ["ko"], "precision": "float32"}
    with of_few_rows({"train": 120, "dev": 30, "test": 60}):
        record = run("item_difficulty", asked, out=tmp_path / "run", progress=False)
    items = Stored(record, tmp_path / "run").items()
    names = (item_difficulty.PVI, item_difficulty.LENGTH, item_difficulty.PLACE)
    assert [len(items.ids(name)) for name in names] == [20] * 3
    assert np.ptp(items["pvi"]) > 0
    assert ((items["place"] >= 0) & (items["place"] < 1)).all()
    assert {row.name for row in record.rows} == {
        "V-information",
        "entropy with input",
        "entropy without input",
    }
    assert record.rows[0].value == pytest.approx(items["pvi"].mean(), abs=1e-3)
    assert record.data["fingerprints"]["rules"] == rules().items_digest
