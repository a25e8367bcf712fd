"""JSON: one object a line, or one array of objects; nested fields are named by a dotted path.

Stricter than Python's own parser, which takes NaN and Infinity. In the first format a broken line
is one problem; in the second nothing after a syntax error can be told apart, so the file is refused
with the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from helpers.data.readers.files import File, file_error, lines, text
from helpers.data.rows import Event, RowProblem

Columns = Mapping[str, str] | None


def json_lines(file: File, *, columns: Columns = None) -> Iterator[Event]:
    r"""Read one JSON object a line.

    Parameters
    ----------
    columns : ``{ours: theirs}`` for the fields named otherwise there, ``theirs`` a name or a path
        (``labels.real-label``); all other fields keep their names.

    >>> list(json_lines(File("x", b'{"t": {"de": "Ja"}}\n[]\n'), columns={"text": "t.de"}))
    [(1, {'t': {'de': 'Ja'}, 'text': 'Ja'}), (2, RowProblem('not a JSON object but list'))]
    """
    paths = _paths(columns)
    for number, line in enumerate(lines(file), start=1):
        if isinstance(line, RowProblem):
            yield number, line
        elif not line.strip():
            yield number, RowProblem("blank line")
        else:
            yield number, _parsed(line, paths)


def json_array(file: File, *, columns: Columns = None) -> Iterator[Event]:
    r"""Read an array of objects; parameters as for `json_lines`.

    Raises
    ------
    UserError : the file is not one JSON array in UTF-8; with the line.

    >>> list(json_array(File("x", b'[\n{"text": "Ja"},\n{"text": "Nein"}]')))
    [(2, {'text': 'Ja'}), (3, {'text': 'Nein'})]
    """
    paths = _paths(columns)
    for line, element in array_elements(file):
        yield line, _fields(element, paths)


def parse(content: str, name: str) -> object:
    """The one JSON value that is a file's text; ``name`` is the file's, for the refusal.

    Raises
    ------
    UserError : it is none; with the line.

    >>> parse('{"data": []}', "x.json")
    {'data': []}
    """
    try:
        return _DECODER.decode(content)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        reason = f"line {line}: not valid JSON ({_reason(error)})"
        raise file_error(name, reason, "a complete JSON file") from error


def array_elements(file: File) -> Iterator[tuple[int, object]]:
    """The elements of the array that is the file, each with the line that it starts on.

    Raises
    ------
    UserError : as `json_array`; what stands before the fault has been given by then.
    """
    content = text(file)
    line, counted = 1, 0

    def refuse(position: int, problem: str) -> Exception:
        number = content.count("\n", 0, position) + 1
        return file_error(file.name, f"line {number}: {problem}", "one JSON array")

    position = _after_blanks(content, 0)
    if not content.startswith("[", position):
        raise refuse(position, "no JSON array starts here")
    position = _after_blanks(content, position + 1)
    if content.startswith("]", position):
        position += 1
    else:
        while True:
            line += content.count("\n", counted, position)
            counted = position
            try:
                element, position = _DECODER.raw_decode(content, position)
            except (ValueError, RecursionError) as error:
                at = getattr(error, "pos", position)
                raise refuse(at, f"not valid JSON ({_reason(error)})") from error
            yield line, element
            position = _after_blanks(content, position)
            mark = content[position : position + 1]
            if mark not in (",", "]"):
                raise refuse(position, "not valid JSON (neither comma nor end of the array)")
            position += 1
            if mark == "]":
                break
            position = _after_blanks(content, position)
    end = _after_blanks(content, position)
    if end != len(content):
        raise refuse(end, "something follows the end of the array")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_BLANKS = re.compile(r"[ \t\n\r]*")


def _after_blanks(content: str, position: int) -> int:
    return _BLANKS.match(content, position).end()


def _reason(error: Exception) -> str:
    # Numbers of thousands of digits are a ValueError, brackets nested by the thousand the other
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


_Paths = Mapping[str, list[str]]


def _paths(columns: Columns) -> _Paths:
    return {ours: theirs.split(".") for ours, theirs in (columns or {}).items()}


def _parsed(line: str, paths: _Paths) -> Mapping[str, object] | RowProblem:
    try:
        value = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        return RowProblem(f"not valid JSON ({_reason(error)})")
    return _fields(value, paths)


def _fields(value: object, paths: _Paths) -> Mapping[str, object] | RowProblem:
    if not isinstance(value, dict):
        return RowProblem(f"not a JSON object but {type(value).__name__}")
    found = dict(value)
    for ours, path in paths.items():
        part: object = value
        for key in path:
            part = part.get(key) if isinstance(part, dict) else None
        found[ours] = part
    return found
