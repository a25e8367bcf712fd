"""Token files: nothing is lost unless a size is asked for, and then everybody keeps something."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.pretrain.packing import pack, pack_within, packed_bytes, thin, unpack
from helpers.models.pretrain.token_files import OLD_TOKENS, load_groups, save_groups
from helpers.models.pretrain.tokens import Group


def _group(rows):
    lengths = [0, *(len(row) for row in rows)]
    flat = np.array([token for row in rows for token in row], dtype=np.uint16)
    return Group(flat, np.cumsum(lengths).astype(np.int64))


def _same(one, two):
    assert sorted(one) == sorted(two)
    for name in one:
        assert np.array_equal(one[name].ids, two[name].ids), name
        assert np.array_equal(one[name].offsets, two[name].offsets), name


_ROWS = st.lists(st.lists(st.integers(0, 65_535), max_size=4), max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(["mono/a", "mono/b", "pair/a-b/s/0"]), _ROWS))
def test_packed_groups_come_back(rows):
    groups = {name: _group(each) for name, each in rows.items()}
    _same(unpack(pack(groups)), groups)


def _corpus():
    rng = np.random.default_rng(0)

    def made(n):
        return [rng.integers(0, 900, size=rng.integers(1, 9)).tolist() for _ in range(n)]

    large, small = made(3000), made(90)
    groups = {"mono/large": large, "mono/small": small}
    for language in ("de", "fr"):  # the English side is the same: as in a text in many languages
        groups |= {f"pair/en-{language}/s/0": large, f"pair/en-{language}/s/1": made(3000)}
    return {name: _group(rows) for name, rows in groups.items()}


def test_what_repeats_costs_next_to_nothing():
    groups = _corpus()
    once = {name: group for name, group in groups.items() if name != "pair/en-fr/s/0"}
    assert packed_bytes(pack(groups)) - packed_bytes(pack(once)) < 500


def test_thinning_spares_the_small_and_keeps_pairs_together():
    groups = _corpus()
    total = sum(len(group.ids) for group in groups.values())
    thinned = thin(groups, total // 3, seed=0)
    assert 0.8 * total / 3 < sum(len(group.ids) for group in thinned.values()) <= total / 3
    _same({"x": thinned["mono/small"]}, {"x": groups["mono/small"]})
    left, right = thinned["pair/en-de/s/0"], thinned["pair/en-de/s/1"]
    assert len(left) == len(right) < 3000
    whole = list(zip(*(_rows(groups[f"pair/en-de/s/{side}"]) for side in (0, 1)), strict=True))
    assert set(zip(_rows(left), _rows(right), strict=True)) <= set(whole)
    _same(thin(groups, total // 3, seed=0), thinned)
    _same(thin(groups, total, seed=0), groups)


def _rows(group):
    return [tuple(group.row(i).tolist()) for i in range(len(group))]


def test_a_size_is_kept_and_everything_that_fits_is():
    groups = _corpus()
    size = packed_bytes(pack(groups))
    arrays, kept = pack_within(groups, size, seed=0)
    assert kept == sum(len(group.ids) for group in groups.values())
    arrays, kept = pack_within(groups, size // 2, seed=0)
    assert size // 3 < packed_bytes(arrays) <= size // 2
    assert kept == sum(len(group.ids) for group in unpack(arrays).values())


def test_files_by_kind_and_the_single_file_of_earlier_versions(tmp_path):
    groups = _corpus()
    paths = save_groups(groups, tmp_path)
    assert [path.name for path in paths] == ["tokens.mono.npz", "tokens.pair.npz"]
    _same(load_groups(tmp_path), groups)
    lines = {name: group for name, group in groups.items() if name.startswith("mono/")}
    _same(load_groups(tmp_path, ["mono"]), lines)
    old = tmp_path / "old"
    old.mkdir()
    arrays = {f"{name}|ids": group.ids for name, group in groups.items()}
    arrays |= {f"{name}|lengths": np.diff(group.offsets) for name, group in groups.items()}
    np.savez_compressed(old / OLD_TOKENS, **arrays)
    _same(load_groups(old), groups)
    _same(load_groups(old / OLD_TOKENS, ["mono"]), lines)
    with pytest.raises(FileNotFoundError):
        load_groups(tmp_path / "nowhere")
