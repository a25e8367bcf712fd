"""The build of the book, on a throw-away chapter: what is stale, stripped, refused."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

CHAPTER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A chapter

# %% tags=["parameters"]
seed = 0

# %%
import sys

print("one", flush=True)
print("two", flush=True)
{last}
"""


@pytest.fixture
def checkout(tmp_path: Path, build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny project with one chapter, to which the build is pointed."""
    for name, path in {
        "ROOT": tmp_path,
        "BOOK": tmp_path / "book",
        "BUILD": tmp_path / "_build",
        "EXECUTED": tmp_path / "_build" / "executed",
    }.items():
        monkeypatch.setattr(build, name, path)
    for name in ("HF_HUB_OFFLINE", "IPYTHONDIR", "PYDEVD_DISABLE_FILE_VALIDATION"):
        monkeypatch.setenv(name, os.environ.get(name, ""))  # restored afterwards
    for name, text in {
        "book/01_sample.py": CHAPTER.format(last="seed"),
        "book/tools/notebooks.py": "",
        "src/helpers/code.py": "x = 1\n",
        "constraints.txt": "a==1\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    [
        "book/01_sample.py",
        "src/helpers/code.py",
        "models/m/w.bin",
        "results/r.json",
        "constraints.txt",
    ],
)
def test_stale_by_content(checkout: Path, build: ModuleType, changed: str) -> None:
    (script,) = build.scripts()
    before = build.fingerprint(build.inputs_of(script))
    path = checkout / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + "# more\n" if path.exists() else "new")
    assert build.fingerprint(build.inputs_of(script)) != before


def test_not_stale_by_file_times_caches_or_other_pages(checkout: Path, build: ModuleType) -> None:
    (script,) = build.scripts()
    before = build.fingerprint(build.inputs_of(script))
    os.utime(script, (1, 1))
    for name in ("src/helpers/__pycache__/code.pyc", "src/helpers/.hidden", "book/page.md"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("x")
    assert build.fingerprint(build.inputs_of(script)) == before


def test_executes_once_strips_and_rewrites(
    checkout: Path, build: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    build.execute_stale()
    build.execute_stale()
    assert capsys.readouterr().out.count(": executing") == 1
    build.rewrite_outputs()
    build.rewrite_outputs()
    assert capsys.readouterr().out.count("rewrote") == 1

    notebook = nbformat.read(checkout / "book" / "01_sample.ipynb", as_version=4)
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    text, parameters, last = notebook.cells
    assert (parameters.metadata, last.metadata) == ({"tags": ["parameters"]}, {})
    assert [output.get("text") for output in last.outputs] == ["one\ntwo\n", None]
    assert last.execution_count == 2
    assert sorted(path.name for path in (checkout / "book").iterdir()) == [
        "01_sample.ipynb",
        "01_sample.py",
        "tools",
    ]


def test_drift_is_seen(checkout: Path, notebooks: ModuleType) -> None:
    script = checkout / "book" / "01_sample.py"
    notebook = script.with_suffix(".ipynb")
    notebooks.write(notebooks.read_script(script), notebook)
    assert notebooks.differences(script, notebook) == ""
    script.write_text(script.read_text().replace("seed = 0", "seed = 1"))
    assert "seed" in notebooks.differences(script, notebook)


def test_ids_name_the_source(checkout: Path, notebooks: ModuleType) -> None:
    script = checkout / "book" / "01_sample.py"
    before = [cell.id for cell in notebooks.read_script(script).cells]
    script.write_text(
        script.read_text().replace("# # A chapter", "# # Another\n\n# %%\n1\n\n# %%\n1")
    )
    after = [cell.id for cell in notebooks.read_script(script).cells]
    assert after[-2:] == before[-2:]
    assert len(set(after)) == len(after) == 5


def test_a_failing_cell_is_named_and_nothing_is_kept(checkout: Path, build: ModuleType) -> None:
    (script,) = build.scripts()
    script.write_text(CHAPTER.format(last="1 / 0"))
    with pytest.raises(build.NotebookFailed, match=r"01_sample.py: .*ZeroDivisionError"):
        build.execute_stale()
    assert not (build.EXECUTED / "01_sample.ipynb").exists()
    assert (build.EXECUTED / "01_sample.failed.ipynb").exists()
