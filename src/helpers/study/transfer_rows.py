"""Chapters 3 to 5: from measures of one set to rows with intervals, and the items kept with them.

Means over items get the percentile bootstrap over items, of spans over articles; correlations and
macro-F1 are computed anew in every resample. Gold scores and articles are kept once a set, under
names of their own, because statistics over seeds need them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from helpers.study.items import Items
from helpers.study.record import Row
from helpers.study.transfer_kinds import Measure, articles

if TYPE_CHECKING:
    import numpy as np

    from helpers.study.transfer_data import Test

N_BOOT = 1000


def gold_name(task: str, language: str) -> str:
    """Under which name a record keeps the gold scores or labels of a set."""
    return f"gold {task} {language}"


def cluster_name(task: str, language: str) -> str:
    """Under which name a record keeps which items are drawn together."""
    return f"articles {task} {language}"


class Rows:
    """Collects rows and items of one record."""

    def __init__(self, common: dict[str, Any]):
        self.common = common
        self.rows: list[Row] = []
        self.items = Items()

    def keep_gold(self, test: Test, gold: np.ndarray | None) -> None:
        """Keep what statistics over seeds will need of a set."""
        if gold is not None:
            self.items.add(gold_name(test.task, test.language), test.ids, gold)
        if (clusters := articles(test.table)) is not None:
            self.items.add(cluster_name(test.task, test.language), test.ids, clusters)

    def add(
        self,
        test: Test,
        kind: str,
        method: str,
        measures: Iterable[Measure],
        gold: np.ndarray | None,
        split: str = "report",
        **setting: Any,
    ) -> None:
        """Rows of one method on one set."""
        for measure in measures:
            coordinates = self.common | {
                "name": measure.name,
                "task": test.task,
                "kind": kind,
                "method": method,
                "setting": {"role": test.role} | setting | measure.setting,
                "target_language": test.language,
                "split": split,
            }
            if measure.scores is None:
                self.rows.append(Row(**coordinates, value=measure.value, n=len(test.table)))
                continue
            value, low, high, n = interval(measure, gold, articles(test.table))
            row = Row(**coordinates, value=value, low=low, high=high, n=n)
            self.rows.append(row)
            if measure.keep:
                self.items.add(row.key, test.ids, measure.scores)

    def add_value(self, name: str, value: float, n: int, **coordinates: Any) -> None:
        """A row without items: a validation score, a number of seconds."""
        self.rows.append(Row(**(self.common | coordinates), name=name, value=value, n=n))


def interval(
    measure: Measure, gold: np.ndarray | None, clusters: list[int] | None
) -> tuple[float, float, float, int]:
    """Value, ends and number of items of one measure."""
    import numpy as np

    from helpers.maths.item_statistics import macro_f1_with, spearman_with
    from helpers.maths.statistics import crossed_bootstrap

    scores, kept = measure.scores, measure.rows
    if kept is not None:
        scores = scores[kept]
        gold = None if gold is None else gold[kept]
        clusters = None if clusters is None else [clusters[i] for i in kept]
    n = len(scores)
    if measure.statistic == "spearman" and not np.ptp(scores):
        return 0.0, 0.0, 0.0, n  # answers that never differ agree with nothing
    with_gold = {"spearman": spearman_with, "macro-F1": macro_f1_with}
    statistic = with_gold[measure.statistic](gold) if measure.statistic in with_gold else None
    found = crossed_bootstrap(scores[None], statistic=statistic, clusters=clusters, n_boot=N_BOOT)
    low, high = found.low, found.high
    if measure.statistic == "mean":  # no mean lies outside its items
        low, high = max(low, float(scores.min())), min(high, float(scores.max()))
    return found.value, low, high, n
