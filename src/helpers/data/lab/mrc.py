"""Passages with a question: one sentence answers it, others look as if they did.

The evidence says who did what to whom, where and when, and one of these is asked for. Around it, in
random order and at a fixed number of sentences, stand

- distractors, which take over words of the question and never all of them: who did it (or what was
  done, where that is asked) or the action is another;
- traps, one more a level of the dial of depth, which share all words of the question and offer
  another answer: 1 the event denied, 2 the event in another tense, 3 the event denied once more or,
  where the words allow it, with the roles exchanged;
- fillers, about something else; as many of them as there are levels left are denied, or of another
  tense, so that passages of every depth have as many words and as many denials.

All sentences of a passage are on one plan. Meanings only; ``wording`` puts them into words and
finds the answer in them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from helpers.data.lab import paraphrase
from helpers.data.lab.dials import DEEPEST
from helpers.data.lab.generators import PATIENCE, Exhausted, neutral
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import concepts
from helpers.data.lab.sample import NoFit, Space, Wish, needs_place, space
from helpers.data.lab.written import clashes

# asked for in this proportion, as far as the drawn event has them
ROLES = {"patient": 4, "agent": 3, "recipient": 3, "place": 3, "time": 1}
# what may hold the question's words beside the verb
_CONTEXT = ("place", "time")


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences, which of them answers, what is asked, and what a wrong reader would answer.

    ``answer`` and ``decoys`` name a word by its table and key, a decoy with its sentence in front.
    """

    sentences: tuple[Meaning, ...]
    evidence: int
    role: str
    answer: tuple[str, str]
    decoys: tuple[tuple[int, str, str], ...]

    @property
    def event(self) -> Event:
        return self.sentences[self.evidence].main


def filler(event: Event, role: str) -> tuple[str, str] | None:
    """Table and key of what fills ``role``, if it is one bare word."""
    if role == "time":
        return ("phrases", event.time) if event.time else None
    if role == "place":
        place = event.place or event.goal
        return ("nouns", place) if place else None
    thing: Thing | None = getattr(event, role)
    if thing is None or thing.partner or thing.relative or thing.adjective:
        return None
    return ("nouns", thing.noun) if thing.number in ("one", "many") else None


def _with(event: Event, role: str, key: str) -> Event:
    """The event with another word in ``role``."""
    if role == "time":
        return replace(event, time=key)
    if role == "place":
        return replace(event, **{"goal" if event.goal else "place": key})
    return replace(event, **{role: replace(getattr(event, role), noun=key)})


class _Author:
    """Draws the sentences of one passage and keeps their words apart."""

    def __init__(self, rng: random.Random, here: Space):
        self.rng, self.here = rng, here
        self.plans = [p for p in here.plans if p.relation is None]
        self.taken: set[str] = set()

    def evidence(self) -> tuple[Event, str]:
        """What happened, and the role that is asked for."""
        event = self.here.meaning(self.rng, self.rng.choice(self.plans)).main
        if event.tense != "past":
            raise NoFit
        # what is denied has no manner, and a trap is what is told but for the denial
        # "a boy" told of twice would be two boys
        event = replace(event, manner=None, agent=replace(event.agent, definite=True))
        roles = [role for role in ROLES if filler(event, role)]
        if not roles:
            raise NoFit
        role = self.rng.choices(roles, [ROLES[role] for role in roles])[0]
        self.taken = set(self.here.bases(event))
        return event, role

    def others(self, event: Event, role: str) -> list[str]:
        """Words that could fill ``role`` as well, none of them used yet."""
        here, verb = self.here, event.verb
        pool = {
            "patient": lambda: here.core[verb],
            "agent": lambda: here.agents(verb),
            "recipient": lambda: here.tagged["person"],
            "place": lambda: here.core[verb] if event.goal else here.places_of(verb),
            "time": lambda: here.times["p"],
        }[role]()
        if role == "time":
            return [t for t in pool if t not in self.taken and t != event.time]
        many = role in ("agent", "patient") and getattr(event, role).number == "many"
        nouns = [n for n in pool if here.nouns[n].base not in self.taken]
        return [n for n in nouns if not (many and here.is_mass(n))]

    def exchanged(self, event: Event, role: str) -> Event:
        """The event with another word in ``role``."""
        key = self.here.pick(self.rng, self.others(event, role))
        self.taken.add(key if role == "time" else self.here.nouns[key].base)
        return _with(event, role, key)

    def trap(self, event: Event, role: str, level: int) -> Event:
        """The event in the question's words with another answer, and why it is none."""
        if level == 3 and role not in ("place", "time"):
            try:
                return self._other_roles(event, role)
            except NoFit:
                pass
        return self._marked(self.exchanged(event, role), level)

    def _marked(self, event: Event, level: int) -> Event:
        """The event denied or, at level 2, in another tense."""
        return self._other_tense(event) if level == 2 else replace(event, negated=True)

    def _other_tense(self, event: Event) -> Event:
        """The event to come, or as a habit; a word of time gives way to another."""
        tenses = self.here.verbs[event.verb].columns["tenses"]
        letter = next((letter for letter in "fh" if letter in tenses), None)
        if letter is None:
            raise NoFit
        time = event.time and self.rng.choice(self.here.times[letter])
        return replace(event, tense="future" if letter == "f" else "habitual", time=time)

    def _other_roles(self, event: Event, role: str) -> Event:
        """Who acted and who was acted on exchanged, with another word where the answer stood."""
        meaning = Meaning(self.exchanged(event, role))
        return paraphrase.roles_swapped(self.here, meaning).main

    def distractor(self, event: Event, role: str, sharing: float) -> Event:
        """Another event that takes over each word of the question with chance ``sharing``."""
        rng, here = self.rng, self.here
        core = "patient" if role == "agent" else "agent"
        holder = getattr(event, core)
        # the question names the core participant and the action: one of them must differ
        shared = [name for name in ("verb", "core") if rng.random() < sharing]
        if role == "agent" and not (event.patient or event.goal):
            # who else slept would be an answer as well
            shared = []
        if len(shared) == 2:
            shared = [rng.choice(shared)]
        shared += [n for n in _CONTEXT if n != role and getattr(event, n) and _chance(rng, sharing)]
        avoid = set(self.taken)
        verb = agent = place = time = None
        if "verb" in shared:
            verb = here.verbs[event.verb].base
            avoid.discard(verb)
        keeps_core = "core" in shared and holder is not None and not holder.partner
        if keeps_core and core == "agent" and not holder.relative:
            agent = holder.noun
            avoid.discard(here.nouns[agent].base)
        if "place" in shared:
            place = event.place
            avoid.discard(place)
        if "time" in shared:
            time = event.time
        wish = Wish(verb=verb, agent=agent, place=place, time=time, avoid=frozenset(avoid))
        drawn = self._alike(event, wish)
        if keeps_core and core == "patient":
            noun = holder.noun
            if (
                not drawn.patient
                or noun not in here.core[drawn.verb]
                or drawn.patient.number != ("one")
            ):
                raise NoFit
            drawn = replace(drawn, patient=replace(drawn.patient, noun=noun, adjective=None))
            if not here.knows_plan(Meaning(drawn)):
                raise NoFit
        if role == "time" and drawn.time == event.time:
            drawn = replace(drawn, time=here.pick(rng, self.others(event, "time")))
        self.taken |= here.bases(drawn)
        return drawn

    def _alike(self, event: Event, wish: Wish) -> Event:
        """Another event on the plan of ``event``, with a place and a time where it has them."""
        rng, here = self.rng, self.here
        drawn = here.meaning(rng, here.plan_of(Meaning(event)), wish).main
        if drawn.tense != "past":
            raise NoFit
        if not event.place:
            if needs_place(drawn.verb):
                raise NoFit
            drawn = replace(drawn, place=None)
        elif not drawn.place:
            places = [p for p in here.places_of(drawn.verb) if p not in {*self.taken, *wish.avoid}]
            drawn = replace(drawn, place=here.pick(rng, places))
        time = event.time and (drawn.time or rng.choice(here.times["p"]))
        return replace(drawn, manner=None, time=time, patient_first=_passive(drawn, event))

    def about_else(self, event: Event, level: int) -> Event:
        """An event that shares no word with what was told, marked like the trap of a level."""
        drawn = self._alike(event, Wish(avoid=frozenset(self.taken)))
        self.taken |= self.here.bases(drawn)
        return self._marked(drawn, level) if level <= DEEPEST else drawn


def _passive(drawn: Event, event: Event) -> bool:
    """Whether ``drawn`` can follow ``event`` in putting its patient first, and does."""
    able = concepts("verbs")[drawn.verb].columns["passive"] == "1"
    return event.patient_first and able and drawn.patient is not None


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _persistent(make, *arguments) -> Event:
    """What ``make`` draws, tried a few times before the whole passage is thrown away."""
    for _ in range(20):
        try:
            return make(*arguments)
        except NoFit:
            continue
    raise NoFit


def _words(event: Event) -> set[str]:
    """Keys of every word that an event is told with."""
    words = {event.verb, event.goal, event.place, event.time, event.manner}
    for thing in (event.agent, event.patient, event.recipient):
        while thing:
            words |= {thing.noun, thing.adjective, thing.number}
            if thing.relative:
                words |= _words(thing.relative)
            thing = thing.partner
    return words - {None}


def _passage(author: _Author, depth: int, distractors: int, sharing: float, length: int) -> Passage:
    event, role = author.evidence()
    answer = filler(event, role)
    told = [event]
    told += [_persistent(author.trap, event, role, level + 1) for level in range(depth)]
    told += [_persistent(author.distractor, event, role, sharing) for _ in range(distractors)]
    left = range(depth + 1, depth + 1 + length - len(told))
    told += [_persistent(author.about_else, event, level) for level in left]
    never = clashes(*answer) | {answer[1]}
    words = [_words(_with(event, role, ""))] + [_words(other) for other in told[1:]]
    if any(not never.isdisjoint(found) for found in words):
        raise NoFit
    order = author.rng.sample(range(length), length)
    sentences = tuple(Meaning(told[i]) for i in order)
    if any(not author.here.knows_plan(sentence) for sentence in sentences):
        raise NoFit
    decoys = [
        (place, *found)
        for place, i in enumerate(order)
        if i and (found := filler(told[i], role)) and found != answer
    ]
    return Passage(sentences, order.index(0), role, answer, tuple(decoys))


def passages(
    split: str,
    seed: str,
    *,
    depth: int,
    distractors: int,
    sharing: float,
    length: int,
    rarity: float = 0.0,
) -> Iterator[Passage]:
    """Endless distinct passages of ``length`` sentences."""
    rng, here, seen = random.Random(seed), space(split, rarity), set()
    author = _Author(rng, here)
    while True:
        for _ in range(PATIENCE):
            try:
                passage = _passage(author, depth, distractors, sharing, length)
            except NoFit:
                continue
            key = neutral(passage.sentences[passage.evidence]), passage.role
            if key not in seen:
                break
        else:
            raise Exhausted
        seen.add(key)
        yield passage
