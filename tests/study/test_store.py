"""The store: whole or not at all, and nothing of anybody's is destroyed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import store


def test_save_and_load(tmp_path, a_row, a_record, some_items):
    saved = store.save(a_record(), some_items(), tmp_path / "deep" / "down")
    folder = tmp_path / "deep" / "down"
    assert store.load(folder) == saved
    assert store.load_items(folder, saved)[a_row().key].tolist() == [1.0, 0.0]
    assert sorted(path.name for path in folder.iterdir()) == ["items.npz", "record.json"]
    assert os.stat(folder / "record.json").st_mode & 0o044, "readable as any file of the user's"


def test_nothing_there(tmp_path):
    assert store.load(tmp_path) is None
    assert store.load(tmp_path / "missing") is None


BROKEN = {
    "torn": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "foreign": lambda text: '{"cells": []}',
    "a list": lambda text: "[]",
    "changed": lambda text: text.replace('"seed":0', '"seed":9', 1),
    "older, with an object a row": lambda text: text.replace(
        '"schema_version": 2', '"schema_version": 1'
    ),
    "newer": lambda text: text.replace('"schema_version": 2', '"schema_version": 3'),
    "a row of another width": lambda text: text.replace('"columns": []', '"columns": ["value"]'),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_file_that_cannot_be_trusted_is_told(tmp_path, damage, a_record):
    store.save(a_record(), None, tmp_path)
    path = tmp_path / "record.json"
    path.write_text(BROKEN[damage](path.read_text()))
    with pytest.raises(store.BrokenRecord) as caught:
        store.load(tmp_path)
    assert caught.value.path == path
    assert "\n" not in caught.value.reason


def test_items_of_another_run_are_told(tmp_path, a_record, some_items):
    record = store.save(a_record(), some_items(), tmp_path)
    (tmp_path / "items.npz").write_bytes(some_items(0.0, 0.0).to_bytes())
    with pytest.raises(store.BrokenRecord, match="items.npz"):
        store.load(tmp_path)
    with pytest.raises(store.BrokenRecord, match="items.npz"):
        store.load_items(tmp_path, record)
    (tmp_path / "items.npz").unlink()
    with pytest.raises(store.BrokenRecord, match="missing"):
        store.load(tmp_path)


def test_set_aside_never_overwrites(tmp_path):
    kept = []
    for number in range(3):
        (tmp_path / "record.json").write_text(str(number))
        kept.append(store.set_aside(tmp_path, "broken"))
    assert [path.read_text() for path in kept] == ["0", "1", "2"]


KILLED = """
import os, runpy, time
from pathlib import Path
from helpers.study import store
made = runpy.run_path({conftest!r})
folder, stop = Path({folder!r}), {stop!r}
real = os.replace
def replace(source, target):
    if Path(target).name == stop:
        print("ready", flush=True)
        time.sleep(60)
    real(source, target)
os.replace = replace
record = made["make_record"]([made["make_row"](value=0.9)])
store.save(record, made["make_items"](0.0, 1.0), folder)
"""


@pytest.mark.parametrize("stop", ["items.npz", "record.json"])
def test_kill_in_the_middle_leaves_no_half_file(tmp_path, root, stop, a_row, a_record, some_items):
    old = store.save(a_record(), some_items(), tmp_path)
    code = KILLED.format(
        conftest=str(root / "tests" / "study" / "conftest.py"), folder=str(tmp_path), stop=stop
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
    )
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    if stop == "items.npz":
        assert store.load(tmp_path) == old
    else:  # new items beside the old record: noticed, not believed
        with pytest.raises(store.BrokenRecord, match="items.npz"):
            store.load(tmp_path)
    left = [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]
    assert len(left) == 1
    yesterday = time.time() - 86_400
    os.utime(left[0], (yesterday, yesterday))
    new = store.save(a_record([a_row(value=0.9)]), some_items(0.0, 1.0), tmp_path)
    assert store.load(tmp_path) == new
    assert not left[0].exists(), "what a killed process left is swept up"


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "x"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        store.write_atomic(target, b"new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_scan_lists_and_reports(tmp_path, monkeypatch, a_record):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    record = a_record()
    store.save(record, None, store.folder_of(record.chapter, record.identity))
    store.save(record, None, store.folder_of(record.chapter, "0" * 16))
    (tmp_path / record.chapter / "torn").mkdir()
    (tmp_path / record.chapter / "torn" / "record.json").write_text("{")
    stored, problems = store.scan()
    assert [one.record for one in stored] == [record]
    assert len(problems) == 2
    assert any("torn" in problem for problem in problems)
    assert any("misplaced" in problem for problem in problems)
    assert store.scan(chapter="03_sts") == ([], [])
    rows = store.result_rows(stored)
    assert rows[0]["chapter"] == "02_alignment"
    assert rows[0]["data"] == "lab"
    assert store.frame(stored)["setting.n_pairs"].tolist() == [100]


def test_check_writable_creates_nothing(tmp_path):
    store.check_writable(tmp_path / "a" / "b", "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match="out"):
            store.check_writable(wrong, "out")
