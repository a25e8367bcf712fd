"""What a level of difficulty teaches: an encoder tuned on the items of one, scored on those of all.

Levels by pointwise V-information hold, at the hard end, items that models get wrong with
confidence. Who learns from such items and is asked about such items can do well by a rule that is
wrong elsewhere. Whether it is, only the other levels tell. Nothing is learnt here that chapter 7
does not learn; no target is tuned. What is read off stands in ``level_transfer_tables``.
"""

from __future__ import annotations

from dataclasses import replace

from helpers.study.courses import form_of
from helpers.study.intermediate_items import Pool, of_level
from helpers.study.intermediate_params import LevelTransferParams
from helpers.study.intermediate_rules import rules
from helpers.study.intermediate_teach import INTERMEDIATE, chance, item_levels, teach, wanted
from helpers.study.plan import Outcome, Plan
from helpers.study.pool_study import planned
from helpers.study.row import Row
from helpers.study.transfer import Base, forget
from helpers.study.transfer_baselines import BAG, lexical
from helpers.study.transfer_data import CourseData, Test
from helpers.study.transfer_rows import Rows

CHAPTER, VERSION = "level_transfer", 1
LEARN_WORDS = ("classification", "tagging")  # of other kinds words alone learn nothing


def study(params: LevelTransferParams, *, progress: bool = True) -> Plan:
    """Plan of the study: the pool is read, nothing trained."""
    return planned(CHAPTER, VERSION, params, measure)


def measure(params: LevelTransferParams, one: Pool, base: Base, progress: bool) -> Outcome:
    """Rows of every pair of levels, ``learnt`` and ``scored``; of words alone where they learn."""
    rows, used = [], []
    level = item_levels(params.of_level(0), one, base, progress)
    tests = [
        Test(one.task, params.source_language, f"level {number}", of_level(one, level, number)[1])
        for number in range(rules().levels)
    ]
    for learnt in range(rules().levels):
        arms, tuned, work = teach(params.of_level(learnt), one, base, progress)
        used += work
        way, model = arms.way(form_of(arms.data.course)), arms.asked(tuned.model)
        found = _rows(params, base)
        for test in tests:
            measures = wanted(way.measures(test, way.answers(model, test.table)))
            found.add(test, one.family.kind, INTERMEDIATE, measures, way.gold(test.table))
        if one.family.kind in LEARN_WORDS:
            found.rows += _words(params, replace(arms.data, tests=tuple(tests)), base)
        rows += [_placed(row, learnt, tests) for row in found.rows]
    return Outcome(rows, tidy=lambda: forget(*used))


def _rows(params: LevelTransferParams, base: Base) -> Rows:
    return Rows(
        {
            "encoder": base.label,
            "source_language": params.source_language,
            "seed": params.seed,
            "intermediate_task": params.intermediate,
        }
    )


def _words(params: LevelTransferParams, data: CourseData, base: Base) -> list[Row]:
    """Rows of what words alone learn from the same items."""
    found = _rows(params, base)
    lexical(found, data, base, params)
    return [row for row in found.rows if row.method == BAG and row.name == "accuracy"]


def _placed(row: Row, learnt: int, tests: list[Test]) -> Row:
    """The row with both levels, and the score of always giving the commonest label."""
    scored = [test.role for test in tests].index(str(row.setting["role"]))
    told = {"learnt": learnt, "scored": scored, "chance": chance(row.kind, tests[scored].table)}
    setting = dict(sorted((row.setting | told).items()))
    return row.model_copy(update={"setting": setting, "split": "validation"})
