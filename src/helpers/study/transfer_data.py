"""Chapters 3 to 5: which rows are learnt from, chosen on and scored.

Scored rows are REPORT's, the same items in every parallel language; what is learnt from shares no
text with them. Every draw goes by item id, never by the run's seed, so seeds share all items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from helpers.errors import UserError
from helpers.study.courses import COURSES, Course, Sizes, in_laboratory
from helpers.study.transfer_params import TransferParams

if TYPE_CHECKING:
    import pandas as pd

SOURCE, TARGET, SHIFT = "source", "target", "shift"
_HELD_OUT = 500  # questions of articles that are held out to choose on
_MOST_IN_LABORATORY = 300  # the same where a page trains while one waits
_LAB_CHOSEN_ON = 300  # of generated text: pages train while the reader waits
_LAB_SEED = 0
_FEWEST = 10


@dataclass(frozen=True)
class Test:
    """One set in one language; ``role``: the source language's own, a target, or a shift."""

    task: str
    language: str
    role: str
    table: pd.DataFrame
    __test__: ClassVar[bool] = False  # the name is no promise to pytest

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.table["id"])


@dataclass(frozen=True)
class CourseData:
    """All rows of a course."""

    course: Course
    learnt: str
    sizes: Sizes
    labels: tuple[str, ...]
    train: pd.DataFrame
    validation: pd.DataFrame
    tests: tuple[Test, ...]
    fingerprints: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def load_courses(chapter: str, params: TransferParams) -> list[CourseData]:
    """Rows of the chapter's courses; those that have no set in a wanted language are left out.

    Errors: UserError on ``source_language`` and ``target_languages`` where no course has them.
    """
    courses = COURSES[chapter]
    if params.data_kind == "lab":
        courses = tuple(in_laboratory(course) for course in courses if course.lab)
    found = [_load(course, params) for course in courses if params.source_language in course.learn]
    if not found:
        there = sorted({language for course in courses for language in course.learn})
        raise UserError("source_language", params.source_language, there)
    told = {test.language for data in found for test in data.tests if test.role != SHIFT}
    if params.target_languages != ("all",):
        everywhere = set().union(*(_languages(course, params) for course in courses))
        for language in params.target_languages:
            if language not in everywhere:
                raise UserError("target_languages", language, sorted(everywhere))
    return [data for data in found if any(t.role == TARGET for t in data.tests)] or _none(told)


def _none(told: set[str]) -> list[CourseData]:
    raise UserError("target_languages", "none but the source's", sorted(told))


def _languages(course: Course, params: TransferParams) -> set[str]:
    from helpers.data.sources import available

    found: set[str] = set()
    for task, split in course.targets:
        try:
            there = available(task, params.data)
        except UserError:
            continue  # a source need not have every set
        found |= {language for language, splits in there.items() if split in splits}
    return found


def _load(course: Course, params: TransferParams) -> CourseData:
    from helpers.data.kinds import LABELLED
    from helpers.data.tasks import task

    sizes = course.sizes
    sizes = Sizes(
        params.train_size or sizes.train,
        params.report_size or sizes.report,
        params.epochs or sizes.epochs,
        sizes.batch,
        getattr(params, "max_length", sizes.max_length),
        sizes.chosen_on,
    )
    learnt = course.learn[params.source_language]
    data = _Loader(params)
    train = data.table(*learnt, params.source_language)
    tests = [*data.tests(course, sizes.report)]
    same = [t.table for t in tests if t.language == params.source_language]
    if course.kind == "choice":
        train = apart_from(train, same)
    chosen_on = course.validation[params.source_language]
    if chosen_on is not None:
        validation = data.table(*chosen_on, params.source_language)
    else:
        train, validation = hold_out(train)
    most = min(sizes.chosen_on, _LAB_CHOSEN_ON) if params.data_kind == "lab" else sizes.chosen_on
    validation = first_by_id(validation, most)
    train = data.without(train, learnt[0], validation, *same)
    train = first_by_id(train, sizes.train)
    labels = tuple(task(learnt[0]).labels) if course.kind in LABELLED else ()
    return CourseData(
        course,
        learnt[0],
        sizes,
        labels,
        train,
        validation,
        tuple(tests),
        data.fingerprints,
        data.notes,
    )


class _Loader:
    """Reads tables and remembers their fingerprints and what was left out of them."""

    def __init__(self, params: TransferParams):
        self.params = params
        self.fingerprints: dict[str, str] = {}
        self.notes: list[str] = []

    def table(self, task: str, split: str, language: str) -> pd.DataFrame:
        from helpers.data.sources import load

        rows = load(task, language, split, self.params.data, seed=_LAB_SEED)
        name = f"{task} {language} {split}"
        self.fingerprints[name] = rows.fingerprint
        if rows.report.skipped:
            self.notes.append(
                f"{name}: {len(rows.report.skipped)} of {rows.report.rows_read} skipped"
            )
        return rows.table

    def tests(self, course: Course, most: int) -> list[Test]:
        """The course's sets in the wanted languages, REPORT rows only."""
        from helpers.data.sources import available

        wanted, source_language = self.params.target_languages, self.params.source_language
        planned = [(course.source, "en", SOURCE)]
        for split in course.targets:
            try:
                there = available(split[0], self.params.data)
            except UserError:
                self.notes.append(f"{split[0]}: not in this source")
                continue
            for language in there:
                if language == "en" or split[1] not in there[language]:
                    continue
                if wanted == ("all",) or language in wanted or language == source_language:
                    planned.append((split, language, TARGET))
        planned += [(split, "en", SHIFT) for split in course.shifts]
        found = []
        for (task, split), language, role in planned:
            try:
                table = self.table(task, split, language)
            except UserError:
                if role != SHIFT:
                    raise
                self.notes.append(f"{task}: not in this source")
                continue
            table = first_by_id(reported(table), most)
            if len(table) < _FEWEST:
                given = f"{len(table)} REPORT rows of {task} {language}"
                raise UserError("data", given, f"{_FEWEST} or more")
            found.append(Test(task, language, role, table))
        return found

    def without(self, train: pd.DataFrame, name: str, *scored: pd.DataFrame) -> pd.DataFrame:
        """What is learnt from, less what repeats a scored text."""
        from helpers.data.overlap import drop_overlap

        left, dropped = drop_overlap(train, *scored)
        if any(dropped.values()):
            told = ", ".join(f"{count} {how}" for how, count in dropped.items())
            self.notes.append(f"{name}: rows left out of training that repeat scored text: {told}")
        return left


def reported(table: pd.DataFrame) -> pd.DataFrame:
    """REPORT's two thirds of a table."""
    from helpers.data.split import REPORT, fold

    return table[fold(table["id"]) == REPORT].reset_index(drop=True)


def first_by_id(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """At most ``n`` rows, drawn by id alone: parallel languages keep the same items, in order.

    >>> import pandas as pd
    >>> first_by_id(pd.DataFrame({"id": ["a", "b", "c"]}), 2)["id"].tolist()
    ['a', 'c']
    """
    if len(table) <= n:
        return table
    kept = sorted(drawn_by_id(table["id"])[:n])
    return table.iloc[kept].reset_index(drop=True)


def drawn_by_id(ids: Iterable[str]) -> list[int]:
    """Places of the ids in an order that looks random and depends on each id alone."""
    keys = [hashlib.blake2b(item.encode(), digest_size=8).digest() for item in ids]
    return sorted(range(len(keys)), key=keys.__getitem__)


def together(table: pd.DataFrame) -> pd.Series:
    """What rows belong to: their article; of choices the set of them; else each row to itself.

    Balanced COPA has every pair of choices twice, with the other one right: who learnt one of the
    two knows that the other's answer is the one it did not learn.
    """
    if "article" in table:
        return table["article"]
    if "choices" in table:
        return table["choices"].map(lambda choices: " | ".join(sorted(choices)))
    return table["id"]


def apart_from(train: pd.DataFrame, scored: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of ``train`` that belong to nothing that a scored row belongs to."""
    there = {group for table in scored for group in together(table)}
    return train[~together(train).isin(there)].reset_index(drop=True)


def hold_out(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from, and rows of whole articles (or texts) held out of them to choose on."""
    import numpy as np

    group = together(table)
    order = sorted(set(group), key=lambda name: hashlib.blake2b(name.encode()).digest())
    counts = group.value_counts()
    out: set[str] = set()
    n = 0
    for name in order:
        if n >= min(_HELD_OUT, len(table) // 5):
            break
        out.add(name)
        n += int(counts[name])
    held = np.array([name in out for name in group])
    return table[~held].reset_index(drop=True), table[held].reset_index(drop=True)


def codes(names: Sequence[str]) -> list[int]:
    """A number for each name, in order of first appearance.

    >>> codes(["b", "a", "b"])
    [0, 1, 0]
    """
    seen: dict[str, int] = {}
    return [seen.setdefault(name, len(seen)) for name in names]
