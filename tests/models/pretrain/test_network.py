"""The started network is its bag of static vectors; training can then change it."""

import numpy as np
import torch

from helpers.models.pretrain.network import build, start_as_bag
from helpers.models.pretrain.recipe import Network
from helpers.models.pretrain.vocabulary import BOS, EOS, PAD

SPEC = Network(layers=3, hidden=64, heads=2, intermediate=128, max_length=32)
VOCABULARY = 50


def _started(seed=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(VOCABULARY, SPEC.hidden - 1)).astype(np.float32)
    vectors *= rng.lognormal(sigma=0.7, size=(VOCABULARY, 1)).astype(np.float32)  # word weights
    model = build(SPEC, VOCABULARY, seed=seed).eval()
    start_as_bag(model, vectors)
    return model, vectors


def _cosines(rows):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def test_started_network_is_the_bag_of_its_vectors():
    model, vectors = _started()
    rng = np.random.default_rng(1)
    ids = rng.integers(4, VOCABULARY - 1, size=(20, 12))
    framed = np.concatenate([np.full((20, 1), BOS), ids, np.full((20, 1), EOS)], axis=1)
    with torch.no_grad():
        hidden = model.roberta(torch.from_numpy(framed))[0].numpy()
    # Layer normalisation removes each vector's mean coordinate; nothing else may be lost.
    bag = (vectors - vectors.mean(axis=1, keepdims=True))[ids].sum(1)
    assert np.abs(_cosines(hidden.mean(1)) - _cosines(bag)).max() < 0.03


def test_lengths_survive_normalisation_which_a_plain_start_loses():
    model, vectors = _started()
    lengths = np.linalg.norm(vectors[4:-1], axis=1)
    ids = torch.arange(4, VOCABULARY - 1).unsqueeze(1)

    def correlation(network):
        with torch.no_grad():
            hidden = network.roberta(ids)[0][:, 0].numpy()
        return np.corrcoef(np.linalg.norm(hidden, axis=1), lengths)[0, 1]

    assert correlation(model) > 0.95
    assert abs(correlation(build(SPEC, VOCABULARY, seed=0).eval())) < 0.5


def test_padding_changes_nothing():
    model, _ = _started()
    ids = torch.tensor([[BOS, 7, 8, 9, EOS]])
    padded = torch.tensor([[BOS, 7, 8, 9, EOS, PAD, PAD]])
    with torch.no_grad():
        alone = model.roberta(ids)[0][0]
        beside = model.roberta(padded, attention_mask=(padded != PAD).long())[0][0, :5]
    assert torch.allclose(alone, beside, atol=1e-4)


def test_every_weight_can_learn():
    model, _ = _started()
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3)
    ids = torch.randint(4, VOCABULARY - 1, (4, 10))
    for _ in range(2):  # after one step the zero outputs are no longer zero
        optimiser.zero_grad()
        model(ids, labels=ids).loss.backward()
        optimiser.step()
    still = [n for n, p in model.roberta.named_parameters() if p.grad is None or not p.grad.any()]
    # token types have one row and keys' biases cancel in the softmax
    assert all("key.bias" in name for name in still), still
