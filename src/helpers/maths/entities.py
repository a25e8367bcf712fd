"""Entities in sentences whose tokens carry IOB2 tags (B-PER, I-PER, O), and how many are found.

The rules are those of CoNLL's scorer (conlleval; Tjong Kim Sang and De Meulder 2003): an entity
starts at B-, and at an I- that follows O, another type or the start of the sentence; it is right
where its type and both ends are. Not for tags of single tokens (part of speech: `ratio_of_sums`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Entity = tuple[str, int, int]


def entities(tags: Sequence[str]) -> list[Entity]:
    """(type, first token, token after the last) of every entity of a sentence, in order.

    Raises ValueError for a tag that is neither O nor B- or I- with a type.

    >>> entities(["B-PER", "I-PER", "O", "I-LOC", "B-LOC"])
    [('PER', 0, 2), ('LOC', 3, 4), ('LOC', 4, 5)]
    """
    found: list[Entity] = []
    kind, start = "", 0  # of the entity that is open; "" is none
    for i, tag in enumerate([*tags, "O"]):
        mark, _, name = str(tag).partition("-")
        if (mark != "O" or name) and (mark not in {"B", "I"} or not name):
            raise ValueError(f"tags: got {tag!r} for token {i}; accepted: O, B-type, I-type")
        if kind and (mark != "I" or name != kind):
            found.append((kind, start, i))
            kind = ""
        if name and not kind:
            kind, start = name, i
    return found


def entity_counts(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> np.ndarray:
    """(2, sentences): twice the right entities, and those of gold and of the predictions together.

    Their sums are the two sides of micro F1, so `item_statistics.ratio_of_sums` resamples it by
    sentences. Raises ValueError for sentences of other numbers or lengths.

    >>> entity_counts([["B-PER", "O"], ["O"]], [["B-PER", "B-LOC"], ["O"]])
    array([[2., 0.],
           [3., 0.]])
    """
    if not len(gold) or len(gold) != len(predicted):
        raise ValueError(
            f"predicted: got {len(predicted)} sentences; accepted: {len(gold)}, as gold has, and "
            "one or more"
        )
    counts = np.zeros((2, len(gold)))
    for i, (right, given) in enumerate(zip(gold, predicted, strict=True)):
        if isinstance(right, str) or len(right) != len(given):
            raise ValueError(
                f"predicted: got {len(given)} tags for sentence {i}; accepted: {len(right)}, as "
                "gold has"
            )
        here, there = set(entities(right)), set(entities(given))
        counts[:, i] = 2 * len(here & there), len(here) + len(there)
    return counts
