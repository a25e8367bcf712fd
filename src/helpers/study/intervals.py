"""Intervals over items for thousands of rows at once, all from one draw of items.

The same percentile bootstrap as ``helpers.maths.statistics.crossed_bootstrap`` with a single seed
(a test holds them together); that one draws anew at every call, which a study of a thousand rows
cannot afford. Not for results over several seeds: see ``aggregate``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

N_BOOT = 2000
LEVEL = 0.95
_CHUNK = 256  # rows whose resamples are held at a time: 2000 x 256 float64 are 4 MB


@dataclass
class ItemIntervals:
    """Percentile intervals of means over items; one draw of items for every matrix of one width.

    >>> import numpy as np
    >>> values, low, high = ItemIntervals(seed=0).of(np.array([[0.0, 1.0] * 50, [1.0] * 100]))
    >>> values.tolist(), bool(low[0] < 0.5 < high[0]), low[1] == high[1] == 1.0
    ([0.5, 1.0], True, np.True_)
    """

    seed: int = 0
    n_boot: int = N_BOOT
    level: float = LEVEL
    _draws: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def of(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Means, lower and upper ends of scores [rows, items]: finite, two items or more."""
        import numpy as np

        scores = np.asarray(scores, dtype=np.float64)
        if scores.ndim != 2 or scores.shape[1] < 2 or not np.isfinite(scores).all():
            raise ValueError(
                f"scores has shape {scores.shape}; accepted: finite [rows, items >= 2]"
            )
        values = scores.mean(axis=1)
        draws = self._counts(scores.shape[1])
        # Few items make a bootstrap too narrow: variance short by (n - 1) / n, normal tails.
        stretch = _stretch(scores.shape[1], self.level)
        tail = 50 * (1 - self.level)
        low, high = np.empty_like(values), np.empty_like(values)
        for start in range(0, len(scores), _CHUNK):
            part = slice(start, start + _CHUNK)
            deviations = draws @ (scores[part] - values[part, None]).T.astype(np.float32)
            ends = np.percentile(deviations, [tail, 100 - tail], axis=0) * stretch
            low[part], high[part] = values[part] + ends[0], values[part] + ends[1]
        # No mean of these items lies outside them, stretched or not.
        return values, np.maximum(low, scores.min(axis=1)), np.minimum(high, scores.max(axis=1))

    def _counts(self, n: int) -> np.ndarray:
        """How often each item is in each resample, over n: float32 [n_boot, n]."""
        import numpy as np

        if n not in self._draws:
            drawn = np.random.default_rng(self.seed).integers(0, n, size=(self.n_boot, n))
            flat = (drawn + n * np.arange(self.n_boot)[:, None]).ravel()
            counts = np.bincount(flat, minlength=n * self.n_boot).reshape(self.n_boot, n)
            self._draws[n] = (counts / n).astype(np.float32)
        return self._draws[n]


def _stretch(n: int, level: float) -> float:
    from math import sqrt

    from scipy.stats import norm, t

    tail = (1 + level) / 2
    return float(t.ppf(tail, n - 1) / norm.ppf(tail) * sqrt(n / (n - 1)))
