"""Puts meanings into Arabic: verb first, article, gender, dual and broken plural, unvocalised.

Only what is written without vowel signs is told, so of the cases the accusative of the indefinite,
the dual and the sound plural. Where English turns to the passive, Arabic puts the patient first
and leaves a pronoun at the verb.
"""

from __future__ import annotations

from dataclasses import replace

from helpers.data.lab.constituents import arranged, in_own_order
from helpers.data.lab.grammar import Event, Meaning, Thing
from helpers.data.lab.lexicon import animate, concepts
from helpers.data.lab.speech import english_order
from helpers.data.lab.spelling import forms

_WHO = {"m": "الذي", "f": "التي", "dual": "اللذان", "pl_m": "الذين", "pl_f": "اللاتي"}
_PRONOUN = {"m": "ه", "f": "ها", "dual": "هما", "pl_m": "هم", "pl_f": "هن"}
# prepositions of one letter are written with the next word
_JOINED = frozenset("بل")


def _person(noun: str) -> bool:
    return "person" in concepts("nouns")[noun].names("tags")


def agreement(t: Thing) -> str:
    """What follows a noun phrase agrees in: m, f, dual, pl_m or pl_f. Plural things are f."""
    kind = forms("ar", "nouns")[t.noun]["gender"]
    if t.partner or t.number == "2":
        return "dual"
    if t.number == "one":
        return kind
    return f"pl_{kind}" if _person(t.noun) else "f"


def feminine(t: Thing) -> bool:
    """Whether a verb in front of ``t`` is feminine; it never agrees in number."""
    if t.number == "many" and not _person(t.noun):
        return True
    return forms("ar", "nouns")[t.noun]["gender"] == "f"


def quality(key: str, kind: str, oblique: bool, accusative: bool = False) -> str:
    """Adjective in agreement; ``oblique``: not nominative; ``accusative``: and indefinite.

    >>> quality("new", "f", False), quality("new", "m", True, True), quality("tired", "pl_m", True)
    ('جديدة', 'جديدا', 'متعبين')
    >>> quality("little", "f", False), quality("little", "dual", False)
    ('صغيرة الحجم', 'صغيرا الحجم')
    """
    row = forms("ar", "adjectives")[key]
    if kind == "m":
        return row["accusative"] if accusative else row["masculine"]
    if kind == "f":
        return row["feminine"]
    # in صغير الحجم, small of size, the first word changes, without the ن of dual and plural
    word, of, noun = row["feminine" if kind == "pl_f" else "masculine"].partition(" ")
    if kind == "dual":
        word += "ين" if oblique else "ان"
    elif kind == "pl_f":
        word = word.removesuffix("ة") + "ات"
    elif row["plural"]:
        return row["plural"]
    else:
        word += "ين" if oblique else "ون"
    if of and kind != "pl_f":
        word = word[:-1]
    return word + of + noun


def _noun(t: Thing, case: str, definite: bool) -> tuple[str, str]:
    """Noun with its numeral, and the gender or number that its adjective takes."""
    row = forms("ar", "nouns")[t.noun]
    oblique = case != "nom"
    kind = agreement(replace(t, partner=None) if t.partner else t)
    if t.number == "one":
        if definite:
            # only what the article alone does not tell is written out in the table
            return row["definite"] or "ال" + row["indefinite"], kind
        return row["accusative" if case == "acc" else "indefinite"], kind
    if t.number == "2":
        dual = row["dual_oblique" if oblique else "dual"]
        if definite:
            known = row["dual_definite_oblique" if oblique else "dual_definite"]
            return known or "ال" + dual, kind
        return dual, kind
    plural = row["pl_oblique" if oblique else "plural"]
    if definite:
        plural = row["pl_definite"] or "ال" + plural
    if t.number == "many":
        return plural, kind
    number = forms("ar", "phrases")[t.number]["phrase"]
    if row["gender"] == "f":
        number = number.removesuffix("ة")
    if definite:
        return f"{plural} ال{number}", kind
    # the counted noun is a genitive
    return f"{number} {row['pl_oblique']}", kind


def thing(t: Thing, case: str = "nom", definite: bool | None = None) -> str:
    """Noun phrase in a case (nom, acc, gen); ``definite`` overrides the thing's own.

    >>> thing(Thing("car", "new")), thing(Thing("book", definite=False), "acc")
    ('السيارة الجديدة', 'كتابا')
    >>> thing(Thing("boy", number="3", definite=False)), thing(Thing("girl", number="2"), "gen")
    ('ثلاثة أولاد', 'البنتين')
    """
    definite = t.definite if definite is None else definite
    noun, kind = _noun(t, case, definite)
    words = [noun]
    if t.adjective:
        accusative = case == "acc" and not definite and t.number == "one"
        word = quality(t.adjective, kind, case != "nom", accusative)
        words.append("ال" + word if definite else word)
    if t.relative:
        told = replace(t.relative, agent=replace(t, relative=None, adjective=None))
        words += [_WHO[kind]] if definite else []
        words += [verb(told, subject_first=True), *_after_subject(told)]
    if t.partner:
        # و is written with the next word
        words.append("و" + thing(t.partner, case))
    return " ".join(words)


def with_preposition(preposition: str, phrase: str) -> str:
    """``phrase`` behind a preposition, written together where that has one letter.

    >>> [with_preposition(word, "البنت") for word in ("ل", "ب", "إلى")]
    ['للبنت', 'بالبنت', 'إلى البنت']
    """
    if preposition not in _JOINED:
        return f"{preposition} {phrase}"
    if preposition == "ل" and phrase.startswith("ال"):
        # two letters lam of preposition and article; a third of the noun itself is not written
        rest = phrase[2:]
        return ("ل" if rest.startswith("ل") else "لل") + rest
    return preposition + phrase


def _past(stem: str, kind: str) -> str:
    """Past of a verb behind its subject ("m" and "f" also in front of it)."""
    weak = stem[-1] in "ىا"
    if kind == "m":
        return stem
    if kind == "f":
        return (stem[:-1] if weak else stem) + "ت"
    # the last of دعا is a و elsewhere, that of رمى a ي
    root = stem[:-1] + ("و" if stem[-1] == "ا" else "ي") if weak else stem
    if kind == "dual":
        return root + "ا"
    if kind == "pl_m":
        return (stem[:-1] if weak else stem) + "وا"
    if weak:
        return root + "ن"
    # a hollow verb loses its alif before a consonant
    return (stem[:-2] + stem[-1] if stem[-2] == "ا" else stem) + "ن"


def _present(present: str, jussive: str, kind: str, short: bool) -> str:
    """Present of a verb behind its subject; ``short``: as behind لم and لن.

    >>> [_present("يرمي", "يرم", kind, False) for kind in ("m", "f", "dual", "pl_m", "pl_f")]
    ['يرمي', 'ترمي', 'يرميان', 'يرمون', 'يرمين']
    >>> _present("يزور", "يزر", "pl_m", True), _present("يزور", "يزر", "pl_f", True)
    ('يزوروا', 'يزرن')
    """
    weak = present[-1] in "ىيو"
    if kind == "f":
        return "ت" + present[1:]
    if kind == "dual":
        root = present[:-1] + "ي" if present[-1] == "ى" else present
        # two alifs are written as one
        root = root[:-1] + "آ" if root.endswith("أ") else root + "ا"
        return root + ("" if short else "ن")
    if kind == "pl_m":
        root = present[:-1] if weak else present.removesuffix("أ")
        return root + ("ؤ" if present.endswith("أ") else "") + ("وا" if short else "ون")
    if kind == "pl_f":
        return (present[:-1] + present[-1].replace("ى", "ي") if weak else jussive) + "ن"
    return present


def verb(event: Event, subject_first: bool = False, kind: str | None = None) -> str:
    """Verb with its negation or future mark, agreeing with the agent or as ``kind`` says.

    Behind its subject it agrees in number too.
    """
    row = forms("ar", "verbs")[event.verb]
    if kind is None:
        kind = "f" if feminine(event.agent) else "m"
        if subject_first:
            kind = agreement(event.agent)
    female = kind == "dual" and _all_feminine(event.agent)
    if event.tense == "past" and not event.negated:
        return _past(row["past"], "f") + "ا" if female else _past(row["past"], kind)
    denied = event.negated and event.tense in ("past", "future")
    lost = event.tense == "past" and kind in ("m", "f")
    form = _present(row["jussive" if lost else "present"], row["jussive"], kind, denied)
    if female:
        form = "ت" + form[1:]
    if event.tense == "future":
        return f"لن {form}" if event.negated else "س" + form
    if event.negated:
        return f"لم {form}" if event.tense == "past" else f"لا {form}"
    return form


def _with_pronoun(event: Event, told: str) -> str:
    """Verb with the pronoun that stands for its patient, at the verb or at its preposition."""
    pronoun = _PRONOUN[agreement(event.patient)]
    preposition = forms("ar", "verbs")[event.verb]["object"]
    if preposition:
        # على takes a ya before a pronoun
        return f"{told} {preposition.replace('ى', 'ي')}{pronoun}"
    return (told[:-1] + "ا" if told.endswith("ى") else told) + pronoun


def _parts(event: Event) -> dict[str, str]:
    """The parts of a clause but verb and agent."""
    parts, phrases = {}, forms("ar", "phrases")
    row = forms("ar", "verbs")[event.verb] if event.verb else {}
    if event.recipient:
        parts["recipient"] = with_preposition(row["recipient"], thing(event.recipient, "gen"))
        if row["direct"] and event.recipient_first and event.patient and not event.patient_first:
            parts["recipient"] = thing(event.recipient, "acc")
    if event.patient_first:
        # a topic is always known
        parts["patient"] = thing(event.patient, definite=True)
    elif event.patient and row["object"]:
        parts["patient"] = with_preposition(row["object"], thing(event.patient, "gen"))
    elif event.patient:
        parts["patient"] = thing(event.patient, "acc")
    if event.goal:
        parts["goal"] = f"{row['object']} {thing(Thing(event.goal))}"
    if event.place:
        within = forms("ar", "nouns")[event.place]["within"]
        parts["place"] = f"{within} {thing(Thing(event.place))}"
    for name in ("manner", "time"):
        if key := getattr(event, name):
            parts[name] = phrases[key]["phrase"]
    return parts


_REST = ("objects", "goal", "manner", "place", "time")
_ORDER = ("was", "verb", "agent", *_REST)
_ONGOING = ("was", "agent", "verb", *_REST)
_PATIENT_FIRST = ("patient", "verb", "agent", "recipient", "manner", "place", "time")


def _after_subject(event: Event) -> list[str]:
    """Objects, manner, place and time in the language's own order."""
    parts = _parts(event)
    gone = ["patient"] * event.patient_first + ["time"] * event.time_first
    parts = {name: words for name, words in parts.items() if name not in gone}
    return in_own_order(event, parts, _REST)


def _all_feminine(t: Thing) -> bool:
    return feminine(t) and (t.partner is None or _all_feminine(t.partner))


def _was(agent: Thing, kind: str, denied: bool = False) -> str:
    """كان behind its subject."""
    female = kind == "dual" and _all_feminine(agent)
    if not denied:
        return "كانتا" if female else _past("كان", kind)
    form = _present("يكن" if kind in ("m", "f") else "يكون", "يكن", kind, True)
    return "لم " + ("ت" + form[1:] if female else form)


def _state(event: Event, subject: str, kind: str, before: bool = True) -> list[str]:
    """ "The soup was hot": كان with its subject before or behind it, the quality an accusative."""
    female = kind == "f" or (before and feminine(event.agent) and subject != "")
    if event.tense == "past" and not before:
        be = _was(event.agent, kind, event.negated)
    elif event.tense == "past":
        be = ("لم تكن" if female else "لم يكن") if event.negated else _past("كان", "mf"[female])
    else:
        be = ("ليست" if female else "ليس") if event.negated else ""
    word = quality(event.quality, kind, bool(be), bool(be))
    words = [be, subject, word] if before else [subject, be, word]
    return [w for w in words if w]


def clause(event: Event) -> str:
    """One event, verb first; behind the subject where the order is that of English."""
    kind, subject_first = agreement(event.agent), english_order() and not event.patient_first
    parts, own = _parts(event) | {"agent": thing(event.agent)}, _ORDER
    if event.quality:
        words = _state(event, "" if subject_first else parts["agent"], kind, not subject_first)
        parts |= {"verb": " ".join(words)}
        own = ("verb", "time")
    else:
        parts["verb"] = verb(event, subject_first)
    if event.patient_first:
        parts["verb"], own = _with_pronoun(event, parts["verb"]), _PATIENT_FIRST
    elif event.tense == "past_progressive":
        parts["was"] = _past("كان", "f" if feminine(event.agent) else "m")
        if subject_first:
            parts["verb"] = f"{_was(event.agent, kind)} {parts['verb']}"
        # before its subject the verb has no number
        own = _ONGOING if kind in ("m", "f") else _ORDER
    return " ".join(arranged(event, parts, own))


def _because(event: Event) -> str:
    """A clause behind لأن, which wants its subject next, in the accusative."""
    kind = agreement(event.agent)
    if kind not in ("m", "f") and not english_order():
        return "لأنه " + clause(event)
    subject = thing(event.agent, "acc")
    if event.quality:
        words = _state(event, subject, kind, before=False)
    else:
        parts = _parts(event) | {"agent": subject, "verb": verb(event, subject_first=True)}
        words = arranged(event, parts, ("agent", "verb", *_REST))
    return "لأن " + " ".join(words)


def _second(event: Event) -> str:
    """A second clause of the same agent, which is named again only in dual and plural."""
    if english_order():
        parts = _parts(event) | {"verb": verb(event, subject_first=True)}
        return " ".join(arranged(event, parts, ()))
    if agreement(event.agent) not in ("m", "f"):
        return clause(event)
    return " ".join([verb(event), *_after_subject(event)])


def realise(meaning: Meaning) -> str:
    """Arabic sentence for ``meaning``."""
    main, other, relation = clause(meaning.main), meaning.other, meaning.relation
    if relation is None:
        text = main
    elif relation == "and":
        text = f"{main} و{_second(other)}"
    elif relation == "but":
        text = f"{main}، في حين {clause(other)}"
    elif relation == "because":
        reason = _because(other)
        text = f"{reason}، {main}" if meaning.other_first else f"{main} {reason}"
    else:
        word = "بينما" if relation == "while" else "بعد أن"
        second = f"{word} {clause(other)}"
        text = f"{second}، {main}" if meaning.other_first else f"{main} {second}"
    return text + "."


def ask(event: Event, role: str) -> str:
    """Arabic question for a role of an event, question word first.

    The patient is asked for by a relative clause with a pronoun: من ساعد الولد asks for either.
    """
    if role == "agent":
        person = animate(event.agent.noun)
        who = "من" if person else "ما الذي"
        if event.quality:
            words = [who, *_state(replace(event, agent=Thing("boy")), "", "m")]
        else:
            words = [who, verb(event, kind="m"), *_after_subject(event)]
    elif role == "patient":
        who = "من الذي" if animate(event.patient.noun) else "ما الذي"
        one = replace(event, patient=Thing("book"), patient_first=True)
        told = [_with_pronoun(one, verb(event, english_order())), thing(event.agent)]
        words = [who, *(told[::-1] if english_order() else told), *_after_subject(one)]
    else:
        if role == "recipient":
            asked = with_preposition(forms("ar", "verbs")[event.verb]["recipient"], "من")
        elif role == "place":
            asked = "أين" if event.place else "إلى أين"
            role = "place" if event.place else "goal"
        else:
            asked = "متى"
        words = [asked, clause(replace(event, **{role: None}))]
    return " ".join(words) + "؟"
