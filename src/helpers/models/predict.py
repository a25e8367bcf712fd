"""Asking a tuned model: one answer a row, in the order of the rows.

Batches go by token budget, longest first, without gradients. What answers are worth is told by
``maths``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.models.batching import budget_batches
from helpers.models.features import Collator
from helpers.models.heads import TaskModel


def logits(
    model: TaskModel,
    rows: Sequence[dict[str, Any]],
    *,
    padding_id: int,
    token_budget: int = 8192,
    progress: bool = False,
    label: str = "",
) -> list[np.ndarray]:
    """The head's logits of every row (see ``heads.TaskModel``), cut to the row's own size.

    Parameters
    ----------
    rows : of ``features.features`` or windows of ``spans.windows`` (``span_rows``).
    token_budget : most tokens in a batch, padding included.
    """
    import torch
    from tqdm.auto import tqdm

    collate = Collator(model.form, padding_id)
    device = next(model.parameters()).device
    found: list[np.ndarray] = [np.zeros(0, dtype=np.float32)] * len(rows)
    costs = [row["length"] * len(row["segments"]) for row in rows]
    unlabelled = [{k: v for k, v in row.items() if k != "labels"} for row in rows]
    model.eval()
    with tqdm(
        total=sum(costs), desc=label, unit="token", unit_scale=True, delay=1, disable=not progress
    ) as bar:
        for batch in budget_batches(costs, token_budget):
            made = collate([unlabelled[i] for i in batch])
            with torch.inference_mode():
                out = model(**{name: t.to(device) for name, t in made.items()})["logits"]
            values = out.float().cpu().numpy()
            for place, i in enumerate(batch):
                found[i] = _own(model.form, values[place], rows[i]).copy()
            bar.update(sum(costs[i] for i in batch))
    return found


def mean_loss(
    model: TaskModel,
    rows: Sequence[dict[str, Any]],
    *,
    padding_id: int,
    token_budget: int = 8192,
) -> float:
    """Mean loss of labelled rows, each batch by its number of rows."""
    import torch

    collate = Collator(model.form, padding_id)
    device = next(model.parameters()).device
    costs = [row["length"] * len(row["segments"]) for row in rows]
    total = 0.0
    model.eval()
    for batch in budget_batches(costs, token_budget):
        made = collate([rows[i] for i in batch])
        with torch.inference_mode():
            loss = model(**{name: t.to(device) for name, t in made.items()})["loss"]
        total += float(loss) * len(batch)
    return total / len(rows)


def _own(form: str, values: np.ndarray, row: dict[str, Any]) -> np.ndarray:
    if form in ("tagging", "span", "matching"):
        return values[: row["length"]]
    # Of a choice task the first segment is what is told.
    return values[: len(row["segments"]) - 1] if form == "choice" else values


def probabilities(found: Sequence[np.ndarray]) -> np.ndarray:
    """Softmax of the logits of a classifier: float64 [rows, classes], each row adds up to 1.

    >>> probabilities([np.array([0.0, 0.0])]).tolist()
    [[0.5, 0.5]]
    """
    from scipy.special import softmax

    return softmax(np.stack(found).astype(np.float64), axis=1)


def classes(found: Sequence[np.ndarray]) -> np.ndarray:
    """The most likely class, or choice, of each row: int64 [rows].

    >>> classes([np.array([0.1, 2.0]), np.array([3.0, 0.0, 1.0])]).tolist()
    [1, 0]
    """
    return np.array([int(np.argmax(values)) for values in found], dtype=np.int64)


def similarities(found: Sequence[np.ndarray]) -> np.ndarray:
    """Predicted similarity of each row: float64 [rows]."""
    return np.array([float(values) for values in found], dtype=np.float64)


def tags(found: Sequence[np.ndarray], rows: Sequence[dict[str, Any]]) -> list[np.ndarray]:
    """The most likely tag of each word (its first piece); -1 for a word that was cut off.

    >>> [found.tolist() for found in tags([np.array([[0.0, 1.0], [2.0, 0.0]])],
    ...                                   [{"places": [1, 0, -1]}])]
    [[0, 1, -1]]
    """
    best = []
    for values, row in zip(found, rows, strict=True):
        chosen = values.argmax(axis=1)
        best.append(np.array([chosen[p] if p >= 0 else -1 for p in row["places"]], dtype=np.int64))
    return best
