"""Baselines of chapter 7's kinds on hand-made tables: words alone, and always the commonest."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from helpers.study.courses import COPA, NLI, TAGGING
from helpers.study.transfer_baselines import lexical
from helpers.study.transfer_data import CourseData, Test
from helpers.study.transfer_rows import Rows

BASE = SimpleNamespace(tokenizer=None)
COMMON = {"encoder": "x", "source_language": "en", "seed": 0}


def scores(course, train: pd.DataFrame, table: pd.DataFrame, labels=()) -> dict[str, float]:
    test = Test(course.source[0], "en", "source", table)
    data = CourseData(course, course.source[0], course.sizes, labels, train, train, (test,))
    found = Rows(COMMON)
    lexical(found, data, BASE, SimpleNamespace(seed=0, source_language="en"))
    return {row.method: row.value for row in found.rows if row.name == "accuracy"}


def choices(*rows: tuple[str, list[str], int]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"id": str(i), "context": told, "question": "", "choices": given, "label": label}
            for i, (told, given, label) in enumerate(rows)
        ]
    )


def test_words_choose_what_they_share_and_the_commonest_place_is_a_baseline():
    train = choices(("a", ["b", "c"], 1), ("a", ["b", "c"], 1), ("a", ["b", "c"], 0))
    table = choices(
        ("the cat sat", ["a dog ran", "the cat slept"], 1),
        ("rain fell hard", ["rain fell", "sun"], 0),
        ("he sang", ["she sang", "nothing"], 1),
    )
    assert scores(COPA, train, table) == pytest.approx({"bag-of-words": 2 / 3, "majority": 2 / 3})


def test_words_of_both_texts_are_seen_and_what_they_share():
    """The first text says nothing: the answer is in the second, or in whether they are alike."""
    first = ["the cat sat", "rain fell hard", "he sang loud", "a boat sank"] * 6
    told = [(one, "never" if i % 3 else one) for i, one in enumerate(first)]
    train = pd.DataFrame(told, columns=["text", "text2"])
    train["label"] = ["contradiction" if i % 3 else "entailment" for i in range(len(first))]
    train = train.assign(id=[str(i) for i in range(len(first))])
    found = scores(NLI, train, train, ("entailment", "neutral", "contradiction"))
    assert found["bag-of-words"] == 1.0 and found["majority"] == pytest.approx(2 / 3)


def test_words_have_their_commonest_tag_and_unknown_ones_that_of_all():
    train = pd.DataFrame(
        {
            "id": ["1", "2"],
            "tokens": [["the", "dog", "can"], ["can", "can", "can"]],
            "tags": [["DET", "NOUN", "AUX"], ["AUX", "NOUN", "AUX"]],
        }
    )
    words, gold = ["The", "can", "Zorg", "dog"], ["DET", "AUX", "AUX", "NOUN"]
    table = pd.DataFrame({"id": ["3", "4"], "tokens": [words] * 2, "tags": [gold] * 2})
    found = scores(TAGGING, train, table, ("AUX", "DET", "NOUN"))
    assert found == {"bag-of-words": 1.0, "majority": 0.5}
