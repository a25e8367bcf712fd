"""Record: what a study leaves behind, and what makes two records the same.

A Record is every row (see ``row``) of one run with what is needed to trust it: parameters,
fingerprints of data and encoders, the environment. Not for writing files (see ``store``) and not
for computing anything: rows arrive finished. No sentence and no path of a machine ever stands in a
record.
"""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field, field_validator, model_validator

from helpers.study.row import STRICT, Row, canonical, digest
from helpers.study.row_tables import from_tables, grouped, to_tables

SCHEMA = 2  # 1 had an object a row; records of it were written anew


class Record(BaseModel):
    """One run of one chapter.

    ``params`` are the parameters as published (see ``params``): no paths, nothing that only says
    where or how fast it was computed. ``data`` is ``{"source": kind, "fingerprints": {...}}``,
    ``encoders`` maps the name used in the rows to the encoder's fingerprint. ``items`` is the
    digest of ``items.npz``, None where nothing was kept. ``rows`` stand table by table (see
    ``row_tables``), whatever order they came in.
    """

    model_config = STRICT

    schema_version: int = SCHEMA
    chapter: str
    study_version: int
    identity: str
    params: dict[str, Any]
    data: dict[str, Any]
    encoders: dict[str, str]
    environment: dict[str, Any]
    notes: list[str] = Field(default_factory=list)
    items: str | None = None
    rows: list[Row]

    @field_validator("schema_version")
    @classmethod
    def _known_schema(cls, version: int) -> int:
        if version != SCHEMA:
            raise ValueError(f"schema_version is {version}; this reads {SCHEMA}")
        return version

    @field_validator("rows", mode="before")
    @classmethod
    def _from_tables(cls, rows: Any) -> Any:
        as_stored = isinstance(rows, list) and rows and not isinstance(rows[0], Row)
        return from_tables(rows) if as_stored else rows

    @field_validator("rows")
    @classmethod
    def _table_by_table(cls, rows: list[Row]) -> list[Row]:
        return grouped(rows)

    @model_validator(mode="after")
    def _consistent(self) -> Record:
        expected = identity(self.chapter, self.study_version, self.params, self.data, self.encoders)
        if self.identity != expected:
            raise ValueError(f"identity is {self.identity}, its contents give {expected}")
        # Spelt rather than hashed: a key for each of thousands of rows takes longer than the rest.
        spelt = [_spelt(row) for row in self.rows]
        twice = [place for place, count in Counter(spelt).items() if count > 1]
        if twice:
            row = self.rows[spelt.index(twice[0])]
            raise ValueError(f"two rows have the same coordinates: {canonical(row.coordinates())}")
        return self

    def select(self, **coordinates: Any) -> list[Row]:
        """Rows whose fields, or settings, equal what is given; an unknown name is a ValueError."""
        if unknown := set(coordinates) - self._names:
            raise ValueError(
                f"no row field or setting is called {', '.join(sorted(unknown))}; "
                f"accepted: {', '.join(sorted(self._names))}"
            )
        rows = self.rows
        for name, wanted in coordinates.items():
            if name in Row.model_fields:
                rows = [row for row in rows if getattr(row, name) == wanted]
            else:
                rows = [row for row in rows if row.setting.get(name) == wanted]
        return list(rows)

    @cached_property
    def _names(self) -> frozenset[str]:
        """What rows can be selected by."""
        return frozenset(Row.model_fields).union(*(row.setting for row in self.rows))

    def to_json(self) -> str:
        """JSON with fields in declared order and one row a line, so that git shows what changed."""
        head = self.model_dump(exclude={"rows"})
        lines = [f" {json.dumps(name)}: {_compact(value)}," for name, value in head.items()]
        tables = ",\n".join(_table_lines(table) for table in to_tables(self.rows))
        return "\n".join(["{", *lines, ' "rows": [', *([tables] if tables else []), " ]", "}", ""])


def _spelt(row: Row) -> tuple:
    """What ``Row.key`` tells apart."""
    return (
        *(row.name, row.task, row.kind, row.method, row.encoder, repr(row.setting)),
        *(row.intermediate_task, row.source_language, row.target_language, row.split),
    )


def _table_lines(table: Mapping[str, Any]) -> str:
    rows = ",\n".join(f"   {_compact(row)}" for row in table["rows"])
    return (
        f'  {{"shared": {_compact(table["shared"])},\n'
        f'   "columns": {_compact(table["columns"])},\n'
        f'   "rows": [\n{rows}\n  ]}}'
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def identity(
    chapter: str,
    study_version: int,
    params: Mapping[str, Any],
    data: Mapping[str, Any],
    encoders: Mapping[str, str],
) -> str:
    """Hash that two runs share exactly when they measure the same thing on the same inputs.

    >>> a = identity("02_alignment", 1, {"seed": 0, "n": 9}, {}, {"tiny": "f00"})
    >>> a == identity("02_alignment", 1, {"n": 9, "seed": 0}, {}, {"tiny": "f00"})
    True
    >>> a == identity("02_alignment", 1, {"n": 9, "seed": 1}, {}, {"tiny": "f00"})
    False
    """
    return digest([chapter, study_version, dict(params), dict(data), dict(encoders)])


def environment(device: str = "cpu") -> dict[str, Any]:
    """Where a record was computed: versions, threads, instruction set, device, day and time."""
    from importlib.metadata import PackageNotFoundError, version

    import numpy
    import torch

    try:
        package = version("helpers")
    except PackageNotFoundError:
        package = "unknown"
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": numpy.__version__,
        "package": package,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "device": device,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
