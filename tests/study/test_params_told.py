"""What is said of a wrong parameter is the whole truth about it, and said once."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.data.corpus_pairs import draw_pairs
from helpers.errors import UserError
from helpers.study.params import MODELS, PURPOSES, parse, refuse_unknown


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
        (
            "07_intermediate",
            "permuted",
            "false",
            "true: a target counts if it beats its permuted labels, too",
        ),
    ],
)
def test_accepted(chapter, name, value, accepted):
    with pytest.raises(UserError) as caught:
        parse(chapter, [(name, value)])
    assert caught.value.accepted == accepted


def test_pairs_that_are_not_there_are_told_by_their_folder(tmp_path):
    with pytest.raises(UserError, match=f"{tmp_path}/nope"):
        draw_pairs(tmp_path / "nope", "ko", 3)


OWN = "# whose runs\nseed = 0\nlevels = [0, 3]\n"


def test_a_misspelt_parameter_of_papermill_is_refused():
    with pytest.raises(UserError, match="sed") as refused:
        refuse_unknown(["import numpy", OWN, "# Parameters\nseed = 2\nsed = 1\n", "build(seed)"])
    assert refused.value.accepted == "only the parameters seed, levels"


@pytest.mark.parametrize(
    "executed",
    [[], [OWN], [OWN, "seed = 5\nother = 1"], [OWN, '# Parameters\nlevels = "0,3"\nseed = 1']],
)
def test_a_page_with_its_own_parameters_goes_on(executed):
    refuse_unknown(executed)
    refuse_unknown()  # no notebook here


def test_every_study_has_a_purpose_and_help_of_one_is_of_that_one():
    assert set(PURPOSES) == set(MODELS)
    told = CliRunner().invoke(main, ["run", "04_mrc", "--help"]).output
    assert "Parameters of 04_mrc" in told and "Parameters of 03_sts" not in told
    assert "train_size 3000" in told and "laboratory: train_size 1500" in told
    of_all = CliRunner().invoke(main, ["run", "--help"]).output
    assert "Parameters of 03_sts" in of_all and "level_transfer" in of_all
