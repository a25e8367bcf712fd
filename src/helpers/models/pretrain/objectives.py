"""Masked-language modelling, translation-language modelling and contrastive translation ranking.

Each objective makes its batch from a step's random generator and returns a loss and the number of
tokens that went through the network. MLM: Devlin et al. 2019; TLM: Conneau & Lample 2019 (positions
are not reset); ranking: in-batch softmax over cosines, both directions (Guo et al. 2018), of
translations (``rank``) or of two views of a line with tokens left out (``views``).
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from .recipe import Recipe
from .sampling import LineSampler, PairSampler, views
from .tokens import Group
from .vocabulary import BOS, EOS, PAD

CHUNKS = 4  # length-sorted parts of a ranking batch, each padded to its own longest row


class Objectives:
    """Losses of one recipe over one tokenised corpus."""

    def __init__(self, recipe: Recipe, groups: dict[str, Group], vocabulary_size: int, device: str):
        self.spec, self.device = recipe.training, device
        self.longest = recipe.network.max_length
        self.vocabulary_size, self.mask = vocabulary_size, vocabulary_size - 1
        wanted = self.spec.objectives
        self.lines = LineSampler(groups, recipe.corpus, EOS) if "mlm" in wanted else None
        paired = {"tlm", "rank"} & set(wanted)
        self.pairs = PairSampler(groups, recipe.corpus) if paired else None
        self.halves = PairSampler(groups, recipe.corpus, halves=True) if "views" in wanted else None
        self.names = sorted(wanted)
        shares = np.array([wanted[name] for name in self.names], dtype=float)
        self.shares = shares / shares.sum()

    def loss(self, model, rng: np.random.Generator) -> tuple[str, torch.Tensor, int]:
        """Draw an objective and its batch: (name, loss, tokens)."""
        name = self.names[rng.choice(len(self.names), p=self.shares)]
        loss, tokens = getattr(self, f"_{name}")(model, rng)
        return name, loss, tokens

    def _mlm(self, model, rng) -> tuple[torch.Tensor, int]:
        # Short windows are cheap; the long ones train the later positions.
        long = rng.random() < self.spec.long_share
        length = self.longest if long else self.spec.sequence_length
        rows = max(1, self.spec.tokens_per_batch // length)
        ids = np.full((rows, length), BOS, dtype=np.int64)
        ids[:, 1:-1] = self.lines.draw(rng, rows, length - 2)
        ids[:, -1] = EOS
        return self._masked(model, ids, rng)

    def _tlm(self, model, rng) -> tuple[torch.Tensor, int]:
        length = self.spec.sequence_length
        rows = max(1, self.spec.tokens_per_batch // length)
        left, right = self.pairs.draw(rng, rows, limit=length // 2 - 2)
        longest = max(len(a) + len(b) for a, b in zip(left, right, strict=True)) + 4
        ids = np.full((rows, longest), PAD, dtype=np.int64)
        for i, (a, b) in enumerate(zip(left, right, strict=True)):
            joined = np.concatenate([[BOS], a, [EOS, EOS], b, [EOS]])
            ids[i, : len(joined)] = joined
        return self._masked(model, ids, rng)

    def _masked(self, model, ids: np.ndarray, rng) -> tuple[torch.Tensor, int]:
        chosen = (rng.random(ids.shape) < self.spec.masked) & (ids > EOS)
        chosen[0, 1] = True  # a batch without a target has no loss
        labels = torch.from_numpy(ids[chosen]).to(self.device)
        corrupted = ids.copy()
        fate = rng.random(ids.shape)
        corrupted[chosen & (fate < 0.8)] = self.mask
        replaced = chosen & (fate >= 0.9)
        corrupted[replaced] = rng.integers(EOS + 2, self.mask, size=int(replaced.sum()))
        inputs = torch.from_numpy(corrupted).to(self.device)
        hidden = model.roberta(input_ids=inputs, attention_mask=(inputs != PAD).long())[0]
        scores = model.lm_head(hidden[torch.from_numpy(chosen).to(self.device)])
        return F.cross_entropy(scores.float(), labels), int((ids != PAD).sum())

    def _rank(self, model, rng) -> tuple[torch.Tensor, int]:
        limit = self.spec.sequence_length - 2
        return self._ranked(model, self.pairs.draw(rng, self.spec.rank_batch, limit))

    def _views(self, model, rng) -> tuple[torch.Tensor, int]:
        limit = self.spec.sequence_length - 2
        return self._ranked(model, views(self.halves, rng, self.spec.rank_batch, limit))

    def _ranked(self, model, sides) -> tuple[torch.Tensor, int]:
        """Each row of one side should be nearest to its partner among all rows of the other."""
        vectors, tokens = [], 0
        for rows in sides:
            pooled, count = self._pooled(model, rows)
            vectors.append(F.normalize(pooled.float(), dim=-1))
            tokens += count
        scores = self.spec.rank_scale * vectors[0] @ vectors[1].T
        target = torch.arange(len(scores), device=self.device)
        loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
        return loss, tokens

    def _pooled(self, model, rows: list[np.ndarray]) -> tuple[torch.Tensor, int]:
        """Mean over all positions (special tokens among them, as in sentence-transformers)."""
        order = np.argsort([len(row) for row in rows], kind="stable")
        parts = []
        for chunk in np.array_split(order, min(CHUNKS, len(order))):
            ids = np.full((len(chunk), max(len(rows[i]) for i in chunk) + 2), PAD, dtype=np.int64)
            for j, i in enumerate(chunk):
                ids[j, 0], ids[j, 1 : len(rows[i]) + 1] = BOS, rows[i]
                ids[j, len(rows[i]) + 1] = EOS
            inputs = torch.from_numpy(ids).to(self.device)
            mask = inputs != PAD
            hidden = model.roberta(input_ids=inputs, attention_mask=mask.long())[0]
            weights = mask.unsqueeze(-1).to(hidden.dtype)
            parts.append((hidden * weights).sum(1) / weights.sum(1))
        inverse = torch.from_numpy(np.argsort(order, kind="stable")).to(self.device)
        return torch.cat(parts)[inverse], sum(len(row) + 2 for row in rows)
