"""Puts meanings into Chinese: classifiers, aspect, what and where and how before the verb.

A bare noun is the known one. The past is told by 了 (of the verb, or of its complement), denied
by 没有. A patient that comes first is the subject of 被; a patient before its recipient takes 把.
Words are written together, as Chinese is.
"""

from __future__ import annotations

from dataclasses import replace

from helpers.data.lab.constituents import arranged
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import animate, concepts
from helpers.data.lab.speech import english_order
from helpers.data.lab.spelling import forms

# these stand before the auxiliary and the place, the others just before the verb
_SENTENCE_ADVERBS = frozenset({"suddenly", "unexpectedly"})


def thing(t: Thing, definite: bool | None = None, pointed: bool = False) -> str:
    """Noun phrase; ``definite`` overrides what the thing says of itself.

    ``pointed``: a known thing is pointed at, as behind 给 and a recipient no bare noun can stand.

    >>> thing(Thing("key", definite=False)), thing(Thing("wolf", "big", "3"))
    ('一把钥匙', '那三只很大的狼')
    >>> thing(Thing("key"), pointed=True), thing(Thing("milk"), pointed=True)
    ('那把钥匙', '牛奶')
    """
    row = forms("zh", "nouns")[t.noun]
    definite = t.definite if definite is None else definite
    tags = concepts("nouns")[t.noun].names("tags")
    words = []
    many = t.number == "many"
    if many:
        if "person" not in tags:
            words.append("那些" if definite else "一些")
    elif t.number != "one":
        number = forms("zh", "phrases")[t.number]["phrase"] + row["classifier"]
        words.append("那" + number if definite else number)
    elif "mass" not in tags and (pointed or not definite):
        words.append(("那" if definite else "一") + row["classifier"])
    if t.relative:
        words += [*_predicate(t.relative), "的"]
    if t.adjective:
        words.append(forms("zh", "adjectives")[t.adjective]["attributive"])
    words.append(row["noun"])
    if many and "person" in tags:
        words.append("们")
    if t.partner:
        words += ["和", thing(t.partner)]
    return "".join(words)


def _auxiliary(event: Event) -> list[str]:
    """What stands before place and manner: negation, future, progressive."""
    if event.quality or event.tense == "past":
        return ["没有"] if event.negated and not event.quality else []
    if event.tense == "future":
        return ["不会" if event.negated else "会"]
    if event.tense == "habitual":
        return ["不"] if event.negated else []
    # the 在 of the place is also the 在 of the progressive
    if event.negated:
        return ["没有" if event.place else "没有在"]
    return ["正" if event.place else "正在"]


def _done(event: Event) -> bool:
    """Whether the clause bears 了."""
    return event.tense == "past" and not event.negated


def _verb(event: Event, base: str, past: str, bare: bool = False) -> str:
    """The verb with 了 where it is due; ``bare`` leaves it out."""
    row = forms("zh", "verbs")[event.verb]
    if _done(event) and not bare:
        return row[past]
    # what was not done was not brought to its end either: 没有抓住, without 了
    told = event.tense == "past" and row[past].endswith("了")
    return row[past][:-1] if told else row[base]


def _to_recipient(event: Event, recipient: str, bare: bool = False) -> list[str]:
    """Verb and recipient where the patient stands before the verb."""
    row = forms("zh", "verbs")[event.verb]
    done = "了" if _done(event) and not bare else ""
    if row["tail"]:
        return [row["ba"], recipient, row["tail"], done]
    return [row["ba"], done, recipient]


def _objects(event: Event, asked: str | None, bare: bool) -> list[str]:
    """Verb with patient, recipient and goal; the question word for the one that is asked for."""
    row = forms("zh", "verbs")[event.verb]
    patient = recipient = ""
    if event.patient:
        patient = thing(event.patient)
        if asked == "patient":
            patient = _asked_patient(event)
    if event.recipient:
        recipient = "谁" if asked == "recipient" else thing(event.recipient)
        recipient_first = event.recipient_first or asked == "patient"
        if event.patient_first:
            return _to_recipient(event, recipient)
        if not recipient_first or asked == "recipient":
            return ["把", patient, *_to_recipient(event, recipient, bare)]
        verb = _verb(event, "base", "past", bare)
        if row["coverb"]:
            return [row["coverb"], recipient, verb, patient]
        if asked != "patient":
            patient = thing(event.patient, pointed=True)
        return [verb, recipient, patient]
    if event.patient_first:
        return [_verb(event, "passive", "passive_past")]
    verb = _verb(event, "base", "past", bare)
    if event.goal:
        goal = "哪里" if asked == "place" else forms("zh", "nouns")[event.goal]["noun"]
        return [verb, goal]
    if row["coverb"]:
        return [row["coverb"], patient, verb]
    return [verb, patient]


def _asked_patient(event: Event) -> str:
    return "谁" if animate(event.patient.noun) else "什么"


def _predicate(event: Event, asked: str | None = None, bare: bool = False) -> list[str]:
    """All of a clause behind its subject and time; ``bare`` leaves 了 out."""
    if event.quality:
        row = forms("zh", "adjectives")[event.quality]
        return [row["denied" if event.negated else "predicate"]]
    manner = forms("zh", "phrases")[event.manner]["phrase"] if event.manner else ""
    early = event.manner in _SENTENCE_ADVERBS
    words = [manner if early else "", *_auxiliary(event)]
    if event.place:
        place = forms("zh", "nouns")[event.place]
        words.append("在哪里" if asked == "place" else f"在{place['noun']}{place['within']}")
    if event.patient_first:
        words += ["被", thing(event.agent)]
    return [*words, "" if early else manner, *_objects(event, asked, bare)]


# question words in the order of English
_ASKED = {"time": "什么时候", "place": "在哪里", "goal": "哪里", "agent": "谁"}


def _subject(event: Event) -> str:
    if event.patient_first:
        return thing(event.patient, None if event.patient.plural else True)
    return thing(event.agent)


def _time(event: Event) -> str:
    return forms("zh", "phrases")[event.time]["phrase"] if event.time else ""


def _every(event: Event) -> str:
    # a habit holds for all the days that are named
    return "都" if event.time and event.tense == "habitual" else ""


def _parts(event: Event, asked: str | None = None) -> dict[str, str]:
    """The parts of a clause in the order of English, with no 把 in front of a patient."""
    subject = "patient" if event.patient_first else "agent"
    parts = {"time": _time(event), subject: _subject(event)}
    if event.quality:
        return parts | {"verb": "".join(_predicate(event))}
    row, nouns = forms("zh", "verbs")[event.verb], forms("zh", "nouns")
    verb = _verb(event, "base", "past")
    if event.manner:
        parts["manner"] = forms("zh", "phrases")[event.manner]["phrase"]
    if event.place:
        parts["place"] = f"在{nouns[event.place]['noun']}{nouns[event.place]['within']}"
    if event.goal:
        parts["goal"] = nouns[event.goal]["noun"]
    if event.recipient:
        recipient = thing(event.recipient)
        if event.patient_first:
            done = "了" if _done(event) else ""
            verb = row["ba"] + ("" if row["tail"] else done)
            parts["recipient"] = recipient + (row["tail"] + done if row["tail"] else "")
        elif row["coverb"]:
            parts["recipient"] = row["coverb"] + recipient
        elif event.recipient_first:
            parts["recipient"] = recipient
        else:
            # 递给了女孩 without what is handed over: 递了戒指给女孩
            parts["recipient"] = "给" + recipient
            verb = verb.replace("给", "", 1) if row["base"] != "给" else verb
    if event.patient and not event.patient_first:
        governs = "" if event.recipient else row["coverb"]
        parts["patient"] = governs + thing(event.patient)
    if event.patient_first:
        verb = verb if event.recipient else _verb(event, "passive", "passive_past")
        parts["agent"] = "被" + thing(event.agent)
    # 在 of the progressive stands beside the verb, whatever place is named
    auxiliary = "".join(_auxiliary(replace(event, place=None)))
    if asked == "patient":
        parts["patient"] = _asked_patient(event)
    elif asked == "agent" and not animate(event.agent.noun):
        parts["agent"] = "什么"
    elif asked == "recipient":
        parts["recipient"] = (row["coverb"] or "给") + "谁"
    elif asked:
        parts[asked] = _ASKED[asked]
    return parts | {"verb": _every(event) + auxiliary + verb}


def clause(event: Event) -> str:
    """One event with its subject, without full stop."""
    if english_order():
        return "".join(arranged(event, _parts(event), ()))
    start = [_subject(event), _time(event)]
    start = start[::-1] if event.time_first else start
    return "".join([*start, _every(event), *_predicate(event)])


def _second(event: Event) -> str:
    """A second clause of the same agent."""
    if english_order():
        return "".join(arranged(event, _parts(event) | {"agent": ""}, ()))
    return "".join(_predicate(event))


def realise(meaning: Meaning) -> str:
    """Chinese sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main}，并{_second(other)}"
    elif relation == "but":
        text = f"{main}，但{clause(other)}"
    elif relation == "because":
        first = f"因为{clause(other)}，所以{main}"
        text = first if meaning.other_first else f"{main}，因为{clause(other)}"
    elif relation == "while":
        # simultaneity is told by 的时候 or 当时; the verb stays bare beside the former
        first = f"{_without_progressive(other)}的时候，{main}"
        text = first if meaning.other_first else f"{main}，当时{clause(other)}"
    else:
        clauses = [f"{clause(other)}之后", main]
        # Chinese has what came before first, English where the meaning says
        later = english_order() and not meaning.other_first
        text = "，".join(clauses[::-1] if later else clauses)
    return text + "。"


def _without_progressive(event: Event) -> str:
    """A clause without the mark of the progressive, which 的时候 makes needless."""
    if event.tense != "past_progressive" or event.negated or event.quality:
        return clause(event)
    if english_order():
        return clause(replace(event, tense="habitual"))
    words = _predicate(event)
    return thing(event.agent) + "".join(w for w in words if w not in ("正", "正在"))


def ask(event: Event, role: str) -> str:
    """Chinese question for a role of an event: the question word stands where the answer would.

    When and where something was done is asked with 是 and 的 in the place of 了.
    """
    if english_order():
        asked = "goal" if role == "place" and event.goal else role
        return "".join(arranged(event, _parts(event, asked), (), asked)) + "？"
    time, bare = _time(event), False
    if role == "agent":
        # behind 每天 the question word would mean everybody: it stands first
        start = ["谁" if animate(event.agent.noun) else "什么", time]
    else:
        bare = _done(event) and (role == "time" or (role == "place" and bool(event.place)))
        start = [thing(event.agent), "什么时候" if role == "time" else time]
        if bare:
            start.insert(1 if role == "time" else 2, "是")
    tail = "的" if bare else ""
    return "".join([*start, *_predicate(event, role, bare), tail]) + "？"
