"""The corpus as token ids: flat arrays with offsets, in compact files that travel light.

Groups are named ``mono/<language>`` and ``pair/<a>-<b>/<source>/<0|1>``; ids are uint16 without
special tokens. Text cannot be read back without the tokenizer, but it is still other people's text:
a token file is never committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .text import Text

KINDS = ("mono", "pair")
TOKENS, OLD_TOKENS = "tokens.{kind}.npz", "tokens.npz"


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


def save_groups(groups: dict[str, Group], folder: Path) -> list[Path]:
    """Write lines and pairs to a packed file each, atomically: most recipes need one of them.

    Returns
    -------
    The files, ``tokens.mono.npz`` and ``tokens.pair.npz``, of the kinds that there are.
    """
    from .packing import pack

    paths = []
    for kind in KINDS:
        if chosen := {name: group for name, group in groups.items() if _kind(name) == kind}:
            paths.append(folder / TOKENS.format(kind=kind))
            save_packed(pack(chosen), paths[-1])
    return paths


def save_packed(arrays: Mapping[str, np.ndarray], path: Path) -> None:
    """Write what :mod:`.packing` packed, atomically."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.npz")
    np.savez(partial, **arrays)
    os.replace(partial, path)


def load_groups(path: Path, kinds: Iterable[str] = KINDS) -> dict[str, Group]:
    """Groups of the kinds wanted (``mono``, ``pair``) from a prepared folder or its one token file.

    Raises
    ------
    FileNotFoundError : there is no token file.
    """
    kinds = tuple(kinds)
    paths = [path]
    if not path.is_file():
        folder = path.parent if path.name == OLD_TOKENS else path
        named = [folder / TOKENS.format(kind=kind) for kind in kinds]
        paths = [each for each in named if each.is_file()] or [folder / OLD_TOKENS]
    groups: dict[str, Group] = {}
    for each in paths:
        groups |= _load(each)
    return {name: group for name, group in groups.items() if _kind(name) in kinds}


def _load(path: Path) -> dict[str, Group]:
    from .packing import unpack

    with np.load(path) as arrays:
        if "groups" in arrays.files:
            return unpack(arrays)
        # As earlier versions wrote it: ids and lengths of each group under its name.
        groups = {}
        for name in (key[: -len("|ids")] for key in arrays.files if key.endswith("|ids")):
            lengths = arrays[f"{name}|lengths"].astype(np.int64)
            offsets = np.concatenate([[0], np.cumsum(lengths)])
            groups[name] = Group(arrays[f"{name}|ids"], offsets)
        return groups


def _kind(name: str) -> str:
    return name.partition("/")[0]
