"""Which code a run of chapter 7 depends on, as one digest: what tells that a helper has changed.

A record's identity holds parameters, data and encoder, not code. The digest of a cell is that of
the files which its study imports, followed from module to module, and of the registry's entries of
its tasks; less what keeps and asks for results and does not decide them. Nothing is imported to be
read, so a listing stays quick, and file times mean nothing: a clone has the digests of its origin.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import paths
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import Cell
from helpers.study.intermediate_rules import ITEMS, NOISE, NONE, OF_A_FAMILY, PERMUTED, rules

if TYPE_CHECKING:
    from helpers.study.courses import Course

ROOT_MODULE = "helpers.study.intermediate"
# Keeps results or asks for them; or is part of a record's identity by its values, not its text.
ASIDE = frozenset(
    f"helpers.{name}"
    for name in (
        *("errors", "paths", "study.run", "study.store", "study.plan", "study.record"),
        *("study.row", "study.row_tables", "study.items", "study.params", "study.param_types"),
        *("study.transfer_params", "study.intermediate_params", "study.intermediate_rules"),
        *("study.courses", "data.tasks"),  # by the entries that are used, see `_entries`
        "study.intermediate_counted",  # the targets that it names are part of the identity
        "study.intermediate_design",  # which runs there are
        "study.sts_across",  # of chapter 3 alone
    )
)
# Imported by all, at work in some mechanisms alone. A test says who imports these; where that
# changes, look here again.
ONLY_FOR = {
    "helpers.study.difficulty": (ITEMS,),
    "helpers.maths.difficulty": (ITEMS,),
    "helpers.study.pool_study": (ITEMS,),
    "helpers.study.intermediate_teach": OF_A_FAMILY,
    "helpers.study.intermediate_floor": (NOISE,),
    "helpers.study.transfer_labels": (NONE, NOISE, PERMUTED),
}
LABORATORY, READERS = "helpers.data.lab", "helpers.data.readers."
_ALL_FORMATS = ("helpers.data.readers.files",)  # what every reader opens its files with


def code_of(cell: Cell, data: str) -> str:
    """Digest of what a cell's result depends on beside its parameters, data and encoder.

    >>> noise, items = Cell(0, "noise", "nli", 1), Cell(0, "items", "nli", 1)
    >>> code_of(noise, "lab") == code_of(Cell(3, "noise", "nli", 2), "lab")
    True
    >>> code_of(noise, "lab") == code_of(items, "lab")
    False
    """
    family = cell.intermediate if cell.mechanism in OF_A_FAMILY else None
    return _digest([*modules(cell.mechanism, family, data), *_entries(family, data)], data)


def training_code(data: str) -> str:
    """Digest of what decides a training, given its rows: the same for all cells of a source."""
    shared = set(modules(None, None, data)) | set(modules(NOISE, None, data))
    return _digest(sorted(shared), data)


def modules(mechanism: str | None, family: str | None, data: str) -> list[str]:
    """Names of the modules that the result of a mechanism (None: of every one) depends on."""
    kind = data.partition(":")[0]
    used = {READERS + name for name in _readers(family, data)} if kind == "local" else set()
    found = []
    for name in sorted(_closure(ROOT_MODULE)):
        if mechanism not in ONLY_FOR.get(name, (mechanism,)):
            continue
        if name.startswith(LABORATORY):  # whole or not at all, with its tables
            continue
        if name == "helpers.data.hub" and kind != "hub":
            continue
        if name.startswith(READERS) and name not in used and name not in _ALL_FORMATS:
            continue
        found.append(name)
    return found


def _entries(family: str | None, data: str) -> list[str]:
    """The registry's entries and the courses that a cell uses, each spelt out."""
    from helpers.data.tasks import task

    told = [repr(course) for course in _courses(data)]
    if family in rules().context:  # sizes that the frozen file, and with it a grid's name, has not
        told.append(repr(rules().context[family]))
    for name in _tasks(family, data):
        # Words that only people read decide no result, nor do sources that are not read.
        words = {"title": "", "licence": "", "citation": "", "suite": ()}
        others = {"lab": None, "local": (), "hub": None}
        del others[data.partition(":")[0]]
        told.append(repr(replace(task(name), **words, **others)))
    return told


def _courses(data: str) -> tuple[Course, ...]:
    """Targets of a source; the laboratory has those that name a task of it."""
    from helpers.study.courses import COURSES

    return tuple(course for course in COURSES[CHAPTER] if data != "lab" or course.lab)


def _tasks(family: str | None, data: str) -> list[str]:
    """Tasks that a cell reads, wherever from."""
    found = {rules().retrieval["task"]}
    for course in _courses(data):
        splits = [*course.learn.values(), *course.validation.values(), course.source]
        splits += [*course.targets, *course.shifts]
        found |= {course.lab} if data == "lab" else {split[0] for split in splits if split}
    if family is not None:
        one = rules().family(family)
        found.add(one.lab if data == "lab" else one.task)
    return sorted(name for name in found if name)


def _readers(family: str | None, data: str) -> set[str]:
    """Modules, below ``readers``, of the formats that a cell's tasks are published in."""
    from helpers.data.readers import READERS as BY_FORMAT
    from helpers.data.tasks import task

    formats = {source.reader for name in _tasks(family, data) for source in task(name).local}
    return {BY_FORMAT[name].__module__.rpartition(".")[2] for name in formats}


@cache
def _closure(root: str) -> frozenset[str]:
    """Modules that ``root`` imports, at any depth and through others; ``ASIDE`` is not entered."""
    found: set[str] = set()
    todo = [root]
    while todo:
        name = todo.pop()
        if name in found or name in ASIDE:
            continue
        found.add(name)
        todo += _imports(name)
    return frozenset(found)


def _imports(name: str) -> Iterable[str]:
    for node in ast.walk(ast.parse(_file(name).read_bytes())):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif (
            isinstance(node, ast.ImportFrom) and not node.level
        ):  # the project has no relative ones
            # the last part may be a member of the module before it
            named = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
        else:
            continue
        yield from (one for one in named if one.startswith("helpers.") and _file(one).is_file())


def _file(name: str) -> Path:
    below = paths.PACKAGE.joinpath(*name.split(".")[1:])
    package = below / "__init__.py"
    return package if package.is_file() else below.with_suffix(".py")


def _digest(told: list[str], data: str) -> str:
    """Of modules (and the laboratory) their text, of all else what is said."""
    total = hashlib.sha256()
    files = {name: _file(name) for name in told if name.startswith("helpers.")}
    if data == "lab":
        folder = paths.PACKAGE / "data" / "lab"
        below = (path for path in folder.rglob("*") if path.suffix in (".py", ".tsv"))
        files |= {path.relative_to(folder).as_posix(): path for path in sorted(below)}
    for name in [*(one for one in told if one not in files), *files]:
        text = _text(files[name]) if name in files else b""
        total.update(f"{name}\0{len(text)}\0".encode() + text)
    return total.hexdigest()[:16]


@cache
def _text(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")
