"""The commands that are promised exist, are explained, and mean the same everywhere."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import stat
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from helpers.cli import main

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
APPENDIX = (ROOT / "book" / "run_it_yourself.md").read_text("utf-8")
EXPLAINED = dict(re.findall(r"^([a-z]+):.*?## (.+)$", MAKEFILE, re.MULTILINE))
PROMISED = {"env", "test", "book", "html", "outputs", "tiny", "lint", "clean", "help"}
MACHINE_PATH = re.compile(rf"(?<![\w.~-])(?:/(?:work|root|tmp|opt)/\w|{Path.home()}/)")


def make(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        env=clean | more,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_promised_targets_exist_and_are_phony() -> None:
    assert EXPLAINED.keys() >= PROMISED
    phony = re.search(r"^\.PHONY: (help .+)$", MAKEFILE, re.MULTILINE)[1].split()
    assert set(phony) == EXPLAINED.keys()


@pytest.mark.parametrize("target", sorted(EXPLAINED))
def test_readme_explains_every_target(target: str) -> None:
    assert f"`make {target}`" in README or f"make {target} " in README


@pytest.mark.parametrize("text", [README, APPENDIX], ids=["README.md", "run_it_yourself.md"])
def test_no_target_is_named_that_does_not_exist(text: str) -> None:
    named = set(re.findall(r"(?:`|^|\n)make ([a-z]+)\b", text))
    assert named >= {"env", "book"}, "the two commands"
    assert named <= EXPLAINED.keys()


def shown_commands() -> list[str]:
    """Every line of the two texts that calls the command line."""
    lines = [line.strip() for text in (README, APPENDIX) for line in text.splitlines()]
    return [line for line in lines if re.match(r"(\.venv/bin/)?python -m helpers ", line)]


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_shown_is_understood(line: str) -> None:
    _, _, words = line.partition(" -m helpers ")
    name, *arguments = shlex.split(words, comments=True)
    command = main.commands[name]
    command.make_context(name, arguments, resilient_parsing=False)  # parses, runs nothing


def test_every_command_is_shown() -> None:
    named = {line.partition(" -m helpers ")[2].split()[0] for line in shown_commands()}
    assert named >= main.commands.keys() - {"pretrain"}, "`make tiny` stands for pretrain"


def test_the_installed_command_is_the_same() -> None:
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="helpers")
    assert entry.load() is main
    assert isinstance(main, click.Group)


def test_the_example_in_python_says_what_it_promises(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    promised = re.search(r"# ([\d.]+):", code)[1]
    assert capsys.readouterr().out.strip() == promised


def test_plain_make_teaches() -> None:
    shown = make()
    assert shown.returncode == 0
    assert all(f"make {target}" in shown.stdout for target in PROMISED)


def test_an_old_python_is_refused_in_words(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    nowhere = tmp_path / "venv"
    tried = make("env", f"PYTHON={old}", f"VENV={nowhere}")
    assert tried.returncode != 0
    assert "no Python 3.11 or newer" in tried.stderr
    assert not nowhere.exists()


def test_ci_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert script.stat().st_mode & stat.S_IXUSR
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert re.search(r"^exec make test\b", text, re.MULTILINE)
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert any(step.get("run") == "bash .ci/run" for step in steps)
    kept = [step for step in steps if step.get("if") == "failure()"]
    assert any("_build/reports" in step["with"]["path"] for step in kept)


def test_no_path_of_one_machine_in_a_tracked_file(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        if "_static" in path.parts or path.suffix in {".safetensors", ".npz", ".png"}:
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in MACHINE_PATH.finditer(text)]
    assert found == []
