"""How hard an English task is as it stands, by several measures: they need not agree.

An encoder learns the task from an eighth, a quarter, half and all of its items, in as many steps
each, and is asked about items that it did not see: what it scores is a learning curve, and what it
gives the labels of the next items is a code for them. Of tasks as the classical design of chapter 7
has them; how hard an *item* is stands in ``difficulty``. No target is tuned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.study.courses import form_of
from helpers.study.difficulty import gold_log_probabilities, information_rows
from helpers.study.intermediate_items import Pool, of_all_levels, tried_on
from helpers.study.intermediate_params import TaskDifficultyParams
from helpers.study.intermediate_teach import DIFFICULTY, chance, wanted
from helpers.study.plan import Outcome, Plan
from helpers.study.pool_study import planned
from helpers.study.row import Row
from helpers.study.transfer import Arm, Arms, Base, forget
from helpers.study.transfer_data import Test, first_by_id
from helpers.study.transfer_kinds import Measure
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CHAPTER, VERSION = "task_difficulty", 1
CURVE, AREA, CODE, HUMAN = "curve", "learning curve area", "compression", "distance to human"
SHARES = (8, 4, 2, 1)  # one item in so many
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
    train, held = of_all_levels(one)
    test = Test(one.task, params.source_language, DIFFICULTY, held)
    points, used = curve(params, one, base, train, held, progress)
    common = {
        "encoder": base.label,
        "source_language": params.source_language,
        "seed": params.seed,
        "intermediate_task": one.family.name,
    }
    found, kind = Rows(common), one.family.kind
    least = _chance(kind, held)
    gold = held["score"].to_numpy(dtype=float) if kind == "similarity" else None
    for point in points:
        told = {"size": point.size, "chance": least}
        found.add(test, kind, CURVE, [replace(point.measure, keep=False)], gold, **told)
    where = {
        "task": one.task,
        "kind": kind,
        "method": CURVE,
        "target_language": params.source_language,
        "split": "validation",
    }
    found.rows = [row.model_copy(update={"split": "validation"}) for row in found.rows]
    found.rows += _area(points, found.rows, least, common | where)
    if kind in _CODED:
        found.rows.append(_code(points, one, train, common | where))
    told = {name: value for name, value in where.items() if name != "method"}
    found.rows += information_rows(*points[-1].held, setting={}, **common, **told)
    found.rows += _to_human(one, points[-1], common | where)
    return Outcome(found.rows, tidy=lambda: forget(*used))


def curve(
    params: TaskDifficultyParams,
    one: Pool,
    base: Base,
    train: pd.DataFrame,
    held: pd.DataFrame,
    progress: bool,
) -> tuple[list[Point], list[Path]]:
    """A point for each of ``SHARES``, from few items to all, and where the trainings lie.

    Items of a smaller part are items of each larger one. All take the steps that the whole takes.
    """
    form = form_of(one.family)
    recipe, _ = Arms(params, one.course(train, tried_on(one)), base, progress).recipe(form)
    parts = [first_by_id(train, max(2, len(train) // share)) for share in SHARES]
    points, used = [], []
    for share, part, after in zip(SHARES, parts, [*parts[1:], None], strict=True):
        data = one.course(part, first_by_id(part, one.family.held))
        arms = Arms(params, data, base, progress)
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


def _chance(kind: str, held: pd.DataFrame) -> float:
    """Of the commonest label; of tags by sentences, as their score is a mean over these."""
    import numpy as np

    if kind != "tagging":
        return chance(kind, held)
    words = [tag for tags in held["tags"] for tag in tags]
    commonest = max(set(words), key=words.count)
    return float(np.mean([tags.count(commonest) / len(tags) for tags in map(list, held["tags"])]))


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

    1: nothing learnt from the texts. Of tags a word counts, by its mean over a sentence. The
    interval is of the code with texts, the other taken as it is.
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
