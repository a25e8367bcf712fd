"""How the rows of a record are spelt in JSON: in tables, so that no coordinate is told twice.

A table holds the rows of one metric, task, encoder and pair of languages; what they all share
stands once, above the columns, and a row is one line. Thousands of rows take a fifth of the space
that they take as one object each, git still shows which number changed, and no order is lost that
matters: ``grouped`` says which. Not for what a row is (see ``row``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from helpers.study.row import Row

TOGETHER = ("name", "task", "encoder", "source_language", "target_language", "split")
SETTING = "setting."
PARTS = ("shared", "columns", "rows")


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows of one table next to each other; tables, and rows in them, as they first came."""
    tables: dict[tuple, list[Row]] = {}
    for row in rows:
        tables.setdefault(_table(row), []).append(row)
    return [row for table in tables.values() for row in table]


def to_tables(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Tables of rows that are ``grouped``, each ``{"shared": {}, "columns": [], "rows": [[]]}``."""
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or _table(rows[end]) != _table(rows[start]):
            yield _as_table([_flat(row) for row in rows[start:end]])
            start = end


def from_tables(tables: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows as plain dicts, inverse of :func:`to_tables`; ValueError where it is no such table."""
    found = []
    for table in tables:
        if not isinstance(table, Mapping) or set(table) != set(PARTS):
            raise ValueError(f"rows are not in tables of {', '.join(PARTS)}")
        shared, setting = _apart(table["shared"])
        places = _apart({name: place for place, name in enumerate(table["columns"])})
        for values in table["rows"]:
            if len(values) != len(table["columns"]):
                raise ValueError(f"a row has {len(values)} values for {table['columns']}")
            own, own_setting = ({name: values[i] for name, i in part.items()} for part in places)
            found.append(shared | own | {"setting": setting | own_setting})
    return found


def _apart(flat: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a row, and its settings under their own names."""
    fields, settings = {}, {}
    for name, value in flat.items():
        (settings if name.startswith(SETTING) else fields)[name.removeprefix(SETTING)] = value
    return fields, settings


def _table(row: Row) -> tuple:
    return (*(getattr(row, name) for name in TOGETHER), *row.setting)


def _flat(row: Row) -> dict[str, Any]:
    flat = row.model_dump()
    setting = {SETTING + name: value for name, value in flat.pop("setting").items()}
    outcome = {name: flat.pop(name) for name in ("value", "low", "high", "n")}
    return flat | setting | outcome


def _as_table(flat: list[dict[str, Any]]) -> dict[str, Any]:
    first = flat[0]
    # A type is part of the value: True and 1, which are equal, are different coordinates.
    shared = {
        name: value
        for name, value in first.items()
        if all(row[name] == value and type(row[name]) is type(value) for row in flat)
    }
    columns = [name for name in first if name not in shared]
    return {
        "shared": shared,
        "columns": columns,
        "rows": [[row[name] for name in columns] for row in flat],
    }
