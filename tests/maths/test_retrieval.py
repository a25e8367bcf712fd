"""Retrieval against brute force on the full matrix, by hand, and under every planted fault."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.retrieval import (
    SIMILARITIES,
    average_precision_at_k,
    nearest,
    precision_at_k,
    ranks,
    unit_rows,
)

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def points(seed: int, n: int, d: int = 8) -> np.ndarray:
    # Shifted, so that all neighbourhood means are positive and margin-ratio is defined.
    return np.random.default_rng(seed).normal(size=(n, d)) + 3.0


def by_hand(q: np.ndarray, c: np.ndarray, similarity: str, k: int) -> np.ndarray:
    """The full score matrix in float64, written from the papers' formulas."""
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    c = c / np.linalg.norm(c, axis=1, keepdims=True)
    cosine = q @ c.T
    r_q = np.sort(cosine, axis=1)[:, ::-1][:, :k].mean(axis=1)[:, None]
    r_c = np.sort(cosine, axis=0)[::-1][:k].mean(axis=0)[None, :]
    return {
        "cosine": cosine,
        "csls": 2 * cosine - r_q - r_c,
        "margin-absolute": cosine,
        "margin-distance": cosine - (r_q + r_c) / 2,
        "margin-ratio": cosine / ((r_q + r_c) / 2),
    }[similarity]


@pytest.mark.parametrize("similarity", SIMILARITIES)
@few
@given(
    seed=seeds,
    n=st.integers(1, 30),
    m=st.integers(1, 40),
    k=st.integers(1, 5),
    csls_k=st.integers(1, 12),
    chunk=st.integers(1, 40),
)
def test_scores_in_blocks_are_those_of_the_full_matrix(similarity, seed, n, m, k, csls_k, chunk):
    q, c = points(seed, n), points(seed + 1, m)
    k = min(k, m)
    expected = by_hand(q, c, similarity, csls_k)
    indices, scores = nearest(q, c, k, similarity, csls_k=csls_k, chunk=chunk)
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1)[:, :k], atol=1e-5)
    np.testing.assert_allclose(
        np.take_along_axis(expected, indices, axis=1), scores, atol=1e-5, err_msg="wrong index"
    )


def test_csls_of_two_by_two_by_hand():
    # cos = [[1, .6], [0, .8]]; with one neighbour r_q = (1, .8), r_c = (1, .8).
    q, c = [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.6, 0.8]]
    _, scores = nearest(q, c, 2, "csls", csls_k=1)
    np.testing.assert_allclose(scores, [[0.0, 1.2 - 1.8], [0.0, 0.0 - 1.8]], atol=1e-6)


def test_csls_demotes_the_hub_that_cosine_prefers():
    # Candidate 0 is near to everything; each query's own candidate is near to it alone.
    q = np.array([[1.0, 0.2, 0.2], [0.2, 1.0, 0.2], [0.2, 0.2, 1.0]])
    hub, own = [[1.0, 1.0, 1.0]], 1.35 * np.eye(3) - 0.35
    c = np.vstack([hub, own])
    by_cosine, _ = nearest(q, c, 1, "cosine")
    by_csls, _ = nearest(q, c, 1, "csls", csls_k=3)
    assert by_cosine.ravel().tolist() == [0, 0, 0]
    assert by_csls.ravel().tolist() == [1, 2, 3]


def test_the_prefilter_of_long_rows_loses_no_neighbour():
    q, c = points(0, 20, 16), points(1, 9001, 16)
    expected = np.argsort(-by_hand(q, c, "cosine", 1), axis=1, kind="stable")[:, :15]
    np.testing.assert_array_equal(nearest(q, c, 15)[0], expected)


@few
@given(seed=seeds, scale=st.floats(1e-30, 1e30))
def test_cosine_retrieval_ignores_the_length_of_rows(seed, scale):
    q, c = points(seed, 12), points(seed + 1, 12)
    lengths = np.random.default_rng(seed).uniform(0.1, 10, size=(12, 1))
    plain = precision_at_k(q, c, k=3)
    np.testing.assert_array_equal(plain, precision_at_k(q * lengths, c * scale, k=3))


@pytest.mark.parametrize("similarity", SIMILARITIES)
@few
@given(seed=seeds)
def test_order_of_candidates_and_queries_does_not_matter(similarity, seed):
    q, c = points(seed, 15), points(seed + 1, 20)
    rng = np.random.default_rng(seed)
    gold, order, turn = rng.integers(0, 20, 15), rng.permutation(20), rng.permutation(15)
    plain = precision_at_k(q, c, gold, 4, similarity, csls_k=3)
    moved = precision_at_k(
        q[turn], c[order], np.argsort(order)[gold][turn], 4, similarity, csls_k=3
    )
    np.testing.assert_array_equal(plain[turn], moved)


@few
@given(seed=seeds, k=st.integers(1, 9))
def test_precision_is_read_off_the_sorted_matrix(seed, k):
    q, c = points(seed, 10), points(seed + 1, 14)
    gold = np.random.default_rng(seed).integers(0, 14, 10)
    best = np.argsort(-by_hand(q, c, "csls", 10), axis=1)[:, :k]
    np.testing.assert_array_equal(
        precision_at_k(q, c, gold, k, "csls"), (best == gold[:, None]).any(axis=1).astype(float)
    )


@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("k", [1, 5])
def test_constant_embeddings_score_chance(similarity, k):
    x = np.full((50, 7), 0.3)
    for chunk in (None, 7):
        scores = precision_at_k(x, x * 2, k=k, similarity=similarity, chunk=chunk)
        np.testing.assert_allclose(scores, k / 50)


def test_a_duplicate_of_the_right_candidate_halves_the_score_wherever_it_stands():
    # 1,001 columns: the copies fall in different parts of the matrix product and round differently.
    q, c = points(0, 30, 200), points(1, 1001, 200)
    c[:30] = q
    c[-30:] = q
    better, tied = ranks(q, c, np.arange(30))
    assert not better.any() and (tied == 1).all()
    np.testing.assert_array_equal(precision_at_k(q, c, np.arange(30)), 0.5)
    np.testing.assert_array_equal(precision_at_k(q, c, np.arange(30), k=2), 1.0)


@few
@given(seed=seeds, k=st.integers(1, 8))
def test_average_precision_with_ties_is_the_mean_over_their_orders(seed, k):
    rng = np.random.default_rng(seed)
    # One dimension up, few distinct directions: many exact ties among nine candidates.
    c = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])[rng.integers(0, 3, 9)]
    q = np.array([[1.0, 0.2]])
    gold = rng.choice(9, size=rng.integers(1, 5), replace=False)
    score = by_hand(q, c, "cosine", 1)[0].round(9)
    orders = 3000
    order = np.lexsort((rng.random((orders, 9)), np.broadcast_to(-score, (orders, 9))), axis=1)
    hit = np.isin(order, gold)[:, :k]
    precision = np.cumsum(hit, axis=1) / np.arange(1, k + 1)
    simulated = (precision * hit).sum(axis=1) / min(len(gold), k)
    error = 5 * simulated.std() / np.sqrt(orders) + 1e-9
    assert abs(average_precision_at_k(q, c, [gold], k)[0] - simulated.mean()) < error


def test_average_precision_by_hand():
    c = np.array([[np.cos(a), np.sin(a)] for a in np.radians([0, 10, 20, 30, 40])])
    q = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    gold = [[0], [1, 3], [2, 4]]
    # Ranks 1; 2 and 4; 3 and 5 of which 5 lies outside of k = 4.
    np.testing.assert_allclose(average_precision_at_k(q, c, gold, 4), [1.0, 0.5, 1 / 6])
    # More right candidates than places: all places right is a full score.
    assert average_precision_at_k(q[:1], c, [[0, 1, 2]], 2)[0] == pytest.approx(1.0)


def test_with_one_right_candidate_average_precision_is_the_reciprocal_rank():
    q, c = points(3, 20), points(4, 20)
    better, _ = ranks(q, c)
    expected = np.where(better < 20, 1 / (better + 1), 0)
    np.testing.assert_allclose(average_precision_at_k(q, c, np.arange(20)[:, None]), expected)


def test_scoring_in_blocks_bounds_the_memory():
    q = c = points(0, 800, 8).astype(np.float32)
    tracemalloc.start()
    precision_at_k(q, c, similarity="margin-ratio", chunk=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 800 * 800 * 4 / 4


def test_the_input_is_left_as_it_was():
    q, c = points(0, 5).astype(np.float32), points(1, 5).astype(np.float32)
    before = q.copy(), c.copy()
    nearest(q, c, 2, "margin-ratio")
    np.testing.assert_array_equal(before, (q, c))


def with_row(value: float) -> np.ndarray:
    x = points(0, 6)
    x[4] = value
    return x


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
@pytest.mark.parametrize("side", ["queries", "candidates"])
def test_a_row_without_direction_is_named(side, value):
    good, bad = points(1, 6), with_row(value)
    q, c = (bad, good) if side == "queries" else (good, bad)
    for call in (nearest, ranks, precision_at_k):
        with pytest.raises(ValueError, match=rf"^{side}: got .*row 4; accepted"):
            call(q, c)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"similarity": "euclid"}, r"similarity: got 'euclid'; accepted: cosine, csls, margin-abs"),
        ({"k": 0}, r"k: got 0; accepted: 1 to 6"),
        ({"k": 7}, r"k: got 7; accepted: 1 to 6"),
        ({"chunk": 0}, r"chunk: got 0"),
        ({"csls_k": 0}, r"csls_k: got 0"),
        ({"candidates": points(0, 6, 5)}, r"candidates: got 5 dimensions; accepted: 8"),
        ({"queries": points(0, 6)[0]}, r"queries: got an array of shape \(8,\)"),
        ({"queries": np.empty((0, 8))}, r"queries: got no rows"),
        ({"queries": [["a"] * 8]}, r"queries: got dtype <U1"),
    ],
)
def test_unusable_arguments_of_nearest_are_named(arguments, message):
    given_ = {"queries": points(0, 6), "candidates": points(1, 6), "k": 1, **arguments}
    with pytest.raises(ValueError, match=message):
        nearest(**given_)


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        ([0, 1, 9, 3], r"gold: got 9 in row 2; accepted: 0 to 4"),
        ([0, -1, 2, 3], r"gold: got -1 in row 1"),
        ([0, 1, 2], r"accepted: 4 integers, one a query"),
        ([0.0, 1.0, 2.0, 3.0], r"gold: got float64"),
        (None, r"gold: got nothing for 4 queries and 5 candidates"),
    ],
)
def test_unusable_gold_is_named(gold, message):
    with pytest.raises(ValueError, match=message):
        precision_at_k(points(0, 4), points(1, 5), gold)


@pytest.mark.parametrize("gold", [[[]], [[0, 0]], [[5]], [[-1]], [[0.5]]])
def test_unusable_sets_of_gold_are_named(gold):
    with pytest.raises(ValueError, match="gold: got .* in row 0; accepted: one or more distinct"):
        average_precision_at_k(points(0, 1), points(1, 5), gold)


def test_gold_sets_are_counted():
    with pytest.raises(ValueError, match="gold: got 1 entries; accepted: 2"):
        average_precision_at_k(points(0, 2), points(1, 5), [[0]])


def test_ratio_of_centred_embeddings_is_refused_not_guessed():
    x = np.array([[1.0, 0.0], [-1.0, 0.0]])
    with pytest.raises(ValueError, match="margin-ratio.*accepted here: margin-distance"):
        nearest(x[:1], x[1:], 1, "margin-ratio")


@few
@given(seed=seeds, exponent=st.integers(-150, 150))
def test_unit_rows_of_any_magnitude(seed, exponent):
    x = np.random.default_rng(seed).normal(size=(4, 6)) * 10.0**exponent
    unit = unit_rows("x", x)
    assert unit.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
