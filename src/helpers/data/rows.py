"""What loading gives: a normalised table, a report of what was skipped, a content fingerprint.

The columns of a kind of task and the checks that a row must pass are named here, once, so that
rows of a file, of the hub and of the laboratory are held to the same. Not for file formats
(``readers``) and not for finding files (``sources``).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "similarity": ("id", "sentence1", "sentence2", "score", "genre"),
    "retrieval": ("id", "source_text", "target_text", "language"),
}
KINDS = tuple(COLUMNS)

# float() alone would also take "nan", "inf", "1_0" and digits of other scripts
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")

# What no tokenizer takes: NUL, and halves of surrogate pairs, which JSON can spell
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class RowProblem(ValueError):
    """Why one row cannot be used; caught by `collect` and counted, never shown as a traceback."""


@dataclass(frozen=True)
class Skip:
    """A row left out: the line it starts on (1-based; of a table without lines: row) and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Report:
    """What happened to every row that was read: ``rows_read == rows_kept + len(skipped)``.

    ``drawn`` is the size of the sample where fewer rows than were kept had been asked for.
    """

    files: tuple[str, ...]
    rows_read: int
    rows_kept: int
    skipped: tuple[Skip, ...] = ()
    drawn: int | None = None

    def to_dict(self) -> dict[str, object]:
        """The report as plain lists and dicts, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Rows:
    """A table in the normalised columns of its kind (`COLUMNS`), its report, its content's hash."""

    table: pd.DataFrame
    report: Report
    fingerprint: str


# What a reader yields for each row: the line it starts on, and its fields by name or the problem.
Event = tuple[int, Mapping[str, object] | RowProblem]


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        raise RowProblem(f"no {name}")
    if not isinstance(value, str):
        raise RowProblem(f"{name} is not text but {type(value).__name__}")
    if found := _NO_TEXT.search(value):
        raise RowProblem(f"{name} holds the character {ord(found[0]):#06x}")
    # The hub's copy of Tatoeba keeps line ends, the files have stray blanks: same row, same text.
    text = value.strip()
    if not text:
        raise RowProblem(f"{name} is empty")
    return text


def _score(value: object) -> float:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise RowProblem(f"score is not a number: {value[:40]!r}")
        score = float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        score = float(value)
    else:
        raise RowProblem(f"score is not a number: {value!r:.40}")
    if math.isnan(score) or not 0.0 <= score <= 5.0:
        raise RowProblem(f"score is outside 0 to 5: {score:g}")
    return score


def _similarity(fields: Mapping[str, object]) -> dict[str, object]:
    genre = fields.get("genre")
    return {
        "sentence1": _text(fields, "sentence1"),
        "sentence2": _text(fields, "sentence2"),
        "score": _score(fields.get("score")),
        "genre": genre.strip() if isinstance(genre, str) else "",
    }


def _retrieval(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: _text(fields, name) for name in ("source_text", "target_text")}


_CHECKS: dict[str, Callable[[Mapping[str, object]], dict[str, object]]] = {
    "similarity": _similarity,
    "retrieval": _retrieval,
}


def collect(
    events: Iterable[Event],
    kind: str,
    *,
    prefix: str,
    language: str,
    files: tuple[str, ...],
    keep_ids: bool = False,
) -> Rows:
    """Check every event and gather the good ones; what is not good is counted with its reason.

    Parameters
    ----------
    events : (line, fields or problem) in file order.
    kind : a key of `COLUMNS`. language : ISO 639-1 code of the rows.
    prefix : item ids are ``prefix-00012``, with the index among *all* rows read, so that a skipped
        row moves no id and parallel rows share one. A file's own ids do neither, and are dropped
        unless ``keep_ids``.

    >>> rows = collect([(1, {"source_text": "Yes.", "target_text": "Ja."}),
    ...                 (2, {"source_text": "No.", "target_text": " "})],
    ...                "retrieval", prefix="deu", language="de", files=("a", "b"))
    >>> rows.table.to_dict("records")
    [{'id': 'deu-00000', 'source_text': 'Yes.', 'target_text': 'Ja.', 'language': 'de'}]
    >>> rows.report.rows_read, rows.report.skipped
    (2, (Skip(line=2, reason='target_text is empty'),))
    """
    import pandas as pd

    records, skipped, index = [], [], -1
    for index, (line, fields) in enumerate(events):
        try:
            if isinstance(fields, RowProblem):
                raise fields
            item = _text(fields, "id") if keep_ids else f"{prefix}-{index:05d}"
            records.append({"id": item, "language": language, **_CHECKS[kind](fields)})
        except RowProblem as problem:
            skipped.append(Skip(line, str(problem)))
    table = pd.DataFrame.from_records(records, columns=list(COLUMNS[kind]))
    report = Report(files, index + 1, len(records), tuple(skipped))
    return Rows(table, report, fingerprint(table))


def draw(rows: Rows, n: int | None, seed: int) -> Rows:
    """``n`` of the rows, drawn with ``seed``, in their order; all where there are not more."""
    if n is None or n >= len(rows.table):
        return rows
    chosen = sorted(random.Random(seed).sample(range(len(rows.table)), n))
    table = rows.table.iloc[chosen].reset_index(drop=True)
    return Rows(table, replace(rows.report, drawn=n), fingerprint(table))


def fingerprint(table: pd.DataFrame) -> str:
    """SHA-256 (hex) of a table's column names and values in row order; index and path play no part.

    >>> import pandas as pd
    >>> a = pd.DataFrame({"id": ["x"], "score": [1.0]})
    >>> fingerprint(a) == fingerprint(a.set_axis([7]))
    True
    >>> fingerprint(a) == fingerprint(a.assign(score=1.5))
    False
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    rows = zip(*(table[column].tolist() for column in table), strict=True)
    digest = hashlib.sha256(encode(list(table.columns)).encode())
    for row in rows:
        digest.update(f"\n{encode(row)}".encode())
    return digest.hexdigest()
