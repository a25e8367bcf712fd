"""Grades of the laboratory's sentence pairs: what they mean and what must not tell them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import numpy as np
import pytest
from scipy.stats import spearmanr

from helpers.data.lab import generators
from helpers.data.lab.api import LANGUAGES, SPLITS, generate
from helpers.data.lab.generators import neutral
from helpers.data.lab.lexicon import concepts


def tokens(text: str) -> set[str]:
    # Chinese is written without blanks: there, a character
    return set(re.findall(r"[一-鿿]|[^\W一-鿿]+", text.lower()))


@pytest.fixture(scope="module")
def pairs() -> list[dict]:
    return generate("sts", n=1200, split="test", seed=3)


@pytest.fixture(scope="module")
def drawn() -> list:
    return list(islice(generators.graded("train", "grades"), 1200))


def test_grades_are_uniform(pairs):
    assert set(Counter(p["score"] for p in pairs).values()) == {200}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pair_is_twice_the_same_sentence(pairs, language):
    assert all(p["sentence1"][language] != p["sentence2"][language] for p in pairs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_overlap_of_words_does_not_give_the_grade_away(pairs, language):
    shares = [tokens(p["sentence1"][language]) & tokens(p["sentence2"][language]) for p in pairs]
    sizes = [tokens(p["sentence1"][language]) | tokens(p["sentence2"][language]) for p in pairs]
    overlap = np.array([len(a) / len(b) for a, b in zip(shares, sizes, strict=True)])
    grades = np.array([p["score"] for p in pairs])
    # overlap helps, as it does in published sets, and is far from enough
    assert 0.3 < spearmanr(overlap, grades).statistic < 0.72
    swapped = np.array([p["operation"] in ("roles", "denied") for p in pairs])
    assert overlap[swapped].mean() > overlap[grades == 5].mean()


def in_base_words(part):
    """A neutral meaning with every word replaced by the one that its synonyms share."""
    tables = [concepts(t) for t in ("nouns", "verbs", "adjectives", "phrases")]
    if isinstance(part, tuple):
        return tuple(in_base_words(p) for p in part)
    for table in tables:
        if part in table:
            return table[part].base
    return part


def sorted_partners(part):
    """Partners of a pair in one order: who is named first changes no meaning."""
    if not isinstance(part, tuple):
        return part
    part = tuple(sorted_partners(p) for p in part)
    if len(part) == 5 and part[3]:
        first, second = sorted([part[:3], part[3][:3]], key=str)
        return (*first, (*second, None, None), part[4])
    return part


def essence(meaning) -> tuple:
    return sorted_partners(in_base_words(neutral(meaning)))


def test_grade_5_keeps_the_meaning_and_no_other_grade_does(drawn):
    for pair in drawn:
        same = essence(pair.first) == essence(pair.second)
        assert same == (pair.grade == 5), pair


def test_denied_and_swapped_pairs_are_grade_2(drawn):
    by_way = {name: set() for ways in generators.OPERATIONS.values() for name, _ in ways}
    for pair in drawn:
        by_way[pair.operation].add(pair.grade)
    assert by_way["denied"] == by_way["roles"] == {2}
    assert all(len(grades) == 1 for grades in by_way.values())


def test_unrelated_pairs_share_no_participant_and_no_topic(drawn):
    from helpers.data.lab.sample import space

    here = space("train")
    for pair in drawn:
        if pair.grade == 0:
            first, second = pair.first.main, pair.second.main
            assert not here.bases(first) & here.bases(second)
            topics = {here.verbs[event.verb].columns["topic"] for event in (first, second)}
            assert len(topics) == 2


def test_grades_do_not_depend_on_languages_or_length_of_the_draw():
    one = generate("sts", ["ko"], 60, "dev", 9)
    all_of_them = generate("sts", LANGUAGES, 120, "dev", 9)
    for few, many in zip(one, all_of_them, strict=False):
        assert few["score"] == many["score"]
        assert few["sentence2"]["ko"] == many["sentence2"]["ko"]


@pytest.mark.parametrize("split", SPLITS)
def test_every_way_of_making_pairs_is_used(split):
    ways = {name for ways in generators.OPERATIONS.values() for name, _ in ways}
    assert {p["operation"] for p in generate("sts", ["en"], 600, split)} == ways
