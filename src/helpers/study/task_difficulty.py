"""How hard an English task is as it stands, by several measures: they need not agree.

An encoder learns the task from 40, 80, 160 and 320 of its items, in about as many steps each, and
is asked about items that it did not see: what it scores is a learning curve, and what it gives the
labels of the next items is a code for them. The sizes are alike for all tasks, as curve and code
depend on them. It learns from all items, too. Of tasks as the classical design of chapter 7 has
them; how hard an *item* is stands in ``difficulty``. No target is tuned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.study.courses import form_of
from helpers.study.difficulty import gold_log_probabilities, information_rows
from helpers.study.intermediate_floor import floor_of, floor_rows
from helpers.study.intermediate_items import Pool, measured_on, of_all_levels, tried_on
from helpers.study.intermediate_params import TaskDifficultyParams
from helpers.study.intermediate_teach import DIFFICULTY, wanted
from helpers.study.plan import Outcome, Plan
from helpers.study.pool_study import planned
from helpers.study.row import Row, digest
from helpers.study.transfer import Arm, Arms, Base, forget
from helpers.study.transfer_data import Test, first_by_id
from helpers.study.transfer_kinds import Measure
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CHAPTER, VERSION = "task_difficulty", 1
CURVE, AREA, CODE, HUMAN = "curve", "learning curve area", "compression", "distance to human"
MOST, SHARES = 320, (8, 4, 2, 1)  # items of the curve's last point; one in so many at each point
_CODED = ("classification", "choice", "tagging")  # labels that a uniform code can send


def study(params: TaskDifficultyParams, *, progress: bool = True) -> Plan:
    """Plan of the study: the pool is read, nothing trained."""
    return planned(CHAPTER, VERSION, params, measure)


@dataclass(frozen=True)
class Point:
    """What a model that learnt from some items says of the items held out, and of the next ones.

    Of both the log-probabilities of gold, with the text and by the labels' shares alone.
    """

    size: int
    measure: Measure
    held: tuple[np.ndarray, np.ndarray]
    following: tuple[np.ndarray, np.ndarray] | None


def measure(params: TaskDifficultyParams, one: Pool, base: Base, progress: bool) -> Outcome:
    """Rows of every size, and of every measure that the kind of task has."""
    train, held = of_all_levels(one)[0], measured_on(one)
    test = Test(one.task, params.source_language, DIFFICULTY, held)
    points, used = curve(params, one, base, train, held, progress)
    common = {
        "encoder": base.label,
        "source_language": params.source_language,
        "seed": params.seed,
        "intermediate_task": one.family.name,
    }
    found, kind = Rows(common), one.family.kind
    items = digest([list(train["id"]), list(held["id"])])
    nothing = floor_rows(common, one.course(train, held), test, base, params, items=items)
    least = floor_of(kind, {row.method: row.value for row in nothing})
    gold = held["score"].to_numpy(dtype=float) if kind == "similarity" else None
    for point in points:
        told = {"size": point.size, "floor": least, "items": items}
        found.add(test, kind, CURVE, [replace(point.measure, keep=False)], gold, **told)
    where = {
        "task": one.task,
        "kind": kind,
        "method": CURVE,
        "target_language": params.source_language,
        "split": "validation",
    }
    found.rows = [row.model_copy(update={"split": "validation"}) for row in found.rows]
    of_curve = points[: len(SHARES)]
    found.rows += _area(of_curve, found.rows[: len(SHARES)], least, common | where)
    if kind in _CODED:
        found.rows.append(_code(of_curve, one, train, common | where))
    told = {name: value for name, value in where.items() if name != "method"}
    found.rows += information_rows(*points[-1].held, setting={}, **common, **told)
    found.rows += _to_human(one, points[-1], common | where)
    found.rows += nothing
    return Outcome(found.rows, tidy=lambda: forget(*used))


def curve(
    params: TaskDifficultyParams,
    one: Pool,
    base: Base,
    train: pd.DataFrame,
    held: pd.DataFrame,
    progress: bool,
) -> tuple[list[Point], list[Path]]:
    """A point for each of ``SHARES`` of ``MOST`` items and one for all; where trainings lie.

    Items of a smaller part are items of each larger one. Points of the curve take the steps that
    ``MOST`` items take, which is many passes over few items: an epoch is chosen on items that are
    neither learnt from nor held out.
    """
    form, chosen_on = form_of(one.family), tried_on(one)
    recipe, _ = Arms(params, one.course(train, chosen_on), base, progress).recipe(form)
    most = min(MOST, len(train))
    parts = [(share, first_by_id(train, max(2, most // share))) for share in SHARES]
    if len(train) > most:
        parts.append((1, train))
    coding = [part for _, part in parts[1 : len(SHARES)]] + [None] * (len(parts) - len(SHARES) + 1)
    points, used = [], []
    for (share, part), after in zip(parts, coding, strict=True):
        arms = Arms(params, one.course(part, chosen_on), base, progress)
        arm = Arm(f"{CURVE} {len(part)}", form, part)
        own = replace(recipe, epochs=share * recipe.epochs)
        tuned = arms.tune(arm, own)
        used.append(arms.work(arm, own))
        way, ask = arms.way(form), arms.asked(tuned.model)
        test = Test(one.task, params.source_language, DIFFICULTY, held)
        (score,) = wanted(way.measures(test, way.answers(ask, held)))
        coded = None
        if after is not None and one.family.kind in _CODED:
            new = after[~after["id"].isin(part["id"])].reset_index(drop=True)
            coded = gold_log_probabilities(arms, tuned.model, part, new)
        told = gold_log_probabilities(arms, tuned.model, part, held)
        points.append(Point(len(part), score, told, coded))
    return points, used


def _area(points: list[Point], scores: list[Row], least: float, where: dict[str, Any]) -> list[Row]:
    """Area under the curve; with an interval where the score is a mean over items."""
    import numpy as np

    from helpers.maths.difficulty import learning_curve_area
    from helpers.maths.statistics import crossed_bootstrap

    sizes, n = [point.size for point in points], scores[-1].n
    if points[0].measure.statistic != "mean":
        value = float(learning_curve_area(sizes, [row.value for row in scores], chance=least))
        return [Row(**where, name=AREA, value=value, n=n)]
    of_items = learning_curve_area(
        sizes, np.stack([point.measure.scores for point in points]), chance=least
    )
    found = crossed_bootstrap(of_items[None])
    return [Row(**where, name=AREA, value=found.value, low=found.low, high=found.high, n=n)]


def _code(points: list[Point], one: Pool, train: pd.DataFrame, where: dict[str, Any]) -> Row:
    """How far the online code of the labels is shorter than that of who knows their shares alone.

    1: nothing learnt from the texts; below it, what was learnt from few items is believed too much.
    Of tags a word counts, by its mean over a sentence. The interval is of the code with texts, the
    other taken as it is.
    """
    from helpers.maths.difficulty import online_code

    labels = len(one.labels) or max(map(len, train["choices"]))
    blocks = [point.following for point in points if point.following is not None]
    sizes = {"first": points[0].size, "n_labels": labels}
    told = online_code([seeing for seeing, _ in blocks], **sizes).bits
    blind = online_code([blind for _, blind in blocks], **sizes).bits.value
    n = points[-1].size
    ends = {"low": blind / told.high, "high": blind / told.low}
    return Row(**where, name=CODE, value=blind / told.value, **ends, n=n)


def _to_human(one: Pool, last: Point, where: dict[str, Any]) -> list[Row]:
    """Distance to the published human level, where there is one."""
    from helpers.data.tasks import task
    from helpers.maths.difficulty import distance_to_human
    from helpers.maths.statistics import crossed_bootstrap

    told = task(one.task)
    if told.human is None or last.measure.statistic != "mean":
        return []
    found = crossed_bootstrap(
        distance_to_human(last.measure.scores, told.human, told.chance or 0.0)[None]
    )
    n = len(last.measure.scores)
    return [Row(**where, name=HUMAN, value=found.value, low=found.low, high=found.high, n=n)]
