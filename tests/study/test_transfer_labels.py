"""Labels of other rows: inputs stay, labels are neither made nor lost, shares are nested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import UserError
from helpers.study import transfer
from helpers.study.transfer_labels import corrupted, exchanged, permuted

LABELS = {
    "similarity": ["score"],
    "classification": ["label"],
    "choice": ["label"],
    "tagging": ["tags"],
    "span": ["answers", "starts"],
}
KINDS = sorted(LABELS)
kinds, seeds, shares = st.sampled_from(KINDS), st.integers(0, 5), st.floats(0, 1)


def table_of(kind: str, n: int, seed: int = 0) -> pd.DataFrame:
    """Rows of a kind, with an index of their own as parts of a table have."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, 6, size=n).tolist()
    numbers = [draw.integers(0, 6, size=length).tolist() for length in lengths]
    words = [[f"w{number}" for number in row] for row in numbers]
    columns = {
        "similarity": {"sentence1": words, "score": [row[0] / 2 for row in numbers]},
        "classification": {"text": words, "label": [row[0] for row in words]},
        "choice": {
            "choices": words,
            "label": [row[0] % length for row, length in zip(numbers, lengths, strict=True)],
        },
        "tagging": {"tokens": words, "tags": [row[::-1] for row in words]},
        "span": {
            "context": [" ".join(row) for row in words],
            "question": "who",
            "answers": [[row[0]] for row in words],
            "starts": [[0]] * n,
        },
    }[kind]
    return pd.DataFrame({"id": [f"i{i}" for i in range(n)]} | columns, index=np.arange(n) * 2 + 1)


def copied(table: pd.DataFrame) -> dict:
    return {name: [repr(value) for value in table[name]] for name in table}


def labels(table: pd.DataFrame, kind: str) -> list[str]:
    return [repr(row) for row in table[LABELS[kind]].values.tolist()]


def multiset(table: pd.DataFrame, kind: str) -> list:
    column = LABELS[kind][0]
    return sorted(table[column].explode() if kind == "tagging" else table[column])


@pytest.mark.parametrize("change", [corrupted, exchanged])
@given(kind=kinds, n=st.integers(1, 25), seed=seeds, share=shares)
def test_inputs_stay_and_the_given_table_is_not_touched(change, kind, n, seed, share):
    table = table_of(kind, n)
    before = copied(table)
    made = change(table, kind, share, seed)
    assert copied(table) == before
    assert made.index.equals(table.index) and list(made) == list(table)
    assert made.dtypes.equals(table.dtypes)
    inputs = [name for name in table if name not in LABELS[kind]]
    assert all(copied(made)[name] == before[name] for name in inputs)


@given(kinds, st.integers(1, 25), seeds)
def test_no_share_is_the_table_and_the_whole_is_the_permuted_one(kind, n, seed):
    table = table_of(kind, n)
    pd.testing.assert_frame_equal(corrupted(table, kind, 0, seed), table)
    pd.testing.assert_frame_equal(corrupted(table, kind, 1, seed), permuted(table, kind, seed))


@given(st.sampled_from(["similarity", "classification", "tagging"]), st.integers(1, 25), seeds)
def test_a_permutation_neither_makes_nor_loses_labels(kind, n, seed):
    table = table_of(kind, n)
    made = permuted(table, kind, seed)
    assert multiset(made, kind) == multiset(table, kind)
    if kind == "tagging":
        assert made["tags"].map(len).tolist() == table["tokens"].map(len).tolist()


@given(st.integers(1, 25), seeds)
def test_a_permuted_choice_is_one_that_the_row_has(n, seed):
    made = permuted(table_of("choice", n), "choice", seed)
    assert (made["label"] >= 0).all() and (made["label"] < made["choices"].map(len)).all()
    same = table_of("choice", n).assign(choices=[["a"] * 6] * n)
    assert multiset(permuted(same, "choice", seed), "choice") == multiset(same, "choice")


@given(kinds, st.integers(1, 25), seeds, shares, shares)
def test_rows_of_a_smaller_share_are_among_those_of_a_larger(kind, n, seed, one, other):
    table, (small, large) = table_of(kind, n), sorted((one, other))
    own, all_other = labels(table, kind), labels(permuted(table, kind, seed), kind)
    few, many = (labels(corrupted(table, kind, share, seed), kind) for share in (small, large))
    for kept, changed, now, later in zip(own, all_other, few, many, strict=True):
        assert now in (kept, changed)
        assert now == kept or later == changed  # once another row's, so for every larger share
    assert sum(a != b for a, b in zip(own, few, strict=True)) <= round(small * n)


@given(
    st.sampled_from(["similarity", "classification", "tagging"]), st.integers(1, 25), seeds, shares
)
def test_exchanged_labels_are_as_frequent_as_before_at_every_share(kind, n, seed, share):
    table = table_of(kind, n)
    made = exchanged(table, kind, share, seed)
    assert multiset(made, kind) == multiset(table, kind)
    changed = sum(a != b for a, b in zip(labels(table, kind), labels(made, kind), strict=True))
    assert changed <= round(share * n)


@given(kinds, st.integers(1, 25), seeds, shares)
def test_the_same_rows_are_exchanged_as_are_corrupted(kind, n, seed, share):
    """So those of a smaller share are among those of a larger, and the rest keep their own."""
    table = table_of(kind, n).assign(id=[f"i{i}" for i in range(n)])
    if kind == "similarity":
        table["score"] = np.arange(n) + 0.5  # all differ: what moved can be told
    touched = {
        name
        for name, own, now in zip(
            table["id"],
            labels(table, kind),
            labels(exchanged(table, kind, share, seed), kind),
            strict=True,
        )
        if own != now
    }
    order = np.random.default_rng([seed, 1]).permutation(n)
    assert touched <= {f"i{place}" for place in order[: round(share * n)]}


def test_the_share_is_of_rows():
    table = pd.DataFrame({"score": np.arange(1000.0)})
    changed = (corrupted(table, "similarity", 0.3)["score"] != table["score"]).sum()
    assert 295 <= changed <= 300
    others = corrupted(table, "similarity", 0.3, seed=1)
    assert not others.equals(corrupted(table, "similarity", 0.3))


@pytest.mark.parametrize("change", [corrupted, exchanged])
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_is_refused(change, share):
    with pytest.raises(UserError, match="share"):
        change(table_of("choice", 3), "choice", share)


def test_the_permutation_is_the_one_that_recorded_results_were_made_with():
    assert transfer.permuted is permuted
    table = pd.DataFrame({"score": np.arange(8.0), "label": list("abcdefgh")})
    order = [2, 4, 3, 6, 5, 0, 1, 7]
    assert permuted(table, "similarity")["score"].tolist() == order
    assert permuted(table, "classification")["label"].tolist() == [table["label"][i] for i in order]
    context = "one two three four five six seven"
    spans = pd.DataFrame({"context": [context] * 3, "question": "who"})
    spans = spans.assign(answers=[["one two"], ["six"], ["four"]], starts=[[0], [24], [14]])
    made = permuted(spans, "span")
    assert made[["answers", "starts"]].values.tolist() == [[["four"], [14]]] * 3
