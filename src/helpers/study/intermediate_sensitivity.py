"""Chapter 7: the primary effect under other choices than the frozen ones.

None of it decides, and nothing here is corrected for how many were tried: a choice that would turn
the verdict is shown as such. Takes a ``Study`` of ``intermediate_tables``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.study import intermediate_gains as of
from helpers.study.intermediate_rules import ITEMS, NONE, rules
from helpers.study.intermediate_tables import EFFECT, Study, astray, interval, seed_gains
from helpers.study.transfer import TUNED
from helpers.study.transfer_baselines import BAG
from helpers.study.transfer_data import SOURCE, TARGET

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.decisions import Inference


def sensitivity(study: Study, taught: Mapping[str, Sequence[float]] | None = None) -> pd.DataFrame:
    """The primary effect under other choices: a line a choice, only those that can be computed.

    taught : by family the difficulty of every level as told on items of all levels, where known.
    """
    import pandas as pd

    def slopes(targets: Sequence[str] = study.targets, **options: Any) -> Sequence[of.SetSlope]:
        return of.slopes(study.table, rules().primary, targets, **options)

    tried = {"as frozen": study.primary}
    if study.primary is not None:
        tried["cells within a family too"] = of.decided(slopes(same_family=True))
        wider = slopes(study.courses)
        if any(set(one.targets) - set(study.targets) for one in wider):
            tried["all targets, also uninformative ones"] = of.decided(wider)
        for target, alone in by_target(study).items():
            tried[f"target {target} alone"] = alone
        if (beyond := _learnt_beyond_words(study)) is not None:
            tried["languages in which the controls beat words alone"] = beyond
        if (english := in_english(study)) is not None:
            tried["gain in English, in the place of other languages"] = english
        tried["difficulty of the very run"] = of.decided(slopes(own_seed=True))
        tried["slope without the last level, over the whole range"] = _but_last(study, slopes)
        if taught:
            on_all = slopes(difficulty=taught)
            tried["difficulty told on items of all levels"] = of.decided(on_all)
        tried["gain of the last level less the first"] = of.inferred(_ends(study))
        if len(lost := astray(study, rules().primary)):
            keys = ["family", "level", "seed"]
            table = study.table.merge(lost[keys].assign(lost=True), how="left", on=keys)
            wrong = table["lost"].eq(True) & table["mechanism"].eq(rules().primary)
            kept = study.table[~wrong.to_numpy()]
            tried["without runs that went astray"] = of.decided(
                of.slopes(kept, rules().primary, study.targets)
            )
        for one in study.slopes:
            if one.slope.effect is not None:
                rest = [other for other in study.slopes if other.family != one.family]
                tried[f"without {one.family}"] = of.decided(rest)
    lines = [
        {
            "choice": choice,
            "units": found.n_sets,
            EFFECT: interval(found),
            "verdict": found.verdict,
        }
        for choice, found in tried.items()
        if found is not None
    ]
    names = ["choice", "units", EFFECT, "verdict"]
    return pd.DataFrame(lines, columns=names).set_index("choice")


def by_target(study: Study) -> dict[str, Inference]:
    """The primary test by each target that counts alone, where there are several and units enough.

    Data sets are not all scored on the same targets, so the mean over data sets weighs targets too.
    """
    alone = {
        target: of.decided(of.slopes(study.table, rules().primary, [target]))
        for target in study.targets
    }
    if len(alone) < 2:
        return {}
    return {target: found for target, found in alone.items() if found is not None}


def _learnt_beyond_words(study: Study) -> Inference | None:
    """The primary test over languages in which controls beat words alone; None where that is all.

    The gate asks this of English. In another language words alone may still be ahead.
    """
    table = study.table
    keys = ["task", "language", "name"]
    away = table[table["mechanism"].eq(NONE) & table["role"].eq(TARGET)]
    tuned, words = (
        away[away["method"].eq(method)].groupby(keys)["value"].mean() for method in (TUNED, BAG)
    )
    behind = (tuned - words).dropna()
    behind = behind[behind.le(0) & behind.index.isin(tuned.index)]
    lost = table["role"].eq(TARGET) & table.set_index(keys).index.isin(behind.index)
    own = table[lost.to_numpy() & table["course"].isin(study.targets).to_numpy()]
    if own.empty:
        return None
    return of.decided(of.slopes(table[~lost.to_numpy()], rules().primary, study.targets))


def in_english(study: Study) -> Inference | None:
    """The primary test of what targets gain in the source language, in which they are learnt."""
    table = study.table[study.table["role"].ne(TARGET)]
    table = table.assign(role=table["role"].where(table["role"].ne(SOURCE), TARGET))
    return of.decided(of.slopes(table, rules().primary, study.targets))


def _but_last(study: Study, slopes: Callable[..., Sequence[of.SetSlope]]) -> Inference | None:
    """The test on slopes of all levels but the last, times the range that all levels have."""
    span = {one.family: one.slope.range for one in study.slopes}
    found = slopes(levels=range(rules().levels - 1))
    return of.inferred(
        {
            one.family: one.slope.slope * span[one.family]
            for one in found
            if one.slope.effect is not None and one.slope.slope is not None
        }
    )


def _ends(study: Study) -> dict[str, float]:
    """Gain of the last level less that of the first, mean over the seeds that have both."""
    last = rules().levels - 1
    gain = seed_gains(study)
    gain = gain[gain["mechanism"].eq(ITEMS) & gain["level"].isin([0, last])]
    both = gain.pivot(index=["family", "seed"], columns="level", values="gain")
    both = both.reindex(columns=[0, last])
    return dict((both[last] - both[0]).dropna().groupby("family").mean())
