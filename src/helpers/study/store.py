"""Records on disk: written whole or not at all, read with suspicion, never destroyed.

A record lives at ``results/<chapter>/<identity>/record.json`` (or at the root of an output folder)
with its item scores in ``items.npz`` beside it. ``record.json`` is the commit point: it is replaced
last, in one step, and names the digest of its items. A file that cannot be trusted is moved aside
under a telling name and reported, never overwritten. Not for deciding what to run (see ``run``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from helpers import paths
from helpers.errors import UserError
from helpers.study.items import Items
from helpers.study.record import Record

RECORD, ITEMS = "record.json", "items.npz"
_STALE_SECONDS = 3600  # a temporary file this old belongs to a process that was killed


class BrokenRecord(ValueError):
    """A record.json that is torn, foreign or at odds with its own contents."""

    def __init__(self, path: Path, reason: str):
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


@dataclass(frozen=True)
class Stored:
    """A record and the folder that it was read from."""

    record: Record
    folder: Path

    def items(self) -> Items:
        """Item scores, read once; BrokenRecord where they are not those of the record."""
        return self._items

    @cached_property
    def _items(self) -> Items:
        return load_items(self.folder, self.record)


def folder_of(chapter: str, identity: str, results: Path | None = None) -> Path:
    """Where the store keeps a record."""
    return (paths.RESULTS if results is None else results) / chapter / identity


def save(record: Record, items: Items | None, folder: Path) -> Record:
    """Write a record and its items into ``folder``; at no moment does half a file stand there.

    Returns the record as stored, i.e. with the digest of its items. A process killed at any point
    leaves the old record, or the new one, or old record and new items, which ``load`` tells apart.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    content = None if items is None or not (len(items) or items.curves) else items.to_bytes()
    record = record.model_copy(update={"items": _sha(content)})
    if content is not None:
        write_atomic(folder / ITEMS, content)
    write_atomic(folder / RECORD, record.to_json().encode())
    if content is None:
        (folder / ITEMS).unlink(missing_ok=True)
    return record


def load(folder: Path) -> Record | None:
    """The record in ``folder``, or None; BrokenRecord where there is one that cannot be trusted."""
    path = folder / RECORD
    try:
        text = path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenRecord(path, f"cannot be read: {error}") from error
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenRecord(path, f"torn, or not JSON ({error})") from error
    if not isinstance(content, dict) or not {"chapter", "identity", "rows"} <= set(content):
        raise BrokenRecord(path, "JSON of another kind than a record")
    try:
        record = Record.model_validate(content)
    except ValueError as error:
        raise BrokenRecord(path, _first_line(error)) from error
    if record.items is not None:
        items = folder / ITEMS
        if not items.is_file():
            raise BrokenRecord(path, f"its {ITEMS} is missing")
        if _sha(items.read_bytes()) != record.items:
            raise BrokenRecord(path, f"its {ITEMS} is from another run, or torn")
    return record


def load_items(folder: Path, record: Record) -> Items:
    """Item scores that belong to ``record``; empty where it kept none."""
    if record.items is None:
        return Items()
    content = (folder / ITEMS).read_bytes()
    if _sha(content) != record.items:
        raise BrokenRecord(folder / RECORD, f"its {ITEMS} is from another run, or torn")
    return Items.from_bytes(content)


def set_aside(folder: Path, label: str) -> Path:
    """Rename record.json (and items.npz) to ``record.<label>.json`` and return the new path.

    A label that is taken gets a number: what was kept once is not overwritten the next time.
    """
    suffix, number = label, 1
    while (kept := folder / f"record.{suffix}.json").exists():
        number += 1
        suffix = f"{label}-{number}"
    os.replace(folder / RECORD, kept)
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder / ITEMS, folder / f"items.{suffix}.npz")
    return kept


def scan(results: Path | None = None, chapter: str | None = None) -> tuple[list[Stored], list[str]]:
    """Every record of the store, in a stable order, and a line about each that is broken."""
    root = paths.RESULTS if results is None else results
    found, problems = [], []
    for path in sorted(root.glob(f"{chapter or '*'}/*/{RECORD}")):
        try:
            record = load(path.parent)
        except BrokenRecord as error:
            problems.append(f"{path.relative_to(root)}: {error.reason}")
            continue
        if record is None:  # removed by another process since the listing
            continue
        if (record.chapter, record.identity) != (path.parts[-3], path.parts[-2]):
            problems.append(
                f"{path.relative_to(root)}: holds {record.chapter}/{record.identity}, misplaced"
            )
            continue
        found.append(Stored(record, path.parent))
    return found, problems


def result_rows(stored: list[Stored]) -> list[dict]:
    """Rows of records as plain dicts, each with chapter, data (kind of source) and identity."""
    return [
        {
            "chapter": one.record.chapter,
            "data": one.record.data.get("source"),
            "identity": one.record.identity,
            **row.model_dump(),
        }
        for one in stored
        for row in one.record.rows
    ]


def frame(stored: list[Stored]):
    """:func:`result_rows` as a DataFrame, each setting a column called ``setting.<name>``."""
    import pandas as pd

    flat = []
    for row in result_rows(stored):
        setting = row.pop("setting")
        flat.append(row | {f"setting.{name}": value for name, value in setting.items()})
    return pd.DataFrame(flat)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file by way of a temporary neighbour and one rename."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp's 0600 would hide results from the group
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def check_writable(folder: Path, parameter: str) -> None:
    """Refuse, before any work, a folder that a record could not be written to; leaves nothing."""
    nearest = folder
    try:
        if folder.exists() and not folder.is_dir():
            raise UserError(parameter, str(folder), "a folder (this is a file)")
        while not nearest.exists():
            nearest = nearest.parent
        # A trial, as permissions do not tell: root has them all, and not every folder takes files.
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        reason = f"{nearest}: {error.strerror}"
        raise UserError(
            parameter, str(folder), f"a folder that can be written ({reason})"
        ) from None


def _sweep(folder: Path) -> None:
    for name in (RECORD, ITEMS):
        for path in folder.glob(f".{name}.*.tmp"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()


def _sha(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()[:16]


def _first_line(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error).splitlines()[0]
    first = errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
