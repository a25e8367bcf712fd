"""What a first-time user met on the command line, each finding once: a line that tells."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.errors import UserError
from helpers.study import store

OTHER_KIND = "a file, not a folder or a device"


def call(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(*words: object) -> str:
    found = call(*words)
    assert found.exit_code == 2, (found.output, found.exception)
    assert "Traceback" not in found.output
    return found.stderr


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "ko.txt").write_text("a\n")
    return tmp_path / "ko.txt"


# -- where a file cannot be written


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that nobody writes to")
def test_a_folder_that_takes_no_file_is_refused_before_the_work(text, monkeypatch):
    from helpers.data.lab import api

    monkeypatch.setattr(api, "generate", lambda *_: pytest.fail("work before the check"))
    assert "out: got '/proc/x.jsonl'" in refused("laboratory", "--out", "/proc/x.jsonl")
    monkeypatch.setattr("helpers.models.encoder.open_encoder", lambda *_, **__: pytest.fail("work"))
    words = ("encode", text, "--encoder", "bag-of-words", "--out", "/proc/x.npy")
    assert "out: got '/proc/x.npy'" in refused(*words)
    with pytest.raises(UserError, match="out: got '/proc/x'"):
        store.check_writable(Path("/proc/x"), "out")


@pytest.mark.skipif(sys.platform == "win32", reason="no devices among the files")
def test_a_device_is_not_replaced_by_a_file(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe.jsonl")  # stands for a device, which only root could make
    assert OTHER_KIND in refused("laboratory", "--n", 1, "--out", tmp_path / "pipe.jsonl")
    assert (tmp_path / "pipe.jsonl").is_fifo()


def test_a_name_that_is_too_long_is_refused(tmp_path):
    for length in (245, 400):  # the temporary neighbour has a longer name
        assert "out: got" in refused("laboratory", "--n", 1, "--out", tmp_path / ("x" * length))
    assert list(tmp_path.iterdir()) == []
    assert "out: got" in refused("laboratory", "--n", 1, "--out", "")


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "x.jsonl").symlink_to(tmp_path / "far" / "y.jsonl")
    assert call("laboratory", "--n", 2, "--out", tmp_path / "x.jsonl").exit_code == 0
    assert (tmp_path / "x.jsonl").is_symlink()
    assert len((tmp_path / "far" / "y.jsonl").read_text().splitlines()) == 2


# -- tasks, laboratory


@pytest.mark.parametrize("data", ["local:", "hub:foo", "lab:x", "elsewhere"])
def test_tasks_takes_no_source_that_is_none(data):
    assert f"data: got '{data}'" in refused("tasks", "--data", data)


def test_twins_are_in_the_help_of_laboratory():
    assert "ru-twin" in call("laboratory", "--help").output


# -- run, results


def ran(monkeypatch, *words):
    record = SimpleNamespace(identity="abc", rows=[], notes=["so"], data={"source": "lab"})
    monkeypatch.setattr("helpers.study.run.run", lambda *_, **__: record)
    return call("run", "02_alignment", *words)


def test_quiet_is_without_notes(monkeypatch):
    assert ran(monkeypatch).stderr == "note: so\n"
    assert ran(monkeypatch, "--quiet").stderr == ""


def test_an_encoder_is_refused_under_the_name_it_was_given(monkeypatch, tmp_path):
    def fake(*_, **__):
        raise UserError("encoders", "x", "another")

    monkeypatch.setattr("helpers.study.run.run", fake)
    assert "encoder: got 'x'" in refused("run", "03_sts")
    assert "encoders: got 'x'" in refused("run", "02_alignment")
    (tmp_path / "ko.txt").write_text("a\n")
    out = tmp_path / "x.npy"
    told = refused("encode", tmp_path / "ko.txt", "--encoder", "./nowhere", "--out", out)
    assert "encoder: got './nowhere'" in told
    assert "encoder: got './nowhere'" in refused("grid", "--encoder", "./nowhere")


ROWS = [{"name": "F1", "value": 0.5, "setting": {"n_pairs": 100, "on": True}}]


@pytest.mark.parametrize(("wanted", "n"), [("100", 1), ("100.0", 1), ("1e2", 1), ("101", 0)])
def test_a_number_is_found_however_it_is_spelt(monkeypatch, wanted, n):
    monkeypatch.setattr(store, "scan", lambda chapter=None: ([], []))
    monkeypatch.setattr(store, "result_rows", lambda stored: ROWS)
    assert len(json.loads(call("results", "--json", "-w", "n_pairs", wanted).stdout)) == n
    assert json.loads(call("results", "--json", "-w", "on", "1").stdout) == []
    assert json.loads(call("results", "--json", "-w", "on", "true").stdout) == ROWS


def test_a_wrong_name_is_refused_for_a_chapter_without_rows(monkeypatch):
    monkeypatch.setattr(store, "scan", lambda chapter=None: ([] if chapter else ["all"], []))
    monkeypatch.setattr(store, "result_rows", lambda stored: ROWS if stored else [])
    chapter = ("results", "--chapter", "03_sts")
    assert "where: got 'colour'" in refused(*chapter, "-w", "colour", "red")
    found = call(*chapter, "-w", "n_pairs", "100")
    assert found.exit_code == 0 and "no recorded rows" in found.stderr


# -- grid


@pytest.mark.parametrize("seeds", ["", "0,0", "a"])
def test_seeds_are_refused_as_seeds(seeds):
    told = refused("grid", "--encoder", "models/tiny", "--data", "lab", "--seeds", seeds)
    assert f"seeds: got {seeds!r}" in told and "names" not in told


def test_a_seed_that_is_not_planned_is_told_of_the_option():
    grid = ("grid", "--encoder", "models/tiny", "--data", "lab")
    assert "seeds: got 99" in refused(*grid, "--seeds", "0,99")
    assert "seed: got '1'" in refused(*grid, "-p", "seed", "1")


# -- check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "korsts").mkdir()
    rows = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\ng\tf\ty\t1\t5\t가\t나\n"
    (tmp_path / "korsts" / "sts-dev.tsv").write_text(rows, encoding="utf-8")
    return tmp_path


def listing(folder: Path, *names: str) -> None:
    text = json.dumps([{"file": name, "rows": 1} for name in names])
    (folder / "MANIFEST.json").write_text(text)


def test_a_file_that_is_listed_and_not_there_is_told(folder):
    listing(folder, "korsts/sts-dev.tsv", "korsts/sts-test.tsv", "xquad/xquad.de.json.xz")
    found = call("check", f"local:{folder}")
    assert found.exit_code == 1
    gone = ["listed, not there: korsts/sts-test.tsv", "listed, not there: xquad/xquad.de.json.xz"]
    assert [line for line in found.stdout.splitlines() if "listed, not" in line] == gone
    one = call("check", f"local:{folder}", "--task", "korsts", "--json")
    assert one.exit_code == 1
    assert json.loads(one.stdout)["absent"] == ["korsts/sts-test.tsv"]


def test_nothing_is_missing_where_a_file_was_unpacked(folder):
    listing(folder, "korsts/sts-dev.tsv.xz")
    assert call("check", f"local:{folder}").exit_code == 0
    listing(folder / "korsts", "korsts/sts-dev.tsv")  # the folder of one set alone
    assert call("check", f"local:{folder / 'korsts'}").exit_code == 0


def test_a_folder_without_tables_is_no_success(tmp_path):
    found = call("check", f"local:{tmp_path}")
    assert found.exit_code == 1 and "no task has a file" in found.stderr


def test_a_task_that_the_folder_has_no_file_of_is_refused(folder):
    told = refused("check", f"local:{folder}", "--task", "korsts", "--task", "xnli")
    assert "task: got 'xnli'" in told and "accepted: korsts" in told


def test_a_task_that_is_named_twice_is_read_once(folder):
    found = call("check", f"local:{folder}", "--task", "korsts", "--task", "korsts")
    assert found.stdout.splitlines()[-1] == "1 tables, 1 rows read, 1 kept"
