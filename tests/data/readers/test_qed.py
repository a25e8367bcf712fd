"""QED's two forms: answers of one span come back, those of several are counted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import File
from helpers.data.readers.qed import qed
from helpers.data.rows import Rows, collect

COMMON = {"example_id": -3, "title_text": "Prize", "question_text": "who won", "url": "u"}
COMMON |= {"paragraph_text": "Kim won , then Lee ."}
EARLY = COMMON | {"answer_text": ["Kim"], "answer_spans": [[0, 3]], "annotation": []}
FINAL = COMMON | {"original_nq_answers": [[{"start": 15, "end": 18, "string": "Lee"}]]}


def spans(*rows: object) -> Rows:
    data = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    found = qed(File("x", data.encode()))
    return collect(found, "span", prefix="dev", language="en", files=("x",))


def test_both_forms() -> None:
    rows = spans(EARLY, FINAL)
    assert rows.table.answers.tolist() == [["Kim"], ["Lee"]]
    assert rows.table.starts.tolist() == [[0], [15]]
    assert set(rows.table.article) == {"Prize"}


def test_alternatives_stay_and_answers_of_several_spans_do_not() -> None:
    (kim, lee) = ({"start": 0, "string": "Kim"}, {"start": 15, "string": "Lee"})
    rows = spans(
        FINAL | {"original_nq_answers": [[kim], [kim, lee], [lee]]},
        FINAL | {"original_nq_answers": [[kim, lee]]},
        EARLY | {"answer_text": ["Kim", "Lee"], "answer_spans": [[0, 3], [15, 18]]},
    )
    assert rows.table.answers.tolist() == [["Kim", "Lee"]]
    assert [note.reason for note in rows.report.mended] == ["left out: answer is 2 spans"]
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [
        (2, "answer is 2 spans"),
        (3, "answer is 2 spans"),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ("", "blank line"),
        (EARLY | {"answer_text": []}, "answers is empty"),
        (EARLY | {"answer_spans": ["x"]}, "start is not a whole number"),
        (EARLY | {"answer_spans": None}, "no starts"),
        (FINAL | {"original_nq_answers": []}, "answers is empty"),
        (FINAL | {"original_nq_answers": [[]]}, "answer is 0 spans"),
        (FINAL | {"original_nq_answers": [7]}, "answer is not text"),
        (FINAL | {"paragraph_text": None}, "no context"),
        (COMMON, "no answers"),
    ],
)
def test_what_is_no_row_is_counted_with_its_line(row: object, why: str) -> None:
    (skip,) = spans(EARLY, row, EARLY).report.skipped
    assert skip.line == 2
    assert skip.reason.startswith(why)


values = st.none() | st.integers(-2, 9) | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
KEYS = ["answer_text", "answer_spans", "original_nq_answers", "paragraph_text", "question_text"]


@settings(deadline=None, max_examples=80)
@given(st.sampled_from([EARLY, FINAL]), st.dictionaries(st.sampled_from(KEYS), values), st.data())
def test_wrong_types_are_counted(row: dict, change: dict, data: st.DataObject) -> None:
    report = spans(row | change, FINAL).report
    assert report.rows_read == 2 == report.rows_kept + len(report.skipped)
