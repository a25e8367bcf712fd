"""Chapter 7: what was decided before the results, read from ``intermediate_rules.toml``.

Its hash, with that of the targets, stands in every record of the chapter. The classical design has
further tasks, from ``intermediate_context.toml``. Data only: which runs there are follows in
``intermediate_design``, what is made of them in ``intermediate_tables``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from helpers.errors import UserError
from helpers.study.courses import COURSES

FILE = Path(__file__).with_name("intermediate_rules.toml")
CONTEXT_FILE = FILE.with_name("intermediate_context.toml")
ITEMS, NOISE, MASKED, PERMUTED, LONGER, NONE = (
    "items",
    "noise",
    "masked",
    "permuted",
    "longer",
    "none",
)
MECHANISMS = (NONE, ITEMS, NOISE, MASKED, PERMUTED, LONGER)
# How these are made, which the frozen file leaves open; another way makes other records.
_MAKING = {
    NOISE: "labels exchanged among the chosen rows, anew under every seed",
    PERMUTED: "labels exchanged anew under every seed",
    MASKED: "the head begins at the frequency of words, of all in the texts",
}
OF_A_FAMILY = (ITEMS, NOISE, MASKED, PERMUTED)  # the others have no intermediate task


@dataclass(frozen=True)
class Family:
    """One intermediate data set and its sizes: ``n`` items a level to learn, ``held`` to measure.

    ``lab``: the laboratory's task of the same kind, "" where it has none; ``form``: as of a course;
    ``symmetric``: no sentence of a pair may stand in two items, whichever side it is on;
    ``drawn``: of items about one text one is drawn by id, whatever their kind.
    """

    name: str
    task: str
    split: str
    kind: str
    n: int
    held: int
    max_length: int
    epochs: int = 1
    lab: str = ""
    form: str = ""
    symmetric: bool = False
    drawn: bool = False


@dataclass(frozen=True)
class Rules:
    """The file as typed values; ``digest`` is the hash of the file and of the targets.

    ``items_digest``: of what the study item by item rests on, which has no target of its own.
    ``families``: data sets whose difficulty is changed; ``context``: those that only the classical
    design has beside them.
    """

    digest: str
    items_digest: str
    families: dict[str, Family]
    context: dict[str, Family]
    levels: int
    noise: tuple[float, ...]
    seeds: tuple[int, ...]
    difficulty_seeds: tuple[int, ...]
    learning_rates: tuple[float, ...]
    same: dict[str, tuple[str, ...]]
    controls_only: tuple[str, ...]
    smallest_effect: float
    alpha: float
    least_range: float
    fewest_sets: int
    primary: str
    retrieval: dict[str, Any]
    answer_retrieval: dict[str, Any]
    item_by_item: dict[str, Any]

    @property
    def tasks(self) -> dict[str, Family]:
        """Every intermediate data set of the chapter, those of the classical design alone last."""
        return self.families | self.context

    def family(self, name: str) -> Family:
        """An intermediate data set by name; UserError on ``intermediate`` for another one."""
        if name not in self.tasks:
            raise UserError("intermediate", name, self.tasks)
        return self.tasks[name]

    def beside(self, name: str, mechanism: str = ITEMS) -> dict[str, str]:
        """What a record tells of its data set and mechanism that the frozen file does not hold.

        >>> rules().beside("nli"), list(rules().beside("commonsense", "noise"))
        ({}, ['context', 'making'])
        """
        found = {}
        if name in self.context:
            sizes = repr(self.context[name]).encode()
            found["context"] = hashlib.sha256(sizes).hexdigest()[:16]
        if mechanism in _MAKING:
            found["making"] = _MAKING[mechanism]
        return found

    def made(self, fingerprints: Mapping[str, str], name: str, mechanism: str = ITEMS) -> bool:
        """Whether a record of an intermediate data set (or "none") was made under these rules."""
        told = self.beside(name, mechanism)
        return fingerprints.get("rules") == self.digest and all(
            fingerprints.get(key) == told.get(key) for key in ("context", "making")
        )

    def same_family(self, course: str, family: str | None) -> bool:
        """Whether a target's course and an intermediate task are of one family.

        >>> rules().same_family("similarity", "sts"), rules().same_family("similarity", "nli")
        (True, False)
        """
        return family in self.same.get(course, ())

    def asked(self, course: str, mechanism: str) -> bool:
        """Whether a target is tuned after a mechanism at all.

        >>> rules().asked("reading", "items"), rules().asked("reading", "none")
        (False, True)
        """
        return course not in self.controls_only or mechanism == NONE


@cache
def rules(path: Path = FILE) -> Rules:
    """The rules of the chapter.

    >>> len(rules().families), rules().levels, rules().primary
    (8, 4, 'items')
    """
    content = path.read_bytes().replace(b"\r\n", b"\n")
    told = tomllib.loads(content.decode())
    beside = tomllib.loads(CONTEXT_FILE.read_text("utf-8"))
    decided = content + repr(COURSES["07_intermediate"]).encode()
    of_items = repr((told["item_by_item"], COURSES["item_difficulty"]))
    return Rules(
        digest=hashlib.sha256(decided).hexdigest()[:16],
        items_digest=hashlib.sha256(of_items.encode()).hexdigest()[:16],
        families=_families(told),
        context=_families(beside),
        levels=told["levels"]["count"],
        noise=tuple(told["levels"]["noise"]),
        seeds=tuple(told["seeds"]["gain"]),
        difficulty_seeds=tuple(told["seeds"]["difficulty"]),
        learning_rates=tuple(told["learning_rates"]["tried"]),
        same={
            course: (*names, *beside["same"].get(course, ()))
            for course, names in told["same"].items()
        },
        controls_only=tuple(told["controls_only"]["targets"]),
        smallest_effect=told["decision"]["smallest_effect"],
        alpha=told["decision"]["alpha"],
        least_range=told["gates"]["least_range"],
        fewest_sets=told["gates"]["fewest_sets"],
        primary=told["decision"]["mechanism"],
        retrieval=told["retrieval"],
        answer_retrieval=told["answer_retrieval"],
        item_by_item=told["item_by_item"],
    )


def _families(told: dict[str, Any]) -> dict[str, Family]:
    return {name: Family(name, **entry) for name, entry in told["family"].items()}
