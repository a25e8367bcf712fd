"""The shipped encoders: inputs of 512 tokens, sizes, weights that load whole."""

import json
import warnings

import numpy as np
import pytest

from helpers import paths
from helpers.data.lab import api
from helpers.models.encoder import open_encoder

SHIPPED = sorted(path.parent for path in paths.MODELS.glob("*/pretraining.json"))


@pytest.fixture(scope="module", params=SHIPPED, ids=lambda folder: folder.name)
def encoder(request):
    return open_encoder(str(request.param), device="cpu", cache=False, progress=False)


def _text_of(encoder, tokens):
    """A text of exactly so many tokens, special ones included, and the sentence it begins with."""
    sentences = api.monolingual("en", n=120, split="test", seed=0)
    words = " ".join(sentences).split()
    size, text = 0, []
    for word in words:
        size = len(encoder.tokenizer(" ".join([*text, word]))["input_ids"])
        if size > tokens:
            break
        text.append(word)
    text = " ".join(text)
    while len(encoder.tokenizer(text)["input_ids"]) < tokens:
        text += " a"
    assert len(encoder.tokenizer(text)["input_ids"]) == tokens
    return text


def test_512_tokens_are_encoded_and_what_is_beyond_is_cut_and_told(encoder):
    assert encoder.max_length == 512
    text = _text_of(encoder, 512)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (whole,) = encoder.encode([text])
        (tokens,) = encoder.tokens([text])
    assert encoder.n_truncated == 0 and tokens.shape == (512, encoder.dim)
    assert np.isfinite(tokens).all() and np.allclose(tokens.mean(0), whole, atol=1e-4)
    with pytest.warns(UserWarning, match="512"):
        (cut,) = encoder.encode([text + " and the old man sleeps" * 30])
    assert encoder.n_truncated == 1
    assert np.allclose(cut, whole, atol=1e-4)


def test_position_511_is_no_other_world_than_position_1(encoder):
    """Training saw short windows: a repeated sentence must stay near itself all the same."""
    sentences = list(dict.fromkeys(api.monolingual("en", n=40, split="test", seed=1)))[:12]
    times = [500 // (len(encoder.tokenizer(s)["input_ids"]) - 2) for s in sentences]
    long = [" ".join([s] * n) for s, n in zip(sentences, times, strict=True)]
    a, b = (
        v / np.linalg.norm(v, axis=1, keepdims=True) for v in map(encoder.encode, (long, sentences))
    )
    assert ((a @ b.T).argmax(1) == np.arange(len(sentences))).mean() > 0.8


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_sizes(folder):
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size < (1e6 if folder.name.startswith("tiny") else 30e6)
    made = json.loads((folder / "pretraining.json").read_text(encoding="utf-8"))
    assert made["recipe"]["network"]["max_length"] == 512
