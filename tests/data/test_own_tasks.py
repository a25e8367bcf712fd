"""A reader's own registry: what would break later is refused when it is read, by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.data.task_entries import METRICS_OF
from helpers.data.tasks import RegistryError, read_registry, tasks
from helpers.errors import UserError
from helpers.maths.metrics import METRICS

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
local.folder = "reviews"
local.files = ["{split}.tsv"]
local.reader = "tsv"
local.columns = ["text", "label"]
"""
COLUMNS = '["text", "label"]'


def read(path: Path, text: str):
    path.write_text(text, encoding="utf-8")
    return read_registry(path)


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ("chance = 0.5", "chance = nan", "chance"),
        ("chance = 0.5", "chance = inf", "chance"),
        ("chance = 0.5", "chance = 1.5", "chance"),
        ("chance = 0.5", "chance = 0.5\nhuman = 97", "human"),
        ('"accuracy"', '"bleu"', "metric"),
        ('"accuracy"', '"f1"', "metric"),
        ('languages = "en"', 'languages = "en xx"', "languages"),
        ('languages = "en"', 'languages = "English"', "languages"),
        ("task.my_reviews", 'task."my reviews"', "task"),
        ("task.my_reviews", 'task.""', "task"),
        (COLUMNS, '["text"]', "local[0].columns"),
        (COLUMNS, '["text", "text", "label"]', "local[0].columns"),
    ],
)
def test_what_would_break_later_is_refused(tmp_path, good, bad, key):
    assert good in ENTRY
    with pytest.raises(RegistryError, match=rf"key '{key.replace('[', '.').replace(']', '.')}'"):
        read(tmp_path / "tasks.toml", ENTRY.replace(good, bad))


def test_a_language_without_two_letters_has_three(tmp_path):
    text = ENTRY.replace('languages = "en"', 'languages = "en ceb"')
    assert read(tmp_path / "tasks.toml", text)["my_reviews"].languages == ("en", "ceb")


def test_every_metric_that_is_computed_is_accepted_for_some_kind():
    assert {name for names in METRICS_OF.values() for name in names} >= METRICS.keys()


def test_a_byte_order_mark_is_no_matter(tmp_path):
    (tmp_path / "tasks.toml").write_bytes(b"\xef\xbb\xbf" + ENTRY.encode())
    assert "my_reviews" in read_registry(tmp_path / "tasks.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENTRY.replace('"accuracy"', '"bleu"'), ", task 'my_reviews', key 'metric': got 'bleu'"),
        ("[task", ": got \"Expected ']' at"),
        ("[tsk.x]", ": got '[tsk]'; accepted: [task.NAME]"),
        (ENTRY.replace("my_reviews", "sst2"), ", task 'sst2', key 'task': got 'sst2'"),
    ],
)
def test_the_file_is_named_once_and_nothing_is_nested(tmp_path, monkeypatch, text, told):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("HELPERS_TASKS", str(path))
    with pytest.raises(UserError) as caught:
        tasks()
    message = str(caught.value)
    assert message.startswith(f"HELPERS_TASKS: {path}{told}")
    assert message.count("got ") == 1 and message.count("mine.toml") == 1
    assert "tasks.toml" not in message
