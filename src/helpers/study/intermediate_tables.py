"""Chapter 7 as tables: what the records show.

Takes what is there: without records every table has its columns and no lines, and no number is
told. What was planned stands in ``intermediate_planned``; what decides anything in
``intermediate_gains`` (slopes, the primary test) and ``intermediate_gate`` (targets); what stands
beside it in ``intermediate_controls``, ``intermediate_secondary``, ``intermediate_classical`` and
``intermediate_drift``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.data.tasks import task
from helpers.study import intermediate_gains as of
from helpers.study.intermediate_gate import counting, gates
from helpers.study.intermediate_planned import coverage
from helpers.study.intermediate_rules import ITEMS, rules
from helpers.study.store import Stored
from helpers.study.tables import signed
from helpers.study.transfer_data import SOURCE
from helpers.study.transfer_scores import N_BOOT

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.decisions import Inference

LEVEL_0 = 0
ASTRAY = 0.5  # of the way from perfect to chance: seeds of a cell are a tenth apart
HARDLY = 0.95  # difficulty of a level of which next to nothing is learnt; 1 is chance
EFFECT = "hardest less easiest, points"  # headings
RANGE, BY_CHANCE = "range", "of equal levels"
_RANGE_OF_FOUR = 2.06  # mean range of four draws, in standard deviations


# -- what the records show


@dataclass(frozen=True)
class Study:
    """Everything of one kind of data and one encoder, read and worked out once.

    table : rows of all runs (``intermediate_gains.frame``); gate : of ``intermediate_gate``;
    targets : courses that count; courses : all that are recorded; slopes : of the primary
    mechanism; primary : the test, None where too few data sets passed.
    """

    runs: tuple[Stored, ...]
    table: pd.DataFrame
    gate: pd.DataFrame
    targets: tuple[str, ...]
    courses: tuple[str, ...]
    slopes: tuple[of.SetSlope, ...]
    primary: Inference | None
    gains: pd.DataFrame
    hard: pd.DataFrame


def read(runs: Sequence[Stored], *, n_boot: int = N_BOOT) -> Study:
    """Work out what runs of one encoder on one kind of data say (``recorded`` finds them)."""
    table = of.frame(runs)
    of.refuse_mixed(table)
    gate = gates(runs, n_boot=n_boot)
    passed = counting(gate)
    targets = tuple(course for course in passed if course not in rules().controls_only)
    slopes = of.slopes(table, rules().primary, targets)
    return Study(
        runs=tuple(runs),
        table=table,
        gate=gate,
        targets=targets,
        courses=tuple(dict.fromkeys(gate["course"])),
        slopes=tuple(slopes),
        primary=of.decided(slopes),
        gains=of.gains(table),
        hard=of.difficulties(table),
    )


def answer(study: Study) -> str:
    """The verdict in a sentence or two, with its scope; "Not decided" until the design is whole."""
    planned, there = coverage(study.runs).loc["primary", ["planned", "recorded"]]
    count = f"{there} of {planned} runs of the primary design are recorded"
    if not there:
        return f"**Not decided**: {count}."
    sets = dict(zip(study.gate["course"], study.gate["task"], strict=True))
    counted = ", ".join(f"{name} ({task(sets[name]).title})" for name in study.targets) or "none"
    scope = f"Targets that count: {counted}. Data sets with a slope: {_with_slope(study)}."
    if study.primary is None:
        return (
            f"**Not decided**: {count}, and {rules().fewest_sets} independent data sets with a "
            f"slope are needed. {scope}"
        )
    least = f"{rules().smallest_effect:g} point, the least of interest"
    said = {
        "effect": "difficulty changes the gain",
        "small effect": f"difficulty changes the gain, by less than {least}",
        "equivalent": f"what difficulty does to the gain is, on average, less than {least}",
        "inconclusive": "the data cannot say whether difficulty changes the gain",
    }[study.primary.verdict]
    found = (
        f"hardest level less easiest {interval(study.primary)} points "
        f"(p {p_value(study.primary.p)}; equivalence p {p_value(study.primary.p_equivalence)}; "
        f"{study.primary.n_sets} independent data sets)"
    )
    if there < planned:
        return f"**Not decided yet**: {count}. So far: {said}; {found}. {scope}"
    return f"**{study.primary.verdict.capitalize()}**: {said}; {found}; {count}. {scope}"


def _with_slope(study: Study) -> str:
    there = [one.family for one in study.slopes if one.slope.effect is not None]
    return f"{len(there)} of {len(rules().families)}" + (f" ({', '.join(there)})" if there else "")


def interval(found: Any, digits: int = 2) -> str:
    """``mean [low, high]`` of an inference."""
    return signed(found.mean, found.low, found.high, digits)


def p_value(p: float) -> str:
    """
    >>> p_value(0.0312), p_value(1e-9)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def gate_told(study: Study) -> pd.DataFrame:
    """Which targets count; scores and differences in points of their own metric, not corrected."""
    import pandas as pd

    names = ("target", "English set", "metric", "seeds", "control", "nearest baseline")
    names += ("difference, points", "counts")
    lines = []
    for row in study.gate.itertuples():
        line = (row.course, row.task, row.metric, row.seeds, f"{100 * row.control:.1f}")
        difference = signed(*(100 * each for each in (row.value, row.low, row.high)), digits=1)
        near = (f"{row.baseline}, {100 * row.against:.1f}", difference)
        lines.append((*line, *(near if row.baseline else ("", "")), _counts(study, row)))
    return pd.DataFrame(lines, columns=list(names)).set_index("target")


def _counts(study: Study, row: Any) -> str:
    if row.counts and row.course not in study.targets:
        return "passes, but is tuned in controls only"
    return "yes" if row.counts else "no: uninformative"


def ranges(study: Study, mechanism: str = ITEMS, difficulty: str = "difficulty") -> pd.DataFrame:
    """Measured difficulty of every level, mean over seeds, and its range: a line a data set.

    Columns: the levels, ``range``, ``of equal levels``: the range that four levels of one
    difficulty would have in the mean, by the items that difficulty is measured on (2.06 standard
    errors: Tippett 1925, Biometrika 17). Both NaN unless all levels are recorded.
    """
    own = study.hard[study.hard["mechanism"].eq(mechanism)]
    table = own.pivot_table(index="family", columns="level", values=difficulty, sort=False)
    there = set(own["family"])  # also a set whose difficulty is no number
    table = table.reindex([name for name in rules().families if name in there])
    table = table.reindex(columns=range(rules().levels)).astype(float)
    whole = table.notna().all(axis=1)
    span = (table.max(axis=1) - table.min(axis=1)).where(whole)
    squares = own.assign(error=own["error"] ** 2).groupby("family")["error"].mean()
    by_chance = (_RANGE_OF_FOUR * squares**0.5).reindex(table.index).where(whole)
    return table.assign(**{RANGE: span, BY_CHANCE: by_chance.astype(float)})


def hardly_learnt(study: Study) -> list[str]:
    """Data sets of the primary test whose hardest level is at chance, or nearly."""
    table = ranges(study, rules().primary)[[*range(rules().levels)]]
    wanted = {one.family for one in study.slopes if one.slope.effect is not None}
    return [name for name in table.index[table.max(axis=1).ge(HARDLY)] if name in wanted]


def manipulated(
    study: Study, mechanism: str = ITEMS, difficulty: str = "difficulty"
) -> pd.DataFrame:
    """``ranges`` in words, and whether difficulty rises from level to level.

    difficulty : of the task as posed, or ``clean``, on clean labels. ``of equal levels`` of levels
    by items alone, as only these are measured on other items each.
    """
    table = ranges(study, mechanism, difficulty)
    levels, span = table[[*range(rules().levels)]], table[RANGE]
    rises = levels.diff(axis=1).iloc[:, 1:].gt(0).all(axis=1)
    table.columns = [f"level {name}" if name in levels else name for name in table.columns]
    told = written(table if mechanism == ITEMS else table.drop(columns=BY_CHANCE), 2)
    for name, holds in (
        (f"range from {rules().least_range:g}", span.ge(rules().least_range)),
        ("rises from level to level", rises),
    ):
        told[name] = holds.map({True: "yes", False: "no"}).where(span.notna(), "")
    return told


def astray(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Runs that went otherwise than the other seeds of their cell: family, level, seed, difficulty.

    Those whose difficulty is further than ``ASTRAY`` from the median of the cell, ``others``.
    """
    own = study.hard[study.hard["mechanism"].eq(mechanism)]
    median = own.groupby(["family", "level"])["difficulty"].transform("median")
    found = own.assign(others=median)[(own["difficulty"] - median).abs().gt(ASTRAY)]
    return found[["family", "level", "seed", "difficulty", "others"]].reset_index(drop=True)


def written(table: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Numbers as text; what is not recorded is an empty cell."""
    return table.map(lambda value: "" if value != value else f"{value:.{digits}f}")


def slopes_told(study: Study) -> pd.DataFrame:
    """A slope a data set, or why there is none."""
    import pandas as pd

    span, effect, error = "range of difficulty, 0 to 1", EFFECT, "standard error, points"
    lines = []
    for one in study.slopes:
        slope = one.slope
        line = {
            "data set": one.family,
            "cells": f"{one.recorded.sum()} of {rules().levels * len(rules().seeds)}",
            "seeds": int(one.recorded.any(axis=1).sum()),
            "targets": ", ".join(one.targets),
            span: f"{slope.range:.2f}" if slope.n_levels == rules().levels else "",
        }
        if slope.effect is None:
            line |= {effect: "", error: "", "remark": slope.refused}
        else:
            known = slope.effect_error == slope.effect_error
            line[effect] = f"{slope.effect:+z.2f}"
            line[error] = f"{slope.effect_error:.2f}" if known else ""
            line |= {"remark": ""}
        lines.append(line)
    names = ("data set", "cells", "seeds", "targets", span, effect, error, "remark")
    return pd.DataFrame(lines, columns=list(names)).set_index("data set")


def effects(study: Study) -> pd.DataFrame:
    """What the figure of the answer shows: family, effect, error of every slope."""
    import pandas as pd

    lines = [
        {"family": one.family, "effect": one.slope.effect, "error": one.slope.effect_error}
        for one in study.slopes
        if one.slope.effect is not None
    ]
    return pd.DataFrame(lines, columns=["family", "effect", "error"])


def points(study: Study) -> pd.DataFrame:
    """Gain against measured difficulty, a line a data set, seed and level that have both."""
    import pandas as pd

    lines = [
        {
            "family": one.family,
            "level": level,
            "seed": seed,
            "difficulty": one.difficulty[seed, level],
            "gain": one.gain[seed, level],
        }
        for one in study.slopes
        for seed in range(one.gain.shape[0])
        for level in range(one.gain.shape[1])
    ]
    names = ["family", "level", "seed", "difficulty", "gain"]
    return pd.DataFrame(lines, columns=names).dropna()


def target_gains(study: Study) -> pd.DataFrame:
    """Gain of every cell, seed and target that counts; cells within a family are left out."""
    gain = of.by_target(study.gains)
    return gain[gain["counts"].eq(True) & gain["course"].isin(study.targets)]


def seed_gains(study: Study) -> pd.DataFrame:
    """The same, mean over targets: family, mechanism, level, seed, gain."""
    keys = [*of.CELL, "seed"]
    return target_gains(study).groupby(keys, sort=False)["gain"].mean().reset_index()


def mean_gains(study: Study) -> pd.DataFrame:
    """The same, mean over seeds: family, mechanism, level, gain; ``seeds`` stand behind it."""
    found = seed_gains(study).groupby(of.CELL, sort=False)["gain"].agg(["mean", "size"])
    return found.reset_index().rename(columns={"mean": "gain", "size": "seeds"})


def by_language_told(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Mean gain of what counts by language, the source first: a line a target, points."""
    gain = study.gains
    chosen = gain["mechanism"].eq(mechanism) & gain["counts"].eq(True)
    own = gain[chosen & gain["course"].isin(study.targets)]
    source = own["role"].eq(SOURCE)
    names = own["language"].astype(str)
    names = names.where(~source, names + " (source)")
    order = [*names[source].unique(), *sorted(names[~source].unique())]
    table = own.assign(language=names).pivot_table(
        index="course", columns="language", values="gain"
    )
    table = table.reindex(index=[name for name in study.targets if name in table.index])
    told = table.reindex(columns=order).map(lambda x: "" if x != x else f"{x:+z.1f}")
    return told.rename_axis(index="target", columns=None)


def by_target_told(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Mean gain by target and data set, all levels and seeds together.

    In brackets what is no part of a slope: within a family, or a target that does not count or has
    some levels only.
    """
    gain = of.by_target(study.gains)
    gain = gain[gain["mechanism"].eq(mechanism)]
    mean = gain.groupby(["family", "course", "counts"], sort=False)["gain"].mean().reset_index()
    mean["told"] = [
        f"{value:+z.1f}" if counts and course in study.targets else f"({value:+z.1f})"
        for value, counts, course in zip(mean["gain"], mean["counts"], mean["course"], strict=True)
    ]
    table = mean.pivot(index="family", columns="course", values="told")
    order = [name for name in rules().families if name in table.index]
    return table.reindex(order)[[c for c in study.courses if c in table]].fillna("")
