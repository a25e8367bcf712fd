"""Typed parameters of every chapter, the same for the command line, papermill and Python.

Strict on purpose: an unknown name or a wrong type is refused before any work, by name, with what is
accepted (languages and encoders are, too, when a study is planned). Values may be Python values (a
notebook cell, papermill) or strings (``-p NAME VALUE``); both spellings mean the same, and YAML's
traps are undone (``no``, the language code, arrives as False). Not for loading data or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from helpers.data.corpus_pairs import CAPTIONS, TECHNICAL
from helpers.errors import UserError

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:[0-9]+)?")
_HUGE = 2**63


def as_integer(value: Any) -> int:
    """A whole number from an int or from its decimal spelling; nothing is rounded or guessed.

    >>> as_integer("12"), as_integer(12)
    (12, 12)
    """
    if isinstance(value, bool):
        raise ValueError("a whole number")
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()) and len(value) < 40:
        value = int(value)
    if not isinstance(value, int) or abs(value) >= _HUGE:
        raise ValueError("a whole number")
    return value


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
        raise ValueError("names that differ from each other")
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


class EmbeddingParams(Params):
    """Parameters of chapter 1.

    >>> EmbeddingParams().target_languages
    ('all',)
    """

    encoders: Names = Field(
        default=("models/xlmr-nano", "models/xlmr-nano-tlm"),
        description="Hugging Face ids or folders",
    )
    target_languages: Names = Field(
        default=("all",), description='languages beside English; "all": all that the source has'
    )
    # Short sentences, every one through several encoders: small batches suit a processor's caches.
    token_budget: Integer = Field(
        default=2048, ge=1, description="tokens in a batch, padding included"
    )


class AlignmentParams(Params):
    """Parameters of chapter 2.

    >>> AlignmentParams().target_languages
    ('ko', 'ru')
    """

    encoders: Names = Field(
        default=("models/xlmr-nano", "models/xlmr-nano-tlm"),
        description="Hugging Face ids or folders",
    )
    source_language: Name = Field(default="en", description="language that maps lead into")
    target_languages: Names = Field(
        default=("ko", "ru"), description="languages whose sentences are mapped"
    )
    n_pairs: Integer = Field(
        default=10_000, ge=10, description="the most pairs a map may learn from, 10 or more"
    )


class EncodersParams(Params):
    """Parameters of the appendix on encoders.

    >>> EncodersParams().encoders[0]
    'models/tiny'
    """

    encoders: Names = Field(
        default=("models/tiny", "models/xlmr-nano", "models/xlmr-nano-tlm"),
        description="Hugging Face ids or folders",
    )
    target_languages: Names = Field(
        default=("ko", "ru"), description="languages beside English that are scored"
    )


class PretrainingAlignmentParams(EncodersParams):
    """Parameters of the appendix on encoders, aligned with pairs of training text.

    >>> PretrainingAlignmentParams(pairs="corpus:text").pairs
    'corpus:text'
    """

    encoders: Names = Field(
        default=("models/xlmr-nano",), description="Hugging Face ids or folders"
    )
    similarity_languages: Names = Field(
        default=("ko",), description="target languages that similarity is scored for, too"
    )
    pairs: Name = Field(
        default="lab", description='"lab" or "corpus:<folder>": where maps are learnt from'
    )
    left_out: Names = Field(
        default=(*TECHNICAL, *CAPTIONS), description="sources of the corpus not learnt from"
    )

    @field_validator("pairs")
    @classmethod
    def _pairs(cls, value: str) -> str:
        if value != "lab" and not re.fullmatch(r"corpus:.*\S.*", value):
            raise ValueError("lab, corpus:<folder>")
        return value


MODELS: dict[str, type[Params]] = {
    "01_embedding": EmbeddingParams,
    "02_alignment": AlignmentParams,
    "encoders": EncodersParams,
    "pretraining_alignment": PretrainingAlignmentParams,
}


def model_for(chapter: str) -> type[Params]:
    """The typed model of a chapter; a UserError naming the chapters that there are."""
    if chapter not in MODELS:
        raise UserError("chapter", chapter, sorted(MODELS))
    return MODELS[chapter]


def build(chapter: str, values: Mapping[str, Any]) -> Params:
    """Parameters of a chapter from names and values, refused by name where they are wrong.

    >>> build("02_alignment", {"target_languages": "ko", "n_pairs": "300"}).n_pairs
    300
    >>> build("02_alignment", {"n_pairs": "-3"})
    Traceback (most recent call last):
        ...
    helpers.errors.UserError: n_pairs: got '-3'; accepted: a whole number, 10 or more
    """
    model = model_for(chapter)
    for name, value in values.items():
        if name not in model.model_fields:
            raise UserError(name, value, f"only the parameters {', '.join(model.model_fields)}")
    try:
        return model(**values)
    except ValidationError as error:
        raise _told(model, values, error) from None


def parse(chapter: str, pairs: Iterable[tuple[str, str]]) -> Params:
    """Parameters of a chapter from the command line's ``-p NAME VALUE`` pairs.

    >>> parse("02_alignment", [("target_languages", "ko,de"), ("seed", "1")]).target_languages
    ('ko', 'de')
    """
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise UserError(name, f"{values[name]}, then {value}", "each parameter once")
        values[name] = value
    return build(chapter, values)


def published(params: Params, encoders: Mapping[str, str]) -> dict[str, Any]:
    """Parameters as a record tells them: no path, nothing that only says how it was computed.

    ``encoders`` maps each encoder as given to the name under which its rows stand.
    """
    told = params.model_dump(mode="json", exclude=set(params.HOW))
    told["data"] = params.data_kind
    if "pairs" in told:
        told["pairs"] = told["pairs"].partition(":")[0]
    if "encoders" in told:
        told["encoders"] = [encoders[name] for name in told["encoders"]]
    return told


def describe(chapter: str) -> list[tuple[str, str, str]]:
    """(name, default, meaning) of each parameter, for help texts."""
    fields = model_for(chapter).model_fields
    return [
        (name, _spelt(field.default), field.description or "") for name, field in fields.items()
    ]


def _spelt(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _told(model: type[Params], values: Mapping[str, Any], error: ValidationError) -> UserError:
    """The first complaint of pydantic as the project's own refusal."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    cause = first.get("ctx", {}).get("error")
    accepted = "a whole number" if cause is None else str(cause)
    bounds = [each.ge for each in model.model_fields[name].metadata if hasattr(each, "ge")]
    if bounds:
        accepted += f", {bounds[0]} or more"
    return UserError(name, values.get(name), accepted)
