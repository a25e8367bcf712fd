"""What a laboratory sentence means, told without any language; `realise` puts it into one.

A `Meaning` holds one event, or two and the relation between them. Nothing here knows a word of any
language: nouns, verbs and phrases are keys of the lexicon tables, and how each language orders and
inflects them is the business of its realiser (``realise_en.py`` and its siblings).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from types import ModuleType

from helpers.data.lab.twin import original, spell
from helpers.errors import UserError

LANGUAGES = ("en", "ko", "ru", "zh", "hi", "ar")
RELATIONS = ("and", "but", "because", "while", "after")
ROLES = ("agent", "patient", "recipient", "place", "time")


@dataclass(frozen=True, slots=True)
class Thing:
    """A participant. ``number``: "one", "many" or a numeral's key ("2" to "10")."""

    noun: str
    adjective: str | None = None
    number: str = "one"
    definite: bool = True
    partner: Thing | None = None
    relative: Event | None = None

    @property
    def plural(self) -> bool:
        return self.number != "one" or self.partner is not None


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to whom, where, when and how.

    ``quality`` replaces the verb in "the soup was hot". The last three fields change the order of
    words (and the voice, where a language needs it), never the meaning.
    """

    verb: str | None
    agent: Thing
    patient: Thing | None = None
    recipient: Thing | None = None
    goal: str | None = None
    place: str | None = None
    time: str | None = None
    manner: str | None = None
    quality: str | None = None
    tense: str = "past"
    negated: bool = False
    patient_first: bool = False
    time_first: bool = False
    recipient_first: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """One event, or two; with relation "and" both have the same agent."""

    main: Event
    relation: str | None = None
    other: Event | None = None
    other_first: bool = False


def _module(language: str) -> ModuleType:
    return import_module(f"helpers.data.lab.realise_{language}")


def _speller(language: str) -> tuple[str, Callable[[str], str]]:
    """The language whose grammar ``language`` has, and how its sentences are spelt."""
    if base := original(language):
        return base, partial(spell, language=language)
    return language, str


def realiser(language: str) -> Callable[[Meaning], str]:
    """The function that puts meanings into ``language`` (one of `LANGUAGES` or a twin)."""
    base, respell = _speller(language)
    say = _module(base).realise
    return say if base == language else lambda meaning: respell(say(meaning))


def realise(meaning: Meaning, language: str) -> str:
    """One sentence of ``language`` that says ``meaning``.

    >>> boy = Thing("boy")
    >>> meaning = Meaning(Event("eat", boy, Thing("apple", definite=False), time="yesterday"))
    >>> [realise(meaning, language) for language in ("en", "ko", "ru")]
    ['The boy ate an apple yesterday.', '소년은 어제 사과를 먹었다.', 'Мальчик вчера съел яблоко.']
    """
    return realiser(language)(meaning)


def ask(event: Event, role: str, language: str) -> str:
    """The question whose answer is the ``role`` of ``event``, which is left out of it.

    ``role``: "agent", "patient", "recipient", "place" (of motion: its goal) or "time". People and
    animals are asked for with who, things with what. Raises `UserError` where the event has no
    such role.

    >>> event = Event("eat", Thing("boy"), Thing("apple", definite=False), time="yesterday")
    >>> [ask(event, "patient", language) for language in ("en", "ko", "ru")]
    ['What did the boy eat yesterday?', '소년은 어제 무엇을 먹었는가?', 'Что мальчик вчера съел?']
    """
    there = [r for r in ROLES if getattr(event, r) or (r == "place" and event.goal)]
    if role not in there:
        raise UserError("role", role, there)
    # a question asks in the plain order, whatever the order of the sentence that answers it
    plain = event
    if event.patient_first or event.time_first:
        plain = replace(event, patient_first=False, time_first=False)
    base, respell = _speller(language)
    return respell(_module(base).ask(plain, role))


def capitalise(text: str) -> str:
    """First letter upper case, the rest as it is."""
    return text[:1].upper() + text[1:]
