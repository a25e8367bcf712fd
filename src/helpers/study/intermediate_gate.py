"""Chapter 7: which targets count. The control against its baselines, on English REPORT items.

Without an intermediate task a target must be learnt better than by words alone, from permuted
labels and, of similarity, by the untuned encoder (what chapters 3 to 5 record as baselines of its
kind); else what an intermediate task adds to it says nothing. Paired by
item and seed. Only controls are read: no gain is looked at before it is decided what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from helpers.study.intermediate_rules import NONE
from helpers.study.row import Row
from helpers.study.store import Stored
from helpers.study.transfer import PERMUTED, TUNED
from helpers.study.transfer_baselines import (
    BAG,
    KEYWORDS,
    MAJORITY,
    RANDOM_SPAN,
    UNTRAINED,
)
from helpers.study.transfer_baselines import NONE as UNTUNED
from helpers.study.transfer_data import SOURCE
from helpers.study.transfer_rows import cluster_name, gold_name
from helpers.study.transfer_scores import N_BOOT, Scored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.maths.item_statistics import Statistic
    from helpers.maths.statistics import Interval

BASELINES = (BAG, MAJORITY, UNTUNED, UNTRAINED, PERMUTED, RANDOM_SPAN, KEYWORDS)
COLUMNS = (
    *("course", "task", "metric", "seeds", "n", "control", "baseline", "against"),
    *("value", "low", "high", "counts"),
)


def controls_of(runs: Iterable[Stored]) -> list[Stored]:
    """Runs without an intermediate task, seeds in order."""
    found = [run for run in runs if run.record.params["mechanism"] == NONE]
    return sorted(found, key=lambda run: run.record.params["seed"])


def gates(runs: Sequence[Stored], *, n_boot: int = N_BOOT) -> pd.DataFrame:
    """Control less the hardest of its baselines in English: a line a target course.

    Parameters
    ----------
    runs : of one encoder on one kind of data; others than controls are left aside.
    n_boot : resamples of items and seeds.

    Returns
    -------
    course, task and metric of its English set, seeds, n (items), ``control`` (score), ``baseline``
    (the one that stands nearest, by the lower end of the interval), ``against`` (its score),
    ``value``, ``low`` and ``high`` of the difference, in the metric's own units, and ``counts``:
    every baseline was beaten, the interval of the difference above 0. A course without a recorded
    baseline counts for nothing. With one seed the interval is over items alone.
    """
    import pandas as pd

    controls = controls_of(runs)
    lines = []
    for tuned in _tuned(controls):
        line: dict[str, Any] = {
            "course": tuned.setting["course"],
            "task": tuned.task,
            "metric": tuned.name,
            "n": tuned.n,
        }
        found = [
            (difference.low, method, against, difference)
            for method in BASELINES
            if (both := _paired(controls, tuned, method)) is not None
            for against, difference in [(both[1].value, _difference(*both, n_boot))]
        ]
        there = _runs_with(controls, tuned, TUNED)
        line |= {"seeds": len(there), "control": _mean([row.value for _, row in there])}
        if found:
            _, method, against, difference = min(found, key=lambda one: one[:2])
            line |= {"baseline": method, "against": against, "value": difference.value}
            line |= {"low": difference.low, "high": difference.high, "counts": difference.low > 0}
        else:
            line |= {"baseline": "", "counts": False}
        lines.append(line)
    return pd.DataFrame(lines, columns=list(COLUMNS))


def counting(found: pd.DataFrame) -> tuple[str, ...]:
    """Courses that passed."""
    return tuple(found[found["counts"].eq(True)]["course"])


def _tuned(controls: Sequence[Stored]) -> list[Row]:
    """One row of every course: its English set, in the metric that is told."""
    seen: dict[str, Row] = {}
    for run in controls:
        for row in run.record.rows:
            if row.method == TUNED and row.setting.get("role") == SOURCE:
                seen.setdefault(str(row.setting["course"]), row)
    return list(seen.values())


def _runs_with(controls: Sequence[Stored], like: Row, method: str) -> list[tuple[Stored, Row]]:
    """The row of a method on the same set in every control that has it.

    Not by the row's key: that holds the learning rate, which each seed chose for itself.
    """
    found = []
    for run in controls:
        rows = [
            row
            for row in run.record.rows
            if (row.name, row.task, row.target_language, row.method)
            == (like.name, like.task, like.target_language, method)
            and row.setting.get("role") == SOURCE
        ]
        if rows:
            found.append((run, rows[0]))
    return found


def _paired(controls: Sequence[Stored], tuned: Row, method: str) -> tuple[Scored, Scored] | None:
    """Item scores of the control and of a baseline, of the seeds that have both."""
    mine = {id(run): (run, row) for run, row in _runs_with(controls, tuned, TUNED)}
    theirs = {id(run): (run, row) for run, row in _runs_with(controls, tuned, method)}
    both = [key for key in mine if key in theirs]
    one = _stacked([mine[key] for key in both])
    other = _stacked([theirs[key] for key in both])
    if one is None or other is None or one.ids != other.ids:
        return None
    return one, other


def _stacked(found: Sequence[tuple[Stored, Row]]) -> Scored | None:
    import numpy as np

    each = [_kept(run, row) for run, row in found]
    whole = [one for one in each if one is not None]
    if not whole or len(whole) < len(each) or len({ids for ids, _ in whole}) > 1:
        return None
    (ids, _), (run, row) = whole[0], found[0]
    gold = _named(run, gold_name(row.task, row.target_language), ids)
    clusters = _named(run, cluster_name(row.task, row.target_language), ids)
    statistic = _statistic(row, gold)
    return Scored(row, np.stack([scores for _, scores in whole]), ids, statistic, clusters)


def _kept(run: Stored, row: Row) -> tuple[tuple[str, ...], np.ndarray] | None:
    """Ids and item scores of a row; accuracy also from the labels that macro-F1 kept."""
    items = run.items()
    if row.key in items:
        return tuple(items.ids(row.key)), items[row.key]
    labels = Row(**(row.model_dump() | {"name": "macro-F1"})).key
    if row.name != "accuracy" or labels not in items:
        return None
    ids = tuple(items.ids(labels))
    gold = _named(run, gold_name(row.task, row.target_language), ids)
    return None if gold is None else (ids, (items[labels] == gold).astype(float))


def _named(run: Stored, name: str, ids: tuple[str, ...]) -> np.ndarray | None:
    items = run.items()
    if name not in items:
        return None
    place = {item: number for number, item in enumerate(items.ids(name))}
    return items[name][[place[item] for item in ids]]


def _statistic(row: Row, gold: np.ndarray | None) -> Statistic | None:
    from helpers.study.transfer_scores import _agreement

    return _agreement(gold) if row.name == "spearman" and gold is not None else None


def _difference(one: Scored, other: Scored, n_boot: int) -> Interval:
    from helpers.study.transfer_tables import _difference as difference

    return difference(one, other, n_boot)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
