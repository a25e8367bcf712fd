"""Delimited text: comma-separated with double-quote quoting, tab-separated without any quoting.

The two differ in more than the delimiter. In the quoted format a record may run over lines, so a
stray quote could swallow the rows below it; here such a line is one problem and reading goes on
with the next. In the unquoted one a quote is a character like any other (KorSTS has 64 lines with
an odd number of them).
"""

from __future__ import annotations

import csv as csv_module
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence

from helpers.data.readers.files import File, file_error, lines
from helpers.data.rows import Event, RowProblem

# A record over more lines than this is taken for an unclosed quote: without a bound, a file with
# many of them would be searched to its end once for each.
MAX_RECORD_LINES = 100

Columns = Sequence[str] | Mapping[str, str] | None


def csv(file: File, *, columns: Columns = None) -> Iterator[Event]:
    r"""Read comma-separated values (RFC 4180): quoted fields may hold commas, "" and line ends.

    Parameters
    ----------
    columns : names of the columns, in order, of a file without header; or, of a file with one,
        ``{ours: theirs}`` for the columns named otherwise there; or None: the header's names.

    >>> list(csv(File("x.csv", b'"a ""b""\nc",1\nd,2\n'), columns=["text", "score"]))
    [(1, {'text': 'a "b"\nc', 'score': '1'}), (3, {'text': 'd', 'score': '2'})]
    """
    return _named(_csv_records(list(lines(file))), columns, file.name)


def tsv(file: File, *, columns: Columns = None) -> Iterator[Event]:
    r"""Read tab-separated values with quoting off; parameters as for `csv`.

    >>> list(tsv(File("x.tsv", b'text\tscore\nsay "a\t1\n')))
    [(2, {'text': 'say "a', 'score': '1'})]
    """
    records = (
        (number, line if isinstance(line, RowProblem) else line.split("\t"))
        for number, line in enumerate(lines(file), start=1)
    )
    return _named(records, columns, file.name)


_Record = tuple[int, list[str] | RowProblem]


def _csv_records(text: list[str | RowProblem]) -> Iterator[_Record]:
    start = 0
    while start < len(text):
        fields, length = _csv_record(text, start)
        yield start + 1, fields
        start += length


def _csv_record(text: list[str | RowProblem], start: int) -> tuple[list[str] | RowProblem, int]:
    """Fields of the record that starts on line ``start`` and the lines it takes; 1 if it is bad."""
    first = text[start]
    if isinstance(first, RowProblem):
        return first, 1
    if '"' not in first:
        return first.split(","), 1
    candidates = itertools.takewhile(
        lambda line: isinstance(line, str), text[start : start + MAX_RECORD_LINES]
    )
    reader = csv_module.reader((f"{line}\n" for line in candidates), strict=True)
    limit = csv_module.field_size_limit(sys.maxsize)
    try:
        return next(reader), reader.line_num
    except csv_module.Error as error:
        return RowProblem(f"misplaced or unclosed quote ({error})"), 1
    finally:
        csv_module.field_size_limit(limit)


def _named(records: Iterator[_Record], columns: Columns, name: str) -> Iterator[Event]:
    renamed: Mapping[str, str] = {}
    if columns is None or isinstance(columns, Mapping):
        renamed = {theirs: ours for ours, theirs in (columns or {}).items()}
        _, header = next(records)
        if isinstance(header, RowProblem):
            raise file_error(name, f"line 1: {header}", "a header that names the columns")
        if missing := [theirs for theirs in renamed if theirs not in header]:
            raise file_error(name, f"header without {', '.join(missing)}", header)
        columns = [renamed.get(field, field) for field in header]
    for line, fields in records:
        if isinstance(fields, RowProblem):
            yield line, fields
        elif fields == [""]:
            yield line, RowProblem("blank line")
        elif len(fields) != len(columns):
            yield line, RowProblem(f"{len(fields)} fields instead of {len(columns)}")
        else:
            yield line, dict(zip(columns, fields, strict=True))
