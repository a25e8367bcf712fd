"""Row: one measured number with its coordinates, from metric and method to setting and seed.

Not for what a run leaves behind as a whole (see ``record``) and not for computing anything: a row
arrives finished.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

KINDS = ("similarity", "classification", "span", "choice", "tagging", "retrieval")
STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
_DIGITS = 6  # what is stored after the decimal point: below the tolerance of any metric here


def canonical(value: Any) -> str:
    """One spelling for equal values: JSON with sorted keys and no spaces.

    >>> canonical({"b": 1, "a": (2, 3)})
    '{"a":[2,3],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Any, length: int = 16) -> str:
    """First ``length`` hexadecimal digits of the SHA-256 of :func:`canonical`."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:length]


class Row(BaseModel):
    """One measured number, its coordinates and its interval.

    ``setting`` holds the coordinates that only some metrics have (direction of a search, number of
    pairs, ...); plain strings, numbers, booleans or None. ``low`` and ``high`` are None where no
    interval was computed; ``n`` counts the items behind the value.

    >>> row = Row(name="precision@1", task="tatoeba", kind="retrieval", method="none",
    ...           encoder="tiny", source_language="en", target_language="ko", split="report",
    ...           seed=0, value=0.5, low=0.4, high=0.6, n=100)
    >>> row.value, row.setting, row.intermediate_task
    (0.5, {}, None)
    """

    model_config = STRICT

    name: str
    task: str
    kind: str
    method: str
    encoder: str
    setting: dict[str, str | bool | int | float | None] = Field(default_factory=dict)
    intermediate_task: str | None = None
    source_language: str
    target_language: str
    split: str
    seed: int
    value: float
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0)

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}; accepted: {', '.join(KINDS)}")
        return kind

    @field_validator("setting")
    @classmethod
    def _stable_order(cls, setting: dict) -> dict:
        return dict(sorted(setting.items()))

    @field_validator("value", "low", "high")
    @classmethod
    def _rounded(cls, number: float | None) -> float | None:
        return None if number is None else round(number, _DIGITS)

    @model_validator(mode="after")
    def _whole_interval(self) -> Row:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high are given together or not at all")
        if self.low is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self

    def coordinates(self) -> dict[str, Any]:
        """Everything that says what was measured; nothing of what came out."""
        return self.model_dump(exclude={"value", "low", "high", "n"})

    @cached_property
    def key(self) -> str:
        """Hash of the coordinates: names the row's item scores in ``items.npz``.

        It ignores the seed, so the same measurement under another seed has the same key.
        """
        coordinates = self.coordinates()
        del coordinates["seed"]
        return digest(coordinates, 12)
