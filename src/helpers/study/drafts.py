"""From scores per item to rows with intervals: all rows of a study in one pass.

A draft is a row that still has its items. Intervals are drawn for all drafts together, so that rows
over the same items share the draw. Not for what is measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.study.intervals import ItemIntervals
from helpers.study.items import Items
from helpers.study.row import Row

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Draft:
    """Coordinates of a row with its item scores, or with a bare value that has no interval.

    Item scores of a row that no later statistic pairs need not be kept in the record (``keep``).
    """

    coordinates: dict[str, Any]
    scores: np.ndarray | None = None
    ids: tuple[str, ...] = ()
    value: float | None = None
    n: int = 0
    curves: dict[str, np.ndarray] = field(default_factory=dict)
    keep: bool = True

    @property
    def setting(self) -> dict[str, Any]:
        return self.coordinates["setting"]


def finish(drafts: Iterable[Draft], *, seed: int) -> tuple[list[Row], Items]:
    """Rows in the order of the drafts, and their item scores; ``seed`` is of the bootstrap."""
    import numpy as np

    drafts = list(drafts)
    ends: dict[int, tuple[float, float, float]] = {}
    widths: dict[int, list[int]] = {}
    for place, draft in enumerate(drafts):
        if draft.scores is not None:
            widths.setdefault(len(draft.scores), []).append(place)
    intervals = ItemIntervals(seed=seed)
    for places in widths.values():
        found = intervals.of(np.stack([drafts[place].scores for place in places]))
        ends |= dict(
            zip(places, zip(*(map(float, part) for part in found), strict=True), strict=True)
        )
    rows, items = [], Items()
    for place, draft in enumerate(drafts):
        if draft.scores is None:
            rows.append(Row(**draft.coordinates, value=draft.value, n=draft.n))
            continue
        value, low, high = ends[place]
        row = Row(**draft.coordinates, value=value, low=low, high=high, n=len(draft.scores))
        rows.append(row)
        if draft.keep:
            items.add(row.key, draft.ids, draft.scores)
        for name, curve in draft.curves.items():
            items.add_curve(f"{row.key}.{name}", curve)
    return rows, items
