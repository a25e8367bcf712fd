"""Normalisation steps: what each promises of its output, on training rows and on others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.normalise import Normaliser, inverse_square_root, unit_rows

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def rows_of(seed: int, n: int = 40, d: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)


@few
@given(seeds)
def test_each_step_does_what_its_name_says(seed):
    rows = rows_of(seed)
    lengths = np.linalg.norm(Normaliser(["unit"]).fit(rows).transform(rows), axis=1)
    assert np.allclose(lengths, 1)
    assert np.allclose(Normaliser(["centre"]).fit(rows).transform(rows), rows - rows.mean(axis=0))
    white = Normaliser(["centre", "whiten"]).fit(rows).transform(rows)
    assert np.allclose(white.T @ white / len(rows), np.eye(6), atol=1e-6)
    uncentred = Normaliser(["whiten"]).fit(rows).transform(rows)
    assert np.allclose(np.cov(uncentred.T, bias=True), np.eye(6), atol=1e-6)
    assert not np.allclose(uncentred.mean(axis=0), 0, atol=1e-6)


@few
@given(seeds)
def test_order_counts_and_steps_may_repeat(seed):
    rows = rows_of(seed)
    by_hand = unit_rows(rows)
    by_hand = unit_rows(by_hand - by_hand.mean(axis=0))
    assert np.allclose(Normaliser(["unit", "centre", "unit"]).fit(rows).transform(rows), by_hand)
    other = Normaliser(["centre", "unit"]).fit(rows).transform(rows)
    assert not np.allclose(other, by_hand)


def test_a_chain_of_learned_steps_equals_the_steps_one_by_one():
    rows, steps = rows_of(3), ["centre", "whiten", "unit", "whiten", "centre"]
    by_hand = rows
    for step in steps:
        by_hand = Normaliser([step]).fit(by_hand).transform(by_hand)
    assert np.allclose(Normaliser(steps).fit(rows).transform(rows), by_hand)


def test_means_come_from_the_training_rows_only():
    train, other = rows_of(0), rows_of(1)
    normaliser = Normaliser(["centre"]).fit(train)
    assert np.allclose(normaliser.transform(other), other - train.mean(axis=0))


def test_whitening_drops_directions_without_variance_or_shrinks_towards_them():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(5, 8))  # rank 4 about the mean
    normaliser = Normaliser(["centre", "whiten"]).fit(rows)
    white = normaliser.transform(rows)
    assert np.allclose(np.linalg.eigvalsh(white.T @ white / 5)[-4:], 1)
    unseen = np.linalg.svd(rows - rows.mean(axis=0))[2][-1]
    moved = normaliser.transform(rows.mean(axis=0)[None] + unseen)
    assert np.allclose(moved, 0, atol=1e-9)
    kept = Normaliser(["centre", "whiten"], whiten_shrinkage=0.1).fit(rows)
    assert np.linalg.norm(kept.transform(rows.mean(axis=0)[None] + unseen)) > 0.5


def test_full_shrinkage_only_rescales():
    covariance = np.diag([1.0, 2.0, 6.0])
    assert np.allclose(inverse_square_root(covariance, 1.0), np.eye(3) / np.sqrt(3))


def test_unit_keeps_zero_rows_and_survives_extreme_values():
    rows = np.array([[0.0, 0.0], [3e-200, 4e-200], [3e200, 4e200]])
    assert np.allclose(unit_rows(rows), [[0, 0], [0.6, 0.8], [0.6, 0.8]])


def test_single_precision_stays_single_precision():
    rows = rows_of(0).astype(np.float32)
    assert Normaliser(["unit", "centre", "whiten"]).fit(rows).transform(rows).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Normaliser(["unit", "center"]), "normalise.*'center'.*unit, centre, whiten"),
        (lambda: Normaliser("units"), "normalise.*'units'"),
        (lambda: Normaliser(whiten_shrinkage=2), "whiten_shrinkage.*2.*0 to 1"),
        (lambda: Normaliser().transform(np.ones((2, 2))), "before fit"),
        (lambda: Normaliser().fit(np.ones((1, 3))), "X: got 1 rows.*at least 2"),
        (lambda: Normaliser().fit(np.ones(3)), "X: got an array of shape"),
        (lambda: Normaliser().fit([["a", "b"]]), "X: got dtype"),
        (lambda: Normaliser().fit(rows_of(0)).transform(np.ones((2, 5))), "X: got 5.*accepted: 6"),
        (lambda: Normaliser().fit([[1, 2], [3, np.nan], [np.inf, 0]]), "X: .*first in row 1"),
    ],
)
def test_faults_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
