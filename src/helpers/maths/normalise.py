"""Normalisation of embeddings as an ordered list of named steps, fitted on training rows.

What it is not: a choice of similarity or a map between languages. Each side of a pair has its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.arrays import NotFittedError, check_rows, is_constant, mean_and_scatter

NORMALISATION_STEPS = ("unit", "centre", "whiten")


def check_steps(steps: Iterable[str]) -> tuple[str, ...]:
    """The steps as a tuple; ValueError where one is unknown (or a bare string was given)."""
    given = tuple(steps) if not isinstance(steps, str) else (steps,)
    for step in given:
        if step not in NORMALISATION_STEPS:
            raise ValueError(
                f"normalise: got step {step!r}; accepted: {', '.join(NORMALISATION_STEPS)}"
            )
    return given


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Rows scaled to Euclidean length 1; a row of zeros has no direction and stays zero."""
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
    # Rescaling first keeps the squares of very small or large entries in range.
    odd = (norms < 1e-18) | ~np.isfinite(norms)
    if odd.any():
        rows = rows / np.where(odd, np.maximum(abs(rows).max(axis=1, keepdims=True), 1e-300), 1)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms == 0, 1, norms)


def symmetric_eigh(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues (ascending), eigenvectors, and a mask of those that count as non-zero.

    The cut-off for a matrix of second moments is ``10 d eps`` times its largest eigenvalue: what
    lies below is rounding of the sums, so it is treated as a direction the rows never took. On the
    rows themselves this is a relative singular value of about 1e-6.
    """
    values, vectors = np.linalg.eigh(matrix)
    cut = 10 * len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
    return values, vectors, values > cut


def inverse_square_root(covariance: np.ndarray, shrinkage: float = 0.0) -> np.ndarray:
    """Symmetric ``C^(-1/2)`` of the shrunk covariance; null directions are mapped to zero.

    Shrinkage replaces C by ``(1 - s) C + s tr(C)/d I`` (Ledoit and Wolf 2004); with s = 0 and a
    rank-deficient C the answer is the pseudo-inverse square root, of minimum norm.
    """
    values, vectors, kept = symmetric_eigh(covariance)
    shrunk = (1 - shrinkage) * values + shrinkage * values.mean()
    if shrinkage > 0:
        kept = shrunk > 0
    return (vectors[:, kept] / np.sqrt(shrunk[kept])) @ vectors[:, kept].T


@dataclass(frozen=True)
class Affine:
    """The row map ``x -> x @ matrix - offset``; None stands for the identity or for zero."""

    matrix: np.ndarray | None = None
    offset: np.ndarray | None = None

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Rows mapped, in their own float type."""
        if self.matrix is not None:
            rows = rows @ self.matrix.astype(rows.dtype, copy=False)
        if self.offset is not None:
            rows = rows - self.offset.astype(rows.dtype, copy=False)
        return rows


class Normaliser:
    """Named steps, applied in order, with what they learn taken from the training rows.

    Parameters
    ----------
    steps : any of ``unit`` (row-wise: each row to length 1), ``centre`` (minus the training mean)
        and ``whiten`` (symmetric, ZCA: rows times ``C^(-1/2)``, C the covariance of the training
        rows about their mean, divisor n; the mean itself is removed only by ``centre``), in any
        order and number.
    whiten_shrinkage : in [0, 1]. 0 whitens exactly; directions in which the training rows do not
        vary are then mapped to zero (see `inverse_square_root`). More keeps such directions and
        tames small eigenvalues.

    Shapes: ``fit`` and ``transform`` take (n, d) and return (n, d).
    Errors: ValueError for an unknown step, NaN or inf, another width than fitted, fewer than two
    training rows for ``centre`` or ``whiten``; NotFittedError (a ValueError) before ``fit``.

    >>> import numpy as np
    >>> rows = np.array([[3.0, 4.0], [0.0, 2.0]])
    >>> Normaliser(["unit"]).fit(rows).transform(rows)
    array([[0.6, 0.8],
           [0. , 1. ]])
    >>> abs(Normaliser(["unit", "centre"]).fit(rows).transform(rows).mean(axis=0)).max() < 1e-12
    np.True_
    """

    def __init__(self, steps: Iterable[str] = ("unit", "centre"), *, whiten_shrinkage: float = 0.0):
        self.steps = check_steps(steps)
        if not 0 <= whiten_shrinkage <= 1:
            raise ValueError(f"whiten_shrinkage: got {whiten_shrinkage!r}; accepted: 0 to 1")
        self.whiten_shrinkage = float(whiten_shrinkage)
        head = 0
        while head < len(self.steps) and self.steps[head] == "unit":
            head += 1
        self.row_steps, self.fitted_steps = self.steps[:head], self.steps[head:]

    @property
    def streams(self) -> bool:
        """Whether one pass is enough: all that is learned comes after the row-wise steps."""
        return "unit" not in self.fitted_steps

    def rows_only(self, rows: np.ndarray) -> np.ndarray:
        """Apply the leading row-wise steps, which need no fitting."""
        return unit_rows(rows) if self.row_steps else rows

    def affine(self, mean: np.ndarray, covariance: np.ndarray, steps: Iterable[str]) -> Affine:
        """The steps ``centre`` and ``whiten`` as one affine map, from the moments of the rows."""
        matrix, offset = None, None
        if is_constant(mean, float(np.trace(covariance))):
            covariance = np.zeros_like(covariance)
        for step in steps:
            if step == "centre":
                offset = mean if offset is None else offset + mean
                mean = np.zeros_like(mean)
            else:
                root = inverse_square_root(covariance, self.whiten_shrinkage)
                matrix = root if matrix is None else matrix @ root
                offset = None if offset is None else offset @ root
                mean, covariance = mean @ root, root @ covariance @ root
        return Affine(matrix, offset)

    def fit(self, X: ArrayLike) -> Normaliser:
        """Learn means and covariances from training rows (n, d)."""
        rows = check_rows("X", X)
        if self.fitted_steps and len(rows) < 2:
            raise ValueError(f"X: got {len(rows)} rows; accepted: at least 2 to {self.steps}")
        self.dim_ = rows.shape[1]
        self.maps_: list[Affine | None] = []  # None is the unit step
        steps = list(self.steps)
        while steps:
            learned = steps.index("unit") if "unit" in steps else len(steps)
            if learned:
                mean, scatter = mean_and_scatter(rows)
                self.maps_.append(self.affine(mean, scatter / len(rows), steps[:learned]))
            if learned < len(steps):
                self.maps_.append(None)
            steps = steps[learned + 1 :]
            if steps:
                for one in self.maps_[-2:] if learned else self.maps_[-1:]:
                    rows = unit_rows(rows) if one is None else one.apply(rows)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Rows (n, d) normalised with what ``fit`` learned."""
        if not hasattr(self, "maps_"):
            raise NotFittedError("Normaliser: got transform before fit; accepted: call fit first")
        rows = check_rows("X", X, dim=self.dim_)
        for one in self.maps_:
            rows = unit_rows(rows) if one is None else one.apply(rows)
        return rows
