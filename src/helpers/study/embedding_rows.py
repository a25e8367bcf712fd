"""Chapter 1: coordinates of its rows, spelled in one place, and rows from intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.study.alignment_data import TASK
from helpers.study.embedding_data import SOURCE
from helpers.study.row import Row

if TYPE_CHECKING:
    from helpers.maths.statistics import Interval
    from helpers.study.params import EmbeddingParams

MANY = "many"  # target language of a row over languages; which ones stands in its setting


def coordinates(
    params: EmbeddingParams,
    encoder: str,
    name: str,
    language: str = MANY,
    *,
    task: str = TASK,
    kind: str = "retrieval",
    split: str = "report",
    **setting: Any,
) -> dict[str, Any]:
    """Everything that says what was measured, as ``Row`` and ``Draft`` take it."""
    return {
        "name": name,
        "task": task,
        "kind": kind,
        "method": "none",
        "encoder": encoder,
        "setting": setting,
        "source_language": SOURCE,
        "target_language": language,
        "split": split,
        "seed": params.seed,
    }


def row_of(found: Interval | float, n: int, where: dict[str, Any]) -> Row:
    """A row from an interval, or from a bare value that has none."""
    if isinstance(found, float | int):
        return Row(**where, value=float(found), n=n)
    return Row(**where, value=found.value, low=found.low, high=found.high, n=n)
