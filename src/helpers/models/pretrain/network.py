"""The XLM-R network and its two ways to start from static token vectors.

``start_as_embeddings`` puts them, at the usual small scale, under a network that is otherwise
random: best for masked-language modelling. ``start_as_bag`` makes the network *be* its bag of
vectors until training changes it: best for ranking sentences, for which a bag is already good.

Layer normalisation throws away the length of a token's vector, which in a bag of vectors is its
weight. One coordinate is therefore set aside and held at a constant ``LARGE`` that dwarfs the rest:
then the normaliser divides every token by nearly the same number and lengths survive. Every layer
normalisation re-creates the constant by its bias (its gain there is zero); the last one sets it to
zero. Attention and feed-forward outputs start at zero, so each layer starts as the identity.
The architecture stays plain XLM-R: only the initial values are special, so any code loads it.
"""

from __future__ import annotations

import numpy as np
import torch

from .recipe import Network
from .vocabulary import BOS, EOS, PAD

LARGE = 30.0  # times the root mean square length of the static vectors
LENGTH = 8.0  # that root mean square length, so that attention sees inputs of unit scale
SCALE = 0.04  # of the coordinates of embeddings; a random start has 0.02


def build(spec: Network, vocabulary_size: int, seed: int):
    """A randomly started ``XLMRobertaForMaskedLM`` of the given sizes."""
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    torch.manual_seed(seed)
    config = XLMRobertaConfig(
        vocab_size=vocabulary_size,
        hidden_size=spec.hidden,
        num_hidden_layers=spec.layers,
        num_attention_heads=spec.heads,
        intermediate_size=spec.intermediate,
        max_position_embeddings=spec.max_length + 2,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        bos_token_id=BOS,
        pad_token_id=PAD,
        eos_token_id=EOS,
        tie_word_embeddings=True,
    )
    return XLMRobertaForMaskedLM(config)


@torch.no_grad()
def start_from_frequencies(model, counts: np.ndarray) -> None:
    """Let the first predictions be the token frequencies; they take millions of tokens to learn.

    Parameters
    ----------
    counts : (vocabulary,) occurrences of each token in the training text.
    """
    shares = (counts + 0.5) / (counts + 0.5).sum()
    model.lm_head.bias.copy_(torch.from_numpy(np.log(shares).astype(np.float32)))


@torch.no_grad()
def start_as_embeddings(model, vectors: np.ndarray) -> None:
    """Use ``vectors`` as the token embeddings, centred and with coordinates of scale ``SCALE``.

    Parameters
    ----------
    model : from :func:`build` with hidden size d.
    vectors : float32 (vocabulary, d - 1); the last coordinate starts at zero.
    """
    _check(model, vectors)
    centred = vectors - vectors.mean(axis=0)
    table = model.roberta.embeddings.word_embeddings.weight
    table[:, :-1] = torch.from_numpy(centred * (SCALE / np.sqrt((centred**2).mean())))
    table[:, -1] = 0
    table[PAD] = 0


@torch.no_grad()
def start_as_bag(model, vectors: np.ndarray) -> None:
    """Set the values of ``model`` so that its mean pooling equals the bag of ``vectors``.

    Parameters
    ----------
    model : from :func:`build` with hidden size d.
    vectors : float32 (vocabulary, d - 1); special tokens' rows are set to zero.
    """
    encoder, hidden = model.roberta, model.config.hidden_size
    _check(model, vectors)
    table = torch.zeros(vectors.shape[0], hidden)
    table[:, :-1] = torch.from_numpy(vectors)
    table[:, :-1] -= table[:, :-1].mean(dim=1, keepdim=True)  # normalisation removes it anyway
    table[[BOS, PAD, EOS]] = 0
    table *= LENGTH / table.norm(dim=1).pow(2).mean().sqrt()
    constant = LARGE * LENGTH
    table[:, -1] = constant
    embeddings = encoder.embeddings
    embeddings.word_embeddings.weight.copy_(table)
    embeddings.token_type_embeddings.weight.zero_()
    # 2 % of a typical token: order is visible, the bag is not disturbed.
    positions = embeddings.position_embeddings.weight
    positions.normal_(0, 0.02 * LENGTH / hidden**0.5)
    positions[:, -1] = 0
    spread = (
        constant * (1 / hidden * (1 - 1 / hidden)) ** 0.5
    )  # standard deviation of (0, .., LARGE)
    norms = [embeddings.LayerNorm]
    for layer in encoder.encoder.layer:
        norms += [layer.attention.output.LayerNorm, layer.output.LayerNorm]
        for linear in (layer.attention.output.dense, layer.output.dense):
            linear.weight.zero_()
            linear.bias.zero_()
        attention = layer.attention.self
        for linear in (attention.query, attention.key, attention.value, layer.intermediate.dense):
            linear.weight.normal_(0, 1 / LENGTH)
            linear.weight[:, -1] = 0  # the constant carries no information
            linear.bias.zero_()
    for norm in norms:
        norm.weight.fill_(spread)
        norm.weight[-1] = 0
        norm.bias.fill_(constant / hidden)  # puts back the mean that normalisation removes
        norm.bias[-1] = constant
    norms[-1].bias[-1] = 0
    # The decoder shares the long token vectors: its inputs start short, so that the first
    # predictions are the frequencies of its bias.
    model.lm_head.layer_norm.weight.fill_(0.1 / LENGTH)


def _check(model, vectors: np.ndarray) -> None:
    accepted = (model.config.vocab_size, model.config.hidden_size - 1)
    if vectors.shape != accepted:
        raise ValueError(f"vectors: got shape {vectors.shape}; accepted: {accepted}")
