"""Every published file of sentences with a class, a choice or a score: each row is accounted for.

Row counts are those of MANIFEST.json, label counts those that the sets' own descriptions state.
Each file is read once.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from helpers.data.rows import Rows
from helpers.data.sources import available, load
from helpers.data.tasks import task, tasks

# Sets of test_sources.py; SICK's two tasks read the same files, one of them is enough here
ELSEWHERE = {"stsb", "korsts", "sick_relatedness"}

# Every row that is left out: (task, language, split) -> {reason: rows}
NO_MAJORITY = "label is none of entailment, neutral, contradiction: '-'"
SKIPPED = {
    ("customer_reviews", "en", "all"): {"text is empty": 4},
    ("nsmc", "ko", "train"): {"text is empty": 5},
    ("nsmc", "ko", "test"): {"text is empty": 3},
    ("chnsenticorp", "zh", "all"): {"text is empty": 1},
    ("ocnli", "zh", "train"): {NO_MAJORITY: 15},
    ("ocnli", "zh", "dev"): {NO_MAJORITY: 50},
}

# Label counts of the rows kept, in the order of the labels (of a choice: of its number)
LABELS = {
    ("sst2", "en", "train"): [3310, 3610],
    ("sst2", "en", "phrases"): [29780, 37569],
    ("sst2", "en", "dev"): [428, 444],
    ("sst2", "en", "test"): [912, 909],
    ("nsmc", "ko", "train"): [75170, 74825],
    ("nsmc", "ko", "test"): [24826, 25171],
    ("chnsenticorp", "zh", "all"): [2443, 5322],
    ("kobest_sentineg", "ko", "test"): [197, 200],
    ("xnli", "de", "test"): [1670, 1670, 1670],
    ("kornli", "ko", "dev"): [830, 830, 830],
    ("lingnli", "en", "dev"): [879, 768, 778],
    ("semi_automatic_nli", "en", "test"): [213, 229, 243],
    ("ocnli", "zh", "dev"): [947, 1103, 900],
    ("klue_nli", "ko", "dev"): [1000, 1000, 1000],
    ("jnli", "ja", "test"): [367, 1365, 776],
    ("rte", "en", "train"): [1249, 1241],
    ("sick_entailment", "en", "test"): [1414, 2793, 720],
    ("mrpc", "en", "train"): [1169, 2407],
    ("pawsx", "de", "test"): [1105, 895],
    ("cola", "en", "dev_out_of_domain"): [162, 354],
    ("kobest_boolq", "ko", "test"): [699, 705],
    ("xcopa", "qu", "dev"): [55, 45],
    ("copa_en", "en", "train"): [506, 494],
    ("kobest_copa", "ko", "train"): [1671, 1405],
    ("kobest_hellaswag", "ko", "test"): [124, 137, 121, 118],
    ("commonsenseqa", "en", "dev"): [239, 255, 241, 251, 235],
    ("cosmosqa", "en", "dev"): [744, 729, 761, 751],
}

Published = dict[tuple[str, str, str], Rows]


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Published:
    """All rows of the tasks concerned, by task, language and split."""
    source = f"local:{shared_data}"
    return {
        (name, language, split): load(name, language, split, source)
        for name, entry in tasks().items()
        if entry.kind in ("classification", "choice", "similarity")
        and name not in ELSEWHERE
        and "local" in entry.sources
        for language, splits in available(name, source).items()
        for split in splits
    }


@pytest.fixture(scope="module")
def manifest(shared_data: Path) -> dict[str, dict]:
    """Entries of the manifest by file; SOURCE.md names files without .xz, the manifest with it."""
    entries = json.loads((shared_data / "MANIFEST.json").read_text(encoding="utf-8"))
    return {entry["file"].removesuffix(".xz"): entry for entry in entries}


def test_all_rows_of_the_manifest_are_read(published: Published, manifest: dict) -> None:
    for key, rows in published.items():
        counts = [manifest[name.removesuffix(".xz")]["rows"] for name in rows.report.files]
        # of tweets the labels lie in a file beside the texts
        expected = counts[0] if key[0] == "xlm_t" else sum(counts)
        assert rows.report.rows_read == expected, key


def test_no_file_of_these_kinds_is_forgotten(published: Published, manifest: dict) -> None:
    kinds = {"sentiment", "nli", "nli+sts", "paraphrase", "acceptability", "boolean qa"}
    kinds |= {"causal choice", "multiple choice", "sts"}
    read = {name.removesuffix(".xz") for rows in published.values() for name in rows.report.files}
    there = {
        name
        for name, entry in manifest.items()
        if entry["task"] in kinds and entry["set"] not in ("stsb_multi_mt", "korsts")
    }
    assert read == there


def test_every_skipped_row_is_explained(published: Published) -> None:
    reasons = {
        key: dict(Counter(skip.reason for skip in rows.report.skipped))
        for key, rows in published.items()
        if rows.report.skipped
    }
    assert reasons == SKIPPED


def test_label_counts_are_those_of_the_descriptions(published: Published) -> None:
    for key, expected in LABELS.items():
        counts = Counter(published[key].table["label"])
        names = task(key[0]).labels or range(len(expected))
        assert [counts.pop(name) for name in names] == expected, key
        assert not counts, key


def test_quirks_are_read_right(published: Published) -> None:
    def one(name: str, language: str, split: str, column: str, row: int = 0) -> object:
        return published[name, language, split].table.iloc[row][column]

    # a byte-order mark, CR LF line ends and unescaped quotes in MRPC
    assert str(one("mrpc", "en", "train", "text2")).count('"') == 2
    for key in [("mrpc", "en", "train"), ("mrpc", "en", "test"), ("kobest_copa", "ko", "dev")]:
        everything = published[key].table.to_json(force_ascii=False)
        assert "\\r" not in everything
        assert "\ufeff" not in everything
    # quotes stay as NSMC has them; KoBEST's BoolQ has lines with an odd number of them
    assert published["nsmc", "ko", "test"].table.text.str.contains('"""', regex=False).any()
    assert (published["kobest_boolq", "ko", "dev"].table.text.str.count('"') % 2 == 1).any()
    # a blank behind the question word in KoBEST's COPA
    assert set(published["kobest_copa", "ko", "train"].table.question) == {"원인", "결과"}
    assert set(published["xcopa", "et", "test"].table.question) == {"cause", "effect"}
    # the protocols of LingNLI as genre
    assert published["lingnli", "en", "train"].table.genre.value_counts().to_dict() == {
        "group1": 14997,
        "group2": 14990,
        "group3": 14996,
    }
    # turns of a dialogue are lines of the context
    assert str(one("dream", "en", "dev", "context")).count("\n") == 1
    assert len(str(one("dream", "en", "dev", "choices"))) > 0
    # KLUE's score is the exact mean, not the rounded one
    assert one("klue_sts", "ko", "dev", "score") == pytest.approx(4.857142857142857)


def test_ids_are_unique_and_shared_by_parallel_rows_only(published: Published) -> None:
    for key, rows in published.items():
        assert rows.table.id.is_unique, key
    german, korean = published["xnli", "de", "test"].table, published["kornli", "ko", "test"].table
    assert german.id.tolist() == korean.id.tolist()
    assert german.label.tolist() == korean.label.tolist()
    # XGLUE's development rows are in another order, five more, and have ids of their own
    other = published["xnli", "de", "dev"].table
    assert len(other) == 2495
    assert set(other.id).isdisjoint(published["kornli", "ko", "dev"].table.id)
    labels = [published["xcopa", code, "test"].table.label for code in task("xcopa").languages]
    assert all(len(column) == 500 for column in labels)
    tweets = [set(published["xlm_t", code, "test"].table.id) for code in ("ar", "de")]
    assert tweets[0].isdisjoint(tweets[1])


def test_the_suite_has_its_published_languages() -> None:
    assert len(task("xnli").languages) == 15
    assert "ko" not in task("xnli").languages
    assert len(task("xcopa").languages) == 11
    assert task("xnli").suite == task("xcopa").suite == ("xtreme-r",)
