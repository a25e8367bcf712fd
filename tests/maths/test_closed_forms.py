"""The closed forms against scipy, numpy and scikit-learn, and against what was planted."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths import closed_forms
from helpers.maths.moments import PairMoments

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def pairs(seed: int, n: int = 80, d_source: int = 6, d_target: int = 4, noise: float = 0.3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d_source)) @ rng.normal(size=(d_source, d_source)) + 1
    return X, X @ rng.normal(size=(d_source, d_target)) + noise * rng.normal(size=(n, d_target))


def moments_of(X: np.ndarray, Y: np.ndarray) -> PairMoments:
    return PairMoments(X.shape[1], Y.shape[1]).update(X, Y)


def rotation(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)))[0]


@few
@given(seeds, st.sampled_from([3, 6, 80]))
def test_least_squares_is_lstsq_also_with_fewer_pairs_than_dimensions(seed, n):
    X, Y = pairs(seed, n)
    expected = np.linalg.lstsq(X, Y, rcond=1e-6)[0]
    assert np.allclose(closed_forms.least_squares(moments_of(X, Y)), expected, rtol=1e-4, atol=1e-4)


def test_least_squares_on_dependent_columns_has_minimum_norm():
    X, Y = pairs(0)
    doubled = np.hstack([X, X])
    W = closed_forms.least_squares(moments_of(doubled, Y))
    assert np.allclose(W[:6], W[6:])
    assert np.allclose(doubled @ W, X @ np.linalg.lstsq(X, Y, rcond=None)[0])
    assert not closed_forms.least_squares(moments_of(np.zeros((4, 2)), np.ones((4, 2)))).any()


@few
@given(seeds)
def test_ridge_is_lstsq_with_penalty_rows_and_tends_to_least_squares(seed):
    X, Y = pairs(seed)
    moments = moments_of(X, Y)
    for penalty in (0.01, 1.0):
        root = np.sqrt(penalty * len(X) * (X**2).mean())
        padded = np.vstack([X, root * np.eye(6)]), np.vstack([Y, np.zeros((6, 4))])
        assert np.allclose(closed_forms.ridge(moments, penalty), np.linalg.lstsq(*padded)[0])
    exact = closed_forms.least_squares(moments)
    distances = [
        np.linalg.norm(closed_forms.ridge(moments, penalty) - exact)
        for penalty in (1.0, 1e-2, 1e-4, 1e-12)
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-6 * np.linalg.norm(exact)
    assert np.array_equal(closed_forms.ridge(moments, 0), exact)


@few
@given(seeds, st.booleans())
def test_procrustes_is_scipys_and_finds_a_planted_rotation_and_scale(seed, reflect):
    rng = np.random.default_rng(seed)
    X, planted = rng.normal(size=(30, 5)), rotation(rng, 5)
    if reflect:
        planted[:, 0] *= -1
    R, scale = closed_forms.procrustes(moments_of(X, 2.5 * X @ planted), scale=True)
    assert np.allclose(R, planted)
    assert np.isclose(scale, 2.5)
    Y = rng.normal(size=(30, 5))
    R, scale = closed_forms.procrustes(moments_of(X, Y))
    assert np.allclose(R, scipy.linalg.orthogonal_procrustes(X, Y)[0])
    assert scale == 1


@few
@given(seeds, st.integers(2, 8))
def test_procrustes_from_few_pairs_is_orthogonal_optimal_and_nearest_to_the_identity(seed, n):
    rng = np.random.default_rng(seed)
    X, planted = rng.normal(size=(n, 10)), rotation(rng, 10)
    moments = moments_of(X, X @ planted)
    R, _ = closed_forms.procrustes(moments)
    assert np.allclose(R.T @ R, np.eye(10))
    assert np.allclose(X @ R, X @ planted)
    # Any other optimum differs on the directions that were never seen.
    free = np.linalg.svd(X)[2][n:].T
    other = R.copy() + free @ (rotation(rng, 10 - n) - np.eye(10 - n)) @ free.T @ R
    assert np.allclose(X @ other, X @ planted)
    assert np.linalg.norm(R - np.eye(10)) <= np.linalg.norm(other - np.eye(10)) + 1e-9


def test_procrustes_without_any_evidence_is_the_identity():
    R, scale = closed_forms.procrustes(moments_of(np.zeros((3, 4)), np.zeros((3, 4))), scale=True)
    assert np.allclose(R, np.eye(4))
    assert scale == 1


@few
@given(seeds)
def test_cca_variates_are_white_and_their_correlations_ordered_and_invariant(seed):
    X, Y = pairs(seed, noise=2.0)
    A, B, r = closed_forms.cca_bases(moments_of(X, Y), 0.0)
    left, right = (X - X.mean(axis=0)) @ A, (Y - Y.mean(axis=0)) @ B
    assert A.shape == (6, 4)
    assert np.allclose(left.T @ left / 80, np.eye(4), atol=1e-6)
    assert np.allclose(right.T @ right / 80, np.eye(4), atol=1e-6)
    assert np.allclose(left.T @ right / 80, np.diag(r), atol=1e-6)
    assert np.all(np.diff(r) <= 1e-9)
    mixing = np.random.default_rng(seed).normal(size=(6, 6)) + 3 * np.eye(6)
    assert np.allclose(closed_forms.cca_bases(moments_of(X @ mixing + 5, Y), 0.0)[2], r, atol=1e-4)


def test_cca_correlations_are_scikit_learns():
    from sklearn.cross_decomposition import CCA

    X, Y = pairs(4, n=200, noise=3.0)
    left, right = CCA(n_components=2, max_iter=2000).fit_transform(X, Y)
    expected = [np.corrcoef(left[:, k], right[:, k])[0, 1] for k in range(2)]
    found = closed_forms.cca_bases(moments_of(X, Y), 0.0)[2][:2]
    assert np.allclose(found, expected, atol=1e-4)


def test_cca_leaves_null_directions_out_and_regularisation_tempers_it():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(5, 8)), rng.normal(size=(5, 7))  # unrelated, rank 4 about the mean
    A, _, r = closed_forms.cca_bases(moments_of(X, Y), 0.0)
    assert A.shape == (8, 4)
    assert np.allclose(r, 1)  # the overfit that regularisation is for
    A, _, r = closed_forms.cca_bases(moments_of(X, Y), 0.5)
    assert A.shape == (8, 4)  # as many axes as five pairs can relate
    assert r[0] < 0.9
    with pytest.raises(ValueError, match="cca"):
        closed_forms.cca_bases(moments_of(np.ones((5, 2)), Y), 0.0)


def test_the_random_rotation_is_orthogonal_repeatable_and_evenly_drawn():
    W = closed_forms.random_rotation(30, 7)
    assert np.allclose(W.T @ W, np.eye(30))
    assert np.array_equal(W, closed_forms.random_rotation(30, 7))
    assert not np.allclose(W, closed_forms.random_rotation(30, 8))
    # Without the sign correction of Mezzadri the diagonal would be negative on average.
    traces = [np.trace(closed_forms.random_rotation(3, seed)) for seed in range(400)]
    assert abs(np.mean(traces)) < 0.2


def test_options_out_of_range_are_named():
    moments = moments_of(*pairs(0))
    with pytest.raises(ValueError, match="penalty: got -1"):
        closed_forms.ridge(moments, -1)
    with pytest.raises(ValueError, match="regularisation: got 1.5"):
        closed_forms.cca_bases(moments, 1.5)
    with pytest.raises(ValueError, match="got 6 and 4 dimensions; accepted by procrustes"):
        closed_forms.procrustes(moments)
