"""The control without a model: hashed counts of words, character n-grams or subwords.

What it scores is lexical overlap and nothing else. It speaks the encoders' interface, so that a
study cannot tell it from a model.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from helpers.errors import UserError
from helpers.models.protocol import check_texts, unit_rows

BAG_DIM = 1024
NGRAM_SIZES = (2, 3, 4)
_WORD = re.compile(r"\w+|[^\w\s]")


def words_and_ngrams(text: str) -> Iterator[str]:
    """Lower-cased words and punctuation marks, and the character n-grams of each word.

    N-grams see the word's edges as ``<`` and ``>``; they are what particles, case endings and
    unspaced scripts are met by, so no language needs rules of its own.

    >>> list(words_and_ngrams("Ox!"))
    ['ox', '<o', 'ox', 'x>', '<ox', 'ox>', '<ox>', '!']
    """
    for word in _WORD.findall(text.lower()):
        yield word
        if not word[0].isalnum():
            continue
        edged = f"<{word}>"
        for size in NGRAM_SIZES:
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]


class BagOfWords:
    """Signed feature hashing of what a text is made of (Weinberger et al. 2009).

    Parameters
    ----------
    dim : number of columns; features that share a column mostly cancel, as signs are hashed too.
    normalise : rows of unit length.
    features : from a text to its features; None for words and character n-grams.
    name, features_fingerprint : what tables print; a hash of whatever decides ``features``.

    Counts enter as their square roots, so that a repeated particle does not drown the rest.

    >>> bag = BagOfWords(dim=64, normalise=True)
    >>> vectors = bag.encode(["the cat sleeps", "the cat slept", "stocks fell"])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """

    def __init__(
        self,
        dim: int = BAG_DIM,
        *,
        normalise: bool = False,
        features: Callable[[str], Any] | None = None,
        name: str = "bag-of-words",
        features_fingerprint: str = "",
    ):
        if isinstance(dim, bool) or not isinstance(dim, int) or dim < 1:
            raise UserError("dim", dim, "a positive whole number of columns")
        self.dim, self.normalise, self.name = dim, normalise, name
        self._features = features or words_and_ngrams
        identity = f"bag 1 {dim} {NGRAM_SIZES} {features_fingerprint}"
        self.fingerprint = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [n, dim]; an empty text gives zeros."""
        vectors = np.zeros((len(texts := check_texts(texts)), self.dim), dtype=np.float32)
        places: dict[str, tuple[int, int]] = {}
        for row, text in enumerate(texts):
            counts: dict[str, int] = {}
            for feature in self._features(text):
                counts[feature] = counts.get(feature, 0) + 1
            for feature, count in counts.items():
                if feature not in places:
                    places[feature] = self._place(feature)
                column, sign = places[feature]
                vectors[row, column] += sign * count**0.5
        return unit_rows(vectors) if self.normalise else vectors

    def _place(self, feature: str) -> tuple[int, int]:
        """Column and sign of a feature, the same on every machine."""
        digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        return (number >> 1) % self.dim, 1 if number & 1 else -1
