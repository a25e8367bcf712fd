"""Typed parameters of every chapter, the same for the command line, papermill and Python.

Strict on purpose: an unknown name or a wrong type is refused before any work, by name, with what is
accepted (languages and encoders are, too, when a study is planned). Values may be Python values (a
notebook cell, papermill) or strings (``-p NAME VALUE``); both spellings mean the same (see
``param_types``). Not for loading data or models.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import Field, ValidationError, field_validator

from helpers.data.corpus_pairs import CAPTIONS, TECHNICAL
from helpers.errors import UserError
from helpers.study.intermediate_params import (
    DifficultyParams,
    IntermediateParams,
    ItemDifficultyParams,
    LevelTransferParams,
    TaskDifficultyParams,
)
from helpers.study.laboratory_iso_params import LaboratoryIsoParams
from helpers.study.param_types import SMALL, WHOLE, Integer, Name, Names, Params
from helpers.study.transfer_params import MrcParams, SentimentParams, StsParams


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


class ComplexityParams(Params):
    """Parameters of chapter 6, which reads the records of chapters 3 to 5.

    >>> ComplexityParams().encoder_name, ComplexityParams(data="lab").encoder_name
    ('models/xlmr-nano-tlm', 'models/tiny')
    """

    data: Name = Field(
        default="local", description='"lab", "local" or "hub": whose recorded runs are read'
    )
    encoder: Name = Field(
        default="auto",
        description='the encoder whose runs are read; "auto": models/tiny for the laboratory, '
        "else models/xlmr-nano-tlm",
    )

    @field_validator("data")
    @classmethod
    def _data(cls, value: str) -> str:
        if not re.fullmatch(r"lab|hub|local(:.*\S.*)?", value):
            raise ValueError("lab, local, hub")
        return value

    @property
    def encoder_name(self) -> str:
        """The encoder that ``auto`` stands for."""
        if self.encoder != "auto":
            return self.encoder
        return "models/tiny" if self.data_kind == "lab" else "models/xlmr-nano-tlm"


MODELS: dict[str, type[Params]] = {
    "01_embedding": EmbeddingParams,
    "02_alignment": AlignmentParams,
    "03_sts": StsParams,
    "04_mrc": MrcParams,
    "05_sentiment": SentimentParams,
    "06_complexity": ComplexityParams,
    "07_intermediate": IntermediateParams,
    "difficulty": DifficultyParams,
    "encoders": EncodersParams,
    "item_difficulty": ItemDifficultyParams,
    "laboratory_iso": LaboratoryIsoParams,
    "level_transfer": LevelTransferParams,
    "pretraining_alignment": PretrainingAlignmentParams,
    "task_difficulty": TaskDifficultyParams,
}


# What each study is, in a line.
PURPOSES: dict[str, str] = {
    "01_embedding": "which sentences an encoder finds again in another language, untuned",
    "02_alignment": "what a map between two languages gains, by method and number of pairs",
    "03_sts": "similarity learnt in one language, scored in all",
    "04_mrc": "reading comprehension learnt in one language, scored in all",
    "05_sentiment": "sentiment learnt in one language, scored in all",
    "06_complexity": "chapters 3 to 5 side by side; reads their records and trains nothing",
    "07_intermediate": "one run of the grid: an intermediate task, then every target",
    "difficulty": "how hard each item of an intermediate data set is; chapter 7 makes levels of it",
    "encoders": "scores of the shipped encoders, which their cards and an appendix tell",
    "item_difficulty": "how hard each English question of chapter 4 is; chapter 7, item by item",
    "laboratory_iso": "generated tasks made hard in several ways to one accuracy; chapter 7",
    "level_transfer": "what a level of difficulty teaches about the other levels; chapter 7",
    "pretraining_alignment": "maps learnt from pairs of pretraining text; appendix on encoders",
    "task_difficulty": "how hard an English task is, by several measures; chapter 7",
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


def refuse_unknown(executed: Sequence[str] | None = None) -> None:
    """Refuse a parameter that papermill injected and the notebook does not have.

    executed : sources of the cells executed so far; None for those of this notebook. Papermill puts
    its cell, which begins with ``# Parameters``, behind that of the notebook, and says no more than
    that it passed on an unknown name: a grid of misspelt seeds would be one seed many times.

    Errors: UserError by name. Nothing happens where nothing was injected, or outside a notebook.

    >>> refuse_unknown(["seed = 0", "# Parameters\\nsed = 1"])
    Traceback (most recent call last):
        ...
    helpers.errors.UserError: sed: got '1'; accepted: only the parameters seed
    """
    if executed is None:
        from IPython import get_ipython

        shell = get_ipython()
        executed = [] if shell is None else shell.user_ns.get("In", [])
    for own, injected in pairwise(executed):
        if injected.lstrip().startswith("# Parameters"):
            there, given = _assigned(own), _assigned(injected)
            for name in given.keys() - there.keys():
                raise UserError(name, given[name], f"only the parameters {', '.join(there)}")
            return  # once; a reader may run it again by hand, after any other cell


def _assigned(source: str) -> dict[str, str]:
    """Names that a cell of plain assignments gives values to, and these as they are spelt."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.unparse(node.value)
    return found


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
    if "encoder" in told:
        told["encoder"] = encoders[told["encoder"]]
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
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _told(model: type[Params], values: Mapping[str, Any], error: ValidationError) -> UserError:
    """The first complaint of pydantic as the project's own refusal."""
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    cause = first.get("ctx", {}).get("error")
    accepted = WHOLE if cause is None else str(cause)
    bounds = [each.ge for each in model.model_fields[name].metadata if hasattr(each, "ge")]
    if bounds and accepted in (WHOLE, SMALL):  # others tell their bounds themselves
        accepted += f", {bounds[0]} or more"
    return UserError(name, values.get(name), accepted)
