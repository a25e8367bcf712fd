"""The published sets hold the pools that chapter 7 planned: enough items, one a text."""

from __future__ import annotations

import pytest

from helpers.study.intermediate_items import of_all_levels, pool, tried_on
from helpers.study.intermediate_rules import rules


@pytest.mark.parametrize("name", rules().families)
def test_every_family_has_its_levels(shared_data, name):
    found = pool(name, f"local:{shared_data}")
    assert len(found.table) == rules().levels * found.per_level
    assert found.table["id"].is_unique
    table = found.table
    told = {"span": ["context"], "choice": ["context"], "similarity": ["sentence1", "sentence2"]}
    columns = told.get(found.family.kind, ["text"] if found.family.form == "paired" else [])
    texts = [set(row) for row in table[columns].itertuples(index=False)]
    assert sum(map(len, texts)) == len(set().union(*texts)), "two items hold one text"
    tried = set(tried_on(found)["id"])
    learnt, held = of_all_levels(found)
    assert len(tried) == found.family.held and not tried & {*learnt["id"], *held["id"]}
