"""What stands on an encoder while it learns a task: one small head for each form of task.

Networks only: they take batches of ``features.Collator`` and give a loss and predictions. How they
are trained stands in ``finetune``, how they are asked in ``predict``.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from helpers.models.features import IGNORED
from helpers.models.pooling import pool

# A head's new weights learn faster than the encoder's old ones; this times the learning rate.
HEAD_FACTOR = 10.0


class TaskModel(nn.Module):
    """An encoder with a head.

    Parameters
    ----------
    base : a transformers encoder (``AutoModel``).
    form : see ``features.FORMS`` and ``features.ANY_KIND``.
    n_labels : classes or tags, where the form has them.
    pooling : how a text's tokens become one vector (``models.pooling``).
    seed : of the head's first weights.
    precision : ``float32``, or ``bfloat16``: the encoder's products in 16 bits, all else in 32.

    ``forward`` gives {"loss" (with labels), "logits"}: similarity [rows], classes [rows, labels],
    choices [rows, choices], tags [rows, length, labels], starts and ends [rows, length, 2]. Masked
    tokens: [labelled tokens of the batch, vocabulary], in reading order, as nothing else is ever
    projected onto the vocabulary; so without labels there are none.

    Sources: siamese regression on the cosine, Reimers & Gurevych 2019 (a scale and a shift of the
    cosine are learnt with it: they leave every ranking as it is); two texts compared, `compared`;
    the others as in BERT, Devlin et al. 2019, on the mean of the tokens.
    """

    def __init__(
        self,
        base: Any,
        form: str,
        *,
        n_labels: int = 0,
        pooling: str = "mean",
        seed: int = 0,
        precision: str = "float32",
    ):
        super().__init__()
        self.base, self.form, self.pooling, self.precision = base, form, pooling, precision
        if getattr(base, "pooler", None) is not None:
            base.pooler = None  # never read here, and drawn at random where a checkpoint has none
        width = int(base.config.hidden_size)
        if form == "masked":
            n_labels = base.get_input_embeddings().num_embeddings
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = _HEADS[form](width, n_labels)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,
        question: torch.Tensor | None = None,
        **kwargs: Any,  # what a trainer adds for models that count items in a batch
    ) -> dict[str, torch.Tensor]:
        rows, segments, length = input_ids.shape
        flat_ids, flat_mask = (
            t.reshape(rows * segments, length) for t in (input_ids, attention_mask)
        )
        half = self.precision == "bfloat16"
        with torch.autocast(flat_ids.device.type, dtype=torch.bfloat16, enabled=half):
            output = self.base(input_ids=flat_ids, attention_mask=flat_mask)
        hidden = output.last_hidden_state.float()
        if self.form in ("matching", "tagging"):
            words = self.base.get_input_embeddings()(flat_ids).float()
            more = (question,) if self.form == "matching" else ()
            logits = self.head(hidden, flat_mask, words, *more)
        elif self.form == "masked":
            logits = self.head(hidden, self.base.get_input_embeddings().weight, labels)
        elif self.form == "span":
            logits = self.head(hidden, flat_mask)
        else:
            pooled = pool(hidden, flat_mask, self.pooling).reshape(rows, segments, -1)
            logits = self.head(pooled, attention_mask.any(dim=-1))
        result = {"logits": logits}
        if labels is not None:
            result["loss"] = self.head.loss(logits, labels)
        return result


class _Siamese(nn.Module):
    def __init__(self, width: int, n_labels: int):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))

    def forward(self, pooled: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        return functional.cosine_similarity(pooled[:, 0], pooled[:, 1], dim=-1)

    def loss(self, cosine: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return functional.mse_loss(self.scale * cosine + self.shift, scores)


class _Vector(nn.Module):
    """One dense layer and one that decides, on the vector of a text."""

    def __init__(self, width: int, n_out: int):
        super().__init__()
        self.dense, self.out = nn.Linear(width, width), nn.Linear(width, n_out)

    def scores(self, pooled: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.dense(pooled)))


class _CrossEncoder(_Vector):
    def __init__(self, width: int, n_labels: int):
        super().__init__(width, 1)

    def forward(self, pooled: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        return self.scores(pooled[:, 0])[:, 0]

    def loss(self, logits: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return functional.mse_loss(logits, scores)


class _Classifier(_Vector):
    def forward(self, pooled: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        return self.scores(pooled[:, 0])

    def loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(logits, labels)


def compared(one: torch.Tensor, two: torch.Tensor) -> torch.Tensor:
    """Two vectors, how far apart they are and what they share: [..., width] to [..., 4 width].

    As InferSent puts them to a classifier (Conneau et al. 2017, arXiv 1705.02364, section 3.1).
    """
    return torch.cat([one, two, (one - two).abs(), one * two], dim=-1)


class _Paired(_Classifier):
    """Classes of two texts, each encoded by itself, for an encoder too shallow to read a pair."""

    def __init__(self, width: int, n_labels: int):
        super().__init__(width, n_labels)
        self.dense = nn.Linear(4 * width, width)

    def forward(self, pooled: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        return self.scores(compared(pooled[:, 0], pooled[:, 1]))


class _Chooser(_Paired):
    """A score for each choice (segments 1 and on) beside what is told (segment 0)."""

    def __init__(self, width: int, n_labels: int):
        super().__init__(width, 1)

    def forward(self, pooled: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        told, choices = pooled[:, :1], pooled[:, 1:]
        scores = self.scores(compared(told.expand_as(choices), choices))[..., 0]
        return scores.masked_fill(~there[:, 1:], -1e4)


class _Tagger(nn.Module):
    """Tags told from the encoder's output and the token embeddings of a token and its neighbours.

    What a sentence encoder puts out for a token says much of the sentence and little of the token;
    the embeddings are shared by all languages.
    """

    def __init__(self, width: int, n_labels: int):
        super().__init__()
        self.near, self.out = nn.Conv1d(2 * width, width, 3, padding=1), nn.Linear(width, n_labels)
        self.scale = width**0.5  # of unit vectors, so that they weigh as much as the output does

    def forward(
        self, hidden: torch.Tensor, mask: torch.Tensor, words: torch.Tensor
    ) -> torch.Tensor:
        words = self.scale * functional.normalize(words, dim=-1)
        seen = torch.cat([hidden, words], dim=-1) * mask.unsqueeze(-1)
        return self.out(functional.gelu(self.near(seen.transpose(1, 2)).transpose(1, 2)))

    def loss(self, logits: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=IGNORED)


class _Masked(nn.Module):
    """Masked-language modelling with the input embeddings as output (Press & Wolf 2017).

    A bias is learnt with a scale, because products with embeddings of whatever length would begin
    far worse than a guess, and the encoder would be bent to mend that.
    """

    def __init__(self, width: int, n_labels: int):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(width**-0.5))
        self.bias = nn.Parameter(torch.zeros(n_labels))

    def forward(
        self, hidden: torch.Tensor, words: torch.Tensor, labels: torch.Tensor | None
    ) -> torch.Tensor:
        asked = hidden[:0, 0] if labels is None else hidden[labels != IGNORED]
        return self.scale * (asked @ words.float().T) + self.bias

    def loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean over the masked tokens; 0 where a batch has none."""
        gold = labels[labels != IGNORED]
        return functional.cross_entropy(logits, gold, reduction="sum") / max(len(gold), 1)


class _Spans(nn.Module):
    def __init__(self, width: int, n_labels: int):
        super().__init__()
        self.out = nn.Linear(width, 2)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.out(hidden).masked_fill((mask == 0).unsqueeze(-1), -1e4)

    def loss(self, logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Mean of the losses of start and end; ``places`` [rows, 2]."""
        start, end = logits.unbind(dim=-1)
        found = functional.cross_entropy(start, places[:, 0])
        return (found + functional.cross_entropy(end, places[:, 1])) / 2


class _Matching(_Spans):
    """Starts and ends told from the encoder's output and from how a token matches the question.

    Matches are the cosines of a token to the question's tokens, of the token embeddings and of the
    encoder's output: the highest, the highest by what the question's token counts for, and the mean
    weighted by attention, which is DrQA's aligned question embedding (Chen et al. 2017, section
    3.2) for an encoder too shallow to form it itself.
    Two convolutions see what matches near a token. As embeddings are shared by all languages, so is
    all that the head reads.
    """

    WIDTH, REACH, MATCHES = 64, 21, 7

    def __init__(self, width: int, n_labels: int):
        super().__init__(width, n_labels)
        self.asked = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.asked.weight)
        self.sharpness = nn.Parameter(torch.tensor(10.0))
        self.weight = nn.Linear(width, 1)
        self.narrow = nn.Linear(width, self.WIDTH)
        half = self.REACH // 2
        self.near = nn.Conv1d(self.WIDTH + self.MATCHES, self.WIDTH, self.REACH, padding=half)
        self.far = nn.Conv1d(self.WIDTH, self.WIDTH, self.REACH, padding=half)
        self.found = nn.Linear(2 * self.WIDTH + self.MATCHES, 2)

    def forward(
        self,
        hidden: torch.Tensor,
        mask: torch.Tensor,
        words: torch.Tensor,
        question: torch.Tensor,
    ) -> torch.Tensor:
        own = functional.normalize(words, dim=-1)
        deep = functional.normalize(self.asked(hidden), dim=-1)
        # What a question's token counts for: the lengths of static vectors tell rare words.
        counts = torch.sigmoid(self.weight(words)).transpose(1, 2)
        features = [question.unsqueeze(-1).float()]
        for sides in (own, deep):
            others = question.unsqueeze(1) == 0
            cosines = (sides @ sides.transpose(1, 2)).masked_fill(others, -1.0)
            # No weight at all on what is no question: there may be much of it, padding included.
            weights = torch.softmax((self.sharpness * cosines).masked_fill(others, -1e4), dim=-1)
            features += [cosines.amax(dim=-1, keepdim=True)]
            counted = (counts * cosines).masked_fill(others, -1.0)
            features += [counted.amax(dim=-1, keepdim=True)]
            features += [(weights * cosines).sum(dim=-1, keepdim=True)]
        matches = torch.cat([*features, torch.tanh(self.narrow(hidden))], dim=-1)
        matches = matches * mask.unsqueeze(-1)
        # What a convolution writes on padding would reach the last tokens through the next one.
        near = functional.gelu(self.near(matches.transpose(1, 2))) * mask.unsqueeze(1)
        far = functional.gelu(self.far(near))
        told = torch.cat(
            [matches[..., : self.MATCHES], near.transpose(1, 2), far.transpose(1, 2)], dim=-1
        )
        logits = self.out(hidden) + self.found(told)
        return logits.masked_fill((mask == 0).unsqueeze(-1), -1e4)


_HEADS = {
    "siamese": _Siamese,
    "cross-encoder": _CrossEncoder,
    "classification": _Classifier,
    "paired": _Paired,
    "choice": _Chooser,
    "tagging": _Tagger,
    "span": _Spans,
    "matching": _Matching,
    "masked": _Masked,
}
