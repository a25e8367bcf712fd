"""Bags of words and of subwords."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.errors import UserError
from helpers.models.baselines import BagOfWords, words_and_ngrams
from helpers.models.encoder import open_encoder


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_order_of_words_is_not_seen_and_empty_text_is_zero():
    vectors = BagOfWords().encode(["dog bites man", "man bites dog", "", "Dog bites MAN"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[0], vectors[3])
    assert vectors.dtype == np.float32 and not vectors[2].any()


@pytest.mark.parametrize(
    ("one", "inflected", "unrelated"),
    [
        ("고양이가 잔다", "고양이는 자고 있다", "주가가 떨어졌다"),
        ("кошка спит", "кошки спали", "акции упали"),
        ("小猫在睡觉", "小猫睡觉了", "股票下跌"),
    ],
)
def test_shared_pieces_are_met_in_any_script(one, inflected, unrelated):
    a, b, c = BagOfWords().encode([one, inflected, unrelated])
    assert cosine(a, b) > cosine(a, c) + 0.1


def test_no_shared_script_no_similarity():
    """What the control is for: nothing crosses between scripts but collisions."""
    sides = ["the old cat sleeps near the stove", "старая кошка спит у печи"]
    a, b = BagOfWords(dim=4096).encode(sides)
    assert not set(words_and_ngrams(sides[0])) & set(words_and_ngrams(sides[1]))
    assert abs(cosine(a, b)) < 0.05


def test_hashing_keeps_inner_products():
    """Against the exact, unhashed bag: signed hashing is unbiased, error about 1/sqrt(dim)."""
    texts = [f"word{i} word{i + 1} and some more of word{i + 2}" for i in range(20)]
    features = sorted({f for text in texts for f in words_and_ngrams(text)})
    exact = np.zeros((len(texts), len(features)))
    for row, text in enumerate(texts):
        for feature in words_and_ngrams(text):
            exact[row, features.index(feature)] += 1
    exact = np.sqrt(exact)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    hashed = BagOfWords(dim=4096, normalise=True).encode(texts)
    error = hashed @ hashed.T - exact @ exact.T
    assert np.abs(error).max() < 6 / np.sqrt(4096)
    assert abs(error[np.triu_indices(20, 1)].mean()) < 0.02


def test_same_vectors_in_every_process():
    code = "from helpers.models.baselines import BagOfWords as B; v = B(dim=32).encode(['a cat']); "
    code += "print(v.tolist(), B(dim=32).fingerprint)"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": str(Path(helpers.__file__).parents[1]),
            },
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_fingerprint_follows_the_dimension_but_not_normalisation():
    assert BagOfWords(dim=8).fingerprint != BagOfWords(dim=16).fingerprint
    assert BagOfWords(normalise=True).fingerprint == BagOfWords().fingerprint


def test_options():
    bag = open_encoder("bag-of-words", normalise=True)
    np.testing.assert_allclose(np.linalg.norm(bag.encode(["a", "b c"]), axis=1), 1, atol=1e-6)
    with pytest.raises(UserError, match="^dim: got 0"):
        BagOfWords(dim=0)
    with pytest.raises(UserError, match="^pooling: "):
        open_encoder("bag-of-words", pooling="median")


def test_bag_of_subwords_counts_the_tokenizer_s_pieces(tiny_folder, sentences):
    bag = open_encoder(f"bag-of-subwords:{tiny_folder}")
    assert bag.name == "bag-of-subwords:tiny-random"
    assert bag.fingerprint != open_encoder("bag-of-words").fingerprint
    text = sentences[0]
    pieces = bag._features(text)
    assert set(pieces) <= set(text) | set(pieces) and "<s>" not in pieces
    expected = BagOfWords(features=lambda _: pieces).encode([text])
    np.testing.assert_array_equal(bag.encode([text]), expected)
