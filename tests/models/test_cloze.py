"""Cloze accuracy: what a model that knows, or knows nothing, must score."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.models.cloze import BLANKS, blanks, cloze, open_masked, unigram


@pytest.fixture(scope="module")
def tokenizer(tiny_folder):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_folder)


class Oracle:
    """Knows the texts: fills each blank with what stands there in the text that fits the rest."""

    training = False

    def __init__(self, tokenizer, texts):
        self.rows = tokenizer(texts)["input_ids"]
        self.mask, self.size = tokenizer.mask_token_id, len(tokenizer)

    def parameters(self):
        import torch

        return iter([torch.zeros(1)])

    def eval(self):
        return self

    def train(self, mode):
        return self

    def __call__(self, input_ids, attention_mask):
        import torch

        logits = torch.zeros(*input_ids.shape, self.size)
        for i, (row, mask) in enumerate(zip(input_ids.tolist(), attention_mask, strict=True)):
            row = row[: int(mask.sum())]
            place = row.index(self.mask)
            (known,) = [
                r
                for r in self.rows
                if r[:place] == row[:place] and r[place + 1 :] == row[place + 1 :]
            ]
            logits[i, place, known[place]] = 1
        return SimpleNamespace(logits=logits)


def test_who_knows_the_texts_scores_one_and_the_unigram_its_share(tokenizer, sentences):
    assert cloze(Oracle(tokenizer, sentences), tokenizer, sentences).tolist() == [1.0] * len(
        sentences
    )
    scores = unigram(tokenizer, sentences, sentences)
    ids = [i for row in tokenizer(sentences, add_special_tokens=False)["input_ids"] for i in row]
    best = np.bincount(ids).argmax()
    hits = [
        sum(row[place] == best for place in places) / len(places)
        for row, places in blanks(tokenizer, sentences)
    ]
    assert scores.tolist() == hits and 0 < scores.mean() < 0.5


def test_blanks_depend_on_text_and_seed_only(tokenizer, sentences):
    def places(texts, seed=0):
        return [p.tolist() for _, p in blanks(tokenizer, texts, seed)]

    assert places(sentences[::-1])[::-1] == places(sentences) != places(sentences, 1)
    for row, chosen in blanks(tokenizer, sentences):
        assert len(set(chosen)) == BLANKS and not {0, len(row) - 1} & set(chosen)
    assert len(blanks(tokenizer, [""])[0][1]) == 0


@pytest.mark.parametrize("name", ["bag-of-words", "untrained:models/tiny"])
def test_an_encoder_without_a_head_is_refused(name):
    with pytest.raises(UserError, match="head"):
        open_masked(name)


def test_weights_without_a_head_are_refused(tiny_folder):
    with pytest.raises(UserError, match="lm_head"):
        open_masked(str(tiny_folder), "cpu")


def test_a_shipped_encoder_has_its_head_and_answers_twice_alike(one_thread):
    from helpers.data.lab import api

    texts = api.monolingual("en", n=60, split="test", seed=0)
    model, made = open_masked("models/tiny", "cpu")
    one, two = cloze(model, made, texts), cloze(model, made, texts[::-1])[::-1]
    assert (one == two).all() and 0 < one.mean() < 1
