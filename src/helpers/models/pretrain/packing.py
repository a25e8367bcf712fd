"""Token groups in few bytes: each row kept once, streams entropy-coded; thinned to a size if asked.

Rows repeat across groups (one English sentence with its translations in fifteen languages), so a
group is a list of references to rows. Measured on the text of the shipped encoders: 41 M tokens of
lines in 35 MB and 62 M tokens of pairs in 26 MB, which zip packs in 124 MB. Not for reading text.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping

import numpy as np

from helpers.errors import UserError

from .tokens import Group

# Ids are two bytes wide: an odd and an even position have nothing in common.
_WIDTHS = {2: {"lc": 0, "lp": 1, "pb": 1}, 4: {"lc": 0, "lp": 2, "pb": 2}}
_DICTIONARY = 1 << 27  # reaches back over the whole of a corpus of some languages
BLOCK = 64  # lines that stay together when a corpus is thinned: packing joins neighbours


def pack(groups: Mapping[str, Group]) -> dict[str, np.ndarray]:
    """Arrays from which :func:`unpack` makes the same groups, ready for ``numpy.savez``."""
    numbers: dict[bytes, int] = {}
    references, lengths = [], []
    for name in sorted(groups):
        group = groups[name]
        flat, ends = group.ids.astype(np.uint16).tobytes(), (2 * group.offsets).tolist()
        for start, end in zip(ends, ends[1:], strict=False):
            row = flat[start:end]
            number = numbers.setdefault(row, len(numbers))
            if number == len(lengths):
                lengths.append(len(row) // 2)
            references.append(number)
    # New rows, and rows repeated in their order, are all ones: next to nothing once compressed.
    steps = np.diff(np.asarray(references, dtype=np.int32), prepend=np.int32(-1))
    head = [[name, len(groups[name])] for name in sorted(groups)]
    return {
        "groups": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
        "references": _compress(steps.tobytes(), 4),
        "lengths": _compress(np.asarray(lengths, dtype=np.uint32).tobytes(), 4),
        "ids": _compress(b"".join(numbers), 2),
    }


def unpack(arrays: Mapping[str, np.ndarray]) -> dict[str, Group]:
    """The groups that :func:`pack` was given."""
    references = np.cumsum(_expand(arrays["references"], np.int32), dtype=np.int64) - 1
    lengths = _expand(arrays["lengths"], np.uint32).astype(np.int64)
    starts, ids = _offsets(lengths), _expand(arrays["ids"], np.uint16)
    groups, first = {}, 0
    for name, count in json.loads(arrays["groups"].tobytes()):
        rows = references[first : first + count]
        groups[name] = _gather(ids, starts, lengths, rows)
        first += count
    return groups


def _gather(ids: np.ndarray, starts: np.ndarray, lengths: np.ndarray, rows: np.ndarray) -> Group:
    offsets = _offsets(lengths[rows])
    if len(rows) and (np.diff(rows) == 1).all():  # nothing repeated: no copy
        return Group(ids[starts[rows[0]] : starts[rows[-1] + 1]], offsets)
    places = np.repeat(starts[rows] - offsets[:-1], lengths[rows]) + np.arange(offsets[-1])
    return Group(ids[places], offsets)


def _offsets(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _compress(content: bytes, width: int) -> np.ndarray:
    size = min(_DICTIONARY, max(1 << 16, 1 << len(content).bit_length()))
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": size, **_WIDTHS[width]}]
    return np.frombuffer(lzma.compress(content, lzma.FORMAT_XZ, filters=chain), dtype=np.uint8)


def _expand(array: np.ndarray, kind: type) -> np.ndarray:
    return np.frombuffer(lzma.decompress(array.tobytes()), dtype=kind)


def packed_bytes(arrays: Mapping[str, np.ndarray]) -> int:
    """Size of the streams; a file has some hundred bytes on top."""
    return sum(array.nbytes for array in arrays.values())


def pack_within(
    groups: Mapping[str, Group], limit: int, seed: int
) -> tuple[dict[str, np.ndarray], int]:
    """Pack, thinned as much as ``limit`` bytes ask for; (arrays, tokens kept of all sides).

    Nothing is lost where everything fits. UserError on ``limit`` where not even one token does.
    """
    tokens = sum(len(group.ids) for group in groups.values())
    kept = groups
    while packed_bytes(arrays := pack(kept)) > limit:
        here = sum(len(group.ids) for group in kept.values())
        aim = int(0.97 * here * limit / packed_bytes(arrays))
        if aim < 1:
            raise UserError("limit", f"{limit} bytes", "room for some tokens")
        kept = thin(groups, aim, seed)
    return arrays, tokens if kept is groups else sum(len(group.ids) for group in kept.values())


def thin(groups: Mapping[str, Group], tokens: int, seed: int) -> dict[str, Group]:
    """At most about ``tokens`` tokens: small languages and sources stay whole, large ones give.

    One cap holds for all parts (a language's lines, a source's pairs); what is over it loses blocks
    of consecutive rows drawn with ``seed``. Both sides of a pair keep the same rows.

    >>> rows = Group(np.zeros(4000, np.uint16), np.arange(0, 4001, 4))
    >>> few = Group(np.zeros(40, np.uint16), np.arange(0, 41, 4))
    >>> {name: len(group) for name, group in thin({"mono/a": rows, "mono/b": few}, 2088, 0).items()}
    {'mono/a': 512, 'mono/b': 10}
    """
    parts: dict[str, list[str]] = {}
    for name in sorted(groups):
        part = name.rpartition("/")[0] if name.startswith("pair/") else name
        parts.setdefault(part, []).append(name)
    sizes = {part: sum(len(groups[name].ids) for name in names) for part, names in parts.items()}
    cap, left = 0.0, float(tokens)
    for done, size in enumerate(sorted(sizes.values())):
        cap = left / (len(sizes) - done)
        if size > cap:
            break
        left -= size
    else:
        return dict(groups)
    result = {}
    for number, (part, names) in enumerate(parts.items()):
        keep = None
        if sizes[part] > cap:
            keep = _blocks([groups[name] for name in names], cap, [seed, 3, number])
        for name in names:
            result[name] = groups[name] if keep is None else _chosen(groups[name], keep)
    return result


def _blocks(sides: list[Group], cap: float, seed: list[int]) -> np.ndarray:
    """Rows of whole blocks, in order, that together have at most ``cap`` tokens."""
    rows = len(sides[0])
    edges = np.append(np.arange(0, rows, BLOCK), rows)
    sizes = sum(np.diff(side.offsets[edges]) for side in sides)
    order = np.random.default_rng(seed).permutation(len(sizes))
    chosen = np.sort(order[np.cumsum(sizes[order]) <= cap])
    return np.concatenate(
        [np.arange(0), *(np.arange(edges[i], edges[i + 1]) for i in chosen)]
    ).astype(np.int64)


def _chosen(group: Group, rows: np.ndarray) -> Group:
    lengths = np.diff(group.offsets)
    return _gather(group.ids, group.offsets, lengths, rows)
