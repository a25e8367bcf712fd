"""LAReQA: language-agnostic answer retrieval, built from reading sets that are parallel.

As its authors describe it (Roy et al. 2020, section 3.1, for XQuAD): the paragraphs of every
language are cut into sentences, all sentences of all languages are one pool of candidates, and
right answers to a question are the sentences that hold its answer, in every language; scored by
mean average precision at 20. Their own sentence boundaries are not part of XQuAD: those here are
`sentences`' own, with numbers of candidates near theirs and not equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from helpers.data.kinds import COLUMNS
from helpers.data.rows import Rows, fingerprint
from helpers.data.sentences import sentences

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pool:
    """Questions, candidate sentences, and for each question the rows of its right candidates.

    ``queries``: id, language, text, article. ``candidates``: id, language, text, paragraph (the
    same number in every language). ``gold``: an array of row numbers of ``candidates`` for each
    query, sorted; one candidate of each language that has the question, and more where its answers
    differ.
    """

    queries: pd.DataFrame
    candidates: pd.DataFrame
    gold: list[np.ndarray]


def pool(tables: Mapping[str, pd.DataFrame]) -> Pool:
    """One pool of the sentences of all languages.

    Parameters
    ----------
    tables : rows of a span task by language; rows with the same id are translations.

    Raises
    ------
    ValueError : no tables, or one without the columns of a span task.

    >>> import pandas as pd
    >>> row = {"id": "test-00000", "question": "?", "article": ""}
    >>> en = pd.DataFrame([row | {"context": "I am. You are.", "answers": ["am"], "starts": [2]}])
    >>> de = pd.DataFrame([row | {"context": "Ich bin. Du.", "answers": ["bin"], "starts": [4]}])
    >>> found = pool({"en": en, "de": de})
    >>> found.candidates.text.tolist(), [gold.tolist() for gold in found.gold]
    (['I am.', 'You are.', 'Ich bin.', 'Du.'], [[0, 2], [0, 2]])
    """
    import pandas as pd

    if not tables:
        raise ValueError("tables: got none; accepted: one table a language")
    queries, candidates, right = [], [], {}
    for language, table in tables.items():
        if missing := [name for name in COLUMNS["span"] if name not in table.columns]:
            given = f"{language} without {', '.join(missing)}"
            raise ValueError(f"tables: got {given}; accepted: rows of a span task")
        for paragraph, (context, rows) in enumerate(table.groupby("context", sort=False)):
            spans = _sentences(context, rows, language)
            first = len(candidates)
            for number, (start, end) in enumerate(spans):
                name = f"{language}-{paragraph:05d}-{number}"
                candidates.append((name, language, context[start:end], paragraph))
            for row in rows.itertuples(index=False):
                queries.append((row.id, language, row.question, row.article))
                found = right.setdefault(row.id, set())
                found.update(first + _holds(spans, start) for start in row.starts)
    return Pool(
        pd.DataFrame(queries, columns=["id", "language", "text", "article"]),
        pd.DataFrame(candidates, columns=["id", "language", "text", "paragraph"]),
        [np.array(sorted(right[query])) for query, *_ in queries],
    )


def retrieval_rows(rows: Rows, language: str) -> Rows:
    """Rows of a span task as rows of retrieval: the question and the sentence with its answer.

    The first of several answers counts; ids and report stay. The pool of candidates and the right
    ones in other languages are not rows: `pool`.
    """
    import pandas as pd

    found: dict[str, tuple[str, str]] = {}
    for context, group in rows.table.groupby("context", sort=False):
        spans = _sentences(context, group, language)
        for row in group.itertuples(index=False):
            start, end = spans[_holds(spans, row.starts[0])]
            found[row.id] = row.question, context[start:end]
    records = [(item, *found[item], language) for item in rows.table.id]
    table = pd.DataFrame.from_records(records, columns=list(COLUMNS["retrieval"]))
    return replace(rows, table=table, fingerprint=fingerprint(table))


def _sentences(context: str, rows: pd.DataFrame, language: str) -> list[tuple[int, int]]:
    """Sentences of a paragraph as (start, end), joined where one of its answers runs over two."""
    answers = [
        (start, start + len(answer))
        for row in rows.itertuples(index=False)
        for answer, start in zip(row.answers, row.starts, strict=True)
    ]
    return _joined(sentences(context, language), answers)


def _joined(
    spans: Iterable[tuple[int, int]], answers: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """
    >>> _joined([(0, 3), (4, 8), (9, 12)], [(2, 5)])
    [(0, 8), (9, 12)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and any(first < joined[-1][1] and last > start for first, last in answers):
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _holds(spans: list[tuple[int, int]], position: int) -> int:
    """Number of the sentence that a character stands in."""
    return next(number for number, (_, end) in enumerate(spans) if position < end)
