"""Scores on the DEVELOP split while an encoder is trained: retrieval and similarity, nothing tuned.

Only DEVELOP items of Tatoeba and the English STSb training pairs are read, so that recipes can be
chosen without looking at what the book reports.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from helpers.errors import UserError

LANGUAGES = ("ko", "de", "es", "fr", "ru")
STS_PAIRS = 1500


def develop_scorer(tokenizer, data: str) -> Callable[[torch.nn.Module], dict[str, float]]:
    """A function that scores a model: Tatoeba precision@1 by language, English STSb Spearman."""
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
    sts = load("stsb", "en", "train", data).table.head(STS_PAIRS)

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
        a, b = encode(list(sts["sentence1"])), encode(list(sts["sentence2"]))
        cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        scores["stsb en train"] = spearman(cosine, sts["score"].to_numpy())
        return scores

    return score


@torch.no_grad()
def mean_pooled(model, tokenizer, texts: list[str], batch: int = 128) -> np.ndarray:
    """float32 (n, hidden): mean over all positions, batches sorted by length."""
    device = next(model.parameters()).device
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = np.empty((len(texts), model.config.hidden_size), dtype=np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        encoded = tokenizer(
            [texts[i] for i in rows],
            padding=True,
            truncation=True,
            max_length=128,
            return_tensors="pt",
        ).to(device)
        hidden = model.roberta(encoded["input_ids"], encoded["attention_mask"])[0]
        mask = encoded["attention_mask"].unsqueeze(-1)
        out[rows] = ((hidden * mask).sum(1) / mask.sum(1)).float().cpu().numpy()
    return out
