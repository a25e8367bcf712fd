"""Parallel sentences out of the row-parallel STS sets: pairs of another domain than Tatoeba's.

Row i of a split of STSb is the same pair of sentences in every language, and KorSTS translates the
same rows, so each row gives two parallel sentences. Gold scores are copied from the English rows:
where they differ the rows are not translations of each other, and are counted out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.data.rows import Event, RowProblem, Rows, Skip, collect, draw
from helpers.data.sources import available, check_n, load
from helpers.data.split import normalise_sentence
from helpers.data.tasks import tasks
from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

GROUP = "stsb"  # value of the registry's key `parallel`
SCORE_TOLERANCE = 0.01
# More than this share of differing scores and the two sets are not aligned at all
MOST_DISAGREEMENT = 0.01


def languages(source: str = "lab") -> tuple[str, ...]:
    """Languages that the row-parallel sets have in ``source``, any two of which give pairs."""
    return tuple(tasks_by_language(source))


def pairs(
    language: str,
    split: str = "train",
    source: str = "lab",
    source_language: str = "en",
    *,
    n: int | None = None,
    seed: int = 0,
) -> Rows:
    """Parallel sentences of ``source_language`` and ``language`` from the STS rows of a source.

    Parameters
    ----------
    language, source_language : ISO 639-1, different. split, source : as for `sources.load`.
    n : most pairs wanted, drawn with ``seed``; the laboratory generates its rows from ``seed``.

    Returns
    -------
    Rows : columns of a retrieval task; ``id`` is the STS row's id and which of its sentences it is
        (``train-00012-1``). The first of several rows with the same normalised ``source_text``
        stays. In the report every sentence of ``source_language`` is a row, and a line is the
        number of the STS row; of rows that could not be read it is the line in their file.

    Raises
    ------
    UserError : as `sources.load`; the same language twice; scores that show the sets to be
        misaligned.

    >>> found = pairs("ko", n=4, seed=1)
    >>> list(found.table.columns), len(found.table)
    (['id', 'source_text', 'target_text', 'language'], 4)
    """
    check_n(n)
    by_language = tasks_by_language(source)
    for parameter, given in (("source_language", source_language), ("language", language)):
        if given not in by_language:
            raise UserError(parameter, given, by_language)
    if language == source_language:
        raise UserError(
            "language", language, [name for name in by_language if name != source_language]
        )
    size = n if source == "lab" else None
    sides = [
        load(by_language[name], name, split, source, n=size, seed=seed)
        for name in (source_language, language)
    ]
    files = tuple(file for side in sides for file in side.report.files)
    events = list(_events(sides[0].table, sides[1].table, language))
    _refuse_misaligned(events, files, len(sides[0].table))
    rows = collect(events, "retrieval", prefix=split, language=language, files=files, keep_ids=True)
    return draw(_with_skips_of(sides[0], rows), n, seed)


def tasks_by_language(source: str = "lab") -> dict[str, str]:
    """Which task of the row-parallel group has each language in ``source``.

    >>> tasks_by_language("lab")["en"]
    'stsb'
    """
    found: dict[str, str] = {}
    refusal: UserError | None = None
    for task in tasks().values():
        if task.parallel != GROUP:
            continue
        try:
            there = available(task.name, source)
        except UserError as error:  # a folder may hold one set of the group only
            refusal = error
            continue
        for language in there:
            found.setdefault(language, task.name)
    if not found and refusal:
        raise refusal
    return found


_DISAGREE = "gold scores differ"


def _events(source: pd.DataFrame, target: pd.DataFrame, language: str) -> Iterator[Event]:
    partners = {row.id: row for row in target.itertuples(index=False)}
    seen: set[str] = set()
    for row in source.itertuples(index=False):
        line = int(row.id.rpartition("-")[2]) + 1
        partner = partners.get(row.id)
        for side in (1, 2):
            if partner is None:
                yield line, RowProblem(f"no such row in {language}")
                continue
            if abs(row.score - partner.score) > SCORE_TOLERANCE:
                yield line, RowProblem(f"{_DISAGREE}: {row.score:g} and {partner.score:g}")
                continue
            text = getattr(row, f"sentence{side}")
            if (key := normalise_sentence(text)) in seen:
                yield line, RowProblem("source sentence seen before")
                continue
            seen.add(key)
            yield (
                line,
                {
                    "id": f"{row.id}-{side}",
                    "source_text": text,
                    "target_text": getattr(partner, f"sentence{side}"),
                },
            )


def _refuse_misaligned(events: list[Event], files: tuple[str, ...], n_rows: int) -> None:
    differing = {
        line
        for line, fields in events
        if isinstance(fields, RowProblem) and str(fields).startswith(_DISAGREE)
    }
    if len(differing) > MOST_DISAGREEMENT * n_rows:
        raise UserError(
            "data",
            f"{' and '.join(files)}: gold scores differ in {len(differing)} of {n_rows} rows, "
            f"first in row {min(differing)}",
            "files whose row i is the same item",
        )


def _with_skips_of(source: Rows, rows: Rows) -> Rows:
    """Add the rows that were skipped when the source was read: two sentences for each."""
    earlier = [
        Skip(skip.line, f"{' and '.join(source.report.files)}: {skip.reason}")
        for skip in source.report.skipped
        for _ in (1, 2)
    ]
    report = rows.report
    report = replace(
        report,
        rows_read=report.rows_read + len(earlier),
        skipped=(*earlier, *report.skipped),
    )
    return replace(rows, report=report)
