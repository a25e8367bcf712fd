"""What a usable row of each kind is: the columns that come of it, and why others are left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.kinds import COLUMNS, KINDS, Labels
from helpers.data.rows import Rows, collect, fingerprint

SENTIMENT = Labels(("negative", "positive"), {"0": "negative", "1": "positive"})
SPAN = {"context": "  Seoul is in Korea.", "question": " Where? ", "answers": ["Korea"]}
SPAN |= {"starts": [14], "article": "Seoul"}


def row(kind: str, fields: dict, labels: Labels | None = None) -> Rows:
    return collect([(4, fields)], kind, prefix="t", language="en", files=("f",), labels=labels)


def kept(kind: str, fields: dict, labels: Labels | None = None) -> dict:
    (found,) = row(kind, fields, labels).table.drop(columns="id").to_dict("records")
    return found


def reason(kind: str, fields: dict, labels: Labels | None = None) -> str:
    (skip,) = row(kind, fields, labels).report.skipped
    assert skip.line == 4
    return skip.reason


def test_every_kind_of_a_record_has_columns() -> None:
    from helpers.study.row import KINDS as RECORDED

    assert set(KINDS) == set(RECORDED)
    assert all(columns[0] == "id" for columns in COLUMNS.values())


# -- classification


@pytest.mark.parametrize("label", ["1", " positive", "positive", 1])
def test_labels_are_named_as_the_task_does(label: object) -> None:
    found = kept("classification", {"text": " Good. ", "label": label}, SENTIMENT)
    assert found == {"text": "Good.", "text2": "", "label": "positive", "genre": ""}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": "a", "label": "2"}, "label is none of negative, positive: '2'"),
        ({"text": "a", "label": True}, "label is none of negative, positive: 'true'"),
        ({"text": "a", "label": 1.0}, "label is not a name but float"),
        ({"text": "a", "label": None}, "no label"),
        ({"text": "", "label": "1"}, "text is empty"),
        # a pair without its second sentence is no single sentence
        ({"text": "a", "text2": " ", "label": "1"}, "text2 is empty"),
        ({"text": "a", "text2": None, "label": "1"}, "no text2"),
    ],
)
def test_classification_rows_that_are_not_taken(fields: dict, why: str) -> None:
    assert reason("classification", fields, SENTIMENT) == why


# -- choice


def test_choices_as_a_list_or_one_by_one() -> None:
    listed = {"context": "c", "question": "cause", "choices": ["a ", "b"], "label": 1}
    single = {"context": "c", "question": "cause", "choice2": "b", "choice1": "a", "label": "B"}
    expected = {"context": "c", "question": "cause", "choices": ["a", "b"], "label": 1}
    assert kept("choice", listed) == expected
    assert kept("choice", single, Labels((), {"A": "0", "B": "1"})) == expected


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"context": None, "question": " "}, "context and question are both empty"),
        ({"label": 2}, "label is 2 of 2 choices, counted from 0"),
        ({"label": -1}, "label is not a whole number from 0: -1"),
        ({"label": True}, "label is not a whole number from 0: True"),
        ({"choices": "ab"}, "choices is not a list but str"),
        ({"choices": ["a", ""]}, "one of choices is empty"),
        ({"choices": []}, "choices is empty"),
    ],
)
def test_choice_rows_that_are_not_taken(change: dict, why: str) -> None:
    good = {"context": "c", "question": "q", "choices": ["a", "b"], "label": 0}
    assert reason("choice", good | change) == why


# -- tagging


def test_tokens_stay_as_they_are() -> None:
    labels = Labels(("O", "B-LC"), {"3": "B-LC"})
    found = kept("tagging", {"tokens": ["서", " ", "1 000"], "tags": [3, "O", "O"]}, labels)
    assert found == {"tokens": ["서", " ", "1 000"], "tags": ["B-LC", "O", "O"]}


@pytest.mark.parametrize(
    ("tokens", "tags", "why"),
    [
        (["a"], ["O", "O"], "1 tokens and 2 tags"),
        (["a", ""], ["O", "O"], "token 2 is not text but ''"),
        ([7], ["O"], "token 1 is not text but 7"),
        (["a\0"], ["O"], "a token holds the character 0x0000"),
        (["a"], ["_"], "tag is none of O: '_'"),
        (["a"], [None], "no tag"),
        ([], [], "tokens is empty"),
    ],
)
def test_tagged_rows_that_are_not_taken(tokens: list, tags: list, why: str) -> None:
    assert reason("tagging", {"tokens": tokens, "tags": tags}, Labels(("O",))) == why


# -- span


def test_the_context_stays_as_it_is_and_answers_lose_their_blanks() -> None:
    found = kept("span", SPAN | {"answers": [" Korea"], "starts": ["13"]})
    assert found["context"] == SPAN["context"]
    assert (found["question"], found["answers"], found["starts"]) == ("Where?", ["Korea"], [14])


@pytest.mark.parametrize(
    ("start", "found"),
    [(0, 0), (1, 0), (3, 4), (5, 4), (9, 8), (50, 8), ("4", 4), (-1, 0)],
)
def test_an_answer_beside_its_offset_is_found_at_the_nearest_place(start, found: int) -> None:
    rows = row("span", SPAN | {"context": "abc abc abc", "answers": ["abc"], "starts": [start]})
    assert rows.table.starts[0] == [found]
    moved = [] if str(start) == str(found) else [f"start {start} moved to {found}"]
    assert [note.reason for note in rows.report.mended] == moved
    assert rows.report.rows_kept == 1


def test_an_answer_that_is_not_there_is_left_out_and_counted() -> None:
    rows = row("span", SPAN | {"answers": ["Korea", "Japan", ""], "starts": [14, 0, 0]})
    assert rows.table.answers[0] == ["Korea"]
    assert [(note.line, note.reason) for note in rows.report.mended] == [
        (4, "left out: answer is not in the context"),
        (4, "left out: answer is empty"),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"answers": ["Japan"]}, "answer is not in the context"),
        ({"answers": []}, "answers is empty"),
        ({"answers": None}, "no answers"),
        ({"answers": [["Korea", "is"]]}, "answer is 2 spans"),
        ({"answers": ["Korea", "is"]}, "2 answers and 1 starts"),
        ({"starts": [None]}, "start is not a whole number from 0: None"),
        ({"starts": [14.0]}, "start is not a whole number from 0: 14.0"),
        ({"starts": ["x"]}, "start is not a whole number from 0: 'x'"),
        ({"context": " \n"}, "context is empty"),
        ({"context": "a\ud800"}, "context holds the character 0xd800"),
        ({"question": " "}, "question is empty"),
    ],
)
def test_span_rows_that_are_not_taken(change: dict, why: str) -> None:
    assert reason("span", SPAN | change) == why


def test_without_a_name_texts_are_the_unit_of_clustering() -> None:
    rows = [SPAN | {"article": None}, SPAN | {"article": ""}, SPAN | {"context": "In Korea."}]
    names = [kept("span", fields | {"starts": [3]})["article"] for fields in rows]
    assert names[0] == names[1] != names[2] == "Seoul"


@settings(deadline=None, max_examples=50)
@given(
    st.text("ab ", min_size=1, max_size=12),
    st.text("ab ", max_size=3),
    st.integers(-2, 15) | st.text("0a", max_size=2) | st.none(),
)
def test_every_answer_stands_at_its_start(context: str, answer: str, start: object) -> None:
    fields = {"context": context, "question": "?", "answers": [answer], "starts": [start]}
    rows = row("span", fields)
    assert rows.report.rows_read == rows.report.rows_kept + len(rows.report.skipped) == 1
    for one in rows.table.itertuples():
        assert one.context[one.starts[0] :].startswith(one.answers[0])
        assert one.answers[0] == answer.strip() != ""


def test_fingerprints_tell_lists_apart() -> None:
    one, two = (row("span", SPAN | {"starts": [start]}) for start in (14, 13))
    assert one.fingerprint == two.fingerprint, "both were found at the same place"
    tagged = [row("tagging", {"tokens": t, "tags": ["X"] * len(t)}) for t in (["ab"], ["a", "b"])]
    assert len({rows.fingerprint for rows in tagged}) == 2
    assert fingerprint(tagged[0].table.set_axis([5])) == tagged[0].fingerprint
