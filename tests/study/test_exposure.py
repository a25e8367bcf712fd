"""Scores again without what the pretraining corpus repeats: planted items, and the file of ids."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.maths.metrics import spearman
from helpers.models.pretrain.exposure import Exposed
from helpers.study import exposure
from helpers.study.items import Items
from helpers.study.row import Row
from helpers.study.transfer_rows import gold_name

N = 200
IDS = [f"test-{i}" for i in range(N)]


def run_of(name="F1", gold=None, **scores):
    rows, items = [], Items()
    for method, values in scores.items():
        row = Row(
            name=name,
            task="nsmc",
            kind="classification",
            method=method,
            encoder="nano",
            setting={},
            source_language="en",
            target_language="ko",
            split="report",
            seed=0,
            value=0.5,
            n=N,
        )
        rows.append(row)
        items.add(row.key, IDS, values)
    if gold is not None:
        items.add(gold_name("nsmc", "ko"), IDS, gold)

    def select(method):
        return [row for row in rows if row.method == method]

    return SimpleNamespace(record=SimpleNamespace(rows=rows, select=select), items=lambda: items)


def without(run, ids):
    where, words = {"method": "tuned"}, {"method": "words"}
    known = {("nsmc", "ko"): ids}
    found = exposure.without_exposed([run], known, where, words, n_boot=300)
    return found.to_dict("records")


READ = np.arange(N) < 80


def test_a_score_that_rests_on_what_was_read_moves_beyond_that_of_words():
    rng = np.random.default_rng(0)
    words = (rng.random(N) < 0.5).astype(float)
    by_heart = np.where(READ, 1.0, rng.random(N) < 0.5)
    [line] = without(run_of(tuned=by_heart, words=words), IDS[:80])
    assert (line["n"], line["exposed"]) == (N, 80)
    assert line["all"] == pytest.approx(by_heart.mean())
    assert line["without"] == pytest.approx(by_heart[~READ].mean())
    assert line["words without"] == pytest.approx(words[~READ].mean())
    assert line["low"] < line["beyond"] < line["high"] < 0


def test_items_that_are_easier_for_all_are_not_taken_for_read():
    rng = np.random.default_rng(0)
    chance = np.where(READ, 0.9, 0.5)
    tuned, words = (rng.random((2, N)) < chance).astype(float)
    [line] = without(run_of(tuned=tuned, words=words), IDS[:80])
    assert line["without"] < line["all"] - 0.05
    assert line["low"] < 0 < line["high"]


def test_a_correlation_is_made_again_and_few_items_have_no_interval():
    rng = np.random.default_rng(1)
    gold, answers = rng.integers(0, 26, N) / 5, rng.normal(size=N)
    [line] = without(run_of("spearman", gold, tuned=answers, words=gold), IDS[:9])
    assert line["without"] == pytest.approx(spearman(gold[9:], answers[9:]), abs=1e-3)
    assert line["words"] == pytest.approx(1) == line["words without"]
    assert np.isnan(line["low"]) and np.isnan(line["high"])


def test_what_has_no_such_items_or_nothing_beside_it_has_no_line():
    assert without(run_of(tuned=np.ones(N), words=np.ones(N)), ["other"]) == []
    assert without(run_of(tuned=np.ones(N)), IDS[:80]) == []


def test_ids_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "exposure.json"
    found = {
        ("nsmc", "ko", "test"): Exposed(4, ("test-1", "test-3")),
        ("nsmc", "ko", "dev"): Exposed(2, ()),
        ("stsb", "de", "test"): Exposed(2, ("test-0",)),
    }
    exposure.write(found, file)
    assert exposure.read(file) == {
        ("nsmc", "ko"): {"test-1", "test-3"},
        ("stsb", "de"): {"test-0"},
    }
    with pytest.raises(UserError, match="exposure"):
        exposure.read(tmp_path / "other.json")
