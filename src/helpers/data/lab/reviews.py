"""Short reviews whose polarity is known: what happened, and two sentences of opinion.

A sentence of opinion has two clauses joined by "but". The second clause of the last one decides;
what must be composed to know it is the dial of depth, each level with those before it:

0  the other clauses say nothing of worth: one polar adjective tells
1  any clause may be denied ("was not kind")
2  the first clause of each sentence says the opposite of the second
3  the first sentence says the opposite of the last

Each level has as many clauses, adjectives and negations as the others, so that a bag of words knows
the answer at level 0 and nothing above. Meanings only; ``wording`` puts them into words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from helpers.data.lab.generators import PATIENCE, Exhausted, neutral
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import concepts
from helpers.data.lab.sample import NoFit, Space, Wish, space
from helpers.data.lab.splits import dealt_out

LABELS = ("negative", "positive")
OPINIONS = 2
PLACES = ("restaurant", "cafe", "bakery", "market", "library", "school", "station", "theatre")
# what a clause of opinion looks like: its subject's shape and whether a time stands in front
_SHAPES = ("bare", "adjective", "many")
_PLANS = tuple(product(_SHAPES, _SHAPES, (False, True)))


@dataclass(frozen=True, slots=True)
class Review:
    """Sentences in order, the label and where it all happened (the key of a noun)."""

    sentences: tuple[Meaning, ...]
    label: str
    place: str


@cache
def opinion_plans(split: str) -> tuple[tuple[str, str, bool], ...]:
    """The shapes of opinions that one split alone has."""
    return dealt_out("opinions", _PLANS, split)


@cache
def _states(split: str) -> dict[str, dict[str, list[str]]]:
    """Nouns of a split by the adjective that may be said of them, by what the adjective is worth.

    Worth is "+", "-" or, for adjectives that say nothing of worth, "0". Animals are not reviewed.
    """
    here, found = space(split), {"+": {}, "-": {}, "0": {}}
    for adjective in here.adjectives.values():
        worth = adjective.columns["polarity"]
        judged = "judged" in adjective.columns
        if worth and (judged or adjective.columns["predicate"] == "1"):
            nouns = here.combinations(adjective, "judged" if judged else "nouns")
            nouns = [n for n in nouns if "animal" not in here.nouns[n].names("tags")]
            if nouns:
                found[worth][adjective.key] = nouns
    return found


class _Writer:
    """Draws the parts of one split's reviews."""

    def __init__(self, split: str, seed: str, depth: int, rarity: float):
        self.rng, self.depth = random.Random(seed), depth
        self.here: Space = space(split, rarity)
        self.plans = opinion_plans(split)
        self.facts = [plan for plan in self.here.plans if plan.relation is None]
        self.states = _states(split)

    def review(self, label: str, length: int) -> Review:
        """One review; its facts stand anywhere between the opinions (`NoFit` now and then)."""
        taken: set[str] = set()
        verdict = label == "positive"
        opinions = [self._opinion(taken, verdict if self.depth < 3 else not verdict)]
        opinions.append(self._opinion(taken, verdict))
        place = self.rng.choice([p for p in PLACES if p in self.here.nouns])
        facts = [self._fact(taken, place) for _ in range(length - OPINIONS)]
        order = sorted(self.rng.sample(range(length), OPINIONS))
        sentences = [opinions.pop(0) if i in order else facts.pop(0) for i in range(length)]
        return Review(tuple(sentences), label, place)

    def _opinion(self, taken: set[str], verdict: bool) -> Meaning:
        """Two clauses of which the second says ``verdict``."""
        first_shape, second_shape, timed = self.rng.choice(self.plans)
        first = self._clause(taken, first_shape, None if self.depth < 2 else not verdict)
        second = self._clause(taken, second_shape, verdict)
        if timed:
            first = replace(first, time=self.rng.choice(self.here.times["p"]), time_first=True)
        return Meaning(first, "but", second)

    def _clause(self, taken: set[str], shape: str, value: bool | None) -> Event:
        """A state that is good (True), bad (False) or neither; denied as the depth allows."""
        rng, here = self.rng, self.here
        # as many denials at depth 0 as at the others: there, those that say nothing bear them all
        denied = value is None if self.depth == 0 else rng.random() < 0.5
        nouns = self.states["0" if value is None else "-+"[value != denied]]
        quality = here.pick(rng, [a for a in nouns if here.adjectives[a].base not in taken])
        fits = [n for n in nouns[quality] if here.nouns[n].base not in taken]
        noun = here.pick(rng, [n for n in fits if shape != "many" or not here.is_mass(n)])
        taken |= {here.adjectives[quality].base, here.nouns[noun].base}
        subject = Thing(noun, number="many" if shape == "many" else "one")
        if shape == "adjective":
            subject = replace(subject, adjective=self._attribute(noun))
        return Event(None, subject, quality=quality, negated=denied)

    def _attribute(self, noun: str) -> str:
        """An adjective without worth."""
        rows = concepts("adjectives")
        fits = [
            a
            for a in self.here.fitting[noun]
            if rows[a].columns["polarity"] == "0" and rows[a].columns["predicate"] == "0"
        ]
        return self.here.pick(self.rng, fits)

    def _fact(self, taken: set[str], place: str) -> Meaning:
        rng = self.rng
        wish = Wish(place=place, avoid=frozenset(taken))
        for _ in range(PATIENCE):
            try:
                meaning = self.here.meaning(rng, rng.choice(self.facts), wish)
            except NoFit:
                continue
            if self._says_no_worth(meaning.main) and meaning.main.tense == "past":
                taken |= self.here.bases(meaning.main)
                return meaning
        raise Exhausted

    @staticmethod
    def _says_no_worth(event: Event) -> bool:
        things = [t for t in (event.agent, event.patient, event.recipient) if t and t.adjective]
        rows = concepts("adjectives")
        return not any(rows[t.adjective].columns["polarity"] in ("+", "-") for t in things)


def reviews(
    split: str, seed: str, *, depth: int, length: int, rarity: float = 0.0
) -> Iterator[Review]:
    """Endless distinct reviews; every two in a row have both labels."""
    writer = _Writer(split, seed, depth, rarity)
    seen = set()
    while True:
        for label in writer.rng.sample(LABELS, 2):
            for _ in range(PATIENCE):
                try:
                    review = writer.review(label, length)
                except NoFit:
                    continue
                key = tuple(neutral(sentence) for sentence in review.sentences)
                if key not in seen:
                    break
            else:
                raise Exhausted
            seen.add(key)
            yield review
