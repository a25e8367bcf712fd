"""Lexical overlap: what two texts share when they are only read as bags of subwords.

Pieces without a letter (punctuation, digits) are left out: nearly every language shares them. Not
for near-duplicates between data sets (see ``helpers.data``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

Pieces = Callable[[Sequence[str]], list[frozenset[str]]]
DRAWS = 20  # samples over which the overlap of types is averaged


def pieces_of(encoder: Any) -> Pieces:
    """How an encoder's tokenizer cuts texts, as sets of pieces that hold a letter.

    Encoders without a tokenizer (a bag of words) cut at white space.

    >>> pieces_of(None)(["The cat, the hat!"])
    [frozenset({...})]
    """
    tokenizer = getattr(encoder, "tokenizer", None)
    known: dict[str, bool] = {}

    def lettered(pieces: Sequence[str]) -> frozenset[str]:
        for piece in pieces:
            if piece not in known:
                known[piece] = any(character.isalpha() for character in piece)
        return frozenset(piece for piece in pieces if known[piece])

    def cut(texts: Sequence[str]) -> list[frozenset[str]]:
        if tokenizer is None:
            return [lettered(text.lower().split()) for text in texts]
        special = set(tokenizer.all_special_ids)
        kept = [
            [piece for piece in row if piece not in special]
            for row in tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        ]
        return [lettered(tokenizer.convert_ids_to_tokens(row)) for row in kept]

    return cut


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared members over all members; 0 where both are empty (Jaccard 1901).

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def pair_overlap(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> list[float]:
    """Jaccard overlap of the pieces of each pair of sentences.

    >>> pair_overlap([frozenset("ab")], [frozenset("b")])
    [0.5]
    """
    return [jaccard(one, other) for one, other in zip(left, right, strict=True)]


def type_overlap(
    left: Sequence[frozenset[str]], right: Sequence[frozenset[str]], n: int, seed: int = 0
) -> float:
    """Jaccard overlap of the vocabularies of ``n`` pairs, a mean over ``DRAWS`` samples.

    More text shows more types, so languages are comparable at the same number of pairs only.

    >>> type_overlap([frozenset("ab"), frozenset("c")], [frozenset("b"), frozenset("d")], n=2)
    0.25
    """
    if not 1 <= n <= len(left):
        raise ValueError(f"n: got {n}; accepted: 1 to {len(left)}, the number of pairs")
    rng = random.Random(seed)
    found = []
    for _ in range(DRAWS):
        rows = rng.sample(range(len(left)), n)
        sides = [frozenset().union(*(side[row] for row in rows)) for side in (left, right)]
        found.append(jaccard(*sides))
    return sum(found) / DRAWS
