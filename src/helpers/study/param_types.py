"""What parameters of chapters are made of: types that read Python's and YAML's spellings alike.

YAML's traps are undone here (``no``, the language code, arrives as False; ``1e-3`` as a string).
Which parameters a chapter has stands in ``params`` and ``transfer_params``.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:[0-9]+)?")
_HUGE = 2**63
WHOLE, SMALL = "a whole number", "a whole number below 2^63"


def as_integer(value: Any) -> int:
    """A whole number from an int or from its decimal spelling; nothing is rounded or guessed.

    >>> as_integer("12"), as_integer(12)
    (12, 12)
    """
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        # more digits than Python reads at once are too many here, too
        value = int(value) if len(value) < 40 else _HUGE
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(WHOLE)
    if abs(value) >= _HUGE:
        raise ValueError(SMALL)
    return value


def as_integers(value: Any) -> tuple[int, ...]:
    """Whole numbers from a list, from one string with commas, or one alone.

    >>> as_integers("0, 3"), as_integers([0, 3]), as_integers(3)
    ((0, 3), (0, 3), (3,))
    """
    if isinstance(value, str):
        value = value.strip("[] ").split(",")
    return tuple(as_integer(one) for one in (value if isinstance(value, list | tuple) else [value]))


def as_boolean(value: Any) -> bool:
    """True or False, or one of YAML's spellings of them.

    >>> as_boolean("no"), as_boolean(True)
    (False, True)
    """
    if isinstance(value, str) and value.strip().lower() in _TRUE + _FALSE:
        return value.strip().lower() in _TRUE
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def as_number(value: Any) -> float:
    """A finite number; ``"1e-3"``, which YAML leaves a string, is one.

    >>> as_number("1e-3"), as_number(2)
    (0.001, 2.0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a finite number")
    try:
        number = float(value)
    except ValueError:
        raise ValueError("a finite number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("a finite number")
    return number


def as_names(value: Any) -> tuple[str, ...]:
    """Names from a list or from one string with commas; YAML's False is the name ``no``.

    >>> as_names("ko, de"), as_names(["ko", False]), as_names(False)
    (('ko', 'de'), ('ko', 'no'), ('no',))
    """
    wanted = "one or more names, as a list or with commas between them"
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    elif isinstance(value, bool):
        value = [value]
    if not isinstance(value, list | tuple):
        raise ValueError(wanted)
    names = tuple("no" if name is False else name for name in value)
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(wanted)
    names = tuple(name.strip() for name in names)
    if len(set(names)) < len(names):
        raise ValueError("values that differ from each other")
    return names


def _as_name(value: Any) -> str:
    if value is False:
        return "no"
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a name")
    return value.strip()


Integer = Annotated[int, BeforeValidator(as_integer)]
Boolean = Annotated[bool, BeforeValidator(as_boolean)]
Number = Annotated[float, BeforeValidator(as_number)]
Name = Annotated[str, BeforeValidator(_as_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_names)]


class Params(BaseModel):
    """What the parameters of all chapters share.

    ``HOW`` names the parameters that say how a result is computed, not what it is; they are no part
    of a record's identity, so that a run on another device finds the work done.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    HOW: ClassVar[frozenset[str]] = frozenset({"device", "token_budget"})

    data: Name = Field(
        default="lab", description='"lab", "local:<folder>" or "hub": where the data comes from'
    )
    seed: Integer = Field(default=0, ge=0, description="seed of every draw, 0 or more")
    device: Name = Field(default="auto", description='"auto", "cpu", "cuda", "cuda:N" or "mps"')
    token_budget: Integer = Field(
        default=8192, ge=1, description="tokens in a batch, padding included"
    )

    @field_validator("data")
    @classmethod
    def _data(cls, value: str) -> str:
        if value not in ("lab", "hub") and not re.fullmatch(r"local:.*\S.*", value):
            raise ValueError("lab, hub, local:<folder>")
        return value

    @field_validator("device")
    @classmethod
    def _device(cls, value: str) -> str:
        if not _DEVICE.fullmatch(value):
            raise ValueError("auto, cpu, cuda, cuda:<number>, mps")
        return value

    @property
    def data_kind(self) -> str:
        """``lab``, ``local`` or ``hub``: what a record may say of the source."""
        return self.data.partition(":")[0]
