"""Chapter 7: the intermediate phase. An encoder learns one task in English, made hard in some way.

Which items it learns from stands in ``intermediate_items``; what becomes of the encoder afterwards,
in ``intermediate``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.study.courses import form_of
from helpers.study.difficulty import PVI
from helpers.study.intermediate_items import (
    Pool,
    levels,
    of_all_levels,
    of_level,
    text_lengths,
    tried_on,
)
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import ITEMS, MASKED, PERMUTED
from helpers.study.record import digest
from helpers.study.transfer import Arm, Arms, Base
from helpers.study.transfer_data import Test, first_by_id
from helpers.study.transfer_labels import corrupted
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.models.finetune import Recipe, Tuned

INTERMEDIATE, DIFFICULTY = "intermediate", "difficulty"
_LABEL_SEED = 0  # of exchanged labels: the same items under every seed of training
# A target's head begins as its seed says; the intermediate head must not have begun alike.
_SEED_APART = 500


def teach(
    params: IntermediateParams, source: Pool, base: Base, progress: bool
) -> tuple[Arms, Tuned, list[Path]]:
    """The encoder tuned on the intermediate items of a mechanism and level, and where it lies.

    An epoch is chosen on items that were learnt from, which is nearly always the last. What is
    given back has those held out as its validation rows, for `told`.
    """
    train, held = of_all_levels(source)
    form = form_of(source.family)
    # The learning rate is tried on plain items: one for all mechanisms and levels.
    plain = source.course(train, tried_on(source))
    recipe, _ = Arms(params, plain, base, progress).recipe(form)
    recipe = replace(recipe, seed=params.seed + _SEED_APART)
    if params.mechanism == ITEMS:
        level = item_levels(params, source, base, progress)
        train, held = of_level(source, level, params.level)
    share = exchanged(params)
    if share:
        train = corrupted(train, source.family.kind, share, _LABEL_SEED)
    chosen_on = first_by_id(train, source.family.held)
    arms = Arms(params, source.course(train, chosen_on), base, progress)
    if params.mechanism == MASKED:
        arm = Arm(f"{INTERMEDIATE} {MASKED}", MASKED, train)
        tuned = masked(arms, arm, recipe)
    else:
        arm = Arm(f"{INTERMEDIATE} {params.mechanism} {params.level}", form, train)
        tuned = arms.tune(arm, recipe)
    work = arms.work(arm, recipe)
    arms.data = replace(arms.data, validation=held)
    return arms, tuned, [work]


def exchanged(params: IntermediateParams) -> float:
    """Share of labels that are those of other rows."""
    return 1.0 if params.mechanism == PERMUTED else params.noise


def item_levels(params: IntermediateParams, source: Pool, base: Base, progress: bool) -> np.ndarray:
    """Difficulty levels of the pool, from the recorded difficulty of its items, or made now."""
    from helpers.study.run import run_stored

    stored = run_stored(DIFFICULTY, params.of_difficulty, progress=progress)
    scores = stored.items()
    information = dict(zip(scores.ids(PVI), scores[PVI], strict=True))
    whole = Arms(params, source.course(source.table, source.table), base, False)
    lengths = text_lengths(source, whole.way(form_of(source.family)))
    return levels(source, information, lengths)


def masked(arms: Arms, arm: Arm, recipe: Recipe) -> Tuned:
    """Masked-language modelling on the texts of the intermediate task: no label is seen."""
    from helpers.models.features import features
    from helpers.models.finetune import finetune
    from helpers.models.predict import mean_loss

    cut, tokenizer = arms.data.sizes.max_length, arms.base.tokenizer

    def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
        return features(MASKED, table, tokenizer, max_length=cut)

    held = rows(arms.data.validation)
    padding = arms.base.padding_id
    return finetune(
        arms.base.fresh,
        MASKED,
        rows(arm.train),
        recipe,
        score=lambda model: -mean_loss(model, held, padding_id=padding),
        padding_id=padding,
        device=arms.base.device,
        work=arms.work(arm, recipe),
        label=arm.method,
        progress=arms.progress,
    )


def after(base: Base, tuned: Tuned, work: Path) -> Base:
    """The encoder as the intermediate task left it, in the place of the one before.

    ``work``: the folder of that training, whose name holds all that decides it.
    """

    def fresh() -> Any:
        model = copy.deepcopy(tuned.model.base)
        model.requires_grad_(True)
        return model

    mark = digest([base.fingerprint, work.name])
    return replace(base, fresh=fresh, fingerprint=mark)


def told(
    found: Rows, arms: Arms, tuned: Tuned, params: IntermediateParams, setting: dict[str, Any]
) -> None:
    """Rows of the intermediate task itself: what it scores on held-out items of its own making.

    ``items``: a hash of what was learnt from and measured on, the same under every seed. With
    exchanged labels both the score on labels exchanged alike (what the task, as posed, lets
    one reach) and on clean ones (``labels``).
    """
    if params.mechanism == MASKED:
        return
    data, kind = arms.data, arms.data.course.kind
    way = arms.way(form_of(arms.data.course))
    share = exchanged(params)
    posed = {"clean": data.validation}
    if share:
        posed["exchanged"] = corrupted(data.validation, kind, share, _LABEL_SEED)
    answers = way.answers(arms.asked(tuned.model), data.validation)
    for labels, table in posed.items():
        test = Test(data.learnt, params.source_language, DIFFICULTY, table)
        found.add(
            test,
            kind,
            INTERMEDIATE,
            wanted(way.measures(test, answers)),
            way.gold(table),
            split="validation",
            labels=labels,
            chance=chance(kind, table),
            learning_rate=tuned.recipe.learning_rate,
            items=digest([list(data.train["id"]), list(data.validation["id"])]),
            **setting,
        )


def chance(kind: str, table: pd.DataFrame) -> float:
    """Score of always giving the commonest label (of similarity and answers in a text: 0)."""
    if kind in ("classification", "choice"):
        return float(table["label"].value_counts(normalize=True).max())
    if kind == "tagging":
        import pandas as pd

        tags = pd.Series([tag for tags in table["tags"] for tag in tags])
        return float(tags.value_counts(normalize=True).max())
    return 0.0


_SCORES = ("accuracy", "spearman", "F1")


def wanted(measures: Iterable[Any]) -> list[Any]:
    """The one score of each kind, over all rows of a set, its items kept."""
    return [
        replace(one, keep=True)
        for one in measures
        if one.name in _SCORES and one.rows is None and one.setting.get("rules") != "english"
    ]
