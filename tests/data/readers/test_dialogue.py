"""DREAM's dialogues: a row for each question; what is no dialogue or question is counted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import File
from helpers.data.readers.dialogue import dialogues
from helpers.data.rows import Rows, collect
from helpers.errors import UserError

QUESTION = {"question": "Who?", "choice": ["he", "she", "we"], "answer": "she"}


def choice(events) -> Rows:
    return collect(events, "choice", prefix="dev", language="en", files=("x",))


def read(value: object) -> Rows:
    return choice(dialogues(File("x.json", json.dumps(value).encode())))


def test_the_published_format() -> None:
    published = [
        [["M: Hi.", "W: Yes?"], [QUESTION, QUESTION | {"question": "Why?", "answer": "we"}], "5-1"],
        [["M: Bye."], [QUESTION], "5-2"],
    ]
    text = json.dumps(published, indent=2).replace("\n", "\r\n")
    rows = choice(dialogues(File("x.json", text.encode())))
    assert rows.table[["id", "context", "question", "label"]].values.tolist() == [
        ["dev-00000", "M: Hi.\nW: Yes?", "Who?", 1],
        ["dev-00001", "M: Hi.\nW: Yes?", "Why?", 2],
        ["dev-00002", "M: Bye.", "Who?", 1],
    ]
    assert rows.table.choices[0] == ["he", "she", "we"]
    assert rows.report.skipped == ()
    second = text[: text.index("M: Bye.")].count("\n") - 1  # two brackets before it
    assert [line for line, _ in dialogues(File("x.json", text.encode()))] == [2, 2, second]


@pytest.mark.parametrize(
    ("dialogue", "reason"),
    [
        ({}, "not a dialogue"),
        ([["M: Hi."], [QUESTION]], "not a dialogue"),
        ([["M: Hi."], [], "1"], "not a dialogue"),
        ([[], [QUESTION], "1"], "not a dialogue"),
        ([["M: Hi.", 3], [QUESTION], "1"], "not a dialogue"),
        (["M: Hi.", [QUESTION], "1"], "not a dialogue"),
        ([["M: Hi."], ["Who?"], "1"], "not a question"),
        ([["M: Hi."], [{"question": "Who?"}], "1"], "not a question"),
        ([["M: Hi."], [QUESTION | {"choice": "he"}], "1"], "not a question"),
        ([["M: Hi."], [QUESTION | {"answer": 1}], "1"], "not a question"),
        ([["M: Hi."], [QUESTION | {"answer": "they"}], "1"], "the answer is 0 of the choices"),
        ([["M: Hi."], [QUESTION | {"choice": ["she", "she"]}], "1"], "the answer is 2 of the"),
        ([["M: Hi."], [QUESTION | {"choice": ["she", 3]}], "1"], "one of choices is not text"),
    ],
)
def test_what_is_wrong_is_counted_and_its_neighbours_stay(dialogue: object, reason: str) -> None:
    good = [["M: Hi."], [QUESTION], "0"]
    rows = read([good, dialogue, good])
    assert rows.table.id.tolist() == ["dev-00000", "dev-00002"]
    (skip,) = rows.report.skipped
    assert skip.reason.startswith(reason)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=4) | st.just(QUESTION),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["question", "choice", "answer"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=40),
        st.lists(values, max_size=3).map(lambda value: json.dumps(value).encode()),
        st.lists(
            st.tuples(st.lists(st.text(max_size=3), max_size=2), st.lists(values, max_size=2)),
            max_size=2,
        ).map(lambda pairs: json.dumps([[*pair, "1-1"] for pair in pairs]).encode()),
    )
)
def test_no_content_crashes_the_reader_or_loses_a_row(content: bytes) -> None:
    try:
        events = list(dialogues(File("set/x.json", content)))
    except UserError as error:
        assert "set/x.json" in str(error)
        return
    report = choice(events).report
    assert report.rows_read == report.rows_kept + len(report.skipped) == len(events)
