"""SQuAD's JSON: questions come back, what is no question is counted, what is no JSON refused."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import File
from helpers.data.readers.squad import squad
from helpers.data.rows import RowProblem, Rows, collect
from helpers.errors import UserError

QUESTION = {"id": "q1", "question": "Wer?", "answers": [{"text": "Kim", "answer_start": 0}]}
PARAGRAPH = {"context": "Kim kam.", "qas": [QUESTION]}
ARTICLE = {"title": "Kim", "paragraphs": [PARAGRAPH]}
OTHER = {"id": "77", "paragraphs": [{"context": "Er ging.", "qas": [QUESTION]}]}


def file(*articles: object, **more: object) -> File:
    return File("set/x.json", json.dumps({"data": list(articles)} | more).encode())


def spans(data: File) -> Rows:
    return collect(squad(data), "span", prefix="dev", language="de", files=(data.name,))


def test_the_published_format() -> None:
    other = copy.deepcopy(OTHER)
    other["paragraphs"][0]["qas"][0]["answers"] = [{"text": "ging", "answer_start": "3", "n": 1}]
    rows = spans(file(ARTICLE, other, version="1.1"))
    assert rows.table.to_dict("records") == [
        {"id": "dev-00000", "context": "Kim kam.", "question": "Wer?", "answers": ["Kim"]}
        | {"starts": [0], "article": "Kim"},
        {"id": "dev-00001", "context": "Er ging.", "question": "Wer?", "answers": ["ging"]}
        | {"starts": [3], "article": "77"},
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    plain = File("x", json.dumps({"data": [ARTICLE, OTHER]}, indent=1).encode())
    marked = File("x", b"\xef\xbb\xbf" + plain.data.replace(b"\n", b"\r\n"))
    assert list(squad(plain)) == list(squad(marked))


def test_a_file_of_one_article_tells_no_documents_apart() -> None:
    assert [fields["article"] for _, fields in squad(file(ARTICLE))] == [None]


def test_paragraphs_without_questions_are_no_rows() -> None:
    empty = ARTICLE | {"paragraphs": [PARAGRAPH | {"qas": []}, PARAGRAPH]}
    assert spans(file(empty, ARTICLE | {"paragraphs": []})).report.rows_read == 1


@pytest.mark.parametrize(
    ("article", "why"),
    [
        (7, "article 1: not an object but int"),
        ({"title": "T"}, "article 1: paragraphs is not a list but NoneType"),
        (ARTICLE | {"paragraphs": ["x"]}, "article 1, paragraph 1: not an object but str"),
        (
            ARTICLE | {"paragraphs": [{"context": "x", "qas": {}}]},
            "article 1, paragraph 1: qas is not a list but dict",
        ),
        (
            ARTICLE | {"paragraphs": [PARAGRAPH | {"qas": [None]}]},
            "article 1, paragraph 1: not an object but NoneType",
        ),
    ],
)
def test_what_is_no_question_is_counted(article: object, why: str) -> None:
    rows = spans(file(article, ARTICLE))
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [(1, why)]
    assert rows.table.id.tolist() == ["dev-00001"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"data": [\n{"title": }]}', r"set/x.json: line 2: not valid JSON"),
        (b'{"data": [NaN]}', "set/x.json: line 1: not valid JSON"),
        (b'{"data":' + b"[" * 100_000, "set/x.json: line 1: not valid JSON .nested too deeply"),
        (b'{"data": [' + b"9" * 5000 + b"]}", "set/x.json: line 1: not valid JSON"),
        (b'{"data": 1}', "set/x.json: no list named data"),
        (b"[]", "set/x.json: no list named data"),
        (b'{"data": [\n"\xff"]}', "set/x.json: line 2: not valid UTF-8"),
        (b"", "set/x.json: is empty"),
        (b"\xff\xfe{\x00}\x00", "set/x.json: is UTF-16"),
    ],
)
def test_what_is_no_json_is_refused_with_the_line(data: bytes, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        list(squad(File("set/x.json", data)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
PLACES = [
    [],
    ["data"],
    ["data", 0],
    ["data", 0, "title"],
    ["data", 0, "paragraphs"],
    ["data", 0, "paragraphs", 0],
    ["data", 0, "paragraphs", 0, "context"],
    ["data", 0, "paragraphs", 0, "qas"],
    ["data", 0, "paragraphs", 0, "qas", 0],
    ["data", 0, "paragraphs", 0, "qas", 0, "question"],
    ["data", 0, "paragraphs", 0, "qas", 0, "answers"],
    ["data", 0, "paragraphs", 0, "qas", 0, "answers", 0],
    ["data", 0, "paragraphs", 0, "qas", 0, "answers", 0, "text"],
    ["data", 0, "paragraphs", 0, "qas", 0, "answers", 0, "answer_start"],
]


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(PLACES), json_values)
def test_wrong_types_anywhere_are_an_error_or_a_counted_row(place: list, value: object) -> None:
    content: object = copy.deepcopy({"data": [ARTICLE, OTHER]})
    if place:
        holder = content
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
    else:
        content = value
    try:
        rows = spans(File("x.json", json.dumps(content).encode()))
    except UserError as error:
        assert "x.json" in str(error)
        return
    report = rows.report
    assert report.rows_read == report.rows_kept + len(report.skipped)
    for found in rows.table.itertuples():
        for answer, start in zip(found.answers, found.starts, strict=True):
            assert found.context[start:].startswith(answer)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=40) | st.text('{}[]":,data\\u0', max_size=40).map(str.encode))
def test_random_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        events = list(squad(File("x.json", data)))
    except UserError as error:
        assert "x.json" in str(error)
        return
    assert all(isinstance(fields, dict | RowProblem) for _, fields in events)


def test_a_huge_field_is_only_a_long_text() -> None:
    context = "a " * 500_000 + "Kim"
    question = QUESTION | {"answers": [{"text": "Kim", "answer_start": 1_000_000}]}
    rows = spans(file({"paragraphs": [{"context": context, "qas": [question]}]}))
    assert rows.table.starts[0] == [1_000_000]
    assert not rows.report.mended
