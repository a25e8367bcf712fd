"""Typed parameters of chapter 7: a run of the grid, how hard items are, and what levels teach."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from helpers.study.intermediate_rules import ITEMS, MECHANISMS, NOISE, OF_A_FAMILY, rules
from helpers.study.param_types import Boolean, Integer, Name
from helpers.study.transfer_params import TransferParams


class ItemsParams(TransferParams):
    """What both have: how many items of the intermediate data set are learnt from."""

    TRIAL_EVERY = 1  # a third of so few rows teaches nothing, at whatever rate

    n_items: Integer = Field(
        default=0, ge=0, description="items a level to learn from; 0: the study's own number"
    )
    permuted: Boolean = Field(
        default=True, description="always true: the gate asks for it, and other runs need none"
    )

    @field_validator("permuted")
    @classmethod
    def _permuted(cls, value: bool) -> bool:
        if not value:
            raise ValueError("true: a target counts if it beats its permuted labels, too")
        return value


class DifficultyParams(ItemsParams):
    """Parameters of the study that tells how hard the items of an intermediate data set are.

    >>> DifficultyParams(intermediate="nli").intermediate
    'nli'
    """

    AMONG: ClassVar[str] = "families"  # of the rules: which data sets there are

    seed: Integer = Field(default=rules().difficulty_seeds[0], ge=0, description="seed of training")
    intermediate: Name = Field(default="sentiment", description="intermediate data set")

    @field_validator("intermediate")
    @classmethod
    def _intermediate(cls, value: str) -> str:
        if value not in (there := getattr(rules(), cls.AMONG)):
            raise ValueError(", ".join(there))
        return value


class ItemDifficultyParams(TransferParams):
    """Parameters of the study that tells how hard the English questions of a parallel set are.

    >>> ItemDifficultyParams().seed
    1000
    """

    seed: Integer = Field(
        default=rules().item_by_item["seeds"][0], ge=0, description="seed of training"
    )


class IntermediateParams(ItemsParams):
    """Parameters of chapter 7: one intermediate training and all targets after it.

    >>> IntermediateParams(intermediate="nli", mechanism="noise", level=3).level
    3
    >>> IntermediateParams().mechanism
    'none'
    """

    intermediate: Name = Field(
        default="none", description='intermediate data set, or "none": the control'
    )
    mechanism: Name = Field(
        default="none",
        description='what makes a level: "items" (how hard the items are), "noise" (of labels); '
        'or a control: "masked" (its text without labels), "permuted" (labels of other rows), '
        '"longer" (no intermediate task, the target twice), "none"',
    )
    level: Integer = Field(default=0, ge=0, description="0, the easiest, to the hardest")

    @field_validator("intermediate")
    @classmethod
    def _intermediate(cls, value: str) -> str:
        if value not in ("none", *rules().tasks):
            raise ValueError(", ".join(("none", *rules().tasks)))
        return value

    @field_validator("mechanism")
    @classmethod
    def _mechanism(cls, value: str) -> str:
        if value not in MECHANISMS:
            raise ValueError(", ".join(MECHANISMS))
        return value

    @field_validator("level")
    @classmethod
    def _level(cls, value: int) -> int:
        if value >= rules().levels:
            raise ValueError(f"a whole number from 0 to {rules().levels - 1}")
        return value

    @property
    def of_difficulty(self) -> DifficultyParams:
        """The run that tells how hard the items are which this one learns from."""
        kept = {name: getattr(self, name) for name in DifficultyParams.model_fields}
        kept |= {"seed": rules().difficulty_seeds[0], "target_languages": ("all",)}
        kept |= {"train_size": 0, "report_size": 0, "epochs": 0}
        return DifficultyParams(**kept)

    @property
    def of_a_family(self) -> bool:
        """Whether there is an intermediate task at all."""
        return self.mechanism in OF_A_FAMILY

    @property
    def noise(self) -> float:
        """Share of items whose labels are exchanged."""
        return rules().noise[self.level] if self.mechanism == NOISE else 0.0


class LevelTransferParams(DifficultyParams):
    """Parameters of the study that tells what every level of difficulty teaches about the others.

    >>> LevelTransferParams(intermediate="nli").of_level(3).mechanism
    'items'
    """

    seed: Integer = Field(
        default=rules().difficulty_seeds[-1] + 1, ge=0, description="seed of training"
    )

    def of_level(self, level: int) -> IntermediateParams:
        """The run of the grid whose intermediate training this is, under this seed."""
        kept = {name: getattr(self, name) for name in DifficultyParams.model_fields}
        return IntermediateParams(**kept, mechanism=ITEMS, level=level)


class TaskDifficultyParams(DifficultyParams):
    """Parameters of the study that tells how hard a task is as it stands, by several measures.

    >>> TaskDifficultyParams(intermediate="commonsense").intermediate
    'commonsense'
    """

    AMONG: ClassVar[str] = "tasks"
