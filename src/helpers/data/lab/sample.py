"""Draws random meanings that make sense: who can do what to what, when and where.

`Space` knows one split's words and combinations; `Space.meaning` fills a skeleton from them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import Concept, concepts
from helpers.data.lab.splits import Skeleton, allowed, deal, rare, skeletons

_TENSES = {"p": "past", "r": "progressive", "h": "habitual", "f": "future"}
# beside a subordinate clause a time in front would seem to belong to that clause
TIME_MAY_LEAD = (None, "and", "but")
_NUMERALS = ("2", "3", "4", "5", "6", "7", "10")


class NoFit(Exception):  # noqa: N818 - a signal between draws, never seen outside
    """No word fits; the caller draws again."""


@dataclass(frozen=True)
class Wish:
    """What a new event must take over from another, or avoid (base words)."""

    verb: str | None = None
    topic: str | None = None
    not_topic: str | None = None
    agent: str | None = None
    place: str | None = None
    time: str | None = None
    avoid: frozenset[str] = frozenset()


ANYTHING = Wish()


class Space:
    """The words of one split and what they may stand with.

    With ``rarity`` the words of `splits.rare` are passed over in that share of the choices.
    """

    def __init__(self, split: str, rarity: float = 0.0):
        self.split, self.rarity = split, rarity
        self.nouns = self._allowed("nouns")
        self.verbs = self._allowed("verbs")
        self.adjectives = self._allowed("adjectives")
        phrases = concepts("phrases").values()
        self.times = {
            letter: [
                p.key
                for p in phrases
                if p.columns["kind"] == "time" and letter in p.columns["tenses"]
            ]
            for letter in _TENSES
        }
        self.tagged = defaultdict(list)
        for noun in self.nouns.values():
            for tag in noun.names("tags"):
                self.tagged[tag].append(noun.key)
        self.places = self.tagged["place"]
        # core combinations of this split: what a verb's patient, goal or agent may be
        self.core: dict[str, list[str]] = {}
        self.by_frame = defaultdict(list)
        for verb in self.verbs.values():
            frame = verb.columns["frame"]
            if frame == "go":
                tags = frozenset({"place"})
            else:
                tags = verb.names("patients" if frame in ("tr", "di") else "agents")
            self.core[verb.key] = self._core("verbs", verb.base, tags)
            if self.core[verb.key]:
                self.by_frame[frame].append(verb.key)
        self.fitting: dict[str, list[str]] = defaultdict(list)
        self.states: dict[str, list[str]] = defaultdict(list)
        for adjective in self.adjectives.values():
            tags = adjective.names("nouns")
            fitting = [k for k, n in self.nouns.items() if tags & n.names("tags")]
            for noun in fitting:
                self.fitting[noun].append(adjective.key)
            if adjective.columns["predicate"] == "1":
                for noun in self._core("adjectives", adjective.base, tags):
                    self.states[noun].append(adjective.key)
        self.plans = skeletons(split)
        self.plan_set = set(self.plans)

    def _allowed(self, table: str) -> dict[str, Concept]:
        return {k: c for k, c in concepts(table).items() if allowed(table, c, self.split)}

    def _core(self, table: str, owner: str, tags: frozenset[str]) -> list[str]:
        """Nouns with one of ``tags`` whose combination with ``owner`` belongs to this split."""
        # dealt over the whole lexicon, so that every split deals alike
        members = {c.base for c in concepts("nouns").values() if tags & c.names("tags")}
        dealt = deal(table, owner, tuple(sorted(members)))
        return [
            key
            for key, noun in self.nouns.items()
            if tags & noun.names("tags") and dealt[noun.base] == self.split
        ]

    def combinations(self, adjective: Concept, column: str) -> list[str]:
        """Nouns of this split that ``adjective`` may be said of, by the tags in ``column``."""
        return self._core("adjectives", adjective.base, adjective.names(column))

    def agents(self, verb: str) -> list[str]:
        """Nouns that may do ``verb``."""
        row = self.verbs[verb]
        if row.columns["frame"] == "in":
            return self.core[verb]
        return [n for tag in sorted(row.names("agents")) for n in self.tagged[tag]]

    def places_of(self, verb: str) -> list[str]:
        """Places where ``verb`` may be done; none for verbs of motion, which have a goal."""
        row = self.verbs[verb]
        return [] if row.columns["frame"] == "go" else self.tagged[row.columns["places"]]

    def passive(self, verb: str) -> bool:
        """Whether the patient may come first."""
        return self.verbs[verb].columns["passive"] == "1"

    def is_mass(self, noun: str) -> bool:
        """Whether the noun cannot be counted."""
        return "mass" in self.nouns[noun].names("tags")

    def plan_of(self, meaning: Meaning) -> Skeleton:
        """The skeleton that a meaning fills."""
        events = [e for e in (meaning.main, meaning.other) if e]
        frames = tuple(self._frame(e) for e in events)
        agents = tuple(_shape(e.agent) for e in events)
        if meaning.relation == "and":
            agents = (agents[0], agents[0])
        patients = [_shape(e.patient) for e in events if e.patient]
        return Skeleton(meaning.relation, frames, agents, patients[0] if patients else "bare")

    def _frame(self, event: Event) -> str:
        if event.quality:
            return "be"
        return self.verbs[event.verb].columns["frame"]

    def knows_plan(self, meaning: Meaning) -> bool:
        """Whether a meaning's skeleton belongs to this split."""
        return self.plan_of(meaning) in self.plan_set

    def meaning(self, rng: random.Random, plan: Skeleton | None = None, wish: Wish = ANYTHING):
        """A random meaning on a plan of this split (`NoFit` where the draw fails)."""
        plan = plan or rng.choice(self.plans)
        if plan.relation is None:
            return Meaning(self.event(rng, plan.frames[0], plan.agents[0], plan.patient, wish))
        first, second = plan.frames
        patients = (plan.patient, "bare") if first in ("tr", "di") else ("bare", plan.patient)
        sequence = plan.relation in ("and", "after")
        main = self.event(rng, first, plan.agents[0], patients[0], wish, "past", False, sequence)
        avoid = wish.avoid | self.bases(main)
        if plan.relation == "and":
            rest = Wish(agent=main.agent.noun, avoid=avoid - {self.nouns[main.agent.noun].base})
            other = self.event(rng, second, "bare", patients[1], rest, "past", False, sequence)
            return Meaning(main, "and", _bare(other, agent=Thing(main.agent.noun)))
        tense = "past_progressive" if plan.relation == "while" else "past"
        apart = Wish(avoid=avoid)
        other = self.event(rng, second, plan.agents[1], patients[1], apart, tense, False, sequence)
        if plan.relation == "but":
            return Meaning(main, "but", _bare(other))
        main = replace(main, time_first=False)
        return Meaning(main, plan.relation, _bare(other), rng.random() < 0.4)

    def event(
        self,
        rng: random.Random,
        frame: str,
        agent_shape: str,
        patient_shape: str,
        wish: Wish = ANYTHING,
        tense: str | None = None,
        alone: bool = True,
        completed: bool = False,
    ) -> Event:
        """A random event of a frame.

        ``alone`` false leaves out what only a single clause bears; ``completed`` asks for an event
        with an end point, as a sequence of events needs it.
        """
        if frame == "be":
            return self._state(rng, wish)
        verb = self._verb(rng, frame, wish, tense, completed)
        row = self.verbs[verb]
        taken = {*wish.avoid, row.base}
        patient = goal = recipient = None
        core = [n for n in self.core[verb] if self.nouns[n].base not in taken]
        if frame in ("tr", "di"):
            noun = self.pick(rng, [n for n in core if n != wish.agent])
            taken.add(self.nouns[noun].base)
            patient = self._patient(rng, noun, patient_shape)
        elif frame == "go":
            goal = self.pick(rng, core)
            taken.add(self.nouns[goal].base)
        agents = [n for n in self.agents(verb) if self.nouns[n].base not in taken]
        if wish.agent and wish.agent not in agents:
            raise NoFit
        agent_noun = wish.agent or self.pick(rng, agents)
        taken.add(self.nouns[agent_noun].base)
        if frame == "di":
            others = [n for n in self.tagged["person"] if self.nouns[n].base not in taken]
            recipient = Thing(self.pick(rng, others))
            taken.add(self.nouns[recipient.noun].base)
        agent = self._agent(rng, agent_noun, agent_shape, agents, taken)
        tense, time = self._time(rng, row, tense, wish, alone)
        return Event(
            verb,
            agent,
            patient,
            recipient,
            goal,
            place=self._place(rng, row, taken, wish, alone),
            time=time,
            manner=self._manner(rng, row, tense, alone),
            tense=tense,
            patient_first=self.passive(verb)
            and alone
            and patient is not None
            and rng.random() < 0.15,
            time_first=rng.random() < 0.4,
            recipient_first=rng.random() < 0.4,
        )

    def _verb(
        self, rng: random.Random, frame: str, wish: Wish, tense: str | None, completed: bool
    ) -> str:
        verbs = self.by_frame[frame]
        if wish.verb:
            verbs = [v for v in verbs if self.verbs[v].base == wish.verb]
        if wish.topic:
            verbs = [v for v in verbs if self.verbs[v].columns["topic"] == wish.topic]
        if wish.not_topic:
            verbs = [v for v in verbs if self.verbs[v].columns["topic"] != wish.not_topic]
        verbs = [v for v in verbs if self.verbs[v].base not in wish.avoid]
        if tense == "past_progressive":
            verbs = [v for v in verbs if "r" in self.verbs[v].columns["tenses"]]
        if completed:
            verbs = [v for v in verbs if self.verbs[v].columns["process"] == "0"]
        return self.pick(rng, verbs)

    def pick(self, rng: random.Random, words: list[str]) -> str:
        """One of ``words``, which all are of one part of speech (`NoFit` if there is none)."""
        if not words:
            raise NoFit
        if self.rarity and rng.random() < self.rarity:
            words = [word for word in words if word not in rare()] or words
        return rng.choice(words)

    def _state(self, rng: random.Random, wish: Wish) -> Event:
        nouns = [n for n in self.states if self.nouns[n].base not in wish.avoid]
        noun = wish.agent or self.pick(rng, nouns)
        quality = self.pick(rng, self.states.get(noun, []))
        return Event(None, Thing(noun), quality=quality)

    def _patient(self, rng: random.Random, noun: str, shape: str) -> Thing:
        definite = rng.random() < 0.5
        if shape == "adjective":
            return Thing(noun, self.pick(rng, self.fitting[noun]), definite=definite)
        if shape == "numeral":
            if "mass" in self.nouns[noun].names("tags"):
                raise NoFit
            return Thing(noun, number=rng.choice(_NUMERALS), definite=False)
        return Thing(noun, definite=definite)

    def _agent(
        self, rng: random.Random, noun: str, shape: str, agents: list[str], taken: set[str]
    ) -> Thing:
        definite = rng.random() < 0.75
        if shape == "adjective":
            return Thing(noun, self.pick(rng, self.fitting[noun]), definite=definite)
        if shape == "many":
            return Thing(noun, number="many")
        if shape == "numeral":
            return Thing(noun, number=rng.choice(_NUMERALS[:4]), definite=False)
        if shape == "pair":
            kind = self.nouns[noun].names("tags") & {"person", "animal"}
            others = [
                n
                for n in agents
                if self.nouns[n].base not in taken and kind & self.nouns[n].names("tags")
            ]
            partner = self.pick(rng, others)
            taken.add(self.nouns[partner].base)
            return Thing(noun, partner=Thing(partner))
        if shape == "relative":
            wish = Wish(agent=noun, avoid=frozenset(taken - {self.nouns[noun].base}))
            event = self.event(rng, "tr", "bare", "bare", wish, tense="past", alone=False)
            taken |= self.bases(event)
            return Thing(noun, relative=_bare(event, agent=Thing(noun)))
        return Thing(noun, definite=definite)

    def _time(self, rng, row: Concept, tense: str | None, wish: Wish, alone: bool):
        letters = row.columns["tenses"]
        if tense and tense != "past":
            return tense, None
        if wish.time:
            fits = [t for t in letters if wish.time in self.times[t] and (not tense or t == "p")]
            return _TENSES[self.pick(rng, fits)], wish.time
        if tense:
            return tense, rng.choice(self.times["p"]) if rng.random() < 0.15 else None
        letter = "p" if rng.random() < 0.6 else rng.choice(letters)
        # without a word of time a habit would read like the moment
        if letter == "h" or rng.random() < 0.5:
            return _TENSES[letter], rng.choice(self.times[letter])
        return _TENSES[letter], None

    def _place(self, rng, row: Concept, taken: set[str], wish: Wish, alone: bool) -> str | None:
        places = [p for p in self.places_of(row.key) if p not in taken]
        needed = needs_place(row.key)
        if wish.place in places:
            return wish.place
        if not needed and (not places or wish.place or rng.random() > (0.45 if alone else 0.2)):
            return None
        return self.pick(rng, places)

    def _manner(self, rng: random.Random, row: Concept, tense: str, alone: bool) -> str | None:
        manners = sorted(row.names("manners"))
        if tense != "past" and "suddenly" in manners:
            manners.remove("suddenly")
        if not manners or rng.random() > (0.3 if alone else 0.1):
            return None
        return rng.choice(manners)

    def bases(self, event: Event) -> frozenset[str]:
        """Base words of everything that takes part in an event."""
        things = [t for t in (event.agent, event.patient, event.recipient) if t]
        things += [t.partner for t in things if t.partner]
        words = {self.nouns[t.noun].base for t in things}
        words |= {p for p in (event.goal, event.place) if p}
        for t in things:
            if t.relative:
                words |= self.bases(t.relative) | {self.verbs[t.relative.verb].base}
        if event.verb:
            words.add(self.verbs[event.verb].base)
        return frozenset(words)


def needs_place(verb: str) -> bool:
    """Whether a sentence with ``verb`` must say where (swimming is done in water)."""
    return concepts("verbs")[verb].columns["places"] == "water"


def _shape(t: Thing) -> str:
    if t.relative:
        return "relative"
    if t.partner:
        return "pair"
    if t.number != "one":
        return "many" if t.number == "many" else "numeral"
    return "adjective" if t.adjective else "bare"


def _bare(event: Event, agent: Thing | None = None) -> Event:
    """The event without circumstances, as subordinate and second clauses have it."""
    keep_place = event.verb and needs_place(event.verb)
    return Event(
        event.verb,
        agent or event.agent,
        event.patient,
        event.recipient,
        event.goal,
        place=event.place if keep_place else None,
        quality=event.quality,
        tense=event.tense,
        recipient_first=event.recipient_first,
    )


@cache
def space(split: str, rarity: float = 0.0) -> Space:
    """The one `Space` of a split (and of a rarity)."""
    return Space(split, rarity)
