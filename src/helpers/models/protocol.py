"""What every encoder offers, and the checks on texts that all of them share.

The lowest file of the floor: it knows neither models nor files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from helpers.errors import UserError


@runtime_checkable
class EncoderProtocol(Protocol):
    """Texts in, one vector a text out.

    ``name`` is what a table prints, ``fingerprint`` a hash of everything that decides the vectors
    except the options of pooling, ``dim`` the number of columns.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [n, dim], rows in the order of ``texts``; no texts give [0, dim]."""
        ...


def check_texts(texts: Sequence[str]) -> list[str]:
    """The texts as a list; anything that is not Unicode text is refused by its index.

    >>> check_texts(("a", ""))
    ['a', '']
    >>> check_texts(["a", None])
    Traceback (most recent call last):
    helpers.errors.UserError: texts: got 'NoneType at index 1'; accepted: a sequence of strings
    """
    if isinstance(texts, str | bytes):
        raise UserError("texts", f"a single {type(texts).__name__}", "a sequence of strings")
    texts = list(texts)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            given = f"{type(text).__name__} at index {index}"
            raise UserError("texts", given, "a sequence of strings")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                given = f"a lone surrogate at index {index}"
                raise UserError("texts", given, "strings that UTF-8 can hold") from None
    return texts


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows divided by their Euclidean length; a row of zeros stays one.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12)
