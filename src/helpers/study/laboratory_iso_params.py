"""The laboratory's iso-accuracy study: its parameters, and what was decided before its results.

The decisions are read from ``laboratory_iso_rules.toml``, whose hash every record carries.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from helpers.study.param_types import Integer, Name, Names, Params
from helpers.study.row import digest
from helpers.study.transfer_params import TransferParams

FILE = Path(__file__).with_name("laboratory_iso_rules.toml")
CHAPTER = "laboratory_iso"
NONE, EASY, NOISE, PERMUTED = "none", "easy", "noise", "permuted"
GAINS, CALIBRATION = "gains", "calibration"
PARTS = (GAINS, CALIBRATION)


@dataclass(frozen=True)
class Target:
    """A task that is tuned after the intermediate one: its sizes, and the dials of its items."""

    name: str
    kind: str
    course: str
    task: str
    train: int
    validation: int
    report: int
    epochs: int
    learning_rate: float
    dials: dict[str, int]


@dataclass(frozen=True)
class Calibration:
    """Which accuracy is looked for, how near it must come, and in how many trials at the most."""

    accuracy: float
    tolerance: float
    trials: int


@dataclass(frozen=True)
class Rules:
    """The file as typed values; ``digest`` is its hash.

    ``calibrated_by``: hash of what decides the calibration, which knows of no target.
    """

    digest: str
    calibrated_by: str
    encoders: tuple[str, ...]
    seeds: tuple[int, ...]
    calibration: Calibration
    intermediate: dict[str, Any]
    hard: dict[str, dict[str, int]]
    targets: tuple[Target, ...]
    alpha: float
    bound: float

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """What makes the intermediate task hard."""
        return tuple(self.hard)

    @property
    def cells(self) -> tuple[str, ...]:
        """All that a record holds: without an intermediate task, the easy one, hard ones, none."""
        return (NONE, EASY, *self.mechanisms, PERMUTED)


@cache
def rules(path: Path = FILE) -> Rules:
    """The decisions.

    >>> rules().mechanisms, rules().calibration.accuracy
    (('noise', 'depth', 'length'), 0.85)
    """
    content = path.read_bytes().replace(b"\r\n", b"\n")
    told = tomllib.loads(content.decode())
    return Rules(
        digest=hashlib.sha256(content).hexdigest()[:16],
        calibrated_by=digest([told["calibration"], told["intermediate"], told["hard"]]),
        encoders=tuple(told["encoders"]["names"]),
        seeds=tuple(told["seeds"]["gain"]),
        calibration=Calibration(**told["calibration"]),
        intermediate=told["intermediate"],
        hard=told["hard"],
        targets=tuple(Target(name, **entry) for name, entry in told["target"].items()),
        alpha=told["decision"]["alpha"],
        bound=told["decision"]["bound"],
    )


class LaboratoryIsoParams(Params):
    """Parameters of the iso-accuracy study: one encoder under one seed.

    >>> LaboratoryIsoParams(seed="3").target_languages
    ('ko', 'ru')
    """

    encoder: Name = Field(default=rules().encoders[0], description="Hugging Face id or folder")
    target_languages: Names = Field(
        default=("ko", "ru"), description="languages beside English that are scored"
    )
    part: Name = Field(
        default=GAINS,
        description='"gains": all mechanisms and targets; "calibration": only how much of each '
        "mechanism it takes, which the gains ask for themselves",
    )
    token_budget: Integer = Field(
        default=4096, ge=1, description="tokens in a batch of predictions, padding included"
    )

    @field_validator("data")
    @classmethod
    def _lab(cls, value: str) -> str:
        if value != "lab":
            raise ValueError("lab, the only source with dials")
        return value

    @field_validator("part")
    @classmethod
    def _part(cls, value: str) -> str:
        if value not in PARTS:
            raise ValueError(", ".join(PARTS))
        return value


class Cell(TransferParams):
    """One training within a record, as the code of chapters 3 to 7 asks for its parameters.

    ``level``: the share of the hard setting, or of labels that are those of other rows.
    """

    mechanism: Name
    intermediate: Name = NONE
    level: float = 0.0
    n_items: int = 0

    @property
    def noise(self) -> float:
        """Share of items whose labels are exchanged."""
        return self.level if self.mechanism == NOISE else 0.0


def cell(params: LaboratoryIsoParams, mechanism: str, share: float, rate: float) -> Cell:
    """A training of this record under a mechanism; ``rate``: its learning rate."""
    return Cell(
        encoder=params.encoder,
        seed=params.seed,
        device=params.device,
        token_budget=params.token_budget,
        # The same everywhere: so small a network is not faster in another.
        precision="float32",
        learning_rates=(rate,),
        mechanism=mechanism,
        intermediate=NONE if mechanism == NONE else rules().intermediate["kind"],
        level=share,
    )
