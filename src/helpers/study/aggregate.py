"""One result from several runs that differ in nothing but the seed.

Items are the same under every seed, so one draw of items serves all of them (crossed bootstrap),
and a two-way random-effects interval stands beside it. Not for several encoders or languages: those
are different questions and are never pooled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.record import Record, Row
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
    _check(runs)
    wanted = None if names is None else set(names)
    found = [{row.key: row for row in run.record.select(**coordinates)} for run in runs]
    items = [run.items() for run in runs]
    seeds = tuple(run.record.params["seed"] for run in runs)
    result = []
    for key, row in found[0].items():
        if (wanted is not None and row.name not in wanted) or not all(
            key in each for each in found
        ):
            continue
        if not all(key in each for each in items):
            value = sum(each[key].value for each in found) / len(found)
            result.append(Aggregate(row, seeds, value))
            continue
        if any(each.ids(key) != items[0].ids(key) for each in items):
            raise UserError("runs", f"{row.name} over different items", "runs over the same items")
        result.append(_aggregate(row, seeds, [each[key] for each in items]))
    return result


def _aggregate(row: Row, seeds: tuple[int, ...], scores: list) -> Aggregate:
    import numpy as np

    from helpers.maths.statistics import crossed_bootstrap, two_way_interval

    stacked = np.stack(scores)
    crossed = crossed_bootstrap(stacked)
    return Aggregate(row, seeds, crossed.value, crossed, two_way_interval(stacked))


def _check(runs: Sequence[Stored]) -> None:
    if len(runs) < FEWEST_SEEDS:
        raise UserError("runs", f"{len(runs)} runs", f"{FEWEST_SEEDS} or more, one a seed")
    seeds = [run.record.params.get("seed") for run in runs]
    if len(set(seeds)) < len(seeds):
        raise UserError("runs", f"seeds {seeds}", "runs whose seeds differ")
    first = _apart_from_seed(runs[0].record)
    for run in runs[1:]:
        other = _apart_from_seed(run.record)
        differing = [name for name in first if first[name] != other[name]]
        if differing:
            raise UserError(
                "runs",
                f"{run.record.identity}, which differs from {runs[0].record.identity} in "
                f"{', '.join(differing)}",
                "runs that differ in nothing but the seed",
            )


def _apart_from_seed(record: Record) -> dict[str, Any]:
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
