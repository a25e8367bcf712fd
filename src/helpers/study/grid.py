"""Grids of runs of chapter 7: what a study consists of, and what of it is recorded.

Which cells there are is told in ``intermediate_design``; the rest is asked of the store. Beside the
records a note for each cell is kept in the build folder: how long it took, and the digest of the
code that made it (``grid_code``). Nothing is run here (see ``grid_run``), and no data are read.
"""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import UserError
from helpers.study import store
from helpers.study.grid_code import code_of
from helpers.study.intermediate import VERSION
from helpers.study.intermediate_counted import counted
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import DESIGNS, Cell, cells, control, families_of
from helpers.study.intermediate_gains import made_by_rules
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import MECHANISMS, NONE, OF_A_FAMILY, rules
from helpers.study.params import build, published
from helpers.study.record import digest
from helpers.study.store import Stored

RECORDED, MISSING, CHANGED = "recorded", "missing", "changed"
OF_A_CELL = ("intermediate", "mechanism", "level", "seed")
HOW = {
    "intermediate": "--families",
    "mechanism": "a design, or --cell",
    "level": "a design, or --cell",
    "seed": "--seeds",
}


@dataclass(frozen=True)
class State:
    """What is known of a cell. ``changed``: recorded, but by other code than there is now.

    ``seconds``: that its run took here, None where it was not made here; ``estimate``: that a run
    of it would take, None where nothing like it was made here.
    """

    cell: Cell
    state: str
    identity: str | None
    seconds: float | None
    estimate: float | None


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells and the parameters that all of them share. Made by :func:`grid`."""

    cells: tuple[Cell, ...]
    values: Mapping[str, Any]
    data: str
    label: str
    fingerprint: str
    home: Path
    _codes: dict[tuple[str, str], str] = field(default_factory=dict)

    def params(self, cell: Cell) -> IntermediateParams:
        """Parameters of a cell's run. Errors: UserError, by name."""
        found = build(CHAPTER, {**self.values, **cell.params})
        assert isinstance(found, IntermediateParams)
        return found

    def told(self, cell: Cell) -> dict[str, Any]:
        """Parameters as the record of the cell tells them."""
        params = self.params(cell)
        return published(params, {params.encoder: self.label})

    @cached_property
    def key(self) -> str:
        """Name of all that the cells share, and of the encoder and the rules."""
        shared = {k: v for k, v in self.told(self.cells[0]).items() if k not in OF_A_CELL}
        return digest([shared, self.fingerprint, rules().digest], 12)

    @property
    def folder(self) -> Path:
        """Where notes and locks are kept."""
        return self.home / self.key

    def code(self, cell: Cell) -> str:
        """Digest of the code that a run of the cell depends on, as it was when first asked for."""
        like = cell.mechanism, cell.intermediate
        if like not in self._codes:
            self._codes[like] = code_of(cell, self.data)
        return self._codes[like]


# -- what a study consists of


def grid(
    designs: Iterable[str] = ("primary",),
    values: Mapping[str, Any] | None = None,
    *,
    families: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
) -> tuple[Grid, list[str]]:
    """The cells of one design or several, and remarks: families that the source does not have.

    On published text the controls of every seed belong to it, whichever are asked for: they tell
    which targets count.

    values : parameters of chapter 7 that all cells share, as ``params.build`` takes them.
    families, seeds : all of the rules where None is given.

    Errors: UserError for what a caller can mend; nothing is read but file names.
    """
    values = dict(values or {})
    for name in OF_A_CELL:
        if name in values:
            raise UserError(name, values[name], f"{HOW[name]}: each cell has its own")
    designs = tuple(designs)
    for name in designs:
        if name not in DESIGNS:
            raise UserError("design", name, DESIGNS)
    params = build(CHAPTER, values)
    assert isinstance(params, IntermediateParams)
    label, fingerprint = _encoder(params)
    there, notes = _families(params.data, designs, families)
    found = cells(designs, families=there, seeds=seeds)
    if params.data != "lab":
        found = [*map(control, rules().seeds), *(one for one in found if one.mechanism != NONE)]
    home = paths.BUILD / "grid"
    return Grid(tuple(found), values, params.data, label, fingerprint, home), notes


def chosen(found: Grid, names: Sequence[str] = (), part: str | None = None) -> list[Cell]:
    """Cells by name (all where none is given), and of them every N-th from the I-th: ``I/N``.

    Errors: UserError on ``cell`` and ``part``.
    """
    by_name = {cell.name: cell for cell in found.cells}
    for name in names:
        if name not in by_name:
            some = ", ".join([*by_name][:5])
            raise UserError("cell", name, f"{some}, ...: --json names all {len(by_name)}")
    left = [cell for cell in found.cells if not names or cell.name in names]
    if part is None:
        return left
    first, _, of = part.partition("/")
    if not (first.isdecimal() and of.isdecimal() and 1 <= int(first) <= int(of)):
        raise UserError("part", part, "I/N: the I-th of N parts, from 1/N to N/N")
    return left[int(first) - 1 :: int(of)]


def chunk_of(cell: Cell) -> str:
    """Name of the cells that share data and are best made in one process."""
    family = f"{cell.intermediate}-" if cell.mechanism in OF_A_FAMILY else ""
    return f"{family}{cell.mechanism}-seed{cell.seed}"


def _families(
    data: str, designs: Sequence[str], wanted: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Families that a source has. One that was asked for by name must be there."""
    from helpers.data.sources import available

    there, notes = [], []
    refused: UserError | None = None
    planned = {name: None for design in designs for name in families_of(design)}
    for name in wanted or planned:
        if name not in planned:
            raise UserError("families", name, planned)
        family = rules().family(name)
        try:
            if data == "lab" and not family.lab:
                has = [one.name for one in rules().families.values() if one.lab]
                raise UserError("families", name, f"families of the laboratory: {', '.join(has)}")
            available(family.lab if data == "lab" else family.task, data)
        except UserError as error:
            if wanted:
                raise
            notes.append(f"{name}: not in this source")
            refused = error
            continue
        there.append(name)
    if not there:
        raise refused or UserError("families", wanted, planned)
    return there, notes


def _encoder(params: IntermediateParams) -> tuple[str, str]:
    """Label and fingerprint of the encoder, as a run tells them; its weights are not loaded."""
    from helpers.models import loading

    kind, _, rest = params.encoder_name.partition(":")
    untrained = kind == "untrained"
    source = rest if untrained else params.encoder_name
    folder = loading.find_folder(source, weights=not untrained)
    fingerprint = loading.fingerprint_files(folder, weights=not untrained)
    shown = loading.shown_name(source)
    return f"untrained:{shown}" if untrained else shown, fingerprint


# -- what of it is recorded


def states(found: Grid, wanted: Iterable[Cell] | None = None) -> list[State]:
    """What is known of each cell. A record counts if its parameters, encoder and rules are these.

    The data themselves are not read here: their fingerprints are compared when a cell is run.
    """
    records, targets = _records(found), _targets(found)
    notes = {cell: note_of(found, cell.name) for cell in found.cells}
    expected = _expected(found, notes)
    listed = []
    for cell in found.cells if wanted is None else wanted:
        stored = records.get((digest(found.told(cell)), targets[cell.mechanism]))
        note = notes[cell]
        state = MISSING if stored is None else RECORDED
        if stored is not None and other_code(note, stored.folder, found.code(cell)):
            state = CHANGED
        identity = None if stored is None else stored.record.identity
        seconds = None if stored is None else note.get("seconds")
        listed.append(State(cell, state, identity, seconds, expected(cell)))
    return listed


def _records(found: Grid) -> dict[tuple[str, str | None], Stored]:
    """Records of the chapter by digest of their parameters and by their targets, where these are
    told; of this encoder and these rules."""
    stored, _ = store.scan(chapter=CHAPTER)
    return {
        (digest(one.record.params), one.record.data["fingerprints"].get("targets")): one
        for one in stored
        if one.record.study_version == VERSION
        and made_by_rules(one.record)
        and one.record.encoders.get(found.label, "").endswith(found.fingerprint)
    }


def _targets(found: Grid) -> dict[str, str | None]:
    """By mechanism: the targets, as the fingerprints of its runs tell them."""
    counts = counted(found.told(found.cells[0]), found.fingerprint)
    told = None if counts is None else ", ".join(counts)
    return {one: None if one == NONE else told for one in MECHANISMS}


def _expected(
    found: Grid, notes: Mapping[Cell, Mapping[str, Any]]
) -> Callable[[Cell], float | None]:
    """Median seconds of what was made here: of the like, else of the mechanism, else of all."""
    took: dict[tuple[str, ...], list[float]] = {}
    for cell in found.cells:
        if seconds := notes[cell].get("seconds"):
            for like in _likes(cell):
                took.setdefault(like, []).append(seconds)

    def expected(cell: Cell) -> float | None:
        like = next((like for like in _likes(cell) if like in took), None)
        return None if like is None else statistics.median(took[like])

    return expected


def _likes(cell: Cell) -> list[tuple[str, ...]]:
    return [(cell.mechanism, cell.intermediate), (cell.mechanism,), ()]


def noted(found: Grid) -> int:
    """Cells known here to be of today's code: what a line of progress counts."""
    return sum(note_of(found, cell.name).get("code") == found.code(cell) for cell in found.cells)


# -- notes: which code made a record, and how long it took


def note_of(found: Grid, name: str) -> dict[str, Any]:
    try:
        told = json.loads((found.folder / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def keep_note(found: Grid, name: str, folder: Path, code: str, seconds: float | None) -> None:
    told = {"name": name, "identity": folder.name, "record": mark_of(folder), "code": code}
    told["seconds"] = seconds
    found.folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(told, indent=1) + "\n"
    store.write_atomic(found.folder / f"{name}.json", content.encode())


def mark_of(folder: Path) -> str:
    content = (folder / store.RECORD).read_bytes()
    return hashlib.sha256(content).hexdigest()[:16]


def other_code(note: Mapping[str, Any], folder: Path, code: str) -> bool:
    """Whether a note says that this very record was made by other code.

    A record without a note (a fresh clone), or newer than its note, is taken as it is.
    """
    return bool(note) and note.get("record") == mark_of(folder) and note.get("code") != code
