"""Sentence vectors on disk, found again by content: never recomputed, never mixed up.

A *space* is one way to make vectors (encoder fingerprint, pooling, layers, ...) and one folder. In
it lie shards, written once and never changed: ``.npz`` files that hold keys (16-byte hashes of
texts) and vectors. Files rather than a database, because a shard appears whole through
``os.replace`` or not at all, on network disks too, where SQLite's write-ahead log is not safe; two
processes never wait for each other, at worst they do the same work twice; and a damaged file costs
its own vectors only. The zip checksum finds damage: such a shard is warned about, removed, and its
vectors computed anew.

No text is stored. The whole cache stays under ``LIMIT_BYTES`` (longest unused shards go first);
``clear`` empties it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from helpers.paths import cache_dir

LIMIT_BYTES = 4 << 30
KEY_BYTES = 16
MANY_SHARDS = 64
SMALL_SHARD = 4096
_BROKEN = (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError)


def text_key(text: str) -> bytes:
    """16 bytes that stand for a text.

    >>> text_key("a") == text_key("a") != text_key("b")
    True
    """
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()


def space_name(**settings: object) -> str:
    """Folder name of everything that decides a vector besides its text.

    >>> space_name(pooling="mean", layers=(2,)) == space_name(layers=(2,), pooling="mean")
    True
    """
    content = json.dumps(settings, sort_keys=True).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def embeddings_dir() -> Path:
    return cache_dir() / "embeddings"


def clear() -> int:
    """Remove all cached vectors; returns the number of bytes freed."""
    folder = embeddings_dir()
    freed = sum(size for _, _, size in _shards_by_age(folder))
    shutil.rmtree(folder, ignore_errors=True)
    return freed


def trim(limit_bytes: int = LIMIT_BYTES) -> int:
    """Remove shards, longest unused first, until the cache is within the limit; bytes freed.

    Leftovers of killed writers go too, once they are a day old.
    """
    for leftover in embeddings_dir().glob("*/*.tmp"):
        try:
            if time.time() - leftover.stat().st_mtime > 86400:
                leftover.unlink()
        except OSError:
            continue
    shards = _shards_by_age(embeddings_dir())
    excess = sum(size for _, _, size in shards) - limit_bytes
    freed = 0
    for _, path, size in shards:
        if freed >= excess:
            break
        path.unlink(missing_ok=True)
        freed += size
    return freed


def _shards_by_age(folder: Path) -> list[tuple[float, Path, int]]:
    """(time of last use, path, bytes) of each shard, oldest first."""
    found = []
    for path in folder.glob("*/*.npz"):
        try:
            status = path.stat()
        except FileNotFoundError:  # another process trimmed it
            continue
        found.append((status.st_mtime, path, status.st_size))
    return sorted(found)


class VectorCache:
    """Vectors of one space.

    Parameters
    ----------
    space : from ``space_name``.
    dim : columns of a vector; a shard of any other width counts as damaged.
    limit_bytes : bound on the whole cache (all spaces), kept after each write.
    """

    def __init__(self, space: str, dim: int, limit_bytes: int = LIMIT_BYTES):
        self.folder = embeddings_dir() / space
        self.dim, self.limit_bytes = dim, limit_bytes
        self._keys: dict[str, list[bytes]] = {}
        self._writable = True

    def get(self, keys: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What is known of ``keys``, in their order.

        Returns
        -------
        found bool [n], vectors float32 [n, dim], truncated bool [n]; zeros where not found.
        """
        found = np.zeros(len(keys), dtype=bool)
        vectors = np.zeros((len(keys), self.dim), dtype=np.float32)
        truncated = np.zeros(len(keys), dtype=bool)
        wanted = {key: row for row, key in enumerate(keys)}
        for name in self._refresh():
            hits = [(wanted[k], i) for i, k in enumerate(self._keys[name]) if k in wanted]
            if not hits:
                continue
            shard = self._read(name, keys_only=False)
            if shard is None:
                continue
            rows, sources = (list(side) for side in zip(*hits, strict=True))
            vectors[rows], truncated[rows] = shard[1][sources], shard[2][sources]
            found[rows] = True
            with contextlib.suppress(OSError):
                os.utime(self.folder / name)  # "used now", for trim
        return found, vectors, truncated

    def put(self, keys: Sequence[bytes], vectors: np.ndarray, truncated: np.ndarray) -> None:
        """Add vectors, as one new shard. A folder that cannot be written is warned about once."""
        if not len(keys) or not self._writable:
            return
        try:
            self._write(b"".join(keys), vectors, truncated)
            self._merge_small_shards()
            trim(self.limit_bytes)
        except OSError as error:
            self._writable = False
            warnings.warn(f"embedding cache is off: {error.strerror or error}", stacklevel=3)

    def _refresh(self) -> list[str]:
        """Names of the readable shards; keys of new ones are read, of vanished ones forgotten."""
        present = sorted(path.name for path in self.folder.glob("*.npz"))
        self._keys = {name: self._keys[name] for name in present if name in self._keys}
        for name in present:
            if name not in self._keys:
                shard = self._read(name, keys_only=True)
                if shard is not None:
                    self._keys[name] = shard[0]
        return list(self._keys)

    def _read(self, name: str, *, keys_only: bool) -> tuple | None:
        """(keys, vectors, truncated) of a shard, or None where it is gone or damaged."""
        path = self.folder / name
        try:
            with np.load(path, allow_pickle=False) as shard:
                raw = shard["keys"].tobytes()
                keys = [raw[i : i + KEY_BYTES] for i in range(0, len(raw), KEY_BYTES)]
                if keys_only:
                    return keys, None, None
                vectors, truncated = shard["vectors"], shard["truncated"]
            if vectors.shape != (len(keys), self.dim) or vectors.dtype != np.float32:
                raise ValueError(f"vectors {vectors.dtype} {vectors.shape}")
            return keys, vectors, truncated
        except FileNotFoundError:
            return None
        except _BROKEN as error:
            warnings.warn(
                f"damaged shard {name} of the embedding cache removed, its vectors are computed "
                f"anew ({type(error).__name__})",
                stacklevel=4,
            )
            self._keys.pop(name, None)
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None

    def _write(self, keys: bytes, vectors: np.ndarray, truncated: np.ndarray) -> str:
        """A shard, whole or not at all, named by what it holds: equal writes are one file."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        name = hashlib.blake2b(keys + vectors.tobytes(), digest_size=16).hexdigest() + ".npz"
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f"{uuid.uuid4().hex}.tmp"
        try:
            with temporary.open("wb") as file:
                np.savez(
                    file,
                    keys=np.frombuffer(keys, dtype=np.uint8),
                    vectors=vectors,
                    truncated=np.asarray(truncated, dtype=bool),
                )
            os.replace(temporary, self.folder / name)
        finally:
            temporary.unlink(missing_ok=True)
        return name

    def _merge_small_shards(self) -> None:
        """Many calls on few texts leave many files; past ``MANY_SHARDS`` the small become one."""
        names = self._refresh()
        small = [name for name in names if len(self._keys[name]) < SMALL_SHARD]
        if len(small) <= MANY_SHARDS:
            return
        rows: dict[bytes, tuple[np.ndarray, bool]] = {}
        taken = []
        for name in small:
            shard = self._read(name, keys_only=False)
            if shard is not None:  # else another process was faster: its file is not ours to remove
                rows.update(zip(shard[0], zip(shard[1], shard[2], strict=True), strict=True))
                taken.append(name)
        if not taken:
            return
        vectors = np.stack([vector for vector, _ in rows.values()])
        merged = self._write(b"".join(rows), vectors, np.array([cut for _, cut in rows.values()]))
        for name in taken:
            if name != merged:
                (self.folder / name).unlink(missing_ok=True)
