"""Held-out choices: the same however the stream is cut, right where the right one is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths import closed_forms, select
from helpers.maths.normalise import Affine
from helpers.maths.select import FoldedMoments, choose_cca, choose_penalty

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 2**31)


def plain(moments):
    return Affine(), Affine()


def centred(moments):
    return Affine(None, moments.mean_x), Affine(None, moments.mean_y)


def pairs(seed: int, n: int = 60, d: int = 8, noise: float = 1.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return X, X @ np.linalg.qr(rng.normal(size=(d, d)))[0] + noise * rng.normal(size=(n, d)) + 1


def folded_of(X: np.ndarray, Y: np.ndarray, **options) -> FoldedMoments:
    return FoldedMoments(X.shape[1], Y.shape[1], **options).update(X, Y)


@few
@given(seeds, st.integers(0, 50), st.integers(0, 50), st.integers(2, 7))
def test_folds_are_balanced_and_know_nothing_of_chunks(seed, start, n, folds):
    whole = select.fold_of_rows(0, start + n, folds, seed)
    assert np.array_equal(select.fold_of_rows(start, n, folds, seed), whole[start:])
    counts = np.bincount(whole, minlength=folds)
    assert counts.max() - counts.min() <= 1


def test_folds_depend_on_the_seed_and_are_not_periodic():
    folds = select.fold_of_rows(0, 500, 5, 0)
    assert not np.array_equal(folds, select.fold_of_rows(0, 500, 5, 1))
    assert len({tuple(row) for row in folds.reshape(100, 5)}) > 30


@few
@given(seeds, st.integers(0, 60))
def test_any_cut_of_the_stream_gives_the_same_folds_and_sample(seed, cut):
    X, Y = pairs(seed)
    whole = folded_of(X, Y, seed=seed, sample=17)
    parts = folded_of(X[:cut], Y[:cut], seed=seed, sample=17).update(X[cut:], Y[cut:])
    for left, right in zip(whole.folds, parts.folds, strict=True):
        assert left.n == right.n
        assert np.allclose(left.scatter, right.scatter)
    assert len(whole.X) == 17
    assert np.array_equal(whole.X, parts.X)
    assert np.array_equal(whole.row_folds, parts.row_folds)


def test_held_out_and_rest_make_the_total():
    X, Y = pairs(0)
    folded = folded_of(X, Y)
    fold = select.fold_of_rows(0, 60, 5, 0)
    assert np.allclose(folded.without(2).mean_x, X[fold != 2].mean(axis=0))
    assert np.allclose(folded.total().cov_xy, (X - X.mean(0)).T @ (Y - Y.mean(0)) / 60)
    assert np.array_equal(folded.X, X)
    assert np.array_equal(folded.row_folds, fold)


@few
@given(seeds, st.sampled_from([plain, centred]))
def test_penalty_scores_are_the_held_out_errors_of_refitted_maps(seed, prepare):
    """The eigenbasis short cut against fitting and predicting, row by row."""
    X, Y = pairs(seed)
    choice = choose_penalty(folded_of(X, Y), prepare, penalties=(0.01, 1.0))
    fold = select.fold_of_rows(0, 60, 5, 0)
    for (penalty,), score in zip(choice.candidates, choice.scores, strict=True):
        errors = []
        for k in range(5):
            train = folded_of(X[fold != k], Y[fold != k]).total()
            left, right = prepare(train)
            W = closed_forms.ridge(train.mapped(left, right), penalty)
            held = left.apply(X[fold == k]) @ W - right.apply(Y[fold == k])
            errors.extend((held**2).sum(axis=1))
        assert np.isclose(score, -np.mean(errors))
    assert choice.value == choice.candidates[int(np.argmax(choice.scores))]


def test_noise_asks_for_more_penalty_and_clean_pairs_for_the_least():
    noisy = choose_penalty(folded_of(*pairs(0, noise=5.0)), centred).value[0]
    some = choose_penalty(folded_of(*pairs(0, noise=0.5)), centred).value[0]
    clean = choose_penalty(folded_of(*pairs(0, noise=0.0)), centred).value[0]
    assert clean == min(select.PENALTIES) < some < noisy


def test_precision_criterion_finds_pairs_where_a_map_exists_and_not_where_none_does():
    for noise, low, high in ((0.1, 0.95, 1.0), (1e6, 0.0, 0.15)):
        folded = folded_of(*pairs(1, noise=noise))
        score = choose_penalty(folded, centred, criterion="precision@1").scores.max()
        assert low <= score / 60 <= high
        assert low <= choose_cca(folded, centred).scores.max() <= high


def test_precision_at_1_by_hand_and_a_constant_map_finds_nothing():
    eye = np.eye(3)
    assert select.precision_at_1(eye, eye, np.arange(3)) == 1
    assert select.precision_at_1(eye[[1, 0, 2]], eye, np.arange(3)) == pytest.approx(1 / 3)
    assert select.precision_at_1(np.ones((3, 3)), np.ones((3, 3)), np.arange(3)) == 0


def test_cca_keeps_the_shared_dimensions_and_drops_the_noise():
    """Two of sixteen dimensions are shared; the others drown retrieval if they are kept."""
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(250, 2))
    X = np.hstack([shared, rng.normal(size=(250, 14))])
    Y = np.hstack([shared + 0.01 * rng.normal(size=(250, 2)), rng.normal(size=(250, 14))])
    choice = choose_cca(folded_of(X, Y), centred)
    assert choice.value[0] == 2
    assert choice.scores.max() > 3 * choice.scores[choice.candidates.index((16.0, 1e-3))]


def test_too_few_pairs_and_ties_take_the_most_regularised():
    three = folded_of(*pairs(0, n=3))
    assert choose_penalty(three, centred).value == (max(select.PENALTIES),)
    assert choose_cca(three, centred).value == (1, max(select.REGULARISATIONS))
    constant = folded_of(np.ones((20, 3)), np.ones((20, 3)))
    assert choose_penalty(constant, centred).value == (max(select.PENALTIES),)


def test_faults_are_named():
    folded = folded_of(*pairs(0))
    with pytest.raises(ValueError, match="criterion: got 'loss'; accepted: squared-error, prec"):
        choose_penalty(folded, plain, criterion="loss")
    with pytest.raises(ValueError, match="penalties: got .*positive"):
        choose_penalty(folded, plain, penalties=(0.0, 1.0))
    with pytest.raises(ValueError, match="dimensions: got .9.; accepted: 1 to 8"):
        choose_cca(folded, plain, dimensions=(9,))
    with pytest.raises(ValueError, match="folds: got 1"):
        FoldedMoments(2, 2, folds=1)
    with pytest.raises(ValueError, match="Y: .*row 3"):
        folded.update(np.ones((4, 8)), np.ones((4, 8)) * [[1], [1], [1], [np.nan]])
