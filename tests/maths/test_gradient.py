"""Gradient descent: it reaches the closed form, stays orthogonal, and reports how it went."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths import closed_forms, gradient
from helpers.maths.moments import PairMoments

few = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def rotation(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)))[0]


def pairs(seed: int, n: int = 300, d: int = 16, decay: float = 0.5, noise: float = 0.3):
    """Rows whose i-th direction has standard deviation ``i^-decay``, as embeddings have."""
    rng = np.random.default_rng(seed)
    spread = np.arange(1, d + 1) ** -decay
    Z = rng.normal(size=(n, d)) * spread
    basis, planted = rotation(rng, d), rotation(rng, d)
    return Z @ basis, (Z + noise * rng.normal(size=(n, d)) * spread) @ planted


def moments_of(X: np.ndarray, Y: np.ndarray) -> PairMoments:
    return PairMoments(X.shape[1], Y.shape[1]).update(X, Y)


def error(X: np.ndarray, Y: np.ndarray, W: np.ndarray) -> float:
    return ((X @ W - Y) ** 2).sum(axis=1).mean()


@few
@given(seeds, st.sampled_from([0.0, 0.5, 1.0, 1.5]), st.sampled_from([0.05, 1.0]))
def test_plain_descent_reaches_least_squares(seed, decay, noise):
    X, Y = pairs(seed, decay=decay, noise=noise)
    moments = moments_of(X, Y)
    found = gradient.descend(moments)
    best = error(X, Y, closed_forms.least_squares(moments))
    assert found.converged
    assert best * (1 - 1e-9) <= error(X, Y, found.W) <= best * (1 + 1e-3)
    assert np.isclose(found.loss_curve[-1], error(X, Y, found.W))


@few
@given(seeds, st.sampled_from([0.0, 0.5, 1.0]), st.booleans())
def test_orthogonal_descent_reaches_procrustes_also_across_a_reflection(seed, decay, flip):
    X, Y = pairs(seed, decay=decay)
    if flip:
        Y = Y * np.where(np.arange(16) == 0, -1, 1)
    moments = moments_of(X, Y)
    found = gradient.descend_orthogonal(moments)
    best = error(X, Y, closed_forms.procrustes(moments)[0])
    assert np.allclose(found.W.T @ found.W, np.eye(16), atol=1e-10)
    assert best * (1 - 1e-9) <= error(X, Y, found.W) <= best * (1 + 1e-3)


def test_descent_from_few_pairs_finds_the_map_of_minimum_norm():
    X, Y = pairs(0, n=8)
    moments = moments_of(X, Y)
    found = gradient.descend(moments)
    exact = closed_forms.least_squares(moments)
    assert np.linalg.norm(found.W - exact) < 1e-2 * np.linalg.norm(exact)


def test_orthogonal_descent_leaves_a_saddle():
    """Two axes reversed: at the identity the gradient is exactly zero, and far from the optimum."""
    X = np.vstack([np.eye(4), -np.eye(4)])
    flipped = np.diag([-1.0, -1, 1, 1])
    assert np.allclose(
        gradient.descend_orthogonal(moments_of(X, X @ flipped)).W, flipped, atol=1e-3
    )
    seen = X * [1, 1, 0, 0]
    W = gradient.descend_orthogonal(moments_of(seen, seen @ flipped)).W
    assert np.allclose(W[:2], flipped[:2], atol=1e-3)  # the other axes were never seen


def test_without_acceleration_the_loss_never_rises_and_the_path_is_slower():
    moments = moments_of(*pairs(1, decay=1.0))
    for descend in (gradient.descend, gradient.descend_orthogonal):
        plain = descend(moments, accelerate=False, n_steps=2000)
        assert np.all(np.diff(plain.loss_curve) <= 1e-12)
        assert len(descend(moments).loss_curve) < len(plain.loss_curve)


def test_the_first_step_is_the_gradient_of_the_mean_squared_error():
    X, Y = pairs(2)
    found = gradient.descend(moments_of(X, Y), n_steps=1, learning_rate=0.01)
    assert np.allclose(found.W, 0.01 * 2 / len(X) * X.T @ Y)
    assert np.isclose(found.loss_curve[0], (Y**2).sum(axis=1).mean())


@pytest.mark.parametrize("descend", [gradient.descend, gradient.descend_orthogonal])
def test_curves_report_training_and_held_out_loss(descend):
    X, Y = pairs(3, n=60)
    held = moments_of(X[40:], Y[40:])
    found = descend(moments_of(X[:40], Y[:40]), validation=held, n_steps=30)
    assert found.loss_curve.shape == found.validation_curve.shape == found.curve_steps.shape
    assert np.isclose(found.loss_curve[-1], error(X[:40], Y[:40], found.W))
    assert np.isclose(found.validation_curve[-1], error(X[40:], Y[40:], found.W))
    assert descend(held, n_steps=3).validation_curve.size == 0


def test_early_stopping_returns_the_best_held_out_step_and_generalises_better():
    X, Y = pairs(4, n=420, noise=1.0)
    train, held = moments_of(X[:20], Y[:20]), moments_of(X[20:220], Y[20:220])
    full = gradient.descend(train)
    early = gradient.descend(train, validation=held, early_stopping=True, patience=20)
    assert early.best_step == early.validation_curve.argmin()
    assert early.curve_steps[-1] == early.best_step + 20
    assert np.isclose(held.squared_error(early.W), early.validation_curve.min())
    assert error(X[220:], Y[220:], early.W) < 0.9 * error(X[220:], Y[220:], full.W)


@pytest.mark.parametrize("orthogonal", [False, True])
def test_mini_batches_come_near_the_closed_form_and_are_repeatable(orthogonal):
    X, Y = pairs(5, decay=0.3)
    moments = moments_of(X, Y)
    options = {"batch_size": 32, "orthogonal": orthogonal, "n_steps": 800}
    found = gradient.descend_batches(X, Y, moments, **options, seed=1)
    exact = (
        closed_forms.procrustes(moments)[0] if orthogonal else closed_forms.least_squares(moments)
    )
    assert error(X, Y, found.W) < 1.03 * error(X, Y, exact)
    assert found.curve_steps[1] == -(-300 // 32)
    assert found.curve_steps[-1] == 800
    assert np.array_equal(gradient.descend_batches(X, Y, moments, **options, seed=1).W, found.W)
    assert not np.array_equal(gradient.descend_batches(X, Y, moments, **options, seed=2).W, found.W)


@few
@given(seeds, st.sampled_from([1e-6, 1e-2, 0.1, 3.0]))
def test_retraction_stays_orthogonal_and_follows_the_exponential(seed, length):
    import scipy.linalg

    rng = np.random.default_rng(seed)
    W, K = rotation(rng, 6), rng.normal(size=(6, 6))
    K = (K - K.T) * length / np.linalg.norm(K - K.T)
    moved = gradient.retract(W, K)
    assert np.allclose(moved.T @ moved, np.eye(6), atol=1e-11)
    assert np.linalg.norm(moved - W @ scipy.linalg.expm(K)) <= length**3 + 1e-14


def test_faults_are_named():
    X, Y = pairs(0)
    moments = moments_of(X, Y)
    with pytest.raises(ValueError, match="learning_rate: got 1000.*at most"):
        gradient.descend(moments, learning_rate=1000)
    with pytest.raises(ValueError, match="learning_rate: got nan"):
        gradient.descend_orthogonal(moments, learning_rate=float("nan"))
    with pytest.raises(ValueError, match="n_steps: got 0"):
        gradient.descend(moments, n_steps=0)
    with pytest.raises(ValueError, match="tolerance: got -1"):
        gradient.descend(moments, tolerance=-1)
    with pytest.raises(ValueError, match="batch_size: got 301; accepted: None or 1 to 300"):
        gradient.descend_batches(X, Y, moments, batch_size=301)
    with pytest.raises(ValueError, match="got 16 and 3 dimensions; accepted by gd-orthogonal"):
        gradient.descend_orthogonal(moments_of(X, Y[:, :3]))
