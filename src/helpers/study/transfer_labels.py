"""Chapters 3 to 5 and 7: training tables whose labels are those of other rows, all or a share.

Inputs stay as they are, and the table that is given is never changed. What is trained on them
stands in ``transfer``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# What of a row is its label, by kind
_LABELS = {
    "similarity": ("score",),
    "classification": ("label",),
    "choice": ("label",),
    "tagging": ("tags",),
    "span": ("answers", "starts"),
}
_SEED = 0  # recorded results were made with it


def permuted(train: pd.DataFrame, kind: str, seed: int = _SEED) -> pd.DataFrame:
    """The same inputs with labels of other rows.

    Of spans, another stretch of the same context; of tagging, every word has the tag of any word of
    the table; a choice that a row does not have is counted on from its first.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"tokens": [["A", "dog"], ["Run"]], "tags": [["D", "N"], ["V"]]})
    >>> permuted(table, "tagging")["tags"].tolist()
    [['V', 'D'], ['N']]
    """
    import numpy as np

    draw = np.random.default_rng(seed)
    if kind == "span":
        return _other_spans(train, seed)
    if kind == "tagging":
        return train.assign(tags=_other_tags(train["tags"], draw))
    [column] = _LABELS[kind]
    values = train[column].to_numpy()
    values = values[draw.permutation(len(values))]
    if kind == "choice":
        values = values % train["choices"].map(len).to_numpy(dtype=int)
    return train.assign(**{column: values})


def corrupted(train: pd.DataFrame, kind: str, share: float, seed: int = _SEED) -> pd.DataFrame:
    """The table with a share of its rows as `permuted` has them.

    Rows of a smaller share are among those of a larger one. A permuted label may be the right one
    by chance, so fewer labels are wrong than ``share`` says.

    Parameters
    ----------
    share : 0 (all labels their own) to 1 (`permuted`), rounded to whole rows.
    seed : of the permutation and of the rows that have its labels.

    Errors: UserError where ``share`` is no share.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"label": ["a", "b", "c", "d"]})
    >>> corrupted(table, "classification", 0.5)["label"].tolist()
    ['c', 'b', 'c', 'd']
    """
    chosen = _chosen(len(train), share, seed)
    return _with_labels(train, kind, chosen, permuted(train, kind, seed).iloc[chosen])


def exchanged(train: pd.DataFrame, kind: str, share: float, seed: int = _SEED) -> pd.DataFrame:
    """The table with the labels of a share of its rows exchanged among these rows (`permuted`).

    As `corrupted`, but every label stays as frequent as it was (a choice that a row does not have
    aside); of spans the share has another stretch of their own text.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"label": ["a", "b", "c", "d", "e"]})
    >>> exchanged(table, "classification", 0.6)["label"].tolist()
    ['a', 'e', 'c', 'b', 'd']
    """
    import numpy as np

    chosen = np.sort(_chosen(len(train), share, seed))
    if not len(chosen):
        return train
    return _with_labels(train, kind, chosen, permuted(train.iloc[chosen], kind, seed))


def _chosen(n: int, share: float, seed: int) -> np.ndarray:
    """Places of a share of rows; those of a smaller share stand first."""
    import numpy as np

    if not 0 <= share <= 1:
        raise UserError("share", share, "a number from 0 to 1")
    # A stream of its own: rows must not follow from the permutation
    return np.random.default_rng([seed, 1]).permutation(n)[: round(share * n)]


def _with_labels(
    train: pd.DataFrame, kind: str, chosen: np.ndarray, others: pd.DataFrame
) -> pd.DataFrame:
    """The table with the labels of ``others`` at the ``chosen`` places."""
    import pandas as pd

    mixed = {}
    for column in _LABELS[kind]:
        values = train[column].to_numpy(copy=True)
        values[chosen] = others[column].to_numpy()
        mixed[column] = pd.Series(values, index=train.index, dtype=train[column].dtype)
    return train.assign(**mixed)


def _other_tags(tags: pd.Series, draw: np.random.Generator) -> list[list[str]]:
    """Tags of all words of the table in another order; rows stay as long as they are."""
    every = [tag for row in tags for tag in row]
    left = iter([every[place] for place in draw.permutation(len(every))])
    return [[next(left) for _ in row] for row in tags]


def _other_spans(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    from helpers.models.span_baselines import answer_lengths, random_spans

    texts = random_spans(train, answer_lengths(train, "en"), seed, "en")
    starts = [
        [row.context.index(text)] for row, text in zip(train.itertuples(), texts, strict=True)
    ]
    return train.assign(answers=[[text] for text in texts], starts=starts)
