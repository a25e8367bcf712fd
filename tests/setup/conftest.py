"""The book's build scripts are no package: load them as the Makefile's Python does."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def notebooks() -> ModuleType:
    return _tool("notebooks")


@pytest.fixture(scope="session")
def build() -> ModuleType:
    return _tool("build")


def _tool(name: str) -> ModuleType:
    folder = str(ROOT / "book" / "tools")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """The files of the project: what git tracks or would, were everything added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = sorted(ROOT / name for name in set(listed.stdout.split("\0")) if name)
    return [path for path in paths if path.is_file()]
