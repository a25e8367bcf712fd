"""Puts meanings into Hindi: oblique case, postpositions, ergative agents, agreement, verb last.

In the perfective past the agent of a transitive verb takes ने and the verb agrees with an unmarked
patient; people and animals as patients are marked with को. Where English turns to the passive,
Hindi puts the patient first.
"""

from __future__ import annotations

from dataclasses import replace

from helpers.data.lab.constituents import arranged, in_own_order
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import animate, concepts
from helpers.data.lab.speech import english_order
from helpers.data.lab.spelling import forms

# irregular perfectives: masculine, its plural, feminine, its plural
_PERFECTIVE = {
    "कर": ("किया", "किए", "की", "कीं"),
    "दे": ("दिया", "दिए", "दी", "दीं"),
    "ले": ("लिया", "लिए", "ली", "लीं"),
    "जा": ("गया", "गए", "गई", "गईं"),
    "पी": ("पिया", "पिए", "पी", "पीं"),
}
# in -ा and yet without other forms
_ONE_FORM = frozenset({"घटिया"})
_VOWELS = "ाोआ"
_SHORT = {"पी": "पि"}
_IS, _WAS = ("है", "हैं", "है", "हैं"), ("था", "थे", "थी", "थीं")
_ONGOING = ("रहा", "रहे", "रही", "रही")
_HABIT = ("ता", "ते", "ती", "ती")
# places that are gone into or onto; one goes to the others without a word for it
_ENTERED = frozenset(
    {"kitchen", "garden", "yard", "street", "square", "island", "beach", "forest", "farm"}
)
_WHO_TO = {"को": "किसे", "के लिए": "किसके लिए", "की ओर": "किसकी ओर"}
_WHO_OF = {"": "किसे", "को": "किसे", "का": "किसका", "की": "किसकी", "से": "किससे"}


def perfective(stem: str, form: int) -> str:
    """Perfective of a verb; ``form``: 0 masculine, 1 its plural, 2 feminine, 3 its plural.

    >>> perfective("खा", 2), perfective("पढ़", 3), perfective("कर", 0)
    ('खाई', 'पढ़ीं', 'किया')
    """
    if stem in _PERFECTIVE:
        return _PERFECTIVE[stem][form]
    endings = ("या", "ए", "ई", "ईं") if stem[-1] in _VOWELS else ("ा", "े", "ी", "ीं")
    return stem + endings[form]


def future(stem: str, form: int) -> str:
    """Future of a verb in the forms of `perfective`.

    >>> future("खोल", 0), future("जा", 3), future("दे", 1)
    ('खोलेगा', 'जाएँगी', 'देंगे')
    """
    if stem in ("दे", "ले"):
        return stem + ("गा", "ंगे", "गी", "ंगी")[form]
    if stem[-1] in _VOWELS or stem in _SHORT:
        return _SHORT.get(stem, stem) + ("एगा", "एँगे", "एगी", "एँगी")[form]
    return stem + ("ेगा", "ेंगे", "ेगी", "ेंगी")[form]


def adjective(masculine: str, feminine: bool, changed: bool) -> str:
    """Form of an adjective; ``changed``: plural or oblique. Only those in -ा have forms.

    >>> adjective("बड़ा", True, False), adjective("थका हुआ", False, True)
    ('बड़ी', 'थके हुए')
    >>> adjective("नया", True, False), adjective("घटिया", True, False)
    ('नई', 'घटिया')
    """

    def form(word: str) -> str:
        if word in _ONE_FORM:
            return word
        for ending, other, female in (("या", "ए", "ई"), ("आ", "ए", "ई"), ("ा", "े", "ी")):
            if word.endswith(ending):
                return word[: -len(ending)] + (female if feminine else other)
        return word

    if not (feminine or changed):
        return masculine
    return " ".join(form(word) for word in masculine.split(" "))


def agreement(t: Thing) -> int:
    """Which of the four forms a verb takes that agrees with ``t``."""
    row = forms("hi", "nouns")[t.noun]
    feminine = row["gender"] == "f"
    if t.partner:
        feminine = feminine and agreement(t.partner) >= 2
    return 2 * feminine + (t.plural or row["respect"] == "1")


def thing(t: Thing, oblique: bool = False, definite: bool | None = None) -> str:
    """Noun phrase, oblique before a postposition; ``definite`` overrides the thing's own.

    >>> thing(Thing("boy", "big")), thing(Thing("boy", "big"), oblique=True)
    ('बड़ा लड़का', 'बड़े लड़के')
    """
    row = forms("hi", "nouns")[t.noun]
    definite = t.definite if definite is None else definite
    plural = t.number != "one"
    feminine = row["gender"] == "f"
    changed = oblique or plural or row["respect"] == "1"
    words = []
    if t.relative:
        doer = adjective("वाला", feminine, changed)
        # what is inside a noun phrase has no other order
        parts = _parts(t.relative) | {"verb": " ".join([*_infinitive(t.relative), doer])}
        words += in_own_order(t.relative, parts, _ORDER)
    if t.number not in ("one", "many"):
        words.append(forms("hi", "phrases")[t.number]["phrase"])
    elif not plural and not definite and "mass" not in concepts("nouns")[t.noun].names("tags"):
        words.append("एक")
    if t.adjective:
        masculine = forms("hi", "adjectives")[t.adjective]["adjective"]
        words.append(adjective(masculine, feminine, changed))
    words.append(row[("pl_" if plural else "") + ("oblique" if oblique else "direct")])
    if t.partner:
        words += ["और", thing(t.partner, oblique)]
    return " ".join(words)


def ergative(event: Event) -> bool:
    """Whether the agent takes ने."""
    return bool(
        event.verb and event.tense == "past" and forms("hi", "verbs")[event.verb]["ergative"]
    )


def _agent(event: Event) -> str:
    return thing(event.agent, True) + " ने" if ergative(event) else thing(event.agent)


def _mark(event: Event) -> str:
    """The postposition of the patient, if it has one."""
    mark = forms("hi", "verbs")[event.verb]["object"]
    return mark or ("को" if animate(event.patient.noun) else "")


def _patient(event: Event, definite: bool | None = None) -> str:
    mark = _mark(event)
    if mark:
        return f"{thing(event.patient, True, definite)} {mark}"
    return thing(event.patient, False, definite)


_ORDER = ("agent", "time", "place", "manner", "goal", "objects", "verb")
_PATIENT_FIRST = ("patient", "time", "agent", "place", "manner", "recipient", "verb")
_ASKED_AGENT = ("time", "place", "manner", "goal", "objects", "agent", "verb")
# when and where are asked as near to the verb as can be
_ASKED_LATE = ("agent", "time", "place", "manner", "goal", "objects", "asked", "verb")


def _parts(event: Event, asked: str | None = None) -> dict[str, str]:
    """What stands beside agent and verb; the question word for the role ``asked`` for."""
    nouns, phrases = forms("hi", "nouns"), forms("hi", "phrases")
    row = forms("hi", "verbs")[event.verb] if event.verb else {}
    parts = {}
    for name in ("time", "manner"):
        if key := getattr(event, name):
            parts[name] = phrases[key]["phrase"]
    if event.place:
        place = nouns[event.place]
        parts["place"] = f"{place['oblique']} {place['within']}"
    if event.goal:
        goal = nouns[event.goal]
        towards = row["object"] or (goal["within"] if event.goal in _ENTERED else "")
        parts["goal"] = f"{goal['oblique']} {towards}".strip()
    if event.recipient:
        parts["recipient"] = f"{thing(event.recipient, True)} {row['recipient']}"
    if event.patient:
        known = event.patient_first and not event.patient.plural
        parts["patient"] = _patient(event, True if known else None)
    if asked == "time":
        parts["time"] = "कब"
    elif asked == "place":
        parts["place"] = "कहाँ"
    elif asked == "goal":
        parts["goal"] = "किस ओर" if row["object"] else "कहाँ"
    elif asked == "recipient":
        parts["recipient"] = _WHO_TO[row["recipient"]]
    elif asked == "patient":
        parts["patient"] = _asked_patient(event)
    return parts


def _asked_patient(event: Event) -> str:
    mark = _mark(event)
    if animate(event.patient.noun):
        return _WHO_OF[mark]
    return f"किस चीज़ {mark}" if mark else "क्या"


def _infinitive(event: Event) -> list[str]:
    """The verb as an oblique infinitive."""
    row = forms("hi", "verbs")[event.verb]
    no = ["न"] if event.negated else []
    stems = [row["stem"], row["light"]] if row["light"] else [row["stem"]]
    return [*([row["nominal"]] if row["nominal"] else []), *no, " ".join(stems) + "ने"]


def verb(event: Event, form: int | None = None, patient_form: int | None = None) -> list[str]:
    """Verb group: nominal part, negation, verb, auxiliary.

    It agrees with the agent or, where that is ergative, with an unmarked patient; ``form`` and
    ``patient_form`` are those of a question word in their place.
    """
    form = agreement(event.agent) if form is None else form
    no = ["नहीं"] if event.negated else []
    if event.quality:
        masculine = forms("hi", "adjectives")[event.quality]["adjective"]
        be = _WAS if event.tense == "past" else _IS
        return [adjective(masculine, form >= 2, form == 1), *no, be[form]]
    row = forms("hi", "verbs")[event.verb]
    stem, light = row["stem"], "" if event.negated else row["light"]
    nominal = [row["nominal"]] if row["nominal"] else []
    if event.tense == "past":
        if ergative(event):
            form = _ergative_form(event, row, patient_form)
        done = f"{stem} {perfective(light, form)}" if light else perfective(stem, form)
        return [*nominal, *no, done]
    if event.tense == "future":
        coming = f"{stem} {future(light, form)}" if light else future(stem, form)
        return [*nominal, *no, coming]
    if event.tense == "habitual":
        if event.negated:
            return [*nominal, *no, stem + ("तीं" if form == 3 else _HABIT[form])]
        return [*nominal, stem + _HABIT[form], _IS[form]]
    be = _WAS if event.tense == "past_progressive" else _IS
    return [*nominal, *no, stem, _ONGOING[form], be[form]]


def _ergative_form(event: Event, row: dict[str, str], patient_form: int | None) -> int:
    if row["nominal_gender"]:
        return 2 * (row["nominal_gender"] == "f")
    if event.patient is None or _mark(event):
        return 0
    return agreement(event.patient) if patient_form is None else patient_form


def _split(event: Event, group: list[str]) -> tuple[list[str], list[str]]:
    """A verb group in the noun that a verb like मदद करना has, and the rest."""
    row = forms("hi", "verbs")[event.verb] if event.verb else {}
    noun = bool(row and row["nominal_gender"])
    return group[:noun], group[noun:]


def clause(event: Event) -> str:
    """One event with its subject, without full stop."""
    parts, own, group = _parts(event), _ORDER, verb(event)
    if event.patient_first:
        own = _PATIENT_FIRST
        if _mark(event) in ("का", "की"):
            # a genitive is not parted from its noun: नाविक का स्वागत औरत ने किया
            noun, group = _split(event, group)
            parts["patient"] = " ".join([parts["patient"], *noun])
    parts |= {"agent": _agent(event), "verb": " ".join(group)}
    return " ".join(arranged(event, parts, own))


def _second(main: Event, other: Event) -> str:
    """A second clause of the same agent, told by a pronoun where ने comes or goes."""
    words = arranged(other, _parts(other) | {"verb": " ".join(verb(other))}, _ORDER)
    plural = agreement(other.agent) % 2
    if ergative(other) and not ergative(main):
        words.insert(0, "उन्होंने" if plural else "उसने")
    elif ergative(main) and not ergative(other):
        words.insert(0, "वे" if plural else "वह")
    return " ".join(words)


def _nominal_clause(event: Event) -> str:
    """An event as an infinitive with its agent in the genitive, before के बाद."""
    group = _infinitive(event)
    parts = _parts(event) | {"agent": thing(event.agent, True) + " के", "verb": " ".join(group)}
    return " ".join(arranged(event, parts, _ORDER))


def realise(meaning: Meaning) -> str:
    """Hindi sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main} और {_second(meaning.main, other)}"
    elif relation == "but":
        text = f"{main}, लेकिन {clause(other)}"
    elif relation == "because":
        first = f"चूँकि {clause(other)}, इसलिए {main}"
        text = first if meaning.other_first else f"{main}, क्योंकि {clause(other)}"
    elif relation == "while":
        first = f"जब {clause(other)}, तब {main}"
        text = first if meaning.other_first else f"{main}, जब {clause(other)}"
    else:
        clauses = [f"{_nominal_clause(other)} के बाद", main]
        # Hindi has the subordinate clause first, English where the meaning says
        later = english_order() and not meaning.other_first
        text = " ".join(clauses[::-1] if later else clauses)
    return text + "।"


def ask(event: Event, role: str) -> str:
    """Hindi question for a role of an event: the question word stands near the verb."""
    if role == "place" and event.goal:
        role = "goal"
    if not english_order():
        event = replace(event, recipient_first=role != "recipient")
    parts, group = _parts(event, role) | {"agent": _agent(event)}, verb(event)
    own = _ORDER
    if role == "agent":
        person, own = animate(event.agent.noun), _ASKED_AGENT
        if ergative(event):
            parts["agent"] = "किसने" if person else "किस चीज़ ने"
        else:
            parts["agent"] = "कौन" if person else "कौन-सी चीज़"
        group = verb(event, 0 if person else 2)
    elif role == "patient":
        group = verb(event, None, 0)
    elif role in ("time", "place") and not english_order():
        noun, group = _split(event, group)
        parts["asked"] = " ".join([*noun, parts.pop(role)])
        role, own = "asked", _ASKED_LATE
    return " ".join(arranged(event, parts | {"verb": " ".join(group)}, own, role)) + "?"
