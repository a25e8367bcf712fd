"""Item scores: what goes in comes out, compactly, and nothing else is read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.study.items import Items


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3), max_size=4))
def test_round_trip(rows):
    items = Items()
    for number, scores in enumerate(rows):
        items.add(f"k{number}", ["a", "b", "c"], scores)
    items.add_curve("k0.loss", [3.0, 2.0])
    again = Items.from_bytes(items.to_bytes())
    assert sorted(again) == sorted(items)
    for number, scores in enumerate(rows):
        assert again[f"k{number}"].tolist() == scores
        assert again.ids(f"k{number}") == ["a", "b", "c"]
    assert again.curves["k0.loss"].tolist() == [3.0, 2.0]


def test_equal_contents_give_equal_bytes_and_right_or_wrong_takes_little():
    def made():
        items, rng = Items(), np.random.default_rng(0)
        for number in range(500):
            items.add(f"{number:012d}", map(str, range(600)), rng.integers(0, 2, 600))
        return items.to_bytes()

    content = made()
    assert content == made()
    assert len(content) < 500 * 600 / 4, "about a bit an item"


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
        _npz(**{"keys.0": np.array(["k"])}),
        _npz(**{"keys.0": np.array([{}], dtype=object)}),
    ],
    ids=["empty", "text", "half", "pickle"],
)
def test_other_files_are_refused(content):
    with pytest.raises(ValueError):
        Items.from_bytes(content)
