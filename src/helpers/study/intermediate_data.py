"""Chapter 7: the tables of its targets and of retrieval, read once a process.

A grid makes many runs in one process; what they share is kept. Items of the intermediate data sets
stand in ``intermediate_items``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import rules
from helpers.study.transfer_data import CourseData, load_courses

if TYPE_CHECKING:
    import pandas as pd

CHAPTER = "07_intermediate"


def targets(params: IntermediateParams) -> list[CourseData]:
    """Rows of every target."""
    return list(_targets(_Source.of(params)))


@dataclass(frozen=True)
class _Source:
    """What decides the targets' tables, so that runs of one process read them once."""

    data: str
    target_languages: tuple[str, ...]
    train_size: int
    report_size: int
    epochs: int

    @classmethod
    def of(cls, params: IntermediateParams) -> _Source:
        return cls(**{name: getattr(params, name) for name in cls.__dataclass_fields__})


@lru_cache(maxsize=2)
def _targets(source: _Source) -> tuple[CourseData, ...]:
    return tuple(load_courses(CHAPTER, IntermediateParams(**vars(source))))


def retrieval_tables(params: IntermediateParams) -> dict[str, tuple[str, pd.DataFrame]]:
    """Parallel sentences by language, REPORT pairs; {} where the source has none."""
    wanted = tuple(rules().retrieval["languages"])
    if params.target_languages != ("all",):
        wanted = tuple(language for language in wanted if language in params.target_languages)
    return _parallel(params.data, wanted)


@lru_cache(maxsize=2)
def _parallel(data: str, wanted: tuple[str, ...]) -> dict[str, tuple[str, pd.DataFrame]]:
    from helpers.data.sources import languages, load
    from helpers.data.split import split_by_english

    task, pairs = rules().retrieval["task"], rules().retrieval["pairs"]
    try:
        there = languages(task, data)
    except UserError:
        return {}
    found = {}
    for language in wanted:
        if language in there:
            rows = load(task, language, "test", data, n=2 * pairs if data == "lab" else None)
            table = split_by_english(rows.table).report.iloc[:pairs].reset_index(drop=True)
            found[f"{task} {language} test"] = rows.fingerprint, table
    return found
