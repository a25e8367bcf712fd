"""Chapter 7: what the recorded runs say, as tidy frames: difficulty, gain, slopes.

A gain is a target's score after an intermediate task less the score without it, under the same
seed, in points of chance-corrected score. Difficulty of a level, as a gain is set against it, is
that of the *other* seeds, on held-out items. Nothing is trained here; what follows from the numbers
is decided by ``maths.decisions`` under the rules of ``intermediate_rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study import store
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import Cell
from helpers.study.intermediate_rules import NONE, rules
from helpers.study.intermediate_teach import DIFFICULTY, INTERMEDIATE, SCORES
from helpers.study.store import Stored
from helpers.study.transfer import TUNED
from helpers.study.transfer_data import SOURCE, TARGET

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.maths.decisions import Inference
    from helpers.maths.slopes import Slope
    from helpers.study.record import Record

CELL = ["family", "mechanism", "level"]
_COLUMNS = (
    *(*CELL, "seed", "name", "task", "kind", "method", "value", "low", "high", "n", "language"),
    *("role", "course", "chance", "labels", "direction"),
)
OF_A_CELL = ("intermediate", "mechanism", "level", "seed")
_NINETY_FIVE = 2 * 1.96  # standard errors in a 95 % interval


def recorded(data: str, encoder: str) -> list[Stored]:
    """Runs of the chapter under the rules that stand, on one kind of data, by one encoder.

    Of runs that differ in more than the cell (a trial with fewer items, an older version of the
    study, other weights of that name) the ones with the most cells are taken: no two of one cell.
    """
    from helpers.study.record import canonical

    found, _ = store.scan(chapter=CHAPTER)
    alike: dict[str, list[Stored]] = {}
    for run in found:
        if _ours(run, data, encoder):
            record = run.record
            shared = {k: v for k, v in record.params.items() if k not in OF_A_CELL}
            key = canonical([shared, record.study_version, record.encoders])
            alike.setdefault(key, []).append(run)
    groups = sorted(alike.items(), key=lambda one: (-len(one[1]), one[0]))
    # Of one cell the first: other data of the same name (a set that was published anew).
    cells = {cell_of(run): run for run in reversed(groups[0][1])} if groups else {}
    return [cells[cell] for cell in sorted(cells)]


def asked(data: str, encoder: str) -> list[Stored]:
    """``recorded``, for a page that is told whose runs to read.

    Errors: UserError where there are runs under the rules that stand, and none of them is meant.
    """
    if found := recorded(data, encoder):
        return found
    there = {
        (run.record.data.get("source"), run.record.params["encoder"])
        for run in store.scan(chapter=CHAPTER)[0]
        if run.record.data["fingerprints"].get("rules") == rules().digest
    }
    encoders = sorted({own for source, own in there if source == data})
    if encoders:
        raise UserError("recorded_encoder", encoder, encoders)
    if there:
        raise UserError("recorded_data", data, sorted({source for source, _ in there}))
    return []


def cell_of(run: Stored) -> Cell:
    """Which cell of the grid a run is."""
    params = run.record.params
    return Cell(params["seed"], params["mechanism"], params["intermediate"], params["level"])


def _ours(run: Stored, data: str, encoder: str) -> bool:
    record = run.record
    return (
        record.data.get("source") == data
        and record.params["encoder"] == encoder
        and made_by_rules(record)
    )


def made_by_rules(record: Record) -> bool:
    """Whether a record of the chapter was made under the rules that stand."""
    params = record.params
    fingerprints = record.data["fingerprints"]
    return rules().made(fingerprints, params["intermediate"], params["mechanism"])


def frame(runs: Iterable[Stored]) -> pd.DataFrame:
    """One line a row of every run, with what the run was: family, mechanism, level, seed.

    Each setting is a column. No lines, but the columns that are read here, where there is no run.
    """
    import pandas as pd

    lines = []
    for run in runs:
        params = run.record.params
        cell = {
            "family": params["intermediate"],
            "mechanism": params["mechanism"],
            "level": params["level"],
            "seed": params["seed"],
        }
        for row in run.record.rows:
            setting = {k: v for k, v in row.setting.items() if k not in cell}
            line = row.model_dump(
                include={"name", "task", "kind", "method", "value", "low", "high", "n"}
            )
            lines.append({**cell, **line, "language": row.target_language, **setting})
    table = pd.DataFrame(lines)
    there = [*table.columns, *(name for name in _COLUMNS if name not in table)]
    return table.reindex(columns=there)


def refuse_mixed(table: pd.DataFrame) -> None:
    """Refuse runs of one cell whose seeds learnt from different items: of two makings of the study.

    A record's identity does not hold which items were drawn; a hash of them stands in its rows.
    """
    if "items" not in table:
        return
    own = table[table["role"].eq(DIFFICULTY) & table["items"].notna()]
    kinds = own.groupby(CELL)["items"].nunique()
    if len(mixed := kinds[kinds > 1]):
        family, mechanism, level = mixed.index[0]
        given = f"seeds of {family} {mechanism} {level} that learnt from different items"
        raise UserError("results", given, "runs of one making: remove the older and make them anew")


@cache
def _chance(task_name: str) -> float:
    from helpers.data.tasks import task

    return task(task_name).chance or 0.0


def corrected(table: pd.DataFrame) -> pd.Series:
    """Chance-corrected score of each line, by the registry's chance of its task."""
    chance = table["task"].map(_chance)
    return (table["value"] - chance) / (1 - chance)


def difficulties(table: pd.DataFrame) -> pd.DataFrame:
    """Measured difficulty of every cell: held-out items of its own making, labels as posed.

    Columns: the cell's, seed, ``score``, ``difficulty`` (1 - chance-corrected score, chance that of
    the commonest label), ``error`` (its standard error over items) and ``clean`` (the same on clean
    labels).
    """
    own = table[table["method"].eq(INTERMEDIATE) & table["role"].eq(DIFFICULTY)]
    own = own[own["name"].isin(SCORES)]
    if "rules" in own:
        own = own[own["rules"].ne("english")]
    own = own[own["genre"].isna()] if "genre" in own else own
    hard = 1 - (own["value"] - own["chance"]) / (1 - own["chance"])
    wide = own["high"].astype(float) - own["low"].astype(float)
    error = wide / _NINETY_FIVE / (1 - own["chance"])
    own = own.assign(difficulty=hard, score=own["value"], error=error)
    keys = [*CELL, "seed"]
    clean = own[own["labels"].eq("clean")].set_index(keys)["difficulty"]
    posed = own.sort_values("labels", ascending=False).drop_duplicates(keys)
    posed = posed[[*keys, "score", "difficulty", "error"]].reset_index(drop=True)
    return posed.join(clean.rename("clean"), on=keys)


def target_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Chance-corrected score of every target set of every cell, in points."""
    own = table[table["method"].eq(TUNED) & table["role"].isin([SOURCE, TARGET])]
    own = own.assign(score=100 * corrected(own))
    return own[[*CELL, "seed", "course", "task", "language", "role", "score", "n"]].reset_index(
        drop=True
    )


def gains(table: pd.DataFrame) -> pd.DataFrame:
    """Gain of every cell and target set over the control of the same seed, in points.

    ``counts`` is False within a family (see the rules).
    """
    scores = target_scores(table)
    where = ["seed", "course", "task", "language", "role"]
    control = scores[scores["mechanism"].eq(NONE)].set_index(where)["score"].rename("control")
    found = scores[scores["mechanism"].ne(NONE)].join(control, on=where)
    found = found.dropna(subset=["control"])
    same = [
        rules().same_family(course, family)
        for course, family in zip(found["course"], found["family"], strict=True)
    ]
    found = found.assign(gain=found["score"] - found["control"], counts=[not one for one in same])
    return found.reset_index(drop=True)


def by_target(found: pd.DataFrame) -> pd.DataFrame:
    """Mean gain of every cell, seed and target course over its languages other than English."""
    away = found[found["role"].eq(TARGET)]
    keys = [*CELL, "seed", "course", "counts"]
    return away.groupby(keys, sort=False)["gain"].mean().reset_index()


@dataclass(frozen=True)
class SetSlope:
    """The slope of one data set, the cells behind it, and the targets that counted.

    ``slope.refused`` also where a level is missing: its range would be another.
    """

    family: str
    slope: Slope
    difficulty: np.ndarray  # [seeds, levels], of the other seeds
    gain: np.ndarray  # [seeds, levels]
    targets: tuple[str, ...]

    @property
    def recorded(self) -> np.ndarray:
        """[seeds, levels]: whether the cell has a gain, its difficulty known or not."""
        import numpy as np

        return ~np.isnan(self.gain)


def slopes(
    table: pd.DataFrame,
    mechanism: str,
    targets: Sequence[str],
    *,
    same_family: bool = False,
    own_seed: bool = False,
    levels: Sequence[int] | None = None,
    difficulty: Mapping[str, Sequence[float]] | None = None,
    column: str = "difficulty",
) -> list[SetSlope]:
    """A slope a data set, of the mean gain over the targets that count on measured difficulty.

    None until every level is recorded and another seed tells its difficulty.

    Only to see what the rules change: same_family, also cells of one family of tasks; own_seed,
    difficulty of the very run that gained, in the place of the other seeds'; levels, of all some;
    difficulty, by family that of every level as told elsewhere; column, of `difficulties`, that
    tells difficulty: ``clean`` is on clean labels.
    """
    import numpy as np

    from helpers.maths.slopes import slope_within

    hard = difficulties(table)
    gain = by_target(gains(table))
    gain = gain[gain["course"].isin(targets) & gain["mechanism"].eq(mechanism)]
    if not same_family:
        gain = gain[gain["counts"].eq(True)]
    seeds = sorted(gain["seed"].unique())
    levels = list(range(rules().levels) if levels is None else levels)
    found = []
    for family in rules().families:
        own = gain[gain["family"].eq(family)]
        if own.empty:
            continue
        # A cell counts when all its targets are there: a mean over fewer is another outcome.
        wanted = own["course"].nunique()
        cells = own.groupby(["seed", "level"])["gain"].agg(["mean", "size"])
        mean = cells["mean"].where(cells["size"].eq(wanted)).unstack("level")
        y = mean.reindex(index=seeds, columns=levels).to_numpy()
        mine = hard[hard["family"].eq(family) & hard["mechanism"].eq(mechanism)]
        x = mine.pivot(index="seed", columns="level", values=column)
        x = x.reindex(index=seeds, columns=levels).to_numpy()
        x = x if own_seed else others_mean(x)
        if difficulty is not None:
            elsewhere = difficulty.get(family, [np.nan] * rules().levels)
            x = np.tile([elsewhere[level] for level in levels], (len(seeds), 1))
        slope = slope_within(x, y, least_range=rules().least_range)
        one = SetSlope(family, slope, x, np.asarray(y), tuple(own["course"].unique()))
        there = int(one.recorded.any(axis=0).sum())
        if there < len(levels):
            one = _without(one, f"{there} of {len(levels)} levels recorded")
        elif slope.n_levels < len(levels):
            one = _without(one, "no other seed tells the difficulty of all levels yet")
        found.append(one)
    return found


def _without(one: SetSlope, why: str) -> SetSlope:
    none = {"slope": None, "standard_error": None, "effect": None, "effect_error": None}
    return replace(one, slope=replace(one.slope, **none, refused=why))


def others_mean(values: np.ndarray) -> np.ndarray:
    """Of each row (seed) the mean of the other rows; NaN where no other row has a number.

    >>> import numpy as np
    >>> others_mean(np.array([[1.0, 2.0], [3.0, 6.0]])).tolist()
    [[3.0, 6.0], [1.0, 2.0]]
    """
    import numpy as np

    found = np.full(values.shape, np.nan)
    for row in range(len(values)):
        rest = np.delete(values, row, axis=0)
        there = ~np.isnan(rest)
        count = there.sum(axis=0)
        total = np.where(there, rest, 0.0).sum(axis=0)
        found[row] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def decided(found: Sequence[SetSlope]) -> Inference | None:
    """The primary test over data sets; None where fewer passed the gate than the rules want."""
    return inferred(effects_of(found))


def effects_of(found: Sequence[SetSlope]) -> dict[str, float]:
    """Hardest level less easiest by data set, of those that have a slope."""
    return {one.family: one.slope.effect for one in found if one.slope.effect is not None}


def unit_of(family: str) -> str:
    """The family of tasks that a data set belongs to: they are not independent within one."""
    from helpers.data.tasks import task

    return task(rules().family(family).task).family


def by_unit(numbers: Mapping[str, float]) -> dict[str, float]:
    """One number a unit of inference, from one a data set: the mean of each family of tasks."""
    import numpy as np

    units: dict[str, list[float]] = {}
    for family, number in numbers.items():
        units.setdefault(unit_of(family), []).append(number)
    return {unit: float(np.mean(values)) for unit, values in units.items()}


def inferred(numbers: Mapping[str, float]) -> Inference | None:
    """``decided`` for any number a data set; None where too few units, or units that are alike."""
    import numpy as np

    from helpers.maths.decisions import inference_over

    units = list(by_unit(numbers).values())
    if len(units) < rules().fewest_sets or np.ptp(units) == 0:
        return None
    return inference_over(units, smallest=rules().smallest_effect, level=1 - rules().alpha)
