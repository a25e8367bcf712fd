"""Puts meanings into Russian: case, number, gender and animacy agreement, aspect, word order.

Where English turns to the passive, Russian puts the object first and the subject last.
Noun and verb forms are written out in the tables; adjectives follow one rule.
"""

from __future__ import annotations

from functools import cache

from helpers.data.lab.grammar import Event, Meaning, Thing, capitalise
from helpers.data.lab.lexicon import forms

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
_FEW = ("2", "3", "4")


@cache
def adjective(masculine: str, gender: str, case: str, animate: bool = False) -> str:
    """Form of an adjective named by its masculine nominative; ``gender``: m, n, f or pl.

    >>> adjective("синий", "f", "acc"), adjective("большой", "pl", "gen")
    ('синюю', 'больших')
    >>> adjective("горячий", "n", "nom"), adjective("молодой", "m", "acc", animate=True)
    ('горячее', 'молодого')
    """
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
        text += f", {_WHO[gender(t)]} {' '.join(_after_subject(t.relative))},"
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


def verb(event: Event) -> str:
    """Verb group, or the adjective with its copula, agreeing with the agent."""
    kind = gender(event.agent)
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
    return " ".join(filter(None, [no + row[form], row["extra"]]))


def _manner(event: Event) -> list[str]:
    return [forms("ru", "phrases")[event.manner]["phrase"]] if event.manner else []


def _place(event: Event) -> list[str]:
    return [forms("ru", "nouns")[event.place]["at"]] if event.place else []


def _after_subject(event: Event) -> list[str]:
    """Adverb, verb, objects and place of a clause in the usual order."""
    words = [*_manner(event), verb(event)]
    if event.goal:
        words.append(forms("ru", "nouns")[event.goal]["to"])
    recipient = [thing(event.recipient, "dat")] if event.recipient else []
    patient = [_object(event)] if event.patient else []
    words += recipient + patient if event.recipient_first else patient + recipient
    return words + _place(event)


def clause(event: Event) -> str:
    """One event with its subject, without capital and full stop."""
    time = [forms("ru", "phrases")[event.time]["phrase"]] if event.time else []
    if event.patient_first:
        recipient = [thing(event.recipient, "dat")] if event.recipient else []
        first = [_object(event)]
        rest = [*recipient, *_place(event), *_manner(event), verb(event), thing(event.agent)]
    else:
        first, rest = [thing(event.agent)], _after_subject(event)
    words = [*time, *first, *rest] if event.time_first else [*first, *time, *rest]
    return " ".join(words)


def realise(meaning: Meaning) -> str:
    """Russian sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main} и {' '.join(_after_subject(other))}"
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
    # a relative clause closes with a comma, which the sentence's own punctuation swallows
    return capitalise(f"{text}.".replace(",,", ",").replace(",.", "."))
