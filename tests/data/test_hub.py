"""The hub's rows, on self-made parquet of its schemas; and no network is one quick refusal."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from helpers.data import hub
from helpers.data.sources import load
from helpers.errors import UserError

# As the hub has them: Tatoeba keeps line ends and calls English the target
SCHEMAS = {
    ("mteb/stsb_multi_mt", "de", "dev"): {
        "sentence1": ["Ein Hund.", "Zwei.", None],
        "sentence2": ["Eine Katze.", "Drei.", "x"],
        "similarity_score": [1.5, 5.25, 2.0],
        "lang": ["de"] * 3,
    },
    ("dkoterwa/kor-sts", "ko", "valid"): {
        "genre": ["main-captions"],
        "id": [7],
        "sentence1": ["개."],
        "sentence2": ["고양이."],
        "score": [3.0],
    },
    ("google/xtreme", "kor", "test"): {
        "source_sentence": ["네.\n", "아니요.\n"],
        "target_sentence": ["Yes.\n", "No.\n"],
        "source_lang": ["kor"] * 2,
        "target_lang": ["eng"] * 2,
    },
}


@pytest.fixture
def parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Serve the schemas above from parquet in place of the network."""
    datasets = pytest.importorskip("datasets")

    def fetch(source, code: str, split: str):
        file = tmp_path / f"{code}-{split}.parquet"
        pd.DataFrame(SCHEMAS[source.id, code, split]).to_parquet(file)
        return datasets.load_dataset(
            "parquet", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache")
        )

    monkeypatch.setattr(hub, "_fetch", fetch)
    return SCHEMAS


def test_stsb(parquet: dict) -> None:
    rows = load("stsb", "de", "dev", "hub")
    assert rows.table.to_dict("records") == [
        {
            "id": "dev-00000",
            "sentence1": "Ein Hund.",
            "sentence2": "Eine Katze.",
            "score": 1.5,
            "genre": "",
        }
    ]
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [
        (2, "score is outside 0 to 5: 5.25"),
        (3, "no sentence1"),
    ]
    assert rows.report.files[0].startswith("mteb/stsb_multi_mt@")


def test_korsts(parquet: dict) -> None:
    (row,) = load("korsts", "ko", "dev", "hub").table.to_dict("records")
    assert (row["id"], row["genre"], row["score"]) == ("dev-00000", "main-captions", 3.0)


def test_tatoeba_has_the_same_content_as_its_files(parquet: dict, tmp_path: Path) -> None:
    rows = load("tatoeba", "ko", "test", "hub")
    assert rows.table.source_text.tolist() == ["Yes.", "No."]
    files = tmp_path / "tatoeba"
    files.mkdir()
    (files / "tatoeba.kor-eng.eng").write_text("Yes.\nNo.\n")
    (files / "tatoeba.kor-eng.kor").write_text("네.\n아니요.\n")
    assert rows.fingerprint == load("tatoeba", "ko", "test", f"local:{tmp_path}").fingerprint


def test_other_columns_than_the_registrys_are_refused(
    parquet: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parquet, ("mteb/stsb_multi_mt", "de", "dev"), {"score": [1.0]})
    with pytest.raises(UserError, match=r"data: got 'hub'.*similarity_score \(has: score\)"):
        load("stsb", "de", "dev", "hub")


@pytest.mark.parametrize(
    ("task", "language"), [("stsb", "de"), ("korsts", "ko"), ("tatoeba", "ko")]
)
def test_no_network_is_one_quick_refusal(
    task: str, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("datasets")
    import datasets.config
    from huggingface_hub import constants

    for module in (constants, datasets.config):
        monkeypatch.setattr(module, "HF_HUB_OFFLINE", False)
    # nothing listens on the discard port of this machine: refused as fast as no network is
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    start = time.monotonic()
    with pytest.raises(UserError, match="data: got 'hub'.*cannot be had") as caught:
        load(task, language, "test" if task != "korsts" else "dev", "hub")
    assert time.monotonic() - start < 10, "the clients' own retries take 23 s"
    assert "local:FOLDER" in str(caught.value)
    assert constants.HF_HUB_OFFLINE is datasets.config.HF_HUB_OFFLINE is False
