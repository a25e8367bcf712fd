"""How hard each English question of a parallel reading set is, asked of a model of its own.

The model learns reading as in chapter 4, under a seed that no record of that chapter has, and tells
the pointwise V-information of every English question that the chapter scores. What it says about
the translations is the matter of ``item_level``; items of intermediate tasks, that of
``difficulty``.
"""

from __future__ import annotations

from helpers.study.courses import form_of
from helpers.study.difficulty import (
    PVI,
    gold_log_probabilities,
    in_bits,
    information_rows,
)
from helpers.study.intermediate_params import ItemDifficultyParams
from helpers.study.intermediate_rules import rules
from helpers.study.plan import Outcome, Plan, made
from helpers.study.transfer import Arm, Arms, Base, forget, open_base
from helpers.study.transfer_data import SOURCE, CourseData, load_courses

CHAPTER, VERSION = "item_difficulty", 1
LENGTH, PLACE = "length", "place"


def study(params: ItemDifficultyParams, *, progress: bool = True) -> Plan:
    """Plan of the study: rows are read, nothing trained."""
    base = open_base(params)
    (data,) = load_courses(CHAPTER, params)
    return made(
        CHAPTER,
        VERSION,
        params,
        names={params.encoder: base.label},
        data=data.fingerprints | {"rules": rules().items_digest},
        encoders={base.label: base.fingerprint},
        compute=lambda progress: measure(params, data, base, progress),
        device=base.device,
        notes=data.notes,
    )


def measure(params: ItemDifficultyParams, data: CourseData, base: Base, progress: bool) -> Outcome:
    """Rows of information, and of every question its PVI, its text's length and its answer's place.

    ``length``: log2 of the characters of the text; ``place``: where in the text the answer starts,
    0 to 1.
    """
    import numpy as np

    (test,) = (one for one in data.tests if one.role == SOURCE)
    arms = Arms(params, data, base, progress)
    arm = Arm(PVI, form_of(data.course), data.train)
    tuned = arms.tuned(arm)
    told = gold_log_probabilities(arms, tuned.model, data.train, test.table)
    outcome = Outcome(tidy=lambda: forget(arms.work(arm, tuned.recipe)))
    outcome.rows += information_rows(
        *told,
        task=test.task,
        kind=data.course.kind,
        encoder=base.label,
        setting={"role": test.role},
        source_language=params.source_language,
        target_language=test.language,
        split="report",
        seed=params.seed,
    )
    length = test.table["context"].str.len().to_numpy(dtype=float)
    start = np.array([starts[0] for starts in test.table["starts"]], dtype=float)
    outcome.items.add(PVI, test.ids, in_bits(*told))
    outcome.items.add(LENGTH, test.ids, np.log2(length))
    outcome.items.add(PLACE, test.ids, start / length)
    return outcome
