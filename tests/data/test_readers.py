"""Readers: what is written comes back; what is broken is counted, or an error that says where."""

from __future__ import annotations

import csv as csv_module
import io
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.readers import READERS, File, csv, line_pairs, read_file, tsv
from helpers.data.rows import Rows, collect
from helpers.errors import UserError

STSB = ("sentence1", "sentence2", "score")
BOM = b"\xef\xbb\xbf"


def similarity(events) -> Rows:
    return collect(events, "similarity", prefix="train", language="en", files=("x",))


def retrieval(events) -> Rows:
    return collect(events, "retrieval", prefix="xxx", language="xx", files=("x", "y"))


# Anything a sentence may hold in a quoted file; "\r" ends lines and has its own tests
texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\ufeff"), max_size=12
)
scores = st.floats(0, 5).map(lambda score: f"{score:.3f}")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(texts, texts, scores), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_csv_gives_back_what_a_csv_writer_wrote(records, end: str, bom: bool) -> None:
    written, starts = io.StringIO(newline=""), []
    writer = csv_module.writer(written, lineterminator=end)
    for record in records:
        starts.append(written.getvalue().count("\n") + 1)
        writer.writerow(record)
    data = BOM * bom + written.getvalue().encode()
    rows = similarity(csv(File("x.csv", data), columns=STSB))
    good = [(a, b, s) for a, b, s in records if a.strip() and b.strip()]
    bad = [
        line
        for line, (a, b, _) in zip(starts, records, strict=True)
        if not (a.strip() and b.strip())
    ]
    found = rows.table[["sentence1", "sentence2"]].values.tolist()
    assert found == [[a.strip(), b.strip()] for a, b, _ in good]
    assert rows.table.score.tolist() == [float(score) for *_, score in good]
    assert [skip.line for skip in rows.report.skipped] == bad
    assert rows.report.rows_read == len(records)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(texts, texts).map(lambda pair: tuple(t.replace("\n", " ") for t in pair)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
def test_line_pairs_give_back_the_lines(pairs, end: bytes, last_end: bool) -> None:
    files = []
    for side in zip(*pairs, strict=True):
        data = end.join(text.encode() for text in side) + end * last_end
        files.append(File("x", data if data else end))
    lines = [data.count(b"\n") + (not data.endswith(b"\n")) for data in (f.data for f in files)]
    if lines[0] != lines[1]:  # an empty last line without an end is no line
        return
    rows = retrieval(line_pairs(*files))
    good = [[a.strip(), b.strip()] for a, b in pairs if a.strip() and b.strip()]
    assert rows.table[["source_text", "target_text"]].values.tolist() == good
    assert rows.report.rows_read == lines[0]


# Bytes that break formats, in any order: the structure that random bytes seldom have
_PIECES = [b'"', b'""', b",", b"\t", b"\n", b"\r\n", b"\r", b"\0", BOM, b"\xff", b"\xc3", b"3.5"]
_PIECES += ["ü".encode(), b"word", b" ", "\u2028".encode(), b"nan", b"sentence1", b"score"]
fuzz = st.one_of(
    st.binary(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join)
)


@settings(deadline=None, max_examples=200)
@given(fuzz, fuzz)
def test_no_bytes_crash_a_reader_or_lose_a_row(first: bytes, second: bytes) -> None:
    for name, kind, files, options in [
        ("csv", "similarity", [first], {"columns": STSB}),
        ("csv", "similarity", [first], {}),
        ("tsv", "similarity", [first], {"columns": STSB}),
        ("tsv", "similarity", [first], {"columns": {"score": "sentence1"}}),
        ("line-pairs", "retrieval", [first, second], {}),
        ("line-pairs", "retrieval", [first, first], {}),
    ]:
        inputs = [File(f"file{i}.txt", data) for i, data in enumerate(files)]
        try:
            events = list(READERS[name](*inputs, **options))
        except UserError as error:
            assert "file" in str(error)
            continue
        rows = collect(events, kind, prefix="p", language="xx", files=("f",))
        report = rows.report
        assert report.rows_read == report.rows_kept + len(report.skipped) == len(events)
        assert len(rows.table) == report.rows_kept
        lines = [line for line, _ in events]
        assert lines == sorted(set(lines)), "a line starts one row"
        body = first.removeprefix(BOM)
        physical = body.count(b"\n") + (not body.endswith(b"\n"))
        header = not isinstance(options.get("columns"), tuple) and name != "line-pairs"
        if b'"' not in body or name != "csv":
            assert lines == list(range(1 + header, physical + 1)), "every line is a row"
        if kind == "similarity":
            assert rows.table.score.between(0, 5).all()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"one,two", "2 fields instead of 3"),
        (b"one,two,1,more", "4 fields instead of 3"),
        (b"", "blank line"),
        (b",two,1", "sentence1 is empty"),
        (b'one," ",1', "sentence2 is empty"),
        (b"one,two,", "score is not a number: ''"),
        (b"one,two,high", "score is not a number: 'high'"),
        (b"one,two,nan", "score is not a number: 'nan'"),
        (b"one,two,1_0", "score is not a number: '1_0'"),
        (b"one,two,5.1", "score is outside 0 to 5: 5.1"),
        (b"one,two,-0.5", "score is outside 0 to 5: -0.5"),
        (b"one,two,1e400", "score is outside 0 to 5: inf"),
        (b"one\0,two,1", "holds the character 0x0000"),
        (b"one\rone,two,1", "holds a carriage return that ends no line"),
        (b"one \xff,two,1", "not valid UTF-8 (byte 5 of the line)"),
        (b'"one"one,two,1', "misplaced or unclosed quote"),
        (b'"one,two,1', "misplaced or unclosed quote"),
    ],
)
def test_csv_counts_a_bad_line_and_keeps_its_neighbours(line: bytes, reason: str) -> None:
    data = b'"a\na",b,1\n' + line + b'\n"c, ""c""",d,2\ne,f,3\n'
    rows = similarity(csv(File("x.csv", data), columns=STSB))
    assert rows.table.sentence1.tolist() == ["a\na", 'c, "c"', "e"]
    assert rows.table.id.tolist() == ["train-00000", "train-00002", "train-00003"]
    (skip,) = rows.report.skipped
    assert skip.line == 3
    assert skip.reason.startswith(reason)


def test_an_unclosed_quote_costs_one_row_not_the_rest_of_the_file() -> None:
    data = b'"lost,b,1\n' + b"a,b,1\n" * 500
    rows = similarity(csv(File("x.csv", data), columns=STSB))
    assert rows.report.rows_kept == 500
    assert [skip.line for skip in rows.report.skipped] == [1]


def test_huge_fields_are_read_and_the_csv_module_is_left_as_it_was() -> None:
    limit = csv_module.field_size_limit()
    huge = "x" * (limit + 10)
    rows = similarity(csv(File("x.csv", f'"{huge}",{huge},1\n'.encode()), columns=STSB))
    assert rows.table.sentence1[0] == rows.table.sentence2[0] == huge
    assert csv_module.field_size_limit() == limit


HEADER = b"genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"


def test_tsv_takes_quotes_for_characters_and_columns_from_the_header() -> None:
    data = HEADER + b'g\tf\t2012\t0042\t2.5\tsay "a\t"b" and "c\n' + b"g\tf\t2012\t0043\t5.000\td\n"
    rows = similarity(tsv(File("x.tsv", data)))
    (row,) = rows.table.to_dict("records")
    assert row == {
        "id": "train-00000",  # not the file's own id, which repeats over its parts
        "sentence1": 'say "a',
        "sentence2": '"b" and "c',
        "score": 2.5,
        "genre": "g",
    }
    assert [(s.line, s.reason) for s in rows.report.skipped] == [(3, "6 fields instead of 7")]


def test_columns_named_otherwise_in_a_header() -> None:
    data = b"a\tsentence2\tgold\nx\ty\t1\n"
    names = {"sentence1": "a", "score": "gold"}
    assert similarity(tsv(File("x.tsv", data), columns=names)).table.sentence1.tolist() == ["x"]
    with pytest.raises(UserError, match=r"x\.tsv: header without gold"):
        list(tsv(File("x.tsv", b"a\tsentence2\tscore\nx\ty\t1\n"), columns=names))


def test_other_line_separators_end_no_line() -> None:
    data = "a\u2028a\x0b\x85\tb\t1\n".encode()
    rows = similarity(tsv(File("x.tsv", data), columns=STSB))
    assert rows.table.sentence1.tolist() == ["a\u2028a"]
    assert rows.report.rows_read == 1


def test_unequal_line_counts_name_both_files_and_counts() -> None:
    files = File("t.eng", b"a\nb\n"), File("t.kor", b"a\nb\nc\n")
    with pytest.raises(UserError, match=r"t\.eng and t\.kor: unequal line counts, 2 and 3"):
        list(line_pairs(*files))


def test_a_bad_line_of_a_pair_says_which_side() -> None:
    rows = retrieval(line_pairs(File("e", b"a\nb\n"), File("k", b"\xff\n \n")))
    assert [(s.line, s.reason) for s in rows.report.skipped] == [
        (1, "target_text: not valid UTF-8 (byte 1 of the line)"),
        (2, "target_text is empty"),
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"", "is empty"), (BOM, "is empty"), ("a,b,1\n".encode("utf-16"), "UTF-16")],
)
def test_a_file_that_is_no_text_is_one_error(data: bytes, problem: str) -> None:
    with pytest.raises(UserError, match=rf"x\.csv: .*{problem}"):
        list(csv(File("x.csv", data), columns=STSB))


def test_xz_is_transparent(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.xz"
    path.write_bytes(lzma.compress(b"a,b,") + lzma.compress(b"1\n"))
    assert read_file(path, "x.csv.xz").data == b"a,b,1\n"


def test_a_cut_xz_is_an_error_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = lzma.compress(b"".join(b"sentence %d,b,1\n" % i for i in range(300)))
    path = tmp_path / "x.csv.xz"
    for cut in [*range(0, len(whole), 9), len(whole) - 1]:
        path.write_bytes(whole[:cut])
        with pytest.raises(UserError, match=r"set/x\.csv\.xz: (truncated|damaged).*fetch it again"):
            read_file(path, "set/x.csv.xz")


def test_a_damaged_xz_is_an_error(tmp_path: Path) -> None:
    data = bytearray(lzma.compress(b"sentence,b,1\n" * 100))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "x.csv.xz"
    path.write_bytes(bytes(data))
    with pytest.raises(UserError, match=r"x\.csv\.xz: damaged"):
        read_file(path, "x.csv.xz")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_file(tmp_path, "folder")
