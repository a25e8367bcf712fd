"""Cloze accuracy of an encoder by language, beside a unigram baseline over the same blanks.

Held-out text are the sentences of Tatoeba's REPORT pairs; the baseline counts tokens in those of
the DEVELOP pairs, so that it can be had for any encoder, whatever text that one was trained on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.study.alignment_data import LAB_SEED, TASK
from helpers.study.drafts import Draft

if TYPE_CHECKING:
    import pandas as pd

    from helpers.study.params import EncodersParams

CLOZE, UNIGRAM = "cloze-accuracy", "unigram"
SOURCE = "en"
LAB_PAIRS = 600  # of the laboratory; the appendix reads a record, so it may take minutes


@dataclass(frozen=True)
class Sentences:
    """Held-out sentences of a language with their item ids; ``training``: others to count in."""

    language: str
    ids: tuple[str, ...]
    texts: list[str]
    training: list[str]


def cloze_drafts(label: str, name: str, params: EncodersParams) -> list[Draft]:
    """Two drafts a language: method ``none``, the encoder, and method ``unigram``.

    Raises
    ------
    UserError : the encoder ``name`` has no trained masked-language head.
    """
    from helpers.models.cloze import BLANKS, cloze, open_masked, unigram

    model, tokenizer = open_masked(name, params.device)
    drafts = []
    for one in _sentences(params):
        scores = {
            "none": cloze(model, tokenizer, one.texts, params.seed),
            UNIGRAM: unigram(tokenizer, one.training, one.texts, params.seed),
        }
        for method, found in scores.items():
            coordinates = {
                "name": CLOZE,
                "task": TASK,
                "kind": "retrieval",
                "method": method,
                "encoder": label,
                "setting": {"blanks": BLANKS},
                "source_language": SOURCE,
                "target_language": one.language,
                "split": "report",
                "seed": params.seed,
            }
            drafts.append(Draft(coordinates, scores=found, ids=one.ids))
    return drafts


def _sentences(params: EncodersParams) -> list[Sentences]:
    """English, each sentence once whatever it is paired with, and every target language."""
    from helpers.data.sources import load
    from helpers.data.split import split_by_english

    n = LAB_PAIRS if params.data_kind == "lab" else None
    folds = {}
    for language in params.target_languages:
        table = load(TASK, language, "test", params.data, n=n, seed=LAB_SEED).table
        folds[language] = split_by_english(table)
    report = _english(fold.report for fold in folds.values())
    training = _english(fold.develop for fold in folds.values())
    ids, texts = tuple(report["id"]), list(report["source_text"])
    found = [Sentences(SOURCE, ids, texts, list(training["source_text"]))]
    for language, fold in folds.items():
        ids, texts = tuple(fold.report["id"]), list(fold.report["target_text"])
        found.append(Sentences(language, ids, texts, list(fold.develop["target_text"])))
    return found


def _english(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    together = pd.concat(tables, ignore_index=True)
    return together.drop_duplicates("source_text").drop_duplicates("id")
