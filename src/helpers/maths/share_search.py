"""The share at which a falling, noisy curve has a wanted height.

Made for calibration: each height costs a training, and a training that saw other items ends some
points elsewhere. Not for smooth functions (scipy.optimize.brentq is).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_STEPS = 100  # a share is searched for in hundredths


@dataclass(frozen=True)
class Found:
    """The share that came nearest to the wanted accuracy, and every trial: (share, accuracy)."""

    share: float
    accuracy: float
    trials: tuple[tuple[float, float], ...]


def searched(
    accuracy: Callable[[float], float],
    ends: tuple[float, float],
    wanted: float,
    tolerance: float,
    trials: int,
) -> Found:
    """The share at which accuracy is as wanted: where a falling curve through all trials crosses.

    ``ends``: accuracy at share 0 and at share 1. A training that saw other items ends elsewhere by
    some points, so accuracy jumps about a curve that falls. The curve is an isotonic regression; by
    false position alone one jump would leave the search in the wrong half. The nearest trial is
    taken and not the last; the nearer end where the ends do not enclose the wanted accuracy.

    >>> searched(lambda share: 0.9 - 0.4 * share**2, (0.9, 0.5), 0.75, 0.01, 6).share
    0.6
    """
    done = {0.0: ends[0], 1.0: ends[1]}
    for _ in range(trials if ends[0] > wanted > ends[1] else 0):
        share = _untried(_crossing(done, wanted), set(done))
        if share is None:
            break
        done[share] = accuracy(share)
        if abs(done[share] - wanted) <= tolerance:
            break
    share, found = min(done.items(), key=lambda one: abs(one[1] - wanted))
    return Found(share, found, tuple(done.items())[2:])


def _crossing(done: dict[float, float], wanted: float) -> float:
    """Where the falling curve through the trials has the wanted height."""
    import numpy as np
    from scipy.optimize import isotonic_regression

    shares = np.array(sorted(done))
    heights = isotonic_regression([done[share] for share in shares], increasing=False).x
    above, below = heights > wanted, heights < wanted
    low, high = shares[above][-1], shares[below][0]
    top, bottom = heights[above][-1], heights[below][0]
    return float(low + (high - low) * (top - wanted) / (top - bottom))


def _untried(share: float, done: set[float]) -> float | None:
    """The share, or the nearest one to it that was not tried, in steps of a hundredth."""
    for step in range(_STEPS):
        for side in (1, -1):
            near = round(share + side * step / 100, 2)
            if 0 < near < 1 and near not in done:
                return near
    return None
