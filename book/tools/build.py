"""Build the book: execute what is stale, compare what is committed, render. Called by the Makefile.

Writes into ``_build/`` only, except for ``outputs``, the one command that rewrites book/*.ipynb.
What is stale is decided by content, never by file times: a notebook is executed again when its
script, the package, a shipped model, a recorded result or a pinned version has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from notebooks import NotebookFailed, execute

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"  # NN_name.ipynb and NN_name.key, its fingerprint
SITE = BUILD / "site"  # what Sphinx reads
HTML = BUILD / "html"
REPORTS = BUILD / "reports"
NBVAL = BUILD / "nbval"
SANITIZE = ROOT / "tests" / "nbval_sanitize.cfg"
PAGE_FILES = (".md", ".bib", ".png", ".svg", ".css", ".js")
EXTENSION = "without_thebe.py"  # named in _config.yml


def scripts() -> list[Path]:
    """The chapters: every Python file directly in book/ is a notebook in percent form."""
    return sorted(BOOK.glob("*.py"))


def files_below(*tops: Path) -> Iterator[Path]:
    """The files of folders (or the files themselves), sorted, without caches and hidden ones."""
    for top in tops:
        if top.is_file():
            yield top
        elif top.is_dir():
            for path in sorted(top.rglob("*")):
                inside = path.relative_to(top).parts
                hidden = any(part.startswith(".") or part == "__pycache__" for part in inside)
                if path.is_file() and not hidden:
                    yield path


def fingerprint(paths: Iterable[Path]) -> str:
    """Hash of names and contents."""
    total = hashlib.sha256()
    for path in paths:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()


def inputs_of(script: Path) -> list[Path]:
    """Everything that a chapter's outputs may depend on."""
    return [
        script,
        *files_below(ROOT / "src" / "helpers", ROOT / "models", ROOT / "results"),
        ROOT / "constraints.txt",
        BOOK / "tools" / "notebooks.py",
    ]


def environment(cache: Path) -> None:
    """Settings of every kernel started from here: offline, plain figures, nobody's profile."""
    cache.mkdir(parents=True, exist_ok=True)
    profile = BUILD / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    # Kernels listen on this machine only; their warning that loopback is not encrypted is noise.
    (profile / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 40\n")
    os.environ.update(
        HELPERS_CACHE=str(cache),
        HF_HUB_OFFLINE="1",
        TOKENIZERS_PARALLELISM="false",
        IPYTHONDIR=str(BUILD / "ipython"),
        PYDEVD_DISABLE_FILE_VALIDATION="1",
    )


def execute_stale(force: bool = False) -> None:
    """Bring ``_build/executed`` up to date."""
    scratch = BUILD / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    environment(scratch / "cache")  # emptied: a cached vector must not outlive the code behind it
    for path in EXECUTED.glob("*.ipynb"):
        if not (BOOK / path.name).with_suffix(".py").exists():
            path.unlink()
    for script in scripts():
        target = EXECUTED / f"{script.stem}.ipynb"
        key, now = target.with_suffix(".key"), fingerprint(inputs_of(script))
        if not force and target.exists() and key.exists() and key.read_text() == now:
            print(f"{script.stem}: up to date", flush=True)
            continue
        print(f"{script.stem}: executing", flush=True)
        started = time.perf_counter()
        key.unlink(missing_ok=True)
        execute(script, target, workdir=scratch / "book")
        key.write_text(now)
        print(f"{script.stem}: done in {time.perf_counter() - started:.0f} s", flush=True)


def stage(notebooks: Path) -> None:
    """Lay out in ``_build/site`` what Sphinx reads, with the notebooks of one folder."""
    shutil.rmtree(SITE, ignore_errors=True)
    for path in files_below(BOOK):
        if path.suffix in PAGE_FILES or path.name == EXTENSION:
            copy = SITE / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    for script in scripts():
        notebook = notebooks / f"{script.stem}.ipynb"
        if not notebook.exists():
            raise SystemExit(f"{script.name} has no {notebook.name} yet: run `make outputs`")
        shutil.copyfile(notebook, SITE / "book" / notebook.name)
    shutil.copyfile(ROOT / "_toc.yml", SITE / "_toc.yml")
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    if repository := os.environ.get("REPOSITORY"):
        config["repository"]["url"] = repository
        config["html"]["use_repository_button"] = True
    elif "/OWNER/" in config["repository"]["url"]:  # nobody's address: a button would lead nowhere
        del config["launch_buttons"]
    (SITE / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")


def render(notebooks: Path, force: bool = False) -> None:
    """Render the pages with the notebooks of one folder, unless the same was rendered last."""
    stage(notebooks)
    key = BUILD / "html.key"
    now = fingerprint(files_below(SITE, ROOT / "constraints.txt"))
    if not force and key.exists() and key.read_text() == now and (HTML / "index.html").exists():
        print("the pages are up to date: _build/html/index.html")
        return
    key.unlink(missing_ok=True)
    # A warm build does not repeat the warnings of pages that it skips: always start cold.
    for folder in (HTML, BUILD / ".doctrees", BUILD / "jupyter_execute"):
        shutil.rmtree(folder, ignore_errors=True)
    started = time.perf_counter()
    main = "from jupyter_book.cli.main import main; main()"
    options = ["--nitpick", "--warningiserror", "--keep-going", "--quiet"]
    built = subprocess.run(
        [sys.executable, "-c", main, "build", str(SITE), "--path-output", str(ROOT), *options],
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if built.returncode or not (HTML / "index.html").exists():
        raise SystemExit("the book did not render: every warning above is an error")
    key.write_text(now)
    print(f"rendered in {time.perf_counter() - started:.0f} s: _build/html/index.html")


def rewrite_outputs() -> None:
    """Copy the executed notebooks beside their scripts, where they differ."""
    for script in scripts():
        executed, committed = EXECUTED / f"{script.stem}.ipynb", script.with_suffix(".ipynb")
        if not committed.exists() or committed.read_bytes() != executed.read_bytes():
            shutil.copyfile(executed, committed)
            print(f"rewrote {committed.relative_to(ROOT)}")


def nbval(words: list[str]) -> int:
    """Execute copies of the committed notebooks and compare every output that is checked."""
    shutil.rmtree(NBVAL, ignore_errors=True)
    copies = NBVAL / "book"
    copies.mkdir(parents=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    notebooks = sorted(BOOK.glob("*.ipynb"))
    if not notebooks:
        print("no notebook in book/ yet: nothing to compare")
        return 0
    for notebook in notebooks:
        shutil.copyfile(notebook, copies / notebook.name)
    environment(NBVAL / "cache")
    settings = NBVAL / "pytest.ini"  # keeps the options of the unit tests out
    settings.write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", str(settings), "-p", "no:cacheprovider"]
    command += ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=900", "--durations=5"]
    command += [f"--junitxml={REPORTS / 'nbval.xml'}", "--quiet", *words, str(copies)]
    if SANITIZE.exists():
        command.append(f"--nbval-sanitize-with={SANITIZE}")
    with (REPORTS / "nbval.txt").open("w", encoding="utf-8") as report:
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        for line in running.stdout:
            print(line, end="", flush=True)
            report.write(line)
        return running.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["book", "html", "outputs", "nbval"])
    parser.add_argument("--force", action="store_true", help="also what is up to date")
    given, words = parser.parse_known_args()
    if words and given.command != "nbval":
        parser.error(f"unknown: {' '.join(words)}")
    BUILD.mkdir(exist_ok=True)
    try:
        if given.command == "nbval":
            return nbval(words)
        if given.command == "html":
            render(BOOK, given.force)
            return 0
        execute_stale(given.force)
        if given.command == "book":
            render(EXECUTED, given.force)
        else:
            rewrite_outputs()
    except NotebookFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
