"""The protocol of a map between two languages, and the machinery that every method shares.

Rows are sentences and maps act from the right: ``normalised X @ W_``. X holds sentences of the
language to be mapped, Y their translations in the language mapped into. Every map is learned from
the moments of the pairs (see `moments`), so ``partial_fit`` on chunks gives what ``fit`` gives.
The methods themselves are in `alignment`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.arrays import NotFittedError, check_pairs, check_rows
from helpers.maths.moments import PairMoments
from helpers.maths.normalise import Affine, Normaliser
from helpers.maths.select import FoldedMoments


@runtime_checkable
class Aligner(Protocol):
    """What a chapter may expect of a map between two languages."""

    W_: np.ndarray

    def fit(self, X: ArrayLike, Y: ArrayLike) -> Aligner: ...

    def transform(self, X: ArrayLike) -> np.ndarray: ...

    def transform_target(self, Y: ArrayLike) -> np.ndarray: ...


class MomentAligner:
    """Normalise each side, gather moments, solve for the map when it is first asked for.

    Subclasses implement ``_solve``. Learned: ``W_`` (d_source, d_shared), ``target_W_``
    (d_target, d_shared) or None for the identity, ``mean_x_`` and ``mean_y_`` (means of the
    training rows after the row-wise steps), ``n_pairs_``.

    Errors (ValueError): fewer than two pairs, unequal counts, another width than before, NaN or
    inf (with the row), ``transform`` or ``W_`` before ``fit``, ``partial_fit`` where a step needs a
    second pass over the rows (``unit`` after ``centre`` or ``whiten``).
    """

    method = ""
    keeps_folds = False

    def __init__(
        self,
        *,
        normalise: Sequence[str] = ("unit", "centre"),
        whiten_shrinkage: float = 0.0,
        seed: int = 0,
    ):
        self.normalise = tuple(normalise) if not isinstance(normalise, str) else (normalise,)
        self.seed = seed
        self._sides = [Normaliser(self.normalise, whiten_shrinkage=whiten_shrinkage) for _ in "xy"]
        self._seen: PairMoments | FoldedMoments | None = None
        self._streamed, self._borrowed = True, False
        self._solution: dict[str, Any] | None = None

    # ---- learning

    def fit(self, X: ArrayLike, Y: ArrayLike) -> MomentAligner:
        """Learn from pairs X (n, d_source), Y (n, d_target), forgetting what was learned before."""
        source, target = check_pairs(X, Y)
        self._require_pairs(len(source))
        self._seen, self._solution, self._borrowed = None, None, False
        self._streamed = self._sides[0].streams
        if self._streamed:
            self._update(source, target)
        else:
            left, right = (
                side.fit(rows).transform(rows)
                for side, rows in zip(self._sides, (source, target), strict=True)
            )
            self._seen = self._new_moments(source.shape[1], target.shape[1]).update(left, right)
        self._finish()
        return self

    def partial_fit(self, X: ArrayLike, Y: ArrayLike) -> MomentAligner:
        """Add a chunk of pairs; ``W_`` is solved for when it is next asked for."""
        if not self._sides[0].streams:
            raise ValueError(
                f"normalise: got {self.normalise}; accepted by partial_fit: unit before centre and "
                "whiten only, because unit after them needs a second pass over the rows"
            )
        if not self._streamed:
            self._seen, self._streamed = None, True
        if self._borrowed:
            self._seen, self._borrowed = copy.deepcopy(self._seen), False
        self._update(*check_pairs(X, Y))
        self._solution = None
        return self

    def fit_moments(self, moments: PairMoments | FoldedMoments) -> MomentAligner:
        """Learn from moments gathered elsewhere: one pass over the pairs serves all methods.

        The rows must have had the leading row-wise steps (``unit``) of ``normalise`` already; the
        others come from the moments. ValueError where the method needs folds to choose an option
        and plain `PairMoments` were given.
        """
        if not self._sides[0].streams:
            raise ValueError(f"normalise: got {self.normalise}; accepted: unit before the others")
        if self.keeps_folds and not isinstance(moments, FoldedMoments):
            raise ValueError(
                f"moments: got PairMoments; accepted by {self.method} without its options given: "
                "FoldedMoments"
            )
        self._require_pairs(moments.n)
        self._seen, self._streamed, self._borrowed = moments, True, True
        self._finish()
        return self

    def _new_moments(self, d_source: int, d_target: int) -> PairMoments | FoldedMoments:
        if self.keeps_folds:
            return FoldedMoments(d_source, d_target, seed=self.seed)
        return PairMoments(d_source, d_target)

    def _update(self, source: np.ndarray, target: np.ndarray) -> None:
        seen = self._seen or self._new_moments(source.shape[1], target.shape[1])
        rows = [side.rows_only(x) for side, x in zip(self._sides, (source, target), strict=True)]
        self._seen = seen.update(*rows)

    @staticmethod
    def _require_pairs(n: int) -> None:
        if n < 2:
            raise ValueError(f"X, Y: got {n} pairs; accepted: at least 2")

    def _prepare(self, moments: PairMoments) -> tuple[Affine, Affine]:
        """The part of each side's normalisation that is learned, from training moments."""
        if not self._streamed:
            return Affine(), Affine()
        left, right = self._sides
        return (
            left.affine(moments.mean_x, moments.cov_xx, left.fitted_steps),
            right.affine(moments.mean_y, moments.cov_yy, right.fitted_steps),
        )

    def _finish(self) -> None:
        if self._seen is None:
            raise NotFittedError(
                f"{self.method}: got a question before fit; accepted: call fit or partial_fit first"
            )
        self._require_pairs(self._seen.n)
        raw = self._seen.total() if isinstance(self._seen, FoldedMoments) else self._seen
        affine = self._affine = self._prepare(raw)
        solution = {"mean_x_": raw.mean_x.copy(), "mean_y_": raw.mean_y.copy()}
        solution |= {"n_pairs_": raw.n, "widths": (raw.d_source, raw.d_target)}
        solution |= self._solve(raw.mapped(*affine))
        self._solution = solution

    def _solve(self, moments: PairMoments) -> dict[str, Any]:
        """W_ and whatever else is learned, from the moments of the normalised pairs."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        # Learned attributes are solved for on demand, so that partial_fit stays cheap.
        if not name.endswith("_") or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        if self._solution is None:
            self._finish()
        if name not in self._solution:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return self._solution[name]

    # ---- use

    def _normalised(self, name: str, rows: ArrayLike) -> np.ndarray:
        if self._solution is None:
            self._finish()
        side = ("X", "Y").index(name)
        checked = check_rows(name, rows, dim=self._solution["widths"][side])
        return self._apply(name, checked)

    def _apply(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The fitted normalisation of one side; usable from within ``_solve``."""
        side = ("X", "Y").index(name)
        if not self._streamed:
            return self._sides[side].transform(rows)
        return self._affine[side].apply(self._sides[side].rows_only(rows))

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Source rows (n, d_source) in the shared space, (n, d_shared); float32 stays float32."""
        rows = self._normalised("X", X)
        return rows @ self.W_.astype(rows.dtype, copy=False)

    def transform_target(self, Y: ArrayLike) -> np.ndarray:
        """Target rows (n, d_target) in the shared space: normalised, and mapped only by ``cca``."""
        rows = self._normalised("Y", Y)
        return rows if self.target_W_ is None else rows @ self.target_W_.astype(rows.dtype)
