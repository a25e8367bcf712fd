"""Chapter 7 as tables: what the records show.

Takes what is there: without records every table has its columns and no lines, and no number is
told. What was planned stands in ``intermediate_planned``; what decides anything in
``intermediate_gains`` (slopes, the primary test) and ``intermediate_gate`` (targets); what stands
beside it in ``intermediate_secondary``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.study import intermediate_gains as of
from helpers.study.intermediate_gate import counting, gates
from helpers.study.intermediate_planned import coverage
from helpers.study.intermediate_retrieval import CKA, MAP, PRECISION
from helpers.study.intermediate_rules import (
    ITEMS,
    LONGER,
    MASKED,
    NOISE,
    NONE,
    PERMUTED,
    rules,
)
from helpers.study.store import Stored
from helpers.study.transfer_baselines import BAG, UNTRAINED
from helpers.study.transfer_baselines import NONE as UNTUNED
from helpers.study.transfer_scores import N_BOOT

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.decisions import FamilyPermutation, Inference

LEVEL_0 = 0


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
    counted = ", ".join(study.targets) or "none"
    scope = f"Targets that count: {counted}. Data sets with a slope: {_with_slope(study)}."
    if study.primary is None:
        return (
            f"**Not decided**: {count}, and {rules().fewest_sets} independent data sets with a "
            f"slope are needed. {scope}"
        )
    said = {
        "effect": "difficulty changes the gain",
        "small effect": "difficulty changes the gain, by less than is of interest",
        "equivalent": "whatever difficulty does to the gain is smaller than is of interest",
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
    return f"{found.mean:+.{digits}f} [{found.low:+.{digits}f}, {found.high:+.{digits}f}]"


def p_value(p: float) -> str:
    """
    >>> p_value(0.0312), p_value(1e-9)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def gate_told(study: Study) -> pd.DataFrame:
    """Which targets count, in points of their metric."""
    import pandas as pd

    lines = [
        {
            "target": row.course,
            "English set": row.task,
            "metric": row.metric,
            "seeds": row.seeds,
            "control": f"{100 * row.control:.1f}",
            "nearest baseline": f"{row.baseline}, {100 * row.against:.1f}" if row.baseline else "",
            "difference": f"{100 * row.value:+.1f} [{100 * row.low:+.1f}, {100 * row.high:+.1f}]"
            if row.baseline
            else "",
            "counts": _counts(study, row),
        }
        for row in study.gate.itertuples()
    ]
    names = ("target", "English set", "metric", "seeds", "control", "nearest baseline")
    return pd.DataFrame(lines, columns=[*names, "difference", "counts"]).set_index("target")


def _counts(study: Study, row: Any) -> str:
    if row.counts and row.course not in study.targets:
        return "passes, but is tuned in controls only"
    return "yes" if row.counts else "no: uninformative"


def manipulated(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Measured difficulty of every level, mean over seeds, and its range: a line a data set."""
    own = study.hard[study.hard["mechanism"].eq(mechanism)]
    table = own.pivot_table(index="family", columns="level", values="difficulty", sort=False)
    table = table.reindex([name for name in rules().families if name in table.index])
    table = table.reindex(columns=range(rules().levels)).astype(float)
    span = table.max(axis=1) - table.min(axis=1)
    table.columns = [f"level {level}" for level in table.columns]
    worked = ["yes" if wide >= rules().least_range else "no" for wide in span]
    return _written(table.assign(range=span), 2).assign(**{"levels differ": worked})


def _written(table: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Numbers as text; what is not recorded is an empty cell."""
    return table.map(lambda value: "" if value != value else f"{value:.{digits}f}")


def slopes_told(study: Study) -> pd.DataFrame:
    """A slope a data set, or why there is none."""
    import pandas as pd

    lines = []
    for one in study.slopes:
        slope = one.slope
        line = {
            "data set": one.family,
            "cells": f"{slope.n_cells} of {rules().levels * len(rules().seeds)}",
            "seeds": slope.n_seeds,
            "targets": ", ".join(one.targets),
            "range of difficulty": f"{slope.range:.2f}",
        }
        if slope.effect is None:
            line |= {"hardest less easiest": "", "standard error": "", "remark": slope.refused}
        else:
            error = "" if slope.effect_error != slope.effect_error else f"{slope.effect_error:.2f}"
            line |= {"hardest less easiest": f"{slope.effect:+.2f}", "standard error": error}
            line |= {"remark": ""}
        lines.append(line)
    names = ("data set", "cells", "seeds", "targets", "range of difficulty")
    names += ("hardest less easiest", "standard error", "remark")
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


def mean_gains(study: Study, *, targets: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean gain of every cell over targets that count and seeds: family, mechanism, level, gain.

    Cells within a family are left out. ``seeds``: how many stand behind it.
    """
    gain = of.by_target(study.gains)
    wanted = study.targets if targets is None else targets
    gain = gain[gain["counts"].eq(True) & gain["course"].isin(wanted)]
    of_seed = gain.groupby([*of.CELL, "seed"], sort=False)["gain"].mean().reset_index()
    found = of_seed.groupby(of.CELL, sort=False)["gain"].agg(["mean", "size"]).reset_index()
    return found.rename(columns={"mean": "gain", "size": "seeds"})


def by_target_told(study: Study, mechanism: str = ITEMS) -> pd.DataFrame:
    """Mean gain by target and data set, all levels and seeds together.

    In brackets what is no part of a slope: within a family, or a target that does not count or has
    some levels only.
    """
    gain = of.by_target(study.gains)
    gain = gain[gain["mechanism"].eq(mechanism)]
    mean = gain.groupby(["family", "course", "counts"], sort=False)["gain"].mean().reset_index()
    mean["told"] = [
        f"{value:+.1f}" if counts and course in study.targets else f"({value:+.1f})"
        for value, counts, course in zip(mean["gain"], mean["counts"], mean["course"], strict=True)
    ]
    table = mean.pivot(index="family", columns="course", values="told")
    order = [name for name in rules().families if name in table.index]
    return table.reindex(order)[[c for c in study.courses if c in table]].fillna("")


def controls(study: Study) -> pd.DataFrame:
    """Mean gain of every control beside the task itself: a line a kind."""
    import pandas as pd

    gain = mean_gains(study)
    shown = {
        "the task, mean of its item levels": gain["mechanism"].eq(ITEMS),
        "the task as it is": gain["mechanism"].eq(NOISE) & gain["level"].eq(LEVEL_0),
        "its text alone (masked words)": gain["mechanism"].eq(MASKED),
        "its text with permuted labels": gain["mechanism"].eq(PERMUTED),
        "no task, the target twice as long": gain["mechanism"].eq(LONGER),
    }
    lines = []
    for name, chosen in shown.items():
        own = gain[chosen]
        of_family = own.groupby("family")["gain"].mean()
        line = {"what came before the target": name, "data sets": len(of_family)}
        line["mean gain"] = f"{of_family.mean():+.2f}" if len(of_family) else "not recorded"
        spread = len(of_family) > 1
        line["from"] = f"{of_family.min():+.2f}" if spread else ""
        line["to"] = f"{of_family.max():+.2f}" if spread else ""
        lines.append(line)
    return pd.DataFrame(lines).set_index("what came before the target")


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
    return _written(told, 3)


def _retrieval(study: Study, method: str) -> pd.DataFrame:
    own = study.table
    return own[own["role"].eq("retrieval") & own["method"].eq(method)]


# -- the classical design


def context(study: Study) -> pd.DataFrame:
    """Every task as it is: difficulty in English and mean gain over targets that count."""
    hard = study.hard[study.hard["mechanism"].eq(NOISE) & study.hard["level"].eq(LEVEL_0)]
    mean = hard.groupby("family", sort=False)["difficulty"].mean().reset_index()
    gain = mean_gains(study)
    gain = gain[gain["mechanism"].eq(NOISE) & gain["level"].eq(LEVEL_0)]
    return mean.merge(gain[["family", "gain", "seeds"]], on="family")


def context_test(study: Study) -> FamilyPermutation | None:
    """Correlation of difficulty and gain over families of tasks; None below four families."""
    from helpers.data.tasks import task
    from helpers.maths.decisions import family_permutation

    found = context(study)
    of_task = [task(rules().family(name).task).family for name in found["family"]]
    if len(set(of_task)) < 4 or found["gain"].nunique() < 2:
        return None
    return family_permutation(found["difficulty"], found["gain"], of_task)
