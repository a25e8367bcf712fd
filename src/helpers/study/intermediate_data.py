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
from helpers.study.transfer_data import CourseData, first_by_id, load_courses, reported

if TYPE_CHECKING:
    import pandas as pd

    from helpers.data.lareqa import Pool

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


@dataclass(frozen=True)
class Retrieval:
    """Parallel sentences by set and language (REPORT pairs), and LAReQA's questions and sentences.

    ``pairs``: "task language split" -> table; ``answers``: None where the source has no such set.
    """

    pairs: dict[str, pd.DataFrame]
    answers: Pool | None
    fingerprints: dict[str, str]


def retrieval(params: IntermediateParams) -> Retrieval:
    """What is retrieved: pairs of the wanted languages; nothing where the source has none."""
    return _retrieval(params.data, params.target_languages)


@lru_cache(maxsize=2)
def _retrieval(data: str, target_languages: tuple[str, ...]) -> Retrieval:
    def wanted(languages: list[str]) -> list[str]:
        everything = target_languages == ("all",)
        return [one for one in languages if everything or one in target_languages]

    fingerprints: dict[str, str] = {}
    pairs = _pairs(data, wanted(rules().retrieval["languages"]), fingerprints)
    # Always all of its languages: among fewer sentences the right one is easier to find.
    answers = _answers(data, rules().answer_retrieval["languages"], fingerprints)
    return Retrieval(pairs, answers, fingerprints)


def _pairs(data: str, wanted: list[str], fingerprints: dict[str, str]) -> dict[str, pd.DataFrame]:
    from helpers.data.sources import load
    from helpers.data.split import split_by_english

    task, n = rules().retrieval["task"], rules().retrieval["pairs"]
    found = {}
    for language in _there(task, wanted, data):
        rows = load(task, language, "test", data, n=2 * n if data == "lab" else None)
        name = f"{task} {language} test"
        fingerprints[name] = rows.fingerprint
        found[name] = split_by_english(rows.table).report.iloc[:n].reset_index(drop=True)
    return found


def _answers(data: str, wanted: list[str], fingerprints: dict[str, str]) -> Pool | None:
    from helpers.data.lareqa import pool
    from helpers.data.sources import load

    told = rules().answer_retrieval
    tables = {}
    for language in _there(told["built"], wanted, data):
        rows = load(told["built"], language, "test", data)
        fingerprints[f"{told['task']} {language} test"] = rows.fingerprint
        tables[language] = first_by_id(reported(rows.table), told["questions"])
    return pool(tables) if len(tables) > 1 else None


def _there(task: str, wanted: list[str], data: str) -> list[str]:
    """The wanted languages that a source has of a task."""
    from helpers.data.sources import languages

    try:
        there = languages(task, data)
    except UserError:
        return []
    return [language for language in wanted if language in there]
