"""Golden sentences: what a native reader would write for a given meaning."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helpers.data.lab import api
from helpers.data.lab.grammar import Event, Meaning, Thing, realise
from helpers.data.lab.realise_ru import adjective
from helpers.data.lab.realise_ru import thing as russian

BOY, GIRL, COOK, CAT = Thing("boy"), Thing("girl"), Thing("cook"), Thing("cat")
OPEN = Event("open", BOY, Thing("box"))
SHOW = Event("show", BOY, Thing("ring", definite=False), GIRL)

GOLDEN = {
    "simple": (
        Meaning(replace(OPEN, place="kitchen", time="yesterday", manner="quietly")),
        "The boy opened the box quietly in the kitchen yesterday.",
        "소년은 어제 부엌에서 조용히 상자를 열었다.",
        "Мальчик вчера тихо открыл коробку на кухне.",
    ),
    "time first": (
        Meaning(replace(OPEN, time="this_morning", time_first=True)),
        "This morning, the boy opened the box.",
        "오늘 아침에 소년은 상자를 열었다.",
        "Сегодня утром мальчик открыл коробку.",
    ),
    "patient first": (
        Meaning(replace(OPEN, patient_first=True, place="hotel")),
        "The box was opened by the boy at the hotel.",
        "상자는 소년이 호텔에서 열었다.",
        "Коробку в гостинице открыл мальчик.",
    ),
    "progressive": (
        Meaning(replace(OPEN, tense="progressive", time="now", negated=True)),
        "The boy is not opening the box now.",
        "소년은 지금 상자를 열고 있지 않다.",
        "Мальчик сейчас не открывает коробку.",
    ),
    "habit of many": (
        Meaning(Event("sleep", Thing("cat", number="many"), tense="habitual", time="every_day")),
        "The cats sleep every day.",
        "고양이들은 매일 잔다.",
        "Кошки каждый день спят.",
    ),
    "future": (
        Meaning(replace(OPEN, tense="future", negated=True)),
        "The boy will not open the box.",
        "소년은 상자를 열지 않을 것이다.",
        "Мальчик не откроет коробку.",
    ),
    "future of an activity": (
        Meaning(Event("work", GIRL, tense="future", time="tomorrow")),
        "The girl will work tomorrow.",
        "소녀는 내일 일할 것이다.",
        "Девочка завтра будет работать.",
    ),
    "two objects": (
        Meaning(SHOW),
        "The boy showed a ring to the girl.",
        "소년은 반지를 소녀에게 보여 주었다.",
        "Мальчик показал кольцо девочке.",
    ),
    "recipient first": (
        Meaning(replace(SHOW, recipient_first=True)),
        "The boy showed the girl a ring.",
        "소년은 소녀에게 반지를 보여 주었다.",
        "Мальчик показал девочке кольцо.",
    ),
    "goal": (
        Meaning(Event("return", COOK, goal="village")),
        "The cook returned to the village.",
        "요리사는 마을로 돌아갔다.",
        "Повар вернулся в деревню.",
    ),
    "new agent, numerals": (
        Meaning(
            Event("see", Thing("girl", number="2", definite=False), Thing("wolf", number="3")),
        ),
        "Two girls saw the three wolves.",
        "소녀 두 명이 늑대 세 마리를 보았다.",
        "Две девочки увидели трёх волков.",
    ),
    "pair": (
        Meaning(Event("sing", Thing("boy", partner=GIRL), manner="loudly")),
        "The boy and the girl sang loudly.",
        "소년과 소녀는 큰 소리로 노래했다.",
        "Мальчик и девочка громко пели.",
    ),
    "relative clause": (
        Meaning(
            Event(
                "sell",
                Thing("cook", relative=Event("find", COOK, Thing("coin", definite=False))),
                Thing("lamp", "old", definite=False),
            )
        ),
        "The cook who found a coin sold an old lamp.",
        "동전을 발견한 요리사는 낡은 램프를 팔았다.",
        "Повар, который нашёл монету, продал старую лампу.",
    ),
    "shared agent": (
        Meaning(Event("go", GIRL, goal="market"), "and", Event("buy", GIRL, Thing("honey"))),
        "The girl went to the market and bought the honey.",
        "소녀는 시장에 가서 꿀을 샀다.",
        "Девочка пошла на рынок и купила мёд.",
    ),
    "contrast": (
        Meaning(Event("cry", BOY), "but", Event("laugh", replace(GIRL, definite=False))),
        "The boy cried, but a girl laughed.",
        "소년은 울었지만 소녀는 웃었다.",
        "Мальчик плакал, а девочка смеялась.",
    ),
    "cause": (
        Meaning(Event("cry", BOY), "because", Event(None, CAT, quality="sick"), True),
        "Because the cat was sick, the boy cried.",
        "고양이가 아팠기 때문에 소년은 울었다.",
        "Так как кошка была больна, мальчик плакал.",
    ),
    "while": (
        Meaning(
            Event("eat", CAT, Thing("fish")), "while", Event("cry", BOY, tense="past_progressive")
        ),
        "The cat ate the fish while the boy was crying.",
        "소년이 우는 동안 고양이는 생선을 먹었다.",
        "Кошка съела рыбу, пока мальчик плакал.",
    ),
    "after": (
        Meaning(Event("eat", BOY, Thing("bread")), "after", Event("help", BOY, GIRL), True),
        "After the boy helped the girl, the boy ate the bread.",
        "소년이 소녀를 도운 후에 소년은 빵을 먹었다.",
        "После того как мальчик помог девочке, мальчик съел хлеб.",
    ),
    "prepositions and the dative": (
        Meaning(Event("ride", BOY, Thing("horse", "black", definite=False))),
        "The boy rode a black horse.",
        "소년은 검은 말을 탔다.",
        "Мальчик ехал на чёрной лошади.",
    ),
    "feeding": (
        Meaning(Event("feed", BOY, Thing("mouse", number="many"))),
        "The boy fed the mice.",
        "소년은 쥐들에게 먹이를 주었다.",
        "Мальчик накормил мышей.",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_sentences(name):
    meaning, *expected = GOLDEN[name]
    assert [realise(meaning, language) for language in ("en", "ko", "ru")] == expected


@pytest.mark.parametrize(
    ("number", "noun", "quality", "case", "expected"),
    [
        ("one", "car", "new", "acc", "новую машину"),
        ("one", "car", "blue", "prep", "синей машине"),
        ("one", "letter", "long", "gen", "длинного письма"),
        ("one", "soup", "hot", "ins", "горячим супом"),
        ("one", "meat", "hot", "nom", "горячее мясо"),
        ("one", "tea", "hot", "gen", "горячего чая"),
        ("one", "doctor", "young", "acc", "молодого врача"),
        ("one", "man", "rich", "acc", "богатого мужчину"),
        ("one", "box", "heavy", "acc", "тяжёлую коробку"),
        ("one", "dress", "expensive", "dat", "дорогому платью"),
        ("many", "child", "hungry", "acc", "голодных детей"),
        ("many", "bear", "big", "ins", "большими медведями"),
        ("2", "box", "big", "nom", "две большие коробки"),
        ("2", "boy", "big", "nom", "два больших мальчика"),
        ("3", "window", None, "acc", "три окна"),
        ("4", "cat", "black", "acc", "четырёх чёрных кошек"),
        ("5", "cat", "black", "acc", "пять чёрных кошек"),
        ("6", "chair", "old", "nom", "шесть старых стульев"),
        ("7", "girl", None, "dat", "семи девочкам"),
        ("2", "horse", None, "prep", "двух лошадях"),
        ("10", "wolf", None, "ins", "десятью волками"),
    ],
)
def test_russian_agreement(number, noun, quality, case, expected):
    assert russian(Thing(noun, quality, number), case) == expected


@pytest.mark.parametrize(
    ("masculine", "gender", "case", "expected"),
    [
        ("большой", "f", "acc", "большую"),
        ("большой", "pl", "ins", "большими"),
        ("маленький", "m", "ins", "маленьким"),
        ("синий", "n", "nom", "синее"),
        ("синий", "pl", "nom", "синие"),
        ("горячий", "f", "gen", "горячей"),
        ("лёгкий", "n", "prep", "лёгком"),
        ("молодой", "f", "dat", "молодой"),
    ],
)
def test_russian_adjectives(masculine, gender, case, expected):
    assert adjective(masculine, gender, case) == expected


def test_sentences_are_well_formed():
    """Over a large draw: capital or Hangul first, one full stop, no doubled or stray signs."""
    for split in api.SPLITS:
        for item in api.generate("parallel", n=300, split=split, seed=5):
            for language, text in item["texts"].items():
                stop = {"zh": "。", "hi": "।"}.get(language, ".")
                assert text == text.strip() and text.endswith(stop) and text.count(stop) == 1
                assert not re.search(r"\s\s|\s[,.،।]|,,|None", text), text
                assert text[0].isupper() or language not in ("en", "ru"), text
                assert " " not in text or language != "zh", text
            assert not re.search(r"\ba [aeio]", item["texts"]["en"]), item["texts"]["en"]
            assert not re.search(r"\ban [^aeiouh]", item["texts"]["en"]), item["texts"]["en"]
