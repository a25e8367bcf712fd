"""Folders that a run writes to: refused before the work, and cleared of what the tool made alone.

Whatever else lies in them is the user's, and stays. Not for what goes into them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from helpers.errors import UserError

from .prepare import COUNTS, TOKENIZER

# Patterns of what the tool writes; those with a leading dot are files that a killed run left.
_TEXT = (COUNTS, TOKENIZER, "tokens.npz", "tokens.*.npz", ".tokens*.npz")
_RUN = (
    *("checkpoint.json", "checkpoint.pt", "checkpoint-*.bin", ".checkpoint*"),
    *("static.npy", ".static.npy.*", "log.jsonl", ".log.jsonl.*"),
)


def check_folder(name: str, folder: Path) -> None:
    """Refuse a folder that could not be written to or made, by trying; nothing is left behind.

    Rights alone do not tell: root may write everywhere, and still not to ``/proc`` or a full disk.
    """
    try:
        with tempfile.TemporaryDirectory(dir=_nearest(folder), prefix=".helpers-"):
            pass
        if not folder.resolve().name:  # an encoder is made beside its folder, so / has no place
            raise OSError("no name")
    except (OSError, RuntimeError):  # RuntimeError: a circle of symbolic links
        accepted = "a folder that can be written to, or made"
        raise UserError(name, str(folder), accepted) from None


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one above it that is there; a dangling link is there."""
    for path in (folder, *folder.parents):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
            return path
    return folder


@contextlib.contextmanager
def made_anew(folder: Path) -> Iterator[None]:
    """Prepared text that stands there goes when the new one does, and comes back where that fails.

    Errors: UserError on ``work`` where the folder holds something, and no prepared text.
    """
    aside = folder.with_name(f".{folder.name}.before")
    if aside.is_dir():  # an earlier call was killed
        (_keep_new if (folder / COUNTS).is_file() else _keep_old)(folder, aside)
    there = folder.is_dir() and any(folder.iterdir())
    if there and not (folder / COUNTS).is_file() and not (folder / TOKENIZER).is_dir():
        raise UserError("work", str(folder), "a folder of prepared text, or none")
    if aside.is_dir():  # something of the user's, of which the folder has another by that name
        raise UserError("work", str(aside), "no such folder: what it holds has to be moved away")
    if there:
        folder.rename(aside)
    try:
        yield
    except BaseException:
        if there:
            _keep_old(folder, aside)
        raise
    if there:
        _keep_new(folder, aside)


def _keep_new(folder: Path, aside: Path) -> None:
    _remove(aside, _TEXT)
    _move(aside, folder)


def _keep_old(folder: Path, aside: Path) -> None:
    _remove(folder, _TEXT)
    _move(aside, folder)


def _move(source: Path, target: Path) -> None:
    """Everything of one folder to another that has no such name; what has one stays."""
    target.mkdir(parents=True, exist_ok=True)
    # Counts last, as when text is made: a folder with counts has all the rest.
    for path in sorted(source.iterdir(), key=lambda path: path.name == COUNTS):
        if not os.path.lexists(target / path.name):
            path.rename(target / path.name)
    with contextlib.suppress(OSError):
        source.rmdir()


def clear_run(folder: Path) -> None:
    """Remove checkpoint, static vectors and log of a run."""
    _remove(folder, _RUN)


def _remove(folder: Path, patterns: tuple[str, ...]) -> None:
    for path in [path for pattern in patterns for path in folder.glob(pattern)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
