"""One pass for all layers and poolings gives what the encoder gives for each."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.models.encoder import Encoder, open_encoder
from helpers.models.every_layer import encode_layers

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def encoder(tiny_folder):
    return open_encoder(str(tiny_folder), device="cpu", progress=False, cache=False)


def test_same_vectors_as_the_encoder_in_every_layer_and_pooling(encoder, sentences):
    texts = [*sentences, sentences[0], ""]
    found = encode_layers(encoder, texts)
    layers = range(encoder.n_layers + 1)
    assert found.keys() == {(p, layer) for p in ("mean", "cls", "max") for layer in layers}
    for (pooling, layer), vectors in found.items():
        one = Encoder(
            encoder.model,
            encoder.tokenizer,
            name="one",
            device="cpu",
            pooling=pooling,
            layers=(layer,),
            cache=False,
            progress=False,
        )
        np.testing.assert_allclose(vectors, one.encode(texts), atol=1e-5, rtol=0)
    assert not np.allclose(found["mean", 0], found["mean", 1], atol=1e-3)


def test_batches_do_not_show(encoder, sentences, monkeypatch):
    whole = encode_layers(encoder, sentences, ["mean"])
    monkeypatch.setattr("helpers.models.every_layer.WINDOW", 3)
    monkeypatch.setattr(encoder, "token_budget", 20)
    parts = encode_layers(encoder, sentences, ["mean"])
    for space, vectors in whole.items():
        np.testing.assert_allclose(vectors, parts[space], atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("texts", "poolings", "parameter"),
    [(["a"], ["median"], "pooling"), ("a", ["mean"], "texts"), ([1], ["mean"], "texts")],
)
def test_refusals(encoder, texts, poolings, parameter):
    with pytest.raises(UserError) as caught:
        encode_layers(encoder, texts, poolings)
    assert caught.value.parameter == parameter
