"""Appendix on encoders: what each measures untuned, beside a bag of words and its untrained self.

Retrieval on Tatoeba's REPORT pairs in both directions; similarity as Spearman's correlation of the
cosine with the gold score, within a language and between English and it (sentence 1 English,
sentence 2 the other language); and cloze accuracy (``encoders_cloze``). Nothing is learnt here; the
model cards quote these rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.alignment_data import LAB_SEED, TASK
from helpers.study.alignment_fit import precision
from helpers.study.drafts import Draft, finish
from helpers.study.encoders_cloze import LAB_PAIRS, cloze_drafts
from helpers.study.params import EncodersParams
from helpers.study.plan import Outcome, Plan, made, open_encoders, tracked
from helpers.study.row import Row

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CHAPTER, VERSION = "encoders", 2
BASELINES = ("bag-of-words", "untrained:{first}")
STS_SPLITS = ("dev", "test")
SOURCE = "en"


@dataclass(frozen=True)
class Similarity:
    """Graded pairs whose sentences may be of two languages."""

    task: str
    split: str
    language: str
    across: bool
    table: pd.DataFrame

    @property
    def label(self) -> str:
        return f"{self.task} {self.language} {self.split}{' across' if self.across else ''}"


def study(params: EncodersParams, *, progress: bool = True) -> Plan:
    """Plan of the appendix: parameters checked, data read and fingerprinted, nothing encoded."""
    from helpers.data.sources import languages

    there = languages(TASK, params.data)
    for language in params.target_languages:
        if language not in there:
            raise UserError("target_languages", language, there)
    baselines = [name.format(first=params.encoders[-1]) for name in BASELINES]
    names = [*params.encoders, *(name for name in baselines if name not in params.encoders)]
    opened = open_encoders(params, names, progress=progress)
    retrieval, similarity, fingerprints = load_sets(params)
    encoders = {label: encoder for label, (encoder, _) in opened.items()}

    def compute(progress: bool) -> Outcome:
        outcome = Outcome()
        labels = list(encoders)
        found = (
            _measured(label, encoders[label], params, retrieval, similarity) for label in labels
        )
        given = dict(zip(labels, names, strict=True))
        measured = tracked(found, labels, str, progress=progress)
        for label, (rows, drafts, scores) in zip(labels, measured, strict=True):
            if given[label] in params.encoders:
                try:
                    drafts += cloze_drafts(label, given[label], params)
                except UserError as error:
                    outcome.notes.append(f"no cloze accuracy of {label}: {error.accepted}")
            finished, items = finish(drafts, seed=0)
            outcome.rows += [*finished, *rows]
            for key in items:
                outcome.items.add(key, items.ids(key), items[key])
            for key, ids, cosines in scores:
                outcome.items.add(key, ids, cosines)
        return outcome

    return made(
        CHAPTER,
        VERSION,
        params,
        names=dict(zip(names, opened, strict=True)),
        data=fingerprints,
        encoders={label: fingerprint for label, (_, fingerprint) in opened.items()},
        compute=compute,
        device=next((e.device for e in encoders.values() if hasattr(e, "device")), "cpu"),
    )


def load_sets(
    params: EncodersParams,
) -> tuple[dict[str, pd.DataFrame], list[Similarity], dict[str, str]]:
    """Retrieval tables by language, similarity sets, and fingerprints of what was read."""
    from helpers.data.pairs import tasks_by_language
    from helpers.data.sources import available, load
    from helpers.data.split import split_by_english

    lab = params.data_kind == "lab"
    n = LAB_PAIRS if lab else None
    fingerprints, retrieval, similarity = {}, {}, []
    for language in params.target_languages:
        rows = load(TASK, language, "test", params.data, n=n, seed=LAB_SEED)
        fingerprints[f"{TASK} {language} test"] = rows.fingerprint
        retrieval[language] = split_by_english(rows.table).report
    try:
        by_language = tasks_by_language(params.data)
    except UserError:  # a source may have Tatoeba and no similarity set
        by_language = {}
    english: dict[str, pd.DataFrame] = {}
    for language in (SOURCE, *params.target_languages):
        task = by_language.get(language)
        for split in STS_SPLITS:
            if task is None or split not in available(task, params.data)[language]:
                continue
            rows = load(task, language, split, params.data, n=n, seed=LAB_SEED)
            fingerprints[f"{task} {language} {split}"] = rows.fingerprint
            similarity.append(Similarity(task, split, language, False, rows.table))
            if language == SOURCE:
                english[split] = rows.table
            elif split in english:
                joined = english[split].merge(rows.table, on="id", suffixes=("", "_other"))
                joined["sentence2"] = joined["sentence2_other"]
                similarity.append(Similarity(task, split, language, True, joined))
    return retrieval, similarity, fingerprints


def _measured(
    label: str,
    encoder: Any,
    params: EncodersParams,
    retrieval: dict[str, pd.DataFrame],
    similarity: list[Similarity],
) -> tuple[list[Row], list[Draft], list[tuple[str, tuple[str, ...], np.ndarray]]]:
    """Rows of similarity, drafts of retrieval, and the cosines behind the former."""
    columns = [
        table[side] for table in retrieval.values() for side in ("target_text", "source_text")
    ]
    columns += [pairs.table[side] for pairs in similarity for side in ("sentence1", "sentence2")]
    vectors = encoder.encode([text for column in columns for text in column])
    parts, start = [], 0
    for column in columns:
        parts.append(vectors[start : start + len(column)])
        start += len(column)
    sides = iter(parts)
    drafts = []
    for language, table in retrieval.items():
        drafts += _retrieval(label, params, language, table, next(sides), next(sides))
    rows, scores = [], []
    for pairs in similarity:
        row, cosines = _similarity(label, params, pairs, next(sides), next(sides))
        rows.append(row)
        scores.append((row.key, tuple(pairs.table["id"]), cosines))
    return rows, drafts, scores


def _retrieval(
    label: str,
    params: EncodersParams,
    language: str,
    table: pd.DataFrame,
    target: np.ndarray,
    source: np.ndarray,
) -> Iterator[Draft]:
    for direction, correct in precision(target, source).items():
        coordinates = _coordinates(label, params, "precision@1", TASK, "retrieval", language)
        coordinates |= {"split": "report", "setting": {"direction": direction}}
        yield Draft(coordinates, scores=correct, ids=tuple(table["id"]))


def _similarity(
    label: str, params: EncodersParams, pairs: Similarity, left: np.ndarray, right: np.ndarray
) -> tuple[Row, np.ndarray]:
    import numpy as np

    from helpers.maths.statistics import crossed_bootstrap, spearman_with

    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    cosines = np.sum(left * right, axis=1) / np.maximum(lengths, np.finfo(np.float32).tiny)
    gold = pairs.table["score"].to_numpy(dtype=float)
    interval = crossed_bootstrap(cosines[None], statistic=spearman_with(gold))
    coordinates = _coordinates(label, params, "spearman", pairs.task, "similarity", pairs.language)
    coordinates |= {"split": pairs.split, "setting": {"across": pairs.across}}
    ends = {"value": interval.value, "low": interval.low, "high": interval.high}
    return Row(**coordinates, **ends, n=len(gold)), cosines


def _coordinates(
    label: str, params: EncodersParams, name: str, task: str, kind: str, language: str
) -> dict[str, Any]:
    return {
        "name": name,
        "task": task,
        "kind": kind,
        "method": "none",
        "encoder": label,
        "source_language": SOURCE,
        "target_language": language,
        "seed": params.seed,
    }
