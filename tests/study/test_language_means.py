"""Means over languages, held against the crossed bootstrap that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.maths.statistics import crossed_bootstrap
from helpers.study.language_means import LanguageMeans


@pytest.fixture(scope="module")
def scores() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    easy = rng.random(400)
    return {
        "ko": (rng.random((2, 400)) < easy).astype(float),
        "de": (rng.random((2, 300)) < 0.7).astype(float),
        "fr": (rng.random((2, 400)) < easy).astype(float),
    }


def test_the_same_interval_as_the_crossed_bootstrap_for_languages_of_their_own_items(scores):
    means = LanguageMeans(scores, {name: [name] * 2 for name in scores})
    for system in (0, 1):
        found = means.interval(np.eye(2)[system], list(scores))
        expected = crossed_bootstrap(
            [each[[system]] for each in scores.values()], shared_items=False
        )
        assert found.value == pytest.approx(expected.value)
        assert found.low == pytest.approx(expected.low, abs=0.004)
        assert found.high == pytest.approx(expected.high, abs=0.004)


def test_parallel_languages_share_the_draw(scores):
    parallel = {name: scores[name] for name in ("ko", "fr")}
    found = LanguageMeans(parallel, {"ko": "same", "fr": "same"}).interval([1, 0], ["ko", "fr"])
    expected = crossed_bootstrap(np.stack([each[0] for each in parallel.values()])[None])
    assert found.high - found.low == pytest.approx(expected.high - expected.low, rel=0.08)
    apart = LanguageMeans(parallel, {"ko": "a", "fr": "b"}).interval([1, 0], ["ko", "fr"])
    assert apart.high - apart.low < 0.95 * (found.high - found.low)


def test_a_contrast_is_the_paired_difference_and_a_constant_only_shifts(scores):
    means = LanguageMeans(scores, {name: [name] for name in scores})
    gain = means.interval([1, -1], ["ko"])
    expected = crossed_bootstrap((scores["ko"][0] - scores["ko"][1])[None])
    assert gain.value == pytest.approx(expected.value)
    assert gain.low == pytest.approx(expected.low, abs=0.005)
    shifted = means.interval([1, -1], ["ko"], less=0.25)
    assert shifted.value == pytest.approx(gain.value - 0.25)
    assert shifted.high - shifted.low == pytest.approx(gain.high - gain.low)
