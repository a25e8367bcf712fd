"""Where an answer is lost: each place by hand, and the order of the places."""

from __future__ import annotations

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.sources import load
from helpers.models.span_errors import (
    EXACT,
    NO_OVERLAP,
    PLACES,
    WRONG_BOUNDARY,
    WRONG_SENTENCE,
    where_lost,
)

TEXT = "Anna was born in Ulm. She died in Rome. Anna lived in Ulm."


def table_of(*golds: str, context: str = TEXT, rows: int = 1) -> pandas.DataFrame:
    row = {"context": context, "answers": list(golds), "starts": [context.index(g) for g in golds]}
    return pandas.DataFrame([row] * rows)


def place(piece: str, *golds: str, **options) -> str:
    start = TEXT.index(piece)
    span = (start, start + len(piece))
    return where_lost(table_of(*(golds or ("in Ulm",))), [span], "en", **options)[0]


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("in Ulm", EXACT),
        ("Ulm", WRONG_BOUNDARY),
        ("in Ulm. She", WRONG_BOUNDARY),
        ("born", NO_OVERLAP),
        (". She died", NO_OVERLAP),  # reaches over both
        ("Rome", WRONG_SENTENCE),
        (" She", WRONG_SENTENCE),  # the blank before it is of no sentence
    ],
)
def test_places(piece: str, expected: str) -> None:
    assert place(piece) == expected


def test_the_nearest_gold_answer_counts() -> None:
    assert place("Rome", "in Ulm", "Rome") == EXACT
    assert place("Rome", "in Ulm", "in Rome") == WRONG_BOUNDARY
    assert place("Rome", "in Ulm", "She") == NO_OVERLAP


def test_exact_match_of_a_scorer() -> None:
    assert place("Ulm", exact=[1.0]) == EXACT
    assert place("Ulm", exact=[0.0]) == WRONG_BOUNDARY
    assert place("in Ulm", exact=[0]) == EXACT
    again = TEXT.rindex("in Ulm")
    table, span = table_of("in Ulm"), (again, again + 6)
    assert where_lost(table, [span], "en") == [WRONG_SENTENCE]
    assert where_lost(table, [span], "en", exact=[True]) == [EXACT]


def test_an_empty_answer_is_in_no_sentence() -> None:
    for at in (0, 15, len(TEXT)):
        assert where_lost(table_of("in Ulm"), [(at, at)], "en") == [WRONG_SENTENCE]


def test_chinese_sentences() -> None:
    table = table_of("图书馆", context="安娜在图书馆。医生在机场。", rows=2)
    assert where_lost(table, [(0, 2), (7, 9)], "zh") == [NO_OVERLAP, WRONG_SENTENCE]


@given(data=st.data())
def test_growing_towards_the_gold_never_loses(data) -> None:
    """A span that grows to hold the gold goes through the places in their order or stays."""
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start, len(TEXT)))
    table, gold = table_of("She died"), (TEXT.index("She died"), TEXT.index("She died") + 8)
    ranks = []
    for wider in range(len(TEXT)):
        span = (max(min(start, gold[0]), start - wider), min(max(end, gold[1]), end + wider))
        ranks.append(PLACES.index(where_lost(table, [span], "en")[0]))
        if span == gold:
            assert ranks[-1] == PLACES.index(EXACT)
    upto = [min(rank, PLACES.index(WRONG_BOUNDARY)) for rank in ranks]
    assert upto == sorted(upto)
    assert ranks[-1] >= PLACES.index(WRONG_BOUNDARY)


@pytest.mark.parametrize("language", ["en", "ko", "ru", "zh", "hi", "ar"])
def test_gold_answers_are_exact(language: str) -> None:
    table = load("xquad", language, "test", "lab", n=20).table
    spans = [
        (starts[0], starts[0] + len(answers[0]))
        for answers, starts in zip(table["answers"], table["starts"], strict=True)
    ]
    assert where_lost(table, spans, language) == [EXACT] * len(table)


def test_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="2 predicted spans and 1 rows"):
        where_lost(table_of("in Ulm"), [(0, 1)] * 2, "en")
    with pytest.raises(ValueError, match="2 exact matches"):
        where_lost(table_of("in Ulm"), [(0, 1)], "en", exact=[1, 0])
    for span in ((5, 4), (-1, 2), (0, len(TEXT) + 1)):
        with pytest.raises(ValueError, match="no span"):
            where_lost(table_of("in Ulm"), [span], "en")
    assert where_lost(pandas.DataFrame(), [], "en") == []
