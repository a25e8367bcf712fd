"""Each reading set is scored by the rules that its scorer, or else its language, asks for."""

from __future__ import annotations

import pytest

from helpers.data.lab.twin import spell
from helpers.data.scoring import answer_rules
from helpers.data.tasks import tasks
from helpers.errors import UserError
from helpers.maths.answers import exact_match, f1


@pytest.mark.parametrize(
    ("name", "languages", "rules"),
    [
        ("squad", "en", "squad"),
        ("korquad", "ko", "korquad"),
        ("jaquad", "ja", "jaquad"),
        ("cmrc2018", "zh", "cmrc"),
        ("drcd", "zh", "cmrc"),
        ("arcd", "ar", "mlqa-ar"),
        ("tquad", "tr", "words"),
        ("squad_it", "it", "words"),
        ("xquad", "en ar de es hi vi zh", "squad mlqa-ar mlqa-de mlqa-es mlqa-hi mlqa-vi mlqa-zh"),
        ("xquad", "el ro ru tr th", "words words words words characters"),
        ("tydiqa", "ko bn", "korquad words"),
    ],
)
def test_rules_of_a_task(name: str, languages: str, rules: str) -> None:
    codes = languages.split()
    assert set(codes) <= set(tasks()[name].languages)
    assert [answer_rules(name, code).name for code in codes] == rules.split()


def test_every_language_of_every_reading_set_has_rules() -> None:
    spans = [task for task in tasks().values() if task.kind == "span"]
    assert spans
    for task in spans:
        assert all(answer_rules(task.name, language) for language in task.languages)


def test_a_twin_is_scored_as_its_original() -> None:
    golds = ["the old house"]
    for told in ("an old house", "The House.", "a mouse"):
        twins = spell(told, "en-twin"), [spell(gold, "en-twin") for gold in golds]
        for score in (exact_match, f1):
            expected = score(told, golds, answer_rules("squad", "en"))
            assert score(*twins, answer_rules("squad", "en-twin")) == expected
    assert answer_rules("squad", "ru-twin") == answer_rules("squad", "ru")


@pytest.mark.parametrize(
    ("name", "language", "message"),
    [
        ("stsb", "en", "task: got 'stsb, whose kind is similarity'; accepted: a task of kind span"),
        ("sqad", "en", "task: got 'sqad'; accepted: stsb"),
        ("squad", "xx", "language: got 'xx'"),
        ("squad", "ko-twin", "language: got 'ko-twin'"),
        ("squad", None, "language: got None"),
    ],
)
def test_what_has_no_rules_is_refused(name: str, language: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        answer_rules(name, language)
