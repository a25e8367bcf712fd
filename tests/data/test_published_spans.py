"""Every published file of questions with spans and of tagged text: each row is accounted for.

Rows must be as many as MANIFEST.json says; whatever was skipped or put right stands here with its
number. The parts of SQuAD's train set are only counted, to keep this quick.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from helpers.data.readers import READERS, read_file
from helpers.data.rows import RowProblem, Rows
from helpers.data.sources import available, load
from helpers.data.tasks import tasks

KINDS = ("span", "tagging")
# What is not as published: (task, split) -> {reason, numbers left out: rows}
SKIPPED = {
    ("qed", "train"): {"answer is # spans": 48, "answer is empty": 3},
    ("qed", "dev"): {"answer is # spans": 92},
    ("cmrc2018", "trial"): {"question is empty": 2},
    ("arcd", "test"): {"answer is not in the context": 3},
    ("squad_it", "test"): {"answer is empty": 1},
}
# 193 of CMRC's answers and nine of SQuAD-it's are alternatives beside others that are there
MENDED = {
    ("qed", "dev"): {"left out: answer is # spans": 97},
    ("covidqa", "train"): {"start # moved to #": 234},
    ("cmrc2018", "trial"): {"start # moved to #": 5},
    ("cmrc2018", "dev"): {"start # moved to #": 7, "left out: answer is not in the context": 193},
    ("squad_it", "test"): {"start # moved to #": 98, "left out: answer is empty": 9},
}
# Words that the sets' descriptions count
WORDS = {("udpos", "en", "train"): 204577, ("udpos", "ar", "test"): 20747}
WORDS |= {("udpos", "ko", "test"): 11677 + 28366, ("udpos", "ja", "test"): 13034}
WORDS |= {("uner", "de", "test"): 21331, ("uner", "en", "dev"): 25149}
TAGS = {"O": 10605, "B-LOC": 429, "I-LOC": 337, "B-PER": 205, "I-ORG": 183, "B-ORG": 129}
ARTICLES = {("squad", "dev"): 48, ("xquad", "test"): 48, ("korquad", "dev"): 70}
ARTICLES |= {("drcd", "test"): 378, ("covidqa", "train"): 98, ("jaquad", "dev"): 101}

Loaded = dict[tuple[str, str, str], Rows]


@pytest.fixture(scope="module")
def loaded(shared_data: Path) -> Loaded:
    """Every table that the folder has, but for SQuAD's train set."""
    source, found = f"local:{shared_data}", {}
    for task in tasks().values():
        folder = shared_data / task.local[0].folder if task.local else None
        if task.kind not in KINDS or not folder or not folder.is_dir():
            continue
        for language, splits in available(task.name, source).items():
            for split in splits:
                if (task.name, split) != ("squad", "train"):
                    found[task.name, language, split] = load(task.name, language, split, source)
    return found


def manifest(folder: Path) -> Counter:
    """Rows by set, language and split; DRCD's traditional characters are Chinese, too."""
    rows: Counter = Counter()
    for entry in json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8")):
        if entry["task"] in ("mrc", "pos", "ner"):
            language = entry["lang"].partition("-")[0]
            rows[entry["set"], language, entry["split"]] += entry["rows"]
    return rows


def test_rows_are_those_of_the_manifest(loaded: Loaded, shared_data: Path) -> None:
    expected = manifest(shared_data)
    train = expected.pop(("squad_v1.1", "en", "train"))
    found: Counter = Counter()
    for (name, language, split), rows in loaded.items():
        found[tasks()[name].local[0].folder, language, split] += rows.report.rows_read
    assert found == expected
    parts = sorted((shared_data / "squad_v1.1").glob("train-*"))
    events = [row for part in parts for _, row in READERS["squad"](read_file(part, part.name))]
    assert len(events) == train == 87599
    assert not any(isinstance(row, RowProblem) for row in events)


def counted(loaded: Loaded, field: str) -> dict:
    found = {}
    for (name, _, split), rows in loaded.items():
        reasons = Counter(re.sub(r"-?\d+", "#", s.reason) for s in getattr(rows.report, field))
        if reasons:
            found[name, split] = dict(reasons)
    return found


def test_every_row_left_out_is_known_with_its_reason(loaded: Loaded) -> None:
    assert counted(loaded, "skipped") == SKIPPED


def test_everything_put_right_is_known_with_its_reason(loaded: Loaded) -> None:
    assert counted(loaded, "mended") == MENDED


def test_every_answer_stands_at_its_start(loaded: Loaded) -> None:
    for key, rows in loaded.items():
        if tasks()[key[0]].kind == "span":
            for row in rows.table.itertuples(index=False):
                for answer, start in zip(row.answers, row.starts, strict=True):
                    assert row.context.startswith(answer, start), (key, row.id)


def test_words_tags_and_articles_are_as_described(loaded: Loaded) -> None:
    for key, words in WORDS.items():
        assert sum(map(len, loaded[key].table.tokens)) == words, key
    tags = Counter(tag for row in loaded["uner", "zh", "test"].table.tags for tag in row)
    assert tags == TAGS | {"I-PER": 124}
    for (name, split), articles in ARTICLES.items():
        (rows, *_) = [rows for key, rows in loaded.items() if (key[0], key[2]) == (name, split)]
        assert rows.table.article.nunique() == articles, name
    reddit = loaded["squadshifts_reddit", "en", "test"].table
    assert reddit.article.nunique() == reddit.context.nunique() > 2000


def test_parallel_languages_share_their_ids(loaded: Loaded) -> None:
    ids = {tuple(rows.table.id) for key, rows in loaded.items() if key[0] == "xquad"}
    assert len(ids) == 1
