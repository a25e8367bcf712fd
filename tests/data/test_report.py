"""The report on a folder: every row accounted for, every file read or named, damage told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.data.report import check_folder, manifest, reasons, unread
from helpers.data.rows import Skip
from helpers.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """KorSTS: one good row, two bad ones; Tatoeba: two aligned files; and a file of nobody."""
    korsts = tmp_path / "korsts"
    korsts.mkdir()
    rows = ["genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2", "g\tf\ty\t1\t5\t가\t나"]
    rows += ["g\tf\ty\t2\t7\t가\t나", "g\tf\ty\t3\t6.5\t가\t나"]
    (korsts / "sts-dev.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (korsts / "notes.txt").write_text("mine", encoding="utf-8")
    (korsts / "SOURCE.md").write_text("# korsts", encoding="utf-8")
    tatoeba = tmp_path / "tatoeba"
    tatoeba.mkdir()
    (tatoeba / "tatoeba.kor-eng.eng").write_text("Yes.\nNo.\n", encoding="utf-8")
    (tatoeba / "tatoeba.kor-eng.kor").write_text("네.\n아니요.\n", encoding="utf-8")
    return tmp_path


def listing(folder: Path, **rows: int) -> None:
    names = {
        "korsts": "korsts/sts-dev.tsv",
        "eng": "tatoeba/tatoeba.kor-eng.eng",
        "kor": "tatoeba/tatoeba.kor-eng.kor",
    }
    entries = [{"file": names[key], "rows": count} for key, count in rows.items()]
    (folder / "MANIFEST.json").write_text(json.dumps(entries), encoding="utf-8")


def test_every_row_of_every_table_is_accounted_for(folder):
    listing(folder, korsts=4, eng=2, kor=2)
    korsts, tatoeba = check_folder(f"local:{folder}")
    assert (korsts.task, korsts.language, korsts.split) == ("korsts", "ko", "dev")
    assert (korsts.listed, korsts.read, korsts.kept) == (4, 3, 1)
    assert korsts.skipped == {"score is outside … to …: …": 2}
    # two files of one row: each has as many rows as the table
    assert (tatoeba.listed, tatoeba.read, tatoeba.kept) == (2, 2, 2)
    assert unread(folder, [korsts, tatoeba]) == ["korsts/notes.txt"]


def test_without_a_manifest_nothing_is_listed(folder):
    assert [one.listed for one in check_folder(f"local:{folder}", ["tatoeba"])] == [None]


def test_a_damaged_file_is_told_and_the_others_are_read(folder):
    (folder / "tatoeba" / "tatoeba.kor-eng.kor").write_text("네.\n", encoding="utf-8")
    korsts, tatoeba = check_folder(f"local:{folder}")
    assert korsts.kept == 1
    assert "unequal line counts" in tatoeba.error
    found = CliRunner().invoke(main, ["check", f"local:{folder}"])
    assert found.exit_code == 1
    assert "unequal line counts" in found.stdout


@pytest.mark.parametrize("text", ["{", '{"file": 1}', '[{"rows": 3}]', '[{"file": "a"}]', "[1]"])
def test_a_wrong_manifest_is_refused(folder, text):
    (folder / "MANIFEST.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="MANIFEST"):
        manifest(folder)


def test_reasons_are_counted_without_their_details():
    skips = [Skip(1, "text is empty"), Skip(2, "label is none of a, b: '-'")] * 2
    skips.append(Skip(9, "label is none of a, b: 'x y'"))
    assert reasons(skips) == {"label is none of a, b: …": 3, "text is empty": 2}


def test_the_command_shows_tables_reasons_and_unread_files(folder):
    listing(folder, korsts=4)
    found = CliRunner().invoke(main, ["check", f"local:{folder}"])
    assert found.exit_code == 0, found.output
    for line in (
        "korsts ko dev: 4 rows listed, 3 read",
        "read by no task: korsts/notes.txt",
        "2 tables, 5 rows read, 3 kept",
    ):
        assert line in found.stdout.splitlines()
    [told] = [line for line in found.stdout.splitlines() if "2 skipped" in line]
    assert re.fullmatch(
        r"korsts ko dev: 2 skipped: line \d+: score is outside 0 to 5: [\d.]+ \(first of them\)",
        told,
    )
    assert "korsts ko dev" in found.stderr
    as_json = CliRunner().invoke(main, ["check", f"local:{folder}", "--json"])
    content = json.loads(as_json.stdout)
    assert [one["kept"] for one in content["tables"]] == [1, 2]
    assert content["unread"] == ["korsts/notes.txt"]
    one = CliRunner().invoke(main, ["check", f"local:{folder}", "--json", "--task", "korsts"])
    assert [one["task"] for one in json.loads(one.stdout)["tables"]] == ["korsts"]


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        (["lab"], "data"),
        (["local:no-such-folder"], "data"),
        (["local:.", "--task", "no-such-task"], "task"),
    ],
)
def test_faults(arguments, parameter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(main, ["check", *arguments])
    assert found.exit_code == 2
    assert parameter in found.stderr
    assert "Traceback" not in found.output


def test_published_counts_differ_only_by_paragraphs_without_questions(shared_data):
    """TQuAD and SQuAD-it have them: the manifest counts questions, the report skipped rows too."""
    chosen = ["tquad", "squad_it", "ocnli", "kobest_copa"]
    found = list(check_folder(f"local:{shared_data}", chosen))
    assert {one.task for one in found} == set(chosen)
    for one in found:
        without = sum(n for why, n in one.skipped.items() if "qas is" in why or "paragraphs" in why)
        assert one.error is None
        assert one.read - without == one.listed, one
        assert one.read == one.kept + sum(one.skipped.values())
