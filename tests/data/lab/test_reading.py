"""Golden sentences for what reading samples aloud found wrong, one a rule or a row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.data.lab.grammar import Event, Meaning, Thing, ask, realise

BOY, GIRL, WOMAN = Thing("boy"), Thing("girl"), Thing("woman")
GO = Event("go", BOY, goal="island")
GREET = Event("greet", WOMAN, Thing("sailor"), patient_first=True)

GOLDEN = {
    "an adverb stands before an English participle": (
        "en",
        replace(GREET, manner="loudly"),
        "The sailor was loudly greeted by the woman.",
    ),
    "three words stand behind it": (
        "en",
        replace(GREET, manner="unexpectedly"),
        "The sailor was greeted by the woman all of a sudden.",
    ),
    "a habit of going is another verb in Russian": (
        "ru",
        replace(GO, tense="habitual", time="every_day"),
        "Мальчик каждый день ходит на остров.",
    ),
    "who is under way goes by the first": (
        "ru",
        replace(GO, tense="progressive", time="now"),
        "Мальчик сейчас идёт на остров.",
    ),
    "what is judged has the long form": (
        "ru",
        Event(None, Thing("letter"), quality="good"),
        "Письмо было хорошим.",
    ),
    "tonight": (
        "ru",
        replace(GO, tense="future", time="tonight"),
        "Мальчик сегодня вечером пойдёт на остров.",
    ),
    "no bare noun behind a recipient": (
        "zh",
        Event("hand", BOY, Thing("key"), GIRL, recipient_first=True),
        "男孩递给了女孩那把钥匙。",
    ),
    "what failed keeps its complement": (
        "zh",
        Event("catch", BOY, Thing("fox"), negated=True),
        "男孩没有抓住狐狸。",
    ),
    "an activity in the past is bounded": ("zh", Event("sleep", BOY), "男孩睡了一觉。"),
    "not interesting": (
        "zh",
        Event(None, Thing("book"), quality="interesting", negated=True),
        "书不有趣。",
    ),
    "one goes onto an island": ("hi", GO, "लड़का द्वीप पर गया।"),
    "and to a market": ("hi", replace(GO, goal="market"), "लड़का बाज़ार गया।"),
    "a genitive stays with its noun": (
        "hi",
        replace(GREET, place="kitchen"),
        "नाविक का स्वागत औरत ने रसोई में किया।",
    ),
    "an adjective in -ya without forms": (
        "hi",
        Event(None, Thing("newspaper", number="many"), quality="awful"),
        "अख़बार घटिया थे।",
    ),
    "the oblique plural of a noun in -i": (
        "hi",
        Event("help", Thing("visitor", number="many"), GIRL),
        "अतिथियों ने लड़की की मदद की।",
    ),
    "woman with the article": (
        "ar",
        Event("help", WOMAN, Thing("woman", definite=False)),
        "ساعدت المرأة امرأة.",
    ),
    "two known women": (
        "ar",
        Event("help", BOY, Thing("woman", number="2")),
        "ساعد الولد المرأتين.",
    ),
    "small of size": (
        "ar",
        Event("find", BOY, Thing("key", "little", definite=False)),
        "وجد الولد مفتاحا صغير الحجم.",
    ),
    "the same with the article": (
        "ar",
        Event("find", BOY, Thing("car", "little")),
        "وجد الولد السيارة الصغيرة الحجم.",
    ),
    "cucumbers are counted by the piece": (
        "ar",
        Event("wash", BOY, Thing("cucumber", number="many")),
        "غسل الولد حبات الخيار.",
    ),
}


@pytest.mark.parametrize("rule", GOLDEN)
def test_golden_sentences(rule):
    language, event, expected = GOLDEN[rule]
    assert realise(Meaning(event), language) == expected


@pytest.mark.parametrize(
    ("language", "event", "role", "expected"),
    [
        ("en", replace(GO, verb="return"), "place", "Where did the boy return to?"),
        ("en", GO, "place", "Where did the boy go?"),
        ("zh", Event("swim", BOY, place="lake"), "place", "男孩是在哪里游泳的？"),
        ("zh", replace(GO, time="today"), "time", "男孩是什么时候去海岛的？"),
        ("zh", Event("swim", BOY, place="lake", negated=True), "place", "男孩没有在哪里游泳？"),
        ("hi", replace(GO, time="today"), "time", "लड़का द्वीप पर कब गया?"),
        (
            "hi",
            Event("help", BOY, GIRL, place="hotel"),
            "place",
            "लड़के ने लड़की की मदद कहाँ की?",
        ),
        ("hi", Event("close", BOY, Thing("box"), time="today"), "time", "लड़के ने डिब्बा कब बंद किया?"),
    ],
)
def test_golden_questions(language, event, role, expected):
    assert ask(event, role, language) == expected
