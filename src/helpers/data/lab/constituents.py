"""The order of the parts of a clause: a language's own, or that of English (a dial).

A realiser names the parts of a clause, each with its own endings, particles and prepositions, and
has a table of their order. Where the dial of order is turned, `arranged` takes English's table
instead. What is inside a part (a noun phrase, a group of verbs) keeps the language's own order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.data.lab.grammar import Event
from helpers.data.lab.speech import english_order

# "objects" stands for patient and recipient in the order that the event has them in
_PLAIN = ("agent", "verb", "objects", "goal", "manner", "place", "time")
_PATIENT_FIRST = ("patient", "verb", "recipient", "agent", "manner", "place", "time")


def early_manner(event: Event) -> bool:
    """Whether English puts the adverb before its main verb and not behind the objects.

    Behind "by the boys" it would seem to tell of the boys; but three words are too many before.
    """
    return event.manner == "suddenly" or (event.patient_first and event.manner != "unexpectedly")


def in_own_order(event: Event, parts: Mapping[str, str], own: Sequence[str]) -> list[str]:
    """The parts of a clause in the order ``own``, whatever the dial says.

    parts : words by name: agent, patient, recipient, goal, place, time, manner, verb, or a name
        that only ``own`` has; what is missing or empty is left out.
    own : names; "objects" stands for patient and recipient as the event has them. A time that the
        event puts first goes first.
    """
    objects = ("recipient", "patient") if event.recipient_first else ("patient", "recipient")
    names = [n for name in own for n in (objects if name == "objects" else (name,))]
    if event.time_first:
        names = ["time", *(name for name in names if name != "time")]
    return [parts[name] for name in names if parts.get(name)]


def arranged(
    event: Event, parts: Mapping[str, str], own: Sequence[str], asked: str | None = None
) -> list[str]:
    """The parts of a clause in the order ``own`` or, by the dial, in the order of English.

    ``asked``: in a question, the part that the question word stands for; English has it first.

    >>> from helpers.data.lab.speech import speaking
    >>> eat, parts = Event("eat", None), {"time": "오늘", "agent": "소년은", "verb": "먹었다"}
    >>> arranged(eat, parts, ("agent", "time", "verb"))
    ['소년은', '오늘', '먹었다']
    >>> with speaking(order="english"):
    ...     arranged(eat, parts, ("agent", "time", "verb"))
    ['소년은', '먹었다', '오늘']
    """
    if not english_order():
        return in_own_order(event, parts, own)
    names = list(_PATIENT_FIRST if event.patient_first else _PLAIN)
    if early_manner(event):
        names.remove("manner")
        names.insert(names.index("verb"), "manner")
    if asked is None:
        return in_own_order(event, parts, names)
    rest = {name: words for name, words in parts.items() if name != asked}
    return [parts[asked], *in_own_order(event, rest, names)]
