"""Chapters 3 to 6: recorded runs over seeds as tables: values, paired differences, transfer.

Every interval comes from one draw of items that all seeds share (articles, for spans), with the
statistic that made the value: Spearman and macro-F1 are computed anew in every resample. One run
alone has an interval over items only, and the column ``covers`` says so. Encoders are never pooled.
Not for training or scoring anything (see ``transfer``), and not for figures (``transfer_plots``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from helpers.errors import UserError
from helpers.study.courses import COURSES, Course, in_laboratory
from helpers.study.row import Row
from helpers.study.store import Stored
from helpers.study.transfer_baselines import KEYWORDS, NONE, RANDOM_SPAN
from helpers.study.transfer_scores import (
    N_BOOT,
    Scored,
    rows_by_seed,
    runs_by_encoder,
    scored,
    shared_rows,
)

if TYPE_CHECKING:
    import pandas as pd

    from helpers.maths.statistics import Interval
    from helpers.maths.transfer import Side, Transfer

__all__ = [
    "BASES",
    "Measured",
    "Scored",
    "courses_of",
    "measured",
    "paired_differences",
    "runs_by_encoder",
    "scored",
    "seeds_frame_of",
    "shared_rows",
    "transfer_frame",
    "transfer_of",
]
TUNED, PERMUTED = "tuned", "permuted-labels"
# What transfer is measured from: the best of these in the language itself.
BASES = {
    "similarity": (NONE,),
    "classification": (PERMUTED,),
    "span": (RANDOM_SPAN, KEYWORDS, PERMUTED),
}
_MATCH = ("name", "task", "target_language")
_REPORTED = {"split": "report"}
S, T = TypeVar("S"), TypeVar("T")


def seeds_frame_of(
    runs: Sequence[Stored], *, two_way: bool = False, n_boot: int = N_BOOT, **coordinates: Any
) -> pd.DataFrame:
    """Value and crossed interval over seeds of every row with these coordinates.

    Parameters
    ----------
    runs : records of one encoder that differ in nothing but the seed; one is allowed.
    coordinates : fields or settings that rows must have; a setting that is None: rows without it.
        REPORT's rows, unless ``split`` says otherwise.
    n_boot : resamples; 0: no bootstrap, ends as where no item scores were kept.

    Returns
    -------
    One line a measurement: its coordinates, each setting a column, ``value`` (mean over seeds),
    ``low``, ``high``, ``n``, ``seeds`` (their number), ``spread`` (standard deviation over seeds)
    and ``covers``: "items, seeds"; "items" for one run; "items (mean of seeds)" where no item
    scores were kept (a genre), and the ends are the mean of the seeds' own; "" without interval.
    """
    import numpy as np
    import pandas as pd

    def told(each: list[Row]) -> dict[str, Any]:
        row = each[0]
        found = scored(runs, row) if n_boot else None
        line = _coordinates(row) | {"n": row.n, "seeds": len(runs)}
        per_seed = np.array([one.value for one in each])
        line["spread"] = float(per_seed.std(ddof=1)) if len(each) > 1 else np.nan
        if found is not None:
            line |= _told(found.interval(n_boot))
            if two_way:
                both = found.two_way()
                line |= {"two_way_low": both.low, "two_way_high": both.high}
        elif all(one.low is not None for one in each):
            ends = np.array([[one.low, one.high] for one in each]).mean(axis=0)
            line |= {"value": per_seed.mean(), "low": ends[0], "high": ends[1]}
            line["covers"] = "items" if len(each) == 1 else "items (mean of seeds)"
        else:
            line |= {"value": per_seed.mean(), "low": np.nan, "high": np.nan, "covers": ""}
        return line

    return pd.DataFrame(_side_by_side(told, rows_by_seed(runs, **_REPORTED | coordinates)))


def _side_by_side(work: Callable[[S], T], things: Sequence[S]) -> list[T]:
    """Intervals are many small problems: a core each."""
    from helpers.study.plan import workers

    with workers() as mapped:
        return list(mapped(work, things))


def _coordinates(row: Row) -> dict[str, Any]:
    line = row.model_dump(exclude={"value", "low", "high", "seed", "n"})
    return {**line.pop("setting"), **line}


def _told(found: Interval) -> dict[str, Any]:
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return ends | {"covers": ", ".join(found.covers)}


def paired_differences(
    runs: Sequence[Stored],
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    match: Sequence[str] = _MATCH,
    n_boot: int = N_BOOT,
) -> pd.DataFrame:
    """``first`` minus ``second``, on the same items and seeds: value and crossed interval.

    Parameters
    ----------
    first, second : coordinates of rows with item scores; each row of ``second`` is held against
        the one row of ``first`` that agrees with it in ``match``; those without one are left out.

    Returns
    -------
    One line a row of ``second``, whose coordinates it has; columns as ``seeds_frame_of``, and
    ``first``, ``second``: the two values. Errors: UserError on ``first`` where several rows agree.
    """
    import pandas as pd

    partners: dict[tuple, list[Scored]] = {}
    for row in shared_rows(runs, **_REPORTED | first):
        if (found := scored(runs, row)) is not None:
            partners.setdefault(_place(row, match), []).append(found)
    pairs = []
    for row in shared_rows(runs, **_REPORTED | second):
        against = partners.get(_place(row, match), [])
        other = scored(runs, row) if against else None
        if other is None:
            continue
        if len(against) > 1:
            raise UserError("first", f"{len(against)} rows for {_place(row, match)}", "one")
        if against[0].ids == other.ids:
            pairs.append((against[0], other))

    def told(pair: tuple[Scored, Scored]) -> dict[str, Any]:
        one, other = pair
        line = _coordinates(other.row) | {"n": other.row.n, "seeds": len(runs)}
        line |= {"first": one.value, "second": other.value}
        return line | _told(_difference(one, other, n_boot))

    return pd.DataFrame(_side_by_side(told, pairs))


def _difference(one: Scored, other: Scored, n_boot: int) -> Interval:
    import numpy as np

    from helpers.maths.item_statistics import weighted_mean
    from helpers.maths.statistics import crossed_bootstrap

    n_seeds, statistic = len(one.scores), one.statistic or weighted_mean

    def gain(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        values = statistic(scores, weights)
        return values[:, :n_seeds] - values[:, n_seeds:]

    both = np.concatenate([one.scores, other.scores])
    return crossed_bootstrap(both, statistic=gain, clusters=one.clusters, n_boot=n_boot)


def _place(row: Row, match: Sequence[str]) -> tuple:
    return tuple(
        getattr(row, name) if name in Row.model_fields else row.setting.get(name) for name in match
    )


def courses_of(runs: Sequence[Stored]) -> tuple[Course, ...]:
    """The courses that the runs took."""
    record = runs[0].record
    courses = COURSES[record.chapter]
    return (in_laboratory(courses[0]),) if record.data["source"] == "lab" else courses


@dataclass(frozen=True, eq=False)
class Measured:
    """One set of a course: the tuned model's scores, and the base that its gain is counted from."""

    course: Course
    tuned: Scored
    base: Scored

    def side(self) -> Side:
        """As ``maths.transfer`` takes it."""
        from helpers.maths.transfer import Side

        return Side(self.tuned.scores, self.base.scores, self.tuned.statistic, self.tuned.clusters)

    def same_items(self, other: Measured) -> bool:
        """Whether item i of one is item i of the other: a translation of it."""
        mine, theirs = self.tuned.clusters, other.tuned.clusters
        if self.tuned.ids != other.tuned.ids or (mine is None) != (theirs is None):
            return False
        return mine is None or bool((mine == theirs).all())


def measured(runs: Sequence[Stored], metric: str = "") -> list[Measured]:
    """Every scored set of every course, the course's source first.

    ``metric`` : name of the rows, the course's own by default. A set whose tuned scores or base
    were not recorded (``permuted`` was off) is left out.
    """
    found = []
    for course in courses_of(runs):
        name = metric or course.metric
        sets = {task for task, _ in (course.source, *course.targets, *course.shifts)}
        where = {"name": name, "kind": course.kind, "split": "report", "genre": None}
        where |= {"rules": "own"} if course.kind == "span" else {}
        rows = [row for row in shared_rows(runs, **where) if row.task in sets]
        rows = [row for row in rows if row.setting.get("form") != "cross-encoder"]
        for row in sorted(rows, key=lambda one: one.setting["role"] != "source"):
            if row.method != TUNED or (tuned := scored(runs, row)) is None:
                continue
            of_set = [x for x in rows if (x.task, x.target_language) == _set(row)]
            bases = [scored(runs, x) for x in of_set if x.method in BASES[course.kind]]
            known = [base for base in bases if base is not None]
            if known:
                found.append(Measured(course, tuned, max(known, key=lambda one: one.value)))
    return found


def _set(row: Row) -> tuple[str, str]:
    return row.task, row.target_language


def transfer_of(source: Measured, target: Measured, n_boot: int = N_BOOT) -> Transfer:
    """Transfer from a course's source to one of its sets."""
    from helpers.maths.transfer import transfer

    same = source.same_items(target)
    return transfer(source.side(), target.side(), shared_items=same, n_boot=n_boot)


def transfer_frame(
    runs: Sequence[Stored], metric: str = "", *, n_boot: int = N_BOOT
) -> pd.DataFrame:
    """Transfer to every target and shift of every course, the primary outcome of this book.

    Returns
    -------
    One line a set: course, task, target_language, role, encoder, seeds, base (its method), tuned
    and base_value (means over seeds), then gain, source_gain, difference (source's gain less the
    target's) and ratio, each with ``_low`` and ``_high``; ``refused`` says why a ratio is missing,
    ``covers`` what the intervals speak of.
    """
    import numpy as np
    import pandas as pd

    sets = measured(runs, metric)
    sources = {m.course.name: m for m in sets if m.tuned.row.setting["role"] == "source"}

    def told(one: Measured) -> dict[str, Any]:
        source, row = sources[one.course.name], one.tuned.row
        found = transfer_of(source, one, n_boot)
        line = {
            "course": one.course.name,
            "task": row.task,
            "target_language": row.target_language,
            "role": row.setting["role"],
            "encoder": row.encoder,
            "seeds": len(runs),
            "n": row.n,
            "base": one.base.row.method,
            "tuned": one.tuned.value,
            "base_value": one.base.value,
            "refused": found.refused,
            "covers": ", ".join(found.source_gain.covers),
        }
        for name, interval in (
            ("gain", found.target_gain),
            ("source_gain", found.source_gain),
            ("difference", found.difference),
            ("ratio", found.ratio),
        ):
            ends = (
                (np.nan,) * 3 if interval is None else (interval.value, interval.low, interval.high)
            )
            line |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
        return line

    wanted = [m for m in sets if m.course.name in sources and m is not sources[m.course.name]]
    return pd.DataFrame(_side_by_side(told, wanted))
