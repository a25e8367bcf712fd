"""The runner: nothing done twice, nothing half done, nothing destroyed."""

from __future__ import annotations

import json

import pytest

from helpers.errors import UserError
from helpers.study import run as runner
from helpers.study import store
from helpers.study.items import Items
from helpers.study.params import build
from helpers.study.plan import Outcome, Plan
from helpers.study.run import CHAPTERS, run

CHAPTER = "02_alignment"


@pytest.fixture
def study(monkeypatch, tmp_path, a_row):
    """A study that counts how often it is computed, and can be told to fail."""
    done = []

    def plan(chapter, params, *, progress=True):
        params = params if not isinstance(params, dict) else build(chapter, params)

        def compute(progress):
            done.append(params.seed)
            if params.seed == 13:
                raise KeyboardInterrupt
            row, items = a_row(seed=params.seed, value=0.1 * len(done), low=0.0, high=1.0), Items()
            items.add(row.key, ["a"], [0.5])
            return Outcome([row], items, ["a note"])

        return Plan(chapter, 1, {"seed": params.seed}, {"source": "lab"}, {"e": "f"}, compute)

    monkeypatch.setattr(runner, "plan", plan)
    monkeypatch.setattr("helpers.paths.RESULTS", tmp_path / "results")
    return done


def test_only_missing_runs_once(study, tmp_path):
    first = run(CHAPTER, {"seed": 0}, progress=False)
    assert run(CHAPTER, {"seed": 0}, progress=False) == first
    run(CHAPTER, {"seed": 1}, progress=False)
    assert study == [0, 1]
    folders = sorted((tmp_path / "results" / CHAPTER).iterdir())
    assert len(folders) == 2
    assert first.identity in {folder.name for folder in folders}
    assert first.notes == ["a note"]


def test_always_replaces_and_leaves_one_record(study, tmp_path):
    run(CHAPTER, {"seed": 0}, out=tmp_path, progress=False)
    again = run(CHAPTER, {"seed": 0}, out=tmp_path, rerun="always", progress=False)
    assert study == [0, 0]
    assert again.rows[0].value == 0.2
    assert store.load(tmp_path) == again
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items.npz", "record.json"]


def test_never_only_reads(study, tmp_path):
    with pytest.raises(UserError, match="rerun"):
        run(CHAPTER, {"seed": 0}, rerun="never", progress=False)
    assert study == []
    assert not (tmp_path / "results").exists()
    made = run(CHAPTER, {"seed": 0}, progress=False)
    assert run(CHAPTER, {"seed": 0}, rerun="never", progress=False) == made


def test_a_record_of_other_parameters_is_kept(study, tmp_path, capsys):
    first = run(CHAPTER, {"seed": 0}, out=tmp_path, progress=False)
    run(CHAPTER, {"seed": 1}, out=tmp_path, progress=False)
    kept = tmp_path / f"record.{first.identity}.json"
    assert json.loads(kept.read_text())["identity"] == first.identity
    assert (tmp_path / f"items.{first.identity}.npz").exists()
    assert kept.name in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", '{"chapter": "02_al', '{"cells": []}'])
def test_a_broken_record_is_kept_reported_and_made_anew(study, tmp_path, capsys, content):
    (tmp_path / "record.json").write_text(content)
    with pytest.raises(UserError, match="record.json"):
        run(CHAPTER, {}, out=tmp_path, rerun="never", progress=False)
    made = run(CHAPTER, {}, out=tmp_path, progress=False)
    assert store.load(tmp_path) == made
    assert (tmp_path / "record.broken.json").read_text() == content
    assert "record.broken.json" in capsys.readouterr().err


def test_an_interrupted_run_leaves_nothing(study, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(CHAPTER, {"seed": 13}, out=out, progress=False)
    assert not out.exists()


def test_refused_before_any_work(study, tmp_path):
    (tmp_path / "file").write_text("")
    for options in (
        {"rerun": "sometimes"},
        {"out": tmp_path / "file"},
        {"out": tmp_path / "file" / "deeper"},
    ):
        with pytest.raises(UserError) as caught:
            run(CHAPTER, {}, progress=False, **options)
        assert caught.value.parameter in options
    with pytest.raises(UserError, match="02_alignment"):
        run("02", {})
    assert study == []


def test_every_chapter_has_a_model_and_a_study():
    import importlib

    for model, entry in CHAPTERS.values():
        module, _, function = entry.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
        assert {"data", "seed", "device"} <= set(model.model_fields)
