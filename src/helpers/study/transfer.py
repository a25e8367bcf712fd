"""Chapters 3 to 5: learn a task in one language, score it in all, with its baselines beside it.

One record is one trained model a course, its permuted-label twin, the untuned encoder and what
needs no encoder; every language is rows in it. Which sets there are is told in ``courses``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths
from helpers.study.plan import Outcome, Plan, made
from helpers.study.record import canonical, digest
from helpers.study.transfer_baselines import lexical, untuned
from helpers.study.transfer_data import CourseData, load_courses
from helpers.study.transfer_kinds import KINDS
from helpers.study.transfer_labels import permuted
from helpers.study.transfer_params import TransferParams
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from helpers.models.finetune import Recipe, Tuned

VERSION = 1
TUNED, PERMUTED = "tuned", "permuted-labels"
_TRIAL_SEED = 0  # the same for all seeds of a study, so that they share the learning rate


def sts(params: TransferParams, *, progress: bool = True) -> Plan:
    """Plan of chapter 3."""
    return _study("03_sts", params)


def mrc(params: TransferParams, *, progress: bool = True) -> Plan:
    """Plan of chapter 4."""
    return _study("04_mrc", params)


def sentiment(params: TransferParams, *, progress: bool = True) -> Plan:
    """Plan of chapter 5."""
    return _study("05_sentiment", params)


@dataclass(frozen=True)
class Base:
    """The encoder that is tuned: how to get a fresh copy, its tokenizer, name and fingerprint."""

    fresh: Callable[[], Any]
    tokenizer: Any
    label: str
    fingerprint: str
    device: str
    precision: str

    @property
    def padding_id(self) -> int:
        return self.tokenizer.pad_token_id or 0


def open_base(params: TransferParams) -> Base:
    """Find the encoder; nothing is trained. Errors: UserError on ``encoders`` or ``device``."""
    from helpers.models import loading
    from helpers.models.finetune import fast_precision

    name = params.encoder_name
    kind, _, rest = name.partition(":")
    untrained = kind == "untrained"
    source = rest if untrained else name
    folder = loading.find_folder(source, weights=not untrained)
    device = loading.find_device(params.device)

    def fresh() -> Any:
        if untrained:
            return loading.random_model(folder, source, params.seed)
        return loading.load_model(folder, source)

    shown = loading.shown_name(source)
    fingerprint = loading.fingerprint_files(folder, weights=not untrained)
    return Base(
        fresh,
        loading.load_tokenizer(folder, source),
        f"untrained:{shown}" if untrained else shown,
        f"untrained-{params.seed}-{fingerprint}" if untrained else fingerprint,
        device,
        fast_precision(device) if params.precision == "auto" else params.precision,
    )


def _study(chapter: str, params: TransferParams) -> Plan:
    base = open_base(params)
    courses = load_courses(chapter, params)

    def compute(progress: bool) -> Outcome:
        return measure(params, courses, base, progress)

    return made(
        chapter,
        VERSION,
        params,
        names={params.encoder: base.label},
        data={k: v for data in courses for k, v in data.fingerprints.items()},
        encoders={base.label: base.fingerprint},
        compute=compute,
        device=base.device,
        notes=[note for data in courses for note in data.notes],
    )


def measure(
    params: TransferParams, courses: list[CourseData], base: Base, progress: bool
) -> Outcome:
    """Train every arm of every course and score it."""
    found = Rows(
        {
            "encoder": base.label,
            "source_language": params.source_language,
            "seed": params.seed,
        }
    )
    taught = []
    for data in courses:
        kind = KINDS[data.course.kind]
        for test in data.tests:
            found.keep_gold(test, kind(data, base.tokenizer).gold(test.table))
        lexical(found, data, base, params)
        untuned(found, data, base, params)
        arms = Arms(params, data, base, progress)
        taught.append(arms)
        for arm in arms.all():
            scored(found, arms, arm)
        if data.course.kind == "similarity" and params.data_kind != "hub":
            from helpers.study.sts_across import across

            across(found, arms, params)
    return Outcome(found.rows, found.items, tidy=lambda: [arms.tidy() for arms in taught])


@dataclass(frozen=True)
class Arm:
    """One trained model: ``method`` under which its rows stand, form, and what it saw.

    ``changed``: names what was made of the labels or else of the training, where rows and recipe
    do not tell it.
    """

    method: str
    form: str
    train: pd.DataFrame
    changed: str = ""


class Arms:
    """The trained models of one course, each trained once."""

    def __init__(self, params: TransferParams, data: CourseData, base: Base, progress: bool):
        self.params, self.data, self.base, self.progress = params, data, base, progress
        self._recipes: dict[str, tuple[Recipe, list[tuple[float, float]]]] = {}
        self._tuned: dict[tuple[str, str], Tuned] = {}

    def all(self) -> Iterator[Arm]:
        """Arms in the order in which they are trained."""
        from helpers.models.features import FORMS

        form = getattr(self.params, "head", FORMS[self.data.course.kind][0])
        yield Arm(TUNED, form, self.data.train)
        if self.params.permuted:
            yield Arm(PERMUTED, form, permuted(self.data.train, self.data.course.kind))
        if getattr(self.params, "cross_encoder", False):
            yield Arm(TUNED, "cross-encoder", self.data.train)

    def way(self, form: str) -> Any:
        """How rows of this course are put to a model of a form."""
        way = KINDS[self.data.course.kind](self.data, self.base.tokenizer, form)
        way.language = self.params.source_language
        return way

    def recipe(self, form: str) -> tuple[Recipe, list[tuple[float, float]]]:
        """The recipe of a form with the learning rate of its best trial, and the trials."""
        from helpers.models.finetune import Recipe, sweep

        if form not in self._recipes:
            sizes = self.data.sizes
            recipe = Recipe(
                epochs=sizes.epochs,
                batch_size=sizes.batch,
                frozen=self.params.frozen,
                seed=self.params.seed,
                precision=self.base.precision,
            )
            every = self.params.TRIAL_EVERY
            part = self.data.train.iloc[::every].reset_index(drop=True)
            trial = Arm("trial", form, part)
            epochs = sizes.epochs if every == 1 else max(1, sizes.epochs // 2)
            chosen, trials = sweep(
                lambda one: self.tune(trial, one),
                replace(recipe, seed=_TRIAL_SEED, epochs=epochs),
                self.params.learning_rates,
            )
            self._recipes[form] = replace(recipe, learning_rate=chosen.learning_rate), trials
        return self._recipes[form]

    def tuned(self, arm: Arm) -> Tuned:
        """The arm's model."""
        key = (arm.method, arm.form)
        if key not in self._tuned:
            self._tuned[key] = self.tune(arm, self.recipe(arm.form)[0])
        return self._tuned[key]

    def tune(self, arm: Arm, recipe: Recipe) -> Tuned:
        """Train, or find trained, one model."""
        from helpers.models.finetune import finetune

        way, data = self.way(arm.form), self.data
        return finetune(
            self.base.fresh,
            arm.form,
            way.rows(arm.train),
            recipe,
            score=lambda model: way.score(
                data.validation, way.answers(self.asked(model), data.validation)
            ),
            padding_id=self.base.padding_id,
            n_labels=len(data.labels),
            device=self.base.device,
            work=self.work(arm, recipe),
            label=f"{arm.method} {arm.form} {data.learnt} lr {recipe.learning_rate:g}",
            progress=self.progress,
        )

    def tidy(self) -> None:
        """Forget the weights of this run's own models; trials are shared by all seeds and stay."""
        for arm in self.all():
            forget(self.work(arm, self.recipe(arm.form)[0]))

    def asked(self, model: Any, label: str = "") -> Callable[[list[dict]], list[Any]]:
        """From rows to a model's logits."""
        from helpers.models.predict import logits

        def ask(rows: list[dict]) -> list[Any]:
            return logits(
                model,
                rows,
                padding_id=self.base.padding_id,
                token_budget=self.params.token_budget,
                progress=self.progress and bool(label),
                label=label,
            )

        return ask

    def work(self, arm: Arm, recipe: Recipe) -> Path:
        """Where this very training keeps its checkpoints: a name of all that decides it."""
        told = [
            VERSION,
            self.base.fingerprint,
            self.data.course.name,
            self.data.learnt,
            arm.method,
            arm.form,
            self.data.sizes.max_length,
            digest([list(arm.train["id"]), list(self.data.validation["id"])]),
            sorted(self.data.fingerprints.items()),
            self.params.source_language,
            asdict(recipe),
            *([arm.changed] if arm.changed else []),
        ]
        name = hashlib.sha256(canonical(told).encode()).hexdigest()[:20]
        return paths.BUILD / "finetune" / name


def forget(*works: Path) -> None:
    """Remove the folders of trainings whose scores are kept.

    The log goes first: a removal that is cut off leaves what looks like an unfinished training.
    """
    from helpers.models.finetune import LOG

    for work in works:
        (work / LOG).unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)
        Path(f"{work}.lock").unlink(missing_ok=True)


def scored(found: Rows, arms: Arms, arm: Arm) -> None:
    """Rows of a trained model: every set, its validation, the trials of its learning rate."""
    data, kind = arms.data, arms.data.course.kind
    way, tuned = arms.way(arm.form), arms.tuned(arm)
    where = {
        "task": data.learnt,
        "kind": kind,
        "target_language": arms.params.source_language,
        "split": "validation",
    }
    n = len(data.validation)
    metric = data.course.metric
    setting = {"form": arm.form, "learning_rate": tuned.recipe.learning_rate}
    for entry in tuned.log:
        epoch = setting | {"epoch": int(entry["epoch"])}
        found.add_value(metric, entry["score"], n, method=arm.method, setting=epoch, **where)
    seconds = setting | {"epoch": None}
    found.add_value("seconds", tuned.seconds, n, method=arm.method, setting=seconds, **where)
    if arm.method == TUNED:
        for rate, score in arms.recipe(arm.form)[1]:
            trial = {"form": arm.form, "learning_rate": rate, "epoch": None}
            score = max(score, -1.0)  # a trial that left the finite numbers
            found.add_value(metric, score, n, method="trial", setting=trial, **where)
    for test in data.tests:
        ask = arms.asked(tuned.model, f"{arm.method} {test.task} {test.language}")
        answers = way.answers(ask, test.table)
        measures = way.measures(test, answers)
        gold = way.gold(test.table)
        found.add(test, kind, arm.method, measures, gold, form=arm.form)
