"""What reading a folder of published files gives: every task, language and split, row by row.

For being sure that nothing is skipped in silence: rows read, kept, mended and skipped with their
reasons, beside the counts of the folder's MANIFEST.json where it has one, the files that no task
reads and those that the manifest lists in vain. Not for repairing files, and not for one set alone:
`sources.load` reports on that.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.data.rows import Report, Skip
from helpers.data.sources import available, load
from helpers.data.tasks import Task, tasks
from helpers.errors import UserError

MANIFEST = "MANIFEST.json"
# What lies beside the data and is none: descriptions, licences, the manifest itself
_NO_DATA = ("SOURCE.md", "README.md", "LICENCE*", "LICENSE*", MANIFEST)
_DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-f]+|\d+(\.\d+)?")


@dataclass(frozen=True)
class Checked:
    """One language and split of one task.

    listed : rows that the manifest gives its files; None without one. skipped, mended : how many
    rows for which reason, numbers and quotations left out. first : the first row of each reason,
    spelt out with its line. seconds : time to read. error : why the files could not be read at all;
    then nothing was.
    """

    task: str
    language: str
    split: str
    files: tuple[str, ...] = ()
    listed: int | None = None
    read: int = 0
    kept: int = 0
    skipped: dict[str, int] | None = None
    mended: dict[str, int] | None = None
    first: dict[str, str] | None = None
    seconds: float = 0.0
    error: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain lists and dicts, ready for JSON."""
        return asdict(self)


def check_folder(source: str, names: Iterable[str] | None = None) -> Iterator[Checked]:
    """Read all that a folder has of the tasks, and say what became of every row.

    Parameters
    ----------
    source : ``local:FOLDER``. names : tasks to read, by default all of the registry.

    Raises
    ------
    UserError : no such folder or task, or a task named of which the folder has no file. A damaged
        file raises nothing: its `Checked` has an error.
    """
    registry = tasks()
    chosen = list(dict.fromkeys(registry if names is None else names))
    if unknown := [name for name in chosen if name not in registry]:
        raise UserError("task", unknown[0], registry)
    listed = manifest(folder_of(source))
    for name in chosen if names is not None else ():
        if not _there(name, source):
            right = ", ".join(one for one in registry if _there(one, source)) or "none of any task"
            raise UserError("task", name, f"{right}: what {source} has files of")
    return _check(source, [registry[name] for name in chosen], listed)


def _there(name: str, source: str) -> dict[str, tuple[str, ...]]:
    """Splits by language that a folder, which exists, has of a task; empty where it has none."""
    try:
        return available(name, source)
    except UserError:
        return {}


def _check(source: str, chosen: list[Task], listed: dict[str, int] | None) -> Iterator[Checked]:
    for task in chosen:
        for language, splits in _there(task.name, source).items():
            for split in splits:
                began = time.perf_counter()
                try:
                    report = load(task.name, language, split, source).report
                except UserError as error:
                    yield Checked(task.name, language, split, error=str(error))
                    continue
                seconds = time.perf_counter() - began
                yield _checked(task, language, split, report, listed, seconds)


def _checked(
    task: Task,
    language: str,
    split: str,
    report: Report,
    listed: dict[str, int] | None,
    seconds: float,
) -> Checked:
    return Checked(
        task.name,
        language,
        split,
        report.files,
        None if listed is None else _rows_listed(report.files, listed, report.rows_read),
        report.rows_read,
        report.rows_kept,
        reasons(report.skipped),
        reasons(report.mended),
        first_of([*report.skipped, *report.mended]),
        seconds,
    )


def _rows_listed(files: tuple[str, ...], listed: dict[str, int], read: int) -> int | None:
    """Rows of a row's files: their sum, or where they are aligned what each of them has."""
    counts = [listed[file] for file in files if file in listed]
    if not counts:
        return None
    return counts[0] if set(counts) == {read} else sum(counts)


def reasons(skips: Iterable[Skip]) -> dict[str, int]:
    """How often each reason occurs, most frequent first, without its numbers and quotations.

    >>> reasons([Skip(3, "score is outside 0 to 5: 7"), Skip(9, "score is outside 0 to 5: 6.5")])
    {'score is outside … to …: …': 2}
    """
    return dict(Counter(_DETAIL.sub("…", skip.reason) for skip in skips).most_common())


def first_of(skips: Iterable[Skip]) -> dict[str, str]:
    """The first row of each reason of `reasons`, spelt out.

    >>> first_of([Skip(3, "score is outside 0 to 5: 7"), Skip(9, "score is outside 0 to 5: 6.5")])
    {'score is outside … to …: …': 'line 3: score is outside 0 to 5: 7'}
    """
    found: dict[str, str] = {}
    for skip in skips:
        found.setdefault(_DETAIL.sub("…", skip.reason), f"line {skip.line}: {skip.reason}")
    return found


def manifest(folder: Path) -> dict[str, int] | None:
    """Rows by file of the folder's manifest, a list of {"file", "rows"}; None where it has none.

    Raises
    ------
    UserError : it is no such list.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {str(entry["file"]): int(entry["rows"]) for entry in entries}
    except (ValueError, TypeError, KeyError) as error:
        right = 'a list of {"file": ..., "rows": ...}'
        raise UserError("data", f"{MANIFEST}: {error!r}", right) from error


def unread(folder: Path, checked: Iterable[Checked]) -> list[str]:
    """Files of data in the folder that none of the checked reads, by their names in it."""
    seen = {file for one in checked for file in one.files}
    names = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(path.match(pattern) for pattern in _NO_DATA)
    ]
    return [name for name in names if name not in seen]


def absent(folder: Path, names: Iterable[str] | None = None) -> list[str]:
    """Files of the folder's manifest that are not there; with ``names`` those of these tasks alone.

    A file stands under its name or unpacked (or packed, with .xz), and in the folder of one set
    alone without the name of that.
    """
    wanted = None if names is None else {file for name in names for file in _files(tasks()[name])}
    return [
        file
        for file in manifest(folder) or ()
        if wanted is None or file.removesuffix(".xz") in wanted
        if not any(
            (folder / f"{name.removesuffix('.xz')}{packed}").is_file()
            for name in (file, file.partition("/")[2])
            for packed in ("", ".xz")
        )
    ]


def _files(task: Task) -> Iterator[str]:
    """Names, without .xz, that the files of a task have in a folder of all sets."""
    for local in task.local:
        for language in local.languages:
            code = local.codes.get(language, language)
            for split in task.splits:
                spelt = local.splits.get(split, split)
                names = {"code": code, "language": language, "split": spelt}
                for pattern in local.patterns(split):
                    yield f"{local.folder}/{pattern.format(**names)}"


def folder_of(source: str) -> Path:
    """The folder of a source ``local:FOLDER``.

    Raises
    ------
    UserError : it is another source, or there is no such folder.
    """
    kind, _, name = source.partition(":")
    folder = Path(name).expanduser()
    if kind != "local" or not name or not folder.is_dir():
        raise UserError("data", source, "local:FOLDER, a folder that exists")
    return folder
