"""Chapter 7: what an intermediate task does to retrieval, and how far it moves the encoder.

No target is trained for retrieval, so it stands apart from the gains: neither planned as a test nor
corrected as one. Takes a ``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from helpers.study import intermediate_gains as of
from helpers.study.intermediate_retrieval import CKA, MAP, PRECISION
from helpers.study.intermediate_rules import ITEMS, LONGER, MASKED, NOISE, NONE, PERMUTED, rules
from helpers.study.intermediate_tables import EFFECT, Study, interval, written
from helpers.study.transfer_baselines import BAG, UNTRAINED
from helpers.study.transfer_baselines import NONE as UNTUNED

if TYPE_CHECKING:
    import pandas as pd

CHANGE = "change by the task, points"  # heading


def drift(study: Study) -> pd.DataFrame:
    """CKA to the start, precision@1 and mAP@20 after the intermediate phase, mean over all else.

    ``level``: as told, or "" where a mechanism has none. No line without a retrieval set.
    """
    own = _retrieval(study, UNTUNED)
    mean = own.groupby([*of.CELL, "name"], sort=False)["value"].mean().reset_index()
    table = mean.pivot(index=of.CELL, columns="name", values="value").reset_index()
    return table.rename_axis(columns=None).reindex(columns=[*of.CELL, PRECISION, MAP, CKA])


def drift_told(study: Study) -> pd.DataFrame:
    """Retrieval and drift by mechanism and level over data sets, below what words alone find."""
    import pandas as pd

    table = drift(study)
    order = (NONE, LONGER, ITEMS, NOISE, MASKED, PERMUTED)
    place = table["mechanism"].map({name: number for number, name in enumerate(order)})
    table = table.assign(place=place).sort_values(["place", "level"], kind="stable")
    names = [PRECISION, MAP, CKA]
    for method, said in ((UNTRAINED, "(untrained encoder)"), (BAG, "(bag of words)")):
        mean = _retrieval(study, method).groupby("name")["value"].mean()
        if len(mean):
            line = {"mechanism": said, "level": "", **mean}
            table = pd.concat([pd.DataFrame([line]), table])
    told = table.groupby(["mechanism", "level"], sort=False)[names].mean().astype(float)
    return written(told, 3)


def effects(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Of each measure its change by an intermediate task, and the slope of it on difficulty.

    As the primary test takes gains: a slope a data set within seeds, difficulty of the other seeds,
    then the mean over units with its t interval. In points, of means over languages. ``lowered``:
    data sets in which the mean over levels and seeds fell.
    """
    import numpy as np
    import pandas as pd

    from helpers.data.tasks import task

    own, lines = _retrieval(study, UNTUNED), []
    for name in (PRECISION, MAP):
        mine = own[own["name"].eq(name)]
        start = mine.loc[mine["mechanism"].eq(NONE), "value"].mean()
        changes, effect = {}, {}
        for family in rules().families:
            x, y = _by_seed_and_level(study, mine, mechanism, family)
            found = _slope(x, y)
            if found is not None and start == start:
                changes[family] = 100 * float(np.nanmean(y.to_numpy()) - start)
                effect[family] = found
        change, slope = of.inferred(changes), of.inferred(effect)
        if change is not None and slope is not None:
            line = {
                "measure": f"{task(mine['task'].iloc[0]).title} {name}",
                "units": slope.n_sets,
                CHANGE: interval(change, 1),
                "lowered": f"{sum(value < 0 for value in changes.values())} of {len(changes)}",
                EFFECT: interval(slope, 1),
            }
            lines.append(line)
    names = ["measure", "units", CHANGE, "lowered", EFFECT]
    return pd.DataFrame(lines, columns=names).set_index("measure")


class Together(NamedTuple):
    """Rank correlations over levels, each less the mean of its data set; means over seeds."""

    families: int
    cells: int
    with_cka: float  # of measured difficulty
    cka_with_precision: float


def with_difficulty(study: Study, mechanism: str = ITEMS) -> Together | None:
    """Whether levels of which less is learnt move the encoder less; None below three data sets."""
    from helpers.maths.metrics import spearman

    own = _retrieval(study, UNTUNED)
    told = own.pivot_table(index=[*of.CELL], columns="name", values="value")
    hard = study.hard.groupby(of.CELL)["difficulty"].mean()
    both = told.reindex(columns=[CKA, PRECISION]).join(hard, how="inner").dropna().reset_index()
    both = both[both["mechanism"].eq(mechanism)]
    if both["family"].nunique() < rules().fewest_sets:
        return None
    columns = ["difficulty", CKA, PRECISION]
    within = both[columns] - both.groupby("family")[columns].transform("mean")
    return Together(
        families=both["family"].nunique(),
        cells=len(both),
        with_cka=float(spearman(within["difficulty"], within[CKA])),
        cka_with_precision=float(spearman(within[CKA], within[PRECISION])),
    )


def _by_seed_and_level(
    study: Study, values: pd.DataFrame, mechanism: str, family: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Difficulty and value of a data set: [seeds, levels] each, a mean over languages."""
    found = []
    for frame, column in ((study.hard, "difficulty"), (values, "value")):
        own = frame[frame["mechanism"].eq(mechanism) & frame["family"].eq(family)]
        found.append(own.pivot_table(index="seed", columns="level", values=column))
    x, y = found
    return x, y.reindex(index=x.index, columns=x.columns)


def _slope(x: pd.DataFrame, y: pd.DataFrame) -> float | None:
    """Effect over the range of difficulty, points; None without all levels or a range."""
    from helpers.maths.slopes import slope_within

    if x.shape[1] < rules().levels:
        return None
    found = slope_within(
        of.others_mean(x.to_numpy()), 100 * y.to_numpy(), least_range=rules().least_range
    )
    return found.effect


def _retrieval(study: Study, method: str) -> pd.DataFrame:
    own = study.table
    return own[own["role"].eq("retrieval") & own["method"].eq(method)]
