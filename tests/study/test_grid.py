"""Grids: what there is and what is recorded, nothing made twice, nothing lost, errors told."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from helpers import paths
from helpers.cli import main
from helpers.errors import UserError
from helpers.study import grid as study
from helpers.study import grid_code, grid_run, intermediate_gains
from helpers.study import run as runner
from helpers.study.intermediate_design import Cell
from helpers.study.intermediate_rules import rules

STUB = Path(__file__).resolve().parents[1] / "workflow" / "stubbed.py"
SMALL = ("grid", "primary", "noise", "--families", "sts", "--seeds", "0,1")
N = 2 * (1 + 4 + 4)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Chapter 7 without training; records and notes go to a temporary folder."""
    spec = importlib.util.spec_from_file_location("stubbed", STUB)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(runner, "plan", module.plan)
    monkeypatch.setattr(runner, "environment", module.environment)
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(paths, "BUILD", tmp_path / "_build")
    return module


def call(*words: str, code: int = 0):
    found = CliRunner().invoke(main, [*SMALL, "--quiet", *words])
    assert found.exit_code == code, found.output
    return found


def listed(*words: str) -> list[dict]:
    return json.loads(call("--json", *words).stdout)


def records(folder: Path) -> dict[str, str]:
    """Content of every record of the chapter by its identity."""
    return {
        path.parent.name: path.read_text()
        for path in (folder / "results" / "07_intermediate").glob("*/record.json")
    }


def test_lists_and_makes_what_is_missing_once(stub: ModuleType, tmp_path: Path) -> None:
    before = listed()
    assert len(before) == N
    assert {one["state"] for one in before} == {"missing"}
    assert before[0] | {"code": "", "grid": ""} == {
        **{"cell": "none-seed0", "intermediate": "none", "mechanism": "none", "level": 0},
        **{"seed": 0, "chunk": "none-seed0", "state": "missing", "identity": None},
        **{"seconds": None, "estimate": None, "code": "", "grid": ""},
    }
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / "_build").exists(), "to list is to write nothing"
    assert "unknown" in call().stdout

    lines = call("--run").stdout.splitlines()
    assert len(lines) == N + 1
    assert lines[-2].endswith(f"{N} of {N} cells of the grid")
    made = records(tmp_path)
    assert len(made) == len(stub.BEGUN) == len(set(stub.BEGUN)) == N

    after = listed()
    assert {one["state"] for one in after} == {"recorded"}
    assert {one["identity"] for one in after} == made.keys()
    assert all(one["estimate"] is not None for one in after)
    assert f"{N} recorded, 0 to make" in call().stdout
    call("--run")
    assert records(tmp_path) == made, "a second run makes nothing"


def test_parts_are_disjoint_and_cover_all(stub: ModuleType, tmp_path: Path) -> None:
    parts = [[one["cell"] for one in listed("--part", f"{i}/3")] for i in (1, 2, 3)]
    assert sorted(sum(parts, [])) == sorted(one["cell"] for one in listed())
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    call("--part", "1/2", "--run")
    half = records(tmp_path)
    assert len(half) == N // 2
    call("--part", "2/2", "--run")
    assert len(stub.BEGUN) == len(set(stub.BEGUN)) == len(records(tmp_path)) == N
    assert half.items() <= records(tmp_path).items()


def test_cells_by_name(stub: ModuleType) -> None:
    call("--cell", "none-seed1", "--cell", "sts-noise-2-seed0", "--run")
    assert sorted(stub.BEGUN) == ["none none 1 0", "sts noise 0 2"]


def test_an_error_is_told_and_the_rest_is_made(stub: ModuleType, tmp_path: Path) -> None:
    stub.FAILS.add("sts noise 1")
    found = call("--run", code=1)
    assert f"4 of {N} cells failed" in found.stderr
    assert "sts-noise-3-seed1: RuntimeError: planted" in found.stderr
    assert len(records(tmp_path)) == N - 4
    stub.FAILS.clear()
    call("--run")
    assert len(records(tmp_path)) == N


def test_other_parameters_are_another_grid(stub: ModuleType, tmp_path: Path) -> None:
    call("--run")
    assert {one["state"] for one in listed("-p", "n_items", "40")} == {"missing"}
    assert {one["state"] for one in listed("-p", "device", "cpu")} == {"recorded"}


def test_records_under_other_rules_do_not_count(stub, tmp_path, monkeypatch) -> None:
    call("--run")
    other = study.rules().__class__(**{**vars(study.rules()), "digest": "other"})
    for module in (study, intermediate_gains):
        monkeypatch.setattr(module, "rules", lambda: other)
    assert {one["state"] for one in listed()} == {"missing"}


def test_controls_of_all_seeds_are_made_before_a_cell_of_real_text(stub) -> None:
    found, _ = study.grid(["primary"], families=["sts"], seeds=[1])
    real = replace(found, data="local:somewhere")
    [cell] = [one for one in real.cells if one.level == 2]
    assert [one.error for one in grid_run.make(real, [cell])] == [None]
    controls = [f"none none {seed} 0" for seed in rules().seeds]
    assert stub.BEGUN[-6:] == [*controls, "sts items 1 2"]
    assert [one.error for one in grid_run.make(real, [cell])] == [None]
    assert stub.BEGUN[-6:] == [*controls, "sts items 1 2"], "nothing twice"


def test_controls_of_all_seeds_belong_to_a_grid_of_published_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(study, "_families", lambda data, designs, wanted: (["sts"], []))
    names = {}
    for data in (f"local:{tmp_path}", "lab"):
        found, _ = study.grid(["primary"], {"data": data, "encoder": "models/tiny"}, seeds=[1])
        names[data[:3]] = [cell.name for cell in found.cells]
    levels = [f"sts-items-{level}-seed1" for level in range(4)]
    assert names["loc"] == [f"none-seed{seed}" for seed in rules().seeds] + levels
    assert names["lab"] == ["none-seed1", *levels]


def test_a_record_with_other_targets_is_not_the_cells(stub, monkeypatch) -> None:
    call("--run")
    monkeypatch.setattr(study, "counted", lambda told, fingerprint: ("tagging",))
    states = {one["cell"]: one["state"] for one in listed()}
    assert {name for name, state in states.items() if state == "recorded"} == {
        "none-seed0",
        "none-seed1",
    }


def test_two_processes_share_a_cell(stub: ModuleType, tmp_path: Path, monkeypatch) -> None:
    """The second waits for the first, then finds it recorded."""
    monkeypatch.setattr(stub, "SECONDS", 0.2)
    found, _ = study.grid(["primary"], families=["sts"], seeds=[0])
    cell = found.cells[0]
    outcomes: list[grid_run.Made] = []

    def work() -> None:
        outcomes.extend(grid_run.make(found, [cell]))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stub.BEGUN == ["none none 0 0"]
    assert sorted(made.seconds is None for made in outcomes) == [False, True, True]
    assert all(made.error is None and made.rows == 1 for made in outcomes)


def test_a_killed_grid_goes_on(tmp_path: Path, stub: ModuleType) -> None:
    code = (
        f"import sys; from pathlib import Path; from helpers import paths; "
        f"paths.RESULTS = Path({str(tmp_path / 'results')!r}); "
        f"paths.BUILD = Path({str(tmp_path / '_build')!r}); "
        f"import runpy; runpy.run_path({str(STUB)!r}, run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "-m", "helpers", *SMALL, "--run", "--quiet"],
        env=os.environ | {"PYTHONPATH": str(paths.PACKAGE.parent), "STUB_SECONDS": "0.05"},
        stdout=subprocess.DEVNULL,
    )
    for _ in range(6000):
        if len(records(tmp_path)) >= 5 or process.poll() is not None:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = records(tmp_path)
    assert 5 <= len(before) < N
    call("--run")
    after = records(tmp_path)
    assert len(after) == N
    assert before.items() <= after.items(), "none lost, none made again"
    assert len(stub.BEGUN) == N - len(before)


# -- code that has changed


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The text of the package, where a test can change it: ``package("study/x.py")``."""
    changed: dict[Path, bytes] = {}
    read = grid_code._text.__wrapped__
    monkeypatch.setattr(grid_code, "_text", lambda path: read(path) + changed.get(path, b""))

    def change(name: str) -> None:
        changed[paths.PACKAGE / name] = b"# changed\n"

    return change


def touched(before: list[dict], after: list[dict]) -> set[str]:
    """Mechanisms whose code is another."""
    pairs = zip(before, after, strict=True)
    return {one["mechanism"] for one, other in pairs if one["code"] != other["code"]}


@pytest.mark.parametrize(
    ("name", "mechanisms"),
    [
        ("models/finetune.py", {"none", "items", "noise"}),
        ("models/heads.py", {"none", "items", "noise"}),
        ("models/features.py", {"none", "items", "noise"}),
        ("models/predict.py", {"none", "items", "noise"}),
        ("study/intermediate_items.py", {"none", "items", "noise"}),
        ("study/transfer_data.py", {"none", "items", "noise"}),
        ("maths/metrics.py", {"none", "items", "noise"}),
        ("data/lab/api.py", {"none", "items", "noise"}),
        ("data/lab/tables/ko/nouns.tsv", {"none", "items", "noise"}),
        ("study/difficulty.py", {"items"}),
        ("study/transfer_labels.py", {"none", "noise"}),
        ("study/intermediate_teach.py", {"items", "noise"}),
        ("study/plots.py", set()),
        ("study/store.py", set()),
        ("cli/grid.py", set()),
        ("study/embedding.py", set()),
        ("data/tasks.toml", set()),  # by the entries that are used
    ],
)
def test_a_change_concerns_what_depends_on_it(stub, package, name, mechanisms) -> None:
    assert (paths.PACKAGE / name).is_file()
    before = listed()
    package(name)
    assert touched(before, listed()) == mechanisms


def test_an_entry_of_the_registry_concerns_its_family(monkeypatch) -> None:
    from dataclasses import replace

    from helpers.data import tasks

    def codes() -> list[str]:
        families = ("acceptability", "nli")
        return [grid_code.code_of(Cell(0, "items", name, 0), "local:x") for name in families]

    before = codes()
    known = tasks.task
    changes: dict = {"citation": "someone2030else"}

    def changed(name: str):
        return replace(known(name), **changes) if name == "cola" else known(name)

    monkeypatch.setattr(tasks, "task", changed)
    assert codes() == before, "words that only people read"
    changes["chance"] = 0.123
    after = codes()
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_readers_concern_the_formats_that_are_read() -> None:
    local = grid_code.modules("items", "sts", "local:somewhere")
    assert "helpers.data.readers.delimited" in local
    assert "helpers.data.readers.mewsli" not in local
    assert "helpers.data.readers.delimited" not in grid_code.modules("items", "sts", "lab")
    assert "helpers.data.readers.dialogue" in grid_code.modules("items", "dialogue", "local:x")
    assert "helpers.data.readers.dialogue" not in local


def test_every_import_of_the_study_is_followed() -> None:
    """What a run loads of the package is known, or is set aside with a reason."""
    known = grid_code._closure(grid_code.ROOT_MODULE) | grid_code.ASIDE
    code = "import sys, helpers.study.intermediate; print(*sys.modules)"
    loaded = subprocess.check_output(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(paths.PACKAGE.parent)},
        text=True,
    )
    loaded = {name for name in loaded.split() if name.startswith("helpers.")}
    loaded = {name for name in loaded if not name.endswith("_params")}  # told by their values
    packages = {"helpers.study", "helpers.data.corpus_pairs"}
    assert loaded - known - packages == set()


def test_who_imports_what_only_some_mechanisms_depend_on() -> None:
    """Where this moves, look whether `ONLY_FOR` still tells the truth."""
    found = grid_code._closure(grid_code.ROOT_MODULE)
    importers = {
        name: {one.rpartition(".")[2] for one in found if name in set(grid_code._imports(one))}
        for name in grid_code.ONLY_FOR
    }
    assert importers == {
        "helpers.study.difficulty": {"intermediate_teach"},
        "helpers.maths.difficulty": {"difficulty", "intermediate_items"},
        "helpers.study.pool_study": {"difficulty"},
        "helpers.study.intermediate_teach": {"intermediate", "intermediate_floor"},
        "helpers.study.intermediate_floor": {"intermediate"},
        "helpers.study.transfer_labels": {"intermediate", "intermediate_teach", "transfer"},
    }


def test_changed_code_is_made_anew_once_and_only_where_asked(stub, package, tmp_path) -> None:
    call("--run")
    before = records(tmp_path)
    package("study/difficulty.py")
    states = {one["cell"]: one["state"] for one in listed()}
    assert {name for name, state in states.items() if state == "changed"} == {
        name for name in states if "-items-" in name
    }
    call("--run")
    assert records(tmp_path) == before, "records stand as they are"
    stub.BEGUN.clear()
    stub.FAILS.add("sts items 1")
    call("--run", "--rerun", "changed", code=1)
    stub.FAILS.clear()
    call("--run", "--rerun", "changed")
    after = records(tmp_path)
    assert len(stub.BEGUN) == 8 + 4, "those that failed were begun twice, the others once"
    assert after.keys() == before.keys()
    assert sum(after[name] != before[name] for name in after) == 8
    assert {one["state"] for one in listed()} == {"recorded"}


def test_the_records_of_a_clone_are_taken_as_they_are(stub, package, tmp_path) -> None:
    call("--run")
    made = records(tmp_path)
    for note in (tmp_path / "_build").rglob("*.json"):
        note.unlink()  # what a clone lacks
    package("models/finetune.py")
    assert {one["state"] for one in listed()} == {"recorded"}
    call("--run", "--rerun", "changed")
    assert records(tmp_path) == made
    package("models/heads.py")  # from now on changes are seen
    assert {one["state"] for one in listed()} == {"changed"}


def test_recorded_difficulty_of_other_code_is_made_anew(stub, package, tmp_path) -> None:
    found, _ = study.grid(["primary"], families=["sts"], seeds=[0])
    params = found.params(Cell(0, "items", "sts", 0)).of_difficulty
    runner.run("difficulty", params, progress=False)
    (path,) = (tmp_path / "results" / "difficulty").glob("*/record.json")
    words = ("--cell", "sts-items-0-seed0", "--run", "--rerun", "changed")
    call(*words)
    before = path.read_text()
    package("models/finetune.py")
    call(*words)
    after = path.read_text()
    assert before != after
    call(*words)
    assert path.read_text() == after


def test_always_makes_difficulty_anew_once_a_call(stub, tmp_path, monkeypatch) -> None:
    cells = ("--cell", "sts-items-0-seed0", "--cell", "sts-items-1-seed0", "--run")
    call(*cells)
    made = []
    run = runner.run

    def watched(chapter, *given, **more):
        made.append((chapter, more["rerun"]))
        return run(chapter, *given, **more)

    monkeypatch.setattr(runner, "run", watched)
    call(*cells, "--rerun", "always")
    told = [how for chapter, how in made if chapter == "difficulty"]
    assert told == ["always", "only-missing"]


@pytest.mark.parametrize(
    ("words", "parameter", "accepted"),
    [
        (["grid", "whole"], "design", "primary"),
        (["grid", "--families", "chess"], "families", "reading"),
        (["grid", "--families", "dialogue"], "families", "of the laboratory"),
        (["grid", "--families", "sts,"], "families", "commas"),
        (["grid", "--seeds", "99"], "seed", "0"),
        (["grid", "--seeds", "a"], "seeds", "whole numbers"),
        (["grid", "--cell", "x"], "cell", "none-seed0"),
        (["grid", "--part", "3/2"], "part", "I/N"),
        (["grid", "--data", "local:nowhere"], "data", "a folder"),
        (["grid", "--encoder", "models/none"], "encoder", "models/tiny"),
        (["grid", "-p", "level", "1"], "level", "--cell"),
        (["grid", "-p", "n_items", "-3"], "n_items", "a whole number"),
        (["grid", "-p", "no_such", "1"], "no_such", "only the parameters"),
        (["grid", "--data", "lab", "-p", "data", "lab"], "data", "each parameter once"),
        (["grid", "--run", "--rerun", "sometimes"], "rerun", "only-missing"),
    ],
    ids=lambda value: "-".join(value[1:3]) if isinstance(value, list) else "",
)
def test_faults(words, parameter, accepted, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(paths, "BUILD", tmp_path / "_build")
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2, found.output
    assert parameter in found.stderr
    assert accepted in found.stderr
    assert "Traceback" not in found.output
    assert list(tmp_path.iterdir()) == []


def test_what_every_run_would_refuse_is_refused_first(stub, monkeypatch, tmp_path) -> None:
    def refuses(chapter, params, **more):
        raise UserError("target_languages", "klingon", "ko, ru")

    monkeypatch.setattr(runner, "plan", refuses)
    found = call("--run", code=2)
    assert "target_languages" in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_user_errors_name_the_parameter() -> None:
    with pytest.raises(UserError, match="level"):
        study.grid(["primary"], {"level": 1})
