"""What the levels of a data set teach about each other, from the records of ``level_transfer``.

Scores are corrected for the commonest label of the set that is scored: 0 is what it would reach,
1 perfect; below 0 is worse than that, as an idle guess is, too. Whether a level *misleads* is told
by an interval. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.study import difficulty, pool_study
from helpers.study.intermediate_rules import rules
from helpers.study.intermediate_teach import INTERMEDIATE
from helpers.study.level_transfer import CHAPTER
from helpers.study.store import Stored
from helpers.study.transfer_baselines import BAG

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("family", "method", "learnt", "scored", "seed", "chance", "high", "corrected")


def recorded(data: str, encoder: str) -> list[Stored]:
    """Records of the study's own sizes, one a family and seed."""
    return pool_study.recorded(CHAPTER, data, encoder)


def frame(runs: Sequence[Stored]) -> pd.DataFrame:
    """A line a family, method (encoder or words alone), pair of levels and seed.

    ``chance``: of always giving the commonest label of the held-out items that are scored.
    """
    import pandas as pd

    lines = [
        {
            "family": row.intermediate_task,
            "method": row.method,
            "learnt": row.setting["learnt"],
            "scored": row.setting["scored"],
            "seed": row.seed,
            "chance": row.setting["chance"],
            "high": row.high,
            "corrected": (row.value - row.setting["chance"]) / (1 - row.setting["chance"]),
        }
        for run in runs
        for row in run.record.rows
    ]
    return pd.DataFrame(lines, columns=list(_COLUMNS))


def squares(found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By family: corrected score of the encoder, learnt level down, scored level across."""
    own = found[found["method"].eq(INTERMEDIATE)]
    return {
        name: own[own["family"].eq(name)].pivot_table(
            index="learnt", columns="scored", values="corrected"
        )
        for name in rules().families
        if own["family"].eq(name).any()
    }


def on_all_levels(found: pd.DataFrame) -> pd.DataFrame:
    """By family and level learnt: difficulty told on held-out items of all levels together.

    1 - the mean corrected score over the levels scored: what learning from this level leaves to be
    desired in the task as a whole, 1 for as good as the commonest label.
    """
    own = found[found["method"].eq(INTERMEDIATE)]
    mean = own.groupby(["family", "learnt"])["corrected"].mean()
    table = (1 - mean).unstack("learnt")
    return table.reindex([name for name in rules().families if name in table.index])


def misleading(found: pd.DataFrame) -> list[str]:
    """Families whose last level teaches the reverse of the first, by every seed's interval.

    Of accuracy its upper end lies below what any guess reaches that does not read: at least the
    share of the rarest of K labels, which is at least 1 - (K - 1) x that of the commonest. Of a
    correlation it lies below 0. With many labels, and of answers in a text, nothing is claimed.
    """
    own = found[found["method"].eq(INTERMEDIATE) & found["scored"].eq(0)]
    own = own[own["learnt"].eq(rules().levels - 1)]
    named = []
    for name in rules().families:
        rows = own[own["family"].eq(name)]
        least = [_least(name, chance) for chance in rows["chance"]]
        if len(rows) and (rows["high"] < least).all():
            named.append(name)
    return named


def _least(family: str, chance: float) -> float:
    """The least score that one reaches who does not read; see ``misleading``."""
    from helpers.data.tasks import task

    one = rules().family(family)
    labels = len(task(one.task).labels) or round(1 / (task(one.task).chance or 1))
    return {"similarity": 0.0, "span": -1.0}.get(one.kind, 1 - (labels - 1) * chance)


def told_least(data: str, encoder: str) -> dict[str, float]:
    """By family: mean information of the items that tell least, as many as a level is of the pool.

    Bits an item, from the records of ``difficulty``; below 0 they speak against their labels.
    """
    import numpy as np

    found = {}
    for run in pool_study.recorded(difficulty.CHAPTER, data, encoder):
        values = np.sort(run.items()[difficulty.PVI])
        found[run.record.params["intermediate"]] = float(
            values[: len(values) // rules().levels].mean()
        )
    return {name: found[name] for name in rules().families if name in found}


def _worst(family: str, chance: float | None) -> str:
    """``_least`` as a corrected score; empty where nothing is claimed."""
    if chance is None or (least := _least(family, chance)) < 0 or chance >= 1:
        return ""
    return f"{(least - chance) / (1 - chance):+z.2f}"


def told(found: pd.DataFrame) -> pd.DataFrame:
    """A line a family: what its first and its last level teach about both; words alone beside."""
    import pandas as pd

    first, last = 0, rules().levels - 1
    mean = found.groupby(["family", "method", "learnt", "scored"])["corrected"].mean()
    chance = found[found["scored"].eq(first)].groupby("family")["chance"].mean()
    lines = []
    for name in rules().families:
        line = {"family": name}
        for method, who in ((INTERMEDIATE, ""), (BAG, ", words alone")):
            for learnt, scored in ((first, first), (last, last), (last, first)):
                value = mean.get((name, method, learnt, scored))
                line[f"{learnt} on {scored}{who}"] = "" if value is None else f"{value:+z.2f}"
                if (method, learnt, scored) == (INTERMEDIATE, last, first):
                    line["guess at worst"] = _worst(name, chance.get(name))
        if any(list(line.values())[1:]):
            lines.append(line)
    table = pd.DataFrame(lines)
    return table.set_index("family") if len(table) else table
