"""The classical design has further tasks; what the frozen rules decide does not see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.data.tasks import task
from helpers.errors import UserError
from helpers.study import intermediate_planned as planned
from helpers.study.grid import grid
from helpers.study.intermediate_design import DESIGNS, cells
from helpers.study.intermediate_gains import unit_of
from helpers.study.intermediate_params import DifficultyParams, IntermediateParams
from helpers.study.intermediate_rules import Family, rules

MORE = set(rules().context)


def families_in(design: str) -> set[str]:
    return {cell.intermediate for cell in cells([design])} - {"none"}


def test_a_dozen_tasks_in_the_classical_design_alone():
    assert len(MORE) == 4 and not MORE & set(rules().families)
    assert families_in("context") == {*rules().families, *MORE}
    for design in set(DESIGNS) - {"context"}:
        assert families_in(design) == set(rules().families)


def test_they_are_taken_as_they_are():
    assert {(c.mechanism, c.level) for c in cells(["context"]) if c.intermediate in MORE} == {
        ("noise", 0)
    }


def test_none_is_of_a_family_of_tasks_of_its_own():
    """What the gain may not count for and what moves as one block are told alike."""
    units = {unit_of(name) for name in rules().families}
    assert {unit_of(name) for name in rules().tasks} == units
    assert unit_of("commonsense") == unit_of("dialogue")


@pytest.mark.parametrize("name", sorted(MORE))
def test_every_one_is_a_task_at_hand_in_english(name):
    family = rules().family(name)
    assert isinstance(family, Family)
    assert "en" in task(family.task).languages and family.split in task(family.task).splits
    assert family.kind == task(family.task).kind


def test_tasks_of_one_family_do_not_count_for_each_other():
    for course, names in rules().same.items():
        for name in MORE & set(names):
            own = {unit_of(other) for other in names if other not in MORE}
            assert unit_of(name) in own or rules().family(name).kind == course
    assert rules().same_family("nli", "entailment") and rules().same_family("nli", "nli")
    assert not rules().same_family("tagging", "wikipedia")


def test_a_record_tells_the_sizes_that_the_frozen_file_has_not():
    frozen = {"rules": rules().digest}
    assert rules().made(frozen, "nli") and rules().made(frozen, "none")
    assert not rules().made(frozen, "wikipedia")
    assert rules().made(frozen | rules().beside("wikipedia"), "wikipedia")
    assert not rules().made(frozen | rules().beside("paraphrase"), "wikipedia")
    for mechanism in ("noise", "permuted", "masked"):
        assert not rules().made(frozen, "nli", mechanism), "made in another way"
        assert rules().made(frozen | rules().beside("nli", mechanism), "nli", mechanism)
    assert not rules().made(frozen | rules().beside("nli", "noise"), "nli", "permuted")
    bigger = replace(rules().context["wikipedia"], n=10)
    changed = replace(rules(), context={**rules().context, "wikipedia": bigger})
    assert changed.beside("wikipedia") != rules().beside("wikipedia")


def test_parameters_take_them_and_levels_by_items_do_not():
    assert IntermediateParams(intermediate="wikipedia", mechanism="noise").level == 0
    with pytest.raises(ValueError, match="reading"):
        DifficultyParams(intermediate="wikipedia")


def test_a_design_without_a_task_says_what_it_has():
    with pytest.raises(UserError, match="wikipedia") as refused:
        grid(["primary"], {"data": "local:x"}, families=["wikipedia"])
    assert "acceptability" in str(refused.value)
    assert {cell.mechanism for cell in cells(["primary"], families=["wikipedia"])} == {"none"}


def test_the_tables_of_both_have_the_same_columns():
    few, more = planned.families(), planned.families(rules().context.values())
    assert list(few.columns) == list(more.columns)
    assert list(few.index) == list(rules().families) and set(more.index) == MORE


def test_the_command_refuses_it_by_name():
    given = ["grid", "noise", "--families", "wikipedia"]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 2 and "wikipedia" in done.output
