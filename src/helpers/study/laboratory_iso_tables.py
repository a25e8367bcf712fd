"""The laboratory's iso-accuracy study as tables: calibration, how hard the tasks were, gains.

Takes the records that are there: without any, every table has its columns and no lines, and no
number is told. Intervals are over encoders (seeds of pretraining) crossed with tuning seeds, the
scored items as they are. What decides was written first, in ``laboratory_iso_rules.toml``.
Generated text: a causal instrument, no evidence about natural language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.maths.decisions import VERDICTS
from helpers.study import store
from helpers.study.intermediate_gains import corrected
from helpers.study.intermediate_gate import BASELINES
from helpers.study.intermediate_teach import INTERMEDIATE
from helpers.study.laboratory_iso_params import (
    CALIBRATION,
    CHAPTER,
    EASY,
    GAINS,
    NONE,
    PERMUTED,
    LaboratoryIsoParams,
    rules,
)
from helpers.study.store import Stored
from helpers.study.transfer import TUNED
from helpers.study.transfer_data import SOURCE, TARGET

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.statistics import Interval

SCOPE = "Generated text: a causal instrument, no evidence about natural language."
ALL = "all that count"
_FEWEST = 2  # encoders, and seeds, of which an interval over both can be told
_COORDINATES = ("encoder", "seed")
_SETTINGS = ("role", "course", "mechanism", "level", "labels", "near", "trials", "genre")


@dataclass(frozen=True)
class Summary:
    """All that a page shows. ``verdict``: None until three encoders and two seeds are there."""

    records: int
    wanted: int
    calibration: pd.DataFrame
    manipulation: pd.DataFrame
    gates: pd.DataFrame
    gains: pd.DataFrame
    comparisons: pd.DataFrame
    adjusted: pd.DataFrame
    verdict: str | None
    text: str


def summary(results: Path | None = None) -> Summary:
    """What the recorded runs say; ``results``: another folder of records than the project's."""
    return summed_up(recorded(results))


def recorded(results: Path | None = None) -> list[Stored]:
    """Records of gains under the rules that stand, in the languages and encoders of the study."""
    runs, _ = store.scan(results, chapter=CHAPTER)
    languages = list(LaboratoryIsoParams().target_languages)
    return [
        run
        for run in runs
        if run.record.data["fingerprints"].get("rules") == rules().digest
        and run.record.params["part"] == GAINS
        and run.record.params["target_languages"] == languages
        and run.record.params["encoder"] in rules().encoders
        and run.record.params["seed"] in rules().seeds
    ]


def summed_up(runs: Iterable[Stored]) -> Summary:
    """The same of given records."""
    runs = list(runs)
    table = frame(runs)
    passed = gates(table)
    counting = list(passed[passed["counts"]]["course"])
    gain, accuracy = gains(table), accuracies(table)
    shown = comparisons(gain, counting)
    decided = verdict(shown, gain)
    checked = manipulation(accuracy)
    means = mean_gains(gain, counting)
    again = comparisons(adjusted(gain, accuracy), counting)
    wanted = len(rules().encoders) * len(rules().seeds)
    return Summary(
        records=len(runs),
        wanted=wanted,
        calibration=calibration(table),
        manipulation=checked,
        gates=passed,
        gains=means,
        comparisons=shown,
        adjusted=again,
        verdict=decided,
        text=_text(len(runs), wanted, checked, passed, means, shown, again, decided),
    )


def frame(runs: Iterable[Stored]) -> pd.DataFrame:
    """One line a row of every record, settings as columns."""
    import pandas as pd

    fields = ("name", "task", "method", "value", "n")
    lines = [
        {"encoder": run.record.params["encoder"], "seed": run.record.params["seed"]}
        | {name: getattr(row, name) for name in fields}
        | {"language": row.target_language}
        | {name: row.setting.get(name) for name in _SETTINGS}
        for run in runs
        for row in run.record.rows
    ]
    return pd.DataFrame(lines, columns=[*_COORDINATES, *fields, "language", *_SETTINGS])


# -- how hard the tasks were


def calibration(table: pd.DataFrame) -> pd.DataFrame:
    """Share of each mechanism for each encoder and seed, and the accuracy that it was chosen by."""
    import pandas as pd

    own = table[table["method"].eq(CALIBRATION)]
    keys = [*_COORDINATES, "mechanism"]
    own = own.drop_duplicates([*keys, "name"])
    columns = [*keys, "share", "accuracy", "near", "trials"]
    if own.empty:
        return pd.DataFrame(columns=columns)
    wide = own.pivot(index=keys, columns="name", values="value").reset_index()
    more = own.drop_duplicates(keys)[[*keys, "near", "trials"]]
    return wide.merge(more, on=keys)[columns].rename_axis(columns=None)


def accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """English accuracy of intermediate tasks on the other half, as posed and on clean labels."""
    keys = [*_COORDINATES, "mechanism"]
    own = table[table["method"].eq(INTERMEDIATE) & table["name"].eq("accuracy")]
    clean = own[own["labels"].eq("clean")].set_index(keys)["value"].rename("clean")
    own = own.sort_values("labels", ascending=False, kind="stable").drop_duplicates(keys)
    own = own.rename(columns={"value": "accuracy"})[[*keys, "accuracy"]]
    return own.join(clean, on=keys).reset_index(drop=True)


def manipulation(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Were the tasks equally hard? Accuracy on the other half, interval, distance to the wanted."""
    # The items are the same in all runs: their own error, in no interval here, moves all alike.
    import pandas as pd

    wanted = rules().calibration
    lines = []
    for mechanism in (EASY, *rules().mechanisms, PERMUTED):
        own = accuracy[accuracy["mechanism"].eq(mechanism)]
        if own.empty:
            continue
        found = over_design(own, "accuracy")
        hard = mechanism in rules().mechanisms
        off = found.value - wanted.accuracy if hard else None
        lines.append(
            {"mechanism": mechanism, **_ends(found), "clean": own["clean"].mean(), "off": off}
            | {"within": None if off is None else abs(off) <= wanted.tolerance}
        )
    columns = ["mechanism", "value", "low", "high", "clean", "off", "within"]
    return pd.DataFrame(lines, columns=columns)


# -- gains


def gates(table: pd.DataFrame) -> pd.DataFrame:
    """Which targets count: the control less each baseline, in English; the nearest is shown."""
    import pandas as pd

    english = table[table["role"].eq(SOURCE) & table["name"].isin(["accuracy", "spearman"])]
    english = english[english["genre"].isna()]  # baselines have rows for parts of a set, too
    lines = []
    for target in rules().targets:
        own = english[english["task"].eq(target.task)]
        control = own[own["method"].eq(TUNED) & own["mechanism"].eq(NONE)]
        against = []
        for method in BASELINES:
            base = (
                own[own["method"].eq(method)].set_index(list(_COORDINATES))["value"].rename("base")
            )
            both = control.join(base, on=list(_COORDINATES)).dropna(subset=["base"])
            if len(both):
                found = over_design(both.assign(over=both["value"] - both["base"]), "over")
                against.append((found, method, both["base"].mean()))
        if against:
            found, method, score = min(against, key=lambda one: one[0].low)
            line = {"course": target.course, "control": control["value"].mean()}
            line |= {"baseline": method, "against": score, **_ends(found)}
            lines.append(line | {"counts": bool(found.low > 0)})
    columns = ["course", "control", "baseline", "against", "value", "low", "high", "counts"]
    return pd.DataFrame(lines, columns=columns).astype({"counts": bool})


def gains(table: pd.DataFrame) -> pd.DataFrame:
    """Gain of every mechanism and target over the control of the same record, in points."""
    keys = [*_COORDINATES, "course"]
    own = table[table["method"].eq(TUNED) & table["role"].eq(TARGET)]
    own = own.assign(score=100 * corrected(own))
    own = own.groupby([*keys, "mechanism"], as_index=False, sort=False)["score"].mean()
    control = own[own["mechanism"].eq(NONE)].set_index(keys)["score"].rename("control")
    found = own[own["mechanism"].ne(NONE)].join(control, on=keys)
    return found.assign(gain=found["score"] - found["control"]).reset_index(drop=True)


def mean_gains(gain: pd.DataFrame, counting: list[str]) -> pd.DataFrame:
    """Mean gain of every mechanism: a line a target, and one over the targets that count."""
    import pandas as pd

    parts = {course: gain[gain["course"].eq(course)] for course in gain["course"].unique()}
    parts[ALL] = over_targets(gain, counting)
    lines = [
        {"target": name, "mechanism": mechanism, **_ends(over_design(own, "gain"))}
        for name, part in parts.items()
        for mechanism, own in part.groupby("mechanism", sort=False)
    ]
    return pd.DataFrame(lines, columns=["target", "mechanism", "value", "low", "high"])


def over_targets(gain: pd.DataFrame, counting: list[str]) -> pd.DataFrame:
    """Mean over the targets that count, one line a record and mechanism."""
    own = gain[gain["course"].isin(counting)]
    return own.groupby([*_COORDINATES, "mechanism"], as_index=False, sort=False)["gain"].mean()


def comparisons(gain: pd.DataFrame, counting: list[str]) -> pd.DataFrame:
    """Differences between the gains of mechanisms, a line a pair.

    ``low`` and ``high`` at 1 - alpha over the number of pairs: do any two differ? ``inner_low`` and
    ``inner_high`` at 1 - 2 alpha: are they within the bound?
    """
    import pandas as pd

    wide = over_targets(gain, counting).pivot(
        index=list(_COORDINATES), columns="mechanism", values="gain"
    )
    pairs = list(combinations(rules().mechanisms, 2))
    lines = []
    for one, other in pairs:
        if one not in wide or other not in wide:
            continue
        own = (wide[one] - wide[other]).dropna().rename("difference").reset_index()
        if own.empty:
            continue
        outer = over_design(own, "difference", level=1 - rules().alpha / len(pairs))
        inner = over_design(own, "difference", level=1 - 2 * rules().alpha)
        line = {"pair": f"{one} - {other}", **_ends(outer)}
        lines.append(line | {"inner_low": inner.low, "inner_high": inner.high})
    columns = ["pair", "value", "low", "high", "inner_low", "inner_high"]
    return pd.DataFrame(lines, columns=columns)


def verdict(shown: pd.DataFrame, gain: pd.DataFrame) -> str | None:
    """What follows from the comparisons, by the frozen rule; None where too little is recorded."""
    everywhere = set(gain["encoder"]) == set(rules().encoders)
    pairs = len(list(combinations(rules().mechanisms, 2)))
    if not everywhere or gain["seed"].nunique() < _FEWEST or len(shown) < pairs:
        return None
    if not shown[["low", "high"]].notna().all(axis=None):
        return None
    differs = bool(((shown["low"] > 0) | (shown["high"] < 0)).any())
    bound = rules().bound
    small = bool(((shown["inner_low"] > -bound) & (shown["inner_high"] < bound)).all())
    return VERDICTS[{(True, False): 0, (True, True): 1, (False, True): 2}.get((differs, small), 3)]


def adjusted(gain: pd.DataFrame, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Gains as they would be at the wanted accuracy: less the slope within mechanisms.

    For where the tasks were not equally hard on the other half. One slope a target.
    """
    keys = [*_COORDINATES, "mechanism"]
    own = gain[gain["mechanism"].isin(rules().mechanisms)]
    own = own.join(accuracy.set_index(keys)["accuracy"], on=keys)
    group = own.groupby(["course", "mechanism"])
    x = own["accuracy"] - group["accuracy"].transform("mean")
    y = own["gain"] - group["gain"].transform("mean")
    cross, square = (part.groupby(own["course"]).transform("sum") for part in (x * y, x * x))
    slope = (cross / square.where(square > 0)).fillna(0.0)
    return own.assign(gain=own["gain"] - slope * (own["accuracy"] - rules().calibration.accuracy))


# -- what the numbers leave open


def weakness(found: Summary) -> str:
    """Why an inconclusive study is weak: a sentence in front of the text; "" where nothing is."""
    if found.verdict != VERDICTS[3] or found.gains.empty:
        return ""
    accuracy = found.manipulation.set_index("mechanism")
    gained = found.gains[found.gains["target"].eq(ALL)].set_index("mechanism")
    hard = list(rules().mechanisms)
    if not {EASY, PERMUTED, *hard} <= set(accuracy.index) & set(gained.index):
        return ""
    reasons = []
    if accuracy.loc[EASY, "low"] <= accuracy.loc[hard, "high"].max():
        fell = 100 * (accuracy.loc[EASY, "value"] - accuracy.loc[hard, "value"].mean())
        reasons.append(f"difficulty moved by {fell:.1f} points only, with intervals that touch")
    if gained.loc[[EASY, PERMUTED, *hard], "value"].lt(0).all():
        ends = [f"{name} {gained.loc[key, 'value']:+.1f}" for name, key in _ENDS]
        reasons.append(f"all tasks lowered the targets in the mean ({', '.join(ends)})")
    meant = "this laboratory run is too weak to say anything on accuracy as cause."
    told = f"{', and '.join(reasons)}: {meant}"
    return told[0].upper() + told[1:] if reasons else ""


_ENDS = (("after the easy one", EASY), ("even after permuted labels", PERMUTED))


# -- intervals and words


def over_design(lines: pd.DataFrame, column: str, level: float = 0.95) -> Interval:
    """Mean over encoders and seeds; ends are not numbers where either is fewer than two.

    Of an incomplete design the seeds that all encoders have.
    """
    import numpy as np

    from helpers.maths.statistics import Interval, two_way_interval

    block = lines.pivot(index="encoder", columns="seed", values=column)
    values = np.asarray(block.dropna(axis="columns"), dtype=np.float64)
    if min(values.shape) < _FEWEST:
        mean = float(lines[column].mean())
        return Interval(mean, np.nan, np.nan, level)
    return two_way_interval(values, level=level)


def _ends(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _text(
    records: int,
    wanted: int,
    checked: pd.DataFrame,
    passed: pd.DataFrame,
    means: pd.DataFrame,
    shown: pd.DataFrame,
    again: pd.DataFrame,
    decided: str | None,
) -> str:
    """The answer in a few sentences; every number from the records."""
    if not records:
        return f"No record yet of {wanted}. {SCOPE}"
    count = "" if records == wanted else f"So far {records} of {wanted} records. "
    hard = checked[checked["within"].notna()]
    told = [_spelt(line.mechanism, line, 3) for line in hard.itertuples()]
    check = f"English accuracy of the intermediate tasks: {'; '.join(told)}. "
    own = means[means["target"].eq(ALL) & means["mechanism"].isin(rules().mechanisms)]
    if own.empty:
        none = "No target counts: no control beat its baselines."
        few = "Too little is recorded to tell which targets count."
        return f"{count}{check}{few if passed['low'].isna().any() else none} {SCOPE}"
    told = [_spelt(line.mechanism, line, 1) for line in own.itertuples()]
    gained = f"Gains on zero-shot targets, in points: {'; '.join(told)}. "
    told = [_spelt(line.pair, line, 1) for line in shown.itertuples()]
    apart = f"Differences: {'; '.join(told)}. "
    unequal = list(hard["mechanism"][~hard["within"].astype(bool)])
    start = "At accuracies meant to be equal" if unequal else "At accuracies equal in the mean"
    meant = {
        None: "Too little is recorded to decide.",
        VERDICTS[0]: f"{start} the gains differ: accuracy is not the cause.",
        VERDICTS[1]: f"{start} the gains differ, by less than is of interest.",
        VERDICTS[2]: f"{start} the gains are the same within the bound.",
        VERDICTS[3]: f"{start}: whether the gains differ cannot be said.",
    }[decided]
    if unequal:
        told = [_spelt(line.pair, line, 1) for line in again.itertuples()]
        meant += f" Not at it: {', '.join(unequal)}; adjusted for that: {'; '.join(told)}."
    return f"{count}{check}{gained}{apart}{meant} {SCOPE}"


def _spelt(name: str, line: object, digits: int) -> str:
    value, low, high = (getattr(line, end) for end in ("value", "low", "high"))
    told: Callable[[float], str] = f"{{:.{digits}f}}".format
    ends = "" if low != low else f" [{told(low)}, {told(high)}]"
    return f"{name} {told(value)}{ends}"
