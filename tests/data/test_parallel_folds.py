"""DEVELOP and REPORT cut by item: the same items in every language of a parallel group."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import pytest

from helpers.data.sources import available, load
from helpers.data.split import DEVELOP, fold
from helpers.data.tasks import tasks
from helpers.errors import UserError

# What a translation leaves as it is, by kind: shows that row i really is the same item
KEPT = {"similarity": "score", "classification": "label", "choice": "label", "span": "article"}
# XGLUE's German dev set holds other rows than XNLI's
OTHER_ROWS = {("xnli", "de", "dev")}
GROUPS = sorted({task.parallel for task in tasks().values() if task.parallel})


def splits_of(group: str, source: str) -> dict[str, list[tuple[str, str, str]]]:
    """(task, language, split) of a group's tables in a source, by split."""
    found = defaultdict(list)
    for name, task in tasks().items():
        if task.parallel != group:
            continue
        try:
            there = available(name, source)
        except UserError:
            continue
        for language, splits in there.items():
            for split in splits:
                if (name, language, split) not in OTHER_ROWS:
                    found[split].append((name, language, split))
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_parallel_tables_are_cut_alike(group, shared_data):
    source = f"local:{shared_data}"
    by_split = {s: keys for s, keys in splits_of(group, source).items() if s != "train"}
    assert any(len(keys) > 1 for keys in by_split.values())
    for keys in by_split.values():
        tables = {key: load(*key, source).table for key in keys if tasks()[key[0]].built is None}
        folds = {
            item: side for t in tables.values() for item, side in zip(t.id, fold(t.id), strict=True)
        }
        develop = sum(side == DEVELOP for side in folds.values()) / len(folds)
        assert 0.28 < develop < 0.39
        first, *others = tables.values()
        for table in others:
            assert set(table.id) == set(first.id), "the same items, so the same folds"
            _same_items(first, table, KEPT[tasks()[keys[0][0]].kind])


def _same_items(one: pd.DataFrame, other: pd.DataFrame, column: str) -> None:
    both = one.merge(other, on="id")
    if column == "score":
        assert (both["score_x"] - both["score_y"]).abs().le(0.01).mean() > 0.99
    else:
        assert (both[f"{column}_x"] == both[f"{column}_y"]).mean() > 0.99


def test_the_laboratorys_languages_are_cut_alike():
    tables = [load("stsb", code, "test", n=60).table for code in available("stsb")]
    assert len(tables) > 1
    assert len({tuple(table.id) for table in tables}) == 1
