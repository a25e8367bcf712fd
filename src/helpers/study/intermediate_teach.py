"""Chapter 7: the intermediate phase. An encoder learns one task in English, made hard in some way.

Which items it learns from stands in ``intermediate_items``; what becomes of the encoder afterwards,
in ``intermediate``.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.study.courses import form_of
from helpers.study.difficulty import PVI
from helpers.study.intermediate_items import (
    Pool,
    levels,
    measured_on,
    of_all_levels,
    of_level,
    text_lengths,
    tried_on,
)
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import ITEMS, MASKED, PERMUTED, rules
from helpers.study.record import digest
from helpers.study.transfer import Arm, Arms, Base
from helpers.study.transfer_data import Test, first_by_id
from helpers.study.transfer_labels import exchanged
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.models.finetune import Recipe, Tuned
    from helpers.study.transfer_kinds import Measure

INTERMEDIATE, DIFFICULTY = "intermediate", "difficulty"
SCORES = ("accuracy", "spearman", "F1")  # the one of each kind
MASKED_LOSS, FREQUENCY = "masked-word loss", "frequency"
_UNSEEN = 0.05  # count of a token that the texts do not have
_EXCHANGES = 50  # of the labels held out, over which a score on exchanged ones is the mean
# A target's head begins as its seed says; the intermediate head must not have begun alike.
_SEED_APART = 500


def teach(
    params: IntermediateParams, source: Pool, base: Base, progress: bool
) -> tuple[Arms, Tuned, list[Path]]:
    """The encoder tuned on the intermediate items of a mechanism and level, and where it lies.

    An epoch is chosen on items that were learnt from, which is nearly always the last. What is
    given back has those held out as its validation rows, for `told`.
    """
    train, held = of_all_levels(source)[0], measured_on(source)
    form = form_of(source.family)
    # The learning rate is tried on plain items: one for all mechanisms and levels.
    plain = source.course(train, tried_on(source))
    recipe, _ = Arms(params, plain, base, progress).recipe(form)
    recipe = replace(recipe, seed=params.seed + _SEED_APART)
    if params.mechanism == ITEMS:
        level = item_levels(params, source, base, progress)
        train, held = of_level(source, level, params.level)
    share = share_exchanged(params)
    if share:
        train = exchanged(train, source.family.kind, share, params.seed)
    chosen_on = first_by_id(train, source.family.held)
    arms = Arms(params, source.course(train, chosen_on), base, progress)
    making = rules().beside(params.intermediate, params.mechanism).get("making", "")
    if params.mechanism == MASKED:
        arm = Arm(f"{INTERMEDIATE} {MASKED}", MASKED, train, making)
        tuned = masked(arms, arm, recipe)
    else:
        arm = Arm(f"{INTERMEDIATE} {params.mechanism} {params.level}", form, train, making)
        tuned = arms.tune(arm, recipe)
    work = arms.work(arm, recipe)
    arms.data = replace(arms.data, validation=held)
    return arms, tuned, [work]


def share_exchanged(params: IntermediateParams) -> float:
    """Share of rows whose labels are exchanged."""
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
    """Masked-language modelling on the texts of the intermediate task: no label is seen.

    The head begins at the frequency of words in these texts. It would else have to learn that
    first, in more steps than there are, and the encoder would be bent towards it.
    """
    import torch

    from helpers.models.finetune import finetune
    from helpers.models.predict import mean_loss

    train, held = (_hidden(arms, table) for table in (arm.train, arms.data.validation))
    padding = arms.base.padding_id

    def begin(model: Any) -> None:
        known = frequencies(train, len(model.head.bias), arms.base.tokenizer.all_special_ids)
        with torch.no_grad():
            model.head.bias.copy_(torch.from_numpy(known))

    return finetune(
        arms.base.fresh,
        MASKED,
        train,
        recipe,
        score=lambda model: -mean_loss(model, held, padding_id=padding),
        padding_id=padding,
        begin=begin,
        device=arms.base.device,
        work=arms.work(arm, recipe),
        label=arm.method,
        progress=arms.progress,
    )


def _hidden(arms: Arms, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Texts of a table with some of their tokens masked."""
    from helpers.models.features import features

    return features(MASKED, table, arms.base.tokenizer, max_length=arms.data.sizes.max_length)


def frequencies(rows: Iterable[dict[str, Any]], n: int, special: Collection[int]) -> np.ndarray:
    """Log of the share of every token of the texts, masked or not.

    Each counts ``_UNSEEN`` more than it is, as words that these texts lack stand in others.

    rows : of ``features``; n : size of the vocabulary; special : tokens that are no words. Float32
    [n].

    >>> rows = [{"segments": [[0, 4, 3, 1]], "labels": [-100, 2, -100, -100]}]
    >>> frequencies(rows, 5, {0, 1, 4}).round(2).tolist()[2:4]
    [-0.7599999904632568, -0.7599999904632568]
    """
    import numpy as np

    words = [
        label if label >= 0 else token
        for row in rows
        for token, label in zip(row["segments"][0], row["labels"], strict=True)
        if label >= 0 or token not in special
    ]
    counts = np.bincount(words, minlength=n) + _UNSEEN
    return np.log(counts / counts.sum()).astype(np.float32)


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
    found: Rows,
    arms: Arms,
    tuned: Tuned,
    params: IntermediateParams,
    setting: dict[str, Any],
    posed: Sequence[pd.DataFrame] = (),
) -> None:
    """Rows of the intermediate task itself: what it scores on held-out items of its own making.

    ``items``: a hash of what was learnt from and measured on, the same under every seed. With
    exchanged labels both the score on clean ones and on labels exchanged alike, what the task as
    posed lets one reach (``labels``): ``posed``, tables of the held-out items, of which the mean is
    told. One exchange of so few labels would be easier or harder than the next by chance.
    """
    data, kind = arms.data, arms.data.course.kind
    setting = setting | {
        "learning_rate": tuned.recipe.learning_rate,
        "items": digest([list(data.train["id"]), list(data.validation["id"])]),
    }
    if params.mechanism == MASKED:
        _told_of_words(found, arms, tuned, params, setting)
        return
    way = arms.way(form_of(data.course))
    answers = way.answers(arms.asked(tuned.model), data.validation)
    for labels, tables in {"clean": [data.validation], "exchanged": posed}.items():
        if not len(tables):
            continue
        tests = [Test(data.learnt, params.source_language, DIFFICULTY, each) for each in tables]
        [measure] = wanted(way.measures(tests[0], answers))
        if len(tests) > 1:
            measures = [one for test in tests for one in wanted(way.measures(test, answers))]
            scores = [
                value_of(one, way.gold(table)) for one, table in zip(measures, tables, strict=True)
            ]
            measure = replace(measure, scores=None, value=sum(scores) / len(scores))
        found.add(
            tests[0],
            kind,
            INTERMEDIATE,
            [measure],
            way.gold(tables[0]),
            split="validation",
            labels=labels,
            chance=sum(chance(kind, table) for table in tables) / len(tables),
            **setting,
        )


def exchanges(params: IntermediateParams, held: pd.DataFrame, kind: str) -> list[pd.DataFrame]:
    """The held-out items with labels exchanged like those learnt from, time and again."""
    share = share_exchanged(params)
    return [exchanged(held, kind, share, seed) for seed in range(_EXCHANGES)] if share else []


def value_of(measure: Measure, gold: np.ndarray | None) -> float:
    """A mean over items or a rank correlation, without an interval; 0 of answers all alike.

    >>> from helpers.study.transfer_kinds import Measure
    >>> value_of(Measure("spearman", [1.0, 2.0, 3.0], "spearman"), [0.1, 0.3, 0.2])
    0.5
    """
    import numpy as np

    from helpers.maths.metrics import spearman

    scores = np.asarray(measure.scores)
    if measure.statistic == "mean":
        return float(scores.mean())
    return float(np.nan_to_num(spearman(gold, scores)))


def _told_of_words(
    found: Rows, arms: Arms, tuned: Tuned, params: IntermediateParams, setting: dict[str, Any]
) -> None:
    """Loss on masked words of the held-out texts, in nats, and of their frequencies alone."""
    import torch

    from helpers.models.predict import mean_loss

    held, train = (_hidden(arms, table) for table in (arms.data.validation, arms.data.train))
    guess = copy.deepcopy(tuned.model)
    known = frequencies(train, len(guess.head.bias), arms.base.tokenizer.all_special_ids)
    with torch.no_grad():
        guess.head.scale.zero_()  # of what the encoder says
        guess.head.bias.copy_(torch.from_numpy(known))
    for method, model in ((INTERMEDIATE, tuned.model), (FREQUENCY, guess)):
        found.add_value(
            MASKED_LOSS,
            mean_loss(model, held, padding_id=arms.base.padding_id),
            len(held),
            task=arms.data.learnt,
            kind=arms.data.course.kind,
            method=method,
            target_language=params.source_language,
            split="validation",
            setting={"role": DIFFICULTY} | setting,
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


def wanted(measures: Iterable[Any]) -> list[Any]:
    """The one score of each kind, over all rows of a set, its items kept."""
    return [
        replace(one, keep=True)
        for one in measures
        if one.name in SCORES and one.rows is None and one.setting.get("rules") != "english"
    ]
