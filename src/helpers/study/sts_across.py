"""Chapter 3: similarity across languages, sentence 1 English and sentence 2 another language.

Scored with the encoder as it is and as tuned, each before and after every map of chapter 2, learnt
from parallel sentences of the training split (no scores). Not for pairs of one language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.transfer_baselines import NONE
from helpers.study.transfer_kinds import Measure

if TYPE_CHECKING:
    import numpy as np

    from helpers.study.transfer_data import Test
    from helpers.study.transfer_rows import Rows

MAPS = ("centre", "least-squares", "ridge", "procrustes", "cca", "gd", "gd-orthogonal")
# Eleven languages, two stages and seven maps would take longer than all training.
LANGUAGES = ("ko", "de", "es", "zh")
_STAGES = (NONE, "tuned")


def across(found: Rows, arms: Any, params: Any) -> None:
    """Rows ``spearman`` with setting pairs=across, by language, stage of the encoder and map."""
    import numpy as np

    data = arms.data
    english = next(test for test in data.tests if test.language == "en")
    encoders = dict(zip(_STAGES, _encoders(arms), strict=True))
    place = {item: i for i, item in enumerate(english.ids)}
    for test in data.tests:
        if test.language not in LANGUAGES or not set(test.ids) <= set(place):
            continue
        rows = [place[item] for item in test.ids]
        first = [english.table["sentence1"].iloc[i] for i in rows]
        second = list(test.table["sentence2"])
        gold = np.asarray(test.table["score"], dtype=np.float64)
        learnt = _pairs(test, params)
        for stage, encoder in encoders.items():
            one, two = encoder.encode(first), encoder.encode(second)
            _add(found, test, stage, NONE, one, two, gold)
            if learnt is not None:
                X, Y = encoder.encode(learnt[1]), encoder.encode(learnt[0])
                for method, aligner in _maps(X, Y, params.seed):
                    mapped = aligner.transform(two), aligner.transform_target(one)
                    _add(found, test, stage, method, mapped[1], mapped[0], gold, len(X))


def _encoders(arms: Any) -> list[Any]:
    """The encoder before and after tuning, as things with ``encode``."""
    from helpers.models.encoder import Encoder, open_encoder

    params, base = arms.params, arms.base
    options = {"token_budget": params.token_budget, "device": params.device, "progress": False}
    before = open_encoder(params.encoder_name, seed=params.seed, **options)
    arm = next(iter(arms.all()))
    after = Encoder(
        arms.tuned(arm).model.base, base.tokenizer, name=base.label, cache=False, **options
    )
    return [before, after]


def _pairs(test: Test, params: Any) -> tuple[list[str], list[str]] | None:
    """English sentences and their translations of the training split."""
    from helpers.data.pairs import pairs

    try:
        rows = pairs(test.language, "train", params.data, n=params.align_pairs)
    except UserError:  # a language without a training split
        return None
    return list(rows.table["source_text"]), list(rows.table["target_text"])


def _maps(X: np.ndarray, Y: np.ndarray, seed: int) -> Any:
    from helpers.study.alignment_fit import Variant, fit

    for method in MAPS:
        early = {"gd": True, "gd-orthogonal": False}.get(method)
        try:
            fitted = fit(Variant(method, early_stopping=early), X, Y, seed, spend="live")
        except ValueError:
            continue  # too few pairs for this map
        yield method, fitted.aligner


def _add(
    found: Rows,
    test: Test,
    stage: str,
    method: str,
    one: np.ndarray,
    two: np.ndarray,
    gold: np.ndarray,
    n_pairs: int = 0,
) -> None:
    import numpy as np

    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    answers = (one * two).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    measure = Measure("spearman across", answers.astype(np.float64), "spearman")
    setting = {"form": "siamese", "map": method, "n_pairs": n_pairs}
    found.add(test, "similarity", stage, [measure], gold, **setting)
