"""What one more predictor adds: planted studies whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.added_value import added_value

ITEMS, ARTICLES = 200, 40


def planted(effect: float, seed: int, *, seeds: int = 3, groups: int = 4):
    """Answers that hang on what is known, on the article, and as much as wanted on the number."""
    draw = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(ARTICLES), ITEMS // ARTICLES)
    known = draw.normal(size=(seeds, ITEMS, 2))
    asked = 0.5 * known[:, :, 0].mean(axis=0) + draw.normal(size=ITEMS)
    levels = draw.normal(1.0, 0.3, groups)[None, :, None] + draw.normal(0, 0.5, ARTICLES)[clusters]
    logit = levels + known[:, None, :, 0] + effect * asked
    wrong = draw.random((seeds, groups, ITEMS)) < 1 / (1 + np.exp(-logit))
    return wrong, known, asked, clusters


@pytest.mark.parametrize("effect", [-1.0, 1.0])
def test_a_planted_effect_is_found_with_its_sign(effect):
    found = added_value(*planted(effect, 1), n_boot=200)
    assert found.gain.low > 0
    assert len(found.by_group) == 4
    assert found.gain.value == pytest.approx(np.mean([one.value for one in found.by_group]))
    spread = np.std(planted(effect, 1)[2])
    assert np.log(found.odds.value) == pytest.approx(effect * spread, abs=0.35)
    assert (found.odds.low > 1) if effect > 0 else (found.odds.high < 1)


def test_a_number_that_tells_nothing_is_seldom_found():
    found = [added_value(*planted(0.0, seed), n_boot=100).gain for seed in range(12)]
    assert sum(one.low > 0 for one in found) <= 1
    assert np.mean([one.value for one in found]) < 0.001  # it costs a little: one more coefficient


def test_what_is_known_already_adds_nothing():
    wrong, known, _, clusters = planted(0.0, 3)
    twin = np.broadcast_to(known[:1], known.shape)
    echo = twin[0, :, 0] + np.random.default_rng(0).normal(0, 0.01, ITEMS)
    gain = added_value(wrong, twin, echo, clusters, n_boot=100).gain
    assert gain.low <= 0
    assert abs(gain.value) < 0.005


def test_a_group_that_is_right_in_one_article_only_is_refused():
    wrong, known, asked, clusters = planted(0.0, 3)
    wrong[:, 0] = True
    wrong[:, 0, clusters == 7] = False
    with pytest.raises(ValueError, match="of what is fitted on"):
        added_value(wrong, known, asked, clusters)


@given(scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
@settings(max_examples=3, deadline=None)
def test_units_of_the_number_do_not_matter(scale, shift):
    wrong, known, asked, clusters = planted(0.7, 5, seeds=1, groups=2)
    one = added_value(wrong, known, asked, clusters, n_boot=100)
    other = added_value(wrong, known, scale * asked + shift, clusters, n_boot=100)
    assert other.gain.value == pytest.approx(one.gain.value, abs=1e-5)
    assert other.odds.value == pytest.approx(one.odds.value, rel=1e-4)


def test_cost_without_the_number_is_that_of_a_coin_where_nothing_is_known():
    draw = np.random.default_rng(2)
    wrong = draw.random((4, 1, ITEMS)) < 0.5
    clusters = np.arange(ITEMS) // 5
    found = added_value(
        wrong, np.ones((4, ITEMS, 0)), draw.normal(size=ITEMS), clusters, n_boot=100
    )
    assert found.cost == pytest.approx(1.0, abs=0.02)
    assert found.wrong == wrong.mean()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"wrong": np.zeros((3, ITEMS))}, "wrong"),
        ({"wrong": np.zeros((3, 4, ITEMS))}, "wrong"),
        ({"known": np.zeros((3, ITEMS - 1, 2))}, "known"),
        ({"known": np.full((3, ITEMS, 2), np.nan)}, "known"),
        ({"asked": np.zeros(ITEMS)}, "asked"),
        ({"asked": np.zeros(ITEMS + 1)}, "asked"),
        ({"clusters": np.zeros(ITEMS)}, "clusters"),
    ],
)
def test_wrong_input_is_refused_by_name(change, name):
    given = dict(zip(("wrong", "known", "asked", "clusters"), planted(0.0, 0), strict=True))
    with pytest.raises(ValueError, match=name):
        added_value(**(given | change))
