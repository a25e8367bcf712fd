"""One notebook at a time: read its percent script, execute it, make the result reproducible.

Knows nothing of rendering or of what is stale; ``build.py`` beside it does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

# What a notebook's file says of itself: the kernel, and the language without the version that
# happened to execute it. Everything else differs from run to run.
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What a cell's metadata is kept for: its tags, and the alternative text of its figure.
KEPT = ("tags", "mystnb")
CELL_TIMEOUT = 900  # seconds; a cell past it hangs


class NotebookFailed(RuntimeError):
    """A cell raised; says which, and keeps the partly executed notebook's path."""


def read_script(path: Path) -> NotebookNode:
    """Notebook of a percent script, with stable cell ids and the metadata that is kept."""
    return tidy(jupytext.read(path, fmt="py:percent"))


def stable_ids(cells: Iterable[NotebookNode]) -> None:
    """Name each cell after its source, so that a rewrite changes only what was edited."""
    seen: dict[str, int] = {}
    for cell in cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:10]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Strip what changes without meaning: timings, versions, random ids, an executor's notes."""
    notebook.metadata = NotebookNode(
        kernelspec=notebook.metadata.get("kernelspec", NotebookNode(KERNEL)),
        language_info=NotebookNode(LANGUAGE),
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        kept = {name: cell.metadata[name] for name in KEPT if cell.metadata.get(name)}
        cell.metadata = NotebookNode(kept)
        if cell.cell_type == "code":
            cell.outputs = merged_streams(cell.outputs)
    stable_ids(notebook.cells)
    return notebook


def merged_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream: where a flush cut them is chance."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if (
            kept
            and output.output_type == kept[-1].output_type == "stream"
            and output.name == kept[-1].name
        ):
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def execute(script: Path, target: Path, workdir: Path) -> None:
    """Execute a percent script in ``workdir`` and write the tidied notebook to ``target``.

    Raises
    ------
    NotebookFailed : a cell raised. The partly executed notebook lies beside ``target``, its name
        ending in ``.failed.ipynb``; ``target`` is untouched.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    workdir.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    source, partial = target.with_suffix(".in.ipynb"), target.with_suffix(".failed.ipynb")
    nbformat.write(read_script(script), source)
    try:
        papermill.execute_notebook(
            source,
            partial,
            cwd=workdir,
            kernel_name=KERNEL["name"],
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
        )
    except PapermillExecutionError as error:
        raise NotebookFailed(
            f"{script.name}: a cell raised {error.ename}: {error.evalue}\n"
            f"--- cell [{error.exec_count}]\n{error.source}\n---\nas far as it went: {partial}"
        ) from None
    finally:
        source.unlink(missing_ok=True)
    write(nbformat.read(partial, as_version=4), target)
    partial.unlink()


def write(notebook: NotebookNode, target: Path) -> None:
    """Write a tidied notebook; the file is whole or not there."""
    part = target.with_suffix(".part")
    nbformat.write(tidy(notebook), part)
    part.replace(target)


def differences(script: Path, notebook: Path) -> str:
    """What the script and the notebook of a pair disagree on, outputs aside; empty if nothing."""
    from jupytext.compare import NotebookDifference, compare_notebooks

    try:
        compare_notebooks(
            read_script(script),
            tidy(nbformat.read(notebook, as_version=4)),
            fmt="py:percent",
            compare_outputs=False,
        )
    except NotebookDifference as difference:
        return str(difference) or "they differ"
    return ""
