"""Which texts go through the model together: each distinct text once, batches of like lengths.

Pure Python and numpy; knows nothing of tokenizers or models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from helpers.errors import UserError


def deduplicate(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Distinct texts in order of first appearance, and for every text its place among them.

    >>> deduplicate(["b", "a", "b"])
    (['b', 'a'], array([0, 1, 0]))
    """
    places: dict[str, int] = {}
    inverse = [places.setdefault(text, len(places)) for text in texts]
    return list(places), np.array(inverse, dtype=np.intp)


def check_token_budget(token_budget: int) -> int:
    """A positive whole number, or an error that says so."""
    if isinstance(token_budget, bool) or not isinstance(token_budget, int) or token_budget < 1:
        raise UserError("token_budget", token_budget, "a positive whole number of tokens")
    return token_budget


def padded(
    ids: Sequence[Sequence[int]], rows: Sequence[int], padding_id: int
) -> tuple[np.ndarray, np.ndarray]:
    """Token ids of ``rows``, padded on the right to the longest, and a mask: 1 a token.

    Returns
    -------
    Two int64 [len(rows), longest].

    >>> padded([[5, 6, 7], [8]], rows=[1, 0], padding_id=1)[0].tolist()
    [[8, 1, 1], [5, 6, 7]]
    """
    shape = len(rows), max((len(ids[row]) for row in rows), default=0)
    found, mask = np.full(shape, padding_id, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for place, row in enumerate(rows):
        found[place, : len(ids[row])] = ids[row]
        mask[place, : len(ids[row])] = 1
    return found, mask


def budget_batches(lengths: Sequence[int], token_budget: int) -> Iterator[np.ndarray]:
    """Indices of each batch, longest texts first.

    A batch costs its number of rows times its longest length, padding included, and that stays
    within ``token_budget``; only a single text longer than the budget goes over, alone. The longest
    come first so that a batch too big for the device fails at once and not after an hour.

    >>> [batch.tolist() for batch in budget_batches([2, 9, 3, 1], token_budget=6)]
    [[1], [2, 0], [3]]
    """
    check_token_budget(token_budget)
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, token_budget // max(1, lengths[order[start]]))
        yield order[start : start + rows]
        start += rows
