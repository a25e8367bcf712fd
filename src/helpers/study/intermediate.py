"""Chapter 7: one run of the grid. An intermediate training in English, then every target.

A record is one intermediate training (or a control) under one seed, with all targets that were
tuned from it, so that what is dear is paid once. Scores stand as they are; what an intermediate
task *gained* is told by ``intermediate_gains``, which pairs records by seed. What was decided
beforehand stands in ``intermediate_rules``, which runs there are in ``intermediate_design``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study.courses import form_of
from helpers.study.intermediate_counted import counted
from helpers.study.intermediate_data import CHAPTER, Retrieval, retrieval, targets
from helpers.study.intermediate_floor import floor_rows
from helpers.study.intermediate_items import Pool, pool
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_retrieval import drift
from helpers.study.intermediate_rules import ITEMS, LONGER, NOISE, NONE, rules
from helpers.study.intermediate_teach import DIFFICULTY, after, exchanges, teach, told, wanted
from helpers.study.params import published
from helpers.study.plan import Outcome, Plan, made
from helpers.study.transfer import PERMUTED as PERMUTED_LABELS
from helpers.study.transfer import TUNED, Arm, Arms, Base, forget, open_base
from helpers.study.transfer_baselines import lexical, untuned
from helpers.study.transfer_data import CourseData, Test
from helpers.study.transfer_labels import permuted
from helpers.study.transfer_rows import Rows

if TYPE_CHECKING:
    from helpers.models.finetune import Recipe

VERSION = 1


def study(params: IntermediateParams, *, progress: bool = True) -> Plan:
    """Plan of one run. Errors: UserError on parameters that do not go together."""
    check(params)
    base = open_base(params)
    asked = targets(params)
    data = {k: v for one in asked for k, v in one.fingerprints.items()}
    data |= {"rules": rules().digest} | rules().beside(params.intermediate, params.mechanism)
    notes = [note for one in asked for note in one.notes]
    counts = None
    if params.mechanism != NONE:
        counts = counted(published(params, {params.encoder: base.label}), base.fingerprint)
    if counts is not None:
        data["targets"] = ", ".join(counts)
    source = None
    if params.of_a_family:
        source = pool(params.intermediate, params.data, params.n_items)
        data[f"{source.task} en {source.family.split}"] = source.fingerprint
        notes += source.notes
    sought = retrieval(params)
    data |= sought.fingerprints

    def compute(progress: bool) -> Outcome:
        tuned = [one for one in asked if asked_for(params, one.course.name, counts)]
        return measure(params, source, tuned, sought, base, progress)

    return made(
        CHAPTER,
        VERSION,
        params,
        names={params.encoder: base.label},
        data=data,
        encoders={base.label: base.fingerprint},
        compute=compute,
        device=base.device,
        notes=notes,
    )


def check(params: IntermediateParams) -> None:
    """Refuse parameters that do not go together, by name."""
    given = params.intermediate
    if params.of_a_family and given == "none":
        raise UserError("intermediate", given, ", ".join(rules().tasks))
    if not params.of_a_family and given != "none":
        raise UserError("mechanism", params.mechanism, "items, noise, masked, permuted")
    if params.level and params.mechanism not in (ITEMS, NOISE):
        raise UserError("level", params.level, f"0, as {params.mechanism} has no levels")


def measure(
    params: IntermediateParams,
    source: Pool | None,
    asked: list[CourseData],
    sought: Retrieval,
    base: Base,
    progress: bool,
) -> Outcome:
    """Teach the intermediate task, score it, then tune and score every target."""
    setting = {"mechanism": params.mechanism, "level": params.level}
    found = Rows(
        {
            "encoder": base.label,
            "source_language": params.source_language,
            "seed": params.seed,
            "intermediate_task": None if params.intermediate == "none" else params.intermediate,
        }
    )
    taught, used = base, []
    if source is not None:
        arms, tuned, used = teach(params, source, base, progress)
        posed = exchanges(params, arms.data.validation, source.family.kind)
        told(found, arms, tuned, params, setting, posed)
        if (params.mechanism, params.level) == (NOISE, 0):  # the task as it is
            test = Test(source.task, params.source_language, DIFFICULTY, arms.data.validation)
            found.rows += floor_rows(found.common, arms.data, test, base, params, **setting)
        taught = after(base, tuned, used[0])
    drift(found, params, sought, base, taught, setting)
    for data in asked:
        # The learning rate is tried without an intermediate task: one for all arms.
        recipe, _ = Arms(params, data, base, progress).recipe(form_of(data.course))
        if params.mechanism == LONGER:
            recipe = replace(recipe, epochs=2 * recipe.epochs)
        arms = Arms(params, data, taught, progress)
        used += target(found, arms, Arm(TUNED, form_of(data.course), data.train), recipe)
        if params.mechanism == NONE:
            used += baselines(found, arms, recipe, base, params)
    return Outcome(found.rows, found.items, tidy=lambda: forget(*used))


# -- the targets


def asked_for(params: IntermediateParams, course: str, counts: tuple[str, ...] | None) -> bool:
    """Whether a target is tuned in this run: one that counts, if that is known (else ``counts`` is
    None) and not after the control; of generated text all are."""
    if params.data_kind == "lab":
        return True
    return course in counts if counts is not None else rules().asked(course, params.mechanism)


def target(found: Rows, arms: Arms, arm: Arm, recipe: Recipe) -> list[Path]:
    """Rows of one target, its English set and every other language; where its weights lie."""
    data, kind = arms.data, arms.data.course.kind
    params = arms.params
    way, tuned = arms.way(arm.form), arms.tune(arm, recipe)
    for test in data.tests:
        gold = way.gold(test.table)
        if arm.method == TUNED:
            found.keep_gold(test, gold)
        answers = way.answers(arms.asked(tuned.model), test.table)
        found.add(
            test,
            kind,
            arm.method,
            wanted(way.measures(test, answers)),
            gold,
            course=data.course.name,
            mechanism=params.mechanism,
            level=params.level,
            learning_rate=recipe.learning_rate,
        )
    return [arms.work(arm, recipe)]


def baselines(
    found: Rows, arms: Arms, recipe: Recipe, base: Base, params: IntermediateParams
) -> list[Path]:
    """What a target must beat to count: words alone, the untuned encoder, permuted labels."""
    data = arms.data
    lexical(found, data, base, params)
    untuned(found, data, base, params)
    arm = Arm(PERMUTED_LABELS, form_of(data.course), permuted(data.train, data.course.kind))
    return target(found, arms, arm, recipe)
