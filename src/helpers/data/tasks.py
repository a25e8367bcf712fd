"""The registry of tasks, read from ``tasks.toml`` and checked: a wrong entry names task and key.

Only descriptions live here; ``sources`` loads what they describe, and what a good value of a key is
stands in ``task_entries``.
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
from helpers.data.task_entries import (
    HUB,
    LAB,
    LOCAL,
    METRICS_OF,
    REQUIRED,
    TASK,
    Codes,
    RegistryError,
    among,
    check_columns,
    check_name,
    checked,
    table_of_strings,
)
from helpers.errors import UserError
from helpers.maths.answer_rules import RULES


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


class _TaskReader:
    """Reads one entry; holds what its parts need of the whole: name, languages, splits, codes."""

    def __init__(self, name: str, entry: object, codes: Mapping[str, Codes]):
        self.name, self.tables = name, codes
        check_name(name)
        self.fields = {"family": name, **checked(name, entry, TASK, REQUIRED)}
        self.codes = self._named_codes("codes", self.fields.pop("codes", {}))

    def _named_codes(self, key: str, codes: str | Codes) -> Codes:
        if isinstance(codes, str):
            among(self.name, key, [codes], self.tables)
            codes = self.tables[codes]
        return codes

    def _source(
        self, where: str, entry: object, keys: Mapping[str, Any], required: Iterable[str]
    ) -> dict[str, Any]:
        """What the entries of local and hub share, with what they leave to the task filled in."""
        fields = checked(self.name, entry, keys, required, f"{where}.")
        fields.setdefault("languages", self.fields["languages"])
        for key in ("languages", "splits"):
            among(self.name, f"{where}.{key}", fields.get(key, ()), self.fields[key])
        fields["codes"] = self._named_codes(f"{where}.codes", fields.get("codes", self.codes))
        self._check_labels(f"{where}.labels", fields.get("labels", {}).values())
        return fields

    def _check_labels(self, key: str, ours: Iterable[str]) -> None:
        """Sources map their labels to the task's own, those of a choice to its number."""
        if self.fields["kind"] != "choice":
            among(self.name, key, ours, self.fields.get("labels", ()))
        elif wrong := [label for label in ours if not label.isdecimal()]:
            raise RegistryError(self.name, key, " ".join(wrong), "numbers of choices from 0")

    def _local(self, index: int, entry: object) -> LocalSource:
        where = f"local[{index}]"
        fields = self._source(where, entry, LOCAL, ("folder", "files", "reader"))
        among(self.name, f"{where}.reader", [fields["reader"]], READERS)
        if isinstance(fields["files"], Mapping):
            among(self.name, f"{where}.files", fields["files"], self.fields["splits"])
        check_columns(self.name, f"{where}.columns", self.fields["kind"], fields.get("columns"))
        return LocalSource(**fields)

    def task(self) -> Task:
        fields = self.fields
        among(self.name, "kind", [fields["kind"]], KINDS)
        if (fields["kind"] in LABELLED) != ("labels" in fields):
            right = f"label names for {' and '.join(LABELLED)}, none for other kinds"
            raise RegistryError(self.name, "labels", fields.get("labels"), right)
        if "rules" in fields:
            known = RULES if fields["kind"] == "span" else ("span tasks only",)
            among(self.name, "rules", [fields["rules"]], known)
        among(self.name, "metric", [fields["metric"]], METRICS_OF[fields["kind"]])
        if not {"lab", "local", "hub", "built"} & fields.keys():
            right = "at least one of lab, local and hub, or built"
            raise RegistryError(self.name, "local", None, right)
        if "lab" in fields:
            fields["lab"] = LabSource(**checked(self.name, fields["lab"], LAB, ("kind",), "lab."))
        if "local" in fields:
            entries = fields["local"] if isinstance(fields["local"], list) else [fields["local"]]
            fields["local"] = tuple(self._local(i, entry) for i, entry in enumerate(entries))
        if "hub" in fields:
            fields["hub"] = HubSource(**self._source("hub", fields["hub"], HUB, ("id", "revision")))
        return Task(name=self.name, **fields)


def read_registry(path: Path) -> dict[str, Task]:
    """Read and check a registry.

    Raises
    ------
    RegistryError : it is no TOML, or an entry is wrong; names the task and the key.
    OSError : it cannot be read.
    """
    try:
        # some editors write a byte order mark
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(None, None, str(error), "valid TOML in UTF-8") from error
    for key in content:
        if key not in ("task", "codes") or not isinstance(content[key], dict):
            raise RegistryError(None, None, f"[{key}]", "[task.NAME] and [codes.NAME]")
    codes = content.get("codes", {})
    for table, entries in codes.items():
        if not table_of_strings(entries):
            raise RegistryError(None, f"codes.{table}", entries, "a table of strings")
    entries = content.get("task", {})
    found = {name: _TaskReader(name, entry, codes).task() for name, entry in entries.items()}
    for name, task in found.items():
        if task.built:
            among(name, "built", [task.built], found)
            base = found[task.built]
            among(name, "languages", task.languages, base.languages)
            among(name, "splits", task.splits, base.splits)
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
        except RegistryError as error:
            place = f"HELPERS_TASKS: {error.under(str(path.absolute()))}"
            raise UserError(place, error.found, error.right) from error
        except OSError as error:
            right = f"a file of [task.NAME] entries that can be read ({error.strerror})"
            raise UserError("HELPERS_TASKS", str(path.absolute()), right) from error
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
