"""Many intervals at once are the intervals one by one, from the same draws."""

import numpy as np
import pytest

from helpers.maths.many_intervals import crossed_means, crossed_spearman
from helpers.maths.statistics import crossed_bootstrap, spearman_with


@pytest.mark.parametrize("n_seeds", [1, 2, 5])
def test_means_are_those_of_the_crossed_bootstrap(n_seeds):
    rng = np.random.default_rng(n_seeds)
    easy = rng.beta(4, 1, size=80)
    scores = (rng.random((4, n_seeds, 80)) < easy).astype(float)
    scores[1] = scores[1, :1]  # seeds that do not differ
    scores[2] = 0.0  # nothing that differs
    scores[3] += rng.normal(size=(n_seeds, 1))  # seeds that differ much
    for row, found in zip(scores, crossed_means(scores, n_boot=500), strict=True):
        singly = crossed_bootstrap(row, n_boot=500)
        assert (found.value, found.low, found.high) == pytest.approx(
            (singly.value, singly.low, singly.high), abs=1e-12
        )
        assert (found.covers, found.method) == (singly.covers, singly.method)


def test_correlations_and_their_differences_are_those_of_the_crossed_bootstrap():
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 6, 60).astype(float)
    predicted = gold + rng.normal(size=(3, 60)) * np.array([[1], [2], [4]])
    values, gains = crossed_spearman(gold, predicted, [(0, 2)], n_boot=300)
    one = spearman_with(gold)
    for row, found in zip(predicted, values, strict=True):
        singly = crossed_bootstrap(row, statistic=one, n_boot=300)
        assert (found.value, found.low, found.high) == pytest.approx(
            (singly.value, singly.low, singly.high), abs=1e-12
        )

    def difference(scores, weights):
        both = one(scores, weights)
        return both[..., 0] - both[..., 1]

    singly = crossed_bootstrap(predicted[None, [0, 2]], statistic=difference, n_boot=300)
    assert (gains[0].value, gains[0].low, gains[0].high) == pytest.approx(
        (singly.value, singly.low, singly.high), abs=1e-12
    )


@pytest.mark.parametrize(
    "scores", [np.ones((3, 4)), np.ones((1, 1, 1)), np.full((1, 1, 3), np.nan)]
)
def test_means_of_something_else_are_refused(scores):
    with pytest.raises(ValueError, match="scores"):
        crossed_means(scores)


@pytest.mark.parametrize("predicted", [np.ones((2, 3)), np.ones((1, 4)), np.ones(4)])
def test_correlations_of_something_else_are_refused(predicted):
    with pytest.raises(ValueError, match="predicted"):
        crossed_spearman([1, 2, 3, 4], predicted)
