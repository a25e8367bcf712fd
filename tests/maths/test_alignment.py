"""Every aligner by name: what they share, what each promises, and each named refusal."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths import select
from helpers.maths.aligner import Aligner
from helpers.maths.alignment import BASELINES, METHODS, OPTIONS, make_aligner
from helpers.maths.moments import PairMoments
from helpers.maths.normalise import Normaliser, unit_rows
from helpers.maths.select import FoldedMoments

few = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**31)
ALL = METHODS + BASELINES
UNEQUAL = ("least-squares", "ridge", "cca", "gd")
NORMALISATIONS = (("unit", "centre"), (), ("centre",), ("unit", "centre", "whiten"))


def rotation(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)))[0]


def pairs(seed: int = 0, n: int = 120, d: int = 6, noise: float = 0.1):
    """Two languages: one rotated against the other, each around a mean of its own."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, d))
    X = Z + rng.normal(size=d)
    return X, Z @ rotation(rng, d) + noise * rng.normal(size=(n, d)) + rng.normal(size=d)


def found(aligner: Aligner, X: np.ndarray, Y: np.ndarray) -> float:
    """Precision@1 by cosine."""
    left, right = unit_rows(aligner.transform(X)), unit_rows(aligner.transform_target(Y))
    return float(((left @ right.T).argmax(axis=1) == np.arange(len(X))).mean())


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("normalise", NORMALISATIONS)
def test_a_streamed_map_is_the_batch_map(method, normalise):
    X, Y = pairs()
    batch = make_aligner(method, normalise=normalise).fit(X, Y)
    assert isinstance(batch, Aligner)
    streamed = make_aligner(method, normalise=normalise)
    for part in (slice(0, 1), slice(1, 50), slice(50, 120)):
        streamed.partial_fit(X[part], Y[part])
    assert batch.transform(X).shape == streamed.transform(X).shape == (120, batch.W_.shape[1])
    assert np.allclose(batch.transform(X), streamed.transform(X), atol=1e-6)
    assert np.allclose(batch.transform_target(Y), streamed.transform_target(Y), atol=1e-6)


@pytest.mark.parametrize("method", ALL)
def test_transform_is_the_normalised_rows_times_w(method):
    X, Y = pairs()
    aligner = make_aligner(method).fit(X, Y)
    steps = () if method == "none" else ("unit", "centre")
    left, right = Normaliser(steps).fit(X).transform(X), Normaliser(steps).fit(Y).transform(Y)
    assert np.allclose(aligner.transform(X), left @ aligner.W_)
    target = right if aligner.target_W_ is None else right @ aligner.target_W_
    assert np.allclose(aligner.transform_target(Y), target)
    assert (aligner.target_W_ is not None) == (method == "cca")
    if method != "none":
        assert np.allclose(aligner.mean_x_, unit_rows(X).mean(axis=0))
        assert np.allclose(aligner.mean_y_, unit_rows(Y).mean(axis=0))
    assert aligner.n_pairs_ == 120


@pytest.mark.parametrize("method", ("centre", "procrustes", "gd-orthogonal", "random-rotation"))
@few
@given(seed=seeds)
def test_orthogonal_maps_are_orthogonal(method, seed):
    W = make_aligner(method, seed=seed).fit(*pairs(seed, n=20)).W_
    assert np.allclose(W.T @ W, np.eye(6), atol=1e-9)


@few
@given(seeds, st.sampled_from(["least-squares", "ridge", "procrustes", "cca", "gd"]))
def test_a_planted_rotation_is_found_and_the_controls_do_not_find_it(seed, method):
    X, Y = pairs(seed, d=12, noise=0.05)
    train, test = slice(0, 80), slice(80, 120)
    score = found(make_aligner(method).fit(X[train], Y[train]), X[test], Y[test])
    assert score > 0.9
    for control in ("none", "centre", "random-rotation"):
        aligner = make_aligner(control, seed=seed).fit(X[train], Y[train])
        assert found(aligner, X[test], Y[test]) < 0.5 < score


@few
@given(seeds)
def test_a_planted_affine_map_into_another_dimension_is_recovered(seed):
    rng = np.random.default_rng(seed)
    X, planted = rng.normal(size=(50, 5)) + 3, rng.normal(size=(5, 7))
    Y = X @ planted + rng.normal(size=7)
    for method in UNEQUAL:
        options = {"ridge": {"penalty": 1e-9}}.get(method, {})
        aligner = make_aligner(method, normalise=("centre",), **options).fit(X, Y)
        if method != "cca":
            assert np.linalg.norm(aligner.W_ - planted) < 2e-3 * np.linalg.norm(planted)
        else:
            assert found(aligner, X, Y) > 0.9


@pytest.mark.parametrize("method", ALL)
def test_shifting_or_permuting_the_pairs_changes_nothing_once_centred(method):
    """Folds go by row number, so ridge and cca are given their options here."""
    X, Y = pairs(3)
    options = {"ridge": {"penalty": 0.1}, "cca": {"dimension": 4, "regularisation": 0.01}}
    make = {"normalise": ("centre",), **options.get(method, {})}
    plain = make_aligner(method, **make).fit(X, Y)
    order = np.random.default_rng(0).permutation(120)
    assert np.allclose(
        abs(make_aligner(method, **make).fit(X[order], Y[order]).W_), abs(plain.W_), atol=1e-6
    )
    if method != "none":
        moved = make_aligner(method, **make).fit(X + 5, Y - 2)
        assert np.allclose(abs(moved.W_), abs(plain.W_), atol=1e-6)
        assert np.allclose(abs(moved.transform(X + 5)), abs(plain.transform(X)), atol=1e-5)


def test_unit_after_centre_is_fitted_in_two_passes_and_refuses_a_stream():
    X, Y = pairs()
    steps = ("unit", "centre", "unit")
    aligner = make_aligner("procrustes", normalise=steps).fit(X, Y)
    left, right = Normaliser(steps).fit(X).transform(X), Normaliser(steps).fit(Y).transform(Y)
    U, _, Vt = np.linalg.svd(left.T @ right)
    assert np.allclose(aligner.W_, U @ Vt)
    assert np.allclose(aligner.transform(X), left @ aligner.W_)
    with pytest.raises(ValueError, match="normalise: .*accepted by partial_fit"):
        aligner.partial_fit(X, Y)


def test_one_pass_of_moments_serves_every_method():
    X, Y = pairs()
    folded = FoldedMoments(6, 6).update(unit_rows(X), unit_rows(Y))
    for method in METHODS[1:]:
        shared = make_aligner(method).fit_moments(folded)
        assert np.allclose(shared.transform(X), make_aligner(method).fit(X, Y).transform(X))
    shared.partial_fit(X, Y)
    assert (shared.n_pairs_, folded.n) == (240, 120)  # the lent moments are not written to
    moments = PairMoments(6, 6).update(unit_rows(X), unit_rows(Y))
    make_aligner("procrustes").fit_moments(moments)
    with pytest.raises(ValueError, match="moments: got PairMoments; accepted by ridge.*Folded"):
        make_aligner("ridge").fit_moments(moments)


def test_fit_forgets_and_partial_fit_adds():
    X, Y = pairs()
    aligner = make_aligner("least-squares").fit(X[:30], Y[:30])
    first = aligner.W_
    assert aligner.partial_fit(X[30:], Y[30:]).n_pairs_ == 120
    assert not np.allclose(aligner.W_, first)
    assert np.allclose(aligner.fit(X[:30], Y[:30]).W_, first)


def test_ridge_and_cca_choose_on_held_out_pairs_unless_told():
    X, Y = pairs(noise=2.0)
    ridge = make_aligner("ridge").fit(X, Y)
    assert ridge.penalty_ in select.PENALTIES
    assert ridge.choice_.criterion == "squared-error"
    by_rank = make_aligner("ridge", criterion="precision@1").fit(X, Y)
    assert by_rank.choice_.criterion == "precision@1"
    told = make_aligner("ridge", penalty=0.5).fit(X, Y)
    assert (told.penalty_, told.choice_) == (0.5, None)
    assert np.linalg.norm(make_aligner("ridge", penalty=50).fit(X, Y).W_) < np.linalg.norm(told.W_)
    cca = make_aligner("cca").fit(X, Y)
    assert cca.W_.shape == (6, cca.dimension_)
    half = make_aligner("cca", dimension=2).fit(X, Y)
    assert (half.dimension_, half.regularisation_ in select.REGULARISATIONS) == (2, True)
    told = make_aligner("cca", dimension=2, regularisation=0.0, weighting=1.0).fit(X, Y)
    assert told.choice_ is None
    spread = told.transform(X).std(axis=0)
    assert np.allclose(spread, told.correlations_)


def test_choices_are_repeatable_and_follow_the_seed():
    X, Y = pairs(n=40, noise=3.0)
    scores = [make_aligner("ridge", seed=seed).fit(X, Y).choice_.scores for seed in (1, 1, 2)]
    assert np.array_equal(scores[0], scores[1])
    assert not np.array_equal(scores[0], scores[2])


def test_procrustes_scale_is_learned_only_when_asked_for():
    X, Y = pairs(noise=0)
    aligner = make_aligner("procrustes", scale=True, normalise=("centre",)).fit(X, 3 * Y)
    assert np.isclose(aligner.scale_, 3)
    assert np.allclose(aligner.transform(X), aligner.transform_target(3 * Y))
    assert make_aligner("procrustes", normalise=("centre",)).fit(X, 3 * Y).scale_ == 1


@pytest.mark.parametrize(
    ("method", "closed"), [("gd", "least-squares"), ("gd-orthogonal", "procrustes")]
)
def test_gradient_descent_agrees_with_its_closed_form_and_reports_curves(method, closed):
    X, Y = pairs(noise=0.5)
    train, held = slice(0, 80), slice(80, 120)
    validation = (X[held], Y[held])
    aligner = make_aligner(method).fit(X[train], Y[train], validation=validation)
    best = make_aligner(closed).fit(X[train], Y[train])

    def loss(one: Aligner, rows: slice) -> float:
        return ((one.transform(X[rows]) - one.transform_target(Y[rows])) ** 2).sum(1).mean()

    assert aligner.converged_
    assert loss(aligner, train) <= loss(best, train) * (1 + 1e-3)
    assert np.isclose(aligner.loss_curve_[-1], loss(aligner, train))
    assert np.isclose(aligner.validation_curve_[-1], loss(aligner, held))
    assert len(aligner.curve_steps_) == len(aligner.loss_curve_)
    assert aligner.learning_rate_ > 0


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("method", ["gd", "gd-orthogonal"])
def test_early_stopping_holds_training_pairs_out_by_itself(method, batch_size):
    X, Y = pairs(n=40, d=12, noise=1.0)
    options = {"early_stopping": True, "patience": 30, "batch_size": batch_size, "n_steps": 400}
    aligner = make_aligner(method, **options).fit(X, Y)
    assert aligner.validation_curve_.size == aligner.loss_curve_.size
    assert aligner.best_step_ == aligner.curve_steps_[aligner.validation_curve_.argmin()]
    fold = select.fold_of_rows(0, 40, 5, 0)
    left = aligner.transform(X[fold == fold[0]])
    right = aligner.transform_target(Y[fold == fold[0]])
    assert np.isclose(aligner.validation_curve_.min(), ((left - right) ** 2).sum(axis=1).mean())


def test_mini_batches_descend_on_the_same_objective():
    X, Y = pairs(noise=0.5)
    aligner = make_aligner("gd", batch_size=16, n_steps=1500).fit(X, Y)
    exact = make_aligner("least-squares").fit(X, Y)
    assert np.linalg.norm(aligner.W_ - exact.W_) < 0.1 * np.linalg.norm(exact.W_)


@pytest.mark.parametrize("method", ALL)
def test_aligners_can_be_copied_and_pickled_and_keep_single_precision(method):
    X, Y = (side.astype(np.float32) for side in pairs())
    aligner = make_aligner(method)
    assert not hasattr(aligner, "W_")
    aligner.fit(X, Y)
    assert aligner.transform(X).dtype == aligner.transform_target(Y).dtype == np.float32
    for twin in (copy.deepcopy(aligner), pickle.loads(pickle.dumps(aligner))):
        assert np.array_equal(twin.transform(X), aligner.transform(X))


@pytest.mark.parametrize("method", ALL)
def test_a_few_pairs_in_many_dimensions_give_finite_maps(method):
    X, Y = pairs(n=4, d=30)
    for rows in (2, 3, 4):
        aligner = make_aligner(method).fit(X[:rows], Y[:rows])
        assert np.isfinite(aligner.transform(X)).all()
        assert np.isfinite(aligner.transform_target(Y)).all()


@pytest.mark.parametrize("method", sorted(set(ALL) - {"cca"}))
@pytest.mark.parametrize("normalise", NORMALISATIONS)
def test_rows_that_are_all_alike_teach_nothing_rather_than_rounding(method, normalise):
    _, Y = pairs(n=30)
    alike = np.tile(np.random.default_rng(1).normal(size=6), (30, 1))
    for X, target in ((alike, Y), (Y, alike), (alike, alike)):
        aligner = make_aligner(method, normalise=normalise)
        for part in (slice(0, 7), slice(7, 30)):
            aligner.partial_fit(X[part], target[part])
        assert abs(aligner.W_).max() < 100
    with pytest.raises(ValueError, match="do not vary on one side"):
        make_aligner("cca", normalise=normalise).fit(alike, Y)


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (np.ones((1, 3)), np.ones((1, 3)), "X, Y: got 1 pairs; accepted: at least 2"),
        (np.ones((0, 3)), np.ones((0, 3)), "X, Y: got 0 pairs"),
        (np.ones((4, 3)), np.ones((5, 3)), "X, Y: got 4 rows in X and 5 in Y"),
        (np.ones((4, 3)), [[0, 1, 2], [0, np.nan, 0], [1, 1, 1], [0, 0, 0]], "Y: .*in row 1"),
        (np.ones(3), np.ones(3), "X: got an array of shape"),
    ],
)
def test_faulty_pairs_are_named_by_every_method(method, X, Y, message):
    with pytest.raises(ValueError, match=message):
        make_aligner(method).fit(X, Y)


@pytest.mark.parametrize("method", ALL)
def test_asking_before_fit_or_with_other_rows_is_named(method):
    X, Y = pairs()
    aligner = make_aligner(method)
    for ask in (lambda: aligner.transform(X), lambda: aligner.transform_target(Y)):
        with pytest.raises(ValueError, match=f"{method}: got a question before fit"):
            ask()
    with pytest.raises(ValueError, match="before fit"):
        _ = aligner.W_
    aligner.partial_fit(X[:1], Y[:1])
    with pytest.raises(ValueError, match="got 1 pairs"):
        _ = aligner.W_
    aligner.fit(X, Y)
    with pytest.raises(ValueError, match="X: got 5 dimensions; accepted: 6"):
        aligner.transform(X[:, :5])
    with pytest.raises(ValueError, match="Y: .*row 7"):
        aligner.transform_target(np.where(np.arange(120)[:, None] == 7, np.nan, Y))
    with pytest.raises(ValueError, match="X: got 5 dimensions; accepted: 6"):
        aligner.partial_fit(X[:, :5], Y)


@pytest.mark.parametrize("method", sorted(set(ALL) - set(UNEQUAL)))
def test_unequal_dimensions_are_refused_where_the_map_cannot_be(method):
    X, Y = pairs()
    with pytest.raises(ValueError, match=f"got 6 and 4 dimensions; accepted by {method}"):
        make_aligner(method).fit(X, Y[:, :4])


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("svd", {}, "method: got 'svd'; accepted: none, centre, least-squares"),
        ("ridge", {"normalise": ("unit", "l2")}, "normalise: got step 'l2'"),
        ("ridge", {"normalise": "units"}, "normalise: got step 'units'"),
        ("ridge", {"scale": True}, "scale: no option of ridge; accepted: penalty"),
        ("ridge", {"penalty": float("nan")}, "penalty: got nan"),
        ("ridge", {"criterion": "loss"}, "criterion: got 'loss'"),
        ("cca", {"dimension": 0}, "dimension: got 0"),
        ("cca", {"regularisation": -1}, "regularisation: got -1"),
        ("gd", {"patience": 0}, "patience: got 0"),
    ],
)
def test_wrong_options_are_named_before_any_work(method, options, message):
    with pytest.raises(ValueError, match=message):
        make_aligner(method, **options)


def test_options_wrong_for_these_pairs_are_named():
    X, Y = pairs()
    with pytest.raises(ValueError, match="dimension: got 7; accepted: 1 to 6"):
        make_aligner("cca", dimension=7, regularisation=0.1).fit(X, Y)
    with pytest.raises(ValueError, match="batch_size: got 16; accepted by partial_fit: None"):
        make_aligner("gd", batch_size=16).partial_fit(X, Y)
    with pytest.raises(ValueError, match="early_stopping: got 2 pairs"):
        make_aligner("gd", early_stopping=True).fit(X[:2], Y[:2])


def test_every_listed_option_is_accepted_by_its_method():
    for method, names in OPTIONS.items():
        aligner = make_aligner(method)
        for name in names:
            default = getattr(aligner, name, None)
            if name in ("n_steps", "learning_rate", "tolerance", "patience"):
                default = aligner.options[name]
            make_aligner(method, **{name: default})
