"""LAReQA out of reading sets: one pool of all languages, gold in every one of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.data.lareqa import pool, retrieval_rows
from helpers.data.rows import collect
from helpers.data.sources import available, load
from helpers.maths.retrieval import average_precision_at_k

TEXTS = {
    "en": ("Kim lives in Seoul. He is 40. Lee left.", "Seoul", "Where does Kim live?"),
    "de": ("Kim lebt in Seoul. Er ist alt. Lee ging.", "Seoul", "Wo lebt Kim?"),
    "zh": ("金住在首尔。他四十岁。李走了。", "首尔", "金住在哪里？"),
}


def rows(language: str):
    context, answer, question = TEXTS[language]
    first = {"context": context, "question": question, "answers": [answer]}
    first |= {"starts": [context.index(answer)]}
    last = context.rindex("L" if "L" in context else "李")
    second = first | {"question": "?", "answers": [context[last : last + 3]], "starts": [last]}
    events = enumerate([first, second], start=1)
    return collect(events, "span", prefix="test", language=language, files=("x",))


def test_gold_is_the_answers_sentence_in_every_language() -> None:
    found = pool({language: rows(language).table for language in TEXTS})
    assert len(found.candidates) == 9
    assert found.candidates.language.value_counts().to_dict() == dict.fromkeys(TEXTS, 3)
    assert set(found.candidates.paragraph) == {0}
    assert found.candidates.id.is_unique
    assert found.queries.id.tolist() == ["test-00000", "test-00001"] * 3
    for number, query in enumerate(found.queries.itertuples()):
        texts = found.candidates.text[found.gold[number]]
        assert [len(found.gold[number])] == [3]
        first = query.id == "test-00000"
        assert all(("Seoul" in text or "首尔" in text) == first for text in texts)


def test_the_gold_is_what_the_metric_takes() -> None:
    found = pool({language: rows(language).table for language in ("en", "de")})
    candidates = np.eye(len(found.candidates))
    queries = np.array([candidates[gold].sum(axis=0) for gold in found.gold])
    assert average_precision_at_k(queries, candidates, found.gold, k=20).tolist() == [1.0] * 4


def test_sentences_are_joined_where_an_answer_runs_over_two() -> None:
    context = "One. Two. Three."
    fields = {"context": context, "question": "?", "answers": ["One. Two."], "starts": [0]}
    table = collect([(1, fields)], "span", prefix="t", language="en", files=("x",)).table
    assert pool({"en": table}).candidates.text.tolist() == ["One. Two.", "Three."]


def test_rows_of_retrieval_have_the_question_and_the_sentence() -> None:
    found = retrieval_rows(rows("de"), "de")
    assert found.table.to_dict("records") == [
        {"id": "test-00000", "source_text": "Wo lebt Kim?", "target_text": "Kim lebt in Seoul."}
        | {"language": "de"},
        {"id": "test-00001", "source_text": "?", "target_text": "Lee ging.", "language": "de"},
    ]
    assert found.report == rows("de").report
    assert found.fingerprint != rows("de").fingerprint


def test_what_is_no_table_of_spans_is_refused() -> None:
    with pytest.raises(ValueError, match="tables: got none"):
        pool({})
    with pytest.raises(ValueError, match="tables: got de without context, question"):
        pool({"de": pd.DataFrame({"id": ["x"]})})


def test_it_is_loaded_from_the_files_of_xquad(tmp_path: Path) -> None:
    folder = tmp_path / "xquad"
    folder.mkdir()
    answer = {"text": "Seoul", "answer_start": 12}
    qas = [{"id": "1", "question": "Wo?", "answers": [answer]}]
    articles = [{"title": "T", "paragraphs": [{"context": TEXTS["de"][0], "qas": qas}]}]
    for language in ("de", "ro"):
        (folder / f"xquad.{language}.json").write_text(json.dumps({"data": articles}))
    source = f"local:{tmp_path}"
    # Romanian came to XQuAD later and is not in LAReQA
    assert available("lareqa", source) == {"de": ("test",)}
    assert tuple(available("xquad", source)) == ("de", "ro")
    assert load("lareqa", "de", "test", source).table.target_text[0] == "Kim lebt in Seoul."


# Candidates of XQuAD-R as its README states them
PUBLISHED = {"ar": 1222, "de": 1276, "en": 1180, "es": 1215, "hi": 1244, "ru": 1219, "th": 852}
PUBLISHED |= {"tr": 1167, "zh": 1196}


def test_the_pool_of_the_real_xquad_is_about_the_published_one(shared_data: Path) -> None:
    tables = {x: load("xquad", x, "test", f"local:{shared_data}").table for x in PUBLISHED}
    found = pool(tables)
    counts = found.candidates.language.value_counts()
    for language, published in PUBLISHED.items():
        assert abs(counts[language] / published - 1) < 0.05, (language, counts[language])
    assert len(found.queries) == 9 * 1190
    assert {len(gold) for gold in found.gold} == {9}, "one right sentence in every language"
