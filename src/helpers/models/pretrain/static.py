"""Static token vectors by contrastive ranking: a sentence is the sum of its tokens' vectors.

The encoder starts from them (see :mod:`.network`). The length of a vector is its weight in the sum.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

from .recipe import Recipe
from .sampling import PairSampler, views
from .tokens import Group


def train_static(
    groups: dict[str, Group],
    recipe: Recipe,
    vocabulary_size: int,
    dimension: int,
    say: Callable[[str], None] = print,
) -> np.ndarray:
    """Train token vectors so that the two sides of a pair rank each other first in the batch.

    In-batch softmax over cosines (symmetric), SparseAdam with a linearly decaying rate.

    Returns
    -------
    float32 (vocabulary_size, dimension)
    """
    spec = recipe.static
    generator = torch.Generator().manual_seed(recipe.training.seed)
    bag = torch.nn.EmbeddingBag(vocabulary_size, dimension, mode="sum", sparse=True)
    with torch.no_grad():
        bag.weight.normal_(0, 1 / dimension**0.5, generator=generator)
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=spec.learning_rate)
    pairs = PairSampler(groups, recipe.corpus, halves=spec.pairs == "halves")
    lines = PairSampler(groups, recipe.corpus, halves=True) if spec.views else pairs
    target = torch.arange(spec.batch)
    started, running = time.monotonic(), 0.0
    for step in range(spec.steps):
        rate = spec.learning_rate * (1 - step / spec.steps)
        for group in optimiser.param_groups:
            group["lr"] = rate
        rng = np.random.default_rng([recipe.training.seed, 1, step])
        if rng.random() < spec.views:
            sides = views(lines, rng, spec.batch)
        else:
            sides = pairs.draw(rng, spec.batch, limit=64)
        left, right = (F.normalize(bag(*_bags(rows)), dim=-1) for rows in sides)
        scores = spec.scale * left @ right.T
        loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if step % 200 == 0 or step + 1 == spec.steps:
            spent = time.monotonic() - started
            left_s = spent / (step + 1) * (spec.steps - step - 1)
            say(f"static {step + 1}/{spec.steps}  loss {running:.3f}  {left_s:.0f} s left")
    return bag.weight.detach().numpy().copy()


def _bags(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    flat = np.concatenate(rows).astype(np.int64)
    return torch.from_numpy(flat), torch.from_numpy(starts)
