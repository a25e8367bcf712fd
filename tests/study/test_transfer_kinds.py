"""Tags and choices: hand-made answers have the numbers that one counts by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.models.features import FORMS
from helpers.models.loading import load_tokenizer
from helpers.study import transfer_data
from helpers.study.courses import Course, Sizes
from helpers.study.transfer_data import TARGET, CourseData, Test
from helpers.study.transfer_kinds import KINDS, Choice, Tagging
from helpers.study.transfer_params import TransferParams

TAGS = ("ADJ", "NOUN", "VERB")
WORDS = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "tokens": [["The", "dog"], ["Run"], ["A", "boy", "saw", "it"]],
        "tags": [["ADJ", "NOUN"], ["VERB"], ["ADJ", "NOUN", "VERB", "NOUN"]],
    }
)
CHOICES = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "context": ["It rained.", "", "He fell.", "She slept."],
        "question": ["effect", "Who?", "cause", "effect"],
        "choices": [["wet", "dry"], ["a", "b", "c"], ["ice", "sun"], ["day", "night"]],
        "label": [0, 2, 1, 1],
    }
)


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(paths.ROOT / "models" / "tiny", "models/tiny")


def course(kind: str, task: str) -> Course:
    split = (task, "train")
    return Course(kind, kind, {"en": split}, {"en": split}, split, (split,))


def way(kind: str, task: str, tokenizer, *, labels=(), max_length: int = 64):
    data = CourseData(
        course(kind, task), task, Sizes(9, 9, 1, 8, max_length), labels, None, None, ()
    )
    return KINDS[kind](data, tokenizer)


def measured(way, table: pd.DataFrame, answers) -> tuple[str, list[float]]:
    [measure] = way.measures(Test("some", "ko", TARGET, table), answers)
    assert (measure.statistic, measure.keep, way.gold(table)) == ("mean", True, None)
    assert measure.scores.dtype == np.float64
    return measure.name, measure.scores.tolist()


def test_every_form_of_a_kind_has_a_way_to_be_scored():
    assert set(KINDS) == set(FORMS)
    assert {kind: one.kind for kind, one in KINDS.items()} == {kind: kind for kind in KINDS}
    assert (KINDS["tagging"], KINDS["choice"]) == (Tagging, Choice)


def test_a_sentence_scores_the_share_of_its_words_tagged_right(tokenizer):
    tagging = way("tagging", "udpos", tokenizer, labels=TAGS)
    answers = [np.array([0, 2]), np.array([2]), np.array([0, 1, 0, -1])]  # -1: cut off, so wrong
    assert measured(tagging, WORDS, answers) == ("accuracy", [0.5, 1.0, 0.5])
    assert tagging.score(WORDS, answers) == pytest.approx(2 / 3)


def test_tags_are_asked_of_first_pieces_and_cut_words_are_wrong(tokenizer):
    def right(rows: list[dict]) -> list[np.ndarray]:
        """Logits of a model that knows every tag that it sees."""
        return [np.eye(len(TAGS))[np.maximum(row["labels"], 0)] for row in rows]

    tagging = way("tagging", "udpos", tokenizer, labels=TAGS)
    answers = tagging.answers(right, WORDS)
    assert [found.tolist() for found in answers] == [[0, 1], [2], [0, 1, 2, 1]]
    assert tagging.score(WORDS, answers) == 1.0
    short = way("tagging", "udpos", tokenizer, labels=TAGS, max_length=4)
    long = pd.DataFrame({"tokens": [["a"] * 8], "tags": [["ADJ"] * 8]})
    [found] = short.answers(right, long)
    assert 0 < (found == 0).sum() < 8 and set(found) == {0, -1}
    assert short.score(long, [found]) == (found == 0).sum() / 8


def test_a_choice_is_right_or_wrong(tokenizer):
    choice = way("choice", "copa_en", tokenizer)
    rows = choice.rows(CHOICES)
    assert [len(row["segments"]) for row in rows] == [3, 4, 3, 3], "what is told, then the choices"
    assert [row["labels"] for row in rows] == [0, 2, 1, 1]
    logits = [[2.0, 1.0], [0.0, 0.1, 0.2], [1.0, 0.0], [-1.0, 3.0]]
    answers = choice.answers(lambda asked: [np.array(row) for row in logits], CHOICES)
    assert answers.tolist() == [0, 2, 0, 1]
    assert measured(choice, CHOICES, answers) == ("accuracy", [1.0, 1.0, 0.0, 1.0])
    assert choice.score(CHOICES, answers) == 0.75


@pytest.mark.parametrize(
    ("kind", "task", "n_labels"),
    [("tagging", "udpos", 17), ("choice", "copa_en", 0), ("classification", "sst2", 2)],
)
def test_labels_are_those_that_the_registry_names(kind, task, n_labels, monkeypatch):
    table = pd.concat([WORDS.drop(columns="id")] * 40, ignore_index=True)
    table = table.assign(id=[f"i{i}" for i in range(len(table))])
    loader = transfer_data._Loader
    monkeypatch.setattr(loader, "table", lambda *given: table)
    monkeypatch.setattr(loader, "tests", lambda *given: [])
    monkeypatch.setattr(loader, "without", lambda self, train, *given: train)
    wanted = replace(course(kind, task), validation={"en": None})
    data = transfer_data._load(wanted, TransferParams())
    assert len(data.labels) == n_labels
    if kind == "tagging":
        assert {"ADJ", "NOUN", "VERB", "X"} <= set(data.labels)
