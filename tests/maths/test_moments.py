"""Streamed moments: the same numbers as from all rows at once, however the stream is cut."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths import arrays
from helpers.maths.moments import PairMoments
from helpers.maths.normalise import Affine

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def pairs(seed: int, n: int = 60, d_source: int = 5, d_target: int = 3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d_source)) + 2, rng.normal(size=(n, d_target)) - 1


def close(left: PairMoments, right: PairMoments, tolerance: float = 1e-12) -> bool:
    return (
        left.n == right.n
        and np.allclose(left.mean, right.mean, rtol=tolerance, atol=tolerance)
        and np.allclose(left.scatter, right.scatter, rtol=tolerance, atol=tolerance)
    )


@few
@given(seeds, st.lists(st.integers(0, 60), max_size=5))
def test_any_cut_of_the_stream_gives_the_batch_moments(seed, cuts):
    X, Y = pairs(seed)
    streamed = PairMoments(5, 3)
    for part in np.split(np.arange(60), sorted(cuts)):
        streamed.update(X[part], Y[part])
    assert close(streamed, PairMoments(5, 3).update(X, Y))
    joint = np.cov(np.hstack([X, Y]).T, bias=True)
    assert np.allclose(streamed.cov_xx, joint[:5, :5])
    assert np.allclose(streamed.cov_xy, joint[:5, 5:])
    assert np.allclose(streamed.cov_yy, joint[5:, 5:])
    assert np.allclose(streamed.second_xx, X.T @ X / 60)
    assert np.allclose(streamed.second_xy, X.T @ Y / 60)
    assert np.isclose(streamed.energy_y, (Y**2).sum(axis=1).mean())


@few
@given(seeds)
def test_merging_is_adding_and_leaves_the_other_alone(seed):
    X, Y = pairs(seed)
    left, right = PairMoments(5, 3).update(X[:7], Y[:7]), PairMoments(5, 3).update(X[7:], Y[7:])
    kept = right.scatter.copy()
    assert close(left.merge(right), PairMoments(5, 3).update(X, Y))
    assert np.array_equal(right.scatter, kept)
    assert close(PairMoments(5, 3).merge(left), left)
    assert close(left.merge(PairMoments(5, 3)), PairMoments(5, 3).update(X, Y))


def test_blocks_inside_an_update_change_nothing(monkeypatch):
    X, Y = pairs(0)
    whole = PairMoments(5, 3).update(X, Y)
    monkeypatch.setattr(arrays.row_blocks, "__defaults__", (7,))
    assert close(PairMoments(5, 3).update(X, Y), whole)


def test_rows_far_from_the_origin_lose_no_digits():
    """Uncentred sums of squares would be off by 1e-2 here."""
    X, Y = pairs(1)
    near = PairMoments(5, 3).update(X, Y)
    far = PairMoments(5, 3)
    for part in np.array_split(np.arange(60), 6):
        far.update(X[part] + 1e7, Y[part] - 1e7)
    assert np.allclose(far.cov_xy, near.cov_xy, atol=1e-7)
    assert np.allclose(far.cov_xx, near.cov_xx, atol=1e-7)


def test_single_precision_products_are_near_and_double_ones_nearer():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 20)).astype(np.float32)
    exact = np.cov(X.T.astype(np.float64), bias=True)
    errors = {
        dtype: abs(PairMoments(20, 20, dtype=dtype).update(X, X).cov_xx - exact).max()
        for dtype in ("float32", "float64")
    }
    assert errors["float64"] < 1e-13 < errors["float32"] < 1e-4


@few
@given(seeds)
def test_affine_maps_act_on_moments_as_on_rows(seed):
    X, Y = pairs(seed)
    rng = np.random.default_rng(seed)
    left = Affine(rng.normal(size=(5, 4)), rng.normal(size=4))
    right = Affine(None, rng.normal(size=3))
    mapped = PairMoments(5, 3).update(X, Y).mapped(left, right)
    assert close(mapped, PairMoments(4, 3).update(left.apply(X), right.apply(Y)), 1e-9)
    shifted = PairMoments(5, 3).update(X, Y).mapped(Affine(), right)
    assert close(shifted, PairMoments(5, 3).update(X, right.apply(Y)))


def test_copies_and_mapped_moments_can_be_updated_and_leave_the_original_alone():
    X, Y = pairs(0)
    first = PairMoments(5, 3).update(X[:30], Y[:30])
    kept = first.scatter.copy()
    turn = Affine(np.eye(5)[::-1].copy(), None)
    cases = {
        "copy": (copy.deepcopy(first), X),
        "pickle": (pickle.loads(pickle.dumps(first)), X),
        "shifted": (first.mapped(Affine(), Affine()), X),
        "mapped": (first.mapped(turn, Affine()), X[:, ::-1]),
    }
    for moments, rows in cases.values():
        moments.update(rows[30:], Y[30:])
        assert close(moments, PairMoments(5, 3).update(rows, Y))
    assert np.array_equal(first.scatter, kept)


@few
@given(seeds)
def test_squared_error_is_that_of_the_rows(seed):
    X, Y = pairs(seed)
    W = np.random.default_rng(seed).normal(size=(5, 3))
    error = PairMoments(5, 3).update(X, Y).squared_error(W)
    assert np.isclose(error, ((X @ W - Y) ** 2).sum(axis=1).mean())


def test_a_perfect_fit_has_no_negative_error():
    X, _ = pairs(0)
    assert 0 <= PairMoments(5, 5).update(X, X).squared_error(np.eye(5)) < 1e-12


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (np.ones((3, 5)), np.ones((2, 3)), "X, Y: got 3 rows in X and 2 in Y"),
        (np.ones((3, 4)), np.ones((3, 3)), "X: got 4 dimensions; accepted: 5"),
        (np.ones((3, 5)), np.ones((3, 5)), "Y: got 5 dimensions; accepted: 3"),
        (np.ones((3, 5)), [[0, 0, 0], [0, 0, 0], [0, np.inf, 0]], "Y: .*first in row 2"),
    ],
)
def test_a_refused_chunk_is_named_and_leaves_the_moments_untouched(X, Y, message):
    good = PairMoments(5, 3).update(*pairs(0))
    before = good.scatter.copy()
    with pytest.raises(ValueError, match=message):
        good.update(X, Y)
    assert good.n == 60
    assert np.array_equal(good.scatter, before)


def test_wrong_widths_and_types_are_named():
    with pytest.raises(ValueError, match="d_source: got 0"):
        PairMoments(0, 3)
    with pytest.raises(ValueError, match="dtype: got 'int8'; accepted: float32, float64"):
        PairMoments(2, 3, dtype="int8")
    with pytest.raises(ValueError, match="other: got moments of 2 x 3.*accepted: 5 x 3"):
        PairMoments(5, 3).merge(PairMoments(2, 3))
