"""From hidden states to one vector a text: choice of layers, then mean, cls or max.

Works on torch tensors, imports torch nowhere: names are checked before anything heavy is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

POOLINGS = ("mean", "cls", "max")


def check_pooling(pooling: str) -> str:
    """The name itself, or an error that lists the names there are.

    >>> check_pooling("median")
    Traceback (most recent call last):
    helpers.errors.UserError: pooling: got 'median'; accepted: mean, cls, max
    """
    if pooling not in POOLINGS:
        raise UserError("pooling", pooling, POOLINGS)
    return pooling


def resolve_layers(layers: Sequence[int], n_layers: int) -> tuple[int, ...]:
    """Layer numbers counted from 0 (the embeddings) to ``n_layers`` (the last), each once.

    Negative numbers count from the end, as in Python.

    >>> resolve_layers((-1, 0), 12)
    (0, 12)
    """
    accepted = f"distinct whole numbers from {-n_layers - 1} to {n_layers} (0: the embeddings)"
    try:
        given = tuple(layers)
    except TypeError:
        raise UserError("layers", layers, accepted) from None
    resolved = set()
    for layer in given:
        if isinstance(layer, bool) or not isinstance(layer, int):
            raise UserError("layers", layers, accepted)
        if not -n_layers - 1 <= layer <= n_layers:
            raise UserError("layers", layer, accepted)
        resolved.add(layer % (n_layers + 1))
    if not given or len(resolved) < len(given):
        raise UserError("layers", layers, accepted)
    return tuple(sorted(resolved))


def pool(hidden: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """One vector a text.

    Parameters
    ----------
    hidden : float [batch, length, d], padded on the right.
    mask : [batch, length], 1 for a token (special tokens are tokens), 0 for padding.
    pooling : ``mean`` over tokens, ``cls`` the first token, ``max`` over tokens, a dimension each.

    Returns
    -------
    float [batch, d]. A text of no tokens gives zeros.

    >>> import torch
    >>> hidden = torch.tensor([[[1.0, 2.0], [3.0, -4.0], [9.0, 9.0]]])
    >>> mask = torch.tensor([[1, 1, 0]])
    >>> [pool(hidden, mask, name).tolist() for name in POOLINGS]
    [[[2.0, -1.0]], [[1.0, 2.0]], [[3.0, 2.0]]]
    """
    check_pooling(pooling)
    padding = (mask == 0).unsqueeze(-1)
    if pooling == "mean":
        total = hidden.masked_fill(padding, 0).sum(dim=1)
        return total / mask.sum(dim=1, keepdim=True).clamp(min=1).to(hidden.dtype)
    if pooling == "cls":
        return hidden[:, 0].masked_fill(padding[:, 0], 0)
    highest = hidden.masked_fill(padding, float("-inf")).amax(dim=1)
    return highest.masked_fill(padding.all(dim=1), 0)
