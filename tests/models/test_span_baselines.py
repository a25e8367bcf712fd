"""Answers without a model: known answers on own sentences, and what holds for any context."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.sentences import sentences
from helpers.data.sources import load
from helpers.errors import UserError
from helpers.models.span_baselines import (
    UNSPACED,
    answer_lengths,
    keyword_overlap,
    random_spans,
    units,
)

LANGUAGES = ("en", "ko", "ru", "zh", "hi", "ar")


def table_of(*rows: tuple[str, str]) -> pandas.DataFrame:
    return pandas.DataFrame(rows, columns=["context", "question"])


def lab(language: str, n: int = 40) -> pandas.DataFrame:
    return load("xquad", language, "test", "lab", n=n).table


# -- units


@given(text=st.text(max_size=60), language=st.sampled_from(["en", "zh", "th"]))
def test_units_are_in_order_and_without_punctuation_at_their_ends(text: str, language: str) -> None:
    found = units(text, language)
    assert all(start < end for start, end in found)
    assert all(a[1] <= b[0] for a, b in zip(found, found[1:], strict=False))
    for start, end in found:
        piece = text[start:end]
        assert piece == piece.strip() and piece.strip(",.!?()«»。、") == piece


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "“Well,” she said – twice.", ["Well", "she", "said", "twice"]),
        ("hi", "वह, घर गया।", ["वह", "घर", "गया"]),
        ("ja", "NHKは１つ、3時。", ["NHK", "は", "１", "つ", "3", "時"]),
        ("th", "ที่นี่ 3", ["ที่", "นี่", "3"]),
    ],
)
def test_units(language: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in units(text, language)] == expected


def test_answer_lengths() -> None:
    table = pandas.DataFrame({"answers": [["in Ulm", "Ulm"], ["!"], ["a b, c"]]})
    assert answer_lengths(table, "en") == [2, 1, 3]


# -- random spans


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_random_span_stands_in_its_context_and_has_a_drawn_length(language: str) -> None:
    table = lab(language)
    lengths = [1, 2, 4]
    found = random_spans(table, lengths, 0, language)
    assert all(answer in context for answer, context in zip(found, table["context"], strict=True))
    assert {len(units(answer, language)) for answer in found} == set(lengths)
    assert found == random_spans(table, lengths, 0, language)
    assert found[5:] == random_spans(table.iloc[5:], lengths, 0, language), "row by row"
    assert found != random_spans(table, lengths, 1, language)


def test_starts_are_even() -> None:
    table = table_of(("a b c d e", "q"))
    found = Counter(random_spans(table, [2], seed, "en")[0] for seed in range(2000))
    assert set(found) == {"a b", "b c", "c d", "d e"}
    # four even chances of 2,000: standard deviation 19.4
    assert all(abs(count - 500) < 5 * 19.4 for count in found.values())


def test_a_short_context_is_given_whole() -> None:
    table = table_of(("Anna left.", "q"), ("!!", "q"))
    assert random_spans(table, [9], 0, "en") == ["Anna left", "!!"]


@pytest.mark.parametrize("lengths", [[], [0, 2], np.array([-1])])
def test_lengths_that_are_none(lengths) -> None:
    with pytest.raises(UserError, match="^lengths: got"):
        random_spans(table_of(("a", "q")), lengths, 0, "en")


# -- overlap


def test_the_sentence_with_the_rare_words_of_the_question() -> None:
    context = (
        "The mill was built by the river. The tower was painted by Ottilie. "
        "The tower was sold. The mill was old."
    )
    table = table_of((context, "Who was the tower painted by?"), (context, "Where was it built?"))
    first, second = keyword_overlap(table, "en")
    assert first == "Ottilie"
    assert second in "The mill was built by the river." and "built" not in second


def test_characters_in_an_unspaced_script() -> None:
    context = "安娜昨天在图书馆读书。医生今天在机场等人。老师明天去公园。"
    (answer,) = keyword_overlap(table_of((context, "谁今天在机场等人？")), "zh")
    assert answer in "医生今天在机场等人" and "机场" not in answer and "医" in answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_stands_in_one_sentence_and_beats_chance(language: str) -> None:
    table = lab(language, 150)
    found = keyword_overlap(table, language)
    for answer, context in zip(found, table["context"], strict=True):
        cut = [context[start:end] for start, end in sentences(context, language)]
        assert answer and any(answer in sentence for sentence in cut)
    drawn = random_spans(table, answer_lengths(table, language), 0, language)

    def hits(answers: list[str]) -> float:
        pairs = zip(answers, table["answers"], strict=True)
        return float(np.mean([gold[0] in answer for answer, gold in pairs]))

    assert hits(found) > hits(drawn)


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=4),
    language=st.sampled_from([*LANGUAGES, *UNSPACED]),
)
def test_any_text(rows: list[tuple[str, str]], language: str) -> None:
    table = table_of(*rows)
    for found in (keyword_overlap(table, language), random_spans(table, [1, 3], 0, language)):
        assert len(found) == len(rows)
        assert all(answer in context for answer, (context, _) in zip(found, rows, strict=True))
    assert keyword_overlap(table, language) == keyword_overlap(table, language)


def test_all_words_of_the_question_give_the_sentence() -> None:
    table = table_of(("Anna reads. Boris sleeps.", "Boris sleeps"))
    assert keyword_overlap(table, "en") == ["Boris sleeps."]


def test_no_rows() -> None:
    assert keyword_overlap(table_of(), "en") == random_spans(table_of(), [1], 0, "en") == []
    assert keyword_overlap(pandas.DataFrame(), "en") == []
