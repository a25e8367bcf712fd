"""Parameters: refused by name, and meaning the same from a command line and from a notebook."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.study.param_types import as_boolean, as_integer, as_names, as_number
from helpers.study.params import (
    AlignmentParams,
    build,
    describe,
    parse,
    published,
)

CHAPTER = "02_alignment"

FAULTS = [
    ("n_pairs", "-3", "10 or more"),
    ("n_pairs", "9", "10 or more"),
    ("n_pairs", "1.5", "whole number"),
    ("n_pairs", "1e3", "whole number"),
    ("n_pairs", "", "whole number"),
    ("n_pairs", "9" * 50, "whole number"),
    ("seed", "abc", "whole number, 0 or more"),
    ("seed", "-1", "0 or more"),
    ("token_budget", "0", "1 or more"),
    ("no_such_name", "1", "n_pairs"),
    ("data", "lba", "lab, hub, local:<folder>"),
    ("data", "local:", "lab, hub, local:<folder>"),
    ("device", "gpu", "cuda"),
    ("encoders", "", "one or more names"),
    ("encoders", "a,,b", "one or more names"),
    ("target_languages", "ko,ko", "differ"),
]


@pytest.mark.parametrize(("name", "value", "accepted"), FAULTS)
def test_faults_are_told_by_parameter_given_and_accepted(name, value, accepted):
    with pytest.raises(UserError) as caught:
        parse(CHAPTER, [(name, value)])
    assert caught.value.parameter == name
    assert caught.value.given == value
    assert accepted in caught.value.accepted


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", 1.0), ("seed", True), ("seed", None), ("n_pairs", [100]), ("data", 3)]
    + [("target_languages", [1]), ("target_languages", []), ("encoders", {"a": 1})],
)
def test_wrong_python_values_are_refused_too(name, value):
    with pytest.raises(UserError) as caught:
        build(CHAPTER, {name: value})
    assert caught.value.parameter == name


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(UserError, match="seed"):
        parse(CHAPTER, [("seed", "1"), ("seed", "2")])


def test_unknown_chapter():
    with pytest.raises(UserError, match="accepted: 01_embedding, 02_alignment"):
        parse("02_alignement", [])


@pytest.mark.parametrize(
    ("spelt", "values"),
    [
        ([("seed", "7")], {"seed": 7}),
        ([("target_languages", "ko, de")], {"target_languages": ["ko", "de"]}),
        ([("target_languages", "no")], {"target_languages": False}),
        ([("target_languages", "ko,no")], {"target_languages": ["ko", False]}),
        ([("encoders", "a/b")], {"encoders": ("a/b",)}),
        ([("source_language", "no")], {"source_language": False}),
    ],
)
def test_command_line_and_papermill_mean_the_same(spelt, values):
    assert parse(CHAPTER, spelt) == build(CHAPTER, values)


def test_traps_of_yaml():
    assert as_number("1e-3") == 1e-3
    assert as_boolean("no") is False
    assert as_names(False) == ("no",)
    for wrong in (1, 0, "maybe", None):
        with pytest.raises(ValueError):
            as_boolean(wrong)
    for wrong in ("nan", "inf", True, None, "x"):
        with pytest.raises(ValueError):
            as_number(wrong)


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_integers_survive_spelling(number):
    assert as_integer(str(number)) == number == as_integer(number)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=8))
def test_no_text_becomes_a_wrong_integer(text):
    try:
        number = as_integer(text)
    except ValueError:
        return
    assert text.strip().lstrip("+-").isdecimal()
    assert number == int(text)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{2,3}", fullmatch=True), min_size=1, max_size=5, unique=True))
def test_lists_survive_spelling(names):
    assert as_names(",".join(names)) == tuple(names) == as_names(names)


def test_params_cannot_be_changed():
    params = AlignmentParams()
    with pytest.raises(ValueError):
        params.seed = 3


def test_published_has_no_path_and_nothing_of_how():
    params = build(CHAPTER, {"data": "local:/home/someone/data", "encoders": "/home/someone/enc"})
    told = published(params, {"/home/someone/enc": "enc"})
    assert "someone" not in str(told)
    assert told["data"] == "local"
    assert told["encoders"] == ["enc"]
    assert not {"device", "token_budget"} & set(told)


def test_describe_names_every_parameter_with_a_meaning():
    told = describe(CHAPTER)
    assert [name for name, _, _ in told] == list(AlignmentParams.model_fields)
    assert all(meaning for _, _, meaning in told)
