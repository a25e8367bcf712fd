"""Draws of laboratory items: parallel sentences and graded sentence pairs, in meanings.

Nothing here knows a language; ``api.py`` puts the meanings into words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from helpers.data.lab import paraphrase
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.sample import ANYTHING, NoFit, Space, Wish, space
from helpers.data.lab.splits import Skeleton

GRADES = (0, 1, 2, 3, 4, 5)
# how pairs of a grade are made, with the share of each way. Swapped roles and denial share nearly
# all words at a low grade, rewording shares few at the highest: overlap alone must not tell
OPERATIONS = {
    0: (("unrelated", 1.0),),
    1: (("same topic", 0.4), ("same agent", 0.6)),
    2: (("roles", 0.5), ("denied", 0.35), ("same action", 0.15)),
    3: (("argument", 1.0),),
    4: (("detail", 1.0),),
    5: (("reworded", 1.0),),
}
# a draw gives up when so many attempts in a row brought nothing new
PATIENCE = 2000


class Exhausted(Exception):  # noqa: N818 - told to the user by api.py with the number made
    """No new item could be found."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two meanings, their similarity grade and how the second was made."""

    first: Meaning
    second: Meaning
    grade: int
    operation: str


def neutral(meaning: Meaning) -> tuple:
    """The meaning without what only some languages show (articles, order of words and clauses).

    Two meanings that differ here differ in every language's sentence.
    """
    return _neutral_event(meaning.main), meaning.relation, _neutral_event(meaning.other)


def _neutral_event(e: Event | None) -> tuple | None:
    if e is None:
        return None
    who = (_neutral_thing(e.agent), _neutral_thing(e.patient), _neutral_thing(e.recipient))
    return e.verb, *who, e.goal, e.place, e.time, e.manner, e.quality, e.tense, e.negated


def _neutral_thing(t: Thing | None) -> tuple | None:
    if t is None:
        return None
    partner = _neutral_thing(t.partner)
    return t.noun, t.adjective, t.number, partner, _neutral_event(t.relative)


def draw(
    rng: random.Random, here: Space, plan: Skeleton | None = None, wish: Wish = ANYTHING
) -> Meaning:
    """One random meaning of a split; tries again where words do not fit."""
    for _ in range(PATIENCE):
        try:
            meaning = here.meaning(rng, plan, wish)
        except NoFit:
            continue
        deniable = meaning.relation in (None, "but") and not meaning.main.manner
        if deniable and rng.random() < 0.15:
            meaning = replace(meaning, main=replace(meaning.main, negated=True))
        return meaning
    raise Exhausted


def parallel(split: str, seed: str, rarity: float = 0.0) -> Iterator[Meaning]:
    """Endless distinct meanings of a split, the same for the same seed."""
    rng, here, seen = random.Random(seed), space(split, rarity), set()
    while True:
        for _ in range(PATIENCE):
            meaning = draw(rng, here)
            key = neutral(meaning)
            if key not in seen:
                break
        else:
            raise Exhausted
        seen.add(key)
        yield meaning


def graded(split: str, seed: str, rarity: float = 0.0) -> Iterator[Pair]:
    """Endless distinct pairs; every six in a row have all six grades in random order."""
    rng, here, seen = random.Random(seed), space(split, rarity), set()
    while True:
        for grade in rng.sample(GRADES, len(GRADES)):
            names, weights = zip(*OPERATIONS[grade], strict=True)
            operation = rng.choices(names, weights)[0]
            make = _MAKERS[operation]
            for _ in range(PATIENCE):
                first = draw(rng, here)
                try:
                    second = make(rng, here, first)
                except NoFit:
                    continue
                key = (neutral(first), second)
                if key not in seen:
                    break
            else:
                raise Exhausted
            seen.add(key)
            yield Pair(first, second, grade, operation)


def _maybe_reworded(rng: random.Random, here: Space, meaning: Meaning, chance: float) -> Meaning:
    if rng.random() < chance:
        try:
            return paraphrase.reworded(here, meaning, rng)
        except NoFit:
            pass
    return meaning


def _reworded(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    return paraphrase.reworded(here, first, rng)


def _detail(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    return _maybe_reworded(rng, here, paraphrase.detail_changed(here, first, rng), 0.8)


def _argument(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    return _maybe_reworded(rng, here, paraphrase.argument_changed(here, first, rng), 0.3)


def _roles(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    del rng
    return paraphrase.roles_swapped(here, first)


def _denied(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    return _maybe_reworded(rng, here, paraphrase.denied(first), 0.2)


def _same_action(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    verb = here.verbs[first.main.verb].base
    avoid = here.bases(first.main) - {verb}
    return draw_near(rng, here, first, Wish(verb=verb, avoid=avoid, time=first.main.time))


def _same_topic(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    main = first.main
    topic = here.verbs[main.verb].columns["topic"]
    avoid = here.bases(main) - {main.place}
    wish = Wish(topic=topic, avoid=avoid, place=main.place, time=main.time)
    return draw_near(rng, here, first, wish)


def _same_agent(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    main = first.main
    if main.agent.partner or main.agent.relative:
        raise NoFit
    wish = Wish(
        not_topic=here.verbs[main.verb].columns["topic"],
        agent=main.agent.noun,
        avoid=here.bases(main) - {here.nouns[main.agent.noun].base, main.place},
        place=main.place,
        time=main.time,
    )
    second = here.meaning(rng, here.plan_of(first), wish)
    return replace(second, main=replace(second.main, agent=main.agent))


def _unrelated(rng: random.Random, here: Space, first: Meaning) -> Meaning:
    main = first.main
    avoid = here.bases(main) | (here.bases(first.other) if first.other else frozenset())
    # words that carry no topic may well be shared
    wish = Wish(not_topic=here.verbs[main.verb].columns["topic"], avoid=avoid, time=main.time)
    return draw_near(rng, here, first, wish)


def draw_near(rng: random.Random, here: Space, first: Meaning, wish: Wish) -> Meaning:
    """A meaning that grants ``wish``, more often than not on the plan of ``first``."""
    plan = here.plan_of(first) if rng.random() < 0.6 else rng.choice(here.plans)
    return here.meaning(rng, plan, wish)


_MAKERS = {
    "unrelated": _unrelated,
    "same topic": _same_topic,
    "same agent": _same_agent,
    "same action": _same_action,
    "denied": _denied,
    "roles": _roles,
    "argument": _argument,
    "detail": _detail,
    "reworded": _reworded,
}
