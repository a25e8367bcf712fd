"""Changes to a meaning, each of known effect: what the graded pairs are made of.

`reworded` keeps the meaning; `detail_changed`, `argument_changed`, `roles_swapped` and `denied`
change it by a known amount. Every function raises `NoFit` where its change cannot be made.
"""

from __future__ import annotations

import random
from dataclasses import replace

from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import concepts, synonyms
from helpers.data.lab.sample import TIME_MAY_LEAD, NoFit, Space, needs_place


def _other_adjective(adjective: str | None, noun: str) -> str | None:
    """The adjective's synonym where that may stand with the noun, else the adjective."""
    other = synonyms("adjectives").get(adjective)
    if not other:
        return adjective
    fits = concepts("adjectives")[other].names("nouns") & concepts("nouns")[noun].names("tags")
    return other if fits else adjective


def _other_words(t: Thing | None) -> Thing | None:
    if t is None:
        return None
    return replace(
        t,
        noun=synonyms("nouns").get(t.noun, t.noun),
        adjective=_other_adjective(t.adjective, t.noun),
        partner=_other_words(t.partner),
        relative=_event_in_other_words(t.relative),
    )


def _event_in_other_words(event: Event | None) -> Event | None:
    if event is None:
        return None
    return replace(
        event,
        verb=synonyms("verbs").get(event.verb, event.verb),
        agent=_other_words(event.agent),
        patient=_other_words(event.patient),
        recipient=_other_words(event.recipient),
        time=synonyms("phrases").get(event.time, event.time),
        manner=synonyms("phrases").get(event.manner, event.manner),
        quality=_other_adjective(event.quality, event.agent.noun),
    )


def in_other_words(meaning: Meaning) -> Meaning:
    """Every word that has a synonym exchanged for it."""
    return replace(
        meaning,
        main=_event_in_other_words(meaning.main),
        other=_event_in_other_words(meaning.other),
    )


def in_other_order(space: Space, meaning: Meaning, rng: random.Random) -> Meaning:
    """Voice, place of the time, order of objects and partners turned, each with even chance."""
    main = meaning.main
    if (
        meaning.relation is None
        and main.patient
        and space.passive(main.verb)
        and rng.random() < 0.7
    ):
        main = replace(main, patient_first=not main.patient_first)
    if main.time and meaning.relation in TIME_MAY_LEAD and rng.random() < 0.7:
        main = replace(main, time_first=not main.time_first)
    if main.recipient and not main.patient_first and rng.random() < 0.7:
        main = replace(main, recipient_first=not main.recipient_first)
    if main.agent.partner and rng.random() < 0.7:
        first, second = replace(main.agent, partner=None), main.agent.partner
        main = replace(main, agent=replace(second, partner=first))
    turned = replace(meaning, main=main)
    # Korean has one order of clauses only: this turn adds to others and never stands alone
    if turned != meaning and meaning.relation in ("because", "while", "after"):
        turned = replace(turned, other_first=not meaning.other_first)
    return turned


def reworded(space: Space, meaning: Meaning, rng: random.Random) -> Meaning:
    """The same meaning in another wording, in every language (`NoFit` if there is none)."""
    for _ in range(4):
        result = in_other_order(space, meaning, rng)
        if rng.random() < 0.8:
            result = in_other_words(result)
        if _core_of(result) != _core_of(meaning):
            return result
    raise NoFit


def _core_of(meaning: Meaning) -> Meaning:
    """Without the turn that only some languages show."""
    return replace(meaning, other_first=False)


def detail_changed(space: Space, meaning: Meaning, rng: random.Random) -> Meaning:
    """One small detail added or dropped: time, place, manner or an adjective of the agent."""
    main, ways = meaning.main, []
    if main.manner:
        ways.append(replace(main, manner=None))
    if main.place and not needs_place(main.verb):
        ways.append(replace(main, place=None))
    elif not main.place:
        places = [p for p in space.places_of(main.verb) if p not in space.bases(main)]
        if places:
            ways.append(replace(main, place=space.pick(rng, places)))
    if main.time and main.tense in ("past", "progressive", "future"):
        ways.append(replace(main, time=None))
    elif not main.time and main.tense == "past":
        ways.append(replace(main, time=rng.choice(space.times["p"])))
    patient = main.patient
    if meaning.relation is None and patient and patient.number == "one":
        # the shape of the patient is part of the plan, and the new plan must be this split's
        if patient.adjective:
            ways.append(replace(main, patient=replace(patient, adjective=None)))
        elif space.fitting[patient.noun]:
            word = space.pick(rng, space.fitting[patient.noun])
            ways.append(replace(main, patient=replace(patient, adjective=word)))
    ways = [w for w in ways if space.knows_plan(replace(meaning, main=w))]
    if not ways:
        raise NoFit
    return replace(meaning, main=rng.choice(ways))


def argument_changed(space: Space, meaning: Meaning, rng: random.Random) -> Meaning:
    """Another agent, patient, recipient, goal or place; all else as it was."""
    main = meaning.main
    taken = space.bases(main) | (space.bases(meaning.other) if meaning.other else frozenset())
    ways = []

    def exchange(field: str, nouns: list[str]) -> None:
        old: Thing = getattr(main, field)
        fits = [
            n
            for n in nouns
            if space.nouns[n].base not in taken
            and (not old.adjective or old.adjective in space.fitting[n])
            and (old.definite or old.number == "one" or not space.is_mass(n))
            and (old.number == "one" or not space.is_mass(n))
        ]
        if fits:
            ways.append(replace(main, **{field: replace(old, noun=space.pick(rng, fits))}))

    if main.patient:
        exchange("patient", space.core[main.verb])
    if meaning.relation != "and" and not main.agent.relative:
        exchange("agent", space.agents(main.verb))
    if main.recipient:
        exchange("recipient", space.tagged["person"])
    for field in ("goal", "place"):
        if old := getattr(main, field):
            pool = space.core[main.verb] if field == "goal" else space.places_of(main.verb)
            fits = [p for p in pool if p not in taken and p != old]
            if fits:
                ways.append(replace(main, **{field: space.pick(rng, fits)}))
    if not ways:
        raise NoFit
    return replace(meaning, main=rng.choice(ways))


def roles_swapped(space: Space, meaning: Meaning) -> Meaning:
    """Who did it and to whom exchanged: nearly all words shared, another event told."""
    main, other = meaning.main, meaning.other
    if meaning.relation == "but":
        if main.agent.noun not in space.agents(other.verb) or other.agent.noun not in space.agents(
            main.verb
        ):
            raise NoFit
        swapped = replace(
            meaning,
            main=replace(main, agent=other.agent),
            other=replace(other, agent=main.agent),
        )
    elif meaning.relation or main.agent.partner or main.agent.relative:
        raise NoFit
    elif main.recipient:
        swapped = replace(meaning, main=_exchange(main, "recipient"))
    elif (
        main.patient
        and main.patient.noun in space.agents(main.verb)
        and main.agent.noun in space.core[main.verb]
    ):
        swapped = replace(meaning, main=_exchange(main, "patient"))
    else:
        raise NoFit
    if not space.knows_plan(swapped):
        raise NoFit
    return swapped


def _exchange(event: Event, field: str) -> Event:
    """Agent and another participant change nouns; adjectives and numbers stay with the role."""
    agent, second = event.agent, getattr(event, field)
    return replace(
        event,
        agent=replace(agent, noun=second.noun, adjective=second.adjective, number=second.number),
        **{field: replace(second, noun=agent.noun, adjective=agent.adjective, number=agent.number)},
    )


def denied(meaning: Meaning) -> Meaning:
    """The main event affirmed where it was denied and the other way round."""
    if meaning.main.manner or meaning.relation in ("and", "while", "after"):
        raise NoFit
    return replace(meaning, main=replace(meaning.main, negated=not meaning.main.negated))
