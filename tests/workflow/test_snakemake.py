"""The workflow over a grid, in a clone whose chapter 7 is stubbed; skipped without Snakemake."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import psutil
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(__file__).with_name("stubbed.py")
CONSTRAINTS = (ROOT / "workflow" / "constraints.txt").read_text("utf-8")
PROFILES = sorted((ROOT / "workflow" / "profiles").glob("*/config.yaml"))
WORDS = ("design=primary noise", "families=sts", "seeds=0,1", "parameters=n_items=40")
N, CHUNKS = 2 * (1 + 4 + 4), 2 * 3


def snakemake() -> str:
    """The one that `make grid` installs, else the one on the path."""
    own = ROOT / ".venv" / "grid" / "bin" / "snakemake"
    found = str(own) if own.is_file() else shutil.which("snakemake")
    if found is None:
        pytest.skip("needs Snakemake: `make grid ARGS=--dry-run` installs it")
    return found


# -- without Snakemake


def test_pins_are_exact_and_within_bounds() -> None:
    from packaging.requirements import Requirement
    from packaging.version import Version

    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    pins = dict(line.lower().split("==") for line in lines)
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for wanted in map(Requirement, groups["grid"]):
        assert wanted.specifier.contains(Version(pins[wanted.name]))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.parent.name)
def test_profiles_decide_by_content_and_go_on(path: Path) -> None:
    told = yaml.safe_load(path.read_text("utf-8"))
    assert set(told["rerun-triggers"]) == {"params", "input"}, "file times mean nothing in a clone"
    assert told["rerun-incomplete"] and told["keep-going"] and told["nolock"]
    assert told["directory"] == "_build/grid", "what Snakemake keeps is no matter of git's"
    assert (ROOT / told["snakefile"]).is_file()


def test_both_profiles_are_there() -> None:
    assert {path.parent.name for path in PROFILES} == {"local", "slurm"}


# -- with it


class Clone:
    """A checkout with the real package and workflow, and a Python whose chapter 7 is stubbed."""

    def __init__(self, folder: Path, program: str, *, stubbed: bool = True):
        self.folder, self.program = folder, program
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("src", "workflow", "models/tiny"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        python = folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        stub = f"'{STUB}'" if stubbed else ""
        python.write_text(
            f"#!/bin/sh\nPYTHONPATH='{folder / 'src'}' exec '{sys.executable}' {stub} \"$@\"\n"
        )
        python.chmod(0o755)

    def start(self, *more: str, words=WORDS, seconds: float = 0.0) -> subprocess.Popen[str]:
        command = [self.program, "--profile", "workflow/profiles/local", "--cores", "2"]
        return subprocess.Popen(
            [*command, "--config", *words, *more],
            cwd=self.folder,
            env=os.environ | {"STUB_SECONDS": str(seconds)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *more: str, words=WORDS) -> str:
        process = self.start(*more, words=words)
        told = process.communicate()[0]
        assert process.returncode == 0, told
        return told

    def records(self) -> dict[str, bytes]:
        found = (self.folder / "results" / "07_intermediate").glob("*/record.json")
        return {path.parent.name: path.read_bytes() for path in found}

    def touch(self, name: str) -> None:
        with (self.folder / "src" / "helpers" / name).open("a") as file:
            file.write("# touched\n")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path, snakemake())


def jobs(told: str) -> int:
    """Chunks that Snakemake announces."""
    found = re.search(r"^chunk +(\d+)$", told, re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.mark.timeout(400)
def test_makes_all_once_and_what_changed_anew(clone: Clone) -> None:
    told = clone.run("--dry-run")
    assert f"grid: {N} cells: 0 recorded, 0 changed, {N} missing; time unknown" in told
    assert jobs(told) == CHUNKS
    assert clone.records() == {}

    told = clone.run()
    assert f"{CHUNKS + 1} of {CHUNKS + 1} steps (100%) done" in told
    assert f"{N} of {N} cells of the grid" in told
    first = clone.records()
    assert len(first) == N
    told = clone.run()
    assert "Nothing to be done" in told
    assert sorted(path.name for path in clone.folder.iterdir()) == [
        *(".venv", "_build", "models", "pyproject.toml", "results", "src", "workflow")
    ], "nothing beside results that git would see"

    clone.touch("study/difficulty.py")  # of `items` alone
    told = clone.run("--dry-run")
    assert f"{N - 8} recorded, 8 changed, 0 missing; about" in told
    assert jobs(told) == 2
    clone.run()
    second = clone.records()
    assert second.keys() == first.keys()
    assert sum(second[name] != first[name] for name in first) == 8
    assert "Nothing to be done" in clone.run()

    clone.touch("study/plots.py")  # of no cell
    assert "Nothing to be done" in clone.run()

    gone = sorted(second)[0]
    shutil.rmtree(clone.folder / "results" / "07_intermediate" / gone)
    clone.run()
    third = clone.records()
    assert third.keys() == second.keys(), "a record that is gone is made again"
    assert sum(third[name] != second[name] for name in second) == 1

    shutil.rmtree(clone.folder / "_build")  # a fresh clone: records, and nothing else
    for path in (clone.folder / "src").rglob("*.py"):
        os.utime(path)
    clone.run()
    assert clone.records() == third


def test_a_faulty_word_is_refused_by_name(clone: Clone) -> None:
    for words, told in (
        (("design=no-such-design",), "accepted: primary"),
        (("families=no-such",), "accepted: reading"),
        (("desing=primary",), "accepted: design"),
    ):
        process = clone.start("--dry-run", words=words)
        output = process.communicate()[0]
        assert process.returncode != 0
        assert told in output
    assert not (clone.folder / "results").exists()


def kill_all(process: subprocess.Popen[str]) -> None:
    """End Snakemake and every process that it started, as a power cut would."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    process.send_signal(signal.SIGKILL)
    for one in family:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait()
    psutil.wait_procs(family, timeout=10)


def killed_five_times(clone: Clone, words=WORDS, seconds: float = 0.3) -> list[tuple[int, int]]:
    """Kill a grid at five random moments, then let it end; records before and after each."""
    draw = random.Random(0)
    counts = []
    for _ in range(5):
        before = clone.records()
        process = clone.start(words=words, seconds=seconds)
        awaited = len(before) + draw.randrange(4)  # how fast the machine is, is not known
        while len(clone.records()) < awaited and process.poll() is None:
            time.sleep(0.02)
        time.sleep(draw.uniform(0, 2 * seconds))
        kill_all(process)
        after = clone.records()
        assert before.items() <= after.items(), "none lost, none made again"
        counts.append((len(before), len(after)))
    before = clone.records()
    clone.run(words=words)
    after = clone.records()
    assert before.items() <= after.items()
    assert "Nothing to be done" in clone.run(words=words)
    return [*counts, (len(before), len(after))]


@pytest.mark.timeout(400)
def test_killed_at_five_moments_nothing_is_lost_or_made_twice(clone: Clone) -> None:
    counts = killed_five_times(clone)
    print(counts)
    assert counts[-1][1] == N
    assert len({after for _, after in counts}) > 2, "the kills came in the middle of the work"
