"""The laboratory's dials: what an experiment turns, one thing at a time.

A dial changes what it names and nothing else that is counted (`study.laboratory_checks` measures
it). Which kinds of items have which dial stands in `DIALS_OF`; what each kind does where a dial is
left alone in `OWN`. Not for language: dials that re-spell or re-order a language are obeyed in
``speech``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from helpers.errors import UserError

ORDERS = ("own", "english")
MOST_SENTENCES = 40
DEEPEST = 3

# the dials that change items; overlap and order change what languages look like, of every kind
DIALS_OF = {
    "parallel": ("size", "rarity"),
    "sts": ("noise", "size", "rarity"),
    "mrc": ("noise", "depth", "distractors", "sharing", "length", "size", "rarity"),
    "reviews": ("noise", "depth", "length", "size", "rarity"),
    "nli": ("noise", "depth", "length", "size", "rarity"),
}
OWN = {
    "parallel": {},
    "sts": {},
    "mrc": {"depth": 1, "distractors": 1, "sharing": 0.5, "length": 5},
    "reviews": {"depth": 2, "length": 4},
    "nli": {"depth": 1, "length": 1},
}


def _share(name: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise UserError(name, value, "a number from 0 to 1")


def _whole(name: str, value: object, least: int, most: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        raise UserError(name, value, f"a whole number from {least} to {most}")


@dataclass(frozen=True, slots=True)
class Dials:
    """Settings of a draw; None leaves a dial where the kind has it (`OWN`).

    Of training items only, so that what is scored stays as it was:
    noise : share of labels exchanged for another one, each as likely; inputs stay.
    size : at most so many items; fewer are the first of more.
    rarity : share of the draws in which a fixed half of the words is passed over.

    Of all items, at equal length:
    depth : operations that must be composed to tell the label, 0 to 3 (what they are: ``reviews``,
        ``nli``, ``mrc``).
    distractors : sentences that share words with the question (mrc).
    sharing : share of the question's words that each of them takes over.
    length : sentences of a passage, a review or a premise.

    Of languages other than English, each independent of the other:
    overlap : share of content words spelt as in English.
    order : "own" or "english", the order of words.

    >>> Dials(depth=3).of("reviews").length
    4
    """

    noise: float = 0.0
    size: int | None = None
    rarity: float = 0.0
    depth: int | None = None
    distractors: int | None = None
    sharing: float | None = None
    length: int | None = None
    overlap: float = 0.0
    order: str = "own"

    def __post_init__(self) -> None:
        for name in ("noise", "rarity", "overlap"):
            _share(name, getattr(self, name))
        if self.sharing is not None:
            _share("sharing", self.sharing)
        for name, least, most in (
            ("size", 1, 1_000_000),
            ("depth", 0, DEEPEST),
            ("distractors", 0, MOST_SENTENCES),
            ("length", 1, MOST_SENTENCES),
        ):
            if getattr(self, name) is not None:
                _whole(name, getattr(self, name), least, most)
        if self.order not in ORDERS:
            raise UserError("order", self.order, ORDERS)

    def of(self, kind: str) -> Dials:
        """These dials with what ``kind`` leaves open filled in.

        Raises
        ------
        UserError for a dial that is turned and that ``kind`` does not have, and for fewer sentences
        than the other dials ask for.
        """
        for field in fields(self):
            turned = getattr(self, field.name) != field.default
            if turned and field.name not in (*DIALS_OF[kind], "overlap", "order"):
                have = [name for name, dials in DIALS_OF.items() if field.name in dials]
                raise UserError("kind", kind, f"{', '.join(have)}, which have {field.name}")
        own = OWN[kind]
        dials = Dials(**{k: own.get(k) if v is None else v for k, v in asdict(self).items()})
        least = {"reviews": 2, "mrc": 1 + (dials.depth or 0) + (dials.distractors or 0)}.get(
            kind, 1
        )
        if dials.length is not None and dials.length < least:
            why = " (evidence, traps, distractors)" if kind == "mrc" else " (of opinion)"
            raise UserError("length", dials.length, f"{least} or more for these dials{why}")
        return dials


TODAY = Dials()
