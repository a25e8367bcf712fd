"""The tasks of the classical design by every measure of difficulty, from records of
``task_difficulty``; and how far the measures put the tasks in one order. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.study import pool_study
from helpers.study.difficulty import PVI
from helpers.study.intermediate_rules import rules
from helpers.study.store import Stored
from helpers.study.task_difficulty import AREA, CHAPTER, CODE, CURVE, HUMAN

if TYPE_CHECKING:
    import pandas as pd

DIFFICULTY, USABLE = "difficulty", "usable share of entropy"
# measure -> whether more of it is harder
MEASURES = {DIFFICULTY: True, HUMAN: True, AREA: False, CODE: False, USABLE: False}
_LABELLED = ("classification", "choice", "tagging")  # of the others entropy has no nought
FEWEST = 5  # tasks, for a correlation of ranks to be told


def recorded(data: str, encoder: str) -> list[Stored]:
    """Records of the study's own sizes, one a family and seed."""
    return pool_study.recorded(CHAPTER, data, encoder)


def frame(runs: Sequence[Stored]) -> pd.DataFrame:
    """A line a task, a column a measure: mean over seeds, NaN where the kind of task has none."""
    import pandas as pd

    from helpers.maths.difficulty import difficulty

    lines = []
    for run in runs:
        rows = run.record.rows
        family = run.record.params["intermediate"]
        told = {row.name: row.value for row in rows if row.method in (CURVE, PVI)}
        points = [row for row in rows if row.method == CURVE and "size" in row.setting]
        last = max(points, key=lambda row: row.setting["size"])
        floor = last.setting["floor"]
        if last.kind in _LABELLED:
            told[USABLE] = told["V-information"] / told["entropy without input"]
        told[DIFFICULTY] = float(difficulty(last.value, floor))
        lines.append({"family": family} | {name: told.get(name) for name in MEASURES})
    table = pd.DataFrame(lines, columns=["family", *MEASURES]).set_index("family").astype(float)
    mean = table.groupby("family").mean()
    return mean.reindex([name for name in rules().tasks if name in mean.index])


def agreement(table: pd.DataFrame) -> pd.Series:
    """Spearman correlation of each measure with difficulty, turned so that 1 is one order.

    Only of measures that ``FEWEST`` tasks have.
    """
    import pandas as pd

    from helpers.maths.metrics import spearman

    found = {}
    for name, harder in MEASURES.items():
        both = table[[DIFFICULTY, name]].dropna() if name != DIFFICULTY else table[:0]
        if len(both) >= FEWEST:
            rho = spearman(both[DIFFICULTY], both[name])
            found[name] = rho if harder else -rho
    return pd.Series(found, dtype=float)
