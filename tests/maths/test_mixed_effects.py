"""The mixed model, against what can be worked out by hand where groups are of one size."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from helpers.maths.mixed_effects import mixed_effects

GROUPS, EACH = 8, 12


def drawn(seed: int, group_sd: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, predictors (within a group, of a group) and groups of one size."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(GROUPS), EACH)
    within = np.tile(np.linspace(-0.4, 0.4, EACH), GROUPS)
    between = draw.uniform(0.2, 0.8, size=GROUPS)[group]
    outcome = 0.5 * within - 2 * between + 1
    outcome = outcome + group_sd * draw.normal(size=GROUPS)[group] + draw.normal(size=len(group))
    return outcome, np.column_stack([within, between]), group


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("group_sd", [0.0, 0.1, 1.0])
def test_groups_of_one_size_are_least_squares_on_their_means(seed, group_sd):
    """At any variance of the intercepts; 0 is where one optimiser alone returns nonsense."""
    outcome, fixed, group = drawn(seed, group_sd)
    found = mixed_effects(outcome, fixed, group)
    of_groups = outcome.reshape(GROUPS, EACH).mean(axis=1)
    slope, constant = np.polyfit(fixed[::EACH, 1], of_groups, 1)
    within = (fixed[:, 0] @ outcome) / (fixed[:, 0] @ fixed[:, 0])
    np.testing.assert_allclose(found.coefficients, [constant, within, slope], atol=1e-3)
    assert 0.05 < found.errors[1] < 1 and 0.1 < found.errors[2] < 5


@pytest.mark.parametrize("seed", range(4))
def test_errors_are_those_of_group_means_where_groups_differ(seed):
    outcome, fixed, group = drawn(seed, 2.0)
    found = mixed_effects(outcome, fixed, group)
    x, means = fixed[::EACH, 1], outcome.reshape(GROUPS, EACH).mean(axis=1)
    rest = means - np.polyval(np.polyfit(x, means, 1), x)
    error = np.sqrt(rest @ rest / (GROUPS - 2) / ((x - x.mean()) ** 2).sum())
    assert found.errors[2] == pytest.approx(error, rel=0.02)


def test_slopes_of_groups_widen_the_error_of_the_slope():
    outcome, fixed, group = drawn(3, 0.5)
    own = np.random.default_rng(4).normal(size=GROUPS)[group] * 3
    outcome = outcome + own * fixed[:, 0]
    alone = mixed_effects(outcome, fixed, group)
    slopes = mixed_effects(outcome, fixed, group, fixed[:, :1])
    assert slopes.errors[1] > 1.5 * alone.errors[1]
    assert slopes.log_likelihood > alone.log_likelihood


def test_nothing_is_printed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mixed_effects(*drawn(0, 0.0))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda y, x, g: (y, x, g[:-1]), "groups"),
        (lambda y, x, g: (y, x, g * 0), "groups"),
        (lambda y, x, g: (y, x[:-1], g), "fixed"),
        (lambda y, x, g: (y, x, g, x[:-1]), "random"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(change, name):
    with pytest.raises(ValueError, match=name):
        mixed_effects(*change(*drawn(0, 1.0)))
