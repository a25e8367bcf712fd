"""Item scores: what goes in comes out, compactly, and nothing else is read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.study.items import Items

SCORES = st.one_of(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=3, max_size=3),
    st.lists(st.sampled_from([-1.0, 0.0, 1.0, 127.0]), min_size=3, max_size=3),
    st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SCORES, max_size=5))
def test_round_trip(rows):
    items = Items()
    for number, scores in enumerate(rows):
        items.add(f"k{number}", ["a", "b", "c"], scores)
    items.add_curve("k0.loss", [3.0, 2.0])
    again = Items.from_bytes(items.to_bytes())
    assert sorted(again) == sorted(items)
    for number, scores in enumerate(rows):
        found = again[f"k{number}"]
        assert found.tolist() == items[f"k{number}"].tolist(), "the file has what memory has"
        step = max(scores) / 131_040 - min(scores) / 131_040
        assert np.abs(found - np.array(scores)).max() <= step * (1 + 1e-9)
        assert np.all(np.diff(found[np.argsort(scores)]) >= 0), "order is kept"
        assert again.ids(f"k{number}") == ["a", "b", "c"]
    assert again.curves["k0.loss"].tolist() == [3.0, 2.0]


def test_shares_of_a_whole_are_exact():
    """A query that ties with one other scores a half; half a point must not become another."""
    items, scores = Items(), [0.0, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 7, 1.0]
    items.add("k", map(str, range(7)), scores)
    assert items["k"] == pytest.approx(scores, abs=1e-15)


def test_equal_contents_give_equal_bytes_and_right_or_wrong_takes_little():
    def made():
        items, rng = Items(), np.random.default_rng(0)
        for number in range(500):
            items.add(f"{number:012d}", map(str, range(600)), rng.integers(0, 2, 600))
        return items.to_bytes()

    content = made()
    assert content == made()
    assert len(content) < 500 * 600 / 7, "about a bit an item"


def test_rows_that_are_alike_take_less_and_differences_take_little():
    items, rng = Items(), np.random.default_rng(0)
    base = rng.integers(0, 2, 600)
    for number in range(200):
        flipped = np.where(rng.random(600) < 0.01, 1 - base, base)
        items.add(f"{number:012d}", map(str, range(600)), flipped)
        items.add(f"d{number:011d}", map(str, range(600)), flipped - base)
    assert len(items.to_bytes()) < 200 * 600 / 8, "less than a bit an item for both together"


@pytest.mark.parametrize(
    ("ids", "scores", "word"),
    [(["a"], [1.0, 0.0], "shape"), (["a"], [float("nan")], "NaN"), (["a"], [[1.0]], "shape")],
)
def test_refused(ids, scores, word):
    with pytest.raises(ValueError, match=word):
        Items().add("k", ids, scores)


def test_a_key_is_given_once():
    items = Items()
    items.add("k", ["a"], [1.0])
    with pytest.raises(ValueError, match="'k'"):
        items.add("k", ["a"], [0.0])


def _npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a zip",
        _npz(**{"keys.0.bits": np.frombuffer(b"k", np.uint8)}),
        _npz(**{"keys.0": np.array([{}], dtype=object)}),
        _npz(**{"ids.0": np.array(["a"]), "keys.0": np.array(["k"]), "scores.0": np.ones((1, 1))}),
    ],
    ids=["empty", "text", "half", "pickle", "version 1, a number an item"],
)
def test_other_files_are_refused(content):
    with pytest.raises(ValueError):
        Items.from_bytes(content)
