"""What the command line refuses, and that nothing is lost by it. Found by a first-time user."""

from __future__ import annotations

import errno
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.errors import UserError
from helpers.models.pretrain import command
from helpers.models.pretrain.prepare import COUNTS

RECIPE = "xlmr-nano"  # one that needs text, so that without it nothing can begin


def refused(*words: str) -> str:
    found = CliRunner().invoke(main, list(words))
    assert found.exit_code == 2 and not isinstance(found.exception, UserError), found.output
    assert "Traceback" not in found.output
    return found.stderr


def prepared(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / COUNTS).write_text("{}")
    return folder


def test_fresh_without_text_leaves_what_was_prepared(tmp_path):
    text = prepared(tmp_path / "text")
    (text / "tokens").write_text("of hours")
    assert "corpus: got None" in refused("pretrain", RECIPE, "--fresh", "--work", str(tmp_path))
    assert (text / "tokens").read_text() == "of hours"
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


def test_fresh_deletes_no_folder_that_it_did_not_make(tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "novel.txt").write_text("mine")
    told = refused("pretrain", RECIPE, "--fresh", "--work", str(tmp_path))
    assert "accepted: a folder of prepared text" in told
    assert (tmp_path / "text" / "novel.txt").read_text() == "mine"


def test_text_made_anew_takes_the_place_of_the_old(tmp_path):
    text = prepared(tmp_path / "text")
    with command.made_anew(text):
        assert not text.exists()
        prepared(text)
        (text / "new").touch()
    assert (text / "new").exists() and [path.name for path in tmp_path.iterdir()] == ["text"]


def test_what_a_killed_call_put_aside_comes_back(tmp_path):
    prepared(tmp_path / ".text.before")
    with pytest.raises(RuntimeError), command.made_anew(tmp_path / "text"):
        raise RuntimeError
    assert (tmp_path / "text" / COUNTS).exists()


@pytest.mark.parametrize("device", ["foo", "cuda:99"])
def test_a_device_that_is_not_there_is_refused_before_any_text_is_read(tmp_path, device):
    assert "device: got" in refused(
        "pretrain", "tiny", "--device", device, "--work", str(tmp_path / "w")
    )
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("option", ["--out", "--work", "--prepared", "--travel"])
def test_a_file_in_the_place_of_a_folder_is_refused_before_the_work(tmp_path, option):
    (tmp_path / "taken").write_text("mine")
    told = refused(
        "pretrain", "tiny", "--work", str(tmp_path / "w"), option, str(tmp_path / "taken")
    )
    assert f"{option.strip('-')}: got" in told
    assert (tmp_path / "taken").read_text() == "mine" and not (tmp_path / "w").exists()


def test_a_travel_size_is_a_number(tmp_path):
    told = refused(
        "pretrain", "tiny", "--travel", str(tmp_path / "box"), "--travel-size", "nan",
        "--work", str(tmp_path / "w"),
    )  # fmt: skip
    assert "travel_size: got nan" in told


@pytest.fixture
def sides(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("ko", "en"):
        np.save(tmp_path / f"{name}.npy", rng.normal(size=(40, 4)))
    return [
        "--source-vectors",
        str(tmp_path / "ko.npy"),
        "--target-vectors",
        str(tmp_path / "en.npy"),
    ]


def test_steps_that_the_file_could_not_tell_are_refused(tmp_path, sides):
    out = str(tmp_path / "map.npz")
    told = refused("align", *sides, "--steps", "centre,unit", "--out", out)
    assert "steps: got 'centre,unit'" in told and "in this order: unit,centre" in told
    for steps in ("", "unit", "centre", "unit,centre"):
        found = CliRunner().invoke(main, ["align", *sides, "--steps", steps, "--out", out])
        assert found.exit_code == 0, found.output
        told, W = np.load(out), np.load(out)["W"]
        x, y = (np.load(path) for path in (sides[1], sides[3]))
        if "unit" in steps:
            x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, y))
        error = np.mean(np.sum(((x - told["mean_x"]) @ W - (y - told["mean_y"])) ** 2, axis=1))
        assert f"training error {error:.4f}" in found.stdout


@pytest.mark.parametrize("method", ["ridge", "procrustes", "none"])
def test_a_map_that_is_no_number_takes_no_maps_place(tmp_path, sides, method):
    (tmp_path / "map.npz").write_bytes(b"earlier")
    np.save(sides[1], 1e300 * np.load(sides[1]))
    words = ("--method", method, "--steps", "", "--out", str(tmp_path / "map.npz"))
    assert "source_vectors, target_vectors: got" in refused("align", *sides, *words)
    assert (tmp_path / "map.npz").read_bytes() == b"earlier"


def test_layers_are_told_as_they_were_given(tmp_path):
    (tmp_path / "ko.txt").write_text("a\n")
    told = refused(
        "encode", str(tmp_path / "ko.txt"), "--encoder", "models/tiny", "--layers", "x",
        "--out", str(tmp_path / "ko.npy"),
    )  # fmt: skip
    assert "layers: got 'x'" in told


@pytest.mark.parametrize(
    "words", [("encode", "ko.txt", "--encoder", "bag-of-words"), ("laboratory",)]
)
def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    Path("ko.txt").write_text("a\n")
    Path("there.npy").mkdir()
    assert "out: got 'there.npy'" in refused(*words, "--out", "there.npy")


@pytest.mark.parametrize(
    ("number", "quiet"), [(errno.ENOSPC, True), (errno.EACCES, True), (errno.EINVAL, False)]
)
def test_what_the_machine_refuses_is_a_line_and_a_fault_of_the_code_is_not(number, quiet):
    group = type(main)("group")

    @group.command()
    def write() -> None:
        raise OSError(number, "so it is", "there")

    found = CliRunner().invoke(group, ["write"])
    if quiet:
        assert (found.exit_code, found.stderr) == (2, "Error: there: so it is\n")
    else:
        assert isinstance(found.exception, OSError)


def test_conditions_that_no_row_meets_are_no_lack_of_records(tmp_path, monkeypatch):
    from helpers.cli import studies
    from helpers.study import store

    monkeypatch.setattr(store, "scan", lambda chapter=None: ([], []))
    rows = [{"name": "F1", "target_language": "ko", "setting": {}}]
    monkeypatch.setattr(store, "result_rows", lambda stored: rows)
    found = CliRunner().invoke(studies.results, ["-w", "target_language", "klingon"])
    assert found.exit_code == 0 and found.stderr == "0 of 1 recorded rows\n"
    rows.clear()
    assert "no recorded rows" in CliRunner().invoke(studies.results, []).stderr


def test_click_is_what_ends_a_pipe_that_closes():
    group = type(main)("group")

    @group.command()
    def write() -> None:
        raise BrokenPipeError(errno.EPIPE, "closed")

    with pytest.raises((BrokenPipeError, SystemExit, click.exceptions.Exit)):
        group.main(["write"], standalone_mode=False)
