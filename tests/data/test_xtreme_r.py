"""XTREME-R's ten tasks: published names, order and languages; their formats, also those not here.

Language lists: Ruder et al. 2021 (appendix) name XTREME's (`XTREME` below is its script's list for
each task) and what was added: fifty languages in all, those of Mewsli-X's descriptions. XQuAD has
Romanian besides, which its authors added later.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.data import hub
from helpers.data.sources import available, load
from helpers.data.tasks import tasks
from helpers.errors import UserError

NAMES = "XNLI XCOPA UDPOS WikiANN XQuAD MLQA TyDiQA Tatoeba MewsliX LAReQA"
COUNTS = [15, 11, 38, 48, 12, 7, 9, 41, 11, 11]

# The fifty languages of XTREME-R, as the card of Mewsli-X lists them
FIFTY = "af ar az bg bn de el en es et eu fa fi fr gu he hi ht hu id it ja jv ka kk ko lt ml mr"
FIFTY += " ms my nl pa pl pt qu ro ru sw ta te th tl tr uk ur vi wo yo zh"
XTREME = {
    "udpos": "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl"
    " tr ur vi yo zh",
    "wikiann": "ar he vi id jv ms tl eu ml ta te af nl en de el bn hi mr ur fa fr it pt es bg ru ja"
    " ka ko th sw yo my zh kk tr et fi hu",
    "xquad": "en es de el ru tr ar vi th zh hi",
    "mlqa": "en es de ar hi vi zh",
    "tydiqa": "en ar bn fi id ko ru sw te",
    "xnli": "ar bg de el en es fr hi ru sw th tr ur vi zh",
}
REST = {
    "xcopa": "et ht id it qu sw ta th tr vi zh",
    "mewslix": "ar de en es fa ja pl ro ta tr uk",
    "lareqa": XTREME["xquad"],
}
ADDED = {"udpos": "lt pl ro uk wo", "wikiann": "az gu lt pa pl qu ro uk", "xquad": "ro"}


def suite() -> list[dict]:
    result = CliRunner().invoke(main, ["tasks", "--suite", "xtreme-r", "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_ten_tasks_in_the_published_order_with_their_numbers_of_languages() -> None:
    found = suite()
    assert [task["title"] for task in found] == NAMES.split()
    assert [task["name"] for task in found] == NAMES.lower().split()
    assert [len(task["languages"]) for task in found] == COUNTS


def test_language_lists() -> None:
    assert len(FIFTY.split()) == 50
    found = tasks("xtreme-r")
    for name, languages in XTREME.items():
        expected = {*languages.split(), *ADDED.get(name, "").split()}
        assert set(found[name].languages) == expected, name
    for name, languages in REST.items():
        assert set(found[name].languages) == set(languages.split()), name
    every = {language for task in found.values() for language in task.languages}
    assert every == set(FIFTY.split())


def test_kinds_can_be_chosen() -> None:
    result = CliRunner().invoke(main, ["tasks", "--kind", "tagging", "--json"])
    assert {task["name"] for task in json.loads(result.stdout)} >= {"udpos", "wikiann", "uner"}
    assert {task["kind"] for task in json.loads(result.stdout)} == {"tagging"}
    wrong = CliRunner().invoke(main, ["tasks", "--kind", "sorting"])
    assert wrong.exit_code == 2
    assert "kind: got 'sorting'; accepted: similarity, classification" in wrong.output


# -- files in their published formats, written here


def reading(*questions: dict) -> str:
    context = {"context": "Kim kam.", "qas": list(questions)}
    return json.dumps({"data": [{"title": "T", "paragraphs": [context]}]})


def question(identity: str) -> dict:
    answer = {"text": "Kim", "answer_start": 0}
    return {"id": identity, "question": "Wer?", "answers": [answer]}


def test_mlqa_from_the_folder_that_its_archive_holds(tmp_path: Path) -> None:
    folder = tmp_path / "MLQA_V1" / "test"
    folder.mkdir(parents=True)
    (folder / "test-context-de-question-de.json").write_text(reading(question("a")))
    (folder / "test-context-de-question-en.json").write_text(reading(question("b")))
    assert available("mlqa", f"local:{tmp_path}") == {"de": ("test",)}
    rows = load("mlqa", "de", "test", f"local:{tmp_path}")
    assert rows.table.id.tolist() == ["de-test-00000"]


def test_tydiqa_has_all_languages_in_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "tydiqa"
    folder.mkdir()
    questions = [question(f"{name}-{i}") for i, name in enumerate(["korean", "arabic", "korean"])]
    (folder / "tydiqa-goldp-v1.1-dev.json").write_text(reading(*questions, 7))
    rows = load("tydiqa", "ko", "dev", f"local:{tmp_path}")
    assert rows.table.id.tolist() == ["ko-dev-00000", "ko-dev-00001"]
    # what cannot be read may be of any language, and is not silently gone
    assert [skip.line for skip in rows.report.skipped] == [4]
    assert rows.report.rows_read == 3
    with pytest.raises(UserError, match="no usable row"):
        load("tydiqa", "fi", "dev", f"local:{tmp_path}")


def test_wikiann_as_its_archives_hold_it(tmp_path: Path) -> None:
    (tmp_path / "wikiann" / "qu").mkdir(parents=True)
    text = "qu:Lima\tB-LOC\nqu:llaqta\tO\n\nqu:x\tB-GPE\n\n"
    (tmp_path / "wikiann" / "qu" / "test").write_text(text)
    rows = load("wikiann", "qu", "test", f"local:{tmp_path}")
    assert rows.table.tokens.tolist() == [["Lima", "llaqta"]]
    assert rows.table.tags.tolist() == [["B-LOC", "O"]]
    assert "B-GPE" in rows.report.skipped[0].reason


def test_treebanks_of_the_languages_that_are_not_on_the_hub(tmp_path: Path) -> None:
    folder = tmp_path / "ud_pos" / "UD_Wolof-WTB"
    folder.mkdir(parents=True)
    word = "1\tDafa\tx\tAUX\t_\t_\t0\t_\t_\t_\n\n"
    (folder / "wo_wtb-ud-test.conllu").write_text(word)
    rows = load("udpos", "wo", "test", f"local:{tmp_path}")
    assert rows.table.to_dict("records") == [
        {"id": "wo-test-00000", "tokens": ["Dafa"], "tags": ["AUX"]}
    ]


# -- tables as the hub has them, from parquet written here

ANSWERS = [{"text": ["Kim"], "answer_start": [0]}, {"text": [], "answer_start": []}]
SPANS = {"context": ["Kim kam."] * 2, "question": ["Wer?"] * 2, "answers": ANSWERS}
SCHEMAS = {
    "udpos.Korean/validation-00000-of-00001.parquet": {
        "tokens": [["김", "."], ["x"]],
        "pos_tags": [[7, 12], [99]],
    },
    "qu/test/0000.parquet": {
        "tokens": [["Lima", "x"]],
        "ner_tags": [[5, 0]],
        "langs": [["qu", "qu"]],
        "spans": [["LOC: Lima"]],
    },
    "MLQA.vi.vi/test-00000-of-00001.parquet": {"id": ["a", "b"], "title": ["T"] * 2} | SPANS,
    "tydiqa/validation-00000-of-00001.parquet": {"id": ["korean-1", "arabic-2"], "title": ["T"] * 2}
    | SPANS,
    "xquad.el": {"id": ["a", "b"]} | SPANS,
}


@pytest.fixture
def parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the tables above in place of the network."""
    datasets = pytest.importorskip("datasets")

    def fetch(source, code: str, split: str):
        name = (source.file or source.config).format(code=code, split=split)
        file = tmp_path / "table.parquet"
        pd.DataFrame(SCHEMAS[name]).to_parquet(file)
        cache = str(tmp_path / name.replace("/", "-"))
        return datasets.load_dataset(
            "parquet", data_files=str(file), split="train", cache_dir=cache
        )

    monkeypatch.setattr(hub, "_fetch", fetch)


def test_tagging_on_the_hub(parquet: None) -> None:
    rows = load("udpos", "ko", "dev", "hub")
    assert rows.table.to_dict("records") == [
        {"id": "ko-dev-00000", "tokens": ["김", "."], "tags": ["NOUN", "PUNCT"]}
    ]
    assert [skip.line for skip in rows.report.skipped] == [2]
    assert load("wikiann", "qu", "test", "hub").table.tags.tolist() == [["B-LOC", "O"]]


def test_reading_on_the_hub(parquet: None) -> None:
    for name, language in (("mlqa", "vi"), ("xquad", "el")):
        rows = load(name, language, "test", "hub")
        assert rows.table.answers.tolist() == [["Kim"]]
        assert [(skip.line, skip.reason) for skip in rows.report.skipped] == [
            (2, "answers is empty")
        ]
    rows = load("tydiqa", "ko", "dev", "hub")
    assert (rows.table.id.tolist(), rows.report.rows_read) == (["ko-dev-00000"], 1)
    assert rows.table.article.tolist() == ["T"]


def test_lareqa_on_the_hub_is_xquad_s(parquet: None) -> None:
    assert "ro" in available("xquad", "hub")
    assert "ro" not in available("lareqa", "hub")
    assert load("lareqa", "el", "test", "hub").table.target_text.tolist() == ["Kim kam."]
