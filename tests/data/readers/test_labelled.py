"""Texts with labels, before them on the line or in a file beside: no row is lost or shifted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.kinds import Labels
from helpers.data.readers import File
from helpers.data.readers.labelled import label_first
from helpers.data.readers.parallel import text_labels
from helpers.data.rows import Rows, collect
from helpers.errors import UserError

BOM = b"\xef\xbb\xbf"
NAMES = Labels(("negative", "positive"), {"0": "negative", "1": "positive"})


def classification(events) -> Rows:
    return collect(
        events, "classification", prefix="all", language="en", files=("x",), labels=NAMES
    )


# What a line may hold, separators at which str.splitlines would break it included
texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\n\ufeff"), max_size=10
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("01"), texts), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_is_written_comes_back(records: list, end: str, bom: bool) -> None:
    good = [
        [text.strip(), ("negative", "positive")[int(label)]]
        for label, text in records
        if text.strip()
    ]
    one = "".join(f"{label} {text}{end}" for label, text in records).encode()
    two = [
        File("x", BOM * bom + "".join(f"{record[side]}{end}" for record in records).encode())
        for side in (1, 0)
    ]
    for events in (label_first(File("x", BOM * bom + one)), text_labels(*two)):
        rows = classification(events)
        assert rows.table[["text", "label"]].values.tolist() == good
        assert rows.report.rows_read == len(records)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "no blank after the label"),
        (b"1", "no blank after the label"),
        (b"1\tgood", "no blank after the label"),
        (b"1 ", "text is empty"),
        (b"1  ", "text is empty"),
        (b" good", "label is none of negative, positive: ''"),
        (b"2 good", "label is none of negative, positive: '2'"),
        (b"good one", "label is none of negative, positive: 'good'"),
        (b"1 caf\xe9", "not valid UTF-8 (byte 6 of the line)"),
        (b"1 a\0b", "holds the character 0x0000"),
        (b"1 a\rb", "holds a carriage return that ends no line"),
    ],
)
def test_a_bad_line_is_counted_and_its_neighbours_stay(line: bytes, reason: str) -> None:
    rows = classification(label_first(File("x", b'1 say "so\n' + line + b'\n0 no "\n')))
    assert rows.table.text.tolist() == ['say "so', 'no "']
    assert rows.table.id.tolist() == ["all-00000", "all-00002"]
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [(2, reason)]


def test_a_file_of_labels_of_another_length_is_refused() -> None:
    files = File("de/text.txt", b"a\nb\n"), File("de/labels.txt", b"1\n")
    with pytest.raises(UserError, match=r"de/text\.txt and de/labels\.txt: unequal .* 2 and 1"):
        list(text_labels(*files))


def test_a_bad_line_says_in_which_file() -> None:
    rows = classification(text_labels(File("t", b"\xff\nb\nc\n"), File("l", b"1\n\xff\n3\n")))
    assert [skip.reason for skip in rows.report.skipped] == [
        "text: not valid UTF-8 (byte 1 of the line)",
        "label: not valid UTF-8 (byte 1 of the line)",
        "label is none of negative, positive: '3'",
    ]


_PIECES = [b"0 ", b"1", b" ", b"\n", b"\r\n", b"\r", b"\0", b"\xff", BOM, b'"', b"word", b"\t"]
fuzz = st.one_of(
    st.binary(max_size=40), st.lists(st.sampled_from(_PIECES), max_size=20).map(b"".join)
)


@settings(deadline=None, max_examples=100)
@given(fuzz, fuzz)
def test_no_bytes_crash_a_reader_or_lose_a_row(first: bytes, second: bytes) -> None:
    files = File("set/a", first), File("set/b", second)
    for read in (lambda: label_first(files[0]), lambda: text_labels(*files)):
        try:
            events = list(read())
        except UserError as error:
            assert "set/" in str(error)
            continue
        report = classification(events).report
        assert report.rows_read == report.rows_kept + len(report.skipped) == len(events)
        assert [line for line, _ in events] == list(range(1, len(events) + 1))
