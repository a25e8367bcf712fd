"""Token groups on disk: compact files that travel light, and those that earlier versions wrote.

Text cannot be read back from them without the tokenizer, but it is still other people's text: a
token file is never committed. Not for how groups become few bytes (see ``packing``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from .packing import pack, unpack
from .tokens import Group

KINDS = ("mono", "pair")
TOKENS, OLD_TOKENS = "tokens.{kind}.npz", "tokens.npz"


def save_groups(groups: dict[str, Group], folder: Path) -> list[Path]:
    """Write lines and pairs to a packed file each, atomically: most recipes need one of them.

    Returns
    -------
    The files, ``tokens.mono.npz`` and ``tokens.pair.npz``, of the kinds that there are.
    """
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
    FileNotFoundError : there is no token file, not even of another kind.
    """
    kinds = tuple(kinds)
    paths = [path]
    if not path.is_file():
        folder = path.parent if path.name == OLD_TOKENS else path
        named = {kind: folder / TOKENS.format(kind=kind) for kind in KINDS}
        there = {kind: each for kind, each in named.items() if each.is_file()}
        paths = [there[kind] for kind in kinds if kind in there]
        if not there:
            paths = [folder / OLD_TOKENS]
    groups: dict[str, Group] = {}
    for each in paths:
        groups |= _load(each)
    return {name: group for name, group in groups.items() if _kind(name) in kinds}


def _load(path: Path) -> dict[str, Group]:
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
