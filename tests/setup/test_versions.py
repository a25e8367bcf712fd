"""One truth about versions: pyproject.toml wants, constraints.txt pins, the rest points there."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
PINS = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LINES}
WANTED = [
    Requirement(text)
    for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for text in group
    if not text.startswith(PROJECT["name"])
]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.name)
def test_every_requirement_is_pinned_within_its_bounds(wanted: Requirement) -> None:
    pin = PINS[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(Version(pin))


def test_pins_are_exact_and_of_no_machine() -> None:
    for line in LINES:
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line), f"{line!r}: name==version, no local suffix"
    assert len(PINS) == len(LINES), "a name is pinned twice"


def test_what_is_installed_is_what_is_pinned() -> None:
    installed = {
        canonicalize_name(found.metadata["Name"]): found.version.partition("+")[0]
        for found in importlib.metadata.distributions()
    }
    wanted = {canonicalize_name(one.name) for one in WANTED}
    differing = {
        name: (version, PINS[name])
        for name, version in installed.items()
        if name in PINS and version != PINS[name]
    }
    assert not differing, "run `make env`"
    assert wanted <= installed.keys(), "run `make env`"


def test_conda_takes_the_same_versions() -> None:
    plain = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]
    (through_pip,) = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    assert through_pip == ["--constraint constraints.txt", "--editable .[test]"]
    pins = dict(entry.split("=") for entry in plain if "=" in entry)
    assert pins.keys() == {"python", "pip"}, "every other version stands in constraints.txt"
    assert pins["pip"] == PINS["pip"]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(pins["python"])


def test_data_files_travel_with_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    shipped = {pattern.rpartition(".")[2] for pattern in settings["package-data"]["helpers"]}
    package = ROOT / "src" / "helpers"
    found = {path.suffix.lstrip(".") for path in package.rglob("*") if path.is_file()}
    assert found - {"py", "pyc"} <= shipped
