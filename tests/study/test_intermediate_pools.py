"""The published sets hold the pools that chapter 7 planned: enough items, one a text."""

from __future__ import annotations

import pytest

from helpers.study.intermediate_items import one_a_text, pool
from helpers.study.intermediate_rules import rules


@pytest.mark.parametrize("name", rules().families)
def test_every_family_has_its_levels(shared_data, name):
    found = pool(name, f"local:{shared_data}")
    assert len(found.table) == rules().levels * found.per_level
    assert found.table["id"].is_unique
    assert len(one_a_text(found.table)) == len(found.table)
