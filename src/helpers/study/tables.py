"""Tidy tables for pages: rows of a record, or recorded runs over seeds, as frames to show or draw.

Also the check that holds a live run against the recorded one. Not for reading the store itself
(``store``) and not for figures (``plots``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study import store
from helpers.study.aggregate import Aggregate, across_seeds, differences
from helpers.study.record import Record
from helpers.study.row import Row
from helpers.study.store import Stored

if TYPE_CHECKING:
    import pandas as pd


def rows_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """One line a row, each setting a column of its own."""
    import pandas as pd

    flat = []
    for row in rows:
        line = row.model_dump()
        flat.append({**line.pop("setting"), **line})
    return pd.DataFrame(flat)


def seeds_frame(
    runs: Sequence[Stored], names: Iterable[str] | None = None, **coordinates: Any
) -> pd.DataFrame:
    """Recorded runs over seeds: value with the crossed interval, the two-way one beside it."""
    return _aggregates_frame(across_seeds(runs, names=names, **coordinates))


def differences_frame(
    runs: Sequence[Stored],
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    match: Sequence[str],
) -> pd.DataFrame:
    """``first`` minus ``second``, paired by item, as ``aggregate.differences``; names of second."""
    return _aggregates_frame(differences(runs, first, second, match=match))


def _aggregates_frame(found: Iterable[Aggregate]) -> pd.DataFrame:
    import pandas as pd

    flat = []
    for one in found:
        line = one.row.model_dump(exclude={"value", "low", "high", "seed"})
        line |= {"value": one.value, "seeds": len(one.seeds)}
        if one.crossed is not None and one.two_way is not None:
            line |= {"low": one.crossed.low, "high": one.crossed.high}
            line |= {"two_way_low": one.two_way.low, "two_way_high": one.two_way.high}
        flat.append({**line.pop("setting"), **line})
    return pd.DataFrame(flat)


def recorded(chapter: str, data: str, params: Mapping[str, Any] | None = None) -> list[Stored]:
    """Records of a chapter on one kind of data, by seed; those whose parameters equal ``params``.

    Raises
    ------
    UserError : there is none.
    """
    found = [
        one
        for one in store.scan(chapter=chapter)[0]
        if one.record.data.get("source") == data
        and all(one.record.params.get(name) == value for name, value in (params or {}).items())
    ]
    if not found:
        raise UserError("results", f"no record of {chapter} on {data}", "a recorded run")
    return sorted(found, key=lambda one: one.record.params.get("seed", 0))


def agreement(live: Record, tolerances: Mapping[str, float]) -> str:
    """Hold a live run against the recorded run of the same parameters.

    Parameters
    ----------
    tolerances : metric name -> largest absolute difference; other metrics are not compared.

    Returns
    -------
    A sentence for the page: how many rows agree, or that these parameters were never recorded.

    Raises
    ------
    AssertionError : a row moved by more than its tolerance, is missing or is new; the record is
        of another encoder or other data than the live run's.
    """
    try:
        runs = recorded(live.chapter, live.data["source"], live.params)
    except UserError:
        return "These parameters have no recorded run to be compared with."
    stale = [name for name in ("data", "encoders", "study_version") if _differs(runs, live, name)]
    assert not stale, (
        f"the recorded run of these parameters is of other {', '.join(stale)}; record it anew: "
        f"`python -m helpers run {live.chapter}`"
    )
    expected = {row.key: row for row in runs[0].record.rows if row.name in tolerances}
    found = {row.key: row for row in live.rows if row.name in tolerances}
    assert expected.keys() == found.keys(), (
        f"{len(expected.keys() ^ found.keys())} rows are only in the live or the recorded run"
    )
    moved = [
        (abs(found[key].value - row.value), row)
        for key, row in expected.items()
        if abs(found[key].value - row.value) > tolerances[row.name]
    ]
    if moved:
        by, row = max(moved, key=lambda pair: pair[0])
        raise AssertionError(
            f"{len(moved)} of {len(expected)} rows moved; most: {row.name} of {row.method}, "
            f"{row.encoder}, {row.target_language}, {row.setting}: {row.value:.4f} recorded, "
            f"{found[row.key].value:.4f} now"
        )
    return f"All {len(expected)} checked rows agree with the recorded run within tolerance."


def _differs(runs: Sequence[Stored], live: Record, name: str) -> bool:
    return getattr(runs[0].record, name) != getattr(live, name)


def in_percent(frame: pd.DataFrame) -> pd.DataFrame:
    """Values and interval ends times 100, whichever of them there are."""
    names = ("value", "low", "high", "two_way_low", "two_way_high")
    return frame.assign(**{name: 100 * frame[name] for name in names if name in frame})


def tell_stopping(frame: pd.DataFrame) -> pd.DataFrame:
    """A descent that was stopped early becomes a method of its own, ``gd, stopped early``."""
    stopped = frame["early_stopping"].eq(True)
    return frame.assign(method=frame["method"].where(~stopped, frame["method"] + ", stopped early"))


def with_most_pairs(frame: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Rows learnt from all pairs of a domain, and those that learnt nothing."""
    learnt = frame[frame["domain"].eq(domain)]
    most = learnt.groupby(["encoder", "target_language"])["n_pairs"].transform("max")
    unlearnt = frame[frame["n_pairs"].eq(0)]
    import pandas as pd

    return pd.concat([unlearnt, learnt[learnt["n_pairs"].eq(most)]], ignore_index=True)


def signed(value: float, low: float, high: float, digits: int = 2) -> str:
    """A difference with its interval as text, each number with its sign; nought has a plus.

    >>> signed(-0.0012, -0.5, 0.5), signed(1.25, 0.5, 2.0, digits=1)
    ('+0.00 [-0.50, +0.50]', '+1.2 [+0.5, +2.0]')
    """
    form = f"{{:+z.{digits}f}}".format
    return f"{form(value)} [{form(low)}, {form(high)}]"


def with_interval(frame: pd.DataFrame, digits: int = 1) -> pd.Series:
    """``value [low, high]`` as text, for tables that are read."""
    form = f"{{:.{digits}f}} [{{:.{digits}f}}, {{:.{digits}f}}]".format
    return frame.apply(lambda row: form(row["value"], row["low"], row["high"]), axis=1)
