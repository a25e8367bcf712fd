"""Evaluation sets of every kind become sentences; what is not there is told by name."""

import pandas as pd
import pytest

from helpers.data.kinds import COLUMNS
from helpers.errors import UserError
from helpers.models.pretrain.decontaminate import Contamination
from helpers.models.pretrain.evaluation_sets import (
    LISTS,
    PASSAGES,
    SENTENCES,
    TOKENS,
    evaluation_sets,
    sentences_of,
    split_sentences,
)
from helpers.models.pretrain.recipe import Corpus, Recipe

# Columns that hold no running text.
OTHER = {"id", "score", "genre", "label", "answers", "starts", "article", "tags", "language"}


def test_every_column_of_every_kind_is_known():
    columns = {column for kind in COLUMNS.values() for column in kind}
    assert columns == OTHER | {*SENTENCES, *PASSAGES, *LISTS, TOKENS}


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("One. Two!  Three?\nFour", ["One.", "Two!", "Three?", "Four"]),
        ("3.5 km of www.example.org.", ["3.5 km of www.example.org."]),
        ("犬がいる。猫もいる！鳥は？", ["犬がいる。", "猫もいる！", "鳥は？"]),
        ("「行く。」彼は言った。", ["「行く。」", "彼は言った。"]),
        ("وصل القطار؟ نعم۔ حسنا.", ["وصل القطار؟", "نعم۔", "حسنا."]),
        ("वह आया। वह गया॥ ठीक है।", ["वह आया।", "वह गया॥", "ठीक है।"]),
        ("개가 짖는다. 고양이가 잔다.", ["개가 짖는다.", "고양이가 잔다."]),
        ("Պատերազմ։ Խաղաղություն։", ["Պատերազմ։", "Խաղաղություն։"]),
        ("แมวนอนหลับ หมาเห่า 3 ตัว", ["แมวนอนหลับ หมาเห่า 3 ตัว"]),  # a few letters: no sentence
        (f"{'แมวนอนหลับ' * 3} หมาเห่า 3 ตัว", ["แมวนอนหลับ" * 3, "หมาเห่า 3 ตัว"]),
        ("", []),
    ],
)
def test_sentence_ends_of_all_scripts(passage, sentences):
    assert split_sentences(passage) == sentences


def test_one_sentence_of_a_long_passage_is_found_again():
    first = "the old tower was built by the river in the twelfth century."
    passage = " ".join(
        [first, *(f"here is sentence number {i} about other things." for i in "abcdefgh")]
    )
    line = "They say the old tower was built by the river in the twelfth century, long ago."
    assert Contamination.of({"whole": [passage]}).matches(line) is None
    assert Contamination.of({"cut": split_sentences(passage)}).matches(line) == ("cut", "near")


def test_texts_of_lists_and_tokens():
    table = pd.DataFrame(
        {
            "id": ["a", "b"],
            "context": ["One. Two.", "One. Two."],
            "question": ["Who?", "What?"],
            "choices": [["a dog", "a cat"], ["x"]],
            "tokens": [["A", "dog"], ["개", " ", "집"]],
            "tags": [["D", "N"], ["N", "O", "N"]],
            "label": ["0", "1"],
        }
    )
    expected = ["One.", "Two.", "Who?", "What?", "a dog", "a cat", "x", "A dog", "개 집"]
    assert list(sentences_of(table)) == expected


def _recipe(*sets):
    return Recipe("made", "", corpus=Corpus(decontaminate=sets))


def test_a_set_that_the_source_lacks_is_told_and_a_misspelt_one_refused(tmp_path):
    found = evaluation_sets(
        _recipe(("korsts", "ko", "dev"), ("stsb", "*", "test")), f"local:{tmp_path}"
    )
    assert found.missing == ["korsts ko dev", "stsb * test"] and found.sentences == {}
    with pytest.raises(UserError, match="corsts"):
        evaluation_sets(_recipe(("corsts", "ko", "dev")), "lab")
    with pytest.raises(UserError, match="no-such-folder"):
        evaluation_sets(_recipe(("korsts", "ko", "dev")), "local:no-such-folder")


def test_a_star_stands_for_every_language_there(monkeypatch):
    from types import SimpleNamespace

    from helpers.data import sources

    there = {"ko": ("test",), "de": ("dev", "test"), "fr": ("dev",)}
    monkeypatch.setattr(sources, "available", lambda task, data: there)

    def load(task, language, split, data):
        return SimpleNamespace(table=pd.DataFrame({"sentence1": [language], "sentence2": ["x"]}))

    monkeypatch.setattr(sources, "load", load)
    found = evaluation_sets(_recipe(("stsb", "*", "test"), ("stsb", "fr", "test")), "lab")
    assert found.sentences == {"stsb test": ["ko", "x", "de", "x"]}
    assert found.missing == ["stsb fr test"]


def test_a_star_as_task_stands_for_every_task_with_that_split(tmp_path):
    from helpers.data.tasks import tasks

    found = evaluation_sets(_recipe(("*", "*", "dev")), f"local:{tmp_path}")
    assert found.missing == [f"{n} * dev" for n, task in tasks().items() if "dev" in task.splits]
    assert len(found.missing) > 3
