"""Chapter 6: whether transfer falls from similarity over sentiment to reading, told from records.

Nothing is trained here. The recorded runs of chapters 3 to 5 by one encoder are read, transfer is
measured in the languages that all three tasks have, and the claimed order is tested. Reviews (two
classes) and tweets (three) make claims of their own and are never pooled. Not for the scores
themselves (see ``transfer_tables``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from helpers.errors import UserError
from helpers.study.complexity_sets import (
    BY_ACCURACY,
    DIFFERENCE,
    RATIO,
    RAW,
    Found,
    Set,
    groups,
)
from helpers.study.params import ComplexityParams
from helpers.study.plan import Outcome, Plan, made
from helpers.study.store import Stored
from helpers.study.transfer_data import SHIFT
from helpers.study.transfer_tables import measured, runs_by_encoder

if TYPE_CHECKING:
    from helpers.maths.statistics import Interval

VERSION = 1
CHAPTERS = ("03_sts", "05_sentiment", "04_mrc")
SUPERVISED = ("ko", "tr")  # languages that have sets to learn from
# Which course stands for sentiment -> the courses in the order of the claim, best transfer first.
CLAIMS = {
    "two classes": ("similarity", "two classes", "reading"),
    "three classes": ("similarity", "three classes", "reading"),
}
OF_SUPERVISED = "supervised ratio"
OUTCOMES = (RATIO, BY_ACCURACY, DIFFERENCE, OF_SUPERVISED, RAW)
MANY = "many"
VERDICTS = {"holds": 1.0, "undecided": 0.0, "contradicted": -1.0}


def verdict_of(value: float) -> str:
    """The verdict that a row ``verdict`` holds as a number.

    >>> verdict_of(-1.0)
    'contradicted'
    """
    return {number: name for name, number in VERDICTS.items()}[value]


def study(params: ComplexityParams, *, progress: bool = True) -> Plan:
    """Plan of chapter 6: finds the records, computes nothing.

    Errors: UserError on ``encoder`` where it has no record of any of the three chapters.
    """
    from helpers.models.loading import shown_name

    label = shown_name(params.encoder_name)
    by_encoder = {c: runs_by_encoder(c, params.data_kind) for c in CHAPTERS}
    learnt = {c: runs[label] for c, runs in by_encoder.items() if label in runs}
    if not learnt:
        there = sorted({name for runs in by_encoder.values() for name in runs})
        told = there or "none yet: `python -m helpers run 03_sts` makes the first record"
        raise UserError("encoder", label, told)
    taught = {
        (c, language): found[label]
        for c in learnt
        for language in SUPERVISED
        if label in (found := runs_by_encoder(c, params.data_kind, source_language=language))
    }
    read = {(c, "en"): runs for c, runs in learnt.items()} | taught
    some = next(iter(learnt.values()))[0].record
    return made(
        "06_complexity",
        VERSION,
        params,
        names={params.encoder: label},
        data={
            f"{chapter} {language} seed {run.record.params['seed']}": run.record.identity
            for (chapter, language), runs in read.items()
            for run in runs
        },
        encoders={label: some.encoders[label]},
        compute=lambda progress: compare(label, params.seed, learnt, taught),
        device="cpu",
        notes=[f"{c}: no record of {label}" for c in CHAPTERS if c not in learnt],
    )


def compare(
    encoder: str,
    seed: int,
    learnt: Mapping[str, Sequence[Stored]],
    taught: Mapping[tuple[str, str], Sequence[Stored]],
) -> Outcome:
    """All rows of the chapter.

    Parameters
    ----------
    learnt : chapter -> runs that learnt in English, one a seed.
    taught : (chapter, language) -> runs that learnt in that language, as many rows.

    Returns
    -------
    Rows ``source score`` and ``source gain`` of each task's English set; ``target score``,
    ``target base``, ``target gain`` and the outcomes of each set in a common language (and of
    the English sets of another domain); ``step`` and ``verdict`` of each claim by language and in
    the mean over languages (``target_language`` "many"), where ``role`` tells which sets count.
    A claim whose sentiment is not recorded is not tested; of the others one may be missing yet.
    """
    found = Found(encoder, seed)
    for runs in learnt.values():
        found.take(measured(runs), measured(runs, "accuracy"), len(runs))
    spoken = {claim: found.common_languages(courses) for claim, courses in CLAIMS.items()}
    for key, one in found.targets():
        course, _, language = key
        if any(language in spoken[c] and course in CLAIMS[c] for c in CLAIMS) or one.role == SHIFT:
            found.transfer(key, one)
    for (chapter, _), runs in taught.items():
        supervised(found, learnt[chapter], runs)
    for claim, languages in spoken.items():
        for language in languages:
            by_language(found, claim, language)
        if languages:
            over_languages(found, claim, languages)
    return Outcome(found.rows, notes=found.told())


def supervised(found: Found, learnt: Sequence[Stored], taught: Sequence[Stored]) -> None:
    """Rows ``supervised ratio``: the gain without the language's labels over the gain with them."""
    both = [{run.record.params["seed"]: run for run in runs} for runs in (learnt, taught)]
    seeds = sorted(both[0].keys() & both[1].keys())
    if not seeds:
        return
    here, there = (
        {one.key: one for one in (Set(m, len(seeds)) for m in measured([runs[s] for s in seeds]))}
        for runs in both
    )
    language = taught[0].record.params["source_language"]
    for key, one in there.items():
        if key[2] != language or key not in here or groups([one, here[key]]) != [0, 0]:
            continue
        ratio = found.between([one, here[key]], (*key[1:], "supervised"))
        if ratio is None:
            continue
        found.values[OF_SUPERVISED, key] = ratio.ratio
        found.add("zero-shot gain", ratio.target_gain, one)
        found.add("supervised gain", ratio.source_gain, one)
        if ratio.ratio is not None:
            found.add(OF_SUPERVISED, ratio.ratio, one)
        else:
            found.notes.append(f"{' '.join(key)}: no supervised ratio, {ratio.refused}")


def by_language(found: Found, claim: str, language: str) -> None:
    """The claim in one language, for every choice of one set a task."""
    offered = [found.of_course(course, language) or [None] for course in CLAIMS[claim]]
    for chosen in product(*offered):
        primary = all(one is sets[0] for one, sets in zip(chosen, offered, strict=True))
        of = {
            name: [one and found.values.get((name, one.key)) for one in chosen] for name in OUTCOMES
        }
        judged(found, claim, language, of, chosen, "primary" if primary else "beside")


def over_languages(found: Found, claim: str, languages: Sequence[str]) -> None:
    """The claim in the mean over its languages, each by its primary sets."""
    of: dict[str, list[Interval | None]] = {RATIO: [], BY_ACCURACY: [], DIFFERENCE: [], RAW: []}
    for course in CLAIMS[claim]:
        if course not in found.sources:  # not recorded yet
            for values in of.values():
                values.append(None)
            continue
        sides = [found.sources[course], *(found.of_course(course, x)[0] for x in languages)]
        what = (course, *languages)
        gains, scores = found.between(sides, what), found.between(sides, what, RAW)
        in_accuracy = gains
        if sides[0].accuracy is not None:
            in_accuracy = found.between(sides, what, BY_ACCURACY)
        of[RATIO].append(gains and gains.ratio)
        of[BY_ACCURACY].append(in_accuracy and in_accuracy.ratio)
        of[DIFFERENCE].append(gains and gains.difference)
        of[RAW].append(scores and scores.ratio)
        setting = {"course": course, "languages": ", ".join(languages)}
        for name, values in of.items():
            if values[-1] is not None:
                found.add_claim(name, values[-1], claim, MANY, course, **setting)
    judged(found, claim, MANY, of, (), "primary")


def judged(
    found: Found,
    claim: str,
    language: str,
    of: Mapping[str, Sequence[Interval | None]],
    sets: Sequence[Set | None],
    role: str,
) -> None:
    """Rows ``step`` and ``verdict`` of a claim under every outcome.

    Steps lie between neighbours among the tasks that have the outcome. Without one of the tasks the
    claim can be contradicted, and cannot hold.
    """
    from helpers.maths.transfer import ordering

    tasks = ", ".join(one.key[1] if one else "none" for one in sets) or "primary sets"
    for outcome, values in of.items():
        # The claim is that least is lost in the first task: losses stand in the opposite order.
        turned = [_negative(v) if outcome == DIFFERENCE else v for v in values]
        of_task = dict(zip(CLAIMS[claim], turned, strict=True))
        given = {course: value for course, value in of_task.items() if value is not None}
        if outcome == OF_SUPERVISED and len(given) < 2:
            continue  # no language has all three; most have none
        where, verdict = {"outcome": outcome, "role": role}, "undecided"
        if len(given) > 1:
            order = ordering(given)
            for step, *pair in zip(order.steps, order.names, order.names[1:], strict=False):
                told = where | {"between": " > ".join(pair)}
                found.add_claim("step", step, claim, language, tasks, **told)
            if len(given) == len(of_task) or order.verdict == "contradicted":
                verdict = order.verdict
        found.add_claim("verdict", VERDICTS[verdict], claim, language, tasks, **where)


def _negative(value: Interval | None) -> Interval | None:
    if value is None:
        return None
    return replace(value, value=-value.value, low=-value.high, high=-value.low)
