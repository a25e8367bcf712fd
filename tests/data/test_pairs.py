"""Parallel sentences out of STS rows: joined by row, agreeing in score, each English side once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from helpers.data import pairs as module
from helpers.data.pairs import pairs
from helpers.data.split import normalise_sentence
from helpers.errors import UserError

HEADER = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"
N = 300


def write(folder: Path, english: list[tuple], korean: list[tuple]) -> None:
    (folder / "stsb_multi_mt").mkdir(exist_ok=True)
    (folder / "korsts").mkdir(exist_ok=True)
    lines = [",".join(map(str, row)) for row in english]
    (folder / "stsb_multi_mt" / "stsb-en-train.csv").write_text("\n".join(lines))
    lines = [f"g\tf\ty\t1\t{score}\t{one}\t{two}" for one, two, score in korean]
    (folder / "korsts" / "sts-train.tsv").write_text(HEADER + "\n".join(lines))


@pytest.fixture
def rows() -> tuple[list[tuple], list[tuple]]:
    english = [(f"one {i}", f"two {i}", float(i % 6)) for i in range(N)]
    korean = [(f"하나 {i}", f"둘 {i}", i % 6) for i in range(N)]
    return english, korean


def test_both_sentences_of_a_row_with_stable_ids(tmp_path: Path, rows) -> None:
    write(tmp_path, *rows)
    found = pairs("ko", "train", f"local:{tmp_path}")
    assert found.table.iloc[5].to_dict() == {
        "id": "train-00002-2",
        "source_text": "two 2",
        "target_text": "둘 2",
        "language": "ko",
    }
    assert found.report.rows_read == found.report.rows_kept == 2 * N
    back = pairs("en", "train", f"local:{tmp_path}", source_language="ko")
    assert back.table.source_text.tolist() == found.table.target_text.tolist()
    assert module.languages(f"local:{tmp_path}") == ("en", "ko")


def test_everything_left_out_is_counted(tmp_path: Path, rows) -> None:
    english, korean = rows
    english[3] = ("One 2!", "new", 3.0)  # its first sentence is row 2's
    english[7] = ("no score", "here", "x")
    korean[8] = ("", "빈", 2)
    korean[9] = (*korean[9][:2], 3.02)
    korean[10] = (*korean[10][:2], 4.009)  # within the tolerance
    write(tmp_path, english, korean)
    report = pairs("ko", "train", f"local:{tmp_path}").report
    assert Counter((skip.line, skip.reason) for skip in report.skipped) == {
        (8, "stsb_multi_mt/stsb-en-train.csv: score is not a number: 'x'"): 2,
        (4, "source sentence seen before"): 1,
        (9, "no such row in ko"): 2,
        (10, "gold scores differ: 3 and 3.02"): 2,
    }
    assert report.rows_read == report.rows_kept + len(report.skipped)
    assert report.rows_kept == 2 * (N - 3) - 1


def test_sets_that_are_not_aligned_are_refused(tmp_path: Path, rows) -> None:
    english, korean = rows
    write(tmp_path, english, korean[1:])
    with pytest.raises(UserError, match="gold scores differ in 299 of 300 rows, first in row 1"):
        pairs("ko", "train", f"local:{tmp_path}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"language": "klingon"}, "language: got 'klingon'; accepted: en, ko"),
        ({"language": "en"}, "language: got 'en'; accepted: ko"),
        ({"language": "ko", "source_language": "de"}, "source_language: got 'de'"),
        ({"language": "ko", "n": -3}, "n: got -3; accepted: a positive whole number"),
        ({"language": "ko", "split": "test"}, "split: got 'test'; accepted: train"),
    ],
)
def test_wrong_names_are_refused(tmp_path: Path, rows, arguments: dict, message: str) -> None:
    write(tmp_path, *rows)
    with pytest.raises(UserError, match=message):
        pairs(source=f"local:{tmp_path}", **arguments)


def test_a_folder_without_any_of_the_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="data: got 'local:"):
        pairs("ko", source=f"local:{tmp_path}")


def test_n_pairs_are_drawn(tmp_path: Path, rows) -> None:
    write(tmp_path, *rows)
    found = pairs("ko", "train", f"local:{tmp_path}", n=10, seed=2)
    assert len(found.table) == found.report.drawn == 10
    assert not found.table.equals(pairs("ko", "train", f"local:{tmp_path}", n=10, seed=3).table)


@pytest.mark.parametrize(("split", "n_rows"), [("train", 5749), ("dev", 1500)])
def test_every_row_of_the_real_sets_agrees(shared_data: Path, split: str, n_rows: int) -> None:
    report = pairs("ko", split, f"local:{shared_data}").report
    assert report.rows_read == 2 * n_rows
    assert {skip.reason for skip in report.skipped} == {"source sentence seen before"}
    assert len(report.skipped) < 0.1 * report.rows_read


def test_laboratory_pairs_are_parallel_over_languages() -> None:
    korean, russian = (pairs(language, n=20, seed=5) for language in ("ko", "ru"))
    both = korean.table.merge(russian.table, on="id")
    assert len(both) > 10
    assert both.source_text_x.equals(both.source_text_y)
    assert not set(both.target_text_x) & set(both.target_text_y)
    assert korean.table.source_text.map(normalise_sentence).is_unique
    assert pairs("ko", n=20, seed=6).fingerprint != korean.fingerprint
