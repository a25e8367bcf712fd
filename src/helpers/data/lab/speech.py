"""How languages other than English are spoken for the moment: the dials of overlap and order.

`speaking` sets them for a block of code; ``spelling.forms`` and the realisers ask `overlap` and
`english_order`. Nothing here knows a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OVERLAP: ContextVar[float] = ContextVar("overlap", default=0.0)
_ORDER: ContextVar[str] = ContextVar("order", default="own")

overlap = _OVERLAP.get


def english_order() -> bool:
    """Whether every language puts its words in the order of English."""
    return _ORDER.get() == "english"


@contextmanager
def speaking(share: float = 0.0, order: str = "own") -> Iterator[None]:
    """Inside, ``share`` of the content words are spelt as in English, and ``order`` holds.

    >>> with speaking(order="english"):
    ...     english_order()
    True
    >>> english_order()
    False
    """
    tokens = _OVERLAP.set(share), _ORDER.set(order)
    try:
        yield
    finally:
        _OVERLAP.reset(tokens[0])
        _ORDER.reset(tokens[1])
