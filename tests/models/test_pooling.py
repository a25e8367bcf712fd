"""Pooling and choice of layers (against the model's own states: test_encoder.py)."""

from __future__ import annotations

import pytest

from helpers.errors import UserError
from helpers.models.pooling import POOLINGS, check_pooling, pool, resolve_layers


@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_never_counts(pooling):
    torch = pytest.importorskip("torch")
    generator = torch.Generator().manual_seed(0)
    hidden = -torch.rand(3, 6, 4, generator=generator) - 1  # all negative: a padded 0 would win max
    mask = torch.tensor([[1] * 6, [1] * 2 + [0] * 4, [0] * 6])
    short = pool(hidden[1:2, :2], mask[1:2, :2], pooling)
    hidden[mask == 0] = float("nan")  # a padded NaN must not come through either
    pooled = pool(hidden, mask, pooling)
    assert torch.allclose(pooled[1:2], short, atol=1e-6)
    assert torch.equal(pooled[2], torch.zeros(4))


def test_unknown_pooling_lists_the_names():
    with pytest.raises(UserError, match="^pooling: got 'median'; accepted: mean, cls, max$"):
        check_pooling("median")


def test_layers_count_from_the_embeddings_and_from_the_end():
    assert resolve_layers((-1,), 4) == (4,)
    assert resolve_layers([-5, 4, 2], 4) == (0, 2, 4)
    with pytest.raises(UserError, match="^layers: got -6; accepted: .*from -5 to 4"):
        resolve_layers((-6,), 4)
