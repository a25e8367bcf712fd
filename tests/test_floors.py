"""The floors of the package: imports go down only, one idea a file, each module says what it is."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "helpers"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400

# A floor may import itself and the floors named beside it. "free" are the leaves that all may use;
# maths may use none of them: arrays in, numbers out.
MAY_IMPORT = {
    "free": {"free"},
    "maths": {"maths"},
    "data": {"data", "maths", "free"},
    "models": {"models", "data", "maths", "free"},
    "study": {"study", "models", "data", "maths", "free"},
    "top": {"top", "study", "models", "data", "maths", "free"},
}
MATHS_LIBRARIES = {"numpy", "scipy", "sklearn", "statsmodels"}


def floor_of(dotted: tuple[str, ...]) -> str:
    """Floor of a module given as the parts of its name below ``helpers``."""
    if not dotted or dotted[0] in {"errors", "paths"}:
        return "free"
    if dotted[0] in {"maths", "data", "models", "study"}:
        return dotted[0]
    return "top"


def name_of(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports_of(path: Path, source: str | None = None) -> list[tuple[str, ...]]:
    """Every import in a file, at any depth, as the parts of an absolute name."""
    package = ("helpers", *name_of(path))
    if path.name != "__init__.py":
        package = package[:-1]
    found: list[tuple[str, ...]] = []
    for node in ast.walk(ast.parse(source if source is not None else path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            # `from helpers import study` names a module, `from helpers.errors import X` a member:
            # in both the first part below `helpers` decides.
            found += [(*base, alias.name) for alias in node.names]
    return found


def upward(path: Path, source: str | None = None) -> list[str]:
    """The imports of a file that its floor does not allow."""
    floor = floor_of(name_of(path))
    wrong = []
    for parts in imports_of(path, source):
        if parts[0] == "helpers":
            below = parts[1:] if parts[1:2] != ("__version__",) else ()
            if floor_of(below) not in MAY_IMPORT[floor]:
                wrong.append(".".join(parts))
        elif floor == "maths" and parts[0] not in MATHS_LIBRARIES | sys.stdlib_module_names:
            wrong.append(".".join(parts))
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(name_of(path)) or "helpers")
def test_module(path: Path) -> None:
    text = path.read_text("utf-8")
    assert upward(path) == [], "imports go down only"
    assert text.count("\n") < MOST_LINES, "a file past 400 lines is two ideas"
    assert ast.get_docstring(ast.parse(text)), "a module says what it is for and what it is not"


def used(path: Path, source: str | None = None) -> set[tuple[str, ...]]:
    """Modules of the package that a file imports, at any depth, itself left out."""
    modules = {("helpers", *name_of(other)) for other in MODULES}
    # the last part may be a member of the module before it
    named = ({parts, parts[:-1]} & modules for parts in imports_of(path, source))
    return {max(each, key=len) for each in named if each} - {("helpers", *name_of(path))}


def test_no_circle_of_imports() -> None:
    graph = {("helpers", *name_of(path)): used(path) for path in MODULES}
    assert graph["helpers", "study", "record"] >= {("helpers", "study", "row")}
    # an import within a function hides a circle from Python, not from this: CycleError names it
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("maths/x.py", "import torch"),
        ("maths/x.py", "from helpers.errors import UserError"),
        ("maths/x.py", "from ..data import tasks"),
        ("data/x.py", "def f():\n    from helpers.models.encoder import open_encoder"),
        ("data/lab/x.py", "from ...study import record"),
        ("models/x.py", "from helpers import study"),
        ("study/x.py", "import helpers.cli"),
        ("errors.py", "from helpers.maths import metrics"),
    ],
)
def test_an_upward_import_is_seen(file: str, line: str) -> None:
    assert upward(PACKAGE / file, line)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("maths/x.py", "from .moments import PairMoments\nimport numpy as np\nimport math"),
        ("data/lab/x.py", "from ..tasks import Task\nfrom ...errors import UserError"),
        ("study/x.py", "from helpers import maths, paths\nimport helpers.models.encoder"),
        ("cli.py", "from helpers.study.run import run"),
    ],
)
def test_a_downward_import_is_allowed(file: str, line: str) -> None:
    assert upward(PACKAGE / file, line) == []


@pytest.mark.parametrize("floor", ["maths", "data", "models", "study"])
def test_the_map_of_a_floor_names_what_is_there(floor: str):
    told = importlib.import_module(f"helpers.{floor}").__doc__ or ""
    named = re.findall(r"`([a-z_.]+)`", told)
    assert len(named) > 4
    for name in named:
        module, _, member = name.partition(".")
        found = importlib.import_module(f"helpers.{floor}.{module}")
        assert not member or callable(getattr(found, member)), name
