"""Scores on the DEVELOP split while an encoder is trained: retrieval and similarity, nothing tuned.

Only DEVELOP items of Tatoeba and the training pairs of STSb and KorSTS are read, so that recipes
can be chosen without looking at what the book reports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

LANGUAGES = ("ko", "de", "es", "fr", "ru")
STS_PAIRS = 3000
STS = {"en": ("en1", "en2"), "ko": ("ko1", "ko2"), "en-ko": ("en1", "ko2")}


def develop_scorer(tokenizer, data: str) -> Callable[[torch.nn.Module], dict[str, float]]:
    """A function that scores a model: Tatoeba precision@1 by language, STS by Spearman.

    STS: English, Korean and across the two, as far as the source has the training pairs.
    """
    from helpers.data.sources import load
    from helpers.data.split import split_by_english
    from helpers.maths.metrics import spearman
    from helpers.maths.retrieval import precision_at_k

    retrieval = {}
    for language in LANGUAGES:
        try:
            table, _ = split_by_english(load("tatoeba", language, "test", data).table)
        except UserError:
            continue
        retrieval[language] = (list(table["source_text"]), list(table["target_text"]))
    sts = _sts(data)

    def score(model: torch.nn.Module) -> dict[str, float]:
        def encode(texts: list[str]) -> np.ndarray:
            return mean_pooled(model, tokenizer, texts)

        scores = {}
        for language, (english, foreign) in retrieval.items():
            a, b = encode(english), encode(foreign)
            gold = np.arange(len(a))
            there = precision_at_k(a, b, gold).mean()
            back = precision_at_k(b, a, gold).mean()
            scores[language] = float(there + back) / 2
        if scores:
            scores["mean"] = float(np.mean(list(scores.values())))
        vectors = {column: encode(list(sts[column])) for column in sts if column != "score"}
        for name, (first, second) in STS.items():
            if {first, second} <= vectors.keys():
                a, b = vectors[first], vectors[second]
                cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
                scores[f"sts {name} train"] = spearman(cosine, sts["score"].to_numpy())
        return scores

    return score


def _sts(data: str) -> pd.DataFrame:
    """Sentences of the first training pairs (``en1``, ``en2``, ``ko1``, ``ko2``) and ``score``."""
    from helpers.data.sources import load

    table = load("stsb", "en", "train", data).table.head(STS_PAIRS)
    table = table.rename(columns={"sentence1": "en1", "sentence2": "en2"})
    try:
        korean = load("korsts", "ko", "train", data).table
    except UserError:
        return table[["en1", "en2", "score"]]
    korean = korean.rename(columns={"sentence1": "ko1", "sentence2": "ko2"})
    both = table.merge(korean[["id", "ko1", "ko2"]], on="id")
    return both[["en1", "en2", "ko1", "ko2", "score"]]


@torch.no_grad()
def mean_pooled(model, tokenizer, texts: list[str], batch: int = 128) -> np.ndarray:
    """float32 (n, hidden): mean over all positions, batches sorted by length.

    Texts are cut at 128 tokens, or at the network's greatest length where that is less.
    """
    device = next(model.parameters()).device
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        encoded = tokenizer(
            [texts[i] for i in rows],
            padding=True,
            truncation=True,
            max_length=min(128, model.config.max_position_embeddings - 2),
            return_tensors="pt",
        ).to(device)
        hidden = model.roberta(encoded["input_ids"], encoded["attention_mask"])[0]
        mask = encoded["attention_mask"].unsqueeze(-1)
        out[rows] = ((hidden * mask).sum(1) / mask.sum(1)).float().cpu().numpy()
    return out
