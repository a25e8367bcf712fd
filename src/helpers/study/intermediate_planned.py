"""Chapter 7 as planned: its rules, data sets and targets as tables, and how much is recorded.

Reads the frozen rules and the parameters of records, no result. What the records show stands in
``intermediate_tables``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpers.study import intermediate_gains as of
from helpers.study.courses import COURSES
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import DESIGNS, cells
from helpers.study.intermediate_items import BATCH
from helpers.study.intermediate_rules import Family, rules
from helpers.study.store import Stored

if TYPE_CHECKING:
    import pandas as pd

# -- what was decided beforehand


def decisions() -> pd.DataFrame:
    """The rules that decide, a line each, from the frozen file."""
    import pandas as pd

    one = rules()
    lines = {
        "what is changed": f"difficulty within a data set, by its items ({one.levels} levels)",
        "what is measured": "gain over the control of the same seed, points of chance-corrected "
        "score, mean over the languages of a target, then over targets",
        "one number a data set": "slope of gain on measured difficulty x range of difficulty",
        "unit": "data set; data sets of one family of tasks are averaged first",
        "primary test": f"t test of the mean against 0, two-sided, at {one.alpha:g}",
        "beside it": f"equivalence test against {one.smallest_effect:g} point, at {one.alpha:g}",
        "a target counts": "if its control beats every baseline in English, interval above 0",
        "a data set counts": f"if its difficulty spans {one.least_range:g} or more over its levels",
        "fewest units": str(one.fewest_sets),
        "cells within a family": "shown, not counted",
        "difficulty": "measured on other seeds and on items that nothing learnt from",
        "seeds": f"{len(one.seeds)} of the gain, {len(one.difficulty_seeds)} of the levels",
        "other tests": "secondary, corrected by Holm",
    }
    return pd.DataFrame({"decided": lines}).rename_axis("rule")


def families(wanted: Iterable[Family] | None = None) -> pd.DataFrame:
    """Intermediate data sets, a line each; of one ``unit``: averaged first in the test.

    wanted : those whose difficulty is changed where None is given.
    """
    import pandas as pd

    from helpers.data.tasks import task

    wanted = list(rules().families.values() if wanted is None else wanted)
    not_counted = {
        one.name: [course for course in rules().same if rules().same_family(course, one.name)]
        for one in wanted
    }
    lines = [
        {
            "family": one.name,
            "data set": one.task,
            "unit": task(one.task).family,
            "kind": one.kind,
            "items a level": one.n,
            "held out a level": one.held,
            "passes": one.epochs,
            "steps, about": round(one.n * one.epochs / BATCH),
            "tokens a text": one.max_length,
            "target not counted": ", ".join(not_counted[one.name]),
        }
        for one in wanted
    ]
    return pd.DataFrame(lines).set_index("family")


def courses() -> pd.DataFrame:
    """The targets, a line each."""
    import pandas as pd

    lines = [
        {
            "target": one.name,
            "learnt from": " ".join(one.learn["en"]),
            "rows at most": one.sizes.train,
            "English set": " ".join(one.source),
            "sets in other languages": ", ".join(" ".join(split) for split in one.targets),
            "items scored": one.sizes.report,
            "passes": one.sizes.epochs,
            "steps, about": round(one.sizes.train * one.sizes.epochs / one.sizes.batch),
            "tuned after": "no task only"
            if one.name in rules().controls_only
            else "every task, if it counts",
        }
        for one in COURSES[CHAPTER]
    ]
    return pd.DataFrame(lines).set_index("target")


def of_xtreme_r(courses: Iterable[str]) -> list[str]:
    """Titles of the tasks of XTREME-R that targets are scored on, of the targets named.

    >>> of_xtreme_r(["similarity"])
    []
    """
    from helpers.data.tasks import task

    wanted = set(courses)
    scored = {
        split[0]: None for one in COURSES[CHAPTER] if one.name in wanted for split in one.targets
    }
    return [task(name).title for name in scored if "xtreme-r" in task(name).suite]


# -- how much is recorded


def coverage(runs: Iterable[Stored]) -> pd.DataFrame:
    """Planned and recorded cells of every design; ``whole seeds``: seeds of which none is missing.

    A run that two designs need counts in both.
    """
    import pandas as pd

    there = {of.cell_of(run) for run in runs}
    lines = []
    for design in DESIGNS:
        planned = cells([design])
        whole = {cell.seed for cell in planned} - {c.seed for c in planned if c not in there}
        lines.append(
            {
                "design": design,
                "planned": len(planned),
                "recorded": sum(cell in there for cell in planned),
                "whole seeds": len(whole),
            }
        )
    return pd.DataFrame(lines).set_index("design")
