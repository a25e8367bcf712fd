"""Puts meanings into Korean: particles, plain-style endings, verb last, clauses before their head.

A known agent is the topic (은/는), a new one and every subject of a subordinate clause the subject
(이/가). Where English turns to the passive, Korean makes the object the topic.
"""

from __future__ import annotations

from helpers.data.lab.constituents import arranged, in_own_order
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.hangul import (
    before_neun,
    plain_present,
    vowel_base,
    with_final,
    with_particle,
)
from helpers.data.lab.lexicon import animate
from helpers.data.lab.speech import english_order
from helpers.data.lab.spelling import forms


def thing(t: Thing) -> str:
    """Noun phrase without its particle: relative clause, adjective, noun, numeral and counter."""
    row = forms("ko", "nouns")[t.noun]
    words = []
    if t.relative:
        # what is inside a noun phrase has no other order (`constituents`)
        words += in_own_order(t.relative, _parts(t.relative, "relative"), _ORDER)
    if t.adjective:
        words.append(forms("ko", "adjectives")[t.adjective]["adnominal"])
    noun = row["noun"]
    # things are counted by context in Korean; only people and animals take the plural mark
    if t.number == "many" and animate(t.noun):
        noun += "들"
    words.append(noun)
    if t.number not in ("one", "many"):
        words += [forms("ko", "phrases")[t.number]["phrase"], row["counter"]]
    text = " ".join(words)
    if t.partner:
        text = f"{with_particle(text, '과')} {thing(t.partner)}"
    return text


def verb(event: Event, ending: str = "finite") -> str:
    """The inflected verb or adjective with the ending that its place in the sentence asks for."""
    if event.quality:
        row = forms("ko", "adjectives")[event.quality]
    else:
        row = forms("ko", "verbs")[event.verb]
    stem, infinitive, base = row["stem"], row["infinitive"], row.get("eu", "")
    if event.negated:
        stem, infinitive, base = stem + "지 않", stem + "지 않아", ""
    if ending == "and":
        # who goes somewhere and then does something there: 가서, not 가고
        return infinitive + "서" if event.goal else stem + "고"
    if ending == "but":
        return with_final(infinitive, "ㅆ") + "지만"
    if ending == "because":
        return with_final(infinitive, "ㅆ") + "기 때문에"
    if ending == "while":
        return before_neun(stem) + "는 동안"
    if ending == "after":
        return with_final(vowel_base(stem, base), "ㄴ") + " 후에"
    if ending == "relative":
        return with_final(vowel_base(stem, base), "ㄴ")
    if ending == "question":
        return _question(event, stem, infinitive, base)
    if event.tense == "past":
        return with_final(infinitive, "ㅆ") + "다"
    if event.tense == "future":
        return with_final(vowel_base(stem, base), "ㄹ") + " 것이다"
    if event.tense == "habitual":
        return plain_present(stem)
    ongoing = "고 있지 않" if event.negated else "고 있"
    return row["stem"] + ongoing + ("았다" if event.tense == "past_progressive" else "다")


def _question(event: Event, stem: str, infinitive: str, base: str) -> str:
    """The verb of a written question (-는가)."""
    if event.tense == "past":
        return with_final(infinitive, "ㅆ") + "는가"
    if event.tense == "future":
        return with_final(vowel_base(stem, base), "ㄹ") + " 것인가"
    if event.tense == "habitual":
        return before_neun(stem) + "는가"
    row = forms("ko", "verbs")[event.verb]
    return row["stem"] + ("고 있지 않은가" if event.negated else "고 있는가")


_ORDER = ("agent", "time", "place", "manner", "goal", "objects", "verb")
_PATIENT_FIRST = ("patient", "time", "agent", "place", "manner", "goal", "recipient", "verb")
_ASKED_AGENT = ("time", *(name for name in _ORDER if name != "time"))


def _parts(event: Event, ending: str = "finite", asked: str | None = None) -> dict[str, str]:
    """The parts of a clause but its agent; the question word for the one that is asked for."""
    phrases, nouns = forms("ko", "phrases"), forms("ko", "nouns")
    parts = {"verb": verb(event, ending)}
    if event.time:
        parts["time"] = "언제" if asked == "time" else phrases[event.time]["phrase"]
    if event.manner:
        parts["manner"] = phrases[event.manner]["phrase"]
    if event.place:
        place = "어디" if asked == "place" else nouns[event.place]["noun"]
        parts["place"] = place + "에서"
    if event.goal:
        goal = "어디" if asked == "goal" else nouns[event.goal]["noun"]
        parts["goal"] = with_particle(goal, forms("ko", "verbs")[event.verb]["object"])
    if event.recipient:
        who = "누구" if asked == "recipient" else thing(event.recipient)
        parts["recipient"] = who + "에게"
    if event.patient:
        parts["patient"] = _patient(event, asked == "patient")
    return parts


def _patient(event: Event, asked: bool) -> str:
    particle = forms("ko", "verbs")[event.verb]["object"]
    if event.patient_first:
        return with_particle(thing(event.patient) + particle, "은")
    what = thing(event.patient)
    if asked:
        what = "누구" if animate(event.patient.noun) else "무엇"
    return with_particle(what, particle or "을")


def clause(event: Event, subordinate: bool = False, topic: bool = False, ending="finite") -> str:
    """One event with its subject; ``topic`` makes even a new agent the topic (contrast)."""
    # where the patient is the topic the agent is not
    known = event.agent.definite and not subordinate and not event.patient_first
    particle = "은" if topic or known else "이"
    parts = _parts(event, ending) | {"agent": with_particle(thing(event.agent), particle)}
    own = _PATIENT_FIRST if event.patient_first else _ORDER
    return " ".join(arranged(event, parts, own))


def realise(meaning: Meaning) -> str:
    """Korean sentence for ``meaning``."""
    main, other, relation = meaning.main, meaning.other, meaning.relation
    if relation is None:
        text = clause(main)
    elif relation == "and":
        second = arranged(other, _parts(other), _ORDER)
        text = f"{clause(main, ending='and')} {' '.join(second)}"
    elif relation == "but":
        text = f"{clause(main, topic=True, ending='but')} {clause(other, topic=True)}"
    else:
        clauses = [clause(other, subordinate=True, ending=relation), clause(main)]
        # Korean has the subordinate clause first, English where the meaning says
        text = " ".join(clauses[::-1] if english_order() and not meaning.other_first else clauses)
    return text + "."


def ask(event: Event, role: str) -> str:
    """Korean question for a role of an event: the question word stands where the answer would."""
    if role == "place" and event.goal:
        role = "goal"
    agent = with_particle(thing(event.agent), "은" if event.agent.definite else "이")
    if role == "agent":
        agent = "누가" if animate(event.agent.noun) else "무엇이"
    parts = _parts(event, "question", role) | {"agent": agent}
    own = _ASKED_AGENT if role == "agent" else _ORDER
    return " ".join(arranged(event, parts, own, role)) + "?"
