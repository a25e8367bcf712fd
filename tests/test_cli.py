"""The command line: what is wrong is named before any work, what comes out can be piped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from helpers import paths
from helpers.cli import main
from helpers.errors import UserError
from helpers.study import store
from helpers.study.record import Record, identity
from helpers.study.row import Row


def call(*arguments: str):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def child(*arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "helpers", *arguments],
        env=os.environ | {"PYTHONPATH": str(paths.PACKAGE.parent)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A store with one record of two rows."""
    common = {
        "name": "precision@1",
        "task": "tatoeba",
        "kind": "retrieval",
        "encoder": "e",
        "source_language": "en",
        "target_language": "ko",
        "split": "report",
        "seed": 0,
        "n": 9,
    }
    rows = [
        Row(**common, method="none", value=0.25, setting={"n_pairs": 0, "map_from": None}),
        Row(**common, method="ridge", value=0.75, low=0.5, high=1.0, setting={"n_pairs": 10}),
    ]
    parts = ("02_alignment", 1, {"seed": 0}, {"source": "lab", "fingerprints": {}}, {"e": "f"})
    names = ("chapter", "study_version", "params", "data", "encoders")
    record = Record(
        **dict(zip(names, parts, strict=True)),
        identity=identity(*parts),
        environment={},
        rows=rows,
    )
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    store.save(record, None, store.folder_of(record.chapter, record.identity))
    return tmp_path / "results"


FAULTS = [
    (("run", "02_alignment", "-p", "target_languages", "klingon"), "target_languages", "ko, ru"),
    (("run", "02_alignment", "-p", "n_pairs", "-3"), "n_pairs", "10 or more"),
    (("run", "02_alignment", "-p", "seed", "abc"), "seed", "whole number"),
    (("run", "02_alignment", "-p", "no_such_name", "1"), "no_such_name", "target_languages"),
    (("run", "02_alignment", "-p", "data", "local:no-such-folder"), "data", "exists"),
    (("run", "02_alignment", "-p", "data", "elsewhere"), "data", "local:<folder>"),
    (("run", "02_alignment", "-p", "device", "gpu"), "device", "cuda"),
    (("run", "02_alignment", "-p", "encoders", "./no-such-encoder"), "encoders", "safetensors"),
    (("run", "no_such_chapter"), "chapter", "02_alignment"),
    (("run", "02_alignment", "--rerun", "sometimes"), "--rerun", "only-missing"),
    (("results", "--chapter", "no_such_chapter"), "chapter", "02_alignment"),
    (("tasks", "--suite", "no-such-suite"), "suite", "xtreme-r"),
    (("tasks", "--data", "local:no-such-folder"), "data", "exists"),
    (("laboratory", "--kind", "poems"), "kind", "sts"),
    (("laboratory", "--languages", "en,xx"), "languages", "ko"),
    (("laboratory", "--n", "0"), "n", "1 to"),
    (("laboratory", "--out", "no-such-folder/x.jsonl"), "out", "exists"),
    (("laboratory", "--kind", "sts", "--depth", "2"), "kind", "reviews"),
    (("laboratory", "--kind", "mrc", "--length", "2"), "length", "or more"),
    (("laboratory", "--noise", "2"), "noise", "0 to 1"),
    (("laboratory", "--order", "french"), "order", "english"),
    (("encode", "missing.txt", "--encoder", "bag-of-words", "--out", "x.npy"), "textfile", "read"),
    (("encode", "x.txt", "--encoder", "bag-of-words", "--out", "x.csv"), "out", ".npy"),
    (("encode", "x.txt", "--encoder", "e", "--out", "x.npy", "--pooling", "sum"), "pooling", "cls"),
    (("pretrain", "no-such-recipe"), "recipe", "tiny"),
]


@pytest.mark.parametrize(("arguments", "parameter", "accepted"), FAULTS)
def test_faults(arguments, parameter, accepted, tmp_path, monkeypatch):
    """Exit code 2, parameter and accepted values named, no traceback, nothing written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    found = call(*arguments)
    assert found.exit_code == 2, found.output
    assert parameter in found.stderr
    assert accepted in found.stderr
    assert "Traceback" not in found.output
    assert found.exception is None or isinstance(found.exception, SystemExit)
    assert list(tmp_path.iterdir()) == []


def test_out_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    found = call("run", "02_alignment", "--out", tmp_path / "file")
    assert found.exit_code == 2
    assert "out" in found.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_help_comes_at_once_and_imports_nothing_heavy():
    def spent() -> float:
        """Seconds of the processor, which a busy machine does not stretch as it does the clock."""
        used = os.times()
        return used.children_user + used.children_system

    seconds = []
    for _ in range(3):
        before = spent()
        assert "02_alignment" in child("--help").communicate()[0]
        seconds.append(spent() - before)
    assert min(seconds) < 0.5
    code = "import sys, helpers.cli; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(paths.PACKAGE.parent)}
    loaded = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert not {"torch", "transformers", "numpy", "pandas", "pydantic"} & set(loaded.split())


@pytest.mark.parametrize("command", list(main.commands))
def test_every_command_has_help_with_an_example(command):
    found = call(command, "--help")
    assert found.exit_code == 0
    assert f"python -m helpers {command}" in found.output


def test_tasks(shared_data):
    found = json.loads(call("tasks", "--json", "--data", f"local:{shared_data}").stdout)
    assert {"name", "kind", "languages", "metric", "available"} <= set(found[0])
    by_name = {task["name"]: task for task in found}
    assert "ko" in by_name["tatoeba"]["available"]["local"]
    assert by_name["korsts"]["languages"] == ["ko"]


def test_tasks_of_a_suite_and_as_a_table():
    only = json.loads(call("tasks", "--json", "--suite", "xtreme-r").stdout)
    assert {"xtreme-r"} <= set(only[0]["suite"])
    table = call("tasks").stdout
    assert all(word in table for word in ("name", "metric", "available", "tatoeba", "spearman"))


def test_results(results):
    found = json.loads(call("results", "--json").stdout)
    assert len(found) == 2
    assert {"chapter", "data", "encoder", *Row.model_fields} <= set(found[0])
    assert found[0]["data"] == "lab"
    picked = json.loads(call("results", "--json", "-w", "n_pairs", "10").stdout)
    assert [row["method"] for row in picked] == ["ridge"]
    table = call("results", "--chapter", "02_alignment").stdout.splitlines()
    assert len(table) == 3
    assert "0.750" in table[2]
    wrong = call("results", "-w", "colour", "red")
    assert wrong.exit_code == 2
    assert "n_pairs" in wrong.stderr


def test_json_stays_json_beside_a_broken_record(results):
    torn = results / "02_alignment" / "torn"
    torn.mkdir()
    (torn / "record.json").write_text("{")
    found = call("results", "--json")
    assert len(json.loads(found.stdout)) == 2
    assert "torn" in found.stderr


def test_empty_store_is_an_empty_list(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "none")
    assert json.loads(call("results", "--json").stdout) == []


def test_broken_pipe_is_quiet():
    process = child("laboratory", "--n", "2000")
    assert json.loads(process.stdout.readline())["id"] == "train-00000"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.wait()


def test_laboratory(tmp_path):
    out = tmp_path / "x.jsonl"
    assert call("laboratory", "--n", "3", "--languages", "en,ko", "--out", out).exit_code == 0
    written = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [sorted(item["texts"]) for item in written] == [["en", "ko"]] * 3
    shown = call("laboratory", "--n", "3", "--languages", "en,ko").stdout
    assert [json.loads(line) for line in shown.splitlines()] == written


def test_encode(tmp_path):
    text, out = tmp_path / "t.txt", tmp_path / "x.npy"
    text.write_text("a cat\n\na dog\n", "utf-8")
    found = call("encode", text, "--encoder", "bag-of-words", "--out", out)
    assert found.exit_code == 0, found.output
    vectors = np.load(out)
    assert vectors.dtype == np.float32
    assert len(vectors) == 3
    assert not np.allclose(vectors[0], vectors[2])
    text.write_bytes("good\nb\xe4d\n".encode("latin-1"))
    found = call("encode", text, "--encoder", "bag-of-words", "--out", out)
    assert found.exit_code == 2
    assert "line 2" in found.stderr


@pytest.fixture
def sides(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 5)) + 2
    Y = X @ np.linalg.qr(rng.normal(size=(5, 5)))[0]
    names = SimpleNamespace(X=tmp_path / "X.npy", Y=tmp_path / "Y.npy", out=tmp_path / "m.npz")
    np.save(names.X, X)
    np.save(names.Y, Y)
    return names


def align(sides, *more):
    pair = ("--source-vectors", sides.X, "--target-vectors", sides.Y, "--out", sides.out)
    return call("align", *pair, *more)


@pytest.mark.parametrize("method", ["procrustes", "ridge", "cca", "none", "gd"])
def test_align_saves_all_that_the_help_says_a_map_is(sides, method):
    from helpers.maths.alignment import make_aligner

    found = align(sides, "--method", method)
    assert found.exit_code == 0, found.output
    saved = np.load(sides.out)
    X, Y = np.load(sides.X), np.load(sides.Y)
    aligner = make_aligner(method).fit(X, Y)

    def side(rows, mean, W):
        if "unit" in saved["normalise"]:
            rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows - mean) @ W

    assert np.allclose(side(X, saved["mean_x"], saved["W"]), aligner.transform(X), atol=1e-6)
    target = saved["target_W"] if "target_W" in saved else np.eye(5)
    assert np.allclose(side(Y, saved["mean_y"], target), aligner.transform_target(Y), atol=1e-6)


def test_align_texts(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("\n".join(f"{name} line {i}" for i in range(12)))
    out = tmp_path / "m.npz"
    found = call(
        "align", "--source-vectors", tmp_path / "a.txt", "--target-vectors", tmp_path / "b.txt",
        "--encoder", "bag-of-words", "--method", "centre", "--out", out,
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert np.load(out)["W"].shape[0] == np.load(out)["mean_x"].shape[0]


def test_align_refuses(sides, tmp_path):
    cases = [
        (("--method", "magic"), "procrustes"),
        (("--steps", "unit,polish"), "centre"),
        (("--target-vectors", tmp_path / "none.npy"), "target_vectors"),
    ]
    short, bad, text = (tmp_path / name for name in ("s.npy", "b.npy", "t.npy"))
    np.save(short, np.ones((7, 5)))
    rows = np.load(sides.Y)
    rows[3, 1] = np.nan
    np.save(bad, rows)
    text.write_text("not vectors")
    cases += [
        (("--target-vectors", short), "40 rows"),
        (("--target-vectors", bad), "row 3"),
        (("--target-vectors", text), "--encoder"),
    ]
    for arguments, words in cases:
        found = align(sides, *arguments)
        assert found.exit_code == 2, found.output
        assert words in found.stderr
        assert "Traceback" not in found.output
        assert not sides.out.exists()


def test_run_passes_on_what_was_given(monkeypatch, tmp_path):
    """The command adds nothing to the runner that notebooks use."""
    seen = {}

    def fake(chapter, params, **options):
        seen.update(options, chapter=chapter, params=params)
        return SimpleNamespace(
            identity="abc", rows=[1, 2], notes=["a note"], data={"source": "lab"}
        )

    monkeypatch.setattr("helpers.study.run.run", fake)
    found = call(
        "run", "02_alignment", "-p", "seed", "3", "-p", "target_languages", "ko,ru",
        "--out", tmp_path, "--rerun", "always", "--quiet",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert seen["params"].seed == 3
    assert seen["params"].target_languages == ("ko", "ru")
    assert (seen["out"], seen["rerun"], seen["progress"]) == (tmp_path, "always", False)
    assert "record.json" in found.stdout
    assert found.stderr == ""


def test_a_refusal_from_below_is_shown_without_traceback(monkeypatch):
    def fake(*_, **__):
        raise UserError("encoders", "x (NaN for the text at index 4)", "finite embeddings")

    monkeypatch.setattr("helpers.study.run.run", fake)
    found = call("run", "02_alignment")
    assert found.exit_code == 2
    assert "index 4" in found.stderr


def test_laboratory_dials():
    """Every dial is an option, and turning it shows."""
    from helpers.data.lab.dials import Dials

    options = {o.name for o in main.commands["laboratory"].params}
    assert set(Dials.__dataclass_fields__) <= options
    arguments = ("laboratory", "--kind", "mrc", "--n", "4", "--languages", "en,ko")
    turns = ("--depth 3", "--distractors 2", "--sharing 1", "--length 8", "--noise 1", "--size 2",
             "--rarity 1", "--overlap 1", "--order english")  # fmt: skip
    plain = call(*arguments).stdout
    for turn in turns:
        assert call(*arguments, *turn.split()).stdout != plain, turn
