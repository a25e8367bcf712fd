"""Rows of chapters 3 to 5: intervals that stay where a score can be."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.study.transfer_kinds import Measure
from helpers.study.transfer_rows import interval


@pytest.mark.parametrize("right", [1, 199])
def test_a_share_of_right_answers_stays_between_none_and_all(right: int) -> None:
    scores = np.zeros(200)
    scores[:right] = 1.0
    articles = [i // 5 for i in range(200)]
    value, low, high, n = interval(Measure("exact match", scores), None, articles)
    assert (value, n) == (right / 200, 200)
    assert 0.0 <= low < value < high <= 1.0


def test_answers_that_never_differ_agree_with_nothing() -> None:
    gold = np.arange(50.0)
    constant = Measure("spearman", np.ones(50), "spearman")
    assert interval(constant, gold, None) == (0.0, 0.0, 0.0, 50)


def test_a_part_of_a_set_is_scored_on_its_own_rows() -> None:
    gold = np.arange(60.0)
    answers = np.where(gold < 30, gold, -gold)
    rows = np.arange(30)
    value, *_, n = interval(Measure("spearman", answers, "spearman", rows=rows), gold, None)
    assert (value, n) == (pytest.approx(1.0), 30)
