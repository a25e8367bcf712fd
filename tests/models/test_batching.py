"""De-duplication and batches by token budget."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.models.batching import budget_batches, deduplicate


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 100))
def test_batches_hold_every_text_once_within_the_budget(lengths, budget):
    batches = list(budget_batches(lengths, budget))
    rows = [int(row) for batch in batches for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    sizes = [lengths[row] for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    for batch in batches:
        cost = len(batch) * max(lengths[row] for row in batch)
        assert cost <= budget or len(batch) == 1
    for batch, following in zip(batches, batches[1:], strict=False):  # no batch could take one more
        assert len(following) and (len(batch) + 1) * max(1, lengths[batch[0]]) > budget


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "ab", "가"])))
def test_deduplicated_texts_come_back(texts):
    unique, inverse = deduplicate(texts)
    assert len(set(unique)) == len(unique)
    assert [unique[place] for place in inverse] == texts
    assert inverse.dtype == np.intp


@pytest.mark.parametrize("budget", [0, -1, 1.5, True, "8192"])
def test_budget_must_be_a_positive_whole_number(budget):
    with pytest.raises(UserError, match="^token_budget: "):
        list(budget_batches([1], budget))
