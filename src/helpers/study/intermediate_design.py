"""Chapter 7: which runs the study consists of, cell by cell, in the order in which they are made.

A cell is one run: an intermediate data set (or none), a mechanism, a level and a seed. Controls
without an intermediate task come first, as they tell which targets count; then seed by seed, so
that a study that stops early has whole seeds. What is decided about them stands in
``intermediate_rules``; how many are recorded is asked of the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.errors import UserError
from helpers.study.intermediate_rules import (
    ITEMS,
    LONGER,
    MASKED,
    NOISE,
    NONE,
    OF_A_FAMILY,
    PERMUTED,
    rules,
)

CONTEXT = "context"
# design -> mechanisms that it needs; every design needs the control without an intermediate task
DESIGNS: dict[str, tuple[str, ...]] = {
    "primary": (NONE, ITEMS),
    "controls": (NONE, LONGER, PERMUTED, MASKED),
    CONTEXT: (NONE, NOISE),  # level 0 of noise: the task as it is, the classical design
    "noise": (NONE, NOISE),
}


@dataclass(frozen=True, order=True)
class Cell:
    """One run of the grid.

    >>> Cell(0, "items", "nli", 2).name
    'nli-items-2-seed0'
    """

    seed: int
    mechanism: str
    intermediate: str
    level: int

    @property
    def name(self) -> str:
        """A file name of the cell; what follows from the mechanism is left out."""
        if self.mechanism not in OF_A_FAMILY:
            return f"{self.mechanism}-seed{self.seed}"
        level = f"-{self.level}" if self.mechanism in (ITEMS, NOISE) else ""
        return f"{self.intermediate}-{self.mechanism}{level}-seed{self.seed}"

    @property
    def params(self) -> dict[str, Any]:
        """Parameters of its run of chapter 7."""
        return {
            "intermediate": self.intermediate,
            "mechanism": self.mechanism,
            "level": self.level,
            "seed": self.seed,
        }


def control(seed: int) -> Cell:
    """The cell without an intermediate task."""
    return Cell(seed, NONE, "none", 0)


def cells(
    designs: Iterable[str] = ("primary",),
    *,
    families: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
) -> list[Cell]:
    """Cells of one design or several, each once: controls, then by seed.

    families : all that a design has where None is given; one that it has not gives no cell.

    Errors: UserError on ``design``, ``family`` and ``seed`` (of the frozen rules).

    >>> len(cells(["primary"])), len(cells(["primary"], families=["nli"], seeds=[0]))
    (165, 5)
    """
    for name in families or ():
        if name not in rules().tasks:
            raise UserError("family", name, rules().tasks)
    drawn = tuple(rules().seeds) if seeds is None else tuple(seeds)
    for seed in drawn:
        if seed not in rules().seeds:
            raise UserError("seed", seed, rules().seeds)
    found: dict[Cell, None] = {}
    for seed in drawn:
        for design in designs:
            if design not in DESIGNS:
                raise UserError("design", design, DESIGNS)
            wanted = [one for one in families_of(design) if not families or one in families]
            for mechanism in DESIGNS[design]:
                for family in wanted if mechanism in OF_A_FAMILY else ["none"]:
                    for level in _levels(design, mechanism):
                        found[Cell(seed, mechanism, family, level)] = None
    return sorted(found, key=lambda cell: cell.mechanism != NONE)  # else in the order they came


def families_of(design: str) -> tuple[str, ...]:
    """Intermediate data sets of a design: those whose difficulty is changed; of context, more."""
    return tuple(rules().tasks if design == CONTEXT else rules().families)


def _levels(design: str, mechanism: str) -> range:
    if mechanism not in (ITEMS, NOISE) or design == CONTEXT:
        return range(1)
    return range(rules().levels)
