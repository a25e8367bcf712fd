"""Chapters 3 to 5: what their pages say in the same words of recorded runs.

Sentences and small tables from frames of ``transfer_tables``; no statistics of its own, and no
figures (``transfer_plots``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.study.store import Stored
from helpers.study.transfer_tables import seeds_frame_of

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "*No run on published data is recorded yet; there is nothing to tell here.*"
SCOPE = "All of this is said of two small encoders, not of XLM-R."
NOT_TRIED = "*One learning rate was given, so none was tried.*"
Real = Mapping[str, Sequence[Stored]]


def each(real: Real, make: Callable[[Sequence[Stored]], pd.DataFrame]) -> pd.DataFrame:
    """The frames that ``make`` gives for the runs of every encoder, one after the other."""
    import pandas as pd

    return pd.concat([make(runs) for runs in real.values()], ignore_index=True)


def ends(row: Any, name: str = "value", digits: int = 3) -> str:
    """A value of a frame's line with the ends of its interval; empty where there is none.

    >>> ends({"value": 0.5, "low": 0.4, "high": 0.61}, digits=2)
    '0.50 [0.40, 0.61]'
    """
    low, high = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
    if row[name] != row[name]:
        return ""
    return f"{row[name]:.{digits}f} [{row[low]:.{digits}f}, {row[high]:.{digits}f}]"


def counted(frame: pd.DataFrame, where: pd.Series) -> str:
    """How many lines of a frame, of how many."""
    return f"{int(where.sum())} of {len(frame)}"


def seeds_of(runs: Sequence[Stored]) -> str:
    """How many seeds stand behind what is said of an encoder.

    >>> seeds_of([None])
    'one seed, so intervals speak of items only'
    """
    n = len(runs)
    return f"{n} seeds" if n > 1 else "one seed, so intervals speak of items only"


def trials(real: Real, metric: str, by: str) -> pd.DataFrame:
    """Validation score of every learning rate that was tried; no lines where none was.

    ``by``: what tells the trained models of an encoder apart, ``form`` or ``task``.
    """
    tried = each(
        real,
        lambda runs: seeds_frame_of(
            runs, name=metric, method="trial", split="validation", n_boot=0
        ),
    )
    if tried.empty:
        return tried
    return tried.pivot_table(
        index=["encoder", by], columns="learning_rate", values="value", sort=False
    ).round(3)


def seconds(real: Real, by: str) -> pd.DataFrame:
    """Mean seconds that one model took to train, where it was recorded."""
    took = each(
        real, lambda runs: seeds_frame_of(runs, name="seconds", split="validation", n_boot=0)
    )
    mean = took.groupby(["encoder", by, "method"], sort=False)["value"].mean().round()
    return mean.rename("seconds a model").to_frame()
