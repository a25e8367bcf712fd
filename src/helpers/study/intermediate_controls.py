"""Chapter 7: mean gains, and what of a gain is the task: set against its controls.

A gain is a target's over no intermediate task; all of a seed are over the same control. Not for
slopes (``intermediate_gains``) or for what else the records show (``intermediate_tables``). Takes a
``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from helpers.study import intermediate_gains as of
from helpers.study.intermediate_rules import (
    ITEMS,
    LONGER,
    MASKED,
    NOISE,
    OF_A_FAMILY,
    PERMUTED,
    rules,
)
from helpers.study.intermediate_tables import LEVEL_0, Study, mean_gains, target_gains
from helpers.study.intermediate_teach import FREQUENCY, INTERMEDIATE, MASKED_LOSS
from helpers.study.tables import signed

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.statistics import Interval

# What a task as it is is set against: mechanism -> how it is called
BESIDE = {
    MASKED: "its text alone (masked words)",
    PERMUTED: "its text with permuted labels",
    LONGER: "no task, the target twice as long",
}


class MeanGain(NamedTuple):
    """A mean in points, with the numbers of units and seeds that it is the mean of."""

    units: int
    seeds: int
    interval: Interval

    def __str__(self) -> str:
        found = self.interval
        return signed(found.value, found.low, found.high)


def over_units_and_seeds(
    study: Study, mechanism: str, level: int | None = None, *, less: str | None = None
) -> MeanGain | None:
    """Whether the mean gain of a mechanism differs from 0, or from that of another one.

    level : None for the mean of all levels. less : a control of ``BESIDE``; its gain is taken from
    that of the same data set, seed and target (of ``longer``, which has no data set, of the same
    seed and target), so that what is particular to a control of no task cancels.

    All data sets are set against the same controls, so what is particular to a control moves all
    gains of its seed: seeds are crossed with the units. Of seeds that all data sets have, with all
    levels where none is named; None below two of them, or below three units.
    """
    from helpers.maths.statistics import two_way_interval

    gain = target_gains(study)
    # Of the data sets whose difficulty is changed: the classical design's further ones come later.
    own = gain[gain["mechanism"].eq(mechanism) & gain["family"].isin(rules().families)]
    own = own if level is None else own[own["level"].eq(level)]
    if less is not None:
        keys = ["seed", "course", *(["family"] if less in OF_A_FAMILY else [])]
        other = gain[gain["mechanism"].eq(less)].set_index(keys)["gain"].rename("other")
        own = own.join(other, on=keys).dropna(subset=["other"])
        own = own.assign(gain=own["gain"] - own["other"])
    if level is None:  # seeds of which some levels only are recorded would weigh these more
        there = own.groupby(["seed", "family"])["level"].transform("nunique")
        own = own[there.eq(rules().levels)]
    # Of seeds that all data sets have
    of_sets = own.groupby(["seed", "family"])["gain"].mean().unstack("family").dropna()
    block = of_sets.T.groupby(of.unit_of).mean().T
    if block.shape[0] < 2 or block.shape[1] < rules().fewest_sets:
        return None
    found = two_way_interval(block.to_numpy(), level=1 - rules().alpha)
    return MeanGain(block.shape[1], block.shape[0], found)


def spread(study: Study, target: str, mechanism: str = ITEMS) -> tuple[float, float]:
    """The least and the most mean gain of a data set on one target, points; cells that count."""
    gain = target_gains(study)
    own = gain[gain["mechanism"].eq(mechanism) & gain["course"].eq(target)]
    mean = own.groupby("family")["gain"].mean()
    return float(mean.min()), float(mean.max())


def controls(study: Study) -> pd.DataFrame:
    """Mean gain over units of every control beside the task itself: a line a kind."""
    import pandas as pd

    gain = mean_gains(study)
    gain = gain[~gain["family"].isin(rules().context)]  # the other lines have not those
    unit = {name: of.unit_of(name) for name in rules().tasks}
    shown = {
        "the task, mean of its item levels": gain["mechanism"].eq(ITEMS),
        "the task as it is": gain["mechanism"].eq(NOISE) & gain["level"].eq(LEVEL_0),
    }
    shown |= {told: gain["mechanism"].eq(mechanism) for mechanism, told in BESIDE.items()}
    less = {
        told: over_units_and_seeds(study, NOISE, LEVEL_0, less=mechanism)
        for mechanism, told in BESIDE.items()
    }
    lines = []
    for name, chosen in shown.items():
        own = gain[chosen]
        of_family = own.groupby("family")["gain"].mean()
        line = {"what came before the target": name, "data sets": len(of_family)}
        units = of_family.groupby(lambda name: unit.get(name, name)).mean()
        line["mean gain"] = f"{units.mean():+z.2f}" if len(units) else "not recorded"
        spread = len(of_family) > 1
        line["from"] = f"{of_family.min():+z.2f}" if spread else ""
        line["to"] = f"{of_family.max():+z.2f}" if spread else ""
        paired = less.get(name)
        line["the task as it is less this"] = "" if paired is None else str(paired)
        lines.append(line)
    return pd.DataFrame(lines).set_index("what came before the target")


def words_learnt(study: Study) -> pd.DataFrame:
    """Loss on masked words of the held-out texts, in nats: by frequency alone, and after training.

    Mean over seeds; a line a data set of which the control by masked words is recorded.
    """
    own = study.table[study.table["name"].eq(MASKED_LOSS)]
    table = own.pivot_table(index="family", columns="method", values="value")
    order = [family for family in rules().families if family in table.index]
    names = {FREQUENCY: "by frequency alone", INTERMEDIATE: "after training"}
    return (
        table.reindex(index=order, columns=list(names)).rename(columns=names).astype(float).round(2)
    )
