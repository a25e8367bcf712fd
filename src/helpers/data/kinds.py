"""Kinds of task: the columns of each, and the checks that a row must pass, named here once.

Rows of a file, of the hub and of the laboratory are held to the same. Not for gathering rows into a
table (``rows``) and not for file formats (``readers``).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

COLUMNS = {
    "similarity": ("id", "sentence1", "sentence2", "score", "genre"),
    "classification": ("id", "text", "text2", "label", "genre"),
    "span": ("id", "context", "question", "answers", "starts", "article"),
    "choice": ("id", "context", "question", "choices", "label"),
    "tagging": ("id", "tokens", "tags"),
    "retrieval": ("id", "source_text", "target_text", "language"),
}
KINDS = tuple(COLUMNS)
# Kinds whose rows carry one of the task's ``labels``, which the registry must therefore name
LABELLED = ("classification", "tagging")

# float() alone would also take "nan", "inf", "1_0" and digits of other scripts
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_CHOICE = re.compile(r"choice[1-9]")
_INTEGER = re.compile(r"[0-9]{1,9}")

# What no tokenizer takes: NUL, and halves of surrogate pairs, which JSON can spell
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class RowProblem(ValueError):
    """Why one row cannot be used; caught by `rows.collect` and counted, never a traceback."""


@dataclass(frozen=True)
class Labels:
    """A task's label names and how a source spells them: ``spelt`` maps theirs to ours.

    >>> Labels(("negative", "positive"), {"0": "negative"}).name(0)
    'negative'
    """

    names: tuple[str, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=dict)

    def name(self, value: object, what: str = "label") -> str:
        """Our name of a source's label; `RowProblem` where it is none. Without names any will do.

        Numbers and booleans are looked up as JSON spells them.
        """
        if value is None:
            raise RowProblem(f"no {what}")
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, int):
            value = str(value)
        elif not isinstance(value, str):
            raise RowProblem(f"{what} is not a name but {type(value).__name__}")
        text = value.strip()
        ours = self.spelt.get(text, text)
        if not ours or (self.names and ours not in self.names):
            raise RowProblem(f"{what} is none of {', '.join(self.names)}: {text[:40]!r}")
        return ours


def _verbatim(fields: Mapping[str, object], name: str) -> str:
    """Text as it stands, blanks at its ends included: offsets count them."""
    value = fields.get(name)
    if value is None:
        raise RowProblem(f"no {name}")
    if not isinstance(value, str):
        raise RowProblem(f"{name} is not text but {type(value).__name__}")
    if character := _no_text(value):
        raise RowProblem(f"{name} holds the character {ord(character):#06x}")
    return value


@lru_cache(maxsize=4)  # the questions on a text come one after the other
def _no_text(value: str) -> str | None:
    found = _NO_TEXT.search(value)
    return found[0] if found else None


def text(fields: Mapping[str, object], name: str) -> str:
    """A field's text without blanks at its ends; `RowProblem` where it is missing or empty."""
    # The hub's copy of Tatoeba keeps line ends, the files have stray blanks: same row, same text.
    stripped = _verbatim(fields, name).strip()
    if not stripped:
        raise RowProblem(f"{name} is empty")
    return stripped


def _optional(fields: Mapping[str, object], name: str) -> str:
    """Text that a row may lack or leave empty."""
    return "" if fields.get(name) is None else _verbatim(fields, name).strip()


def _texts(fields: Mapping[str, object], name: str) -> list[str]:
    """A list of texts, none empty."""
    values = _list(fields, name)
    one = f"one of {name}"
    return [text({one: value}, one) for value in values]


def _list(fields: Mapping[str, object], name: str) -> list[object]:
    values = fields.get(name)
    if values is None:
        raise RowProblem(f"no {name}")
    if not isinstance(values, list | tuple):
        raise RowProblem(f"{name} is not a list but {type(values).__name__}")
    if not values:
        raise RowProblem(f"{name} is empty")
    return list(values)


def _whole(value: object, what: str) -> int:
    """A number from 0; several sets store theirs as strings."""
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise RowProblem(f"{what} is not a whole number from 0: {value!r:.40}")


def _score(value: object) -> float:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise RowProblem(f"score is not a number: {value[:40]!r}")
        score = float(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # JSON can spell whole numbers that no float holds
        score = float(value) if abs(value) < 1e300 else math.inf
    else:
        raise RowProblem(f"score is not a number: {value!r:.40}")
    if math.isnan(score) or not 0.0 <= score <= 5.0:
        raise RowProblem(f"score is outside 0 to 5: {score:g}")
    return score


def _genre(fields: Mapping[str, object]) -> str:
    genre = fields.get("genre")
    return genre.strip() if isinstance(genre, str) else ""


Fields = Mapping[str, object]


def _similarity(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    return {
        "sentence1": text(fields, "sentence1"),
        "sentence2": text(fields, "sentence2"),
        "score": _score(fields.get("score")),
        "genre": _genre(fields),
    }


def _classification(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    return {
        "text": text(fields, "text"),
        # a source of pairs has the column, and there an empty text is a damaged row
        "text2": text(fields, "text2") if "text2" in fields else "",
        "label": labels.name(fields.get("label")),
        "genre": _genre(fields),
    }


def _choice(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    context, question = _optional(fields, "context"), _optional(fields, "question")
    if not context and not question:
        raise RowProblem("context and question are both empty")
    # some formats have a list, others choice1, choice2 and so on
    one = [name for name in fields if _CHOICE.fullmatch(name)]
    choices = [text(fields, name) for name in sorted(one)] or _texts(fields, "choices")
    value = fields.get("label")
    label = _whole(labels.spelt.get(str(value).strip(), value), "label")
    if label >= len(choices):
        raise RowProblem(f"label is {label} of {len(choices)} choices, counted from 0")
    return {"context": context, "question": question, "choices": choices, "label": label}


def _tagging(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    # verbatim: tokens of characters (KLUE) include the blanks between words
    tokens, tags = _list(fields, "tokens"), _list(fields, "tags")
    for number, token in enumerate(tokens, start=1):
        if not isinstance(token, str) or not token:
            raise RowProblem(f"token {number} is not text but {token!r:.20}")
    if character := _no_text("".join(tokens)):
        raise RowProblem(f"a token holds the character {ord(character):#06x}")
    tags = [labels.name(tag, "tag") for tag in tags]
    if len(tokens) != len(tags):
        raise RowProblem(f"{len(tokens)} tokens and {len(tags)} tags")
    return {"tokens": tokens, "tags": tags}


def _retrieval(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    return {name: text(fields, name) for name in ("source_text", "target_text")}


def _span(fields: Fields, labels: Labels, mended: list[str]) -> dict[str, object]:
    context, question = _verbatim(fields, "context"), text(fields, "question")
    if not context.strip():
        raise RowProblem("context is empty")
    given, offsets = _list(fields, "answers"), _list(fields, "starts")
    if len(given) != len(offsets):
        raise RowProblem(f"{len(given)} answers and {len(offsets)} starts")
    found, problems = [], []
    for answer, offset in zip(given, offsets, strict=True):
        try:
            found.append(_settle(context, answer, offset, mended))
        except RowProblem as problem:
            problems.append(str(problem))
    if not found:
        raise RowProblem(problems[0])
    mended.extend(f"left out: {problem}" for problem in problems)
    return {
        "context": context,
        "question": question,
        "answers": [answer for answer, _ in found],
        "starts": [start for _, start in found],
        # the unit that scores are clustered by: without a name, what shares a text
        "article": _optional(fields, "article") or _digest(context),
    }


def _digest(context: str) -> str:
    return f"text-{hashlib.sha256(context.encode()).hexdigest()[:12]}"


def _settle(context: str, answer: object, offset: object, mended: list[str]) -> tuple[str, int]:
    """An answer without blanks at its ends, and where it stands in the context.

    Where it does not stand at ``offset`` the nearest place at which it does is taken instead.
    """
    if isinstance(answer, list):
        raise RowProblem(f"answer is {len(answer)} spans")
    verbatim = _verbatim({"answer": answer}, "answer")
    stripped = verbatim.strip()
    if not stripped:
        raise RowProblem("answer is empty")
    # CMRC's -1 marks answers that its authors did not find either
    stated = 0 if offset == -1 else _whole(offset, "start")
    start = stated + len(verbatim) - len(verbatim.lstrip())
    if offset != -1 and context.startswith(stripped, start):
        return stripped, start
    before = context.rfind(stripped, 0, start + len(stripped) - 1)
    after = context.find(stripped, start)
    places = [place for place in (before, after) if place >= 0]
    if not places:
        raise RowProblem("answer is not in the context")
    nearest = min(places, key=lambda place: abs(place - start))
    mended.append(f"start {offset} moved to {nearest}")
    return stripped, nearest


# What a row of each kind must be: fields -> columns; what was put right is added to ``mended``.
CHECKS: dict[str, Callable[[Fields, Labels, list[str]], dict[str, object]]] = {
    "similarity": _similarity,
    "classification": _classification,
    "span": _span,
    "choice": _choice,
    "tagging": _tagging,
    "retrieval": _retrieval,
}
