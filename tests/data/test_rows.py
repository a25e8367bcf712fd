"""Checks of a row, the report's sums, and a fingerprint of the content alone."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.rows import collect, draw, fingerprint


def rows_of(*fields: dict, kind: str = "similarity", **options):
    events = list(enumerate(fields, start=1))
    options = {"prefix": "test", "language": "en", "files": ("f",)} | options
    return collect(events, kind, **options)


GOOD = {"sentence1": "a", "sentence2": "b", "score": "1"}


@pytest.mark.parametrize("score", ["0", "5", "5.000000", ".5", "1.", " 2 ", "1e0", 3, 2.5])
def test_scores_that_are_taken(score: object) -> None:
    assert rows_of(GOOD | {"score": score}).table.score[0] == float(score)


@pytest.mark.parametrize(
    "score", ["", "nan", "inf", "٣", "0x1", "1,5", "5.0001", None, True, [1], float("nan"), -1, 6]
)
def test_scores_that_are_not(score: object) -> None:
    rows = rows_of(GOOD | {"score": score})
    assert rows.report.rows_kept == 0
    assert rows.report.skipped[0].reason.startswith("score is ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no sentence1"),
        (7, "sentence1 is not text but int"),
        ("\u3000 ", "sentence1 is empty"),
        ("a\ud800", "sentence1 holds the character 0xd800"),
    ],
)
def test_sentences_that_are_not_taken(text: object, reason: str) -> None:
    assert rows_of(GOOD | {"sentence1": text}).report.skipped[0].reason == reason


def test_ids_count_every_row_that_was_read() -> None:
    rows = rows_of({}, GOOD, {}, GOOD)
    assert rows.table.id.tolist() == ["test-00001", "test-00003"]
    assert [skip.line for skip in rows.report.skipped] == [1, 3]


def test_an_own_id_is_kept_on_request_only() -> None:
    assert rows_of(GOOD | {"id": "x"}).table.id[0] == "test-00000"
    assert rows_of(GOOD | {"id": "x"}, keep_ids=True).table.id[0] == "x"
    assert rows_of(GOOD, keep_ids=True).report.skipped[0].reason == "no id"


def test_a_report_is_json() -> None:
    report = rows_of(GOOD, {}).report
    assert json.loads(json.dumps(report.to_dict())) == {
        "files": ["f"],
        "rows_read": 2,
        "rows_kept": 1,
        "skipped": [{"line": 2, "reason": "no sentence1"}],
        "drawn": None,
        "mended": [],
    }


tables = st.lists(st.tuples(st.text(max_size=3), st.floats(0, 5)), min_size=1, max_size=4)


@settings(deadline=None, max_examples=40)
@given(tables, tables)
def test_fingerprints_agree_exactly_when_contents_do(a, b) -> None:
    frames = [pd.DataFrame(rows, columns=["id", "score"]) for rows in (a, b)]
    # -0.0 equals 0.0 and is written otherwise
    same = [[(i, repr(s)) for i, s in rows] for rows in (a, b)]
    assert (fingerprint(frames[0]) == fingerprint(frames[1])) == (same[0] == same[1])


def test_fingerprints_do_not_change_between_versions() -> None:
    table = pd.DataFrame({"id": ["x"], "score": [1.5], "text": ["한"]})
    assert fingerprint(table) == "6609bf17c2144e10f04d244d9d10d49967b62ca9bcb14b4d29505da8db8e83f3"
    assert fingerprint(table.set_axis([9])) == fingerprint(table)
    assert fingerprint(table.rename(columns={"text": "t"})) != fingerprint(table)


def test_draw_is_an_ordered_sample_of_the_seed() -> None:
    rows = rows_of(*[GOOD] * 50)
    first, again, other = draw(rows, 10, 0), draw(rows, 10, 0), draw(rows, 10, 1)
    assert first.table.equals(again.table)
    assert first.table.id.tolist() != other.table.id.tolist()
    assert first.table.id.is_monotonic_increasing
    assert set(first.table.id) <= set(rows.table.id)
    assert len(first.table) == first.report.drawn == 10
    assert (first.report.rows_kept, rows.report.drawn) == (50, None)
    assert first.fingerprint not in (other.fingerprint, rows.fingerprint)
    assert draw(rows, 50, 0) is rows
