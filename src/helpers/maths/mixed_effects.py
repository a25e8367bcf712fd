"""A linear mixed model by restricted maximum likelihood, from several starts of its optimiser.

Arrays in, numbers out; statsmodels does the fitting. What is added to it: one optimiser alone can
end in a variance of exactly 0 where the likelihood is not defined, with every coefficient that
the groups explain set to 0 and errors of millions, and says that it has converged. So several are
tried, only fits with a finite likelihood count, and the errors come from generalised least
squares at the variances found, not from a numerical curvature that ends at their bound.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from helpers.maths.arrays import check_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

OPTIMISERS = ("powell", "bfgs", "lbfgs", "nm")


class MixedEffects(NamedTuple):
    """Coefficients of the fixed effects, their standard errors, and the likelihood reached."""

    coefficients: np.ndarray
    errors: np.ndarray
    log_likelihood: float


def mixed_effects(
    outcome: ArrayLike,
    fixed: ArrayLike,
    groups: Sequence[object],
    random: ArrayLike | None = None,
) -> MixedEffects | None:
    """Fixed effects of a linear model whose groups have effects of their own.

    outcome = a + fixed b + (a_g + random b_g) + noise, with (a_g, b_g) normal over groups of any
    covariance.

    outcome : (n,); fixed : (n, predictors), without the constant, which stands first in what comes
    back; groups : n names; random : (n, slopes) or None for an intercept a group alone.

    Errors are normal ones, sqrt(diag((X' V^-1 X)^-1)) at the estimated V (Laird and Ware, 1982):
    too small where groups are few. None where no optimiser reaches a finite likelihood.
    ValueError if the lengths differ, or with fewer than two groups.

    >>> draw = np.random.default_rng(0)
    >>> x, group = np.tile([0.0, 1.0, 2.0], 20), np.repeat(np.arange(20), 3)
    >>> y = 2 * x + draw.normal(size=20)[group] + draw.normal(size=60) * 0.1
    >>> found = mixed_effects(y, x[:, None], group)
    >>> found.coefficients.round(1).tolist()[1:], bool(found.errors[1] < 0.05)
    ([2.0], True)
    """
    import statsmodels.api as models

    outcome = np.asarray(outcome, dtype=float)
    names = np.asarray(groups)
    if names.shape != outcome.shape or len(np.unique(names)) < 2:
        raise ValueError(
            f"groups: got {names.size} names of {len(np.unique(names))} groups; accepted: a name a "
            f"row of outcome ({outcome.size}), of two groups or more"
        )
    constant = np.ones((len(outcome), 1))
    design = np.hstack([constant, _rows_of("fixed", fixed, outcome)])
    of_groups = constant
    if random is not None:
        of_groups = np.hstack([constant, _rows_of("random", random, outcome)])
    best = None
    for method in OPTIMISERS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is what is looked at below
            try:
                fit = models.MixedLM(outcome, design, names, exog_re=of_groups).fit(method=method)
            except (np.linalg.LinAlgError, ValueError):
                continue
            reached = float(fit.llf)
        if np.isfinite(reached) and (best is None or reached > float(best.llf)):
            best = fit
    if best is None:
        return None
    covariance = best.scale * np.eye(len(outcome))
    same = names[:, None] == names[None, :]
    covariance += same * (of_groups @ np.asarray(best.cov_re) @ of_groups.T)
    fitted = models.GLS(outcome, design, sigma=covariance).fit()
    errors = np.sqrt(np.diag(fitted.normalized_cov_params))
    return MixedEffects(np.asarray(fitted.params), errors, float(best.llf))


def _rows_of(name: str, given: ArrayLike, outcome: np.ndarray) -> np.ndarray:
    rows = check_rows(name, given)
    if len(rows) != len(outcome):
        raise ValueError(f"{name}: got {len(rows)} rows; accepted: {len(outcome)}, as of outcome")
    return rows
