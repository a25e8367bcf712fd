"""Answer scores: golden cases of every rule set, and what must hold for any two answers.

The cases of ``answers_golden/*.tsv`` (em, f1 as a fraction, prediction, one or more golds) follow
from the published scorers' behaviour; for ``words`` and ``characters``, which have none, from their
description.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.maths.answer_rules import ASCII_PUNCTUATION, UNICODE_PUNCTUATION
from helpers.maths.answers import (
    RULES,
    Rules,
    exact_match,
    exact_matches,
    f1,
    f1s,
    normalise_answer,
    rules_for,
    tokenise,
)

GOLDEN = Path(__file__).parent / "answers_golden"
FEWEST = 30


def cases(name: str) -> list[tuple[float, float, str, list[str]]]:
    lines = (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    rows = [line.split("\t") for line in lines]
    return [(float(em), float(Fraction(score)), text, golds) for em, score, text, *golds in rows]


@pytest.mark.parametrize("name", RULES)
def test_golden_cases(name):
    found = cases(name)
    assert len(found) >= FEWEST
    for em, score, prediction, golds in found:
        where = (prediction, golds)
        assert exact_match(prediction, golds, RULES[name]) == em, where
        assert f1(prediction, golds, RULES[name]) == pytest.approx(score, abs=1e-12), where


def mutants(rules: Rules) -> Iterator[tuple[str, Rules]]:
    """The rules with one step left out, or one article, one blank, one removed character."""
    if rules.lower:
        yield "lower", replace(rules, lower=False)
    for field in ("articles", "prefixes"):
        for one in getattr(rules, field):
            yield one, replace(rules, **{field: tuple(set(getattr(rules, field)) - {one})})
    for one in rules.blanks:
        yield one, replace(rules, blanks=rules.blanks - {one}, removed=rules.removed - {one})
    if rules.removed == UNICODE_PUNCTUATION:
        yield "marks beyond ASCII", replace(rules, removed=ASCII_PUNCTUATION)
    elif rules.removed == ASCII_PUNCTUATION:
        yield "every mark", replace(rules, removed=UNICODE_PUNCTUATION)
    if rules.removed:
        yield "removed", replace(rules, removed=frozenset())
    if rules.spacing == "none":
        yield "spacing", replace(rules, spacing="single")
    for tokens in ("words", "characters", "han"):
        if tokens != rules.tokens:
            yield f"tokens by {tokens}", replace(rules, tokens=tokens)
    yield "overlap", replace(rules, overlap="bag" if rules.overlap == "run" else "run")


@pytest.mark.parametrize("name", RULES)
def test_every_step_of_the_rules_shows_in_a_golden_case(name):
    for what, rules in mutants(RULES[name]):
        assert any(
            exact_match(prediction, golds, rules) != em
            or abs(f1(prediction, golds, rules) - score) > 1e-12
            for em, score, prediction, golds in cases(name)
        ), what


@pytest.mark.parametrize(
    ("name", "text", "normal", "tokens"),
    [
        ("squad", "The  cat, a dog.", "cat dog", ["cat", "dog"]),
        ("mlqa-de", "Der Hund und die Katze!", "hund und katze", ["hund", "und", "katze"]),
        ("mlqa-ar", "المال", "م", ["م"]),
        ("mlqa-zh", "iPhone手机，2台", "iphone 手 机 2 台", ["iphone", "手", "机", "2", "台"]),
        ("korquad", "《강》 가", "강 가", ["강", "가"]),
        ("cmrc", " 约1,500 km。", "约1,500 km", ["约", "1,500", "km"]),
        ("cmrc", "it's a dog...", "it's a dog...", ["it", "'s", "a", "dog", "..."]),
        ("cmrc", "(u.s. army.)", "(u.s. army.)", ["(", "u.s.", "army", ".", ")"]),
        ("jaquad", " A か　な", "Aかな", ["A", "か", "な"]),
        ("characters", "พ.ศ. A", "พศa", ["พ", "ศ", "a"]),
        ("words", "Старый, дом", "старый дом", ["старый", "дом"]),
    ],
)
def test_normal_forms_and_tokens(name, text, normal, tokens):
    assert normalise_answer(text, RULES[name]) == normal
    assert tokenise(text, RULES[name]) == tokens


@pytest.mark.parametrize(("name", "nothing"), [("squad", ("the", "A!")), ("cmrc", ("。", "，、"))])
def test_answers_of_which_nothing_is_left(name, nothing):
    """The scripts call them an exact match with F1 0; a gold answer must score 1 by both."""
    first, second = nothing
    assert exact_match(first, [second], RULES[name]) == 1
    assert f1(first, [second], RULES[name]) == 1
    assert f1(first, ["7"], RULES[name]) == 0


def test_an_anagram_is_no_exact_match():
    assert exact_match("東京", ["京東"], RULES["jaquad"]) == 0
    assert f1("東京", ["京東"], RULES["jaquad"]) == 1


letters = st.sampled_from(list("abthe' .,-0AЯя犬猫가나ก่ال،।《》・\u3000"))
texts = st.text(letters, max_size=12) | st.text(max_size=6)
rule_sets = st.sampled_from(list(RULES.values()))
few = settings(max_examples=60, deadline=None)


@few
@given(rule_sets, texts, st.lists(texts, max_size=2))
def test_a_gold_answer_scores_one(rules, gold, others):
    assert exact_match(gold, [*others, gold], rules) == 1
    assert f1(gold, [*others, gold], rules) == 1


@few
@given(rule_sets, texts, st.lists(texts, min_size=1, max_size=3))
def test_exact_match_never_exceeds_f1_and_both_lie_in_0_1(rules, prediction, golds):
    em, score = exact_match(prediction, golds, rules), f1(prediction, golds, rules)
    assert em in (0, 1)
    assert em <= score <= 1


@few
@given(rule_sets, texts, texts)
def test_against_one_gold_answer_the_scores_are_symmetric(rules, one, other):
    assert exact_match(one, [other], rules) == exact_match(other, [one], rules)
    assert f1(one, [other], rules) == f1(other, [one], rules)


@few
@given(rule_sets, texts, st.lists(texts, min_size=2, max_size=3))
def test_more_gold_answers_never_lower_a_score(rules, prediction, golds):
    for score in (exact_match, f1):
        assert score(prediction, golds, rules) == max(
            score(prediction, [gold], rules) for gold in golds
        )


@few
@given(rule_sets, texts, texts)
def test_f1_is_zero_exactly_where_no_token_is_shared(rules, one, other):
    if normalise_answer(one, rules) != normalise_answer(other, rules):
        shared = set(tokenise(one, rules)) & set(tokenise(other, rules))
        assert (f1(one, [other], rules) > 0) == bool(shared)


@few
@given(
    rule_sets, st.lists(st.sampled_from(["dog", "犬", "개", "7", "дом"]), min_size=1, max_size=4)
)
def test_case_punctuation_and_outer_blanks_count_only_where_the_rules_say(rules, words):
    answer, gold = " ".join(words), [" ".join(words)]
    assert exact_match(f"  {answer}\n", gold, rules) == 1
    marked = "、".join(answer) if rules.name == "cmrc" else f"{answer}!"
    keeps = {"jaquad": 0, "cmrc": 1}.get(rules.name, 1)
    assert exact_match(marked, gold, rules) == keeps
    if "dog" in words or "дом" in words:
        assert exact_match(answer.upper(), gold, rules) == rules.lower


@few
@given(rule_sets, texts)
def test_a_normal_form_is_its_own_normal_form(rules, text):
    # Removing two letters can bring two more together: MLQA's Arabic is no projection.
    once = normalise_answer(text, rules)
    if rules.name != "mlqa-ar" and text.lower().lower() == text.lower():
        assert normalise_answer(once, rules) == (once.strip() if rules.name == "cmrc" else once)


def test_arrays_are_the_items():
    predictions, golds = ["Paris", "in Rome", "x"], [["Paris"], ["Rome"], ["y", "z"]]
    rules = RULES["squad"]
    for array, item in ((exact_matches, exact_match), (f1s, f1)):
        found = array(predictions, golds, rules)
        assert found.dtype == np.float64
        assert found.tolist() == [
            item(p, g, rules) for p, g in zip(predictions, golds, strict=True)
        ]
    assert f1s([], [], rules).shape == (0,)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda rules: f1("a", "gold", rules), "golds"),
        (lambda rules: exact_match("a", [], rules), "golds"),
        (lambda rules: f1(None, ["a"], rules), "text"),
        (lambda rules: f1s(["a"], [["a"], ["b"]], rules), "golds"),
        (lambda rules: rules_for("xx"), "language"),
        (lambda rules: rules_for(None), "language"),
    ],
)
def test_what_is_wrong_is_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}: got .*; accepted: "):
        call(RULES["squad"])


def test_every_language_has_one_set_of_rules():
    given_to = [language for rules in RULES.values() for language in rules.languages]
    assert len(given_to) == len(set(given_to))
    wanted = "ar bn de el en es fi hi id it ja ko ru sw te th tr vi zh"  # XQuAD, MLQA, TyDiQA, ours
    for language in wanted.split():
        assert language in rules_for(language).languages
