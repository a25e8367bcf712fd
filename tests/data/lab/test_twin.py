"""The script twin: bijective, nothing shared, and a language wherever the laboratory takes one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.data.lab import api
from helpers.data.lab.grammar import Event, Meaning, Thing, realise, realiser
from helpers.data.lab.spelling import forms
from helpers.data.lab.twin import ALPHABETS, SCRIPT_OF, TWINS, original, spell, twin, untwin
from helpers.errors import UserError

CASES = [("en", "georgian", ()), ("en", "georgian", ("digits",)), ("ru", "armenian", ("digits",))]


@pytest.mark.parametrize(("language", "script", "keep"), CASES)
def test_letters_map_one_to_one(language, script, keep):
    letters = ALPHABETS[language] + ALPHABETS[language].upper() + ".,?!-'"
    letters += "" if "digits" in keep else "0123456789"
    there = twin(letters, script, keep, language)
    assert len(there) == len(letters) == len(set(there))
    assert not set(there) & set(letters)


@pytest.mark.parametrize(("language", "script", "keep"), CASES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_twin_of_a_text_gives_it_back(language, script, keep, data):
    alphabet = ALPHABETS[language] + ALPHABETS[language].upper() + " .,?!-'0123456789한"
    text = data.draw(st.text(alphabet))
    told = twin(text, script, keep, language)
    assert untwin(told, script, keep, language) == text
    assert len(told) == len(text)


@pytest.mark.parametrize("language", SCRIPT_OF)
def test_case_stays_case(language):
    """A search that ignores case finds in the twin what it finds in the original."""
    for letter in ALPHABETS[language]:
        small, capital = (spell(x, f"{language}-twin") for x in (letter, letter.upper()))
        assert (small, capital) == (capital.lower(), small.upper())


def test_what_is_kept_stays_and_only_that():
    assert twin("1, 2.")[0] == "1" and twin("1, 2.")[1] == ","
    assert twin("1, 2.", keep=("digits",))[1] != "," and twin("1", keep=("punctuation",)) != "1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"script": "runic"}, "script: got 'runic'; accepted: georgian, armenian"),
        ({"language": "ko"}, "language: got 'ko'; accepted: en, ru"),
        ({"keep": ("letters",)}, "keep: got"),
        ({"keep": "digits"}, "keep: got 'digits'"),
        ({"script": "armenian", "keep": ()}, "which armenian has no signs for"),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(UserError, match=message):
        twin("a", **arguments)


@pytest.mark.parametrize("kind", api.KINDS)
def test_twins_are_languages_of_every_kind(kind):
    """Same items, letter by letter, and no letter of the original left."""

    def texts(value):
        if isinstance(value, dict):
            return [t for v in value.values() for t in texts(v)]
        if isinstance(value, list):
            return [t for v in value for t in texts(v)]
        return [value] if isinstance(value, str) else []

    def of(item, language):
        told = [v[language] for v in item.values() if isinstance(v, dict) and language in v]
        return texts(told)

    for item in api.generate(kind, ["en", "ru", *TWINS], n=12, split="dev", seed=3):
        for language in TWINS:
            base = original(language)
            assert of(item, language) == [spell(text, language) for text in of(item, base)]
            letters = set(ALPHABETS[base] + ALPHABETS[base].upper())
            assert not letters & set("".join(of(item, language)))
        if kind == "mrc":
            assert item["starts"]["en-twin"] == item["starts"]["en"]


def test_a_twin_speaks_with_its_original_s_grammar():
    meaning = Meaning(Event("sleep", Thing("boy")))
    assert realiser("en-twin")(meaning) == spell("The boy slept.", "en-twin")
    assert realise(meaning, "ru-twin") == spell("Мальчик спал.", "ru-twin")
    assert forms("en-twin", "nouns")["boy"]["plural"] == spell("boys", "en-twin")


def test_other_codes_are_no_twins():
    assert original("ko-twin") is None
    with pytest.raises(UserError, match="language: got 'ko-twin'"):
        spell("a", "ko-twin")


@pytest.mark.parametrize("model", ["xlmr-nano", "xlmr-nano-tlm"])
def test_the_shipped_tokenizers_know_the_twins_letters(model):
    tokenizers = pytest.importorskip("tokenizers")
    from helpers import paths

    tokenizer = tokenizers.Tokenizer.from_file(str(paths.MODELS / model / "tokenizer.json"))
    unknown = tokenizer.token_to_id("<unk>")
    for language, alphabet in ALPHABETS.items():
        for letter in spell(alphabet + alphabet.upper(), f"{language}-twin"):
            assert unknown not in tokenizer.encode(letter).ids, letter
