"""JSON lines and arrays: every object comes back; what is none is counted, or refused by line."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.kinds import Labels
from helpers.data.readers import READERS, File
from helpers.data.readers.json_text import json_array, json_lines
from helpers.data.rows import Rows, collect
from helpers.errors import UserError

BOM = b"\xef\xbb\xbf"
PAIR = {"text": "premise", "text2": "hypothesis"}


def classification(events) -> Rows:
    return collect(
        events,
        "classification",
        prefix="dev",
        language="en",
        files=("x",),
        labels=Labels(("entailment", "neutral", "contradiction"), {"e": "entailment"}),
    )


def choice(events) -> Rows:
    return collect(events, "choice", prefix="dev", language="en", files=("x",))


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(values, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_value_is_one_row_on_its_line(written: list, end: str, bom: bool) -> None:
    encoded = [json.dumps(value) for value in written]
    expected = [value if isinstance(value, dict) else None for value in written]
    lines = File("x.jsonl", BOM * bom + end.join(encoded).encode())
    array = File("x.json", BOM * bom + f"[{end}{f',{end}'.join(encoded)}{end}]".encode())
    for events, first in ((list(json_lines(lines)), 1), (list(json_array(array)), 2)):
        assert [line for line, _ in events] == list(range(first, first + len(written)))
        assert [value if isinstance(value, dict) else None for _, value in events] == expected


def test_an_array_tells_the_line_of_each_element() -> None:
    content = b'\n[ {"a": [\n1,\n2]},\n\n {"a": 3}, {"a": 4}\n]\n'
    assert list(json_array(File("x.json", content))) == [
        (2, {"a": [1, 2]}),
        (6, {"a": 3}),
        (6, {"a": 4}),
    ]
    assert list(json_array(File("x.json", b" [ ] "))) == []


# KLUE: nested labels, pretty-printed; XCOPA: CR LF; LingNLI: more fields than are wanted
def test_published_formats() -> None:
    klue = json.dumps(
        [{"guid": "g", "source": "airbnb", "sentence1": "a", "labels": {"real-label": 4.857}}],
        indent=4,
    ).replace("\n", "\r\n")
    columns = {"score": "labels.real-label", "genre": "source"}
    ((line, fields),) = json_array(File("x.json", klue.encode()), columns=columns)
    assert (line, fields["score"], fields["genre"]) == (2, 4.857, "airbnb")

    xcopa = (
        b'{"premise": "P", "choice1": "A", "choice2": "B", "question": "cause", "label": 1, '
        b'"idx": 0, "changed": false}\r\n'
    )
    rows = choice(json_lines(File("x.jsonl", xcopa), columns={"context": "premise"}))
    assert rows.table.to_dict("records") == [
        {
            "id": "dev-00000",
            "context": "P",
            "question": "cause",
            "choices": ["A", "B"],
            "label": 1,
        }
    ]

    lingnli = (
        b'{"AnonId":1,"annotator_labels":["entailment"],"label":"entailment","premise":"p",'
        b'"hypothesis":"h","glue_labels":[null]}\n'
    )
    rows = classification(json_lines(File("x.jsonl", lingnli), columns=PAIR))
    assert rows.table[["text", "text2", "label"]].values.tolist() == [["p", "h", "entailment"]]

    nested = b'{"q": "Q", "choices": {"label": ["A", "B"], "text": ["x", "y"]}, "answerKey": "B"}'
    columns = {"question": "q", "choices": "choices.text", "label": "answerKey"}
    events = json_lines(File("x.jsonl", nested), columns=columns)
    rows = collect(
        events,
        "choice",
        prefix="dev",
        language="en",
        files=("x",),
        labels=Labels((), {"A": "0", "B": "1"}),
    )
    assert rows.table[["choices", "label"]].values.tolist() == [[["x", "y"], 1]]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "blank line"),
        (b"   ", "blank line"),
        (b"[]", "not a JSON object but list"),
        (b"3", "not a JSON object but int"),
        (b"null", "not a JSON object but NoneType"),
        (b'{"premise": "p"', "not valid JSON (Expecting ',' delimiter"),
        (b"{'premise': 'p'}", "not valid JSON ("),
        (b'{"label": NaN}', "not valid JSON (NaN is no JSON value)"),
        (b'{"label": -Infinity}', "not valid JSON (-Infinity is no JSON value)"),
        (b'{"label": ' + b"9" * 5000 + b"}", "not valid JSON ("),
        (b"[" * 100_000, "not valid JSON (nested too deeply)"),
        (b'{"premise": "p"} {}', "not valid JSON (Extra data"),
        (b'{"premise": "\xff"}', "not valid UTF-8 (byte 14 of the line)"),
        (b'{"premise": "\0"}', "holds the character 0x0000"),
        (b'{"premise": 3, "hypothesis": "h", "label": "e"}', "text is not text but int"),
        (b'{"premise": null, "hypothesis": "h", "label": "e"}', "no text"),
        (b'{"premise": " ", "hypothesis": "h", "label": "e"}', "text is empty"),
        (b'{"premise": "p", "hypothesis": "", "label": "e"}', "text2 is empty"),
        (b'{"premise": "p", "label": "e"}', "no text2"),
        (b'{"premise": "p", "hypothesis": "h"}', "no label"),
        (b'{"premise": "p", "hypothesis": "h", "label": "-"}', "label is none of entailment"),
        (b'{"premise": "p", "hypothesis": "h", "label": 0}', "label is none of entailment"),
        (b'{"premise": "p", "hypothesis": "h", "label": ["e"]}', "label is not a name but list"),
        (b'{"premise": "\\ud800", "hypothesis": "h", "label": "e"}', "text holds the character"),
        (b'{"premise": "\\u0000", "hypothesis": "h", "label": "e"}', "text holds the character"),
    ],
)
def test_a_bad_line_is_counted_and_its_neighbours_stay(line: bytes, reason: str) -> None:
    good = b'{"premise": "p", "hypothesis": "h", "label": "e"}'
    rows = classification(json_lines(File("x.jsonl", b"\n".join([good, line, good])), columns=PAIR))
    assert rows.table.id.tolist() == ["dev-00000", "dev-00002"]
    (skip,) = rows.report.skipped
    assert skip.line == 2
    assert skip.reason.startswith(reason)


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("2", "label is 2 of 2 choices"),
        ("-1", "label is not a whole number"),
        ("true", "label is not a whole number"),
        ("1.0", "label is not a whole number"),
        ("null", "label is not a whole number"),
        ('"one"', "label is not a whole number"),
        ("[1]", "label is not a whole number"),
        ("9" * 400, "label is 9"),
    ],
)
def test_wrong_labels_of_a_choice_are_counted(label: str, reason: str) -> None:
    line = f'{{"question": "q", "choices": ["a", "b"], "label": {label}}}'
    (skip,) = choice(json_lines(File("x.jsonl", line.encode()))).report.skipped
    assert skip.reason.startswith(reason)


def test_a_score_that_no_float_holds_is_counted() -> None:
    line = b'{"sentence1": "a", "sentence2": "b", "score": ' + b"9" * 400 + b"}"
    events = json_lines(File("x.jsonl", line))
    rows = collect(events, "similarity", prefix="p", language="en", files=("x",))
    (skip,) = rows.report.skipped
    assert skip.reason == f"score is outside 0 to 5: {math.inf:g}"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (BOM, "is empty"),
        (b'{"a": 1}', "line 1: no JSON array starts here"),
        (b"\n\nx", "line 3: no JSON array starts here"),
        (b'[{"a": 1},\n{"b": }]', "line 2: not valid JSON (Expecting value"),
        (b'[{"a": 1}\n{"b": 2}]', "line 2: not valid JSON (neither comma nor end"),
        (b'[{"a": 1},', "line 1: not valid JSON (Expecting value"),
        (b'[{"a": 1}', "line 1: not valid JSON (neither comma nor end"),
        (b'[{"a": 1}]\n[]', "line 2: something follows the end"),
        (b"[\n" + b"[" * 100_000, "line 2: not valid JSON (nested too deeply)"),
        (b'[{"a": 1},\n{"b": "\xff"}]', "line 2: not valid UTF-8"),
        (b"[{}, NaN]", "line 1: not valid JSON (NaN is no JSON value)"),
        ('[{"a": 1}]'.encode("utf-16"), "is UTF-16"),
    ],
)
def test_a_broken_array_is_refused_with_its_line(content: bytes, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        list(json_array(File("set/x.json", content)))
    assert caught.value.given.startswith(f"set/x.json: {problem}")


# Bytes that break JSON, in any order: the structure that random bytes seldom have
_PIECES = [b"[", b"]", b"{", b"}", b'"', b",", b":", b"\n", b"\r\n", b"\r", b"\0", BOM, b"\xff"]
_PIECES += [b'"premise"', b'"hypothesis"', b'"label"', b'"e"', b"null", b"NaN", b"1e999", b"\\u"]
_PIECES += [b'{"premise": "p", "hypothesis": "h", "label": "e"}', b"12", b" ", b"\\ud800"]
_PIECES += ["\u2028".encode()]
fuzz = st.one_of(
    st.binary(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=30).map(b"".join)
)


@settings(deadline=None, max_examples=150)
@given(fuzz)
def test_no_bytes_crash_a_reader_or_lose_a_row(content: bytes) -> None:
    for name in ("json-lines", "json-array"):
        try:
            events = list(READERS[name](File("set/file", content), columns=PAIR))
        except UserError as error:
            assert "set/file" in str(error)
            continue
        for kind in ("classification", "choice", "similarity"):
            report = collect(events, kind, prefix="p", language="xx", files=("f",)).report
            assert report.rows_read == report.rows_kept + len(report.skipped) == len(events)
        if name == "json-lines":
            body = content.removeprefix(BOM)
            physical = body.count(b"\n") + (not body.endswith(b"\n"))
            assert [line for line, _ in events] == list(range(1, physical + 1))


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(["text", "text2", "label", "genre", "choices", "choice1", "choice2"])
        | st.sampled_from(["question", "context", "score", "sentence1", "sentence2"]),
        values,
        max_size=7,
    )
)
def test_no_json_type_crashes_a_check(row: dict) -> None:
    events = list(json_lines(File("x", json.dumps(row).encode())))
    for kind in ("classification", "choice", "similarity"):
        report = collect(events, kind, prefix="p", language="xx", files=("f",)).report
        assert report.rows_kept + len(report.skipped) == 1


def test_a_huge_field_is_read() -> None:
    huge = "x" * 3_000_000
    line = json.dumps({"premise": huge, "hypothesis": huge, "label": "e"}).encode()
    rows = classification(json_lines(File("x.jsonl", line), columns=PAIR))
    assert rows.table.text[0] == rows.table.text2[0] == huge
