"""What is said of a wrong parameter is the whole truth about it, and said once."""

from __future__ import annotations

import pytest

from helpers.data.corpus_pairs import draw_pairs
from helpers.errors import UserError
from helpers.study.params import parse


@pytest.mark.parametrize(
    ("chapter", "name", "value", "accepted"),
    [
        ("02_alignment", "seed", "9" * 26, "a whole number below 2^63, 0 or more"),
        ("02_alignment", "seed", "9" * 50, "a whole number below 2^63, 0 or more"),
        ("02_alignment", "seed", "abc", "a whole number, 0 or more"),
        ("02_alignment", "seed", "-1", "a whole number, 0 or more"),
        ("07_intermediate", "level", "99", "a whole number from 0 to 3"),
        ("07_intermediate", "level", "x", "a whole number, 0 or more"),
        ("03_sts", "learning_rates", "1e-4,1e-4", "values that differ from each other"),
    ],
)
def test_accepted(chapter, name, value, accepted):
    with pytest.raises(UserError) as caught:
        parse(chapter, [(name, value)])
    assert caught.value.accepted == accepted


def test_pairs_that_are_not_there_are_told_by_their_folder(tmp_path):
    with pytest.raises(UserError, match=f"{tmp_path}/nope"):
        draw_pairs(tmp_path / "nope", "ko", 3)
