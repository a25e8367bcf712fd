"""The registry: its entries are short and right, and a wrong one says which task and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers import paths
from helpers.data.tasks import RegistryError, read_registry, task, tasks
from helpers.errors import UserError
from helpers.maths.metrics import METRICS

# XTREME's 36 languages and the five that XTREME-R adds (Ruder et al. 2021, appendix)
XTREME = "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw"
XTREME += " ta te th tl tr ur vi zh"

ENTRY = """
[codes.three]
de = "deu"
[task.new]
title = "A two-column file"
kind = "retrieval"
languages = "de fr"
splits = "test"
metric = "accuracy"
chance = 0
licence = "CC0"
citation = "somebody2020"
codes = "three"
local = { folder = "new", files = ["{code}.tsv"], reader = "tsv" }
hub.id = "a/b"
hub.revision = "0"
"""


def registry(tmp_path: Path, text: str):
    path = tmp_path / "tasks.toml"
    path.write_text(text, encoding="utf-8")
    return read_registry(path)


def test_tatoeba_has_the_languages_of_xtreme_r() -> None:
    tatoeba = task("tatoeba")
    assert len(tatoeba.languages) == 41
    assert set(tatoeba.languages) == {*XTREME.split(), "az", "lt", "pl", "ro", "uk"}
    assert set(tatoeba.hub.languages) == set(XTREME.split())
    codes = tatoeba.local[0].codes
    assert set(codes) == set(tatoeba.languages)
    assert len(set(codes.values())) == 41
    assert (codes["zh"], codes["fa"], codes["sw"], codes["tl"]) == ("cmn", "pes", "swh", "tgl")


# Scores that are no function of two lists of labels; entity_f1 comes with the heads that need it
OTHER_METRICS = {
    "span": {"f1": "maths.answers"},
    "tagging": {"entity_f1": None},
    "retrieval": {"map@20": "maths.retrieval"},
}


def test_every_entry_names_a_metric_and_a_work_that_exist(root: Path) -> None:
    works = (root / "book" / "references.bib").read_text(encoding="utf-8")
    for entry in tasks().values():
        assert entry.metric in {*METRICS, *OTHER_METRICS.get(entry.kind, ())}, entry.name
        assert f"{{{entry.citation}," in works, entry.name


def test_every_hub_revision_is_a_commit() -> None:
    for entry in tasks().values():
        if entry.hub:
            assert re.fullmatch("[0-9a-f]{40}", entry.hub.revision), entry.name


def test_entries_are_shorter_than_twenty_lines() -> None:
    entries = re.split(r"(?m)^\[task\.", paths.TASKS_TOML.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(tasks())
    for entry in entries:
        assert len(entry.strip().splitlines()) < 20, entry.splitlines()[0]


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="task: got 'stbs'; accepted: stsb, korsts, sst2"):
        task("stbs")
    with pytest.raises(UserError, match="suite: got 'glue'; accepted: xtreme-r"):
        tasks("glue")
    assert "tatoeba" in tasks("xtreme-r")


def test_a_new_entry_is_read(tmp_path: Path) -> None:
    new = registry(tmp_path, ENTRY)["new"]
    assert new.languages == ("de", "fr") == new.local[0].languages == new.hub.languages
    assert new.local[0].codes == new.hub.codes == {"de": "deu"}
    assert (new.chance, new.human, new.suite, new.id) == (0.0, None, (), "{split}")
    assert new.family == "new"
    assert new.sources == ("local", "hub")


def test_several_folders_and_own_codes(tmp_path: Path) -> None:
    text = (
        re.sub(r"(?m)^(local|hub).*\n", "", ENTRY)
        + """
[[task.new.local]]
folder = "a"
files = ["x-{split}"]
reader = "csv"
languages = "fr"
splits = { test = "dev" }
codes = { fr = "fra" }
[[task.new.local]]
folder = "b"
files = ["y"]
reader = "tsv"
"""
    )
    first, second = registry(tmp_path, text)["new"].local
    assert (first.languages, first.codes, first.splits) == (("fr",), {"fr": "fra"}, {"test": "dev"})
    assert (second.languages, second.codes) == (("de", "fr"), {"de": "deu"})


def test_files_by_split(tmp_path: Path) -> None:
    text = ENTRY.replace('splits = "test"', 'splits = "train dev test"')
    text = text.replace('["{code}.tsv"]', '{ train = ["a.tsv", "b.tsv"], test = ["c.tsv"] }')
    (local,) = registry(tmp_path, text)["new"].local
    assert local.patterns("train") == ("a.tsv", "b.tsv")
    assert local.patterns("dev") == ()
    assert registry(tmp_path, ENTRY)["new"].local[0].patterns("test") == ("{code}.tsv",)


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ('kind = "retrieval"', 'kind = "retreival"', "kind"),
        ('title = "A two-column file"', "", "title"),
        ('title = "A two-column file"', "title = 3", "title"),
        ('title = "A two-column file"', 'titel = "x"\ntitle = "y"', "titel"),
        ('languages = "de fr"', 'languages = ["de", "fr"]', "languages"),
        ('languages = "de fr"', 'languages = "de de"', "languages"),
        ('languages = "de fr"', 'languages = ""', "languages"),
        ("chance = 0", 'chance = "none"', "chance"),
        ("chance = 0", "chance = true", "chance"),
        ("chance = 0", 'chance = 0\nid = "{row}"', "id"),
        ('codes = "three"', 'codes = "two"', "codes"),
        ('reader = "tsv"', 'reader = "excel"', "local[0].reader"),
        ('folder = "new", ', "", "local[0].folder"),
        ('["{code}.tsv"]', '["{kode}.tsv"]', "local[0].files"),
        ('["{code}.tsv"]', '"{code}.tsv"', "local[0].files"),
        ('["{code}.tsv"]', "{}", "local[0].files"),
        ('["{code}.tsv"]', '{ test = "x.tsv" }', "local[0].files"),
        ('["{code}.tsv"]', '{ dev = ["x.tsv"] }', "local[0].files"),
        ('reader = "tsv" }', 'reader = "tsv", id = "{row}" }', "local[0].id"),
        ('reader = "tsv" }', 'reader = "tsv", languages = "de ko" }', "local[0].languages"),
        ('reader = "tsv" }', 'reader = "tsv", splits = { dev = "d" } }', "local[0].splits"),
        ('hub.revision = "0"', "", "hub.revision"),
        ('hub.id = "a/b"\nhub.revision = "0"', "hub = 3", "hub"),
        ('hub.id = "a/b"\nhub.revision = "0"', 'lab = { kind = "sts", n = 3 }', "lab.n"),
        ('hub.id = "a/b"\nhub.revision = "0"', "local = []", None),
        ("chance = 0", "chance =", None),
        ('de = "deu"', "de = 3", None),
        ("[codes.three]", "[code.three]", None),
        ("chance = 0", 'chance = 0\nlabels = "a b"', "labels"),
        ('kind = "retrieval"', 'kind = "classification"', "labels"),
        ('kind = "retrieval"', 'kind = "tagging"\nlabels = "a a"', "labels"),
        ('reader = "tsv" }', 'reader = "tsv", labels = { 0 = "a" } }', "local[0].labels"),
        ('reader = "tsv" }', 'reader = "tsv", only = { id = "{kode}" } }', "local[0].only"),
        ('hub.id = "a/b"\nhub.revision = "0"', 'built = "old"', "built"),
    ],
)
def test_a_wrong_entry_names_task_and_key(tmp_path: Path, good: str, bad: str, key: str) -> None:
    assert good in ENTRY
    with pytest.raises(RegistryError) as caught:
        registry(tmp_path, ENTRY.replace(good, bad))
    if key:
        assert f"task 'new', key '{key}': got " in str(caught.value)


def test_labels_and_how_a_source_spells_them(tmp_path: Path) -> None:
    text = ENTRY.replace('"retrieval"', '"classification"\nlabels = "bad good"')
    new = registry(tmp_path, text + 'hub.labels = { 0 = "bad", 1 = "good" }\n')["new"]
    assert new.labels == ("bad", "good")
    assert (new.hub.labels, new.local[0].labels) == ({"0": "bad", "1": "good"}, {})
    with pytest.raises(RegistryError, match="hub.labels': got 'fine'; accepted: bad, good"):
        registry(tmp_path, text + 'hub.labels = { 0 = "fine" }\n')


def test_labels_of_a_choice_are_numbers(tmp_path: Path) -> None:
    text = ENTRY.replace('"retrieval"', '"choice"')
    new = registry(tmp_path, text + 'hub.labels = { A = "0", B = "1" }\n')["new"]
    assert new.hub.labels == {"A": "0", "B": "1"}
    with pytest.raises(RegistryError, match="hub.labels': got 'one'; accepted: numbers of"):
        registry(tmp_path, text + 'hub.labels = { A = "one" }\n')


def test_rules_are_those_of_a_scorer_and_of_reading_only(tmp_path: Path) -> None:
    text = ENTRY.replace('"retrieval"', '"span"\nrules = "cmrc"').replace('"accuracy"', '"f1"')
    assert registry(tmp_path, text)["new"].rules == "cmrc"
    assert registry(tmp_path, ENTRY)["new"].rules is None
    with pytest.raises(RegistryError, match="key 'rules': got 'crmc'; accepted: squad, mlqa-en"):
        registry(tmp_path, text.replace("cmrc", "crmc"))
    with pytest.raises(RegistryError, match="key 'rules': got 'cmrc'; accepted: span tasks only"):
        registry(tmp_path, text.replace('"span"', '"retrieval"'))


def test_a_task_built_of_another_has_its_sources(tmp_path: Path) -> None:
    built = re.sub(r"(?m)^(local|hub).*\n", "", ENTRY.split("[task.new]")[1])
    text = f'{ENTRY}[task.made]{built}built = "new"\n'
    found = registry(tmp_path, text)
    assert found["made"].local == found["new"].local
    assert found["made"].sources == ("local", "hub")
    with pytest.raises(RegistryError, match="task 'made', key 'languages': got 'ko'"):
        registry(tmp_path, "ko".join(text.rsplit("fr", 1)))


def test_a_task_that_no_source_has_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="at least one of lab, local and hub, or built"):
        registry(tmp_path, re.sub(r"(?m)^(local|hub).*\n", "", ENTRY))
