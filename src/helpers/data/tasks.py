"""The registry of tasks, read from ``tasks.toml`` and checked: a wrong entry names task and key.

Only descriptions live here; ``sources`` loads what they describe.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.data.kinds import KINDS, LABELLED
from helpers.data.readers import READERS
from helpers.errors import UserError
from helpers.maths.answer_rules import RULES

Codes = Mapping[str, str]


class RegistryError(Exception):
    """A wrong entry of the registry: names the task, the key, what was found and what is right."""

    def __init__(self, task: str, key: str, found: object, right: str):
        where = f"tasks.toml, task {task!r}, key {key!r}"
        super().__init__(f"{where}: got {found!r}; accepted: {right}")


@dataclass(frozen=True)
class LabSource:
    """Where the laboratory serves a task: its kind, languages if not all, depth if not its own."""

    kind: str
    languages: tuple[str, ...] = ()
    depth: int | None = None


@dataclass(frozen=True)
class LocalSource:
    """Published files in a folder; the fields are explained at the head of ``tasks.toml``."""

    folder: str
    files: tuple[str, ...] | Mapping[str, tuple[str, ...]]
    reader: str
    languages: tuple[str, ...]
    columns: tuple[str, ...] | Codes | None = None
    codes: Codes = field(default_factory=dict)
    splits: Codes = field(default_factory=dict)
    labels: Codes = field(default_factory=dict)
    only: Codes = field(default_factory=dict)
    id: str | None = None

    def patterns(self, split: str) -> tuple[str, ...]:
        """Patterns of the files of a split; empty where the source has no such split."""
        return self.files.get(split, ()) if isinstance(self.files, Mapping) else self.files


@dataclass(frozen=True)
class HubSource:
    """A dataset of the Hugging Face hub at a pinned revision; fields as in ``tasks.toml``."""

    id: str
    revision: str
    languages: tuple[str, ...]
    config: str | None = None
    file: str | None = None
    columns: Codes = field(default_factory=dict)
    codes: Codes = field(default_factory=dict)
    splits: Codes = field(default_factory=dict)
    labels: Codes = field(default_factory=dict)
    only: Codes = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One task of the registry.

    ``languages`` and ``splits`` are the published ones; what a source has is `sources.available`.
    ``chance`` is the metric's expectation without any knowledge, ``human`` the published human
    level or None, ``family`` the unit for claims about tasks, ``parallel`` the group of tasks whose
    rows are translations of each other, row by row; ``id`` the pattern of its item ids' prefix;
    ``labels`` the names of classes or tags, whose index is the class number; ``rules`` the answer
    rules of a set with a scorer of its own (`scoring.answer_rules`); ``built`` the task of whose
    rows those of this one are made (`lareqa`), and whose sources it has.
    """

    name: str
    title: str
    kind: str
    languages: tuple[str, ...]
    splits: tuple[str, ...]
    metric: str
    chance: float
    licence: str
    citation: str
    family: str
    human: float | None = None
    suite: tuple[str, ...] = ()
    parallel: str | None = None
    id: str = "{split}"
    labels: tuple[str, ...] = ()
    rules: str | None = None
    built: str | None = None
    lab: LabSource | None = None
    local: tuple[LocalSource, ...] = ()
    hub: HubSource | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources that can have the task: of lab, local and hub."""
        return tuple(name for name in ("lab", "local", "hub") if getattr(self, name))


_NAMES = "names in one string, separated by blanks"
_PATTERN = "a pattern of {code}, {language} and {split}"


def _names(value: object) -> tuple[str, ...] | None:
    """Names in one string; None, as from every function below, where the value is no such thing."""
    names = tuple(value.split()) if isinstance(value, str) else ()
    return names if names and len(set(names)) == len(names) else None


def _pattern(value: object) -> str | None:
    try:
        value.format(code="xx", language="xx", split="test")
    except (AttributeError, KeyError, IndexError, ValueError):
        return None
    return value


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None


def _whole(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= 3 else None


def _strings(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and value and all(map(_string, value)) else None


def _patterns(value: object) -> tuple[str, ...] | None:
    patterns = _strings(value)
    return patterns if patterns and all(map(_pattern, patterns)) else None


def _files(value: object) -> tuple[str, ...] | Mapping[str, tuple[str, ...]] | None:
    if not isinstance(value, dict):
        return _patterns(value)
    files = {split: _patterns(patterns) for split, patterns in value.items()}
    return files if files and all(files.values()) else None


def _table(value: object) -> Codes | None:
    return value if isinstance(value, dict) and all(map(_string, value.values())) else None


def _pattern_table(value: object) -> Codes | None:
    table = _table(value)
    return table if table and all(map(_pattern, table.values())) else None


def _columns(value: object) -> tuple[str, ...] | Codes | None:
    return _strings(value) or _table(value)


def _codes(value: object) -> str | Codes | None:
    return _string(value) or _table(value)


def _entry(value: object) -> object:
    return value or None


# key -> (what turns a good value into the field's and a bad one into None, what is good)
_STRING, _TABLE = (_string, "a string"), (_table, "a table of strings")
_REQUIRED = ("title", "kind", "languages", "splits", "metric", "chance", "licence", "citation")
_CODES = (_codes, "a table of strings or the name of one under [codes]")
_TASK = dict.fromkeys(("title", "kind", "metric", "licence", "citation", "family"), _STRING) | {
    "languages": (_names, _NAMES),
    "splits": (_names, _NAMES),
    "chance": (_number, "a number"),
    "human": (_number, "a number"),
    "suite": (_names, _NAMES),
    "parallel": _STRING,
    "id": (_pattern, _PATTERN),
    "labels": (_names, _NAMES),
    "rules": _STRING,
    "built": _STRING,
    "codes": _CODES,
    "lab": (_entry, "a table"),
    "local": (_entry, "a table or an array of them"),
    "hub": (_entry, "a table"),
}
_LAB = {"kind": _STRING, "languages": (_names, _NAMES), "depth": (_whole, "0, 1, 2 or 3")}
_SHARED = {
    "languages": (_names, _NAMES),
    "splits": _TABLE,
    "codes": _CODES,
    "labels": _TABLE,
    "only": (_pattern_table, f"a table, each value {_PATTERN}"),
}
_LOCAL = _SHARED | {
    "folder": _STRING,
    "files": (_files, f"a list, each {_PATTERN}, or a table of such lists by split"),
    "id": (_pattern, _PATTERN),
    "reader": _STRING,
    "columns": (_columns, "a list or a table of strings"),
}
_HUB = _SHARED | {
    "id": _STRING,
    "revision": _STRING,
    "config": (_pattern, _PATTERN),
    "file": (_pattern, _PATTERN),
    "columns": _TABLE,
}


def _check(
    task: str, entry: object, keys: Mapping[str, Any], required: Iterable[str], where: str = ""
) -> dict[str, Any]:
    """The entry's fields in their final form; a `RegistryError` for the first wrong key."""
    if not isinstance(entry, Mapping):
        raise RegistryError(task, where.rstrip(".") or "task", entry, "a table")
    fields = {}
    for key, value in entry.items():
        if key not in keys:
            raise RegistryError(task, where + key, value, f"only the keys {', '.join(keys)}")
        convert, right = keys[key]
        if (converted := convert(value)) is None:
            raise RegistryError(task, where + key, value, right)
        fields[key] = converted
    for key in required:
        if key not in fields:
            raise RegistryError(task, where + key, None, f"{keys[key][1]}: the key is required")
    return fields


def _among(task: str, key: str, given: Iterable[str], names: Iterable[str]) -> None:
    if unknown := [name for name in given if name not in names]:
        raise RegistryError(task, key, " ".join(unknown), ", ".join(names))


class _TaskReader:
    """Reads one entry; holds what its parts need of the whole: name, languages, splits, codes."""

    def __init__(self, name: str, entry: object, codes: Mapping[str, Codes]):
        self.name, self.tables = name, codes
        self.fields = {"family": name, **_check(name, entry, _TASK, _REQUIRED)}
        self.codes = self._named_codes("codes", self.fields.pop("codes", {}))

    def _named_codes(self, key: str, codes: str | Codes) -> Codes:
        if isinstance(codes, str):
            _among(self.name, key, [codes], self.tables)
            codes = self.tables[codes]
        return codes

    def _source(
        self, where: str, entry: object, keys: Mapping[str, Any], required: Iterable[str]
    ) -> dict[str, Any]:
        """What the entries of local and hub share, with what they leave to the task filled in."""
        fields = _check(self.name, entry, keys, required, f"{where}.")
        fields.setdefault("languages", self.fields["languages"])
        for key in ("languages", "splits"):
            _among(self.name, f"{where}.{key}", fields.get(key, ()), self.fields[key])
        fields["codes"] = self._named_codes(f"{where}.codes", fields.get("codes", self.codes))
        self._check_labels(f"{where}.labels", fields.get("labels", {}).values())
        return fields

    def _check_labels(self, key: str, ours: Iterable[str]) -> None:
        """Sources map their labels to the task's own, those of a choice to its number."""
        if self.fields["kind"] != "choice":
            _among(self.name, key, ours, self.fields.get("labels", ()))
        elif wrong := [label for label in ours if not label.isdecimal()]:
            raise RegistryError(self.name, key, " ".join(wrong), "numbers of choices from 0")

    def _local(self, index: int, entry: object) -> LocalSource:
        where = f"local[{index}]"
        fields = self._source(where, entry, _LOCAL, ("folder", "files", "reader"))
        _among(self.name, f"{where}.reader", [fields["reader"]], READERS)
        if isinstance(fields["files"], Mapping):
            _among(self.name, f"{where}.files", fields["files"], self.fields["splits"])
        return LocalSource(**fields)

    def task(self) -> Task:
        fields = self.fields
        _among(self.name, "kind", [fields["kind"]], KINDS)
        if (fields["kind"] in LABELLED) != ("labels" in fields):
            right = f"label names for {' and '.join(LABELLED)}, none for other kinds"
            raise RegistryError(self.name, "labels", fields.get("labels"), right)
        if "rules" in fields:
            known = RULES if fields["kind"] == "span" else ("span tasks only",)
            _among(self.name, "rules", [fields["rules"]], known)
        if not {"lab", "local", "hub", "built"} & fields.keys():
            right = "at least one of lab, local and hub, or built"
            raise RegistryError(self.name, "local", None, right)
        if "lab" in fields:
            fields["lab"] = LabSource(**_check(self.name, fields["lab"], _LAB, ("kind",), "lab."))
        if "local" in fields:
            entries = fields["local"] if isinstance(fields["local"], list) else [fields["local"]]
            fields["local"] = tuple(self._local(i, entry) for i, entry in enumerate(entries))
        if "hub" in fields:
            fields["hub"] = HubSource(
                **self._source("hub", fields["hub"], _HUB, ("id", "revision"))
            )
        return Task(name=self.name, **fields)


def read_registry(path: Path) -> dict[str, Task]:
    """Read and check a registry.

    Raises
    ------
    RegistryError : it is no TOML, or an entry is wrong; names the task and the key.
    OSError : it cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError("(all)", path.name, str(error), "valid TOML in UTF-8") from error
    for key in content:
        if key not in ("task", "codes") or not isinstance(content[key], dict):
            raise RegistryError("(none)", key, content[key], "[task.NAME] and [codes.NAME]")
    codes = content.get("codes", {})
    for table, entries in codes.items():
        if not _table(entries):
            raise RegistryError("(codes)", table, entries, _TABLE[1])
    entries = content.get("task", {})
    found = {name: _TaskReader(name, entry, codes).task() for name, entry in entries.items()}
    for name, task in found.items():
        if task.built:
            _among(name, "built", [task.built], found)
            base = found[task.built]
            _among(name, "languages", task.languages, base.languages)
            _among(name, "splits", task.splits, base.splits)
            found[name] = replace(task, lab=base.lab, local=base.local, hub=base.hub)
    return found


def _registry() -> dict[str, Task]:
    return _with(paths.own_tasks())


@cache
def _with(own: tuple[Path, ...]) -> dict[str, Task]:
    """The package's tasks and those of the reader's own registries."""
    found = read_registry(paths.TASKS_TOML)
    for path in own:
        try:
            more = read_registry(path)
            for name in more.keys() & found.keys():
                raise RegistryError(name, "task", name, "a name that no other task has")
        except (RegistryError, OSError) as error:
            why = f"{path.absolute()}: {getattr(error, 'strerror', None) or error}"
            raise UserError("HELPERS_TASKS", why, "files of [task.NAME] entries") from error
        found |= more
    return found


def tasks(suite: str | None = None) -> dict[str, Task]:
    """All tasks by name, in the registry's order; with ``suite`` those of that suite.

    >>> tasks()["korsts"].licence
    'CC BY-SA 4.0'
    >>> "stsb" in tasks("xtreme-r")
    False
    """
    found = _registry()
    if suite is None:
        return dict(found)
    if suite not in (suites := sorted({name for task in found.values() for name in task.suite})):
        raise UserError("suite", suite, suites)
    return {name: task for name, task in found.items() if suite in task.suite}


def task(name: str) -> Task:
    """The task of that name.

    Raises
    ------
    UserError : no such task; lists those there are.

    >>> task("korsts").languages
    ('ko',)
    """
    try:
        return _registry()[name]
    except KeyError:
        raise UserError("task", name, _registry()) from None
