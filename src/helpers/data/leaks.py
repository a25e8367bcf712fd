"""Tables that hold the same items in another language: no text comparison can see such a leak.

For refusing to train on what is scored. A table here and the registry's key ``parallel`` say which
splits translate each other; what shares text is found and dropped by ``overlap``. Tasks of one
source without common items (LingNLI's premises come from MultiNLI, as XNLI's do) are a matter of
the registry's ``family``.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.data.tasks import task
from helpers.errors import UserError

Split = tuple[str, str]  # task, split


@dataclass(frozen=True)
class SameItems:
    """Splits that hold the same items, in whole or in part, and how that came to be."""

    splits: frozenset[Split]
    why: str


KNOWN = (
    SameItems(
        frozenset({("squad", "dev"), ("xquad", "test"), ("lareqa", "test"), ("squad_it", "test")}),
        "XQuAD, LAReQA and SQuAD-it are SQuAD's dev set, translated",
    ),
    SameItems(
        frozenset({("copa_en", "train"), ("xcopa", "dev")}),
        "XCOPA's dev items translate items of COPA's dev set, which is copa_en",
    ),
)


def same_items(one: Split, other: Split) -> str | None:
    """Why two splits, each (task, split), hold the same items; None where they are not known to.

    Raises UserError for an unknown task.

    >>> same_items(("copa_en", "train"), ("xcopa", "test")) is None
    True
    >>> same_items(("stsb", "train"), ("korsts", "train"))
    'row i of both is the same item'
    """
    (first, split), (second, other_split) = one, other
    tasks = task(first), task(second)
    if one == other:
        return "they are the same split"
    group = tasks[0].parallel
    if group is not None and group == tasks[1].parallel and split == other_split:
        return "row i of both is the same item"
    return next((known.why for known in KNOWN if {one, other} <= known.splits), None)


def refuse_same_items(train: Split, *tests: Split) -> None:
    """Refuse to train, or to select, on a split whose items are scored.

    Raises
    ------
    UserError : ``train`` holds items of one of ``tests``, in whatever language.

    >>> refuse_same_items(("squad", "train"), ("xquad", "test"), ("squad_it", "test"))
    """
    for test in tests:
        if why := same_items(train, test):
            given = f"{' '.join(train)} to train on, {' '.join(test)} to score"
            raise UserError("task", given, f"splits that share no item, but {why}")
