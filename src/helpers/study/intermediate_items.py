"""Chapter 7: which items an intermediate training learns from, and on which its difficulty is told.

A data set's pool is drawn once by item id. Each of its items has a difficulty level (see
``difficulty``), and a share of every level is held out: difficulty is measured there and never on
what was learnt from. All mechanisms draw from this one pool. Nothing is trained here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.courses import Course, Sizes
from helpers.study.intermediate_rules import Family, rules
from helpers.study.transfer_data import CourseData, drawn_by_id, first_by_id

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BATCH = 16
_MEASURED = 1000  # items that difficulty is told on, where it need not be that of a level
_LAB_SEED = 7  # other sentences than those of the targets
_LAB_SHRINK = {"n": 300, "held": 100}  # pages train while one waits


@dataclass(frozen=True, eq=False)
class Pool:
    """Items of one intermediate data set that share no text with any scored one."""

    family: Family
    task: str
    table: pd.DataFrame
    labels: tuple[str, ...]
    fingerprint: str
    notes: tuple[str, ...] = field(default=())

    @property
    def per_level(self) -> int:
        """Items of a level, held out ones included."""
        return self.family.n + self.family.held

    def course(self, train: pd.DataFrame, held: pd.DataFrame) -> CourseData:
        """What is to be taught, in the form in which chapters 3 to 5 are taught."""
        family = self.family
        split = (self.task, family.split)
        sizes = Sizes(len(train), len(held), family.epochs, BATCH, family.max_length)
        course = Course(
            name=f"intermediate {family.name}",
            kind=family.kind,
            learn={"en": split},
            validation={"en": None},
            source=split,
            targets=(),
            form=family.form,
        )
        name = f"{self.task} en {family.split}"
        return CourseData(
            course, self.task, sizes, self.labels, train, held, (), {name: self.fingerprint}
        )


def sized(family: Family, data: str, n_items: int = 0) -> Family:
    """The family's sizes for a source of data: a page's own for the laboratory, or as asked."""
    if data == "lab":
        if not family.lab:
            there = [name for name, one in rules().families.items() if one.lab]
            raise UserError("intermediate", family.name, ", ".join(there))
        family = replace(family, task=family.lab, epochs=2, form="", **_LAB_SHRINK)
    if n_items:
        share = family.held / family.n
        family = replace(family, n=n_items, held=max(20, round(share * n_items)))
    return family


@lru_cache(maxsize=16)
def pool(name: str, data: str, n_items: int = 0) -> Pool:
    """The pool of an intermediate data set: four levels of items, less what repeats scored text.

    Of items about one premise, paragraph or dialogue only one is taken: what is held out shares
    none with what is learnt. Sentences that stand in a set twice stay (a few in a hundred of pos),
    and so do hypotheses that stand under several premises.

    Errors: UserError on ``intermediate`` where the source has no such set, on ``n_items`` where it
    has too few items.
    """
    from helpers.data.overlap import drop_overlap
    from helpers.data.sources import load
    from helpers.data.tasks import task

    family = sized(rules().family(name), data, n_items)
    wanted = rules().levels * (family.n + family.held)
    if data == "lab":
        rows = load(family.task, "en", "train", data, n=wanted, seed=_LAB_SEED)
    else:
        rows = load(family.task, "en", family.split, data)
    table = rows.table
    if data != "lab":  # generated splits share no sentence
        single = one_a_text(table, family.symmetric, family.drawn)
        table = first_by_id(single, wanted + wanted // 3)
        table, dropped = drop_overlap(table, *_scored(data))
    else:
        dropped = {}
    table = first_by_id(table.reset_index(drop=True), wanted)
    if len(table) < wanted:
        raise UserError(
            "n_items", family.n, f"{rules().levels} levels within {len(table)} items of {name}"
        )
    notes = ()
    if any(dropped.values()):
        told = ", ".join(f"{count} {how}" for how, count in dropped.items())
        notes = (f"{family.task}: items left out that repeat scored text: {told}",)
    labels = tuple(task(family.task).labels) if family.kind != "similarity" else ()
    if family.kind == "classification" and (lacking := set(labels) - set(table["label"])):
        given = f"{name}, of which no item is {', '.join(sorted(lacking))}"
        raise UserError("intermediate", given, "a data set with items of every label")
    return Pool(family, family.task, table, labels, rows.fingerprint, notes)


def one_a_text(table: pd.DataFrame, symmetric: bool = False, drawn: bool = False) -> pd.DataFrame:
    """One item about each context or premise, or with either sentence; of others all.

    symmetric : no text of a pair may stand in another one, whichever side it is on. drawn : also
    where items offer choices.

    Drawn by id, not the first: files have hypotheses of a premise label by label, and questions on
    a paragraph in the order of their answers. Of sentence pairs the first (of RTE, which has some
    premises several times, shares of labels are as in the whole). Of dialogues the first, too, as
    recorded runs have it; that is no accident either: where a dialogue has several questions (one
    in four), the first asks about what stands earlier.

    >>> import pandas as pd
    >>> pairs = {"id": ["a", "b"], "text": ["It rains."] * 2, "text2": ["Rain.", "Sun."]}
    >>> one_a_text(pd.DataFrame(pairs))["id"].tolist()
    ['a']
    >>> alike = {"id": ["a", "b"], "sentence1": ["Rain.", "Sun."], "sentence2": ["Hail.", "Rain."]}
    >>> one_a_text(pd.DataFrame(alike))["id"].tolist()
    ['a']
    >>> alone = {"id": ["a", "b"], "text": ["It rains."] * 2, "text2": ["", ""]}
    >>> len(one_a_text(pd.DataFrame(alone)))
    2
    >>> asked = {"id": ["a", "b"], "context": ["", ""], "question": ["Why?", "Where?"]}
    >>> len(one_a_text(pd.DataFrame(asked)))
    2
    """
    pairs = "text2" in table and bool((table["text2"] != "").any())
    contexts = "context" in table and bool((table["context"] != "").any())
    column = "context" if contexts else "text" if pairs else None
    if "sentence1" in table or symmetric:
        names = ("text", "text2") if symmetric else ("sentence1", "sentence2")
        seen: set[str] = set()
        fresh = []
        for both in zip(*(table[name] for name in names), strict=True):
            fresh.append(not seen.intersection(both))
            seen.update(both if fresh[-1] else ())
        return table[fresh].reset_index(drop=True)
    if column is None:
        return table
    in_order = drawn or column == "text" or "answers" in table
    ordered = table.iloc[drawn_by_id(table["id"])] if in_order else table
    return ordered.drop_duplicates(column).sort_index().reset_index(drop=True)


@lru_cache(maxsize=2)
def _scored(data: str) -> tuple[pd.DataFrame, ...]:
    """English tables of which a target scores rows; targets in other languages share no words."""
    from helpers.data.sources import load
    from helpers.study.courses import COURSES

    found = {course.source for course in COURSES["07_intermediate"]}
    return tuple(load(*_split(split), data).table for split in sorted(found))


def _split(split: tuple[str, str]) -> tuple[str, str, str]:
    return split[0], "en", split[1]


def strata(one: Pool, lengths: Sequence[int]) -> np.ndarray:
    """What all levels must have alike: the label and the third of the length, one name an item.

    Similarity has fifths of the score for labels; tags and answers have lengths alone.
    """
    import numpy as np
    import pandas as pd

    table, kind = one.table, one.family.kind
    thirds = pd.Series(np.asarray(lengths)).rank(method="first").mul(3).sub(1)
    thirds = (thirds // max(1, len(table))).clip(0, 2).astype(int)
    if kind in ("classification", "choice"):
        labels = [str(label) for label in table["label"]]
    elif kind == "similarity":
        labels = [str(int(min(score, 4.999))) for score in table["score"]]
    else:
        labels = [""] * len(table)
    return np.array([f"{label} {third}" for label, third in zip(labels, thirds, strict=True)])


def levels(one: Pool, information: Mapping[str, float], lengths: Sequence[int]) -> np.ndarray:
    """Difficulty level of every item of the pool: 0, the easiest, to the hardest."""
    import numpy as np

    from helpers.maths.difficulty import levels_by_pvi

    values = np.array([information[item] for item in one.table["id"]])
    return levels_by_pvi(values, strata(one, lengths), rules().levels)


def held_out(one: Pool, level: np.ndarray) -> np.ndarray:
    """Which items measure difficulty: of each level as many, drawn by id."""
    import numpy as np

    held = np.zeros(len(one.table), dtype=bool)
    places = {item: place for place, item in enumerate(one.table["id"])}
    for number in range(rules().levels):
        part = one.table[level == number].reset_index(drop=True)
        for item in first_by_id(part, one.family.held)["id"]:
            held[places[item]] = True
    return held


def of_level(one: Pool, level: np.ndarray, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items of one level: to learn from, and held out."""
    held = held_out(one, level)
    mine = level == number
    return _rows(one, mine & ~held), _rows(one, mine & held)


def of_all_levels(one: Pool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As many items as a level has, drawn by id from all: to learn from, and held out."""
    held = first_by_id(one.table, one.family.held)
    rest = one.table[~one.table["id"].isin(held["id"])].reset_index(drop=True)
    return first_by_id(rest, one.family.n), held


def tried_on(one: Pool) -> pd.DataFrame:
    """Items that a learning rate is chosen on: none that `of_all_levels` learns or holds out."""
    used = {item for part in of_all_levels(one) for item in part["id"]}
    return first_by_id(_rows(one, ~one.table["id"].isin(used)), one.family.held)


def measured_on(one: Pool) -> pd.DataFrame:
    """Items that tell how hard a task is as it is: ``_MEASURED``, or what there is.

    None that it learns from or that a learning rate is tried on; all that are held out.
    """
    used = {item for part in (of_all_levels(one)[0], tried_on(one)) for item in part["id"]}
    return first_by_id(_rows(one, ~one.table["id"].isin(used)), _MEASURED)


def _rows(one: Pool, chosen: Any) -> pd.DataFrame:
    return one.table[chosen].reset_index(drop=True)


def text_lengths(one: Pool, way: Any) -> list[int]:
    """Tokens of every item, of all its segments."""
    if one.family.kind == "span":
        first: dict[int, int] = {}
        for window in way.windows(one.table):
            first[window["item"]] = first.get(window["item"], 0) + len(window["input_ids"])
        return [first[place] for place in range(len(one.table))]
    return [sum(len(part) for part in row["segments"]) for row in way.rows(one.table)]
