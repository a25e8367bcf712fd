"""Chapter 7: beside the primary test. Secondary tests, power, a mixed model.

None of it decides; p values here are corrected by Holm together. What other choices would have
found stands in ``intermediate_sensitivity``. Takes a ``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.study import intermediate_gains as of
from helpers.study.intermediate_classical import context_test
from helpers.study.intermediate_controls import BESIDE, over_units_and_seeds
from helpers.study.intermediate_gate import controls_of
from helpers.study.intermediate_rules import MASKED, NOISE, PERMUTED, rules
from helpers.study.intermediate_tables import (
    LEVEL_0,
    Study,
    interval,
    p_value,
    points,
)
from helpers.study.transfer import TUNED
from helpers.study.transfer_data import SOURCE

if TYPE_CHECKING:
    import pandas as pd


# Spreads, in points, under which the design was planned: of a seed, of data sets in the true
# difference, of a cell.
PLANNED = {"seed_sd": 1.0, "set_sd": 0.8, "cell_sd": 1.2}
FEWEST_RUNS = 20  # cells, for a mixed model of two fixed and two random effects


# -- secondary tests


def secondary(study: Study) -> pd.DataFrame:
    """Every test beside the primary one that the records allow, with Holm's correction."""
    import pandas as pd

    from helpers.maths.decisions import holm

    lines = []

    def tested(question: str, units: int, estimate: str, p: float) -> None:
        lines.append({"question": question, "units": units, "estimate": estimate, "p": p})

    for column, labels in (("difficulty", "as posed"), ("clean", "on clean labels")):
        noise = of.decided(of.slopes(study.table, NOISE, study.targets, column=column))
        if noise is not None:
            question = f"slope by label noise, difficulty {labels}"
            tested(question, noise.n_sets, interval(noise), noise.p)
    if (found := context_test(study)) is not None:
        tested("tasks as they are: correlation", found.n_families, f"{found.rho:+.2f}", found.p)
    for question, mechanism, level in (
        ("gain of a task as it is", NOISE, LEVEL_0),
        ("gain of its text alone", MASKED, LEVEL_0),
        ("gain of permuted labels", PERMUTED, LEVEL_0),
    ):
        own = over_units_and_seeds(study, mechanism, level)
        if own is not None:
            tested(question, own.units, str(own), own.interval.p)
    for mechanism, told in BESIDE.items():
        own = over_units_and_seeds(study, NOISE, LEVEL_0, less=mechanism)
        if own is not None:
            tested(f"task as it is less {told}", own.units, str(own), own.interval.p)
    table = pd.DataFrame(lines, columns=["question", "units", "estimate", "p"])
    adjusted = holm(table["p"]) if len(table) else []
    table["p, Holm"] = [p_value(p) for p in adjusted]
    table["p"] = [p_value(p) for p in table["p"]]
    return table.set_index("question")


# -- a mixed model


def mixed(study: Study) -> pd.DataFrame | None:
    """Gain on difficulty within and between data sets, with an intercept and a slope a data set.

    gain = a + b within + c between + (a_d + b_d within) + noise: two predictors, *within* (a
    level's difficulty less its data set's mean) and *between* (that mean), and random effects of
    the data set; by restricted maximum likelihood. Where that cannot be fitted, the intercept's
    alone. Its standard errors are normal ones and too small for so few data sets: beside the
    primary test, not in its place. None below four data sets, or where it cannot be fitted.
    """
    import pandas as pd

    from helpers.maths.mixed_effects import mixed_effects

    found = points(study)
    if found["family"].nunique() < 4 or len(found) < FEWEST_RUNS:
        return None
    mean = found.groupby("family")["difficulty"].transform("mean")
    within = (found["difficulty"] - mean).to_numpy()[:, None]
    fixed = np.hstack([within, mean.to_numpy()[:, None]])
    names = ["difficulty within a data set", "mean difficulty of a data set"]
    for effects, random in (("intercept, slope", within), ("intercept", None)):
        fitted = mixed_effects(found["gain"], fixed, found["family"], random)
        if fitted is not None:
            table = pd.DataFrame(index=pd.Index(names, name="predictor"))
            table["points for 0 to 1"] = fitted.coefficients[1:].round(1)
            table["standard error"] = fitted.errors[1:].round(1)
            return table.assign(**{"of each data set": effects})
    return None


# -- power


def power_of_design(
    effects: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0),
    sets: Sequence[int] = (8,),
    *,
    n_draws: int = 1000,
    **spreads: float,
) -> pd.DataFrame:
    """Share of simulated studies that find an effect, or equivalence: a line an effect and size."""
    import pandas as pd

    from helpers.maths.slopes import design_power

    lines = []
    for n_sets in sets:
        for effect in effects:
            found = design_power(
                effect,
                n_sets=n_sets,
                n_levels=rules().levels,
                n_seeds=len(rules().seeds),
                smallest=rules().smallest_effect,
                alpha=rules().alpha,
                n_draws=n_draws,
                **(PLANNED | spreads),
            )
            line = {"data sets": n_sets, "true effect": effect, "found": found.found}
            lines.append(line | {"equivalent": found.equivalent})
    return pd.DataFrame(lines)


def power_of_correlation(
    units: Sequence[int] = (6, 8, 12, 20, 40), rho: Sequence[float] = (0.3, 0.5, 0.7)
) -> pd.DataFrame:
    """Share of simulated studies of so many independent tasks that find a correlation of rho."""
    import pandas as pd

    from helpers.maths.decisions import correlation_power

    lines = [
        {"tasks": n, "true rho": each, "found": correlation_power(n, each, n_draws=4000)}
        for each in rho
        for n in units
    ]
    return pd.DataFrame(lines)


def spreads_seen(study: Study) -> dict[str, float] | None:
    """Spread of units' effects and of cells about their lines, as recorded; None below three.

    ``cell_sd`` from the scatter of cells about the lines; ``set_sd`` from that of the units'
    effects less what the cells explain, not below 0.
    """
    known = [one for one in study.slopes if one.slope.effect is not None]
    squares = {one.family: one.slope.effect_error**2 for one in known}
    effects = of.by_unit(of.effects_of(known))
    if len(effects) < rules().fewest_sets or not np.isfinite([*squares.values()]).all():
        return None
    sizes = Counter(of.unit_of(family) for family in squares)
    of_units = [square / sizes[unit] for unit, square in of.by_unit(squares).items()]
    between = max(0.0, float(np.var([*effects.values()], ddof=1) - np.mean(of_units)))
    # A level's place on its line, if they stand in equal steps, in every seed that was recorded.
    steps = np.square(np.linspace(0, 1, rules().levels) - 0.5).sum()
    cells = [squares[one.family] * steps * one.slope.n_seeds for one in known]
    return {
        "set_sd": round(float(np.sqrt(between)), 3),
        "cell_sd": max(0.001, round(float(np.sqrt(np.mean(cells))), 3)),
    }


# -- item by item


def english_first(study: Study) -> pd.DataFrame:
    """Score of a translated item where its English was answered rightly, and where wrongly.

    Of controls, over all seeds, where a target's items are the same in both languages. Right: a
    score of a half or more. What any other predictor of a wrong answer has to add to.
    """
    import pandas as pd

    by_set: dict[tuple[str, str], list[np.ndarray]] = {}
    for run in controls_of(study.runs):
        rows = [row for row in run.record.rows if row.method == TUNED and row.name != "spearman"]
        english = {row.task: row for row in rows if row.target_language == "en"}
        for row in rows:
            source = english.get(row.task)
            if source is None or row is source or source.setting.get("role") != SOURCE:
                continue
            items = run.items()
            if not (row.key in items and source.key in items):
                continue
            if items.ids(row.key) == items.ids(source.key):
                both = np.stack([items[source.key], items[row.key]])
                by_set.setdefault((row.task, row.target_language), []).append(both)
    lines = []
    for (task, language), found in sorted(by_set.items()):
        english, other = np.concatenate(found, axis=1)
        right = english >= 0.5
        means = [other[chosen].mean() if chosen.any() else np.nan for chosen in (right, ~right)]
        told = ["" if mean != mean else f"{mean:.3f}" for mean in means]
        line = {"set": task, "language": language, "seeds": len(found)}
        line |= {"items": found[0].shape[1], "English right": f"{100 * right.mean():.0f} %"}
        line |= {"score where right": told[0], "score where wrong": told[1]}
        lines.append(line)
    names = ["set", "language", "seeds", "items", "English right"]
    names += ["score where right", "score where wrong"]
    return pd.DataFrame(lines, columns=names).set_index(["set", "language"])


# -- laboratory and real corpora


def signs(laboratory: Study, real: Study) -> pd.DataFrame:
    """Effect of every data set that both kinds of data have, and whether their signs agree.

    Where no target of the laboratory counts, its slopes are of all that it has.
    """
    import pandas as pd

    own = laboratory.slopes
    if not laboratory.targets:
        own = of.slopes(laboratory.table, rules().primary, laboratory.courses)
    mine, theirs = of.effects_of(own), of.effects_of(real.slopes)
    lines = [
        {
            "data set": name,
            "laboratory": f"{mine[name]:+z.2f}",
            "real corpora": f"{theirs[name]:+z.2f}",
            "same sign": "yes" if np.sign(mine[name]) == np.sign(theirs[name]) else "no",
        }
        for name in rules().families
        if name in mine and name in theirs
    ]
    names = ["data set", "laboratory", "real corpora", "same sign"]
    return pd.DataFrame(lines, columns=names).set_index("data set")
