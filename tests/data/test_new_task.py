"""A two-column file becomes a task by an entry of fewer than 20 lines: no code, nothing to touch.

What the README and the appendix *Data* tell a reader to do is done here, word by word.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.data.sources import available, load
from helpers.data.tasks import task, tasks
from helpers.errors import UserError

ENTRY = """\
[task.my_reviews]
title = "My reviews"
kind = "classification"
languages = "en"
splits = "train test"
labels = "negative positive"
metric = "accuracy"
chance = 0.5
licence = "mine"
citation = "mine"
family = "sentiment"
local.folder = "reviews"
local.files = ["{split}.tsv"]
local.reader = "tsv"
local.columns = ["text", "label"]
local.labels = { 0 = "negative", 1 = "positive" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reader's folder with data and registry, in which the reader stands."""
    (tmp_path / "my_data" / "reviews").mkdir(parents=True)
    (tmp_path / "my_data" / "reviews" / "train.tsv").write_text(
        'I loved it\t1\nso "so"\t0\n\nno label\nwell\t2\n', encoding="utf-8"
    )
    (tmp_path / "my_tasks.toml").write_text(ENTRY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPERS_TASKS", str(tmp_path / "my_tasks.toml"))
    return tmp_path


def test_the_entry_is_short() -> None:
    assert len(ENTRY.strip().splitlines()) < 20


def test_the_rows_are_read_and_what_is_wrong_is_counted(folder: Path) -> None:
    assert available("my_reviews", "local:my_data") == {"en": ("train",)}
    rows = load("my_reviews", "en", "train", "local:my_data")
    assert rows.table.to_dict("records") == [
        {
            "id": "train-00000",
            "text": "I loved it",
            "text2": "",
            "label": "positive",
            "genre": "",
        },
        {
            "id": "train-00001",
            "text": 'so "so"',
            "text2": "",
            "label": "negative",
            "genre": "",
        },
    ]
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [
        (3, "blank line"),
        (4, "1 fields instead of 2"),
        (5, "label is none of negative, positive: '2'"),
    ]


def test_the_command_line_lists_it_beside_the_others(folder: Path) -> None:
    done = CliRunner().invoke(main, ["tasks", "--data", "local:my_data", "--json"])
    assert done.exit_code == 0, done.output
    found = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert found["my_reviews"]["available"]["local"] == ["en"]
    assert found["my_reviews"]["family"] == "sentiment"
    assert found.keys() - {"my_reviews"} == tasks().keys() - {"my_reviews"} >= {"stsb", "sst2"}


def test_without_the_variable_there_is_no_such_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELPERS_TASKS", raising=False)
    assert "my_reviews" not in tasks()
    with pytest.raises(UserError, match="task: got 'my_reviews'"):
        task("my_reviews")


def test_several_registries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = folder / "second.toml"
    second.write_text(ENTRY.replace("my_reviews", "others"), encoding="utf-8")
    monkeypatch.setenv("HELPERS_TASKS", f"{folder / 'my_tasks.toml'}{os.pathsep}{second}")
    assert tasks().keys() >= {"my_reviews", "others"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ENTRY.replace("my_reviews", "sst2"), "a name that no other task has"),
        (re.sub(r"(?m)^labels.*\n", "", ENTRY), "key 'labels': got None"),
        (ENTRY.replace('"tsv"', '"excel"'), "key 'local[0].reader': got 'excel'"),
        ("[task.my_reviews", "valid TOML"),
        (None, "No such file"),
    ],
)
def test_a_wrong_registry_is_refused_by_file_task_and_key(
    folder: Path, text: str | None, problem: str
) -> None:
    path = folder / "my_tasks.toml"
    path.unlink()
    if text is not None:
        # another name, as what was read is kept for the process
        path = folder / "wrong.toml"
        path.write_text(text, encoding="utf-8")
    wrong = {"HELPERS_TASKS": str(path.with_name("gone.toml") if text is None else path)}
    done = CliRunner().invoke(main, ["tasks"], env=wrong)
    assert done.exit_code == 2
    message = " ".join(done.stderr.split())
    assert "HELPERS_TASKS: " in message
    assert Path(wrong["HELPERS_TASKS"]).name in message
    assert problem in message.replace('\\"', '"').replace("\\'", "'")
