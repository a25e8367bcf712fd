"""Gradient descent on a single linear layer: the second way to find a map (Choi et al. 2021).

Objective everywhere: the mean over pairs of ``|x W - y|^2``, plain or with W kept orthogonal. Full
batches work from the moments (the gradient is exactly that of all rows), mini-batches from rows.
numpy only; not a general optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from helpers.maths.closed_forms import require_same_width
from helpers.maths.moments import PairMoments

WINDOW = 50  # steps over which the loss must still fall by more than the tolerance
FLOOR = 1e-6  # smaller losses (as a share of the target's energy) do not sharpen the tolerance
NOTHING_LEFT = 1e-8  # and at this share the pairs are fitted: more steps would fit rounding


@dataclass(frozen=True)
class Descent:
    """What a descent found and how it went there.

    ``loss_curve`` and ``validation_curve`` (empty without validation pairs) hold the objective at
    the steps ``curve_steps``; ``best_step`` is the step whose W is returned: the last one, or the
    one of lowest held-out loss under early stopping.
    """

    W: np.ndarray
    loss_curve: np.ndarray
    validation_curve: np.ndarray
    curve_steps: np.ndarray
    best_step: int
    learning_rate: float
    converged: bool


class _Curve:
    """Losses so far, the W to return, and whether it is time to stop."""

    def __init__(self, tolerance: float, energy: float, early_stopping: bool, patience: int):
        self.tolerance, self.energy = tolerance, energy
        self.early_stopping, self.patience = early_stopping, patience
        self.steps: list[int] = []
        self.train: list[float] = []
        self.held_out: list[float] = []
        self.best_loss, self.best_step = np.inf, 0
        self.best_W: np.ndarray | None = None
        self.converged = False

    def add(self, step: int, W: np.ndarray, train: float, held_out: float | None) -> bool:
        """Note one point; True when the descent should end."""
        if not np.isfinite(train):
            raise ValueError(
                f"learning_rate: the loss became {train} at step {step}; accepted: a smaller one"
            )
        self.steps.append(step)
        self.train.append(train)
        if held_out is not None:
            self.held_out.append(held_out)
        if not self.early_stopping:
            self.best_step, self.best_W = step, W
        elif held_out < self.best_loss:
            self.best_loss, self.best_step, self.best_W = held_out, step, W
        elif step - self.best_step >= self.patience:
            return True
        if len(self.train) > WINDOW:
            fell = self.train[-1 - WINDOW] - train
            self.converged = fell <= self.tolerance * max(train, FLOOR * self.energy)
        self.converged |= train <= NOTHING_LEFT * self.energy
        return self.converged

    def result(self, learning_rate: float) -> Descent:
        return Descent(
            W=self.best_W,
            loss_curve=np.array(self.train),
            validation_curve=np.array(self.held_out),
            curve_steps=np.array(self.steps),
            best_step=self.best_step,
            learning_rate=learning_rate,
            converged=self.converged,
        )


def _top_eigenvalue(matrix: np.ndarray) -> float:
    last = len(matrix) - 1
    return float(scipy.linalg.eigvalsh(matrix, subset_by_index=[last, last])[0])


def _check(n_steps: int, learning_rate: float | None, largest: float, tolerance: float) -> float:
    """The learning rate to use: at most ``largest`` = 1 / Lipschitz constant of the gradient."""
    if int(n_steps) != n_steps or n_steps < 1:
        raise ValueError(f"n_steps: got {n_steps!r}; accepted: a positive integer")
    if not (np.isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"tolerance: got {tolerance!r}; accepted: a number of at least 0")
    if learning_rate is None:
        return largest
    if not 0 < learning_rate <= largest * (1 + 1e-9):
        raise ValueError(
            f"learning_rate: got {learning_rate!r}; accepted: None or above 0 and at most "
            f"{largest:.6g}, one over the largest curvature of these pairs"
        )
    return float(learning_rate)


def descend(
    train: PairMoments,
    *,
    validation: PairMoments | None = None,
    n_steps: int = 10_000,
    learning_rate: float | None = None,
    accelerate: bool = True,
    tolerance: float = 2e-6,
    early_stopping: bool = False,
    patience: int = 100,
) -> Descent:
    """Full-batch descent from W = 0, so that it runs towards the least-squares map of minimum norm.

    Gradient ``2 (Sxx W - Sxy)`` with S the second moments; learning rate ``1 / (2 lambda_max)``
    unless given, the largest that never raises the loss. ``accelerate`` adds Nesterov's momentum,
    restarted when it points uphill (O'Donoghue and Candès 2015). Ends after ``n_steps``, when the
    loss fell by less than ``tolerance`` (relative) over 50 steps or is next to nothing, or, with
    ``early_stopping``, after ``patience`` steps without a lower held-out loss.

    The steps needed grow with the root of the condition number of Sxx: a few hundred for embeddings
    whose variance decays as 1/i, several thousand at 1/i^2. ``converged`` says whether they were
    enough; within the tolerance above, the loss is then within 1e-3 of the closed form's.
    """
    second, cross = train.second_xx, train.second_xy
    top = _top_eigenvalue(second)
    rate = _check(n_steps, learning_rate, 1 / (2 * top) if top > 0 else 1.0, tolerance)
    curve = _Curve(tolerance, train.energy_y, early_stopping, patience)
    W = np.zeros_like(cross)
    product = np.zeros_like(cross)  # Sxx @ W: loss and gradients at W and ahead of it follow
    ahead, ahead_product, momentum = W, product, 1.0

    def held_out(W: np.ndarray) -> float | None:
        return None if validation is None else validation.squared_error(W)

    curve.add(0, W, train.energy_y, held_out(W))
    for step in range(1, int(n_steps) + 1):
        gradient = 2 * (ahead_product - cross)
        new = ahead - rate * gradient
        new_product = second @ new
        moved = new - W
        if accelerate and np.vdot(gradient, moved) <= 0:
            following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            push = (momentum - 1) / following
            momentum = following
        else:
            push, momentum = 0.0, 1.0
        ahead = new + push * moved
        ahead_product = new_product + push * (new_product - product)
        W, product = new, new_product
        loss = float(np.vdot(W, product - 2 * cross) + train.energy_y)
        if curve.add(step, W, max(loss, 0.0), held_out(W)):
            break
    return curve.result(rate)


def cayley(W: np.ndarray, K: np.ndarray) -> np.ndarray:
    """``W (I - K/2)^(-1) (I + K/2)``: moves an orthogonal W along the skew K and stays orthogonal.

    Wen and Yin (2013). Agrees with ``W expm(K)`` to second order.
    """
    half = np.eye(len(K)) - K / 2
    return 2 * scipy.linalg.solve(half.T, W.T, check_finite=False).T - W


def retract(W: np.ndarray, K: np.ndarray) -> np.ndarray:
    """An orthogonal W moved along the skew K and back onto the orthogonal matrices.

    Short steps: the polar factor of ``W (I + K)`` by Newton-Schulz iteration, which needs products
    only and also removes the rounding of earlier steps. Long ones, where it might not converge:
    `cayley`. Both agree with ``W expm(K)`` to second order.
    """
    if np.linalg.norm(K) > 1:
        return cayley(W, K)
    moved = W + W @ K
    for _ in range(8):
        excess = moved.T @ moved
        excess[np.diag_indices_from(excess)] -= 1
        moved = moved - moved @ excess / 2
        if np.linalg.norm(excess) < 1e-6:  # the error after the step is about its square
            break
    return moved


def near_identity(cross: np.ndarray, seed: int) -> np.ndarray:
    """Where an orthogonal descent starts: the identity turned a little, in the right component.

    Orthogonal matrices fall into rotations and reflections, and no descent crosses over: where
    ``det(Sxy) < 0`` the optimum is a reflection, and the axis whose reversal costs least is
    reversed. The small turn (by ``seed``) leaves saddle points, where the gradient is zero.
    """
    d = len(cross)
    start = np.eye(d)
    if np.linalg.slogdet(cross)[0] < 0:
        axis = int(np.argmin(np.diag(cross)))
        start[axis, axis] = -1
    turn = np.random.default_rng(seed).normal(scale=1e-3 / np.sqrt(d), size=(d, d))
    return cayley(start, turn - turn.T)


def descend_orthogonal(
    train: PairMoments,
    *,
    validation: PairMoments | None = None,
    n_steps: int = 10_000,
    learning_rate: float | None = None,
    accelerate: bool = True,
    tolerance: float = 2e-6,
    early_stopping: bool = False,
    patience: int = 100,
    seed: int = 0,
) -> Descent:
    """Full-batch descent over orthogonal matrices, from near the identity towards Procrustes.

    On the orthogonal group the objective is a constant minus ``2 tr(W^T Sxy)``. Its gradient, seen
    from W, is the skew part of ``W^T Sxy``; each step follows it and is taken back onto the group
    (`retract`), so W is orthogonal at every step and not only in the end. Largest curvature: twice
    the spectral norm of Sxy. Momentum lives in the skew matrices, where it needs no transport; it
    is restarted when it points uphill. Other arguments as in `descend`.
    """
    require_same_width(train, "gd-orthogonal")
    cross = train.second_xy
    norm = float(np.sqrt(max(_top_eigenvalue(cross.T @ cross), 0.0)))
    rate = _check(n_steps, learning_rate, 1 / (2 * norm) if norm > 0 else 1.0, tolerance)
    curve = _Curve(tolerance, train.energy_y, early_stopping, patience)
    constant = train.energy_y + float(np.trace(train.second_xx))
    if validation is not None:
        held_constant = validation.energy_y + float(np.trace(validation.second_xx))
        held_cross = validation.second_xy
    W = near_identity(cross, seed)
    velocity, momentum, push = np.zeros_like(W), 1.0, 0.0
    for step in range(int(n_steps) + 1):
        seen = W.T @ cross
        loss = max(constant - 2 * float(np.trace(seen)), 0.0)
        held_out = None
        if validation is not None:
            held_out = max(held_constant - 2 * float(np.vdot(W, held_cross)), 0.0)
        if curve.add(step, W, loss, held_out) or step == n_steps:
            break
        uphill = seen - seen.T  # minus the gradient of the objective, in the frame of W
        if not accelerate or np.vdot(uphill, velocity) < 0:
            velocity, momentum, push = np.zeros_like(W), 1.0, 0.0
        velocity = push * velocity + rate * uphill
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        push = (momentum - 1) / following if accelerate else 0.0
        momentum = following
        W = retract(W, rate * uphill + push * velocity)
    return curve.result(rate)


def descend_batches(
    X: np.ndarray,
    Y: np.ndarray,
    train: PairMoments,
    *,
    batch_size: int,
    orthogonal: bool = False,
    validation: PairMoments | None = None,
    n_steps: int = 10_000,
    learning_rate: float | None = None,
    early_stopping: bool = False,
    patience: int = 100,
    seed: int = 0,
) -> Descent:
    """Stochastic descent on shuffled batches of rows X (n, d_source), Y (n, d_target).

    The learning rate falls linearly to zero over ``n_steps`` updates, from one over the expected
    smoothness of a batch (Gower et al. 2019, Proposition 3.8: between the largest curvature of the
    mean and that of the longest single row) unless given. Curves hold one point a pass over the
    pairs, from the moments of all of them. It comes near the optimum, not to the last digit; there
    is no tolerance, because a noisy loss that rises once has not converged.
    """
    n = len(X)
    if int(batch_size) != batch_size or not 1 <= batch_size <= n:
        raise ValueError(f"batch_size: got {batch_size!r}; accepted: None or 1 to {n} (the pairs)")
    lengths = np.einsum("ij,ij->i", X, X, dtype=np.float64)
    mean_curvature = 2 * _top_eigenvalue(train.second_xx)
    share = (n - batch_size) / (batch_size * max(n - 1, 1))
    curvature = (1 - share) * mean_curvature + share * 2 * float(lengths.max())
    rate = _check(n_steps, learning_rate, 1 / curvature if curvature > 0 else 1.0, 0.0)
    rng = np.random.default_rng(seed)
    curve = _Curve(-np.inf, train.energy_y, early_stopping, patience)
    W = near_identity(train.second_xy, seed) if orthogonal else np.zeros_like(train.second_xy)
    step, stop = 0, False
    while not stop:
        held_out = None if validation is None else validation.squared_error(W)
        stop = curve.add(step, W, train.squared_error(W), held_out) or step >= n_steps
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            if stop or step >= n_steps:
                break
            rows = order[start : start + batch_size]
            batch = X[rows]
            gradient = 2 / len(rows) * (batch.T @ (batch @ W - Y[rows]))
            now = rate * (1 - step / n_steps)
            if orthogonal:
                turn = W.T @ gradient
                W = retract(W, -now * (turn - turn.T) / 2)
            else:
                W = W - now * gradient
            step += 1
    return curve.result(rate)
