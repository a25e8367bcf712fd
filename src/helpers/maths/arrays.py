"""Checks and block-wise sums that every map of this floor shares: rows in, float arrays out.

Refusals are ``ValueError`` and name the argument, what was given and what is accepted. Not a place
for anything that knows about maps, languages or sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg.blas import dsyrk

BLOCK_ROWS = 4096  # rows centred and multiplied at a time: bounds memory, fills the matrix unit


class NotFittedError(ValueError, AttributeError):
    """A learned attribute was asked for before ``fit``; an AttributeError too, so hasattr works."""


def check_rows(name: str, rows: ArrayLike, *, dim: int | None = None) -> np.ndarray:
    """Return ``rows`` as a finite float array of shape (n, d), float32 or float64 as they came.

    Raises ValueError when the array is not two-dimensional, not real, has another width than
    ``dim``, or holds NaN or inf (the first such row is named).

    >>> check_rows("X", [[1, 2], [3, float("nan")]])
    Traceback (most recent call last):
    ...
    ValueError: X: got a NaN or infinite value, first in row 1; accepted: finite numbers only
    """
    array = np.asarray(rows)
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"{name}: got an array of shape {array.shape}; accepted: two dimensions, (rows, dim)"
        )
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name}: got dtype {array.dtype}; accepted: real numbers")
    if dim is not None and array.shape[1] != dim:
        raise ValueError(f"{name}: got {array.shape[1]} dimensions; accepted: {dim}")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype.kind != "f" or array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    # A finite sum proves that all values are finite, in one pass and without an array of booleans.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(array.sum(dtype=np.float64))
    if suspicious:
        bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
        if bad.size:
            raise ValueError(
                f"{name}: got a NaN or infinite value, first in row {bad[0]}; "
                "accepted: finite numbers only"
            )
    return array


def check_pairs(
    X: ArrayLike, Y: ArrayLike, *, d_source: int | None = None, d_target: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Both sides checked as by `check_rows`, and of one length (row i with row i)."""
    source = check_rows("X", X, dim=d_source)
    target = check_rows("Y", Y, dim=d_target)
    if len(source) != len(target):
        raise ValueError(
            f"X, Y: got {len(source)} rows in X and {len(target)} in Y; "
            "accepted: equal counts, row i of X being paired with row i of Y"
        )
    return source, target


def row_blocks(n: int, size: int = BLOCK_ROWS) -> Iterator[slice]:
    """Slices that cover ``range(n)`` in blocks of at most ``size``."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def add_block(
    parts: Sequence[np.ndarray],
    n: int,
    mean: np.ndarray,
    scatter: np.ndarray,
    dtype: np.dtype | type = np.float64,
) -> int:
    """Add the rows ``[part_1 | part_2 | ...]`` to a mean (D,) and the upper triangle of a scatter.

    ``scatter`` is (D, D) float64 in Fortran order; its lower triangle is left as it is (see
    `mirror`). The rows are copied once into a buffer of ``dtype`` and centred there by their own
    mean; the step between the two means goes in as one more row, so that merging (Chan, Golub and
    LeVeque 1983, equation 2.1) costs no pass over the scatter. One symmetric product, n D^2
    operations. Returns the joint count.
    """
    count = len(parts[0])
    buffer = np.empty((count + 1, len(mean)), dtype=dtype)
    rows, start = buffer[:-1], 0
    for part in parts:
        rows[:, start : start + part.shape[1]] = part
        start += part.shape[1]
    block_mean = rows.mean(axis=0, dtype=np.float64)
    rows -= block_mean.astype(dtype)
    step, total = block_mean - mean, n + count
    buffer[-1] = step * np.sqrt(n * count / total)
    mean += step * (count / total)
    if buffer.dtype == np.float64:
        dsyrk(1.0, buffer.T, beta=1.0, c=scatter, overwrite_c=1)
    else:
        scatter += buffer.T @ buffer
    return total


def mirror(scatter: np.ndarray) -> None:
    """Copy the upper triangle over the lower one, in place."""
    upper = np.triu(scatter, 1)
    scatter[:] = np.triu(scatter)
    scatter += upper.T


def is_constant(mean: np.ndarray, variance: float, dtype: np.dtype | str = "float64") -> bool:
    """Whether rows vary so little about their mean that it is rounding: then they do not vary."""
    return bool(variance <= (64 * np.finfo(dtype).eps) ** 2 * float(mean @ mean))


def merge_scatter(
    n: int,
    mean: np.ndarray,
    scatter: np.ndarray,
    other_n: int,
    other_mean: np.ndarray,
    other_scatter: np.ndarray,
) -> int:
    """Add the second sample's moments to the first, in place; return the joint count.

    Chan, Golub and LeVeque (1983), equation 2.1: no large uncentred sums are ever subtracted.
    """
    if other_n == 0:
        return n
    total = n + other_n
    shift = other_mean - mean
    mean += shift * (other_n / total)
    scatter += other_scatter
    if n:
        root = shift * np.sqrt(n * other_n / total)
        scatter += np.outer(root, root)
    return total


def mean_and_scatter(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scatter of all rows, by blocks, in float64."""
    d = rows.shape[1]
    n, mean, scatter = 0, np.zeros(d), np.zeros((d, d), order="F")
    for block in row_blocks(len(rows)):
        n = add_block([rows[block]], n, mean, scatter)
    mirror(scatter)
    return mean, scatter
