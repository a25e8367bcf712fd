"""Typed parameters of chapters 3 to 5: one source task is learnt, other languages are scored."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, field_validator

from helpers.study.param_types import (
    Boolean,
    Integer,
    Name,
    Names,
    Params,
    as_names,
    as_number,
)


def as_numbers(value: object) -> tuple[float, ...]:
    """Numbers from one number, a list, or one string with commas between them.

    >>> as_numbers("1e-4, 3e-4"), as_numbers(0.1)
    ((0.0001, 0.0003), (0.1,))
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = [value]
    if isinstance(value, list | tuple):
        value = [str(number) for number in value]
    numbers = tuple(as_number(name) for name in as_names(value))
    if len(set(numbers)) < len(numbers) or min(numbers) <= 0:
        raise ValueError("numbers above 0 that differ from each other")
    return numbers


Numbers = Annotated[tuple[float, ...], BeforeValidator(as_numbers)]


class TransferParams(Params):
    """What chapters 3 to 5 share.

    >>> TransferParams(target_languages="ko,de").target_languages
    ('ko', 'de')
    """

    HOW = Params.HOW | {"precision"}
    TRIAL_EVERY: ClassVar[int] = (
        3  # a learning rate is tried on one row in so many, in half the time
    )

    encoder: Name = Field(
        default="auto",
        description='Hugging Face id or folder; "auto": models/tiny for the laboratory, else '
        "models/xlmr-nano-tlm",
    )
    source_language: Name = Field(
        default="en", description="language that is learnt from; another than en: supervised"
    )
    target_languages: Names = Field(
        default=("all",), description='languages that are scored beside; "all": all there are'
    )
    train_size: Integer = Field(
        default=0, ge=0, description="rows to learn from; 0: the chapter's own number"
    )
    report_size: Integer = Field(
        default=0, ge=0, description="items scored a set; 0: the chapter's own number"
    )
    epochs: Integer = Field(default=0, ge=0, description="passes; 0: the chapter's own number")
    learning_rates: Numbers = Field(
        default=(1e-4, 3e-4),
        description="tried on a part of the rows; the best on English validation is taken",
    )
    frozen: Name = Field(
        default="embeddings", description='what stays as pretrained: "embeddings" or "nothing"'
    )
    permuted: Boolean = Field(
        default=True, description="also train on permuted labels, the baseline of transfer"
    )
    precision: Name = Field(
        default="auto", description='"float32", "bfloat16" or "auto": what is fast here'
    )
    token_budget: Integer = Field(
        default=4096, ge=1, description="tokens in a batch of predictions, padding included"
    )

    @field_validator("frozen")
    @classmethod
    def _frozen(cls, value: str) -> str:
        if value not in ("embeddings", "nothing"):
            raise ValueError("embeddings, nothing")
        return value

    @field_validator("precision")
    @classmethod
    def _precision(cls, value: str) -> str:
        if value not in ("auto", "float32", "bfloat16"):
            raise ValueError("auto, float32, bfloat16")
        return value

    @property
    def encoder_name(self) -> str:
        """The encoder that ``auto`` stands for."""
        if self.encoder != "auto":
            return self.encoder
        return "models/tiny" if self.data_kind == "lab" else "models/xlmr-nano-tlm"


class StsParams(TransferParams):
    """Parameters of chapter 3."""

    # Similarity has a base that costs nothing, the untuned encoder.
    permuted: Boolean = Field(default=False, description="also train on permuted scores")
    cross_encoder: Boolean = Field(
        default=False, description="also train a cross-encoder, which reads both sentences at once"
    )
    align_pairs: Integer = Field(
        default=1000, ge=10, description="parallel sentences that maps of chapter 2 learn from"
    )


class MrcParams(TransferParams):
    """Parameters of chapter 4.

    >>> MrcParams().head
    'matching'
    """

    # Answers have their own bases: a random span, and the words that the question asks for.
    permuted: Boolean = Field(default=False, description="also train on random spans")
    head: Name = Field(
        default="matching",
        description='"matching": sees what matches the question; "span": linear, as in BERT',
    )
    max_length: Integer = Field(default=256, ge=96, description="tokens of a window")

    @field_validator("head")
    @classmethod
    def _head(cls, value: str) -> str:
        if value not in ("matching", "span"):
            raise ValueError("matching, span")
        return value


class SentimentParams(TransferParams):
    """Parameters of chapter 5."""
