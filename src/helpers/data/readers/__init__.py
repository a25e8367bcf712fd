"""Readers: one function a file format, each giving (line, fields or problem) row by row.

A reader knows a format, not a task: which columns mean what, and what a usable row is, the registry
(``tasks.toml``) and ``rows`` say. A new task in one of these formats needs no code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from helpers.data.readers.delimited import csv, tsv
from helpers.data.readers.files import File, read_file
from helpers.data.readers.parallel import line_pairs
from helpers.data.rows import Event

READERS: dict[str, Callable[..., Iterator[Event]]] = {
    "csv": csv,
    "tsv": tsv,
    "line-pairs": line_pairs,
}

__all__ = ["READERS", "File", "csv", "line_pairs", "read_file", "tsv"]
