"""The tables of all languages hold the same keys and only forms that can be right."""

from __future__ import annotations

import re

import pytest

from helpers.data.lab.grammar import LANGUAGES
from helpers.data.lab.lexicon import TABLES, concepts, read_table, synonyms
from helpers.data.lab.spelling import forms

PARTS = ("nouns", "verbs", "adjectives", "phrases")
SCRIPTS = {
    "en": r"[a-zé \-]",
    "ko": r"[가-힣 ]",
    "ru": r"[а-яё ]",
    "zh": r"[\u4e00-\u9fff]",
    "hi": r"[\u0900-\u0963 \-]",
    "ar": r"[\u0621-\u064a ]",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_concept_has_its_forms_in_every_language(language, part):
    assert list(forms(language, part)) == list(concepts(part))


@pytest.mark.parametrize("part", PARTS)
def test_keys_are_unique(part):
    keys = [row["key"] for row in read_table(TABLES / f"{part}.tsv")]
    assert len(keys) == len(set(keys))


def test_at_least_150_aligned_content_words():
    assert sum(len(concepts(part)) for part in ("nouns", "verbs", "adjectives")) >= 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_are_written_in_the_language_s_script(language):
    letters = re.compile(f"{SCRIPTS[language]}*", re.IGNORECASE)
    codes = {"gender", "animate", "object", "key"}
    codes |= {"respect", "ergative", "nominal_gender", "direct"}
    for part in PARTS:
        for row in forms(language, part).values():
            for column, form in row.items():
                if column not in codes:
                    assert letters.fullmatch(form), (part, row["key"], column, form)
                assert form == form.strip()


def test_synonyms_differ_in_every_language_and_share_their_part_of_speech():
    main_form = {
        "en": {"nouns": "singular", "verbs": "base", "adjectives": "adjective"},
        "ko": {"nouns": "noun", "verbs": "stem", "adjectives": "adnominal"},
        "ru": {"nouns": "nom", "verbs": "past_m", "adjectives": "masculine"},
        "zh": {"nouns": "noun", "verbs": "base", "adjectives": "attributive"},
        "ar": {"nouns": "indefinite", "verbs": "past", "adjectives": "masculine"},
    }
    for part in PARTS:
        assert all(synonyms(part)[synonyms(part)[word]] == word for word in synonyms(part))
        for language, columns in main_form.items():
            column = columns.get(part, "phrase")
            table = forms(language, part)
            for word, other in synonyms(part).items():
                assert table[word][column] != table[other][column], (language, word, other)
        # a Hindi verb may be told by its nominal part alone
        table = forms("hi", part)
        for word, other in synonyms(part).items():
            assert list(table[word].values())[1:] != list(table[other].values())[1:], word


def test_no_two_nouns_look_alike():
    column_of = {"en": "singular", "ko": "noun", "ru": "nom", "zh": "noun", "hi": "direct"}
    for language, column in (column_of | {"ar": "indefinite"}).items():
        words = [row[column] for row in forms(language, "nouns").values()]
        assert len(words) == len(set(words))


def test_russian_accusative_follows_animacy():
    for key, row in forms("ru", "nouns").items():
        living = row["animate"] == "1"
        if row["gender"] in "mn" and row["nom"][-1] not in "аяо":
            assert row["acc"] == (row["gen"] if living else row["nom"]), key
        if row["pl_acc"]:
            assert row["pl_acc"] == (row["pl_gen"] if living else row["pl_nom"]), key


def test_russian_plural_datives_end_as_they_must():
    for key, row in forms("ru", "nouns").items():
        if row["pl_dat"] and row["pl_dat"] != row["nom"]:
            assert row["pl_dat"][-2:] in ("ам", "ям"), key
            assert row["pl_prep"] == row["pl_dat"][:-1] + "х", key


def test_russian_past_agrees_in_its_endings():
    for key, row in forms("ru", "verbs").items():
        feminine, plural = row["past_f"], row["past_pl"]
        assert feminine.endswith(("ла", "лась")), key
        assert plural == re.sub(r"ла(сь)?$", r"ли\1", feminine), key


def test_words_that_verbs_name_exist():
    tags = {tag for noun in concepts("nouns").values() for tag in noun.names("tags")}
    manners = {p.key for p in concepts("phrases").values() if p.columns["kind"] == "manner"}
    for verb in concepts("verbs").values():
        assert verb.names("agents") | verb.names("patients") <= tags, verb.key
        assert verb.names("manners") <= manners, verb.key
        assert verb.names("places") <= tags | {"none"}, verb.key
    for adjective in concepts("adjectives").values():
        assert adjective.names("nouns") <= tags, adjective.key
