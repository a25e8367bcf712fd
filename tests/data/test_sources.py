"""One spelling for three sources, the same columns from each, and refusals before any work."""

from __future__ import annotations

import json
import lzma
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from helpers.data.rows import COLUMNS
from helpers.data.sources import available, languages, load
from helpers.data.tasks import task
from helpers.errors import UserError

KORSTS = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small files in the published formats, in the current directory as ``data``."""
    sets = tmp_path / "data"
    for name in ("stsb_multi_mt", "korsts", "tatoeba"):
        (sets / name).mkdir(parents=True)
    rows = [f"sentence {i},another {i},{i % 6}.0" for i in range(20)]
    (sets / "stsb_multi_mt" / "stsb-en-dev.csv").write_text("\n".join(rows))
    rows = [f"Satz {i},anderer {i},{i % 6}.0" for i in range(20)]
    (sets / "stsb_multi_mt" / "stsb-de-dev.csv.xz").write_bytes(
        lzma.compress("\n".join(rows).encode())
    )
    rows = [f"g\tf\ty\t0\t{i % 6}\t문장 {i}\t다른 {i}\n" for i in range(20)]
    (sets / "korsts" / "sts-dev.tsv").write_text(KORSTS + "".join(rows))
    for code, text in (("eng", "Yes.\nNo.\n"), ("cmn", "是。\n不。\n")):
        (sets / "tatoeba" / f"tatoeba.cmn-eng.{code}").write_text(text)
    (sets / "tatoeba" / "tatoeba.kor-eng.kor").write_text("half of a pair\n")
    monkeypatch.chdir(tmp_path)
    return sets


def test_what_a_folder_has_is_what_is_found_in_it(folder: Path) -> None:
    assert available("stsb", "local:data") == {"de": ("dev",), "en": ("dev",)}
    assert available("korsts", "local:data") == {"ko": ("dev",)}
    assert languages("tatoeba", "local:data") == ("zh",)  # ko has only one of its two files


def test_normalised_columns_and_ids(folder: Path) -> None:
    assert load("stsb", "de", "dev", "local:data").table.iloc[3].to_dict() == {
        "id": "dev-00003",
        "sentence1": "Satz 3",
        "sentence2": "anderer 3",
        "score": 3.0,
        "genre": "",
    }
    assert load("korsts", "ko", "dev", "local:data").table.iloc[3].to_dict() == {
        "id": "dev-00003",
        "sentence1": "문장 3",
        "sentence2": "다른 3",
        "score": 3.0,
        "genre": "g",
    }
    assert load("tatoeba", "zh", "test", "local:data").table.iloc[1].to_dict() == {
        "id": "cmn-00001",
        "source_text": "No.",
        "target_text": "不。",
        "language": "zh",
    }


def test_the_folder_of_one_set_will_do(folder: Path) -> None:
    alone = load("tatoeba", "zh", "test", "local:data/tatoeba")
    assert alone.fingerprint == load("tatoeba", "zh", "test", "local:data").fingerprint


def test_fingerprint_and_report_hold_no_path(folder: Path, tmp_path: Path) -> None:
    before = load("stsb", "de", "dev", "local:data")
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    packed = moved / "stsb_multi_mt" / "stsb-de-dev.csv.xz"
    packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
    after = load("stsb", "de", "dev", f"local:{moved}")
    assert before.fingerprint == after.fingerprint
    assert before.report.files == ("stsb_multi_mt/stsb-de-dev.csv.xz",)
    assert after.report.files == ("stsb_multi_mt/stsb-de-dev.csv",)


def test_n_draws_with_the_seed(folder: Path) -> None:
    first, other = (load("stsb", "de", "dev", "local:data", n=5, seed=s) for s in (0, 1))
    assert len(first.table) == len(other.table) == 5
    assert first.table.id.tolist() != other.table.id.tolist()
    english = load("stsb", "en", "dev", "local:data", n=5, seed=0)
    assert english.table.id.tolist() == first.table.id.tolist(), "parallel rows stay parallel"
    assert len(load("stsb", "de", "dev", "local:data", n=99).table) == 20


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("stbs", "de", "dev", "local:data"), ["task: got 'stbs'", "stsb, korsts, sst2"]),
        (("stsb", "klingon", "dev", "local:data"), ["language: got 'klingon'", "de, en"]),
        (("stsb", "fr", "dev", "local:data"), ["language: got 'fr'", "accepted: de, en"]),
        (("stsb", "de", "test", "local:data"), ["split: got 'test'", "accepted: dev"]),
        (
            ("stsb", "de", "dev", "locale:data"),
            ["data: got 'locale:data'", "lab, local:FOLDER, hub"],
        ),
        (("stsb", "de", "dev", "local:"), ["data: got 'local:'", "lab, local:FOLDER, hub"]),
        (("stsb", "de", "dev", "local:gone"), ["data: got 'local:gone'", "a folder that exists"]),
        (("stsb", "de", "dev", "local:."), ["data: got 'local:.'", "stsb_multi_mt/stsb-{code}-"]),
        (("stsb", "ja", "dev", "hub"), ["language: got 'ja'", "de, en, es"]),
        (("tatoeba", "zh", "dev", "hub"), ["split: got 'dev'", "accepted: test"]),
    ],
)
def test_wrong_names_are_refused(folder: Path, arguments: tuple, parts: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        load(*arguments)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize("n", [0, -3, 2.5, "7", True])
def test_n_must_be_a_positive_whole_number(folder: Path, n: object) -> None:
    with pytest.raises(UserError, match="n: got"):
        load("stsb", "de", "dev", "local:data", n=n)


def test_damaged_files_are_refused_by_name(folder: Path) -> None:
    packed = folder / "stsb_multi_mt" / "stsb-de-dev.csv.xz"
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"data: got 'stsb_multi_mt/stsb-de-dev\.csv\.xz: trunc"):
        load("stsb", "de", "dev", "local:data")
    (folder / "stsb_multi_mt" / "stsb-en-dev.csv").write_text("no,csv\nof,stsb\n")
    with pytest.raises(UserError, match=r"stsb-en-dev\.csv: no usable row \(line 1: 2 fields"):
        load("stsb", "en", "dev", "local:data")
    with (folder / "tatoeba" / "tatoeba.cmn-eng.eng").open("a") as file:
        file.write("One more.\n")
    with pytest.raises(UserError, match=r"cmn-eng\.eng and .*cmn-eng\.cmn: unequal .* 3 and 2"):
        load("tatoeba", "zh", "test", "local:data")


def test_files_of_one_split_follow_one_upon_the_other(folder: Path) -> None:
    (folder / "xnli_de").mkdir()
    good = "Ein Satz.\tEin anderer.\tneutral\n"
    (folder / "xnli_de" / "train.txt").write_text(good + "Ein Satz.\tEin anderer.\t-\n" + good)
    with pytest.raises(UserError, match=r"xnli_de/train\.txt\[\.xz\] or xnli_de/dev\.txt"):
        available("xnli", "local:data")  # half of a split is none
    (folder / "xnli_de" / "dev.txt").write_text("\n" + good)
    (folder / "xnli_de" / "test.txt").write_text(good)
    assert available("xnli", "local:data") == {"de": ("dev", "test")}
    rows = load("xnli", "de", "dev", "local:data")
    # an order of their own, so that no id is one of the parallel rows'
    assert rows.table.id.tolist() == [f"xglue-de-dev-0000{row}" for row in (0, 2, 4)]
    assert rows.report.files == ("xnli_de/train.txt", "xnli_de/dev.txt")
    assert (rows.report.rows_read, rows.report.rows_kept) == (5, 3)
    assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [
        (2, "xnli_de/train.txt: label is none of entailment, neutral, contradiction: '-'"),
        (1, "xnli_de/dev.txt: blank line"),
    ]
    assert load("xnli", "de", "test", "local:data").table.id.tolist() == ["test-00000"]
    (folder / "xnli_de" / "dev.txt").write_text("\n")
    with pytest.raises(UserError, match=r"xnli_de/dev\.txt: no usable row \(line 1: blank"):
        load("xnli", "de", "dev", "local:data")


def test_files_in_folders_of_a_set_are_named_with_them(folder: Path) -> None:
    texts = folder / "xlm_t" / "german"
    texts.mkdir(parents=True)
    (texts / "val_text.txt").write_text("Gut!\nNaja\n")
    (texts / "val_labels.txt").write_text("2\n1\n")
    rows = load("xlm_t", "de", "dev", "local:data")
    assert rows.report.files == ("xlm_t/german/val_text.txt", "xlm_t/german/val_labels.txt")
    assert rows.table[["id", "text", "label"]].values.tolist() == [
        ["german-dev-00000", "Gut!", "positive"],
        ["german-dev-00001", "Naja", "neutral"],
    ]


def test_a_malformed_row_is_counted(folder: Path) -> None:
    path = folder / "stsb_multi_mt" / "stsb-en-dev.csv"
    path.write_text(path.read_text() + "\nlast,row,bad\n")
    report = load("stsb", "en", "dev", "local:data").report
    assert (report.rows_read, report.rows_kept) == (21, 20)
    assert [skip.line for skip in report.skipped] == [21]


@pytest.fixture
def laboratory(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """A stand-in that notes how it is called; the real one has its own tests."""
    calls: list[tuple] = []

    def table(kind: str, language: str, split: str, n: int, seed: int) -> pd.DataFrame:
        calls.append((kind, language, split, n, seed))
        rows = range(n)
        if kind == "sts":
            side = [f"{language} {split} {i}" for i in rows]
            columns = {"sentence1": side, "sentence2": side, "score": [1.0] * n, "genre": "lab"}
        else:
            columns = {"source_text": "a", "target_text": "b", "language": language}
        return pd.DataFrame({"id": [f"{split}-{seed}-{i}" for i in rows], **columns})

    api = ModuleType("api")
    api.LANGUAGES, api.SPLITS, api.table = ("en", "ko", "ru"), ("train", "dev", "test"), table
    package = ModuleType("helpers.data.lab")
    package.api = api
    monkeypatch.setitem(sys.modules, "helpers.data.lab", package)
    monkeypatch.setitem(sys.modules, "helpers.data.lab.api", api)
    return calls


def test_the_laboratory_serves_the_same_tasks(laboratory: list[tuple]) -> None:
    assert languages("stsb") == ("en", "ko", "ru")
    assert languages("korsts") == ("ko",)
    assert languages("tatoeba") == ("ko", "ru")
    assert available("tatoeba")["ru"] == ("train", "dev", "test")
    rows = load("stsb", "ru", "train")
    assert tuple(rows.table.columns) == COLUMNS["similarity"]
    assert rows.table.id[0] == "train-0-0"
    load("tatoeba", "ko", "test", n=7, seed=3)
    assert laboratory == [("sts", "ru", "train", 2000, 0), ("parallel", "ko", "test", 7, 3)]
    with pytest.raises(UserError, match="language: got 'en'; accepted: ko, ru"):
        load("tatoeba", "en", "test")


def test_the_real_laboratory_passes_the_same_checks() -> None:
    for name, language in (("stsb", "en"), ("korsts", "ko"), ("tatoeba", "ru")):
        rows = load(name, language, "dev", n=30)
        assert rows.report.skipped == ()
        assert len(rows.table) == 30
        assert rows.table.id.is_unique
        assert rows.fingerprint == load(name, language, "dev", n=30).fingerprint
        assert rows.fingerprint != load(name, language, "dev", n=30, seed=1).fingerprint


def test_all_published_rows_are_read(shared_data: Path) -> None:
    manifest = json.loads((shared_data / "MANIFEST.json").read_text(encoding="utf-8"))
    published = {entry["file"]: entry["rows"] for entry in manifest}
    source, read = f"local:{shared_data}", set()
    names = ("stsb", "korsts", "tatoeba")  # those of other kinds in test_published_*.py
    for name in names:
        for language, splits in available(name, source).items():
            for split in splits:
                report = load(name, language, split, source).report
                for file in report.files:
                    assert report.rows_kept == published[file], file
                assert report.skipped == ()
                read.update(report.files)
    sets = {local.folder for name in names for local in task(name).local}
    assert read == {file for file in published if file.split("/")[0] in sets}


def test_the_laboratory_serves_a_task_at_its_depth() -> None:
    from helpers.data.lab.api import Dials, table

    served = load("sst2", "en", "dev", "lab", n=5).table
    assert (
        served["text"].tolist()
        == table("reviews", "en", "dev", 5, dials=Dials(depth=0))["text"].tolist()
    )
    deeper = table("reviews", "en", "dev", 5)["text"].tolist()
    assert served["text"].tolist() != deeper
