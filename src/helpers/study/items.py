"""Item-level scores of a run, kept beside its record: numbers and item ids, never sentences.

They are what paired statistics need: two rows over the same items can be compared item by item, and
runs under several seeds can be bootstrapped with one item draw. Also curves (loss against
iterations). Not for reading or writing records (see ``store``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Items:
    """Scores by row key, and curves by name.

    >>> items = Items()
    >>> items.add("row", ["a", "b"], [1.0, 0.0])
    >>> again = Items.from_bytes(items.to_bytes())
    >>> again.ids("row"), again["row"].tolist()
    (['a', 'b'], [1.0, 0.0])
    """

    def __init__(self) -> None:
        self._scores: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
        self.curves: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._scores)

    def __contains__(self, key: object) -> bool:
        return key in self._scores

    def __iter__(self):
        return iter(self._scores)

    def add(self, key: str, ids: Iterable[str], scores: Sequence[float] | np.ndarray) -> None:
        """Keep one score per item under the row's key; 0/1 scores take one byte, others four."""
        import numpy as np

        ids, scores = tuple(ids), np.asarray(scores, dtype=np.float64)
        if scores.shape != (len(ids),):
            raise ValueError(
                f"scores has shape {scores.shape}; accepted: one for each of {len(ids)} ids"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores holds NaN or infinity; accepted: finite numbers")
        if key in self._scores:
            raise ValueError(f"key {key!r} has scores already; accepted: one set of scores a row")
        small = np.isin(scores, (0.0, 1.0)).all()
        self._scores[key] = ids, scores.astype(np.uint8 if small else np.float32)

    def add_curve(self, name: str, values: Sequence[float] | np.ndarray) -> None:
        """Keep a curve, e.g. the loss after each iteration, as float32."""
        import numpy as np

        self.curves[name] = np.asarray(values, dtype=np.float32).reshape(-1)

    def __getitem__(self, key: str) -> np.ndarray:
        """Scores of a row as float64[n]."""
        return self._scores[key][1].astype("float64")

    def ids(self, key: str) -> list[str]:
        """Item ids of a row, in the order of its scores."""
        return list(self._scores[key][0])

    def to_bytes(self) -> bytes:
        """A compressed ``.npz``; equal contents give equal bytes (no clock in it).

        Rows over the same items share one matrix: thousands of small arrays would cost more in
        headers than in numbers.
        """
        import numpy as np

        groups: dict[tuple, list[str]] = {}
        for key, (ids, scores) in self._scores.items():
            groups.setdefault((ids, scores.dtype.str), []).append(key)
        arrays: dict[str, np.ndarray] = {}
        for number, ((ids, _), keys) in enumerate(groups.items()):
            arrays[f"ids.{number}"] = np.array(ids, dtype=np.str_)
            arrays[f"keys.{number}"] = np.array(keys, dtype=np.str_)
            arrays[f"scores.{number}"] = np.stack([self._scores[key][1] for key in keys])
        arrays |= {f"curve.{name}": values for name, values in self.curves.items()}
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Items:
        """Inverse of :meth:`to_bytes`; ValueError where the content is not such a file."""
        import zipfile

        import numpy as np

        items = cls()
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                arrays: Mapping[str, np.ndarray] = {name: archive[name] for name in archive.files}
            for name, values in arrays.items():
                part, _, rest = name.partition(".")
                if part == "curve":
                    items.curves[rest] = values
                elif part == "keys":
                    ids = tuple(arrays[f"ids.{rest}"].tolist())
                    for key, scores in zip(values.tolist(), arrays[f"scores.{rest}"], strict=True):
                        items._scores[key] = ids, scores
        except (
            zipfile.BadZipFile,
            KeyError,
            EOFError,
            OSError,
            TypeError,
            AttributeError,
        ) as error:
            raise ValueError(f"not a file of item scores: {error}") from error
        return items
