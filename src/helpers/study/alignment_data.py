"""Chapter 2: which pairs maps learn from and which they are scored on.

In-domain pairs are Tatoeba's, cut once by English sentence: DEVELOP (a third) is what maps may
learn from, REPORT (two thirds) is queries and pool of every score. Out-of-domain pairs are
sentences of the row-parallel STS sets, less every English sentence that any REPORT fold holds.
Nothing is encoded here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study.params import AlignmentParams

if TYPE_CHECKING:
    import pandas as pd

    from helpers.data.rows import Rows

TASK, SPLIT, OUTSIDE_SPLIT = "tatoeba", "test", "train"
IN_DOMAIN, OUT_OF_DOMAIN = "in-domain", "out-of-domain"
# Laboratory sentences: enough for intervals of a few points, few enough for seconds on two cores.
LAB_PAIRS, LAB_STS_ROWS = 360, 300
LAB_STEP = 50
# The laboratory's items do not depend on the run's seed: runs under several seeds share them.
LAB_SEED = 0
FEWEST = 10


@dataclass(frozen=True)
class Pairs:
    """Parallel sentences: ``source`` (the language mapped into) and ``target``, one id a pair."""

    ids: tuple[str, ...]
    source: tuple[str, ...]
    target: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, table: pd.DataFrame) -> Pairs:
        """From a table in the columns of a retrieval task."""
        return cls(tuple(table["id"]), tuple(table["source_text"]), tuple(table["target_text"]))

    def first(self, n: int) -> Pairs:
        """The first ``n`` pairs; of a drawn order these are nested samples."""
        return Pairs(self.ids[:n], self.source[:n], self.target[:n])

    def drawn(self, seed: int) -> Pairs:
        """All pairs in an order that depends on seed and ids alone.

        Parallel languages, whose ids are equal, so learn from the same sentences.
        """

        def key(place: int) -> bytes:
            return hashlib.blake2b(f"{seed}:{self.ids[place]}".encode(), digest_size=8).digest()

        order = sorted(range(len(self)), key=key)
        columns = (self.ids, self.source, self.target)
        return Pairs(*(tuple(column[i] for i in order) for column in columns))


@dataclass(frozen=True)
class LanguagePairs:
    """All that chapter 2 needs of one target language; ``learn`` by domain, in drawn order."""

    language: str
    report: Pairs
    learn: dict[str, Pairs]


@dataclass(frozen=True)
class AlignmentData:
    """Pairs of every language, fingerprints of what was read, and what was left out of it."""

    languages: tuple[LanguagePairs, ...]
    fingerprints: dict[str, str]
    notes: tuple[str, ...]


def check_languages(params: AlignmentParams) -> None:
    """Refuse languages that the source does not have; reads no sentence."""
    from helpers.data.sources import languages

    there = languages(TASK, params.data)
    if params.source_language != "en":
        raise UserError("source_language", params.source_language, "en (a side of every pair is)")
    for language in params.target_languages:
        if language not in there:
            raise UserError("target_languages", language, there)


def load_pairs(params: AlignmentParams) -> AlignmentData:
    """Load, cut and de-duplicate the pairs of every target language."""
    from helpers.data.pairs import languages as languages_outside
    from helpers.data.pairs import pairs
    from helpers.data.sources import load
    from helpers.data.split import drop_seen, split_by_english

    lab = params.data_kind == "lab"
    fingerprints: dict[str, str] = {}
    notes: list[str] = []
    folds = {}
    for language in params.target_languages:
        n = LAB_PAIRS if lab else None
        rows = load(TASK, language, SPLIT, params.data, n=n, seed=LAB_SEED)
        _note(rows, f"{TASK} {language} {SPLIT}", fingerprints, notes)
        folds[language] = split_by_english(rows.table)
        for fold, table in zip(folds[language]._fields, folds[language], strict=True):
            if len(table) < FEWEST:
                given = f"{params.data}: {len(table)} pairs of {language} in the {fold} fold"
                raise UserError("data", given, f"{FEWEST} pairs or more in each fold")
    reports = [fold.report for fold in folds.values()]
    try:
        outside = languages_outside(params.data)
    except UserError:  # a source may have Tatoeba and no STS set
        outside = ()
    found = []
    for language, (develop, report) in folds.items():
        learn = {IN_DOMAIN: Pairs.of(develop).drawn(params.seed)}
        if params.source_language in outside and language in outside:
            n = LAB_STS_ROWS if lab else None
            rows = pairs(
                language, OUTSIDE_SPLIT, params.data, params.source_language, n=n, seed=LAB_SEED
            )
            _note(rows, f"pairs {language} {OUTSIDE_SPLIT}", fingerprints, notes)
            table, dropped = drop_seen(rows.table, *reports)
            if dropped:
                notes.append(
                    f"pairs {language} {OUTSIDE_SPLIT}: {dropped} left out, their English side is "
                    "in a REPORT fold"
                )
            if len(table) >= FEWEST:
                learn[OUT_OF_DOMAIN] = Pairs.of(table).drawn(params.seed)
        if OUT_OF_DOMAIN not in learn:
            notes.append(f"{language}: no out-of-domain pairs in this source")
        found.append(
            LanguagePairs(
                language,
                Pairs.of(report),
                {domain: pairs_.first(params.n_pairs) for domain, pairs_ in learn.items()},
            )
        )
    return AlignmentData(tuple(found), fingerprints, tuple(notes))


def curve(domain: str, available: int, kind: str) -> list[int]:
    """Numbers of pairs to learn from: 10, 30, 100, ... and all there are.

    A step within a fifth of the whole would only repeat it. The laboratory, which a notebook runs
    in seconds, takes 50 pairs and all, and out of domain all pairs only.

    >>> curve("in-domain", 333, "local"), curve("out-of-domain", 1100, "hub")
    ([10, 30, 100, 333], [10, 30, 100, 300, 1100])
    >>> curve("in-domain", 107, "lab"), curve("out-of-domain", 300, "lab")
    ([50, 107], [300])
    """
    steps = [digit * 10**power for power in range(1, 8) for digit in (1, 3)]
    if kind == "lab":
        steps = [] if domain == OUT_OF_DOMAIN else [LAB_STEP]
    return [step for step in steps if step < 0.8 * available] + [available]


def _note(rows: Rows, name: str, fingerprints: dict[str, str], notes: list[str]) -> None:
    fingerprints[name] = rows.fingerprint
    skipped = rows.report.skipped
    if skipped:
        reasons = "; ".join(f"line {skip.line}: {skip.reason}" for skip in skipped[:3])
        more = ", ..." if len(skipped) > 3 else ""
        notes.append(f"{name}: {len(skipped)} of {rows.report.rows_read} skipped ({reasons}{more})")
