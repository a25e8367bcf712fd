"""Which sentence skeletons, words and combinations of words belong to which split.

A skeleton is a sentence's plan: the relation between its clauses, each clause's frame and the shape
of its noun phrases. Train, dev and test share no skeleton and no core combination (verb with its
patient, place or agent; adjective with its noun); some words stand in one split only. All
assignments come from a stable hash of names, so a new word or skeleton moves no old one's seed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import product

from helpers.data.lab.lexicon import Concept, concepts

SPLITS = ("train", "dev", "test")
# of five neighbours in hash order three are trained on
_DEAL = ("train", "test", "train", "dev", "train")
# groups smaller than this keep all their words in every split
_SMALLEST_GROUP = 8

AGENT_SHAPES = ("bare", "adjective", "many", "numeral", "pair", "relative")
PATIENT_SHAPES = ("bare", "adjective", "numeral")


def order(name: str) -> int:
    """A number that depends on the name alone (unlike `hash`, which differs between processes)."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Plan of a sentence. ``frames`` and ``agents`` have one entry a clause."""

    relation: str | None
    frames: tuple[str, ...]
    agents: tuple[str, ...]
    patient: str = "bare"

    @property
    def name(self) -> str:
        return "/".join([self.relation or "single", *self.frames, *self.agents, self.patient])


def _all_skeletons() -> list[Skeleton]:
    plans = []
    for frame, agent in product(("tr", "di", "in", "go"), AGENT_SHAPES):
        for patient in PATIENT_SHAPES if frame in ("tr", "di") else ("bare",):
            plans.append(Skeleton(None, (frame,), (agent,), patient))
    simple = ("bare", "adjective")
    for agent, patient in product(simple, simple):
        for frames in product(("tr", "go", "di"), ("tr", "di")):
            plans.append(Skeleton("and", frames, (agent, agent), patient))
        for other in ("be", "tr", "in"):
            for main in ("tr", "di", "in", "go"):
                plans.append(Skeleton("because", (main, other), (agent, "bare"), patient))
        for main in ("tr", "di", "go"):
            plans.append(Skeleton("while", (main, "in"), (agent, "bare"), patient))
        for frames in product(("tr", "di", "go"), ("tr", "go")):
            plans.append(Skeleton("after", frames, (agent, "bare"), patient))
        for frames in product(("tr", "in", "go"), ("tr", "in", "go")):
            plans.append(Skeleton("but", frames, (agent, agent), patient))
    # a patient's shape says nothing where no clause has a patient
    return [p for p in plans if p.patient == "bare" or {"tr", "di"} & set(p.frames)]


@cache
def skeletons(split: str) -> tuple[Skeleton, ...]:
    """The sentence plans of one split."""
    groups = defaultdict(list)
    for plan in _all_skeletons():
        groups[plan.relation, plan.frames[0]].append(plan)
    mine = []
    for group in groups.values():
        group.sort(key=lambda plan: order(plan.name))
        mine += [p for i, p in enumerate(group) if _DEAL[i % len(_DEAL)] == split]
    return tuple(mine)


def dealt_out(name: str, plans: Iterable[tuple], split: str) -> tuple[tuple, ...]:
    """Those of ``plans`` that fall to a split; ``name`` says what they are plans of."""
    ordered = sorted(plans, key=lambda plan: order(f"{name}/{plan}"))
    return tuple(plan for i, plan in enumerate(ordered) if _DEAL[i % len(_DEAL)] == split)


@cache
def reserved(table: str) -> dict[str, str]:
    """Base words that stand in one split only ("dev" or "test"), with that split.

    One word in ten of every large group (first tag of a noun, frame of a verb) is kept for each.
    """
    groups = defaultdict(list)
    for concept in concepts(table).values():
        if concept.key == concept.base:
            groups[_group(table, concept)].append(concept.key)
    kept = {}
    for words in groups.values():
        if len(words) >= _SMALLEST_GROUP:
            words.sort(key=lambda word: order(f"{table}/{word}"))
            share = max(1, len(words) // 10)
            kept |= dict.fromkeys(words[:share], "test")
            kept |= dict.fromkeys(words[share : 2 * share], "dev")
    return kept


def _group(table: str, concept: Concept) -> str:
    if table == "nouns":
        return concept.columns["tags"].split(",")[0]
    if "judged" in concept.columns:
        return "judgements"
    return concept.columns.get("frame", table)


def allowed(table: str, concept: Concept, split: str) -> bool:
    """Whether a split may use this word."""
    return reserved(table).get(concept.base, split) == split


@cache
def rare() -> frozenset[str]:
    """The half of the nouns, verbs and adjectives that the dial of rarity makes rare."""
    return frozenset(
        concept.key
        for table in ("nouns", "verbs", "adjectives")
        for concept in concepts(table).values()
        if order(f"rare/{table}/{concept.base}") % 2 == 0
    )


@cache
def deal(table: str, owner: str, members: tuple[str, ...]) -> dict[str, str]:
    """Split of each combination of ``owner`` (a verb, an adjective) with one of ``members``.

    A reserved word takes its combinations to its own split, the others are dealt out in hash order.
    Two words reserved for different splits never meet: such a combination belongs to "none".
    """
    of_owner, of_noun = reserved(table).get(owner), reserved("nouns")
    dealt = {}
    for member in members:
        claims = {of_owner, of_noun.get(member)} - {None}
        if claims:
            dealt[member] = claims.pop() if len(claims) == 1 else "none"
    free = sorted(set(members) - set(dealt), key=lambda m: order(f"{owner}+{m}"))
    start = order(owner) % len(_DEAL)
    return dealt | {m: _DEAL[(i + start) % len(_DEAL)] for i, m in enumerate(free)}
