"""The dial of word order: English order, and nothing but the order."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from helpers.data.lab import generators
from helpers.data.lab.api import ORDERED, SPLITS
from helpers.data.lab.grammar import LANGUAGES, Event, Meaning, Thing, ask, realise
from helpers.data.lab.realise_ar import verb as arabic_verb
from helpers.data.lab.speech import speaking
from helpers.data.lab.written import clashes, find

BOY, GIRL, BOX = Thing("boy"), Thing("girl"), Thing("box")
OPEN = Event("open", BOY, BOX, place="kitchen", time="yesterday", manner="quietly")
GIVE = Event("show", BOY, Thing("ring", definite=False), GIRL)

# Korean, Russian, Chinese, Hindi, Arabic
GOLDEN = {
    "clause": (
        Meaning(OPEN),
        "소년은 열었다 상자를 조용히 부엌에서 어제.",
        "Мальчик открыл коробку тихо на кухне вчера.",
        "男孩打开了盒子静静地在厨房里昨天。",
        "लड़के ने खोला डिब्बा चुपचाप रसोई में कल।",
        "الولد فتح الصندوق بهدوء في المطبخ أمس.",
    ),
    "two objects": (
        Meaning(GIVE),
        "소년은 보여 주었다 반지를 소녀에게.",
        "Мальчик показал кольцо девочке.",
        "男孩展示了一枚戒指向女孩。",
        "लड़के ने दिखाई एक अँगूठी लड़की को।",
        "الولد عرض خاتما على البنت.",
    ),
    "subordinate clause behind": (
        Meaning(Event("cry", BOY), "because", Event("eat", GIRL, Thing("bread"))),
        "소년은 울었다 소녀가 먹었기 때문에 빵을.",
        "Мальчик плакал, потому что девочка съела хлеб.",
        "男孩哭了，因为女孩吃了面包。",
        "लड़का रोया, क्योंकि लड़की ने खाई रोटी।",
        "الولد بكى لأن البنت أكلت الخبز.",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_sentences_in_the_order_of_english(name):
    meaning, *expected = GOLDEN[name]
    with speaking(order="english"):
        assert [realise(meaning, language) for language in ORDERED_AS_TOLD] == expected


ORDERED_AS_TOLD = ("ko", "ru", "zh", "hi", "ar")


def test_every_language_but_english_has_the_dial():
    assert set(ORDERED) == set(LANGUAGES) - {"en"}


def _single(n: int) -> list[Meaning]:
    drawn = [m for s in SPLITS for m in islice(generators.parallel(s, "order"), n)]
    return [m for m in drawn if m.relation is None]


def _words(sentence: str) -> Counter:
    return Counter(sentence.lower().strip(".।").replace(",", "").split())


@pytest.mark.parametrize("language", ["ko", "ru", "hi"])
def test_the_words_stay_what_they_were(language):
    for meaning in islice(generators.parallel("dev", "order"), 120):
        own = realise(meaning, language)
        with speaking(order="english"):
            assert _words(realise(meaning, language)) == _words(own)


def test_chinese_and_arabic_words_stay_where_they_do_not_hang_on_order():
    for meaning in _single(80):
        event = meaning.main
        plain = event.tense == "past" and not event.patient_first and not event.recipient
        if not plain or event.agent.plural:
            continue
        own = [Counter(realise(meaning, "zh")), _words(realise(meaning, "ar"))]
        with speaking(order="english"):
            assert [Counter(realise(meaning, "zh")), _words(realise(meaning, "ar"))] == own


def _order(meaning: Meaning, language: str) -> list[str]:
    """Nouns and time of a clause as they stand in the sentence."""
    event, sentence = meaning.main, realise(meaning, language)
    words = [("nouns", t.noun) for t in (event.agent, event.patient, event.recipient) if t]
    words += [("nouns", p) for p in (event.goal, event.place) if p]
    words += [("phrases", event.time)] if event.time else []
    if any(clashes(*w) & {other for _, other in words} for w in words):
        return []
    return sorted((k for _, k in words), key=lambda k: _at(sentence, k, words, language))


def _at(sentence: str, key: str, words: list, language: str) -> int:
    return find(sentence, next(t for t, k in words if k == key), key, language)[0]


def test_the_order_is_that_of_english():
    meanings = [m for m in _single(40) if not m.main.agent.relative]
    with speaking(order="english"):
        for meaning in meanings:
            english = _order(meaning, "en")
            for language in ORDERED:
                assert _order(meaning, language) == english, realise(meaning, language)


def test_a_question_word_leads():
    with speaking(order="english"):
        asked = [ask(OPEN, "place", language).split()[0] for language in ("ko", "ru", "hi", "ar")]
        assert ask(GIVE, "recipient", "zh") == "向谁男孩展示了一枚戒指？"
    assert asked == ["어디에서", "Где", "कहाँ", "أين"]


@pytest.mark.parametrize(
    ("agent", "negated", "tense", "expected"),
    [
        (Thing("boy", number="many"), False, "past", "فتحوا"),
        (Thing("girl", number="2"), False, "past", "فتحتا"),
        (Thing("girl", number="many"), True, "past", "لم يفتحن"),
        (Thing("boy", number="many"), False, "future", "سيفتحون"),
        (Thing("boy", partner=GIRL), True, "future", "لن يفتحا"),
    ],
)
def test_an_arabic_verb_behind_its_subject_agrees_in_number(agent, negated, tense, expected):
    event = Event("open", agent, BOX, tense=tense, negated=negated)
    assert arabic_verb(event, subject_first=True) == expected
