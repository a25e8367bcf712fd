"""Chapter 1: what is measured on sentence vectors, as numbers with intervals.

Vectors in, scores per item or a value with its interval out; rows are made in ``embedding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from helpers.maths.statistics import Interval

NEIGHBOURS = 10
# Resamples: fewer than elsewhere, because they are of correlations, and of thousands of sentences.
N_BOOT_SHAPE, N_BOOT_SPEARMAN, BATCH = 300, 500, 25
MIN_LANGUAGES = 10  # no bootstrap over fewer


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one; a row of zeros, which a bag of words may give, stays."""
    import numpy as np

    vectors = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)


def cosines(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each pair: cosine of its two sides, and how far that is above the mean non-pair's.

    The second asks what the first cannot: in a narrow cone every cosine is high.

    >>> cosines([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
    (array([1., 1.]), array([1., 1.]))
    """
    import numpy as np

    x, y = unit(left).astype(np.float64), unit(right).astype(np.float64)
    own = np.sum(x * y, axis=1)
    others = (x @ y.sum(axis=0) - own) / max(1, len(y) - 1)
    return own, own - others


def shape(vectors: np.ndarray, seed: int = 0) -> dict[str, tuple[float, float, float]]:
    """Average cosine and partition isotropy of unit vectors: value, low, high over sentences.

    Same values as ``helpers.maths.geometry`` gives; here with a bootstrap over sentences. A pair of
    a sentence with its own copy in a resample is left out of the average cosine; the directions of
    partition isotropy stay those of the sample.
    """
    import numpy as np

    x = unit(vectors)
    n = len(x)
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=N_BOOT_SHAPE)
    weights = np.concatenate([np.ones((1, n)), draws]).astype(np.float32)
    totals = (weights @ x).astype(np.float64)
    copies = np.sum(weights.astype(np.float64) ** 2, axis=1)
    average = (np.sum(totals**2, axis=1) - copies) / (n**2 - copies)
    wide = x.astype(np.float64)
    projections = x @ np.linalg.eigh(wide.T @ wide)[1].astype(np.float32)
    sums = np.concatenate([weights @ np.exp(projections), weights @ np.exp(-projections)], axis=1)
    isotropy = sums.min(axis=1) / sums.max(axis=1)
    return {"average cosine": _ends(average), "partition isotropy": _ends(isotropy)}


def _ends(values: np.ndarray) -> tuple[float, float, float]:
    """The sample's own value, which comes first, with an interval of its resamples about it.

    The resamples are shifted to their own mean: a ratio of extremes leans to one side in them.
    """
    import numpy as np

    value, drawn = float(values[0]), values[1:]
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return value, value + float(low), value + float(high)


class Spearmans:
    """Spearman's correlation of several systems with one gold, from one draw of pairs.

    >>> import numpy as np
    >>> gold = np.arange(40) % 6
    >>> found = Spearmans(np.stack([gold, -gold]), gold)
    >>> found.of(1).value, found.gain(0, than=1).value
    (-1.0, 2.0)
    """

    def __init__(self, predicted: np.ndarray, gold: Sequence[float], seed: int = 0):
        import numpy as np

        from helpers.maths.item_statistics import weighted_spearman

        n = len(gold)
        draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), N_BOOT_SPEARMAN)
        weights = np.concatenate([np.ones((1, n)), draws])
        parts = [
            weighted_spearman(gold, predicted, weights[start : start + BATCH])
            for start in range(0, len(weights), BATCH)
        ]
        self._values = np.concatenate(parts)  # the sample's own first, then its resamples

    def of(self, system: int) -> Interval:
        """One system's correlation, interval over pairs."""
        return self._interval(self._values[:, system])

    def gain(self, system: int, *, than: int) -> Interval:
        """How much higher one system's correlation is, interval over the same pairs."""
        return self._interval(self._values[:, system] - self._values[:, than])

    @staticmethod
    def _interval(values: np.ndarray) -> Interval:
        import numpy as np

        from helpers.maths.statistics import Interval

        low, high = np.nanpercentile(values[1:], [2.5, 97.5])
        return Interval(
            float(values[0]), float(low), float(high), 0.95, "crossed bootstrap", ("items",)
        )


def over_languages(x: Sequence[float], y: Sequence[float], genera: Sequence[str]) -> Interval:
    """Spearman's correlation over languages; genera are drawn, so related ones come together."""
    import numpy as np

    from helpers.maths.statistics import crossed_bootstrap, spearman_with

    _check_languages(x)
    found = crossed_bootstrap(
        np.asarray(y, dtype=float)[None], statistic=spearman_with(x), clusters=genera
    )
    return _within(found, 1.0)


def over_languages_gain(
    x: Sequence[float], y: Sequence[float], than: Sequence[float], genera: Sequence[str]
) -> Interval:
    """How much stronger ``y`` goes with ``x`` over languages than ``than`` does."""
    import numpy as np

    from helpers.maths.item_statistics import weighted_spearman
    from helpers.maths.statistics import crossed_bootstrap

    def difference(both: np.ndarray, weights: np.ndarray) -> np.ndarray:
        found = weighted_spearman(x, both, weights)
        return found[:, :1] - found[:, 1:]

    _check_languages(x)
    found = crossed_bootstrap(np.stack([y, than]), statistic=difference, clusters=genera)
    return _within(found, 2.0)


def _within(found: Interval, largest: float) -> Interval:
    """Ends that few genera pushed past what the statistic can be are put at it."""
    from dataclasses import replace

    return replace(found, low=max(found.low, -largest), high=min(found.high, largest))


def _check_languages(x: Sequence[float]) -> None:
    if len(x) < MIN_LANGUAGES:
        raise ValueError(f"x: got {len(x)} languages; accepted: {MIN_LANGUAGES} or more")
