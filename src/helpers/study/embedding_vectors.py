"""Chapter 1: every sentence encoded once, those of the comparison in every layer and pooling.

An encoder without layers (a bag of words) gives one kind of vector. Nothing is scored here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from helpers.study.embedding_data import EmbeddingData

Space = tuple[str | None, int | None]  # pooling and layer; (None, None) of an encoder without them
NO_LAYERS: Space = (None, None)


class Vectors:
    """Vectors of texts by space.

    ``usual`` is the space that the book uses, the mean over the last layer: all texts are in it,
    those of the comparison in all of ``spaces``.
    """

    def __init__(self, spaces: dict[Space, np.ndarray], texts: Sequence[str], usual: Space):
        self.spaces, self.usual = list(spaces), usual
        self._compared = spaces
        self._places = {text: place for place, text in enumerate(texts)}
        self._rest: dict[str, np.ndarray] = {}

    def add(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """More texts, in the usual space only."""
        self._rest |= dict(zip(texts, vectors, strict=True))

    def of(self, texts: Sequence[str], space: Space | None = None) -> np.ndarray:
        """float32 [n, dim], rows in the order of ``texts``."""
        import numpy as np

        matrix = self._compared[self.usual if space is None else space]
        if space is not None or all(text in self._places for text in texts):
            return matrix[[self._places[text] for text in texts]]
        rows = [
            matrix[self._places[text]] if text in self._places else self._rest[text]
            for text in texts
        ]
        return np.stack(rows)


def encode(encoder: Any, data: EmbeddingData) -> Vectors:
    """All sentences of the chapter by one encoder."""
    compared = _distinct(
        [side for language in data.compared for side in _sides(data.languages[language])]
        + [
            tuple(pairs.table[column])
            for pairs in data.similarity
            for column in ("sentence1", "sentence2")
        ]
    )
    everything = _distinct(
        [
            side
            for pairs in (*data.languages.values(), *data.dialled.values())
            for side in _sides(pairs)
        ]
    )
    if hasattr(encoder, "n_layers"):
        from helpers.models.every_layer import encode_layers

        spaces = encode_layers(encoder, compared)
        # Layer 0 of the first token is the same vector for every sentence: nothing to score.
        spaces.pop(("cls", 0))
        vectors = Vectors(spaces, compared, ("mean", encoder.n_layers))
    else:
        vectors = Vectors({NO_LAYERS: encoder.encode(compared)}, compared, NO_LAYERS)
    known = set(compared)
    rest = [text for text in everything if text not in known]
    vectors.add(rest, encoder.encode(rest) if rest else [])
    return vectors


def _sides(pairs: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return pairs.target, pairs.source


def _distinct(columns: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(text for column in columns for text in column))
