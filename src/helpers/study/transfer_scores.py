"""Chapters 3 to 6: recorded runs of several seeds, and their item scores ready for statistics.

Finds runs that differ in nothing but the seed, and tells with which statistic a row's item scores
make its value. What is made of them stands in ``transfer_tables``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study import tables
from helpers.study.aggregate import check_runs
from helpers.study.row import Row
from helpers.study.store import Stored
from helpers.study.transfer_rows import cluster_name, gold_name

if TYPE_CHECKING:
    import numpy as np

    from helpers.maths.item_statistics import Statistic
    from helpers.maths.statistics import Interval

N_BOOT = 1000
_CORRELATIONS = ("spearman", "spearman across")


def runs_by_encoder(
    chapter: str, data: str = "local", *, source_language: str = "en", **params: Any
) -> dict[str, list[Stored]]:
    """Recorded runs by encoder, in order of names, seeds in order; {} where there are none.

    Of runs of one encoder that differ in more than the seed, those with the most seeds are taken
    (then the ones with more rows): the full run, not a trial with fewer languages.
    """
    from helpers.study.aggregate import apart_from_seed
    from helpers.study.record import canonical

    try:
        found = tables.recorded(chapter, data, params | {"source_language": source_language})
    except UserError:
        return {}
    alike: dict[tuple[str, str], list[Stored]] = {}
    for run in found:
        key = run.record.params["encoder"], canonical(apart_from_seed(run.record))
        alike.setdefault(key, []).append(run)
    best: dict[str, list[Stored]] = {}
    for (encoder, _), runs in alike.items():
        if _size(runs) > _size(best.get(encoder, [])):
            best[encoder] = runs
    return dict(sorted(best.items()))  # one order on all pages, and so one colour an encoder


def _size(runs: Sequence[Stored]) -> tuple[int, int]:
    return len(runs), len(runs[0].record.rows) if runs else 0


@dataclass(frozen=True, eq=False)
class Scored:
    """Item scores of one measurement under every seed.

    ``scores`` : [seeds, items], numbers that ``statistic`` (the mean, where None) makes the value
    of; ``clusters`` : what is drawn as a whole, by item; None: the items.
    """

    row: Row
    scores: np.ndarray
    ids: tuple[str, ...]
    statistic: Statistic | None
    clusters: np.ndarray | None

    @property
    def value(self) -> float:
        """Mean over seeds."""
        return float(self.per_seed.mean())

    @cached_property
    def per_seed(self) -> np.ndarray:
        """The value under every seed."""
        import numpy as np

        if self.statistic is None:
            return self.scores.mean(axis=1)
        return self.statistic(self.scores, np.ones((1, self.scores.shape[1])))[0]

    def interval(self, n_boot: int = N_BOOT) -> Interval:
        """The crossed interval."""
        from helpers.maths.statistics import crossed_bootstrap

        return crossed_bootstrap(
            self.scores, statistic=self.statistic, clusters=self.clusters, n_boot=n_boot
        )

    def two_way(self) -> Interval:
        """The two-way random-effects interval, which stands beside it."""
        from helpers.maths.statistics import two_way_interval

        return two_way_interval(self.scores, statistic=self.statistic, clusters=self.clusters)


def scored(runs: Sequence[Stored], row: Row) -> Scored | None:
    """Item scores of a row under the seeds of all runs; None where they were not kept.

    Accuracy is told from the labels that macro-F1 kept. Errors: UserError on ``runs`` where two
    have other items.
    """
    import numpy as np

    from helpers.maths.item_statistics import macro_f1_with

    key = row.key
    accuracy = row.name == "accuracy"
    if accuracy:
        key = Row(**(row.model_dump() | {"name": "macro-F1"})).key
    items = [run.items() for run in runs]
    if not all(key in each for each in items):
        return None
    if not all(each.same_items(key, items[0], key) for each in items):
        raise UserError("runs", f"{row.name} over different items", "runs over the same items")
    scores, ids = np.stack([each[key] for each in items]), tuple(items[0].ids(key))

    def kept(name: str) -> np.ndarray | None:
        if name not in items[0]:
            return None
        place = {item: i for i, item in enumerate(items[0].ids(name))}
        return items[0][name][[place[item] for item in ids]]

    gold = kept(gold_name(row.task, row.target_language))
    statistic = None
    if accuracy:
        scores = (scores == gold).astype(np.float64)
    elif row.name == "macro-F1":
        statistic = macro_f1_with(gold)
    elif row.name in _CORRELATIONS:
        statistic = _agreement(gold)
    clusters = kept(cluster_name(row.task, row.target_language))
    return Scored(row, scores, ids, statistic, clusters)


def _agreement(gold: np.ndarray) -> Statistic:
    """Spearman with ``gold``; answers that never differ agree with nothing: 0."""
    import numpy as np

    from helpers.maths.item_statistics import spearman_with

    correlation = spearman_with(gold)

    def statistic(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        # An untuned encoder answers alike under every seed, and is ranked once.
        of_kind: dict[bytes, int] = {}
        kind = [of_kind.setdefault(row.tobytes(), len(of_kind)) for row in scores]
        kinds = scores[[kind.index(one) for one in range(len(of_kind))]]
        found = correlation(kinds, weights)
        found[:, np.ptp(kinds, axis=-1) == 0] = 0.0
        return found[:, kind]

    return statistic


def shared_rows(runs: Sequence[Stored], **coordinates: Any) -> list[Row]:
    """Rows of the first run, with these coordinates, that all runs have.

    Errors: UserError on ``runs`` where they differ in more than the seed.
    """
    return [rows[0] for rows in rows_by_seed(runs, **coordinates)]


def rows_by_seed(runs: Sequence[Stored], **coordinates: Any) -> list[list[Row]]:
    """As ``shared_rows``, under every seed."""
    if len(runs) > 1:
        check_runs(runs)
    known = set(Row.model_fields) | {name for row in runs[0].record.rows for name in row.setting}
    wanted = {name: value for name, value in coordinates.items() if name in known}
    if any(value is not None for name, value in coordinates.items() if name not in known):
        return []  # a setting that no row has
    found = [{row.key: row for row in run.record.select(**wanted)} for run in runs]
    return [[each[key] for each in found] for key in found[0] if all(key in each for each in found)]
