"""Item-level scores of a run, kept beside its record: numbers and item ids, never sentences.

They are what paired statistics need: two rows over the same items can be compared item by item, and
runs under several seeds can be bootstrapped with one item draw. Also curves (loss against
iterations). Not for reading or writing records (see ``store``).

Scores are kept as small as they allow: right or wrong as one bit, small whole numbers (a difference
of two such) as one byte, anything else as one of 65,521 levels between the row's least and largest
score. Levels keep order; they are at most 1/131,040 of that range off, which is far below any
interval over items. What is read back is what was kept in memory, to the last bit.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

BITS, BYTES, LEVELS = "bits", "bytes", "levels"
TOP = 65_520  # divided by 2 to 10: halves, thirds and tenths of the range are exact


@dataclass(frozen=True)
class _Kept:
    """Scores of one row: ``data`` in the form ``form``, with the range of its levels."""

    ids: tuple[str, ...]
    form: str
    data: np.ndarray
    low: float = 0.0
    high: float = 0.0

    def scores(self) -> np.ndarray:
        import numpy as np

        if self.form == BITS:
            return np.unpackbits(self.data, count=len(self.ids)).astype(np.float64)
        if self.form == BYTES:
            return self.data.astype(np.float64)
        return self.low + (self.high - self.low) * (self.data / TOP)


class Items:
    """Scores by row key, and curves by name.

    >>> items = Items()
    >>> items.add("row", ["a", "b"], [1.0, 0.0])
    >>> again = Items.from_bytes(items.to_bytes())
    >>> again.ids("row"), again["row"].tolist()
    (['a', 'b'], [1.0, 0.0])
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self.curves: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self):
        return iter(self._kept)

    def add(self, key: str, ids: Iterable[str], scores: Sequence[float] | np.ndarray) -> None:
        """Keep one score per item under the row's key, in the smallest form that it fits."""
        import numpy as np

        ids, scores = tuple(ids), np.asarray(scores, dtype=np.float64)
        if scores.shape != (len(ids),):
            raise ValueError(
                f"scores has shape {scores.shape}; accepted: one for each of {len(ids)} ids"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores holds NaN or infinity; accepted: finite numbers")
        if key in self._kept:
            raise ValueError(f"key {key!r} has scores already; accepted: one set of scores a row")
        self._kept[key] = _keep(ids, scores)

    def add_curve(self, name: str, values: Sequence[float] | np.ndarray) -> None:
        """Keep a curve, e.g. the loss after each iteration, as float32."""
        import numpy as np

        self.curves[name] = np.asarray(values, dtype=np.float32).reshape(-1)

    def __getitem__(self, key: str) -> np.ndarray:
        """Scores of a row as float64[n]."""
        return self._kept[key].scores()

    def ids(self, key: str) -> list[str]:
        """Item ids of a row, in the order of its scores."""
        return list(self._kept[key].ids)

    def same_items(self, key: str, other: Items, other_key: str) -> bool:
        """Whether two rows are over the same items in the same order."""
        mine, theirs = self._kept[key].ids, other._kept[other_key].ids
        return mine is theirs or mine == theirs

    def to_bytes(self) -> bytes:
        """A compressed ``.npz``; equal contents give equal bytes (no clock in it).

        Rows over the same items share one matrix: thousands of small arrays would cost more in
        headers than in numbers. Bits are told by what changed since the row before, because a
        method scored on two numbers of pairs gets mostly the same items right.
        """
        import numpy as np

        arrays: dict[str, np.ndarray] = {}
        items: dict[tuple[str, ...], int] = {}
        groups: dict[tuple[int, str], list[str]] = {}
        for key, kept in self._kept.items():
            number = items.setdefault(kept.ids, len(items))
            groups.setdefault((number, kept.form), []).append(key)
        for ids, number in items.items():
            arrays[f"ids.{number}"] = _text(ids)
        for (number, form), keys in groups.items():
            rows = [self._kept[key] for key in keys]
            matrix = np.stack([row.data for row in rows])
            if form == BITS:
                matrix[1:] ^= matrix[:-1].copy()
            arrays[f"keys.{number}.{form}"] = _text(keys)
            arrays[f"{form}.{number}"] = matrix
            if form == LEVELS:
                arrays[f"range.{number}"] = np.array([[row.low, row.high] for row in rows])
        arrays |= {f"curve.{name}": values for name, values in self.curves.items()}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Items:
        """Inverse of :meth:`to_bytes`; ValueError where the content is not such a file."""
        import zipfile
        import zlib

        import numpy as np

        items = cls()
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                arrays: Mapping[str, np.ndarray] = {name: archive[name] for name in archive.files}
            ids = {
                name.partition(".")[2]: tuple(_names(values))
                for name, values in arrays.items()
                if name.startswith("ids.")
            }
            for name, values in arrays.items():
                part, _, rest = name.partition(".")
                if part == "curve":
                    items.curves[rest] = values
                elif part == "keys":
                    number, _, form = rest.partition(".")
                    items._take(_names(values), ids[number], form, number, arrays)
        except (
            zipfile.BadZipFile,
            zlib.error,
            KeyError,
            EOFError,
            OSError,
            TypeError,
            AttributeError,
        ) as error:
            raise ValueError(f"not a file of item scores: {error}") from error
        return items

    def _take(
        self,
        keys: Sequence[str],
        ids: tuple[str, ...],
        form: str,
        number: str,
        arrays: Mapping[str, np.ndarray],
    ) -> None:
        import numpy as np

        matrix = arrays[f"{form}.{number}"]
        if form == BITS:
            matrix = np.bitwise_xor.accumulate(matrix, axis=0)
        ranges = arrays[f"range.{number}"].tolist() if form == LEVELS else [(0.0, 0.0)] * len(keys)
        for key, data, (low, high) in zip(keys, matrix, ranges, strict=True):
            self._kept[key] = _Kept(ids, form, data, low, high)


def _keep(ids: tuple[str, ...], scores: np.ndarray) -> _Kept:
    import numpy as np

    if np.isin(scores, (0.0, 1.0)).all():
        return _Kept(ids, BITS, np.packbits(scores.astype(bool)))
    whole = scores.astype(np.int8) if np.abs(scores).max() <= 127 else None
    if whole is not None and (whole == scores).all():
        return _Kept(ids, BYTES, whole)
    low, high = float(scores.min()), float(scores.max())
    place = (scores / 2 - low / 2) / (high / 2 - low / 2 or 1.0)  # halves: no range overflows
    return _Kept(ids, LEVELS, np.rint(place * TOP).astype(np.uint16), low, high)


def _text(names: Iterable[str]) -> np.ndarray:
    """Names as one run of bytes: as an array of strings they would take four bytes a character."""
    import numpy as np

    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _names(values: np.ndarray) -> list[str]:
    return bytes(values.astype("uint8", casting="safe")).decode().split("\n")
