"""Chapter 7: what the intermediate task did to the encoder itself, before any target is learnt.

How far it moved (CKA to the start), how well it finds translations, and the sentence with the
answer to a question among those of all languages. No training: retrieval is analysed apart, and
drift lies on the way from a task to its gain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from helpers.study.intermediate_data import Retrieval
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import NONE as WITHOUT
from helpers.study.intermediate_rules import rules
from helpers.study.transfer import Base
from helpers.study.transfer_baselines import BAG, NONE, UNTRAINED
from helpers.study.transfer_data import Test
from helpers.study.transfer_kinds import Measure
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np

    from helpers.data.lareqa import Pool

RETRIEVAL, PRECISION, CKA = "retrieval", "precision@1", "CKA to the start"
MAP = f"mAP@{rules().answer_retrieval['best']}"


def drift(
    found: Rows,
    params: IntermediateParams,
    sought: Retrieval,
    base: Base,
    taught: Base,
    setting: dict[str, Any],
) -> None:
    """Rows ``precision@1`` of both directions, ``CKA to the start`` and ``mAP@20``.

    Without an intermediate task the same of words alone and of an encoder without pretraining.
    """
    moved = taught is not base
    before = _encoder(base, params) if moved else None
    retrieved(found, _encoder(taught, params), sought, NONE, setting, before)
    if params.mechanism == WITHOUT:
        for method, encoder in _baselines(params):
            retrieved(found, encoder, sought, method, setting)


def retrieved(
    found: Rows,
    encoder: Any,
    sought: Retrieval,
    method: str,
    setting: dict[str, Any],
    before: Any = None,
) -> None:
    """Rows of one encoder; ``before``: what it was, to tell how far it moved."""
    from helpers.maths.geometry import linear_cka
    from helpers.study.alignment_fit import precision

    for name, table in sought.pairs.items():
        task, language, _ = name.split(" ")
        english, other = (
            encoder.encode(list(table[side])) for side in ("source_text", "target_text")
        )
        test = Test(task, language, RETRIEVAL, table)
        measures = [
            Measure(PRECISION, correct, setting={"direction": direction})
            for direction, correct in precision(other, english).items()
        ]
        if before is not None:
            old = before.encode([*table["source_text"], *table["target_text"]])
            both = _stacked(english, other)
            measures.append(Measure(CKA, value=float(linear_cka(old, both))))
        found.add(test, RETRIEVAL, method, measures, None, **setting)
    if sought.answers is not None:
        for test, scores in answered(encoder, sought.answers):
            found.add(test, RETRIEVAL, method, [Measure(MAP, scores)], None, **setting)


def _baselines(params: IntermediateParams) -> Iterator[tuple[str, Any]]:
    from helpers.models.baselines import BagOfWords
    from helpers.models.encoder import open_encoder

    yield BAG, BagOfWords()
    bare = params.encoder_name.removeprefix("untrained:")
    yield (
        UNTRAINED,
        open_encoder(
            f"untrained:{bare}",
            device=params.device,
            token_budget=params.token_budget,
            progress=False,
        ),
    )


def answered(encoder: Any, pool: Pool) -> Iterator[tuple[Test, np.ndarray]]:
    """Average precision of each question, language by language."""
    from helpers.maths.retrieval import average_precision_at_k

    told = rules().answer_retrieval
    questions = encoder.encode(list(pool.queries["text"]))
    sentences = encoder.encode(list(pool.candidates["text"]))
    scores = average_precision_at_k(questions, sentences, pool.gold, k=told["best"])
    for language, rows in pool.queries.groupby("language", sort=False):
        table = rows.reset_index(drop=True)
        yield Test(told["task"], str(language), RETRIEVAL, table), scores[rows.index]


def _encoder(base: Base, params: IntermediateParams) -> Any:
    from helpers.models.encoder import Encoder

    return Encoder(
        base.fresh().eval(),
        base.tokenizer,
        name=base.label,
        device=base.device,
        token_budget=params.token_budget,
        cache=False,
        progress=False,
    )


def _stacked(*parts: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.concatenate(parts)
