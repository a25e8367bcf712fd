"""From rows of a task to what the network reads: token ids, batches, and their order.

Every kind of task comes to the same form: a row is one or more *segments* (token ids; both
sentences for a siamese encoder, one for each choice of a choice task) and a label. Answers in a
text need windows and have their own module (``spans``). Nothing is trained or predicted here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    import torch

# How a kind of task is put to an encoder. The first form of a kind is its default.
FORMS = {
    "similarity": ("siamese", "cross-encoder"),
    "classification": ("classification", "paired"),
    "span": ("matching", "span"),
    "choice": ("choice",),
    "tagging": ("tagging",),
}
# What rows of any kind can be put to: their texts without their labels. No kind's default.
ANY_KIND = ("masked",)
IGNORED = -100  # label of a token that no loss looks at, as torch has it
_MASKED = 0.15  # of a text's tokens, as in BERT
_MEGA_BATCH = 50  # batches whose rows are sorted by length together


def check_form(kind: str, form: str | None) -> str:
    """The form asked for, or the kind's default; UserError where a kind has no such form.

    >>> check_form("similarity", None), check_form("similarity", "cross-encoder")
    ('siamese', 'cross-encoder')
    >>> check_form("choice", "masked")
    'masked'
    """
    if kind not in FORMS:
        raise UserError("kind", kind, FORMS)
    forms = FORMS[kind] + ANY_KIND
    if form is not None and form not in forms:
        raise UserError("form", form, forms)
    return form or FORMS[kind][0]


def features(
    form: str,
    table: pd.DataFrame,
    tokenizer: Any,
    *,
    max_length: int = 128,
    labels: Sequence[str] = (),
    seed: int = 0,
) -> list[dict[str, Any]]:
    """One dictionary a row: ``segments`` (lists of token ids), ``labels``, ``length``.

    Parameters
    ----------
    form : ``siamese``, ``cross-encoder``, ``classification``, ``paired``, ``choice``, ``tagging``
        or ``masked``.
    table : rows in the columns of the form's kind; ``masked``: of any kind that has a form.
    max_length : most tokens of a segment, special tokens included; of a pair the longer side is cut
        first.
    labels : names of the classes or tags; a label is its place among them.
    seed : of the tokens that ``masked`` hides; they depend on it and on the row's text alone.

    >>> import pandas as pd
    >>> from helpers.models.loading import find_folder, load_tokenizer
    >>> tokenizer = load_tokenizer(find_folder("models/tiny"), "models/tiny")
    >>> table = pd.DataFrame({"sentence1": ["A boy slept."], "sentence2": ["A dog."], "score": 2.5})
    >>> [row] = features("siamese", table, tokenizer)
    >>> len(row["segments"]), row["labels"]
    (2, 0.5)
    """
    if form not in (*_BUILD, *ANY_KIND):
        raise UserError("form", form, (*_BUILD, *ANY_KIND))
    cut = {"truncation": True, "max_length": max_length}
    if form == "masked":
        made = _masked(table, tokenizer, cut, seed)
    else:
        made = _BUILD[form](table, tokenizer, cut, {name: i for i, name in enumerate(labels)})
    for row in made:
        row["length"] = max(len(segment) for segment in row["segments"])
    return made


def _siamese(table, tokenizer, cut, labels) -> list[dict]:
    sides = [
        tokenizer(list(table[side]), **cut)["input_ids"] for side in ("sentence1", "sentence2")
    ]
    scores = np.asarray(table["score"], dtype=np.float64) / 5
    return [
        {"segments": [one, two], "labels": float(score)}
        for one, two, score in zip(*sides, scores, strict=True)
    ]


def _cross_encoder(table, tokenizer, cut, labels) -> list[dict]:
    ids = tokenizer(list(table["sentence1"]), list(table["sentence2"]), **cut)["input_ids"]
    scores = np.asarray(table["score"], dtype=np.float64) / 5
    return [{"segments": [one], "labels": float(s)} for one, s in zip(ids, scores, strict=True)]


def _classification(table, tokenizer, cut, labels) -> list[dict]:
    ids = tokenizer(*_texts(table), **cut)["input_ids"] if len(table) else []
    return [
        {"segments": [one], "labels": labels[label]}
        for one, label in zip(ids, table["label"], strict=True)
    ]


def _paired(table, tokenizer, cut, labels) -> list[dict]:
    """Two texts, each a segment of its own."""
    sides = [tokenizer(list(table[side]), **cut)["input_ids"] for side in ("text", "text2")]
    return [
        {"segments": [one, two], "labels": labels[label]}
        for one, two, label in zip(*sides, table["label"], strict=True)
    ]


def _choice(table, tokenizer, cut, labels) -> list[dict]:
    """What is told, then each choice; a segment each."""
    made = []
    for row in table.itertuples():
        ids = tokenizer([_told(row), *row.choices], **cut)["input_ids"]
        made.append({"segments": ids, "labels": int(row.label)})
    return made


def _tagging(table, tokenizer, cut, labels) -> list[dict]:
    """A word's tag stands on its first piece; what is cut off has no tag (see ``first_pieces``)."""
    made = []
    for row in table.itertuples():
        encoded = tokenizer(list(row.tokens), is_split_into_words=True, **cut)
        tags = [IGNORED] * len(encoded["input_ids"])
        places = first_pieces(encoded.word_ids(), len(row.tokens))
        for word, place in enumerate(places):
            if place >= 0:
                tags[place] = labels[row.tags[word]]
        made.append({"segments": [encoded["input_ids"]], "labels": tags, "places": places})
    return made


def first_pieces(word_ids: Sequence[int | None], n_words: int) -> list[int]:
    """Place of each word's first piece among the tokens; -1 for a word without any (cut off).

    >>> first_pieces([None, 0, 0, 1, None], 3)
    [1, 3, -1]
    """
    places = [-1] * n_words
    for place, word in enumerate(word_ids):
        if word is not None and places[word] < 0:
            places[word] = place
    return places


def _masked(table, tokenizer, cut, seed) -> list[dict]:
    """Some tokens hidden, and as labels what they were; the same ones in every epoch."""
    if tokenizer.mask_token_id is None:
        raise UserError("form", "masked", "with an encoder whose tokenizer has a mask token")
    special = np.array(tokenizer.all_special_ids)
    ordinary = np.setdiff1d(np.arange(len(tokenizer)), special)
    made = []
    for given in tokenizer(*_texts(table), **cut)["input_ids"] if len(table) else []:
        ids = np.array(given, dtype=np.int64)
        draw = np.random.default_rng([seed, zlib.crc32(ids.tobytes())])
        places = np.flatnonzero(~np.isin(ids, special))
        n = min(len(places), max(1, round(_MASKED * len(places))))
        hidden = draw.choice(places, size=n, replace=False)
        fate = draw.random(n)
        labels = np.full(len(ids), IGNORED)
        labels[hidden] = ids[hidden]
        # BERT's shares: 8 in 10 are blanked, 1 in 10 is another token, 1 in 10 stays
        ids[hidden[fate < 0.8]] = tokenizer.mask_token_id
        other = hidden[fate >= 0.9]
        ids[other] = draw.choice(ordinary, size=len(other))
        made.append({"segments": [ids.tolist()], "labels": labels.tolist()})
    return made


def _texts(table) -> list[list[str]]:
    """The texts of the rows, one list or, of pairs, two; nothing of their labels."""
    if "text" in table:
        pairs = bool((table["text2"] != "").any())
        return [list(table["text"])] + ([list(table["text2"])] if pairs else [])
    if "sentence1" in table:
        return [list(table["sentence1"]), list(table["sentence2"])]
    if "tokens" in table:
        return [[" ".join(tokens) for tokens in table["tokens"]]]
    if "choices" in table:
        choices = [" ".join(choices) for choices in table["choices"]]
        return [[_told(row) for row in table.itertuples()], choices]
    if "context" in table:
        return [list(table["context"]), list(table["question"])]
    raise UserError("table", list(table), "columns of a kind that has a form")


def _told(row) -> str:
    """What is told beside the choices: the question first, as a long text is cut at its end."""
    return " ".join(part for part in (row.question, row.context) if part)


_BUILD = {
    "siamese": _siamese,
    "cross-encoder": _cross_encoder,
    "classification": _classification,
    "paired": _paired,
    "choice": _choice,
    "tagging": _tagging,
}


class Collator:
    """Rows to one batch of tensors: ids and mask [rows, segments, length], and the labels.

    Rows of a choice task may differ in their number of choices: missing ones are segments without a
    token, which no head ever prefers.
    """

    def __init__(self, form: str, padding_id: int):
        self.form, self.padding_id = form, padding_id

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        import torch

        n = max(len(row["segments"]) for row in rows)
        longest = max(row["length"] for row in rows)
        ids = np.full((len(rows), n, longest), self.padding_id, dtype=np.int64)
        mask = np.zeros((len(rows), n, longest), dtype=np.int64)
        for i, row in enumerate(rows):
            for j, segment in enumerate(row["segments"]):
                ids[i, j, : len(segment)], mask[i, j, : len(segment)] = segment, 1
        batch = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        if self.form == "matching":
            question = np.zeros((len(rows), longest), dtype=np.int64)
            for i, row in enumerate(rows):
                question[i, slice(*row["question"])] = 1
            batch["question"] = torch.from_numpy(question)
        if "labels" in rows[0]:
            batch["labels"] = self._labels([row["labels"] for row in rows], longest)
        return batch

    def _labels(self, given: list, longest: int) -> torch.Tensor:
        import torch

        if self.form in ("siamese", "cross-encoder"):
            return torch.tensor(given, dtype=torch.float32)
        if self.form in ("tagging", "masked"):
            given = [tags + [IGNORED] * (longest - len(tags)) for tags in given]
        return torch.tensor(given, dtype=torch.int64)


class LikeLengths:
    """An order of rows in which those of one batch are of like length, anew in every epoch.

    Depends on seed and epoch alone, so that a resumed run goes on in the order of the unbroken one.
    Follows the length-grouped sampler of transformers, whose order depends on how often it was
    asked.

    >>> order = LikeLengths([3, 9, 3, 9], batch_size=2, seed=0)
    >>> sorted(order)
    [0, 1, 2, 3]
    """

    def __init__(self, lengths: Sequence[int], *, batch_size: int, seed: int):
        self.lengths, self.batch_size, self.seed = np.asarray(lengths), batch_size, seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        draw = np.random.default_rng([self.seed, self.epoch])
        order = draw.permutation(len(self.lengths))
        size = self.batch_size * _MEGA_BATCH
        batches: list[np.ndarray] = []
        for start in range(0, len(order), size):
            part = order[start : start + size]
            part = part[np.argsort(-self.lengths[part], kind="stable")]
            batches += [part[i : i + self.batch_size] for i in range(0, len(part), self.batch_size)]
        short = [batch for batch in batches if len(batch) < self.batch_size]
        full = [batch for batch in batches if len(batch) == self.batch_size]
        # A batch that is not full comes last: batches of rows in between would mix lengths.
        for place in draw.permutation(len(full)):
            yield from full[place].tolist()
        for batch in short:
            yield from batch.tolist()
