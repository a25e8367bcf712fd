"""Rows, records and what makes two records the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.study.record import Record, environment, identity


def test_json_gives_the_record_back_and_is_stable(a_row, a_record):
    record = a_record([a_row(), a_row(method="cca", low=None, high=None)])
    text = record.to_json()
    again = Record.model_validate(json.loads(text))
    assert again == record
    assert again.to_json() == text
    assert '   ["cca",null,null]' in text.splitlines(), "one row a line, what is shared told once"
    assert list(json.loads(text)) == list(Record.model_fields), "declared order"


TABLES = st.lists(
    st.tuples(
        st.sampled_from(["precision@1", "hubness"]),
        st.sampled_from(["ridge", "cca"]),
        st.sampled_from(["ko", "de"]),
        st.sampled_from([{}, {"n_pairs": 1}, {"n_pairs": True}, {"n_pairs": None}, {"side": "x"}]),
    ),
    unique_by=repr,
    max_size=12,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TABLES)
def test_rows_come_back_from_tables_whatever_they_share(a_row, a_record, places):
    names = ("name", "method", "target_language", "setting")
    rows = [a_row(**dict(zip(names, place, strict=True))) for place in places]
    record = a_record(rows)
    again = Record.model_validate(json.loads(record.to_json()))
    assert again == record
    assert {row.key for row in again.rows} == {row.key for row in rows}
    for name in ("precision@1", "hubness"):  # the order within one table is the order they came in
        for language in ("ko", "de"):
            plain = [r.key for r in rows if r.setting == {} and r.name == name]
            kept = [r.key for r in again.rows if r.setting == {} and r.name == name]
            of = {r.key: r.target_language for r in rows}
            assert [k for k in kept if of[k] == language] == [k for k in plain if of[k] == language]


def test_a_row_takes_little_room(a_row, a_record):
    """Thousands of rows a run: the committed records would grow past what a repository should."""
    rows = [
        a_row(method=method, setting={"n_pairs": n, "direction": side}, value=0.123456)
        for method in ("ridge", "cca", "procrustes")
        for n in range(100)
        for side in ("target->source", "source->target")
    ]
    assert len(a_record(rows).to_json()) < 70 * len(rows)


def test_setting_order_does_not_matter(a_row, a_record):
    one, other = a_row(setting={"a": 1, "b": 2}), a_row(setting={"b": 2, "a": 1})
    assert one.key == other.key
    assert a_record([one]).to_json() == a_record([other]).to_json()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"value": float("nan")}, "finite"),
        ({"low": 0.4, "high": None}, "together"),
        ({"low": 0.7}, "above"),
        ({"kind": "guessing"}, "accepted: similarity"),
        ({"n": -1}, "greater"),
        ({"sentence": "text"}, "Extra"),
    ],
)
def test_a_row_that_cannot_be_is_refused(changes, word, a_row):
    with pytest.raises(ValueError, match=word):
        a_row(**changes)


def test_key_names_the_measurement_not_the_outcome_or_the_seed(a_row):
    row = a_row()
    assert row.key == a_row(value=0.1, low=0.0, high=0.2, n=5).key
    assert row.key == a_row(seed=1).key
    assert row.key != a_row(method="cca").key
    assert row.key != a_row(setting={"n_pairs": 101}).key


def test_two_rows_with_the_same_coordinates_are_refused(a_row, a_record):
    with pytest.raises(ValueError, match="same coordinates"):
        a_record([a_row(), a_row(value=0.55)])


def test_a_changed_record_is_noticed(a_record):
    content = json.loads(a_record().to_json())
    content["params"]["seed"] = 1
    with pytest.raises(ValueError, match="identity"):
        Record.model_validate(content)


PARTS = ["02_alignment", 1, {"seed": 0, "n": 5}, {"source": "lab"}, {"tiny": "abc"}]


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (0, "03_sts"),
        (1, 2),
        (2, {"seed": 1, "n": 5}),
        (3, {"source": "local"}),
        (4, {"tiny": "abd"}),
    ],
)
def test_identity_changes_with_each_of_its_parts(place, other):
    changed = [*PARTS]
    changed[place] = other
    assert identity(*PARTS) != identity(*changed)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.booleans()))
def test_identity_ignores_order(params):
    turned = dict(reversed(params.items()))
    assert identity("c", 1, params, {}, {}) == identity("c", 1, turned, {}, {})


def test_identity_is_what_it_was():
    """A change of the hash would orphan every committed record."""
    assert identity(*PARTS) == "611304d8ae193591"


def test_select(a_row, a_record):
    record = a_record([a_row(), a_row(method="cca")])
    assert [row.method for row in record.select(method="cca", n_pairs=100)] == ["cca"]
    assert record.select(method="cca", n_pairs=5) == []
    with pytest.raises(ValueError, match="no_such"):
        record.select(no_such=1)


def test_environment_says_what_a_number_may_depend_on():
    told = environment("cpu")
    assert {"python", "torch", "numpy", "package", "threads", "cpu_capability", "device"} <= set(
        told
    )
    json.dumps(told)
