"""The batched interval is the maths floor's, item for item."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.maths.statistics import crossed_bootstrap
from helpers.study.intervals import ItemIntervals


def test_agrees_with_the_crossed_bootstrap():
    rng = np.random.default_rng(0)
    scores = np.stack([rng.random(300) < p for p in (0.1, 0.5, 0.95)]).astype(float)
    values, low, high = ItemIntervals(n_boot=20_000).of(scores)
    for row, value, a, b in zip(scores, values, low, high, strict=True):
        expected = crossed_bootstrap(row, n_boot=20_000, seed=1)
        assert value == pytest.approx(expected.value)
        assert (a, b) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_rows_share_the_draw_so_a_difference_is_the_difference():
    scores = np.random.default_rng(1).random((2, 50))
    shifted = np.stack([scores[0], scores[0] + 1])
    _, low, high = ItemIntervals().of(shifted)
    assert low[1] - low[0] == pytest.approx(1, abs=1e-5)
    assert high[1] - high[0] == pytest.approx(1, abs=1e-5)


def test_ends_stay_where_a_mean_can_be():
    scores = np.zeros((1, 400))
    scores[0, 0] = 1.0
    _, low, high = ItemIntervals().of(scores)
    assert low[0] == 0.0
    assert 0.0 < high[0] < 0.02


@pytest.mark.parametrize("scores", [[[1.0]], [1.0, 0.0], [[1.0, np.nan]]])
def test_refused(scores):
    with pytest.raises(ValueError, match="scores"):
        ItemIntervals().of(np.array(scores))
