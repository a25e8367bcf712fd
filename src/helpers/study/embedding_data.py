"""Chapter 1: the sentences that embeddings are measured on.

Retrieval: Tatoeba's REPORT pairs of every language, queries and pool. Similarity: the development
sets in English and one other language, and across the two. Laboratory only: the same meanings with
lexical overlap dialled. Nothing is encoded here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study.alignment_data import LAB_SEED, TASK, Pairs
from helpers.study.params import EmbeddingParams

if TYPE_CHECKING:
    import pandas as pd

SOURCE, SPLIT, STS_SPLIT = "en", "test", "dev"
ALL = "all"
# Layers and poolings are compared in these, as far as a source has them (chapter 2 has them too).
COMPARED = ("ko", "de", "es", "fr")
FEWEST_COMPARED = 2
# Laboratory sentences: enough for intervals of a few points, few enough for seconds on two cores.
LAB_PAIRS, LAB_STS_ROWS, LAB_DIALLED = 150, 90, 100
LEVELS = (0.0, 0.25, 0.5, 1.0)  # shares of content words that are spelt as in English
FEWEST = 10


@dataclass(frozen=True)
class Similarity:
    """Graded pairs, of one language or (``across``) of English and another."""

    task: str
    language: str
    across: bool
    split: str
    table: pd.DataFrame


@dataclass(frozen=True)
class EmbeddingData:
    """All that chapter 1 measures on.

    ``dialled`` : laboratory pairs of one language by the dial of lexical overlap, 0 to 1.
    """

    languages: dict[str, Pairs]
    compared: tuple[str, ...]
    similarity: tuple[Similarity, ...]
    dialled: dict[float, Pairs]
    dialled_language: str
    fingerprints: dict[str, str]
    notes: tuple[str, ...]


def chosen_languages(params: EmbeddingParams) -> tuple[str, ...]:
    """The languages asked for, or all; refuses those that the source does not have."""
    from helpers.data.sources import languages

    there = languages(TASK, params.data)
    if params.target_languages == (ALL,):
        return there
    for language in params.target_languages:
        if language not in there:
            raise UserError("target_languages", language, (ALL, *there))
    return params.target_languages


def load_data(params: EmbeddingParams) -> EmbeddingData:
    """Load and cut everything; UserError where a language has too few pairs."""
    from helpers.data.sources import load
    from helpers.data.split import split_by_english

    lab = params.data_kind == "lab"
    languages = chosen_languages(params)
    fingerprints: dict[str, str] = {}
    notes: list[str] = []
    pairs = {}
    for language in languages:
        n = LAB_PAIRS if lab else None
        rows = load(TASK, language, SPLIT, params.data, n=n, seed=LAB_SEED)
        fingerprints[f"{TASK} {language} {SPLIT}"] = rows.fingerprint
        if rows.report.skipped:
            notes.append(
                f"{TASK} {language}: {len(rows.report.skipped)} of {rows.report.rows_read} skipped "
                f"(first: {rows.report.skipped[0].reason})"
            )
        pairs[language] = Pairs.of(split_by_english(rows.table).report)
        if len(pairs[language]) < FEWEST:
            given = f"{params.data}: {len(pairs[language])} pairs of {language} to report"
            raise UserError("data", given, f"{FEWEST} pairs or more")
    compared = [language for language in COMPARED if language in languages]
    others = [language for language in languages if language not in compared]
    compared += others[: max(0, FEWEST_COMPARED - len(compared))]
    similarity = _similarity(params, compared, fingerprints)
    dialled = _dialled(languages[0], fingerprints) if lab else {}
    return EmbeddingData(
        pairs, tuple(compared), similarity, dialled, languages[0], fingerprints, tuple(notes)
    )


def _similarity(
    params: EmbeddingParams, compared: list[str], fingerprints: dict[str, str]
) -> tuple[Similarity, ...]:
    """English, the first compared language that there is a set of, and across the two."""
    from helpers.data.pairs import tasks_by_language
    from helpers.data.sources import available, load

    try:
        by_language = tasks_by_language(params.data)
    except UserError:  # a source may have Tatoeba and no similarity set
        return ()
    found: list[Similarity] = []
    wanted = [SOURCE, *[language for language in compared if language in by_language][:1]]
    for language in wanted:
        task = by_language.get(language)
        if task is None or STS_SPLIT not in available(task, params.data)[language]:
            continue
        n = LAB_STS_ROWS if params.data_kind == "lab" else None
        rows = load(task, language, STS_SPLIT, params.data, n=n, seed=LAB_SEED)
        fingerprints[f"{task} {language} {STS_SPLIT}"] = rows.fingerprint
        found.append(Similarity(task, language, False, STS_SPLIT, rows.table))
    if len(found) == 2:
        english, other = found
        joined = english.table.merge(other.table, on="id", suffixes=("", "_other"))
        joined["sentence2"] = joined["sentence2_other"]
        found.append(Similarity(other.task, other.language, True, STS_SPLIT, joined))
    return tuple(found)


def _dialled(language: str, fingerprints: dict[str, str]) -> dict[float, Pairs]:
    """The same meanings with ever more content words spelt as in English."""
    from helpers.data.lab.api import table
    from helpers.data.lab.dials import Dials
    from helpers.data.rows import fingerprint

    found = {}
    for level in LEVELS:
        dials = Dials(overlap=level)
        rows = table("parallel", language, SPLIT, LAB_DIALLED, LAB_SEED, SOURCE, dials)
        fingerprints[f"{TASK} {language} {SPLIT}, overlap {level:g}"] = fingerprint(rows)
        found[level] = Pairs.of(rows)
    return found
