"""Sentences with a class, a choice or a score from the hub: the schemas of their pinned revisions.

The rows are written here; columns, nesting and label numbers are the hub's.
"""

from __future__ import annotations

import pytest

from helpers.data import hub
from helpers.data.sources import load

PAIR = {"sentence1": ["a"], "sentence2": ["b"], "idx": [0]}
# (task, language, split) -> (id of the dataset, config's {code}, its split, columns), expected row
CASES = {
    ("xnli", "sw", "dev"): (
        ("facebook/xnli", "sw", "validation"),
        {"premise": ["p"], "hypothesis": ["h"], "label": [2]},
        {"text": "p", "text2": "h", "label": "contradiction"},
    ),
    ("pawsx", "ko", "test"): (
        ("google-research-datasets/paws-x", "ko", "test"),
        {"id": [1], "sentence1": ["a"], "sentence2": ["b"], "label": [1]},
        {"text": "a", "text2": "b", "label": "paraphrase"},
    ),
    ("rte", "en", "dev"): (
        ("nyu-mll/glue", "en", "validation"),
        PAIR | {"label": [1]},
        {"text": "a", "text2": "b", "label": "not_entailment"},
    ),
    ("kobest_boolq", "ko", "train"): (
        ("skt/kobest_v1", "ko", "train"),
        {"paragraph": ["p"], "question": ["q"], "label": [1]},
        {"text": "p", "text2": "q", "label": "yes"},
    ),
    ("kobest_sentineg", "ko", "test"): (
        ("skt/kobest_v1", "ko", "test"),
        {"sentence": ["s"], "label": [0]},
        {"text": "s", "text2": "", "label": "negative"},
    ),
    ("kobest_copa", "ko", "dev"): (
        ("skt/kobest_v1", "ko", "validation"),
        {
            "premise": ["p"],
            "question": ["원인"],
            "alternative_1": ["x"],
            "alternative_2": ["y"],
            "label": [1],
        },
        {"context": "p", "question": "원인", "choices": ["x", "y"], "label": 1},
    ),
    ("kobest_hellaswag", "ko", "dev"): (
        ("skt/kobest_v1", "ko", "validation"),
        {"context": ["c"]} | {f"ending_{i}": [str(i)] for i in range(1, 5)} | {"label": [3]},
        {"context": "c", "question": "", "choices": ["1", "2", "3", "4"], "label": 3},
    ),
    ("klue_nli", "ko", "dev"): (
        ("klue/klue", "ko", "validation"),
        {
            "guid": ["g"],
            "source": ["airbnb"],
            "premise": ["p"],
            "hypothesis": ["h"],
            "label": [0],
        },
        {"text": "p", "text2": "h", "label": "entailment", "genre": "airbnb"},
    ),
    ("klue_sts", "ko", "train"): (
        ("klue/klue", "ko", "train"),
        {
            "guid": ["g"],
            "source": ["airbnb"],
            "sentence1": ["a"],
            "sentence2": ["b"],
            "labels": [{"label": 3.7, "real-label": 3.714285714285714, "binary-label": 1}],
        },
        {"sentence1": "a", "sentence2": "b", "score": 3.714285714285714, "genre": "airbnb"},
    ),
    ("xcopa", "qu", "dev"): (
        ("cambridgeltl/xcopa", "qu", "validation"),
        {
            "premise": ["p"],
            "choice1": ["x"],
            "choice2": ["y"],
            "question": ["effect"],
            "label": [0],
            "idx": [3],
            "changed": [False],
        },
        {"context": "p", "question": "effect", "choices": ["x", "y"], "label": 0},
    ),
    ("commonsenseqa", "en", "dev"): (
        ("tau/commonsense_qa", "en", "validation"),
        {
            "question": ["q"],
            "question_concept": ["c"],
            "choices": [{"label": list("ABCDE"), "text": list("vwxyz")}],
            "answerKey": ["E"],
        },
        {"context": "", "question": "q", "choices": list("vwxyz"), "label": 4},
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_row_of_the_hub_is_a_row_of_the_task(
    case: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    place, columns, expected = CASES[case]

    def fetch(source, code: str, split: str):
        assert (source.id, code, split) == place
        return datasets.Dataset.from_dict(columns)

    monkeypatch.setattr(hub, "_fetch", fetch)
    rows = load(*case, "hub")
    assert rows.report.skipped == ()
    (row,) = rows.table.to_dict("records")
    assert {name: row[name] for name in expected} == expected
    assert row["id"] == f"{case[2]}-00000"
