"""Premise and hypothesis with a label that follows from how one was made out of the other.

Each edit of a meaning has a known relation to it, each relation a known image under negation, and
relations compose (natural logic: MacCartney & Manning 2009, "An extended model of natural logic").
The hypothesis is drawn first and must admit premises of all three labels; one of them is taken. So
the hypothesis alone says nothing, whatever is learnt from it. Levels of the dial of depth:

0  one edit, of an affirmative hypothesis
1  one edit; the hypothesis may be negated, which turns what follows from what
2  two edits, one of them a rewording
3  three edits, one of them a rewording (two where the sentence has no room for a third)

Meanings only; ``wording`` puts them into words.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from helpers.data.lab import paraphrase
from helpers.data.lab.generators import PATIENCE, Exhausted, neutral
from helpers.data.lab.grammar import Meaning
from helpers.data.lab.sample import NoFit, Space, Wish, needs_place, space

LABELS = ("entailment", "neutral", "contradiction")
_LETTERS = {"past": "p", "progressive": "r", "future": "f"}

# Relations of one meaning to another: "=" the same, "<" entails, ">" is entailed, "^" exactly one
# holds, "|" not both hold, "_" one of them holds, "#" none of these
_LABEL = {"=": 0, "<": 0, ">": 1, "_": 1, "#": 1, "^": 2, "|": 2}
_UNDER_NEGATION = {"<": ">", ">": "<", "|": "_", "_": "|"}
# relation of a to c, from those of a to b (row) and b to c; "#" where nothing is certain
_JOIN = {
    "<": {"<": "<", ">": "#", "^": "|", "|": "|", "_": "#"},
    ">": {"<": "#", ">": ">", "^": "_", "|": "#", "_": "_"},
    "^": {"<": "_", ">": "|", "^": "=", "|": ">", "_": "<"},
    "|": {"<": "#", ">": "|", "^": "<", "|": "#", "_": "<"},
    "_": {"<": "_", ">": "#", "^": ">", "|": ">", "_": "#"},
}


def join(first: str, second: str) -> str:
    """Relation of a to c where a stands in ``first`` to b and b in ``second`` to c.

    >>> join("<", "^"), join("^", "^"), join("=", ">"), join("<", ">")
    ('|', '=', '>', '#')
    """
    if first == "=":
        return second
    if second == "=":
        return first
    return _JOIN.get(first, {}).get(second, "#")


@dataclass(frozen=True, slots=True)
class Inference:
    """A premise (its sentences), a hypothesis, the label, and the edits from one to the other."""

    premise: tuple[Meaning, ...]
    hypothesis: Meaning
    label: str
    operation: str


def _added(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    """With a place, a time or an adjective of its patient more.

    No manner: it does not go with a negation, and so would tell that there is none.
    """
    main, ways = meaning.main, []
    if not main.place and (places := [p for p in here.places_of(main.verb) if _new(here, main, p)]):
        ways.append(lambda: replace(main, place=here.pick(rng, places)))
    if not main.time and main.tense in _LETTERS:
        times = here.times[_LETTERS[main.tense]]
        ways.append(lambda: replace(main, time=rng.choice(times), time_first=False))
    patient = main.patient
    if _bare_and_new(main) and not patient.adjective and here.fitting[patient.noun]:
        word = here.pick(rng, here.fitting[patient.noun])
        ways.append(lambda: replace(main, patient=replace(patient, adjective=word)))
    return _one(rng, here, meaning, ways)


def _dropped(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    """Without its place, its time or the adjective of its patient."""
    main, ways = meaning.main, []
    if main.place and not needs_place(main.verb):
        ways.append(lambda: replace(main, place=None))
    if main.time and main.tense in _LETTERS:
        ways.append(lambda: replace(main, time=None, time_first=False))
    if _bare_and_new(main) and main.patient.adjective:
        ways.append(lambda: replace(main, patient=replace(main.patient, adjective=None)))
    return _one(rng, here, meaning, ways)


def _new(here: Space, main, place: str) -> bool:
    return place not in here.bases(main)


def _bare_and_new(main) -> bool:
    """Whether an adjective of the patient is what negation denies ("not a red apple")."""
    patient = main.patient
    return bool(patient and patient.number == "one" and not patient.definite) and not (
        main.patient_first
    )


def _one(rng: random.Random, here: Space, meaning: Meaning, ways: list[Callable]) -> Meaning:
    for way in rng.sample(ways, len(ways)):
        changed = replace(meaning, main=way())
        if here.knows_plan(changed):
            return changed
    raise NoFit


def _reworded(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    return paraphrase.reworded(here, meaning, rng)


def _denied(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    del rng, here
    if not _deniable(meaning):
        raise NoFit
    return paraphrase.denied(meaning)


def _deniable(meaning: Meaning) -> bool:
    # of "two boys did not sleep" nobody knows which two
    return meaning.main.agent.definite


def _opposite(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    """With the verb that says the opposite, where it takes the same patient or goal."""
    del rng
    main = meaning.main
    verb = here.verbs[main.verb].columns["opposite"]
    if verb not in here.verbs:
        raise NoFit
    row = here.verbs[verb]
    taker = main.patient.noun if main.patient else main.goal or main.agent.noun
    fits = (
        taker in here.core[verb]
        and main.agent.noun in here.agents(verb)
        and (not main.place or main.place in here.places_of(verb))
        and (main.tense == "past" or main.tense[0] in row.columns["tenses"])
        and (not main.patient_first or here.passive(verb))
    )
    # partners of a subject are dealt out with the verb too
    if not fits or (row.columns["frame"] == "in" and main.agent.partner):
        raise NoFit
    return replace(meaning, main=replace(main, verb=verb))


def _roles(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    del rng
    return paraphrase.roles_swapped(here, meaning)


# edit -> (function, relation of the edited meaning to the one it was made of)
_EDITS: dict[str, tuple[Callable[[random.Random, Space, Meaning], Meaning], str]] = {
    "added": (_added, "<"),
    "dropped": (_dropped, ">"),
    "reworded": (_reworded, "="),
    "denied": (_denied, "^"),
    "opposite": (_opposite, "|"),
    "roles": (_roles, "#"),
}
# two details may come or go; other edits made twice would undo themselves
_MOST = {"added": 2, "dropped": 2}


def relation(edits: tuple[str, ...], negated: bool) -> str:
    """Relation of what ``edits`` make, in order, out of a meaning to that meaning.

    >>> relation(("added",), False), relation(("added",), True)
    ('<', '>')
    >>> relation(("dropped", "denied"), False)
    '|'
    """
    so_far = "="
    for edit in edits:
        step = _EDITS[edit][1]
        if negated:
            step = _UNDER_NEGATION.get(step, step)
        so_far = join(step, so_far)
        negated ^= edit == "denied"
    return so_far


@cache
def _ways(count: int, negated: bool) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The sequences of ``count`` edits by the label that they lead to."""
    found: dict[str, list] = {label: [] for label in LABELS}
    for edits in product(_EDITS, repeat=count):
        if any(edits.count(edit) > _MOST.get(edit, 1) for edit in edits):
            continue
        # else a rewording would speak for the labels that have few other ways
        if count > 1 and "reworded" not in edits:
            continue
        found[LABELS[_LABEL[relation(edits, negated)]]].append(edits)
    return {label: tuple(ways) for label, ways in found.items()}


# edits that few meanings admit: looked for at the start, and taken often where they can be made
_SCARCE = ("opposite", "roles")


def _able(rng: random.Random, here: Space, hypothesis: Meaning) -> frozenset[str]:
    """The edits that may lead anywhere from a hypothesis."""
    able = {"added", "dropped", "reworded"}
    if _deniable(hypothesis):
        able.add("denied")
    for edit in _SCARCE:
        try:
            _EDITS[edit][0](rng, here, hypothesis)
        except NoFit:
            continue
        able.add(edit)
    return frozenset(able)


@cache
def _able_ways(
    count: int, negated: bool, able: frozenset[str]
) -> dict[str, tuple[tuple[tuple[str, ...], ...], ...]]:
    """`_ways` with edits of ``able`` only: those with a scarce edit, and those without."""
    return {
        label: tuple(
            tuple(w for w in ways if able.issuperset(w) and bool({*w} & {*_SCARCE}) == scarce)
            for scarce in (True, False)
        )
        for label, ways in _ways(count, negated).items()
    }


def _premise(
    rng: random.Random, here: Space, hypothesis: Meaning, label: str, count: int, able: frozenset
) -> tuple[Meaning, tuple[str, ...]]:
    """A premise for which ``hypothesis`` has ``label``, and the edits that made it."""
    negated, tries = hypothesis.main.negated, []
    # where three edits cannot be made, two are
    for edits in (count, 2) if count == 3 else (count,):
        scarce, common = (
            rng.sample(w, min(len(w), 6)) for w in _able_ways(edits, negated, able)[label]
        )
        tries += [*scarce, *common] if rng.random() < 0.5 else [*common, *scarce]
    for way in tries:
        try:
            return _edited(rng, here, hypothesis, way), way
        except NoFit:
            continue
    raise NoFit


def _edited(rng: random.Random, here: Space, meaning: Meaning, edits: tuple[str, ...]) -> Meaning:
    """The meaning after ``edits``, none of which undoes another."""
    touched: set[str] = set()
    for edit in edits:
        before, meaning = _details(meaning), _EDITS[edit][0](rng, here, meaning)
        if edit in _MOST:
            changed = {k for k, v in _details(meaning).items() if v != before[k]}
            if changed & touched:
                raise NoFit
            touched |= changed
    return meaning


def _details(meaning: Meaning) -> dict[str, str | None]:
    main = meaning.main
    adjective = main.patient.adjective if main.patient else None
    return {"place": main.place, "time": main.time, "adjective": adjective}


def inferences(
    split: str, seed: str, *, depth: int, length: int, rarity: float = 0.0
) -> Iterator[Inference]:
    """Endless distinct inferences; every three in a row have all three labels."""
    rng, here, seen = random.Random(seed), space(split, rarity), set()
    # of some number of subjects nobody knows which: see `_deniable`
    plans = [p for p in here.plans if p.relation is None and p.agents[0] != "numeral"]
    while True:
        for label in rng.sample(LABELS, len(LABELS)):
            # settled before anything is tried: what is hard to make must not be rarer
            negated = bool(depth) and rng.random() < 0.5
            for _ in range(PATIENCE):
                try:
                    hypothesis = _without_manner(here.meaning(rng, rng.choice(plans)))
                    hypothesis = _furnished(rng, here, hypothesis)
                    if negated:
                        hypothesis = _denied(rng, here, hypothesis)
                    able = _able(rng, here, hypothesis)
                    if not able & {"denied", "opposite"}:
                        continue
                    made = {
                        each: _premise(rng, here, hypothesis, each, max(1, depth), able)
                        for each in LABELS
                    }
                    premise, edits = made[label]
                    around = _around(rng, here, plans, premise, hypothesis, length)
                except NoFit:
                    continue
                key = neutral(hypothesis), premise
                if key not in seen:
                    break
            else:
                raise Exhausted
            seen.add(key)
            yield Inference(around, hypothesis, label, "+".join(reversed(edits)))


def _without_manner(meaning: Meaning) -> Meaning:
    return replace(meaning, main=replace(meaning.main, manner=None))


def _furnished(rng: random.Random, here: Space, meaning: Meaning) -> Meaning:
    """With one detail or two, so that one can go and another can come, whatever the depth."""
    for _ in range(3):
        count = sum(map(bool, _details(meaning).values()))
        if 1 <= count <= 2:
            return meaning
        meaning = (_dropped if count else _added)(rng, here, meaning)
    raise NoFit


def _around(rng, here: Space, plans: list, premise: Meaning, hypothesis: Meaning, length: int):
    """The premise among ``length - 1`` sentences about other things."""
    taken = here.bases(premise.main) | here.bases(hypothesis.main)
    sentences = [premise]
    for _ in range(length - 1):
        other = here.meaning(rng, rng.choice(plans), Wish(avoid=taken))
        taken |= here.bases(other.main)
        sentences.insert(rng.randrange(len(sentences) + 1), other)
    return tuple(sentences)
