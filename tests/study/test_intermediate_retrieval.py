"""Answer retrieval of chapter 7: the pool of planted texts, and encoders whose score is known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers.errors import UserError
from helpers.study import intermediate_data, intermediate_retrieval
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import rules

QUESTIONS = 24


def table(language: str) -> pd.DataFrame:
    """Questions of two sentences each; the answer is in the second."""
    rows = []
    for number in range(QUESTIONS):
        context = f"First {language} {number} comes. Second {language} {number} goes."
        row = {"id": f"test-{number:05d}", "question": f"Which {number}?", "context": context}
        row |= {"answers": ["Second"], "starts": [context.index("Second")]}
        row |= {"article": f"article {number // 3}"}
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture
def sought(monkeypatch):
    from helpers.data import sources

    def languages(task: str, data: str) -> list[str]:
        if task != rules().answer_retrieval["built"]:
            raise UserError("data", data, "one that has it")
        return ["en", "de", "ru", "xx"]

    def load(task: str, language: str, split: str, data: str, **more):
        return SimpleNamespace(table=table(language), fingerprint=f"of {language}")

    monkeypatch.setattr(sources, "languages", languages)
    monkeypatch.setattr(sources, "load", load)
    intermediate_data._retrieval.cache_clear()
    yield lambda wanted: intermediate_data.retrieval(
        IntermediateParams(data="local:nowhere", target_languages=wanted)
    )
    intermediate_data._retrieval.cache_clear()


@pytest.mark.parametrize("wanted", [["all"], ["ko"]])
def test_the_pool_is_of_all_its_languages_whatever_is_asked(sought, wanted):
    found, there = sought(wanted), ["en", "de", "ru"]
    assert found.pairs == {}
    assert list(dict.fromkeys(found.answers.queries["language"])) == there
    assert set(found.fingerprints) == {f"lareqa {language} test" for language in there}
    # REPORT's questions only, the same in all languages
    counts = found.answers.queries["language"].value_counts()
    assert counts.nunique() == 1 and 0 < counts.iloc[0] < QUESTIONS


def test_one_language_alone_is_no_pool(sought, monkeypatch):
    from helpers.data import sources

    monkeypatch.setattr(sources, "languages", lambda task, data: ["en", "xx"])
    assert sought(["all"]).answers is None


class Planted:
    """An encoder that knows the number in a text, and where asked for the place of the sentence."""

    def __init__(self, *, knows_the_answer: bool):
        self.knows = knows_the_answer

    def encode(self, texts: list[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), QUESTIONS + 1))
        for row, text in enumerate(texts):
            number = int("".join(c for c in text if c.isdigit()))
            vectors[row, number] = 1.0
            if text.startswith("First") and self.knows:
                vectors[row, -1] = 1.0
        return vectors


@pytest.mark.parametrize(("knows", "expected"), [(True, 1.0), (False, None)])
def test_an_encoder_that_knows_the_answer_finds_it_in_every_language(sought, knows, expected):
    pool = sought(["all"]).answers
    found = list(intermediate_retrieval.answered(Planted(knows_the_answer=knows), pool))
    assert [test.language for test, _ in found] == ["en", "de", "ru"]
    for test, scores in found:
        assert (test.task, len(test.ids)) == ("lareqa", len(scores))
        if expected is not None:
            assert scores.tolist() == [expected] * len(scores)
        else:  # both sentences of all languages tie: half of what is found is right
            assert 0.4 < scores.mean() < 0.8
