"""Cloze accuracy: how often a masked-language model fills in a token that was blanked out.

One blank at a time, everything else in sight; which tokens are blanked depends on the text and the
seed alone. A unigram model, which always gives one token, stands beside it. Nothing is trained.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.errors import UserError
from helpers.models import loading

BLANKS = 3  # of a text; a shorter one has as many as it has tokens
MAX_LENGTH = 128
SCORES = 50_000_000  # numbers that the head may give at a time: 200 MB
_HEADLESS = ("bag-of-words", "bag-of-subwords", "untrained")


def open_masked(name: str, device: str = "auto") -> tuple[Any, Any]:
    """Model and tokenizer of an encoder whose masked-language head was trained.

    Errors: ``UserError`` on ``encoders`` where there is none of that name, or no such head.
    """
    if name.partition(":")[0] in _HEADLESS:
        raise UserError("encoders", name, "an encoder with a trained masked-language head")
    folder = loading.find_folder(name)
    model = loading.load_model(folder, name, "AutoModelForMaskedLM")
    return model.to(loading.find_device(device)), loading.load_tokenizer(folder, name)


def blanks(tokenizer: Any, texts: Sequence[str], seed: int = 0) -> list[tuple[list, np.ndarray]]:
    """Token ids of each text, special tokens among them, and the places to be blanked, one by one.

    Places differ from each other and are never special tokens; a text without others has none.
    """
    encoded = tokenizer(
        list(texts), truncation=True, max_length=MAX_LENGTH, return_special_tokens_mask=True
    )
    found = []
    for text, ids, special in zip(
        texts, encoded["input_ids"], encoded["special_tokens_mask"], strict=True
    ):
        places = np.flatnonzero(np.equal(special, 0))
        rng = np.random.default_rng([seed, zlib.crc32(text.encode())])
        chosen = rng.choice(places, size=min(BLANKS, len(places)), replace=False)
        found.append((list(ids), np.sort(chosen)))
    return found


def cloze(model: Any, tokenizer: Any, texts: Sequence[str], seed: int = 0) -> np.ndarray:
    """Share of each text's blanks that the model fills with the very token that stood there.

    Returns
    -------
    float64 [n], values of 0 to 1; a text without a token to blank has 0.
    """
    import torch

    found = blanks(tokenizer, texts, seed)
    queries = [(i, place) for i, (_, places) in enumerate(found) for place in places]
    queries.sort(key=lambda query: len(found[query[0]][0]))
    hits = np.zeros(len(texts))
    device, training = next(model.parameters()).device, model.training
    model.eval()
    with torch.no_grad():
        while queries:
            # The head scores every place of every query: the longest go first.
            width = len(found[queries[-1][0]][0])
            rows = max(1, SCORES // (width * len(tokenizer)))
            batch, queries = queries[-rows:], queries[:-rows]
            ids = np.full((len(batch), width), tokenizer.pad_token_id)
            mask = np.zeros_like(ids)
            for row, (i, place) in enumerate(batch):
                ids[row, : len(found[i][0])] = found[i][0]
                ids[row, place] = tokenizer.mask_token_id
                mask[row, : len(found[i][0])] = 1
            inputs = {"input_ids": ids, "attention_mask": mask}
            inputs = {key: torch.from_numpy(value).to(device) for key, value in inputs.items()}
            columns = [int(place) for _, place in batch]
            scores = model(**inputs).logits[list(range(len(batch))), columns]
            for (i, place), best in zip(batch, scores.argmax(-1).tolist(), strict=True):
                hits[i] += best == found[i][0][place]
    model.train(training)
    return hits / np.maximum([len(places) for _, places in found], 1)


def unigram(
    tokenizer: Any, training_texts: Sequence[str], texts: Sequence[str], seed: int = 0
) -> np.ndarray:
    """What :func:`cloze` gives for a model that always says the training texts' commonest token."""
    ids = tokenizer(list(training_texts), add_special_tokens=False)["input_ids"]
    counts = Counter(token for row in ids for token in row)
    best = min(counts, key=lambda token: (-counts[token], token))
    return np.array(
        [
            np.mean([row[place] == best for place in places]) if len(places) else 0.0
            for row, places in blanks(tokenizer, texts, seed)
        ]
    )
