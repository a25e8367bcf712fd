"""Rows that belong together stay together: articles, and choices that are there twice."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.study.transfer_data import apart_from, hold_out, together

PAIRS = 60


@pytest.fixture(scope="module")
def mirrored() -> pd.DataFrame:
    """Every two choices twice, in either order, with the other one right."""
    rows = []
    for number in range(PAIRS):
        choices = [f"It rained {number}.", f"It snowed {number}."]
        for label in (0, 1):
            turned = choices if number % 2 else choices[::-1] if label else choices
            told = {"context": f"Told {number} {label}.", "question": "Why?", "choices": turned}
            rows.append({"id": f"train-{2 * number + label:05d}", **told, "label": label})
    return pd.DataFrame(rows)


def test_choices_that_are_there_twice_are_held_out_together(mirrored):
    train, held = hold_out(mirrored)
    assert len(train) + len(held) == 2 * PAIRS and len(held) >= 2 * PAIRS // 5
    assert not set(together(train)) & set(together(held))
    assert (together(held).value_counts() == 2).all()


def test_nothing_is_learnt_of_choices_that_are_scored(mirrored):
    scored = mirrored.iloc[::4]
    left = apart_from(mirrored, [scored])
    assert len(left) == 2 * PAIRS - 2 * len(scored)
    assert not set(together(left)) & set(together(scored))
    assert len(apart_from(mirrored, [])) == 2 * PAIRS


def test_others_belong_to_their_article_or_to_themselves():
    table = pd.DataFrame({"id": ["a", "b", "c"], "article": ["x", "x", "y"]})
    assert together(table).tolist() == ["x", "x", "y"]
    assert together(table[["id"]]).tolist() == ["a", "b", "c"]


@given(st.lists(st.integers(0, 8), min_size=5, max_size=60))
def test_no_article_is_cut_in_two(articles):
    table = pd.DataFrame({"article": [f"article {number}" for number in articles]})
    table["id"] = [f"id {row}" for row in range(len(table))]
    train, held = hold_out(table)
    assert sorted([*train["id"], *held["id"]]) == sorted(table["id"])
    assert not set(train["article"]) & set(held["article"])
