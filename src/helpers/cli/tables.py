"""Tables and JSON on stdout. Not for progress or messages, which go to stderr."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click


def show_json(objects: Sequence[Mapping[str, Any]]) -> None:
    """A list of objects, nothing else on stdout, valid also when it is empty."""
    click.echo(json.dumps(list(objects), ensure_ascii=False, indent=1, allow_nan=False))


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Aligned columns under their names; numbers to the right with three decimals."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numeric = [
        any(_is_number(row.get(column)) for row in rows)
        and all(row.get(column) is None or _is_number(row.get(column)) for row in rows)
        for column in columns
    ]
    for line in (list(columns), *cells):
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


def _setting(value: Any) -> str:
    """A coordinate, which a learning rate of 1e-4 must not lose to rounding."""
    return f"{value:.4g}" if isinstance(value, float) else _cell(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        return " ".join(
            f"{name}={_setting(each)}" for name, each in value.items() if each is not None
        )
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value)
