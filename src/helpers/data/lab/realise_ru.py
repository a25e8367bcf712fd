"""Puts meanings into Russian: case, number, gender and animacy agreement, aspect, word order.

Where English turns to the passive, Russian puts the object first and the subject last.
Noun and verb forms are written out in the tables; adjectives follow one rule.
"""

from __future__ import annotations

import re
from functools import cache

from helpers.data.lab.constituents import arranged, in_own_order
from helpers.data.lab.grammar import Event, Meaning, Thing, capitalise
from helpers.data.lab.lexicon import animate
from helpers.data.lab.spelling import forms

# case endings of adjectives; "=" stands for the nominative or, of the living, the genitive
_HARD = {
    "m": ("ый", "ого", "ому", "=", "ым", "ом"),
    "n": ("ое", "ого", "ому", "ое", "ым", "ом"),
    "f": ("ая", "ой", "ой", "ую", "ой", "ой"),
    "pl": ("ые", "ых", "ым", "=", "ыми", "ых"),
}
_SOFT = {
    "m": ("ий", "его", "ему", "=", "им", "ем"),
    "n": ("ее", "его", "ему", "ее", "им", "ем"),
    "f": ("яя", "ей", "ей", "юю", "ей", "ей"),
    "pl": ("ие", "их", "им", "=", "ими", "их"),
}
CASES = ("nom", "gen", "dat", "acc", "ins", "prep")
_WHO = {"m": "который", "f": "которая", "n": "которое", "pl": "которые"}
_WAS = {"m": "был", "f": "была", "n": "было", "pl": "были"}
# question words by the case, or the preposition, that the verb governs: person, thing
_WHOM = {
    "acc": ("кого", "что"),
    "dat": ("кому", "чему"),
    "на": ("на ком", "на чём"),
    "за": ("за кем", "за чем"),
}
_FEW = ("2", "3", "4")


@cache
def adjective(masculine: str, gender: str, case: str, animate: bool = False) -> str:
    """Form of an adjective named by its masculine nominative; ``gender``: m, n, f or pl.

    >>> adjective("синий", "f", "acc"), adjective("большой", "pl", "gen")
    ('синюю', 'больших')
    >>> adjective("горячий", "n", "nom"), adjective("молодой", "m", "acc", animate=True)
    ('горячее', 'молодого')
    """
    if masculine.isascii():
        return masculine  # a loan has one form
    stem, ending = masculine[:-2], masculine[-2:]
    if case == "acc" and (gender == "pl" or gender == "m"):
        case = "gen" if animate else "nom"
    if gender == "m" and case == "nom":
        return masculine
    index = CASES.index(case)
    if stem[-1] == "н" and ending == "ий":
        return stem + _SOFT[gender][index]
    suffix = _HARD[gender][index]
    if stem[-1] in "гкхжшчщ" and suffix[0] == "ы":
        suffix = "и" + suffix[1:]
    if stem[-1] in "жшчщ" and ending != "ой" and suffix[0] == "о":
        suffix = "е" + suffix[1:]
    return stem + suffix


def gender(t: Thing) -> str:
    """What the verb agrees with: m, f, n or pl."""
    return "pl" if t.plural else forms("ru", "nouns")[t.noun]["gender"]


def thing(t: Thing, case: str = "nom") -> str:
    """Noun phrase in a case; a relative clause comes between commas."""
    row = forms("ru", "nouns")[t.noun]
    animate = row["animate"] == "1"
    words = []
    if t.number == "one":
        noun, adjective_as = row[case], (row["gender"], case)
    elif t.number == "many":
        noun, adjective_as = row[f"pl_{case}"], ("pl", case)
    else:
        numeral = forms("ru", "numerals")[t.number]
        direct = case == "nom" or (case == "acc" and not (animate and t.number in _FEW))
        if not direct:
            words.append(numeral["gen" if case == "acc" else case])
            case = "gen" if case == "acc" else case
            noun, adjective_as = row[f"pl_{case}"], ("pl", case)
        elif t.number in _FEW:
            words.append(numeral["nom_f" if row["gender"] == "f" else "nom"])
            noun = row["gen"]
            adjective_as = ("pl", "nom" if row["gender"] == "f" else "gen")
        else:
            words.append(numeral["nom"])
            noun, adjective_as = row["pl_gen"], ("pl", "gen")
    if t.adjective:
        masculine = forms("ru", "adjectives")[t.adjective]["masculine"]
        words.append(adjective(masculine, *adjective_as, animate))
    text = " ".join([*words, noun])
    if t.relative:
        text += f", {_WHO[gender(t)]} {_relative(t.relative)},"
    if t.partner:
        text += f" и {thing(t.partner, case)}"
    return text


def _object(event: Event) -> str:
    """The patient in the case, or with the preposition, that the verb governs."""
    governs = forms("ru", "verbs")[event.verb]["object"]
    if governs == "на":
        return f"на {thing(event.patient, 'prep')}"
    if governs == "за":
        return f"за {thing(event.patient, 'ins')}"
    return thing(event.patient, governs)


def verb(event: Event, kind: str | None = None) -> str:
    """Verb group, or the adjective with its copula.

    It agrees with the agent, or is in the gender ``kind`` ("m" after кто, "n" after что).
    """
    kind = kind or gender(event.agent)
    no = "не " if event.negated else ""
    if event.quality:
        row = forms("ru", "adjectives")[event.quality]
        quality = row[f"short_{kind}"] or adjective(row["masculine"], kind, "ins")
        return f"{no}{_WAS[kind]} {quality}"
    row = forms("ru", "verbs")[event.verb]
    number = "pl" if kind == "pl" else "sg"
    form = {
        "past": f"past_{kind}",
        "past_progressive": f"past_{kind}",
        "future": f"future_{number}",
    }.get(event.tense, f"present_{number}")
    if event.tense == "habitual" and row[f"habit_{number}"]:
        form = f"habit_{number}"  # to go is another verb for who goes again and again
    return " ".join(filter(None, [no + row[form], row["extra"]]))


_ORDER = ("agent", "time", "manner", "verb", "goal", "objects", "place")
_PATIENT_FIRST = ("patient", "time", "recipient", "place", "manner", "verb", "agent")
_ASKED = ("asked", *_ORDER)


def _parts(event: Event, kind: str | None = None) -> dict[str, str]:
    """The parts of a clause but its agent; ``kind`` as in `verb`."""
    nouns, phrases = forms("ru", "nouns"), forms("ru", "phrases")
    parts = {"verb": verb(event, kind)}
    for name in ("time", "manner"):
        if key := getattr(event, name):
            parts[name] = phrases[key]["phrase"]
    if event.goal:
        parts["goal"] = nouns[event.goal]["to"]
    if event.place:
        parts["place"] = nouns[event.place]["at"]
    if event.recipient:
        parts["recipient"] = thing(event.recipient, "dat")
    if event.patient:
        parts["patient"] = _object(event)
    return parts


def _relative(event: Event) -> str:
    # what is inside a noun phrase has no other order
    return " ".join(in_own_order(event, _parts(event), _ORDER))


def clause(event: Event) -> str:
    """One event with its subject, without capital and full stop."""
    parts = _parts(event) | {"agent": thing(event.agent)}
    return " ".join(arranged(event, parts, _PATIENT_FIRST if event.patient_first else _ORDER))


def realise(meaning: Meaning) -> str:
    """Russian sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main} и {' '.join(arranged(other, _parts(other), _ORDER))}"
    elif relation == "but":
        text = f"{main}, а {clause(other)}"
    elif relation == "because":
        first = f"так как {clause(other)}, {main}"
        text = first if meaning.other_first else f"{main}, потому что {clause(other)}"
    else:
        word = "пока" if relation == "while" else "после того как"
        text = (
            f"{word} {clause(other)}, {main}"
            if meaning.other_first
            else (f"{main}, {word} {clause(other)}")
        )
    return _finish(f"{text}.")


def _finish(text: str) -> str:
    """Capital letter; the comma that closes a relative clause gives way to the sentence's own."""
    return capitalise(re.sub(r",([,.?])", r"\1", text))


def ask(event: Event, role: str) -> str:
    """Russian question for a role of an event, question word first."""
    if role == "place" and event.goal:
        role = "goal"
    kind = None
    if role == "agent":
        asked, kind = ("кто", "m") if animate(event.agent.noun) else ("что", "n")
    elif role == "patient":
        of_person, of_thing = _WHOM[forms("ru", "verbs")[event.verb]["object"]]
        asked = of_person if animate(event.patient.noun) else of_thing
    else:
        asked = {"place": "где", "goal": "куда", "recipient": "кому", "time": "когда"}[role]
    parts = _parts(event, kind) | {"agent": thing(event.agent)}
    parts = {name: words for name, words in parts.items() if name != role} | {"asked": asked}
    return _finish(" ".join(arranged(event, parts, _ASKED, "asked")) + "?")
