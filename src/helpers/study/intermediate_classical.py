"""Chapter 7: the classical design. Every task as it is: its difficulty against its mean gain.

A correlation over tasks, which differ in much besides difficulty: context, and it decides nothing.
Takes a ``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.study.intermediate_floor import floor_of
from helpers.study.intermediate_gains import unit_of
from helpers.study.intermediate_rules import NOISE
from helpers.study.intermediate_tables import LEVEL_0, Study, mean_gains, target_gains
from helpers.study.intermediate_teach import DIFFICULTY, INTERMEDIATE, SCORES

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.decisions import FamilyPermutation

LIKE = "like for like"


def context(study: Study) -> pd.DataFrame:
    """Every task as it is: difficulty in English and mean gain over targets that count.

    ``difficulty`` is told above what one reaches who has learnt nothing (``intermediate_floor``),
    so that one nought holds for all kinds of tasks; ``by chance`` as within data sets. ``gain`` is
    of the targets that the task has, in points; ``like for like`` of all targets, since a task
    within a target's family lacks that one, and targets differ in how much they gain and in how far
    tasks lie apart on them: a fit of gain = task + target, by least squares, told at the mean
    target, each target in units of the standard deviation of its tasks.
    """
    hard = _alone(study.hard).groupby("family")["difficulty"].mean()
    own = _alone(target_gains(study))
    table = own.pivot_table(index="family", columns="course", values="gain", sort=False)
    found = _alone(mean_gains(study))
    columns = {
        "difficulty": above_floor(study.table),
        "by chance": hard,
        LIKE: _like_for_like(table / table.std()),
    }
    found = found.assign(**{name: found["family"].map(told) for name, told in columns.items()})
    found = found.dropna(subset=["by chance"])
    return found[["family", "difficulty", "by chance", "gain", LIKE, "seeds"]]


def _alone(frame: pd.DataFrame) -> pd.DataFrame:
    """Lines of tasks as they are."""
    return frame[frame["mechanism"].eq(NOISE) & frame["level"].eq(LEVEL_0)]


def above_floor(table: pd.DataFrame) -> pd.Series:
    """Difficulty by family: 1 less the share of the way from the floor to perfect; mean over seeds.

    table : rows of all runs (``intermediate_gains.frame``). A family without a floor has no line.
    """
    import pandas as pd

    from helpers.maths.difficulty import difficulty

    own = _alone(table[table["role"].eq(DIFFICULTY) & table["name"].isin(SCORES)])
    found: dict[str, list[float]] = {}
    for (family, _), rows in own.groupby(["family", "seed"]):
        score = dict(zip(rows["method"], rows["value"], strict=True))
        if INTERMEDIATE in score and len(score) > 1:
            floor = floor_of(rows["kind"].iloc[0], score)
            found.setdefault(family, []).append(float(difficulty(score[INTERMEDIATE], floor)))
    mean = {family: sum(seeds) / len(seeds) for family, seeds in found.items()}
    index = pd.Index([*mean], dtype=object, name="family")
    return pd.Series([*mean.values()], index, name="difficulty", dtype=float)


def _like_for_like(table: pd.DataFrame) -> dict[str, float]:
    """Of (tasks, targets) with gaps: each task's effect plus the mean effect of the targets.

    NaN where no chain of cells leads from each task to each other: those cannot be compared.
    """
    import numpy as np

    n_tasks, n_targets = table.shape
    row, column = np.nonzero(table.notna().to_numpy())
    design = np.zeros((len(row), n_tasks + n_targets))
    at = np.arange(len(row))
    design[at, row] = design[at, n_tasks + column] = 1
    # Only sums of a task and a target are told apart: of full rank but for one, all of them are.
    found, _, rank, _ = np.linalg.lstsq(design, table.to_numpy()[row, column], rcond=None)
    if rank < n_tasks + n_targets - 1:
        return dict.fromkeys(table.index, float("nan"))
    told = found[:n_tasks] + (found[n_tasks:].mean() if n_targets else 0.0)
    return dict(zip(table.index, told.tolist(), strict=True))


def context_test(study: Study, target: str | None = None) -> FamilyPermutation | None:
    """Correlation of difficulty and gain like for like, over families of tasks; None below four.

    target : of the gain on this one alone, of the tasks that have it.
    """
    from helpers.maths.decisions import family_permutation

    found = context(study).dropna(subset=["difficulty"])
    gain = found[LIKE]
    if target is not None:
        own = _alone(target_gains(study))
        gain = found["family"].map(own[own["course"].eq(target)].groupby("family")["gain"].mean())
    found = found.assign(asked=gain).dropna(subset=["asked"])
    units = [unit_of(name) for name in found["family"]]
    if len(set(units)) < 4 or found["asked"].nunique() < 2:
        return None
    return family_permutation(found["difficulty"], found["asked"], units)
