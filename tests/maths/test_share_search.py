"""The search for a share: planted curves, jumps, and ends that do not enclose."""

from __future__ import annotations

import pytest

from helpers.maths.share_search import Found, searched


@pytest.mark.parametrize("planted", [0.12, 0.5, 0.93])
@pytest.mark.parametrize("bend", [0.5, 1.0, 2.0])
def test_the_search_finds_a_planted_share(planted, bend):
    def accuracy(share: float) -> float:
        return 0.95 - 0.2 * (share / planted) ** bend  # 0.75 at the planted share

    found = searched(accuracy, (accuracy(0.0), accuracy(1.0)), 0.75, 0.01, 12)
    assert abs(found.accuracy - 0.75) <= 0.01
    assert abs(found.share - planted) <= 0.06 * planted / bend
    assert found.trials[-1] == (found.share, found.accuracy)


def test_the_search_takes_the_nearest_trial_where_none_is_near():
    values = iter([0.85, 0.70, 0.78])
    found = searched(lambda share: next(values), (0.9, 0.5), 0.75, 0.01, 3)
    assert len(found.trials) == 3
    assert found.accuracy == pytest.approx(0.78)


def test_the_search_never_tries_a_share_twice():
    tried: list[float] = []

    def step(share: float) -> float:  # no share is near: the search closes in on the step
        tried.append(share)
        return 0.9 if share < 0.5 else 0.5

    searched(step, (0.9, 0.5), 0.75, 0.01, 200)
    assert len(tried) == len(set(tried)) == 99  # every hundredth, then it ends


def test_one_training_that_ends_elsewhere_does_not_send_the_search_astray():
    jumped = iter([0.80])  # the first trial, on the easy side, is five points too low

    def accuracy(share: float) -> float:
        return next(jumped, 0.95 - 0.2 * share)

    found = searched(accuracy, (0.95, 0.75), 0.85, 0.01, 10)
    assert abs(found.accuracy - 0.85) <= 0.01
    assert found.share == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("ends", "share"), [((0.74, 0.5), 0.0), ((0.9, 0.76), 1.0)])
def test_accuracies_that_do_not_enclose_the_wanted_one_give_the_nearer_end(ends, share):
    assert searched(pytest.fail, ends, 0.75, 0.01, 6) == Found(share, ends[int(share)], ())
