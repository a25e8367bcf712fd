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


def test_every_entry_names_a_metric_and_a_work_that_exist(root: Path) -> None:
    works = (root / "book" / "references.bib").read_text(encoding="utf-8")
    for entry in tasks().values():
        assert entry.metric in METRICS, entry.name
        assert f"{{{entry.citation}," in works, entry.name


def test_every_hub_revision_is_a_commit() -> None:
    for entry in tasks().values():
        assert re.fullmatch("[0-9a-f]{40}", entry.hub.revision), entry.name


def test_entries_are_shorter_than_twenty_lines() -> None:
    entries = re.split(r"(?m)^\[task\.", paths.TASKS_TOML.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(tasks())
    for entry in entries:
        assert len(entry.strip().splitlines()) < 20, entry.splitlines()[0]


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="task: got 'stbs'; accepted: stsb, korsts, tatoeba"):
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
        ('reader = "tsv" }', 'reader = "tsv", languages = "de ko" }', "local[0].languages"),
        ('reader = "tsv" }', 'reader = "tsv", splits = { dev = "d" } }', "local[0].splits"),
        ('hub.revision = "0"', "", "hub.revision"),
        ('hub.id = "a/b"\nhub.revision = "0"', "hub = 3", "hub"),
        ('hub.id = "a/b"\nhub.revision = "0"', 'lab = { kind = "sts", n = 3 }', "lab.n"),
        ('hub.id = "a/b"\nhub.revision = "0"', "local = []", None),
        ("chance = 0", "chance =", None),
        ('de = "deu"', "de = 3", None),
        ("[codes.three]", "[code.three]", None),
    ],
)
def test_a_wrong_entry_names_task_and_key(tmp_path: Path, good: str, bad: str, key: str) -> None:
    assert good in ENTRY
    with pytest.raises(RegistryError) as caught:
        registry(tmp_path, ENTRY.replace(good, bad))
    if key:
        assert f"task 'new', key '{key}': got " in str(caught.value)


def test_a_task_that_no_source_has_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="at least one of lab, local and hub"):
        registry(tmp_path, re.sub(r"(?m)^(local|hub).*\n", "", ENTRY))
