"""Means over languages, and contrasts of systems in them, from one draw of items a language.

The crossed bootstrap of ``helpers.maths.statistics`` with one seed and fixed languages (a test
holds them together); that one draws anew for every mean, which a study of 37 languages, several
systems and several groups of languages cannot afford. Languages with the same items (parallel ones)
share the draw. Not for results over several seeds: see ``aggregate``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from helpers.maths.statistics import Interval

N_BOOT, LEVEL = 2000, 0.95


class LanguageMeans:
    """Means by language and system with their bootstrap deviations.

    Parameters
    ----------
    scores : by language, float [systems, items]: the same systems in every language.
    ids : by language, the ids of its items; languages with equal ids share the draw.
    seed : of the draws.

    >>> import numpy as np
    >>> scores = {"ko": np.array([[1.0, 0.0] * 50]), "de": np.array([[1.0] * 100])}
    >>> means = LanguageMeans(scores, {"ko": range(100), "de": range(200, 300)})
    >>> found = means.interval([1.0], ["ko", "de"])
    >>> found.value, bool(0.6 < found.low < 0.75 < found.high < 0.9)
    (0.75, True)
    """

    def __init__(
        self,
        scores: Mapping[str, np.ndarray],
        ids: Mapping[str, Sequence[object]],
        seed: int = 0,
    ):
        import numpy as np

        self.languages = list(scores)
        numbers: dict[tuple, int] = {}
        values, deviations = [], []
        kept: tuple[int, np.ndarray] | None = None
        for language, rows in scores.items():
            rows = np.asarray(rows, dtype=np.float64)
            number = numbers.setdefault(tuple(ids[language]), len(numbers))
            if kept is None or kept[0] != number:
                kept = number, _shares([seed, number], rows.shape[1])
            mean = rows.mean(axis=1)
            values.append(mean)
            deviations.append(kept[1] @ (rows - mean[:, None]).T.astype(np.float32))
        self.values = np.stack(values)  # [languages, systems]
        self._deviations = np.stack(deviations)  # [languages, resamples, systems]

    def interval(
        self, contrast: Sequence[float], languages: Sequence[str], less: float = 0.0
    ) -> Interval:
        """Mean over ``languages`` of a weighted sum of the systems, less a constant.

        ``contrast`` (systems,): a 1 and zeros for one system, a 1 and a -1 for a paired difference.
        """
        import numpy as np

        from helpers.maths.statistics import Interval

        places = [self.languages.index(language) for language in languages]
        weights = np.asarray(contrast, dtype=np.float64)
        value = float((self.values[places] @ weights).mean()) - less
        drawn = (self._deviations[places] @ weights).mean(axis=0)
        tail = 50 * (1 - LEVEL)
        low, high = np.percentile(drawn, [tail, 100 - tail])
        return Interval(
            value, value + float(low), value + float(high), LEVEL, "crossed bootstrap", ("items",)
        )


def _shares(seed: list[int], n: int) -> np.ndarray:
    """How often each of ``n`` items is in each resample, over n: float32 [N_BOOT, n]."""
    import numpy as np

    drawn = np.random.default_rng(seed).integers(0, n, size=(N_BOOT, n))
    flat = (drawn + n * np.arange(N_BOOT)[:, None]).ravel()
    return (np.bincount(flat, minlength=n * N_BOOT).reshape(N_BOOT, n) / n).astype(np.float32)
