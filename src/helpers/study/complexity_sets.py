"""Chapter 6: the measured sets of all tasks, and the rows that transfer to each of them makes.

What is compared with what stands here; which order of tasks is claimed, in ``complexity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.study.row import Row
from helpers.study.transfer_data import SHIFT, SOURCE
from helpers.study.transfer_tables import Measured

if TYPE_CHECKING:
    import numpy as np

    from helpers.maths.item_statistics import Statistic
    from helpers.maths.statistics import Interval
    from helpers.maths.transfer import Side, Transfer

N_BOOT = 1000
RATIO, DIFFERENCE, RAW = "transfer ratio", "plain difference", "raw ratio"
BY_ACCURACY = "ratio by accuracy"

Key = tuple[str, str, str]  # course, task, language


@dataclass(frozen=True, eq=False)
class Set:
    """A measured set, how many seeds stand behind it, and its twin in accuracy, if it has one."""

    measured: Measured
    seeds: int
    accuracy: Measured | None = None

    def side(self, outcome: str) -> Side:
        """What an outcome is measured from."""
        if outcome == BY_ACCURACY and self.accuracy is not None:
            return self.accuracy.side()
        side = self.measured.side()
        return _from_zero(side) if outcome == RAW else side

    @property
    def key(self) -> Key:
        row = self.measured.tuned.row
        return self.measured.course.name, row.task, row.target_language

    @property
    def role(self) -> str:
        return self.measured.tuned.row.setting["role"]

    @property
    def place(self) -> int:
        """Where the chapter's own list of sets has it; a language's first set is the primary."""
        return [task for task, _ in self.measured.course.targets].index(self.key[1])


@dataclass
class Found:
    """Rows so far, and what the claims will be tested on."""

    encoder: str
    seed: int
    sets: dict[Key, Set] = field(default_factory=dict)
    sources: dict[str, Set] = field(default_factory=dict)
    values: dict[tuple[str, Key], Interval | None] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)

    def take(self, sets: Iterable[Measured], accuracies: Iterable[Measured], seeds: int) -> None:
        """Remember sets, sources apart; a course without its source is of no use."""
        twins = {Set(each, seeds).key: each for each in accuracies}
        for one in (Set(each, seeds, twins.get(Set(each, seeds).key)) for each in sets):
            if one.role == SOURCE:
                self.sources[one.key[0]] = one
            elif one.key[0] in self.sources:
                self.sets[one.key] = one

    def targets(self) -> list[tuple[Key, Set]]:
        return list(self.sets.items())

    def transfer(self, key: Key, one: Set) -> None:
        """Rows of one set, and of its source where that has none yet."""
        course, task, language = key
        source = self.sources[course]
        gains = self.between([source, one], (task, language))
        scores = self.between([source, one], (task, language), RAW)
        if gains is None or scores is None:
            return
        if not any(row.name == "source gain" and row.setting["of"] == course for row in self.rows):
            self.add("source score", scores.source_gain, source)
            self.add("source gain", gains.source_gain, source)
        self.add("target score", scores.target_gain, one)
        self.add("target base", one.measured.base.value, one)
        self.add("target gain", gains.target_gain, one)
        by_accuracy = gains
        if one.accuracy is not None:
            by_accuracy = self.between([source, one], (task, language), BY_ACCURACY) or gains
            self.add("target gain in accuracy", by_accuracy.target_gain, one)
        self.outcomes(one, gains, scores, by_accuracy)

    def outcomes(self, one: Set, gains: Transfer, scores: Transfer, by_accuracy: Transfer) -> None:
        """Rows of the outcomes; ratios that are refused are remembered by their reason."""
        of = {
            RATIO: gains.ratio,
            BY_ACCURACY: by_accuracy.ratio,
            DIFFERENCE: gains.difference,
            RAW: scores.ratio,
        }
        for name, value in of.items():
            self.values[name, one.key] = value
            if value is not None and (name != BY_ACCURACY or one.accuracy is not None):
                self.add(name, value, one)
        for name, each in ((RATIO, gains), (BY_ACCURACY, by_accuracy)):
            if each.refused and (each is not gains or name == RATIO):
                reason = f"{one.key[0]}: no {name}, {each.refused}"
                self.refused.setdefault(reason, []).append(" ".join(one.key[1:]))

    def between(
        self, sides: Sequence[Set], what: Sequence[str], outcome: str = RATIO
    ) -> Transfer | None:
        """Transfer from the first to the mean of the others; None, with a note, if undefined."""
        from helpers.maths.transfer import mean_over_languages

        source, *others = [one.side(outcome) for one in sides]
        try:
            return mean_over_languages(
                source, others, shared_items=groups(sides), n_boot=N_BOOT, seed=self.seed
            )
        except ValueError as error:
            self.notes.append(f"{' '.join(what)}: {error}")
            return None

    def told(self) -> list[str]:
        """Notes for the record: what is undefined, and what was refused, by reason."""
        return [*self.notes, *(f"{why} ({', '.join(of)})" for why, of in self.refused.items())]

    def add(self, name: str, value: Interval | float, one: Set, **setting: Any) -> None:
        """A row of one set."""
        row = one.measured.tuned.row
        primary = one.role in (SOURCE, SHIFT) or one.key == self.primary(one.key[0], one.key[2]).key
        told = {
            "of": one.key[0],
            "role": one.role if one.role in (SOURCE, SHIFT) else "primary" if primary else "beside",
            "base": one.measured.base.row.method,
            "seeds": one.seeds,
        }
        where = {"task": row.task, "kind": row.kind, "target_language": row.target_language}
        self.rows.append(self._row(name, value, row.n, told | setting, where))

    def add_claim(
        self,
        name: str,
        value: Interval | float,
        claim: str,
        language: str,
        tasks: str,
        **setting: Any,
    ) -> None:
        """A row of a claim; it has three kinds of task, so it carries that of the middle one."""
        where = {"task": tasks, "kind": "classification", "target_language": language}
        self.rows.append(self._row(name, value, 0, {"claim": claim} | setting, where))

    def _row(
        self, name: str, value: Interval | float, n: int, setting: dict, where: dict[str, str]
    ) -> Row:
        ends: dict[str, Any] = {"value": value}
        if not isinstance(value, float):
            ends = {"value": value.value, "low": value.low, "high": value.high}
        return Row(
            name=name,
            method="tuned",
            encoder=self.encoder,
            setting=setting,
            source_language="en",
            split="report",
            seed=self.seed,
            n=n,
            **where,
            **ends,
        )

    def of_course(self, course: str, language: str) -> list[Set]:
        """A language's sets of a course, the primary one first."""
        there = [s for s in self.sets.values() if s.key[::2] == (course, language)]
        return sorted((s for s in there if s.role != SHIFT), key=lambda s: s.place)

    def common_languages(self, courses: Sequence[str]) -> list[str]:
        """Languages, in order, that every recorded course has a set in.

        None where the middle course, which gives a claim its name, is missing, or both others are.
        """
        recorded = [course for course in courses if course in self.sources]
        if courses[1] not in recorded or len(recorded) < 2:
            return []
        spoken = [{key[2] for key in self.sets if key[0] == course} for course in recorded]
        return sorted(set.intersection(*spoken) - {"en"})

    def primary(self, course: str, language: str) -> Set | None:
        return next(iter(self.of_course(course, language)), None)


def groups(sides: Sequence[Set]) -> list[int]:
    """A number for each set; those whose items are translations of each other share one."""
    return [
        next(j for j, other in enumerate(sides) if other.measured.same_items(one.measured))
        for one in sides
    ]


def _from_zero(side: Side) -> Side:
    """The side with a base that scores 0: its gains are scores."""
    import numpy as np

    from helpers.maths.item_statistics import weighted_mean
    from helpers.maths.transfer import Side

    statistic: Statistic = side.statistic or weighted_mean
    tuned = np.asarray(side.tuned)
    n_seeds = len(tuned)

    def of(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        values = statistic(rows[:n_seeds], weights)
        return np.concatenate([values, np.zeros((len(weights), len(rows) - n_seeds))], axis=1)

    return Side(tuned, tuned[:1], of, side.clusters)
