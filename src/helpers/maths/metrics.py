"""The project's metrics by name: what scipy and scikit-learn have, called and named.

For: one spelling of every score of predictions against gold, as plain floats, with the score that
no skill gets beside it. Not for retrieval (`retrieval`) or answers to questions (`answers`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.entities import entity_counts


def spearman(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Spearman's rank correlation, -1 to 1 (scipy.stats.spearmanr, midranks for ties).

    NaN when `predicted` is constant: nothing was ranked, so there is no correlation to report
    (it is not 0). Raises ValueError when `gold` is constant, for lengths that differ, for fewer
    than two items and for values that are not finite.

    >>> round(spearman([1, 2, 3, 4], [10, 20, 40, 30]), 3)
    0.8
    >>> spearman([1, 2, 3], [5, 5, 5])
    nan
    """
    from scipy.stats import spearmanr

    g, p = _numbers(gold, predicted)
    return float(spearmanr(g, p).statistic) if np.ptp(p) else float("nan")


def pearson(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Pearson's correlation, -1 to 1 (scipy.stats.pearsonr); NaN and errors as in `spearman`.

    >>> round(pearson([1, 2, 3], [2, 4, 6]), 3)
    1.0
    """
    from scipy.stats import pearsonr

    g, p = _numbers(gold, predicted)
    return float(pearsonr(g, p).statistic) if np.ptp(p) else float("nan")


def accuracy(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Share of items whose label is right, 0 to 1 (sklearn.metrics.accuracy_score).

    >>> accuracy(["a", "b", "b"], ["a", "b", "a"]).__round__(3)
    0.667
    """
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(*_labels(gold, predicted)))


def macro_f1(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Unweighted mean of the F1 of every label, 0 to 1 (sklearn.metrics.f1_score).

    Labels are those of gold and of the predictions; one that was predicted and never right, or
    never predicted, counts as 0.

    >>> round(macro_f1(["a", "b", "b"], ["a", "b", "a"]), 3)
    0.667
    """
    from sklearn.metrics import f1_score

    return float(f1_score(*_labels(gold, predicted), average="macro", zero_division=0))


def matthews(gold: ArrayLike, predicted: ArrayLike) -> float:
    """Matthews' correlation of labels, -1 to 1 (sklearn.metrics.matthews_corrcoef).

    For two labels and, as Gorodkin 2004 has it, for several; 0 where gold or predictions are
    constant. Errors as in `accuracy`.

    >>> round(matthews([1, 1, 1, 0], [1, 0, 1, 1]), 3)
    -0.333
    """
    from sklearn.metrics import matthews_corrcoef

    return float(matthews_corrcoef(*_labels(gold, predicted)))


def entity_f1(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """Micro F1 of entities in sentences of tags, 0 to 1; see `entities` for the rules.

    An entity is right where its type and both its ends are. 0 where there are none at all.

    >>> entity_f1([["B-PER", "I-PER", "O"], ["B-LOC"]], [["B-PER", "I-PER", "O"], ["O"]])
    0.6666666666666666
    """
    found, of_both = entity_counts(gold, predicted).sum(axis=1)
    return float(found / of_both) if of_both else 0.0


@dataclass(frozen=True)
class Metric:
    """A named score: `function(gold, predicted)`, and `chance(gold)`, what no skill gets."""

    name: str
    function: Callable[[ArrayLike, ArrayLike], float]
    chance: Callable[[ArrayLike], float]

    def __call__(self, gold: ArrayLike, predicted: ArrayLike) -> float:
        return self.function(gold, predicted)


def _nothing(gold: ArrayLike) -> float:
    return 0.0


def _majority(function: Callable[[ArrayLike, ArrayLike], float]) -> Callable[[ArrayLike], float]:
    """Score of always answering the most frequent gold label (first in sorting order if tied)."""

    def chance(gold: ArrayLike) -> float:
        labels, counts = np.unique(np.asarray(gold), return_counts=True)
        return function(gold, np.repeat(labels[counts.argmax()], len(np.asarray(gold))))

    return chance


METRICS = {
    metric.name: metric
    for metric in (
        Metric("spearman", spearman, _nothing),
        Metric("pearson", pearson, _nothing),
        Metric("accuracy", accuracy, _majority(accuracy)),
        Metric("macro_f1", macro_f1, _majority(macro_f1)),
        Metric("matthews", matthews, _nothing),
        Metric("entity_f1", entity_f1, _nothing),
    )
}


def metric(name: str) -> Metric:
    """The metric called `name`; ValueError with the names there are.

    >>> metric("accuracy").chance(["pos", "pos", "neg", "neg"])
    0.5
    """
    if name not in METRICS:
        raise ValueError(f"metric: got {name!r}; accepted: {', '.join(METRICS)}")
    return METRICS[name]


def _pair(gold: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    g, p = np.asarray(gold), np.asarray(predicted)
    if g.ndim != 1 or not g.size:
        raise ValueError(f"gold: got shape {g.shape}; accepted: (n,), one value an item")
    if p.shape != g.shape:
        raise ValueError(f"predicted: got shape {p.shape}; accepted: {g.shape}, as gold has")
    return g, p


def _labels(gold: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    g, p = _pair(gold, predicted)
    if g.dtype.kind == "f" or p.dtype.kind == "f":
        name, given = ("gold", g.dtype) if g.dtype.kind == "f" else ("predicted", p.dtype)
        raise ValueError(f"{name}: got {given}; accepted: labels (strings, integers, booleans)")
    return g, p


def _numbers(gold: ArrayLike, predicted: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    g, p = _pair(gold, predicted)
    for name, values in (("gold", g), ("predicted", p)):
        if values.dtype.kind not in "fiub":
            raise ValueError(f"{name}: got dtype {values.dtype}; accepted: numbers")
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ValueError(f"{name}: got {values[row]} in row {row}; accepted: finite numbers")
    if len(g) < 2 or not np.ptp(g):
        raise ValueError(
            f"gold: got {len(g)} item(s), all equal; accepted: two or more different values"
        )
    return g.astype(np.float64), p.astype(np.float64)
