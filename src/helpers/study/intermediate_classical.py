"""Chapter 7: the classical design. Every task as it is: its difficulty against its mean gain.

A correlation over tasks, which differ in much besides difficulty: context, and it decides nothing.
Takes a ``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.study.intermediate_gains import unit_of
from helpers.study.intermediate_rules import NOISE
from helpers.study.intermediate_tables import LEVEL_0, Study, mean_gains, target_gains

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.decisions import FamilyPermutation

LIKE = "like for like"


def context(study: Study) -> pd.DataFrame:
    """Every task as it is: difficulty in English and mean gain over targets that count.

    ``gain`` is of the targets that the task has; ``like for like`` of all targets, since a task
    within a target's family lacks that one, and gains differ from target to target: a fit of
    gain = task + target, by least squares, told at the mean target.
    """
    hard = study.hard[study.hard["mechanism"].eq(NOISE) & study.hard["level"].eq(LEVEL_0)]
    mean = hard.groupby("family", sort=False)["difficulty"].mean().reset_index()
    gain = mean_gains(study)
    gain = gain[gain["mechanism"].eq(NOISE) & gain["level"].eq(LEVEL_0)]
    own = target_gains(study)
    own = own[own["mechanism"].eq(NOISE) & own["level"].eq(LEVEL_0)]
    table = own.pivot_table(index="family", columns="course", values="gain", sort=False)
    alike = gain["family"].map(_like_for_like(table))
    found = mean.merge(gain.assign(**{LIKE: alike}), on="family")
    return found[["family", "difficulty", "gain", LIKE, "seeds"]]


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


def context_test(study: Study) -> FamilyPermutation | None:
    """Correlation of difficulty and gain like for like, over families of tasks; None below four."""
    from helpers.maths.decisions import family_permutation

    found = context(study)
    units = [unit_of(name) for name in found["family"]]
    if len(set(units)) < 4 or found[LIKE].nunique() < 2:
        return None
    return family_permutation(found["difficulty"], found[LIKE], units)
