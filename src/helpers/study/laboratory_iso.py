"""The laboratory's iso-accuracy study: tasks as hard for different reasons, and their gain.

An intermediate task in English (reviews) is made harder by exchanged labels, by negation or by
length, each by so much that its English accuracy is the same; then the targets are tuned. Where the
gains differ all the same, accuracy is not the cause. A record is one encoder under one seed with
all mechanisms and targets. Decisions stand in ``laboratory_iso_rules.toml``, what the records say
in ``laboratory_iso_tables``. Generated text: a causal instrument, no evidence about natural
language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.maths.share_search import Found, searched
from helpers.study.courses import NLI, STS, Sizes, form_of, in_laboratory
from helpers.study.intermediate import baselines, target
from helpers.study.intermediate_items import BATCH, Pool
from helpers.study.intermediate_rules import Family
from helpers.study.intermediate_teach import after, share_exchanged, told
from helpers.study.laboratory_iso_params import (
    CALIBRATION,
    CHAPTER,
    EASY,
    NOISE,
    NONE,
    PERMUTED,
    Cell,
    LaboratoryIsoParams,
    Target,
    cell,
    rules,
)
from helpers.study.plan import Outcome, Plan, made, tracked
from helpers.study.row import Row
from helpers.study.transfer import TUNED, Arm, Arms, Base, forget, open_base
from helpers.study.transfer_data import SOURCE, TARGET, CourseData, Test, first_by_id, reported
from helpers.study.transfer_labels import corrupted
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.models.finetune import Tuned

VERSION = 1
_SEED = 7  # of the laboratory's draws and of what is mixed: the same items under every seed
_COURSES = {"similarity": STS, "nli": NLI}
_KIND = "classification"
_NOTE = "generated text: a causal instrument, no evidence about natural language"


def study(params: LaboratoryIsoParams, *, progress: bool = True) -> Plan:
    """Plan of one run. Errors: UserError on ``target_languages`` that the laboratory lacks."""
    from helpers.data.lab.api import LANGUAGES

    others = [language for language in LANGUAGES if language != "en"]
    for language in params.target_languages:
        if language not in others:
            raise UserError("target_languages", language, others)
    base = open_base(cell(params, NONE, 0.0, 1.0))
    data = {"rules": rules().calibrated_by} | _fingerprints(tuple(rules().hard))
    asked: tuple[CourseData, ...] = ()
    if params.part != CALIBRATION:
        asked = targets(params.target_languages)
        data["rules"] = rules().digest
        data |= {name: mark for one in asked for name, mark in one.fingerprints.items()}

    def compute(progress: bool) -> Outcome:
        if params.part == CALIBRATION:
            return calibrate(params, base, progress)
        return measure(params, asked, base, progress)

    return made(
        CHAPTER,
        VERSION,
        params,
        names={params.encoder: base.label},
        data=data,
        encoders={base.label: base.fingerprint},
        compute=compute,
        device=base.device,
        notes=[_NOTE],
    )


# -- what is learnt from


def pool() -> Pool:
    """The intermediate task, its easy items to learn from."""
    one = rules().intermediate
    sizes = one["items"], one["held"] // 2, one["max_length"], one["epochs"]
    family = Family(one["kind"], one["task"], "train", _KIND, *sizes)
    easy = items(EASY)[0]
    mark = _fingerprints((EASY,))[EASY]
    return Pool(family, family.task, easy, tuple(sorted(set(easy["label"]))), mark)


@lru_cache(maxsize=8)
def items(setting: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Items of a setting of the dials: to learn from, to calibrate on, to measure on.

    Ids tell the setting.
    """
    from helpers.data.lab import api

    one, dials = rules().intermediate, _dials(setting)
    sizes = {"train": one["items"], "dev": one["held"]}
    train, held = (
        api.table(one["kind"], "en", split, n, _SEED, dials=dials) for split, n in sizes.items()
    )
    half = one["held"] // 2
    parts = train, held.iloc[:half], held.iloc[half:].reset_index(drop=True)
    return tuple(table.assign(id=f"{setting}-" + table["id"]) for table in parts)


def _dials(setting: str) -> Any:
    from helpers.data.lab.api import Dials

    easy = rules().intermediate["easy"]
    return Dials(**(easy | rules().hard.get(setting, {})))


def _fingerprints(settings: tuple[str, ...]) -> dict[str, str]:
    from helpers.data.lab import api

    sizes = {name: rules().intermediate[name] for name in ("kind", "items", "held")}
    return {name: api.fingerprint(**sizes, seed=_SEED, dials=_dials(name)) for name in settings}


def mixed(easy: pd.DataFrame, hard: pd.DataFrame, share: float) -> pd.DataFrame:
    """The easy table with a share of its rows, the same of each label, exchanged for hard ones.

    Rows, labels and their order stay; what is exchanged at a smaller share is at a larger one too.
    Errors: UserError where ``share`` is no share.
    """
    import numpy as np
    import pandas as pd

    if not 0 <= share <= 1:
        raise UserError("share", share, "a number from 0 to 1")
    rows = easy.to_dict("records")
    for label in sorted(set(easy["label"])):
        here = np.flatnonzero(easy["label"].to_numpy() == label)
        there = hard[hard["label"].eq(label)].to_dict("records")
        order = np.random.default_rng([_SEED, len(here)]).permutation(len(here))
        for place in order[: round(share * len(here))]:
            rows[here[place]] = there[place % len(there)]
    return pd.DataFrame(rows, columns=easy.columns)


def posed(one: Cell) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Items of a mechanism at a share, as of `items`; labels of those learnt from exchanged."""
    parts = items(EASY)
    if one.mechanism in rules().mechanisms and one.mechanism != NOISE:
        hard = items(one.mechanism)
        parts = tuple(mixed(*both, one.level) for both in zip(parts, hard, strict=True))
    train, *held = parts
    if share := share_exchanged(one):
        train = corrupted(train, _KIND, share)
    return train, *held


def teach(one: Cell, base: Base) -> tuple[Arms, Tuned, Path]:
    """The encoder tuned on the intermediate task of a cell, and where it lies."""
    train, chosen_on, _ = posed(one)
    arms = Arms(one, pool().course(train, chosen_on), base, False)
    name = f"{one.mechanism} {one.level:g} {rules().calibrated_by}"
    arm = Arm(name, form_of(arms.data.course), train)
    recipe, _ = arms.recipe(arm.form)
    return arms, arms.tune(arm, recipe), arms.work(arm, recipe)


@lru_cache(maxsize=2)
def targets(languages: tuple[str, ...]) -> tuple[CourseData, ...]:
    """Rows of every target."""
    return tuple(_target(one, languages) for one in rules().targets)


def _target(one: Target, languages: tuple[str, ...]) -> CourseData:
    from helpers.data.lab import api
    from helpers.data.tasks import task

    sizes = Sizes(one.train, one.report, one.epochs, BATCH, chosen_on=one.validation)
    course = in_laboratory(replace(_COURSES[one.course], laboratory=sizes))
    dials = api.Dials(**one.dials)

    def table(language: str, split: str, n: int) -> pd.DataFrame:
        return api.table(one.kind, language, split, n, _SEED, dials=dials)

    tests = []
    for language in ("en", *languages):
        scored = first_by_id(reported(table(language, "test", 2 * one.report)), one.report)
        tests.append(Test(one.task, language, SOURCE if language == "en" else TARGET, scored))
    return CourseData(
        course,
        one.task,
        sizes,
        tuple(task(one.task).labels),
        table("en", "train", one.train),
        table("en", "dev", one.validation),
        tuple(tests),
        {one.name: api.fingerprint(target=vars(one), seed=_SEED, languages=languages)},
    )


# -- calibration


def calibrate(params: LaboratoryIsoParams, base: Base, progress: bool) -> Outcome:
    """How much of each mechanism it takes under this seed; every trial is a row."""
    rows: list[Row] = []
    used: list[Path] = []

    def accuracy(mechanism: str, share: float) -> float:
        one = cell(params, mechanism, share, rules().intermediate["learning_rate"])
        # Each in rows of its own: their items are not kept.
        found = _rows(params, base, one)
        arms, tuned, work = teach(one, base)
        _tell(found, arms, tuned, one)
        used.append(work)
        rows.extend(found.rows)
        return _as_posed(found.rows)

    wanted, mechanisms = rules().calibration, rules().mechanisms
    easy = accuracy(EASY, 0.0)

    def results() -> Iterator[Found]:
        for name in mechanisms:
            # Of labels that are all those of other rows nothing can be learnt.
            worst = 0.5 if name == NOISE else accuracy(name, 1.0)
            yield searched(
                lambda share, name=name: accuracy(name, share),
                (easy, worst),
                wanted.accuracy,
                wanted.tolerance,
                wanted.trials,
            )

    held = pool().family.held
    found = _rows(params, base, cell(params, EASY, 0.0, 1.0))
    named = zip(mechanisms, results(), strict=True)
    for name, one in tracked(named, mechanisms, str, progress=progress):
        near = abs(one.accuracy - wanted.accuracy) <= wanted.tolerance
        told_ = {"mechanism": name, "trials": len(one.trials), "near": near}
        where = {"method": CALIBRATION, "task": rules().intermediate["task"], "kind": _KIND}
        where |= {"target_language": "en", "split": "validation", "setting": told_}
        found.add_value("share", one.share, held, **where)
        found.add_value("accuracy", one.accuracy, held, **where)
    return Outcome(rows + found.rows, tidy=lambda: forget(*used))


def calibrated(params: LaboratoryIsoParams, progress: bool) -> list[Row]:
    """Rows that tell the share of each mechanism: recorded, or made now and kept."""
    from helpers.study.run import run_stored

    wanted = {
        "part": CALIBRATION,
        "target_languages": LaboratoryIsoParams().target_languages,
    }
    stored = run_stored(CHAPTER, params.model_copy(update=wanted), progress=progress)
    return stored.record.select(method=CALIBRATION)


# -- one record


class _Rows(Rows):
    """Rows of several trainings that are scored on the same sets."""

    def keep_gold(self, test: Test, gold: np.ndarray | None) -> None:
        kept = self.__dict__.setdefault("kept", set())
        if (test.task, test.language) not in kept:
            super().keep_gold(test, gold)
        kept.add((test.task, test.language))


def _rows(params: LaboratoryIsoParams, base: Base, one: Cell) -> _Rows:
    return _Rows(
        {
            "encoder": base.label,
            "source_language": "en",
            "seed": params.seed,
            "intermediate_task": None if one.intermediate == NONE else one.intermediate,
        }
    )


def _tell(found: Rows, arms: Arms, tuned: Tuned, one: Cell) -> None:
    share = share_exchanged(one)
    posed = [corrupted(arms.data.validation, _KIND, share)] if share else []
    told(found, arms, tuned, one, {"mechanism": one.mechanism, "level": one.level}, posed)


def _as_posed(rows: list[Row]) -> float:
    """Accuracy on labels exchanged like those learnt from, where any are."""
    by_labels = {row.setting["labels"]: row.value for row in rows if row.name == "accuracy"}
    return by_labels.get("exchanged", by_labels["clean"])


def measure(
    params: LaboratoryIsoParams, asked: tuple[CourseData, ...], base: Base, progress: bool
) -> Outcome:
    """Every mechanism at its share, and every target after it."""
    known = calibrated(params, progress)
    share = {row.setting["mechanism"]: row.value for row in known if row.name == "share"}
    share |= {NONE: 0.0, EASY: 0.0, PERMUTED: 1.0}
    found = _rows(params, base, cell(params, NONE, 0.0, 1.0))
    found.rows += known
    used: list[Path] = []

    def results() -> Iterator[None]:
        for mechanism in rules().cells:
            rate = rules().intermediate["learning_rate"]
            one = cell(params, mechanism, share[mechanism], rate)
            found.common["intermediate_task"] = None if mechanism == NONE else one.intermediate
            used.extend(_cell(found, one, asked, base))
            yield

    for _ in tracked(results(), rules().cells, str, progress=progress):
        pass
    return Outcome(found.rows, found.items, tidy=lambda: forget(*used))


def _cell(found: Rows, one: Cell, asked: tuple[CourseData, ...], base: Base) -> list[Path]:
    """Rows of one intermediate training and its targets; where weights lie."""
    used, left = [], base
    if one.mechanism != NONE:
        arms, tuned, work = teach(one, base)
        arms.data = replace(arms.data, validation=posed(one)[2])
        _tell(found, arms, tuned, one)
        left = after(base, tuned, work)
        used.append(work)
    for wanted, data in zip(rules().targets, asked, strict=True):
        own = one.model_copy(update={"learning_rates": (wanted.learning_rate,)})
        arms, form = Arms(own, data, left, False), form_of(data.course)
        recipe, _ = arms.recipe(form)
        used += target(found, arms, Arm(TUNED, form, data.train), recipe)
        if one.mechanism == NONE:
            used += baselines(found, arms, recipe, base, own)
    return used
