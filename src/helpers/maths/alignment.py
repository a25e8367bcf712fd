"""The alignment methods, by name: each maps the sentences of one language into another's space.

Choose with `make_aligner`; what they share (normalisation, streaming, errors) is in `aligner`, the
formulas are in `closed_forms` and `gradient`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths import closed_forms, gradient, select
from helpers.maths.aligner import Aligner, MomentAligner
from helpers.maths.arrays import check_pairs
from helpers.maths.moments import PairMoments

METHODS = (
    "none",
    "centre",
    "least-squares",
    "ridge",
    "procrustes",
    "cca",
    "gd",
    "gd-orthogonal",
)
BASELINES = ("random-rotation",)
_DESCENT = (
    "n_steps",
    "learning_rate",
    "accelerate",
    "batch_size",
    "tolerance",
    "early_stopping",
    "patience",
)
OPTIONS = {
    "ridge": ("penalty", "penalties", "criterion"),
    "procrustes": ("scale",),
    "cca": ("dimension", "regularisation", "weighting"),
    "gd": _DESCENT,
    "gd-orthogonal": _DESCENT,
}


class Identity(MomentAligner):
    """No map: method ``none`` (nothing at all) and ``centre`` (each side minus its own mean)."""

    def __init__(
        self, method: str, *, normalise: Sequence[str] = ("unit", "centre"), **common: Any
    ):
        self.method = method
        steps = tuple(normalise) if method == "centre" else ()
        if method == "centre" and "centre" not in steps:
            steps += ("centre",)
        super().__init__(normalise=steps, **common)

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        closed_forms.require_same_width(moments, self.method)
        return {"W_": np.eye(moments.d_source), "target_W_": None}


class RandomRotation(MomentAligner):
    """The control: an orthogonal map that knows nothing of the pairs but the normalisation."""

    method = "random-rotation"

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        closed_forms.require_same_width(moments, self.method)
        W = closed_forms.random_rotation(moments.d_source, self.seed)
        return {"W_": W, "target_W_": None}


class LeastSquares(MomentAligner):
    """See `closed_forms.least_squares`."""

    method = "least-squares"

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        return {"W_": closed_forms.least_squares(moments), "target_W_": None}


class Ridge(MomentAligner):
    """See `closed_forms.ridge`; ``penalty=None`` is chosen on held-out training pairs.

    Learned besides ``W_``: ``penalty_``, ``choice_`` (a `select.Choice`, or None when given).
    """

    method = "ridge"

    def __init__(
        self,
        penalty: float | None = None,
        *,
        penalties: Sequence[float] = select.PENALTIES,
        criterion: str = "squared-error",
        **common: Any,
    ):
        super().__init__(**common)
        if penalty is not None and not (np.isfinite(penalty) and penalty >= 0):
            raise ValueError(f"penalty: got {penalty!r}; accepted: None or a number of at least 0")
        if criterion not in select.CRITERIA:
            accepted = ", ".join(select.CRITERIA)
            raise ValueError(f"criterion: got {criterion!r}; accepted: {accepted}")
        self.penalty, self.penalties, self.criterion = penalty, tuple(penalties), criterion
        self.keeps_folds = penalty is None

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        penalty, choice = self.penalty, None
        if penalty is None:
            choice = select.choose_penalty(
                self._seen, self._prepare, penalties=self.penalties, criterion=self.criterion
            )
            (penalty,) = choice.value
        W = closed_forms.ridge(moments, penalty)
        return {"W_": W, "target_W_": None, "penalty_": penalty, "choice_": choice}


class Procrustes(MomentAligner):
    """See `closed_forms.procrustes`; ``scale_`` is the learned factor (1.0 unless ``scale``)."""

    method = "procrustes"

    def __init__(self, scale: bool = False, **common: Any):
        super().__init__(**common)
        self.scale = scale

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        R, factor = closed_forms.procrustes(moments, scale=self.scale)
        return {"W_": factor * R, "target_W_": None, "scale_": factor}


class CCA(MomentAligner):
    """Canonical correlation analysis: both sides go into a shared space (`closed_forms.cca_bases`).

    ``transform(X) = (normalised X - mean) @ W_`` and ``transform_target`` likewise with
    ``target_W_``; correlations are about the mean, so it is removed whether or not ``centre`` is a
    step. ``dimension`` and ``regularisation`` are chosen on held-out training pairs where None.
    ``weighting`` p multiplies each axis by its correlation to the power p (0: plain CCA).
    Learned: ``dimension_`` (never above the rank of either side), ``regularisation_``,
    ``correlations_``, ``choice_``.
    """

    method = "cca"

    def __init__(
        self,
        dimension: int | None = None,
        regularisation: float | None = None,
        *,
        weighting: float = 0.0,
        **common: Any,
    ):
        super().__init__(**common)
        if dimension is not None and (int(dimension) != dimension or dimension < 1):
            raise ValueError(f"dimension: got {dimension!r}; accepted: None or a positive integer")
        if regularisation is not None and not 0 <= regularisation <= 1:
            raise ValueError(f"regularisation: got {regularisation!r}; accepted: None or 0 to 1")
        self.dimension, self.regularisation = dimension, regularisation
        self.weighting = weighting
        self.keeps_folds = dimension is None or regularisation is None

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        widest = min(moments.d_source, moments.d_target)
        if self.dimension is not None and self.dimension > widest:
            raise ValueError(f"dimension: got {self.dimension}; accepted: 1 to {widest}")
        size, value, choice = self.dimension, self.regularisation, None
        if size is None or value is None:
            choice = select.choose_cca(
                self._seen,
                self._prepare,
                dimensions=None if size is None else [size],
                regularisations=select.REGULARISATIONS if value is None else [value],
                weighting=self.weighting,
            )
            size, value = int(choice.value[0]), choice.value[1]
        A, B, correlations = closed_forms.cca_bases(moments, value)
        weights = correlations[:size] ** self.weighting
        return {
            "W_": A[:, :size] * weights,
            "target_W_": B[:, :size] * weights,
            "correlations_": correlations[:size],
            "dimension_": len(weights),
            "regularisation_": value,
            "choice_": choice,
            "centres": (moments.mean_x, moments.mean_y),
        }

    def _normalised(self, name: str, rows: ArrayLike) -> np.ndarray:
        normalised = super()._normalised(name, rows)
        centre = self._solution["centres"][("X", "Y").index(name)]
        return normalised - centre.astype(normalised.dtype)


class GradientDescent(MomentAligner):
    """A single linear layer trained by gradient descent; ``orthogonal`` keeps W so at every step.

    Parameters
    ----------
    n_steps, learning_rate, accelerate, tolerance, patience : see `gradient.descend`.
    batch_size : None for all pairs at once (from the moments; `gradient.descend`,
        `gradient.descend_orthogonal`), else rows a step (by `gradient.descend_batches`; no
        ``partial_fit``).
    early_stopping : return the W of the lowest held-out loss: on the validation pairs given to
        ``fit``, else on a fifth of the training pairs, which are then not descended on.

    Learned besides ``W_``: ``loss_curve_`` (training objective at the steps ``curve_steps_``),
    ``validation_curve_`` (empty without held-out pairs), ``best_step_``, ``learning_rate_``,
    ``converged_`` (False: stopped early or out of steps).
    """

    def __init__(
        self,
        orthogonal: bool = False,
        *,
        n_steps: int = 10_000,
        learning_rate: float | None = None,
        accelerate: bool = True,
        batch_size: int | None = None,
        tolerance: float = 2e-6,
        early_stopping: bool = False,
        patience: int = 100,
        **common: Any,
    ):
        super().__init__(**common)
        if int(patience) != patience or patience < 1:
            raise ValueError(f"patience: got {patience!r}; accepted: a positive integer")
        self.orthogonal, self.batch_size = orthogonal, batch_size
        self.method = "gd-orthogonal" if orthogonal else "gd"
        self.early_stopping = early_stopping
        self.accelerate = accelerate
        self.options: dict[str, Any] = {
            "n_steps": n_steps,
            "learning_rate": learning_rate,
            "tolerance": tolerance,
            "early_stopping": early_stopping,
            "patience": patience,
        }
        self.keeps_folds = early_stopping
        self._rows: tuple[np.ndarray, np.ndarray] | None = None
        self._validation: tuple[np.ndarray, np.ndarray] | None = None

    def fit(
        self, X: ArrayLike, Y: ArrayLike, validation: tuple[ArrayLike, ArrayLike] | None = None
    ) -> GradientDescent:
        """As the other methods; ``validation`` = (X, Y) held out, its loss is reported a step."""
        self._validation = None if validation is None else check_pairs(*validation)
        self._rows = None if self.batch_size is None else check_pairs(X, Y)
        try:
            super().fit(X, Y)
        finally:
            self._rows = self._validation = None
        return self

    def partial_fit(self, X: ArrayLike, Y: ArrayLike) -> GradientDescent:
        """Add a chunk; the descent on the moments of all chunks runs when ``W_`` is asked for."""
        if self.batch_size is not None:
            raise ValueError(
                f"batch_size: got {self.batch_size}; accepted by partial_fit: None, which descends "
                "on the moments of all chunks"
            )
        super().partial_fit(X, Y)
        return self

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        train, held_out, fold = moments, None, None
        if self._validation is not None:
            rows = [self._apply(name, x) for name, x in zip("XY", self._validation, strict=True)]
            held_out = PairMoments(rows[0].shape[1], rows[1].shape[1]).update(*rows)
        elif self.early_stopping:
            fold = int(select.fold_of_rows(0, 1, len(self._seen.folds), self._seen.seed)[0])
            if fold not in self._seen.splits():
                raise ValueError(
                    f"early_stopping: got {moments.n} pairs and no validation; accepted: at least 3"
                )
            affine = self._affine
            train = self._seen.without(fold).mapped(*affine)
            held_out = self._seen.folds[fold].mapped(*affine)
        options = {**self.options, "validation": held_out}
        if self.batch_size is not None:
            rows = [self._apply(name, x) for name, x in zip("XY", self._rows, strict=True)]
            if fold is not None:
                folds = select.fold_of_rows(0, len(rows[0]), len(self._seen.folds), self.seed)
                rows = [x[folds != fold] for x in rows]
            del options["tolerance"]
            found = gradient.descend_batches(
                *rows,
                train,
                batch_size=self.batch_size,
                orthogonal=self.orthogonal,
                seed=self.seed,
                **options,
            )
        elif self.orthogonal:
            found = gradient.descend_orthogonal(
                train, accelerate=self.accelerate, seed=self.seed, **options
            )
        else:
            found = gradient.descend(train, accelerate=self.accelerate, **options)
        return {
            "W_": found.W,
            "target_W_": None,
            "loss_curve_": found.loss_curve,
            "validation_curve_": found.validation_curve,
            "curve_steps_": found.curve_steps,
            "best_step_": found.best_step,
            "learning_rate_": found.learning_rate,
            "converged_": found.converged,
        }


def make_aligner(
    method: str, *, normalise: Sequence[str] = ("unit", "centre"), seed: int = 0, **options: Any
) -> Aligner:
    """The aligner of that name, not yet fitted.

    Parameters
    ----------
    method : one of METHODS, or of BASELINES (the control ``random-rotation``).
    normalise : steps applied to each side, fitted on its training rows (see `Normaliser`). ``none``
        takes no step; ``centre`` adds its step where it is not listed.
    seed : of whatever is drawn (folds, the random rotation, batches).
    options : of the method, e.g. ``penalty`` for ridge, ``dimension`` for cca, ``scale`` for
        procrustes, ``n_steps`` for gd.

    Errors: ValueError for an unknown method, step or option, listing the accepted ones.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 4))
    >>> rotation = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    >>> aligner = make_aligner("procrustes").fit(X, X @ rotation)
    >>> bool(np.allclose(aligner.transform(X), aligner.transform_target(X @ rotation), atol=0.1))
    True
    """
    common = {"normalise": normalise, "seed": seed}
    makers = {
        "none": lambda **given: Identity("none", **given),
        "centre": lambda **given: Identity("centre", **given),
        "least-squares": LeastSquares,
        "ridge": Ridge,
        "procrustes": Procrustes,
        "cca": CCA,
        "gd": GradientDescent,
        "gd-orthogonal": lambda **given: GradientDescent(True, **given),
        "random-rotation": RandomRotation,
    }
    if method not in makers:
        raise ValueError(f"method: got {method!r}; accepted: {', '.join(makers)}")
    accepted = OPTIONS.get(method, ()) + ("whiten_shrinkage",)
    for name in options:
        if name not in accepted:
            raise ValueError(f"{name}: no option of {method}; accepted: {', '.join(accepted)}")
    return makers[method](**common, **options)
