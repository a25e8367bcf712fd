"""What loading gives: a normalised table, a report of what was skipped, a content fingerprint.

Not for the columns of a kind of task and what a usable row is (``kinds``), not for file formats
(``readers``) and not for finding files (``sources``).
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from helpers.data.kinds import CHECKS, COLUMNS, KINDS, Labels, RowProblem, text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "KINDS",
    "Event",
    "Labels",
    "Report",
    "RowProblem",
    "Rows",
    "Skip",
    "collect",
    "draw",
    "fingerprint",
    "join",
]


@dataclass(frozen=True)
class Skip:
    """A row and what was wrong: the line it starts on (1-based; where there is none: row), why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Report:
    """What happened to every row that was read: ``rows_read == rows_kept + len(skipped)``.

    ``drawn`` is the size of the sample where fewer rows than were kept had been asked for;
    ``mended`` what was put right in rows that were kept, such as an answer's wrong offset.
    """

    files: tuple[str, ...]
    rows_read: int
    rows_kept: int
    skipped: tuple[Skip, ...] = ()
    drawn: int | None = None
    mended: tuple[Skip, ...] = ()

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


def collect(
    events: Iterable[Event],
    kind: str,
    *,
    prefix: str,
    language: str,
    files: tuple[str, ...],
    keep_ids: bool = False,
    labels: Labels | None = None,
    first: int = 0,
) -> Rows:
    """Check every event and gather the good ones; what is not good is counted with its reason.

    Parameters
    ----------
    events : (line, fields or problem) in file order.
    kind : a key of `COLUMNS`. language : ISO 639-1 code of the rows.
    prefix : item ids are ``prefix-00012``, with the index among *all* rows read, so that a skipped
        row moves no id and parallel rows share one. A file's own ids do neither, and are dropped
        unless ``keep_ids``.
    labels : label names of the task, and how the source spells them; None: any label will do.
    first : index of the first row, where rows of another file come before.

    >>> rows = collect([(1, {"source_text": "Yes.", "target_text": "Ja."}),
    ...                 (2, {"source_text": "No.", "target_text": " "})],
    ...                "retrieval", prefix="deu", language="de", files=("a", "b"))
    >>> rows.table.to_dict("records")
    [{'id': 'deu-00000', 'source_text': 'Yes.', 'target_text': 'Ja.', 'language': 'de'}]
    >>> rows.report.rows_read, rows.report.skipped
    (2, (Skip(line=2, reason='target_text is empty'),))
    """
    import pandas as pd

    labels = labels or Labels()
    records, skipped, mended, index = [], [], [], -1
    for index, (line, fields) in enumerate(events):
        try:
            if isinstance(fields, RowProblem):
                raise fields
            item = text(fields, "id") if keep_ids else f"{prefix}-{first + index:05d}"
            notes: list[str] = []
            records.append(
                {"id": item, "language": language, **CHECKS[kind](fields, labels, notes)}
            )
            mended.extend(Skip(line, note) for note in notes)
        except RowProblem as problem:
            skipped.append(Skip(line, str(problem)))
    table = pd.DataFrame.from_records(records, columns=list(COLUMNS[kind]))
    report = Report(files, index + 1, len(records), tuple(skipped), mended=tuple(mended))
    return Rows(table, report, fingerprint(table))


def join(parts: Sequence[Rows]) -> Rows:
    """Rows of several files one after the other; what the report says of a line names its file."""
    import pandas as pd

    if len(parts) == 1:
        return parts[0]
    reports = [part.report for part in parts]

    def named(lists: Iterable[tuple[Skip, ...]]) -> tuple[Skip, ...]:
        return tuple(
            Skip(skip.line, f"{' and '.join(report.files)}: {skip.reason}")
            for report, skips in zip(reports, lists, strict=True)
            for skip in skips
        )

    table = pd.concat([part.table for part in parts], ignore_index=True)
    report = Report(
        files=tuple(file for report in reports for file in report.files),
        rows_read=sum(report.rows_read for report in reports),
        rows_kept=len(table),
        skipped=named(report.skipped for report in reports),
        mended=named(report.mended for report in reports),
    )
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
