"""One result from several runs that differ in nothing but the seed.

Items are the same under every seed, so one draw of items serves all of them (crossed bootstrap),
and a two-way random-effects interval stands beside it. Not for several encoders or languages: those
are different questions and are never pooled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.record import Record
from helpers.study.row import Row
from helpers.study.store import Stored

if TYPE_CHECKING:
    from helpers.maths.statistics import Interval

FEWEST_SEEDS = 2


@dataclass(frozen=True)
class Aggregate:
    """A measurement over seeds: coordinates (``row`` of the first run), mean, both intervals.

    ``crossed`` and ``two_way`` are None where no item scores were kept (seconds, hubness).
    """

    row: Row
    seeds: tuple[int, ...]
    value: float
    crossed: Interval | None = None
    two_way: Interval | None = None


def across_seeds(
    runs: Sequence[Stored], *, names: Iterable[str] | None = None, **coordinates: Any
) -> list[Aggregate]:
    """Every measurement that all runs share, over their seeds.

    Parameters
    ----------
    runs : at least two records with item scores, equal in parameters (but for the seed), data and
        encoders (but for ``untrained:`` ones, whose weights are drawn with the seed).
    names : metrics wanted, e.g. ``["precision@1"]``; all by default.
    coordinates : fields or settings that rows must have, as for ``Record.select``.

    Errors: UserError on ``runs`` where they cannot be compared.
    """
    check_runs(runs)
    wanted = None if names is None else set(names)
    found = [
        {row.key: row for row in run.record.select(**coordinates) if _in(row.name, wanted)}
        for run in runs
    ]
    shared = [(key, row) for key, row in found[0].items() if all(key in each for each in found)]
    scored = [(row, [(key, 1.0)]) for key, row in shared if all(key in run.items() for run in runs)]
    intervals = {one.row.key: one for one in _aggregates(runs, scored)}
    seeds = _seeds(runs)
    return [
        intervals.get(key) or Aggregate(row, seeds, sum(e[key].value for e in found) / len(found))
        for key, row in shared
    ]


def differences(
    runs: Sequence[Stored],
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    *,
    match: Sequence[str],
) -> list[Aggregate]:
    """``first`` minus ``second``, item by item, over the seeds of the runs.

    Parameters
    ----------
    runs : as for :func:`across_seeds`.
    first, second : coordinates of rows with item scores. Each row of ``second`` is held against
        the one row of ``first`` that agrees with it in ``match`` (fields or settings).

    Returns
    -------
    One aggregate for each row of ``second``, which names it.

    Errors: UserError on ``runs``, or on ``first`` where not exactly one row agrees.
    """
    check_runs(runs)
    kept = runs[0].items()
    against: dict[tuple, list[Row]] = {}
    for row in runs[0].record.select(**first):
        against.setdefault(_place(row, match), []).append(row)
    pairs = []
    for row in runs[0].record.select(**second):
        partners = against.get(_place(row, match), [])
        if len(partners) != 1:
            given = f"{len(partners)} rows for {_place(row, match)}"
            raise UserError("first", given, f"one for each value of {', '.join(match)}")
        if row.key in kept and all(row.key in run.items() for run in runs):
            pairs.append((row, [(partners[0].key, 1.0), (row.key, -1.0)]))
    return _aggregates(runs, pairs)


def _aggregates(
    runs: Sequence[Stored], wanted: Sequence[tuple[Row, list[tuple[str, float]]]]
) -> list[Aggregate]:
    """Weighted sums of rows' item scores with intervals; rows of equal length in one pass."""
    import numpy as np

    from helpers.maths.many_intervals import crossed_means
    from helpers.maths.statistics import two_way_interval

    items, seeds = [run.items() for run in runs], _seeds(runs)
    by_length: dict[int, list[tuple[Row, np.ndarray]]] = {}
    for row, parts in wanted:
        for key, _ in parts:
            if not all(each.same_items(key, items[0], parts[0][0]) for each in items):
                given = f"{row.name} over different items"
                raise UserError("runs", given, "runs over the same items")
        scores = sum(weight * np.stack([each[key] for each in items]) for key, weight in parts)
        by_length.setdefault(scores.shape[1], []).append((row, scores))
    found = {}
    for group in by_length.values():
        intervals = crossed_means(np.stack([scores for _, scores in group]))
        for (row, scores), crossed in zip(group, intervals, strict=True):
            found[row.key] = Aggregate(row, seeds, crossed.value, crossed, two_way_interval(scores))
    return [found[row.key] for row, _ in wanted]


def _in(name: str, wanted: set[str] | None) -> bool:
    return wanted is None or name in wanted


def _place(row: Row, match: Sequence[str]) -> tuple:
    return tuple(
        getattr(row, name) if name in Row.model_fields else row.setting.get(name) for name in match
    )


def _seeds(runs: Sequence[Stored]) -> tuple[int, ...]:
    return tuple(run.record.params["seed"] for run in runs)


def check_runs(runs: Sequence[Stored]) -> None:
    """Errors: UserError on ``runs`` where they differ in anything but the seed."""
    if len(runs) < FEWEST_SEEDS:
        raise UserError("runs", f"{len(runs)} runs", f"{FEWEST_SEEDS} or more, one a seed")
    seeds = [run.record.params.get("seed") for run in runs]
    if len(set(seeds)) < len(seeds):
        raise UserError("runs", f"seeds {seeds}", "runs whose seeds differ")
    first = apart_from_seed(runs[0].record)
    for run in runs[1:]:
        other = apart_from_seed(run.record)
        differing = [name for name in first if first[name] != other[name]]
        if differing:
            raise UserError(
                "runs",
                f"{run.record.identity}, which differs from {runs[0].record.identity} in "
                f"{', '.join(differing)}",
                "runs that differ in nothing but the seed",
            )


def apart_from_seed(record: Record) -> dict[str, Any]:
    """What runs over seeds must have in common."""
    return {
        "chapter": record.chapter,
        "study_version": record.study_version,
        "params": {name: value for name, value in record.params.items() if name != "seed"},
        "data": record.data,
        "encoders": {
            name: None if name.startswith("untrained:") else fingerprint
            for name, fingerprint in record.encoders.items()
        },
    }
