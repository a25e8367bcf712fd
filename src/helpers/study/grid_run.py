"""Makes the runs of a grid (``grid``), in this process, one after the other.

A cell is made under a lock of its own, so any number of processes may share a grid; each record
stands as soon as it is made, so a grid that is killed goes on where it was. What one run measures
is the matter of ``intermediate``.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import UserError
from helpers.study import store
from helpers.study.difficulty import CHAPTER as DIFFICULTY
from helpers.study.grid import (
    CHANGED,
    MISSING,
    RECORDED,
    Grid,
    State,
    keep_note,
    mark_of,
    note_of,
    other_code,
)
from helpers.study.grid_code import training_code
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import Cell, control
from helpers.study.intermediate_rules import ITEMS, NONE, rules

RERUN = ("only-missing", "changed", "always")


@dataclass(frozen=True)
class Made:
    """A cell when its turn is over: ``seconds`` of its run, None where it was found recorded."""

    cell: Cell
    rows: int = 0
    seconds: float | None = None
    error: str | None = None
    cause: BaseException | None = None


def check(found: Grid) -> None:
    """Refuse what every run would refuse (languages, device, data); nothing is written."""
    from helpers.study.run import plan

    plan(CHAPTER, found.params(control(found.cells[0].seed)), progress=False)


def to_make(listed: Iterable[State], rerun: str = "only-missing") -> list[Cell]:
    """Cells that :func:`make` has work with. Errors: UserError on ``rerun``."""
    if rerun not in RERUN:
        raise UserError("rerun", rerun, RERUN)
    made = {"only-missing": (MISSING,), "changed": (MISSING, CHANGED)}.get(rerun)
    return [one.cell for one in listed if made is None or one.state in made]


def adopt(found: Grid, listed: Iterable[State]) -> None:
    """Take records that have no note of their own (a fresh clone's) as made by today's code."""
    for one in listed:
        if one.state == RECORDED and one.identity is not None:
            folder = store.folder_of(CHAPTER, one.identity)
            if note_of(found, one.cell.name).get("record") != mark_of(folder):
                keep_note(found, one.cell.name, folder, found.code(one.cell), None)


def make(found: Grid, wanted: Iterable[Cell], *, rerun: str = "only-missing") -> Iterator[Made]:
    """Make cells one after the other in this process; each record stands when its turn is over.

    rerun : ``only-missing`` takes records as they are; ``changed`` makes those anew, too, which
        other code made than there is now; ``always`` makes all anew.

    What goes wrong in a cell is told in its ``error``, and the next one is begun.
    """
    told: set[str] = set()  # data sets whose difficulty is as new as `rerun` wants it
    for cell in wanted:
        try:
            yield _make(found, cell, rerun, told)
        except Exception as error:  # whatever it is, the other cells can still be made
            yield Made(cell, error=f"{type(error).__name__}: {error}", cause=error)


def _make(found: Grid, cell: Cell, rerun: str, told: set[str]) -> Made:
    with _lock(found, cell.name), _weights_apart(found, rerun):
        if cell.mechanism != NONE:
            _controls(found)
        if cell.mechanism == ITEMS:
            _difficulty(found, cell, "only-missing" if cell.intermediate in told else rerun)
            told.add(cell.intermediate)
        params = found.params(cell)
        return _one(found, cell, cell.name, CHAPTER, params, found.code(cell), rerun)


def _one(
    found: Grid, cell: Cell, name: str, chapter: str, params: Any, code: str, rerun: str
) -> Made:
    """Run a study, or find it recorded; then note which code its record is of."""
    from helpers.study.run import plan, run

    folder = store.folder_of(chapter, plan(chapter, params, progress=False).identity)
    there = _whole(folder)
    note = note_of(found, name)
    anew = rerun == "always" or (there and rerun == "changed" and other_code(note, folder, code))
    since = time.monotonic()
    how = "always" if anew else "only-missing"
    record = run(chapter, params, rerun=how, progress=False)
    computed = anew or not there
    seconds = round(time.monotonic() - since, 3) if computed else None
    if computed or not note or note.get("record") != mark_of(folder):
        keep_note(found, name, folder, code, seconds)
    return Made(cell, len(record.rows), seconds)


def _controls(found: Grid) -> None:
    """Controls of every seed first, whoever makes them: they tell which targets are tuned."""
    if found.data == "lab":
        return
    for cell in map(control, rules().seeds):
        with _lock(found, cell.name):
            params, code = found.params(cell), found.code(cell)
            _one(found, cell, cell.name, CHAPTER, params, code, "only-missing")


def _difficulty(found: Grid, cell: Cell, rerun: str) -> None:
    """How hard the items of the cell's family are: recorded, as all seeds must learn from the same.

    Before two processes want to know it at once.
    """
    params = found.params(cell).of_difficulty
    name = f"difficulty-{cell.intermediate}"
    with _lock(found, name):
        _one(found, cell, name, DIFFICULTY, params, found.code(cell), rerun)


def _whole(folder: Path) -> bool:
    try:
        return store.load(folder) is not None
    except store.BrokenRecord:
        return False


def _lock(found: Grid, name: str) -> Any:
    """One process at a time makes a cell; who waited finds it recorded. Ends with the process."""
    from filelock import FileLock

    found.folder.mkdir(parents=True, exist_ok=True)
    return FileLock(found.folder / f"{name}.lock")


@contextlib.contextmanager
def _weights_apart(found: Grid, rerun: str) -> Iterator[None]:
    """Where records must be of today's code, so must the weights on the way to them.

    Trainings are found again by what they learn from, not by the code; so those of each state of
    the code lie in a folder of their own.
    """
    if rerun != "changed":
        yield
        return
    build_folder = paths.BUILD
    paths.BUILD = build_folder / "grid" / "weights" / training_code(found.data)
    try:
        yield
    finally:
        paths.BUILD = build_folder
