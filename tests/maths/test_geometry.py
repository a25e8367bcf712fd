"""Hubness, isotropy, kernel alignment: known spaces, invariances, agreement with direct sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew

from helpers.maths.geometry import (
    average_cosine,
    hubness,
    k_occurrence,
    linear_cka,
    partition_isotropy,
)

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def points(seed: int, n: int = 40, d: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


@few
@given(seed=seeds, k=st.integers(1, 10), similarity=st.sampled_from(["cosine", "csls"]))
def test_occurrences_add_up_and_move_with_their_candidate(seed, k, similarity):
    q, c = points(seed), points(seed + 1, 25)
    counts = k_occurrence(q, c, k, similarity)
    assert counts.sum() == 40 * k
    order = np.random.default_rng(seed).permutation(25)
    np.testing.assert_array_equal(k_occurrence(q[::-1], c[order], k, similarity), counts[order])


def test_occurrences_by_hand_and_hubness_is_their_skewness():
    q = np.array([[1.0, 0.1], [1.0, 0.2], [1.0, 0.3], [0.0, 1.0]])
    c = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
    assert k_occurrence(q, c, 1).tolist() == [3, 0, 1]
    assert hubness(q, c, 1) == pytest.approx(skew([3, 0, 1]))


@pytest.mark.parametrize("seed", range(3))
def test_hubs_grow_with_the_dimension_of_a_space_that_is_not_centred(seed):
    low, middle, high = (hubness(x, x) for x in (points(seed, 600, d) + 0.3 for d in (3, 20, 200)))
    assert low + 0.2 < middle < high and high > 1


def test_csls_lowers_the_hubness_of_a_space_with_hubs():
    q, c = points(0, 500, 100) + 0.5, points(1, 500, 100) + 0.5
    assert hubness(q, c, similarity="csls") < hubness(q, c) / 2


def test_no_hub_is_zero():
    assert hubness(np.eye(5), np.eye(5), 1) == 0.0


@few
@given(seed=seeds)
def test_average_cosine_is_the_mean_over_all_pairs(seed):
    x = points(seed, 12)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)

    expected = (unit @ unit.T)[~np.eye(12, dtype=bool)].mean()
    assert average_cosine(x) == pytest.approx(expected, abs=1e-6)
    assert average_cosine(x[::-1] * 3) == pytest.approx(expected, abs=1e-6)


def test_average_cosine_of_one_direction_is_one():
    assert average_cosine(np.outer([1, 2, 3], [1.0, 2.0])) == pytest.approx(1.0)


def test_average_cosine_needs_a_pair():
    with pytest.raises(ValueError, match="embeddings: got 1 row"):
        average_cosine([[1.0, 2.0]])


@few
@given(seed=seeds)
def test_partition_ratio_is_the_direct_one_and_invariant_to_rotation(seed):
    x = points(seed, 30, 4) + [1.0, 0.0, 0.0, 0.0]
    _, vectors = np.linalg.eigh(x.T @ x)
    z = np.exp(x @ np.hstack([vectors, -vectors])).sum(axis=0)
    value = partition_isotropy(x)
    assert value == pytest.approx(z.min() / z.max())
    assert 0 < value <= 1
    rotation, _ = np.linalg.qr(points(seed + 1, 4, 4))
    assert partition_isotropy(x @ rotation) == pytest.approx(value)


def test_a_cone_is_less_isotropic_than_a_ball():
    ball = points(0, 2000, 10)
    cone = ball + 5.0 * np.eye(10)[0]
    assert partition_isotropy(ball) > 0.8
    assert partition_isotropy(cone) < 0.01
    assert partition_isotropy(cone, unit=True) < partition_isotropy(ball, unit=True)


def test_long_rows_do_not_overflow_and_unit_ignores_length():
    x = points(0) * 1e4
    assert 0 <= partition_isotropy(x) <= 1
    assert partition_isotropy(x, unit=True) == pytest.approx(
        partition_isotropy(x / 1e4, unit=True), rel=1e-5
    )


@pytest.mark.parametrize("measure", [average_cosine, partition_isotropy])
@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_row_without_direction_is_named(measure, value):
    x = points(0, 5)
    x[2] = value
    with pytest.raises(ValueError, match=r"embeddings: got .*row 2"):
        measure(x)


@few
@given(seed=seeds, scale=st.floats(1e-3, 1e3), shift=st.floats(-10, 10))
def test_cka_does_not_see_rotation_scale_or_shift(seed, scale, shift):
    x, y = points(seed), points(seed + 1, d=9)
    rotation, _ = np.linalg.qr(points(seed + 2, 6, 6))
    value = linear_cka(x, y)
    assert 0 <= value <= 1
    assert linear_cka(scale * x @ rotation + shift, y) == pytest.approx(value)
    assert linear_cka(y, x) == pytest.approx(value)
    assert linear_cka(x, scale * x @ rotation + shift) == pytest.approx(1)


def test_cka_sees_other_linear_maps():
    x = points(0, 500)
    assert linear_cka(x, x * [10, 1, 1, 1, 1, 1]) < 0.7


@few
@given(seed=seeds)
def test_cka_is_the_cosine_of_the_centred_kernels(seed):
    x, y = points(seed), points(seed + 1, d=3) + 2
    centre = np.eye(40) - 1 / 40
    k, m = (centre @ z @ z.T @ centre for z in (x, y))
    expected = np.sum(k * m) / np.linalg.norm(k) / np.linalg.norm(m)
    assert linear_cka(x, y) == pytest.approx(expected)


def test_cka_of_unrelated_spaces_is_near_zero_with_many_rows_only():
    assert linear_cka(points(0, 5000, 10), points(1, 5000, 10)) < 0.01
    few_rows = [linear_cka(points(2 * i, 40, 10), points(2 * i + 1, 40, 10)) for i in range(30)]
    assert np.mean(few_rows) == pytest.approx(10 / 50, abs=0.03)


def test_cka_takes_single_precision_far_from_the_origin():
    x = points(0, 300) + 50
    y = points(1, 300) + x
    value = linear_cka(x, y)
    assert linear_cka(x.astype(np.float32), y.astype(np.float32)) == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((5, 2)), points(0, 5), "X: got equal rows"),
        (points(0, 5), np.ones((5, 2), dtype=np.float32) / 3, "Y: got equal rows"),
        (points(0, 5), points(0, 4), "X, Y: got 5 rows in X and 4 in Y"),
        (np.ones((0, 2)), np.ones((0, 2)), "X: got no rows"),
        (np.ones(5), points(0, 5), "X: got an array of shape"),
    ],
)
def test_cka_names_faults(x, y, message):
    with pytest.raises(ValueError, match=message):
        linear_cka(x, y)
