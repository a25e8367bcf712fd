"""Where an extractive answer is lost: before its sentence, inside it, or at its edge.

Names for the kinds of error and the rule that gives each row one. Not a score: how wrong a boundary
is, F1 says (``maths.answers``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.data.sentences import sentences

if TYPE_CHECKING:
    import pandas
    from numpy.typing import ArrayLike

WRONG_SENTENCE = "wrong sentence"
NO_OVERLAP = "right sentence, no overlap"
WRONG_BOUNDARY = "overlap, wrong boundary"
EXACT = "exact"
PLACES = (WRONG_SENTENCE, NO_OVERLAP, WRONG_BOUNDARY, EXACT)  # from far to near

Span = tuple[int, int]


def where_lost(
    table: pandas.DataFrame,
    predicted: Sequence[Span],
    language: str,
    *,
    exact: ArrayLike | None = None,
) -> list[str]:
    """For each row of a span table one of ``PLACES``: the nearest that any gold answer gives.

    Parameters
    ----------
    table : columns context, answers and starts.
    predicted : (start, end) of each row's answer in its context, in characters.
    language : ISO 639-1, for the rules by which `helpers.data.sentences` cuts the context.
    exact : the rows' exact match, 0 or 1, by the rules of a scorer; a row with 1 is exact, also
        where an article is missing or the same words stand elsewhere. Without it, and besides it,
        the same characters at the same place are.

    An answer that shares a character with a gold one has overlap, whatever the sentences. One that
    reaches over several sentences is in the right one if any is; blanks between sentences belong to
    none, and so does an empty answer.

    Errors: ``ValueError`` where the lengths differ or a span is not one of its context.

    >>> import pandas
    >>> text = "Anna was born in Ulm. She died in Rome."
    >>> row = {"context": text, "answers": ["in Ulm"], "starts": [14]}
    >>> table = pandas.DataFrame([row] * 4)
    >>> for place in where_lost(table, [(34, 38), (0, 4), (17, 20), (14, 20)], "en"):
    ...     print(place)
    wrong sentence
    right sentence, no overlap
    overlap, wrong boundary
    exact
    """
    if len(predicted) != len(table):
        raise ValueError(f"{len(predicted)} predicted spans and {len(table)} rows")
    matched = [0.0] * len(table) if exact is None else [float(value) for value in exact]
    if len(matched) != len(table):
        raise ValueError(f"{len(matched)} exact matches and {len(table)} rows")
    if not len(table):
        return []
    cut: dict[str, list[Span]] = {}  # the questions on a text share it
    found = []
    rows = zip(table["context"], table["answers"], table["starts"], strict=True)
    for (context, answers, starts), span, match in zip(rows, predicted, matched, strict=True):
        start, end = span
        if not 0 <= start <= end <= len(context):
            raise ValueError(f"no span of a context of {len(context)} characters: {span}")
        if context not in cut:
            cut[context] = sentences(context, language)
        golds = [(at, at + len(text)) for text, at in zip(answers, starts, strict=True)]
        found.append(EXACT if match == 1 else _nearest((start, end), golds, cut[context]))
    return found


def _nearest(span: Span, golds: Sequence[Span], cut: Sequence[Span]) -> str:
    if span in golds:
        return EXACT
    if any(_overlap(span, gold) for gold in golds):
        return WRONG_BOUNDARY
    own = [sentence for sentence in cut if _overlap(span, sentence)]
    if any(_overlap(gold, sentence) for gold in golds for sentence in own):
        return NO_OVERLAP
    return WRONG_SENTENCE


def _overlap(first: Span, second: Span) -> bool:
    # strict, so that an empty span overlaps nothing
    return max(first[0], second[0]) < min(first[1], second[1])
