"""Checkpoints in shards that are small enough to be carried, and whole or not there at all.

The manifest is renamed last and names every shard with its size and digest; shards of the set
before stay until then. A set that is not what its manifest says is refused, never resumed from.
What goes into a checkpoint is the training loop's business.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from helpers.errors import UserError

MANIFEST, SINGLE = "checkpoint.json", "checkpoint.pt"
SHARD_BYTES = 15_000_000
_FORMAT = 1


def save(folder: Path, state: dict[str, Any], recipe: str, shard_bytes: int = SHARD_BYTES) -> None:
    """Replace the checkpoint of ``folder``, as one step: killed at any point, one set is whole.

    Parameters
    ----------
    state : tensors, numbers and containers of them, as ``torch.save`` takes them.
    recipe : digest of what decides the run; :func:`load` compares it.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getbuffer()
    name = hashlib.sha256(content).hexdigest()[:12]  # never the name of a shard of another set
    shards = []
    for number, start in enumerate(range(0, len(content), shard_bytes)):
        part = content[start : start + shard_bytes]
        shard = f"checkpoint-{name}-{number:03d}.bin"
        _write(folder / shard, part)
        shards.append(
            {"name": shard, "bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        )
    manifest = {"format": _FORMAT, "recipe": recipe, "step": state.get("step"), "shards": shards}
    _write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    kept = {shard["name"] for shard in shards}
    for path in folder.glob("checkpoint-*.bin"):
        if path.name not in kept:
            path.unlink()
    (folder / SINGLE).unlink(missing_ok=True)


def load(folder: Path, recipe: str, device: str = "cpu") -> dict[str, Any] | None:
    """The state last saved in ``folder``, None where there is none.

    A single file, as earlier versions wrote it, is read where there is no manifest.

    Raises
    ------
    UserError : the set or file is torn (missing in part, damaged), or another recipe made it.
    """
    if not (folder / MANIFEST).is_file():
        if not (folder / SINGLE).is_file():
            return None
        try:
            return torch.load(folder / SINGLE, map_location=device, weights_only=True)
        except (OSError, EOFError, RuntimeError, ValueError, KeyError, UnpicklingError):
            raise _refusal(f"{SINGLE}, which cannot be read", "a whole file") from None
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        shards, made_by = manifest["shards"], manifest["recipe"]
    except (ValueError, KeyError, TypeError):
        raise _refusal(f"{MANIFEST}, which cannot be read", "a whole set of files") from None
    if made_by != recipe:
        raise _refusal("one of another recipe or seed", "a checkpoint of this recipe as it is now")
    content = b"".join(_shard(folder, shard) for shard in shards)
    return torch.load(io.BytesIO(content), map_location=device, weights_only=True)


def _shard(folder: Path, shard: dict[str, Any]) -> bytes:
    path = folder / shard["name"]
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != shard["sha256"]:
        why = f"damaged ({len(content):,} of {shard['bytes']:,} bytes)" if content else "missing"
        raise _refusal(f"{path.name}, which is {why}", "a whole set of files")
    return content


def _refusal(given: str, accepted: str) -> UserError:
    return UserError("checkpoint", given, f"{accepted}; --fresh starts the run anew")


def _write(path: Path, content: bytes | memoryview) -> None:
    """Whole under its name, or not there: on the disk before it is renamed."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, path)
