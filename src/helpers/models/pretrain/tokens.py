"""The corpus as token ids: flat arrays with offsets.

Groups are named ``mono/<language>`` and ``pair/<a>-<b>/<source>/<0|1>``; ids are uint16 without
special tokens. Not for writing them (see ``token_files``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .text import Text


@dataclass
class Group:
    """Rows of one group: row ``i`` is ``ids[offsets[i]:offsets[i + 1]]``."""

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, index: int, limit: int | None = None) -> np.ndarray:
        start, end = self.offsets[index], self.offsets[index + 1]
        return self.ids[start : end if limit is None else min(end, start + limit)]


def tokenise(tokenizer, texts: list[str], batch: int = 4096) -> Group:
    """Token ids of every text, without special tokens, in one flat array."""
    pieces: list[np.ndarray] = []
    lengths: list[int] = [0]
    for start in range(0, len(texts), batch):
        encoded = tokenizer(texts[start : start + batch], add_special_tokens=False)["input_ids"]
        pieces.extend(np.asarray(ids, dtype=np.uint16) for ids in encoded)
        lengths.extend(len(ids) for ids in encoded)
    flat = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint16)
    return Group(flat, np.cumsum(np.asarray(lengths, dtype=np.int64)))


def tokenise_corpus(tokenizer, text: Text, progress=lambda rows: rows) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for language in progress(sorted(text.mono)):
        groups[f"mono/{language}"] = tokenise(tokenizer, text.mono[language])
    for (first, second, source), rows in progress(sorted(text.pairs.items())):
        for side in (0, 1):
            name = f"pair/{first}-{second}/{source}/{side}"
            groups[name] = tokenise(tokenizer, [row[side] for row in rows])
    return groups
