"""The laboratory's dials do what they say: measured with cheap learners, small."""

from __future__ import annotations

import math

import pytest

from helpers.data.lab import api
from helpers.data.lab.api import Dials
from helpers.study import laboratory_checks as checks
from helpers.study import laboratory_learners as learners

TRAIN, TEST = 500, 250


def sweep(dial: str, kind: str) -> checks.Sweep:
    return next(s for s in checks.SWEEPS if (s.dial, s.kind) == (dial, kind))


def by_learner(found: list[checks.Check]) -> dict[str, list[checks.Check]]:
    names = {check.learner: [] for check in found}
    for check in found:
        names[check.learner].append(check)
    return names


def still(found: list[checks.Check]) -> None:
    """Nothing else than accuracy moved: length by 6 %, label entropy by 0.1 bits, words by 15 %.

    A passage whose sentences share words has fewer of them.
    """
    lengths, words = [c.length for c in found], [c.vocabulary for c in found]
    assert max(lengths) < 1.06 * min(lengths)
    assert max(words) < 1.15 * min(words)
    entropy = [c.label_entropy for c in found]
    assert found[0].kind == "mrc" or max(entropy) - min(entropy) < 0.1


@pytest.mark.parametrize(("dial", "falls"), [("noise", 0.05), ("rarity", 0.05), ("size", 0.05)])
def test_training_dials_move_accuracy_and_no_test_item(dial, falls):
    turned = sweep(dial, "reviews")
    found = checks.swept(turned, TRAIN if dial != "size" else 960, TEST)
    values = [c.value for c in found]
    values = values[::-1] if turned.rises else values
    assert values[0] > values[-1] + falls
    assert all(b < a + 0.03 for a, b in zip(values, values[1:], strict=False))
    assert len({(c.length, c.label_entropy, c.vocabulary) for c in found}) == 1


def test_depth_of_reviews_defeats_bags():
    found = checks.swept(sweep("depth", "reviews"), TRAIN, TEST)
    bags = [c.value for c in by_learner(found)["bag-of-words"]]
    assert bags[0] > 0.8
    assert all(0.38 < value < 0.62 for value in bags[1:])
    # what decides is there to be read
    assert min(c.value for c in by_learner(found)["last clause"]) > 0.7
    still(found)


def test_depth_of_inferences_and_what_the_hypothesis_tells():
    found = by_learner(checks.swept(sweep("depth", "nli"), TRAIN, TEST))
    assert all(abs(c.value - 1 / 3) < 0.1 for c in found["hypothesis-only"])
    bags = [c.value for c in found["bag-of-words"]]
    assert bags[0] > 0.8 and max(bags[1:]) < 0.5
    assert min(c.value for c in found["pairs"]) > 0.75
    # a negation is two words, and there is none in the hypotheses of depth 0
    lengths = [c.length for c in found["pairs"]]
    assert max(lengths) < 1.12 * min(lengths)


def test_depth_of_passages_and_what_the_question_tells():
    found = checks.swept(sweep("depth", "mrc"), 300, TEST)
    shared = [c.value for c in by_learner(found)["most words shared"]]
    assert shared[0] > 0.9 and max(shared[1:]) < 0.25
    assert all(c.value < 0.3 for c in by_learner(found)["question-only"])
    still(found)


def test_planted_transfer_is_found_and_none_where_nothing_is_shared():
    found = checks.transferred("ko", TRAIN, TEST)
    values = [c.value for c in found]
    assert found[0].low < 0.5 < found[0].high
    assert values == sorted(values) and values[-1] > 0.8


def test_a_twin_scores_as_its_original_and_shares_nothing():
    own, twin, across = checks.twins(TRAIN, TEST)
    assert own.value == pytest.approx(twin.value, abs=0.02)
    assert across.low < 0.5 < across.high


def test_order_and_overlap_are_independent():
    own = checks.order_agreement("ko", 1.0, "own", 60)[0]
    english = checks.order_agreement("ko", 1.0, "english", 60)[0]
    assert own < 0.6 < 0.8 < english
    for order in ("own", "english"):
        dials = [Dials(overlap=share, order=order) for share in (0.5, 1.0)]
        some, every = (api.generate("parallel", ["ko"], 60, "test", dials=d) for d in dials)
        shares = [
            sum(w.isascii() for item in items for w in learners.words(item["texts"]["ko"]))
            for items in (some, every)
        ]
        assert 0.3 < shares[0] / shares[1] < 0.7


def test_wilson_is_inside_the_unit_interval_and_around_the_value():
    for value in (0.0, 0.3, 1.0):
        low, high = checks.wilson(value, 50)
        assert (
            -1e-9 <= low <= value + 1e-9
            and value - 1e-9 <= high <= 1 + 1e-9
            and not math.isclose(low, high)
        )
