"""The maps that linear algebra gives in one step, as functions of the moments of the pairs.

Each takes a `PairMoments` of the normalised rows and returns arrays that act from the right. No
state, no normalisation and no choice of hyper-parameters here: see `alignment` and `select`.
"""

from __future__ import annotations

import numpy as np

from helpers.maths.moments import PairMoments
from helpers.maths.normalise import symmetric_eigh

ZERO_CORRELATION = 1e-9  # canonical axes below share nothing: rounding of a rank-deficient Cxy


def require_same_width(moments: PairMoments, method: str) -> None:
    """ValueError unless both sides have one dimension, as an orthogonal map needs."""
    if moments.d_source != moments.d_target:
        raise ValueError(
            f"X, Y: got {moments.d_source} and {moments.d_target} dimensions; accepted by "
            f"{method}: equal dimensions (least-squares, ridge and cca take unequal ones)"
        )


def least_squares(moments: PairMoments) -> np.ndarray:
    """``argmin_W sum |x W - y|^2``, (d_source, d_target); of minimum norm where it is not unique.

    Normal equations with the pseudo-inverse: directions that the rows of X never took (see
    `symmetric_eigh` for the cut-off) get zero weight. There is no intercept: ``centre`` is a step
    of the normalisation.
    """
    values, vectors, kept = symmetric_eigh(moments.second_xx)
    basis = vectors[:, kept]
    return (basis / values[kept]) @ (basis.T @ moments.second_xy)


def ridge_scale(moments: PairMoments) -> float:
    """Mean squared value per dimension of X: the unit in which a ridge penalty is given."""
    return float(np.trace(moments.second_xx) / moments.d_source)


def ridge(moments: PairMoments, penalty: float) -> np.ndarray:
    """``argmin_W mean |x W - y|^2 + penalty * s * |W|^2`` with s of `ridge_scale`.

    Hoerl and Kennard (1970). The relative unit makes one grid of penalties fit every encoder and
    every number of pairs; penalty 0 is `least_squares`.
    """
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ValueError(f"penalty: got {penalty!r}; accepted: a number of at least 0")
    scale = ridge_scale(moments)
    if penalty == 0 or scale == 0:
        return least_squares(moments)
    shrunk = moments.second_xx + penalty * scale * np.eye(moments.d_source)
    return np.linalg.solve(shrunk, moments.second_xy)


def procrustes(moments: PairMoments, *, scale: bool = False) -> tuple[np.ndarray, float]:
    """``argmin sum |s x R - y|^2`` over orthogonal R (and s > 0 if ``scale``): returns (R, s).

    Schönemann (1966): R = U V^T from the singular value decomposition of ``X^T Y``; s = sum of the
    singular values over ``tr X^T X``. Reflections are allowed. Where the pairs leave directions
    open (fewer pairs than dimensions), the optimum is not unique; the one nearest to the identity
    is returned: what was never seen moves as little as possible.
    """
    require_same_width(moments, "procrustes")
    U, values, Vt = np.linalg.svd(moments.second_xy)
    open_from = int((values > 10 * len(values) * np.finfo(float).eps * values[0]).sum())
    R = U[:, :open_from] @ Vt[:open_from]
    if open_from < len(values):
        free_u, free_v = U[:, open_from:], Vt[open_from:].T
        left, _, right = np.linalg.svd(free_u.T @ free_v)
        R = R + free_u @ (left @ right) @ free_v.T
    energy = float(np.trace(moments.second_xx))
    return R, float(values.sum() / energy) if scale and energy > 0 else 1.0


def cca_bases(
    moments: PairMoments, regularisation: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All canonical directions, strongest first: (A, B, r) of shapes (d_s, k), (d_t, k), (k,).

    Hotelling (1936), computed as in Bach and Jordan (2005): with the covariances
    ``C_g = (1 - g) C + g tr(C)/d I``, the decomposition
    ``Cxx_g^(-1/2) Cxy Cyy_g^(-1/2) = U diag(r) V^T`` gives ``A = Cxx_g^(-1/2) U`` and
    ``B = Cyy_g^(-1/2) V``. With g = 0 the columns of X A and Y B have variance 1 and
    correlations r; null directions of either side and axes without correlation are left out, so
    k is the rank of Cxy (at least 1): below the number of pairs.
    With g > 0, r are the correlations ``(1 - g) diag(r)`` of the joint covariance shrunk as a
    whole.
    """
    if not 0 <= regularisation <= 1:
        raise ValueError(f"regularisation: got {regularisation!r}; accepted: 0 to 1")
    roots = []
    for covariance in (moments.cov_xx, moments.cov_yy):
        values, vectors, kept = symmetric_eigh(covariance)
        shrunk = (1 - regularisation) * values + regularisation * values.mean()
        if regularisation > 0:
            kept = shrunk > 0
        roots.append(vectors[:, kept] / np.sqrt(shrunk[kept]))
    if not all(root.shape[1] for root in roots):
        raise ValueError(
            "X, Y: got rows that do not vary on one side; accepted by cca: rows that do"
        )
    U, correlations, Vt = np.linalg.svd(roots[0].T @ moments.cov_xy @ roots[1], full_matrices=False)
    count = max(1, int((correlations > ZERO_CORRELATION).sum()))
    U, Vt, correlations = U[:, :count], Vt[:count], correlations[:count]
    # A direction and its reverse are one answer; the largest entry decides which is given.
    A = roots[0] @ U
    sign = np.sign(A[abs(A).argmax(axis=0), np.arange(A.shape[1])])
    return A * sign, roots[1] @ (Vt.T * sign), (1 - regularisation) * correlations


def random_rotation(dim: int, seed: int) -> np.ndarray:
    """An orthogonal matrix (dim, dim) drawn evenly (Haar; Mezzadri 2007), the same for one seed."""
    Q, R = np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, dim)))
    return Q * np.sign(np.diag(R))
