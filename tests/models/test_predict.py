"""Asking a tuned model: answers in the order of the rows, whatever the batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.models.features import Collator
from helpers.models.heads import TaskModel
from helpers.models.predict import classes, logits, probabilities, similarities, tags


@pytest.fixture(scope="module")
def base(tiny_folder):
    from helpers.models.loading import load_model

    return load_model(tiny_folder, "tiny")


def texts(n: int, seed: int = 0) -> list[list[int]]:
    draw = np.random.default_rng(seed)
    return [[0, *draw.integers(5, 80, size=draw.integers(2, 20)).tolist(), 2] for _ in range(n)]


def rows_of(form: str, n: int = 13) -> list[dict]:
    made = []
    for i, text in enumerate(texts(n)):
        segments = [text]
        if form in ("siamese", "paired"):
            segments = [text, text[::-1]]
        elif form == "choice":
            segments = [text, *(text[: 2 + j] for j in range(2 + i % 3))]
        length = max(map(len, segments))
        made.append({"segments": segments, "length": length, "labels": 0, "question": (1, 2)})
    return made


@pytest.mark.parametrize(
    "form", ["siamese", "classification", "paired", "choice", "tagging", "span", "matching"]
)
def test_answers_do_not_depend_on_batches_and_keep_the_order(base, form):
    model = TaskModel(base, form, n_labels=3)
    model.train()
    rows = rows_of(form)
    found = logits(model, rows, padding_id=1)
    assert not model.training  # no dropout in an answer
    for budget in (1, 64):
        again = logits(model, rows, padding_id=1, token_budget=budget)
        assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(found, again, strict=True))
    for row, values in zip(rows, found, strict=True):
        with torch.no_grad():
            asked = {name: value for name, value in row.items() if name != "labels"}
            own = model(**Collator(form, 1)([asked]))["logits"][0].numpy()
        assert values.shape == own.shape
        assert np.allclose(values, own, atol=1e-5)
    assert not any(np.shares_memory(found[0], other) for other in found[1:])


def test_no_rows_no_answers(base):
    assert logits(TaskModel(base, "span"), [], padding_id=1) == []


def test_from_logits_to_answers():
    chances = probabilities([np.array([1000.0, 0.0]), np.array([0.0, np.log(3)])])
    assert chances.tolist() == [[1.0, 0.0], pytest.approx([0.25, 0.75])]
    assert classes([np.array([0.0, 1.0, 0.5]), np.array([2.0, 1.0])]).tolist() == [1, 0]
    assert similarities([np.float32(0.5), np.array(0.25)]).tolist() == [0.5, 0.25]
    found = tags([np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])], [{"places": [2, 1, -1]}])
    assert [one.tolist() for one in found] == [[1, 0, -1]]
