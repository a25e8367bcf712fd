"""The shared checks: what passes keeps its values, what does not is named with its first row."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.maths.arrays import check_rows, is_constant, mean_and_scatter, row_blocks


@pytest.mark.parametrize(
    ("given", "dtype"),
    [("float16", "float32"), ("float32", "float32"), ("float64", "float64"), ("int64", "float64")],
)
def test_real_numbers_become_floats_of_their_own_precision(given, dtype):
    rows = np.array([[1, 2], [3, 4]], dtype=given)
    checked = check_rows("X", rows)
    assert checked.dtype == dtype
    assert np.array_equal(checked, rows)


def test_the_first_bad_row_is_named_even_where_infinities_cancel_and_sums_overflow_passes():
    rows = np.ones((5, 2))
    rows[3] = np.inf, -np.inf
    with pytest.raises(ValueError, match="Y: got a NaN or infinite value, first in row 3"):
        check_rows("Y", rows)
    assert check_rows("X", np.full((2, 2), 1e308)).shape == (2, 2)


def test_complex_numbers_and_missing_dimensions_are_refused():
    with pytest.raises(ValueError, match="X: got dtype complex128; accepted: real numbers"):
        check_rows("X", np.ones((2, 2), dtype=complex))
    with pytest.raises(ValueError, match="X: got an array of shape .3, 0."):
        check_rows("X", np.ones((3, 0)))


def test_blocks_cover_every_row_once():
    assert [(b.start, b.stop) for b in row_blocks(7, 3)] == [(0, 3), (3, 6), (6, 7)]
    assert list(row_blocks(0)) == []


def test_mean_and_scatter_are_numpys_across_blocks():
    rows = np.random.default_rng(0).normal(size=(9000, 3)) + 100
    mean, scatter = mean_and_scatter(rows)
    assert np.allclose(mean, rows.mean(axis=0))
    assert np.allclose(scatter, np.cov(rows.T, bias=True) * 9000)


def test_rounding_counts_as_no_variation_and_small_variation_does_not():
    assert is_constant(np.array([1.0, 2.0]), 1e-31)
    assert not is_constant(np.array([1.0, 2.0]), 1e-20)
    assert not is_constant(np.zeros(2), 1e-300)
