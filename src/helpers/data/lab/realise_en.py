"""Puts meanings into English: articles, number, tense, voice, order."""

from __future__ import annotations

from dataclasses import replace

from helpers.data.lab.constituents import early_manner
from helpers.data.lab.grammar import Event, Meaning, Thing, capitalise
from helpers.data.lab.lexicon import animate, concepts
from helpers.data.lab.spelling import forms

# words whose first letter misleads about their first sound
_VOWEL_SOUND = ("honest", "hour")
_CONSONANT_SOUND = ("uni", "use", "one")
_CONJUNCTIONS = {"because": "because", "while": "while", "after": "after"}


def article(word: str) -> str:
    """The indefinite article before ``word``.

    >>> [article(word) for word in ("apple", "hat", "honest", "university")]
    ['an', 'a', 'an', 'a']
    """
    if word.startswith(_VOWEL_SOUND):
        return "an"
    if word.startswith(_CONSONANT_SOUND):
        return "a"
    return "an" if word[0] in "aeiou" else "a"


def thing(t: Thing, definite: bool | None = None) -> str:
    """Noun phrase; ``definite`` overrides what the thing says of itself."""
    row = forms("en", "nouns")[t.noun]
    definite = t.definite if definite is None else definite
    words = [forms("en", "adjectives")[t.adjective]["adjective"]] if t.adjective else []
    if t.number == "one":
        words.append(row["singular"])
        if definite:
            words.insert(0, "the")
        elif row["plural"]:
            words.insert(0, article(words[0]))
    else:
        words.append(row["plural"])
        if t.number != "many":
            words.insert(0, forms("en", "phrases")[t.number]["phrase"])
        if definite:
            words.insert(0, "the")
    if t.relative:
        person = "person" in concepts("nouns")[t.noun].names("tags")
        words += ["who" if person else "that", predicate(t.relative, t.plural)]
    if t.partner:
        words += ["and", thing(t.partner)]
    return " ".join(words)


def verb_words(event: Event, plural: bool) -> list[str]:
    """Verb group as a list: auxiliaries first, the main verb last."""
    be_past, be_present = ("were", "are") if plural else ("was", "is")
    no = ["not"] if event.negated else []
    if event.quality:
        quality = forms("en", "adjectives")[event.quality]["adjective"]
        return [be_past if event.tense == "past" else be_present, *no, quality]
    row = forms("en", "verbs")[event.verb]
    if event.patient_first:
        participle = row["participle"]
        return {
            "past": [be_past, *no, participle],
            "progressive": [be_present, *no, "being", participle],
            "habitual": [be_present, *no, participle],
            "future": ["will", *no, "be", participle],
        }[event.tense]
    if event.tense == "past":
        return ["did", "not", row["base"]] if event.negated else [row["past"]]
    if event.tense == "habitual":
        if event.negated:
            return ["do" if plural else "does", "not", row["base"]]
        return [row["base"] if plural else row["third"]]
    if event.tense == "future":
        return ["will", *no, row["base"]]
    be = be_past if event.tense == "past_progressive" else be_present
    return [be, *no, row["ing"]]


def predicate(event: Event, plural: bool) -> str:
    """All of a clause behind its subject; a time that stands first is left to `clause`."""
    words = verb_words(event, plural)
    _early(event, words)
    return " ".join([*words, *_objects(event), *_circumstances(event)])


def _early(event: Event, words: list[str]) -> None:
    """Puts an adverb that stands before the main verb into the verb group."""
    if event.manner and early_manner(event):
        words.insert(len(words) - 1, forms("en", "phrases")[event.manner]["phrase"])


def _objects(event: Event) -> list[str]:
    """Patient, recipient and goal; the agent of a passive."""
    words = []
    to = [forms("en", "verbs")[event.verb]["to"]] if event.recipient else []
    if event.patient_first:
        if event.recipient:
            words += [*to, thing(event.recipient)]
        words += ["by", thing(event.agent)]
    elif event.recipient and event.patient and event.recipient_first:
        words += [thing(event.recipient), thing(event.patient)]
    else:
        words += [thing(event.patient)] if event.patient else []
        words += [*to, thing(event.recipient)] if event.recipient else []
    if event.goal:
        words.append(f"to the {forms('en', 'nouns')[event.goal]['singular']}")
    return words


def _circumstances(event: Event) -> list[str]:
    """Manner, place and time as they stand at the end."""
    words = []
    phrases = forms("en", "phrases")
    if event.manner and not early_manner(event):
        words.append(phrases[event.manner]["phrase"])
    if event.place:
        place = forms("en", "nouns")[event.place]
        words.append(f"{place['at']} the {place['singular']}")
    if event.time and not event.time_first:
        words.append(phrases[event.time]["phrase"])
    return words


def clause(event: Event) -> str:
    """One event with its subject, without capital and full stop."""
    subject = event.patient if event.patient_first else event.agent
    # "milk was drunk" would be about milk in general: a mass that is the topic is the known one
    definite = True if event.patient_first and not subject.plural else None
    text = f"{thing(subject, definite)} {predicate(event, subject.plural)}"
    if event.time and event.time_first:
        text = f"{forms('en', 'phrases')[event.time]['phrase']}, {text}"
    return text


def realise(meaning: Meaning) -> str:
    """English sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main} and {predicate(other, other.agent.plural)}"
    elif relation == "but":
        text = f"{main}, but {clause(other)}"
    elif meaning.other_first:
        text = f"{_CONJUNCTIONS[relation]} {clause(other)}, {main}"
    else:
        text = f"{main} {_CONJUNCTIONS[relation]} {clause(other)}"
    return capitalise(text) + "."


def ask(event: Event, role: str) -> str:
    """English question for a role of an event."""
    if role == "agent":
        who = "who" if animate(event.agent.noun) else "what"
        return capitalise(f"{who} {predicate(event, plural=False)}?")
    asked, to = "where" if role == "place" else "when", []
    if role in ("patient", "recipient"):
        asked = "who" if animate(getattr(event, role).noun) else "what"
    if role == "recipient":
        to = [forms("en", "verbs")[event.verb]["to"]]
    if role == "place" and not event.place:
        rest = replace(event, goal=None)
    else:
        rest = replace(event, **{role: None})
    auxiliary, *group = verb_words(rest, event.agent.plural)
    if not group:
        present = "do" if event.agent.plural else "does"
        auxiliary = present if event.tense == "habitual" else "did"
        group = [forms("en", "verbs")[event.verb]["base"]]
    _early(rest, group)
    if role == "place" and not event.place and event.verb != "go":
        to = ["to"]  # of the verbs of motion, only go is asked for without it
    words = [asked, auxiliary, thing(event.agent), *group]
    return capitalise(" ".join([*words, *_objects(rest), *to, *_circumstances(rest)]) + "?")
