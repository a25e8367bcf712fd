"""Streamed moments of paired rows: all that the closed-form maps need to know about the data.

A million pairs of 768 dimensions cost one square matrix of 1,536 and a block of rows; nothing here
knows which map will be computed from them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.arrays import (
    add_block,
    check_pairs,
    is_constant,
    merge_scatter,
    mirror,
    row_blocks,
)
from helpers.maths.normalise import Affine


class PairMoments:
    """Count, means and centred scatter of the joint rows ``[x | y]``, updated in chunks.

    Parameters
    ----------
    d_source, d_target : widths of the two sides.
    dtype : arithmetic of the products inside a block of rows, ``float64`` or ``float32``; sums are
        kept in float64 either way. float32 is up to twice as fast, but its rounding (about 1e-7 of
        the largest variance) hides directions of less variance than that from least squares and
        CCA; ``benchmarks/closed_forms.py`` prints the difference.

    Updates centre each block by its own mean and merge (Chan, Golub and LeVeque 1983), so rows far
    from the origin lose no digits and the order of chunks does not matter beyond rounding.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X, Y = rng.normal(size=(9, 2)), rng.normal(size=(9, 3))
    >>> streamed = PairMoments(2, 3).update(X[:4], Y[:4]).update(X[4:], Y[4:])
    >>> streamed.n, bool(np.allclose(streamed.second_xy, X.T @ Y / 9))
    (9, True)
    """

    def __init__(self, d_source: int, d_target: int, *, dtype: str = "float64"):
        for name, dim in (("d_source", d_source), ("d_target", d_target)):
            if int(dim) != dim or dim < 1:
                raise ValueError(f"{name}: got {dim!r}; accepted: a positive integer")
        if dtype not in ("float32", "float64"):
            raise ValueError(f"dtype: got {dtype!r}; accepted: float32, float64")
        self.d_source, self.d_target, self.dtype = int(d_source), int(d_target), dtype
        width = self.d_source + self.d_target
        self.n = 0
        self.mean = np.zeros(width)
        self._scatter = np.zeros((width, width), order="F")
        self._mirrored = True  # whether the lower triangle is up to date

    def update(self, X: ArrayLike, Y: ArrayLike) -> PairMoments:
        """Add pairs: X (n, d_source), Y (n, d_target). ValueError leaves the moments untouched."""
        source, target = check_pairs(X, Y, d_source=self.d_source, d_target=self.d_target)
        for block in row_blocks(len(source)):
            parts = [source[block], target[block]]
            self.n = add_block(parts, self.n, self.mean, self._scatter, np.dtype(self.dtype))
            self._mirrored = False
        return self

    @property
    def scatter(self) -> np.ndarray:
        """Sum over pairs of the outer products of the joint rows about their mean."""
        if not self._mirrored:
            mirror(self._scatter)
            self._mirrored = True
        return self._scatter

    def merge(self, other: PairMoments) -> PairMoments:
        """Add the pairs that ``other`` has seen (other is left as it is)."""
        if (self.d_source, self.d_target) != (other.d_source, other.d_target):
            raise ValueError(
                f"other: got moments of {other.d_source} x {other.d_target} dimensions; "
                f"accepted: {self.d_source} x {self.d_target}"
            )
        self.n = merge_scatter(self.n, self.mean, self.scatter, other.n, other.mean, other.scatter)
        return self

    def mapped(self, source: Affine, target: Affine) -> PairMoments:
        """Moments of the pairs after an affine map of each side, without seeing the rows again."""
        blocks = []
        for one, dim in ((source, self.d_source), (target, self.d_target)):
            blocks.append(np.eye(dim) if one.matrix is None else one.matrix)
        result = PairMoments(blocks[0].shape[1], blocks[1].shape[1], dtype=self.dtype)
        result.n = self.n
        result.mean = np.concatenate(
            [source.apply(self.mean_x[None])[0], target.apply(self.mean_y[None])[0]]
        )
        constant = self._is_constant("x") or self._is_constant("y")
        if source.matrix is None and target.matrix is None and not constant:
            result._scatter = self.scatter.copy(order="F")  # shifts only: nothing to multiply
        else:
            cross = blocks[0].T @ self._part("x", "y") @ blocks[1]
            joint = [
                [blocks[0].T @ self._part("x", "x") @ blocks[0], cross],
                [cross.T, blocks[1].T @ self._part("y", "y") @ blocks[1]],
            ]
            result._scatter = np.asfortranarray(np.block(joint))  # as update writes it
        return result

    def _side(self, name: str) -> slice:
        return slice(None, self.d_source) if name == "x" else slice(self.d_source, None)

    def _is_constant(self, name: str) -> bool:
        side = self._side(name)
        variance = float(np.trace(self.scatter[side, side])) / max(self.n, 1)
        return is_constant(self.mean[side], variance, self.dtype)

    def _part(self, row: str, column: str) -> np.ndarray:
        part = self.scatter[self._side(row), self._side(column)]
        # Inverting the rounding of rows that are all alike would give a map of enormous weights.
        if self._is_constant(row) or self._is_constant(column):
            return np.zeros_like(part)
        return part

    @property
    def mean_x(self) -> np.ndarray:
        """Mean of the source rows, (d_source,)."""
        return self.mean[: self.d_source]

    @property
    def mean_y(self) -> np.ndarray:
        """Mean of the target rows, (d_target,)."""
        return self.mean[self.d_source :]

    @property
    def cov_xx(self) -> np.ndarray:
        """Covariance of the source rows about their mean, divisor n."""
        return self._part("x", "x") / self.n

    @property
    def cov_xy(self) -> np.ndarray:
        """Cross-covariance (d_source, d_target), divisor n."""
        return self._part("x", "y") / self.n

    @property
    def cov_yy(self) -> np.ndarray:
        """Covariance of the target rows about their mean, divisor n."""
        return self._part("y", "y") / self.n

    @property
    def second_xx(self) -> np.ndarray:
        """Second moment about the origin, ``X.T @ X / n``."""
        return self.cov_xx + np.outer(self.mean_x, self.mean_x)

    @property
    def second_xy(self) -> np.ndarray:
        """Second moment about the origin, ``X.T @ Y / n``."""
        return self.cov_xy + np.outer(self.mean_x, self.mean_y)

    @property
    def energy_y(self) -> float:
        """Mean squared length of the target rows."""
        return float(np.trace(self._part("y", "y")) / self.n + self.mean_y @ self.mean_y)

    def squared_error(self, W: np.ndarray) -> float:
        """Mean over pairs of ``|x @ W - y|^2``, from the moments alone.

        Precise to about 1e-15 of the mean squared length of the rows; rounding below 0 gives 0.
        """
        fitted = np.vdot(W, self.second_xx @ W) - 2 * np.vdot(W, self.second_xy)
        return max(float(fitted + self.energy_y), 0.0)
