"""Chapter 7: what one reaches on an intermediate task who has learnt nothing of it.

A correlation over tasks needs one nought for all: the commonest label of what was learnt from, of
similarity a bag of words, of questions on a text a random stretch or the one that shares most words
with the question, as chance is not 0 for these. Levels of one data set are compared by their own
chance (``intermediate_teach.chance``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helpers.study.intermediate_teach import SCORES
from helpers.study.transfer_baselines import BAG, KEYWORDS, MAJORITY, RANDOM_SPAN, lexical
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    from helpers.study.row import Row
    from helpers.study.transfer import Base
    from helpers.study.transfer_data import CourseData, Test
    from helpers.study.transfer_params import TransferParams

FLOORS = {"similarity": (BAG,), "span": (RANDOM_SPAN, KEYWORDS)}  # of other kinds: MAJORITY


def floor_rows(
    common: dict[str, Any],
    data: CourseData,
    test: Test,
    base: Base,
    params: TransferParams,
    **setting: Any,
) -> list[Row]:
    """Scores on a test of what learns nothing and of what sees words alone; no items are kept.

    common : what rows of the record have in common. setting : what these have beside it.
    """
    found = Rows(common)
    lexical(found, replace(data, tests=(test,)), base, params)
    return [
        row.model_copy(update={"split": "validation", "setting": {**row.setting, **setting}})
        for row in found.rows
        if row.name in SCORES
        and row.setting.get("rules") != "english"
        and row.setting.get("genre") is None
    ]


def floor_of(kind: str, scores: dict[str, float]) -> float:
    """The nought of a kind of task, of the scores of `floor_rows` by method; 0 if they are below.

    >>> floor_of("span", {"random-span": 0.06, "keyword-overlap": 0.25})
    0.25
    >>> floor_of("choice", {"majority": 0.3, "bag-of-words": 0.4})
    0.3
    >>> floor_of("similarity", {"bag-of-words": -0.1})
    0.0
    """
    return max(0.0, *(scores[method] for method in FLOORS.get(kind, (MAJORITY,))))
