"""Nothing that could be remembered stands in two splits."""

from __future__ import annotations

from itertools import combinations, islice

import pytest

from helpers.data.lab import generators
from helpers.data.lab.api import LANGUAGES, generate
from helpers.data.lab.lexicon import concepts
from helpers.data.lab.sample import space
from helpers.data.lab.splits import SPLITS, deal, reserved, skeletons

N = 400
PAIRS = list(combinations(SPLITS, 2))


def meanings(split: str) -> list:
    drawn = list(islice(generators.parallel(split, f"test/{split}"), N))
    for pair in islice(generators.graded(split, f"test/{split}"), N):
        drawn += [pair.first, pair.second]
    return drawn


@pytest.fixture(scope="module")
def drawn() -> dict[str, list]:
    return {split: meanings(split) for split in SPLITS}


def base(table: str, key: str) -> str:
    return concepts(table)[key].base


def core(event) -> set[tuple[str, str]]:
    """Core combinations of an event, of its relative clause too."""
    if event is None:
        return set()
    if event.quality:
        return {(base("adjectives", event.quality), base("nouns", event.agent.noun))}
    verb = base("verbs", event.verb)
    if event.patient:
        found = {(verb, base("nouns", event.patient.noun))}
    elif event.goal:
        found = {(verb, event.goal)}
    else:
        agents = [a.noun for a in (event.agent, event.agent.partner) if a]
        found = {(verb, base("nouns", noun)) for noun in agents}
    return found | core(event.agent.relative)


def words(event) -> set[tuple[str, str]]:
    if event is None:
        return set()
    found = {("verbs", base("verbs", event.verb))} if event.verb else set()
    things = [event.agent, event.agent.partner, event.patient, event.recipient]
    for thing in filter(None, things):
        found.add(("nouns", base("nouns", thing.noun)))
        if thing.adjective:
            found.add(("adjectives", base("adjectives", thing.adjective)))
        found |= words(thing.relative)
    return found | {("nouns", p) for p in (event.goal, event.place) if p}


def union(parts) -> set:
    return set().union(*parts)


@pytest.mark.parametrize("pair", PAIRS)
def test_splits_share_no_plan(drawn, pair):
    first, second = ({space(split).plan_of(meaning) for meaning in drawn[split]} for split in pair)
    assert first and second and not first & second
    assert not set(skeletons(pair[0])) & set(skeletons(pair[1]))


@pytest.mark.parametrize("pair", PAIRS)
def test_splits_share_no_core_combination(drawn, pair):
    first, second = (union(core(m.main) | core(m.other) for m in drawn[split]) for split in pair)
    assert len(first) > 100 and len(second) > 100
    assert not first & second


def test_reserved_words_stay_in_their_split(drawn):
    homes = {
        (t, w): home for t in ("nouns", "verbs", "adjectives") for w, home in reserved(t).items()
    }
    for split in SPLITS:
        used = union(words(m.main) | words(m.other) for m in drawn[split])
        assert not {word for word in used if homes.get(word, split) != split}
        if split != "train":
            assert {word for word in used if homes.get(word) == split}


@pytest.mark.parametrize("language", LANGUAGES)
def test_splits_share_no_sentence(language):
    texts = {}
    for split in SPLITS:
        pairs = generate("sts", [language], N, split)
        sides = [p[side][language] for p in pairs for side in ("sentence1", "sentence2")]
        singles = generate("parallel", [language], N, split)
        texts[split] = {*sides, *(item["texts"][language] for item in singles)}
    for first, second in PAIRS:
        assert not texts[first] & texts[second]


def test_every_split_has_every_kind_of_sentence():
    for split in SPLITS:
        assert {plan.relation for plan in skeletons(split)} == {
            None, "and", "but", "because", "while", "after",
        }  # fmt: skip


def test_dealing_gives_most_to_training_and_ignores_order():
    members = tuple(sorted(concepts("nouns")))
    dealt = deal("verbs", "paint", members)
    assert dealt == deal("verbs", "paint", members[::-1])
    counts = [list(dealt.values()).count(split) for split in SPLITS]
    assert counts[0] > counts[1] + counts[2] and min(counts) > 0
