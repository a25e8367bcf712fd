"""Puts meanings into Korean: particles, plain-style endings, verb last, clauses before their head.

A known agent is the topic (은/는), a new one and every subject of a subordinate clause the subject
(이/가). Where English turns to the passive, Korean makes the object the topic.
"""

from __future__ import annotations

from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.hangul import (
    before_neun,
    plain_present,
    vowel_base,
    with_final,
    with_particle,
)
from helpers.data.lab.lexicon import concepts, forms


def thing(t: Thing) -> str:
    """Noun phrase without its particle: relative clause, adjective, noun, numeral and counter."""
    row = forms("ko", "nouns")[t.noun]
    words = []
    if t.relative:
        words += [*_arguments(t.relative), verb(t.relative, "relative")]
    if t.adjective:
        words.append(forms("ko", "adjectives")[t.adjective]["adnominal"])
    noun = row["noun"]
    # things are counted by context in Korean; only people and animals take the plural mark
    if t.number == "many" and concepts("nouns")[t.noun].names("tags") & {"person", "animal"}:
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
    if event.tense == "past":
        return with_final(infinitive, "ㅆ") + "다"
    if event.tense == "future":
        return with_final(vowel_base(stem, base), "ㄹ") + " 것이다"
    if event.tense == "habitual":
        return plain_present(stem)
    return row["stem"] + ("고 있지 않다" if event.negated else "고 있다")


def _arguments(event: Event) -> list[str]:
    """What stands between the subject (or topic) and the verb, without the time."""
    phrases, nouns = forms("ko", "phrases"), forms("ko", "nouns")
    words = []
    if event.place:
        words.append(nouns[event.place]["noun"] + "에서")
    if event.manner:
        words.append(phrases[event.manner]["phrase"])
    if event.goal:
        particle = forms("ko", "verbs")[event.verb]["object"]
        words.append(with_particle(nouns[event.goal]["noun"], particle))
    recipient = [thing(event.recipient) + "에게"] if event.recipient else []
    patient = []
    if event.patient and not event.patient_first:
        particle = forms("ko", "verbs")[event.verb]["object"] or "을"
        patient = [with_particle(thing(event.patient), particle)]
    return words + (recipient + patient if event.recipient_first else patient + recipient)


def clause(event: Event, subordinate: bool = False, topic: bool = False, ending="finite") -> str:
    """One event with its subject; ``topic`` makes even a new agent the topic (contrast)."""
    time = [forms("ko", "phrases")[event.time]["phrase"]] if event.time else []
    agent_particle = "은" if topic or (event.agent.definite and not subordinate) else "이"
    agent = with_particle(thing(event.agent), agent_particle)
    if event.patient_first:
        mark = forms("ko", "verbs")[event.verb]["object"]
        words = [with_particle(thing(event.patient) + mark, "은")]
        rest = [with_particle(thing(event.agent), "이"), *_arguments(event)]
    else:
        words, rest = [agent], _arguments(event)
    words = [*time, *words] if event.time_first else [*words, *time]
    return " ".join([*words, *rest, verb(event, ending)])


def realise(meaning: Meaning) -> str:
    """Korean sentence for ``meaning``."""
    main, other, relation = meaning.main, meaning.other, meaning.relation
    if relation is None:
        text = clause(main)
    elif relation == "and":
        text = f"{clause(main, ending='and')} {' '.join([*_arguments(other), verb(other)])}"
    elif relation == "but":
        text = f"{clause(main, topic=True, ending='but')} {clause(other, topic=True)}"
    else:
        text = f"{clause(other, subordinate=True, ending=relation)} {clause(main)}"
    return text + "."
