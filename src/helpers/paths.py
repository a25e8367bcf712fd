"""Every path that the package knows, named once.

Folders belong to a checkout of the project (the one that this file lies in); where the package was
installed without one, ``ROOT`` is the current directory.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parent.parent
ROOT = _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else Path.cwd()

BOOK = ROOT / "book"
BUILD = ROOT / "_build"
MODELS = ROOT / "models"
RESULTS = ROOT / "results"
TASKS_TOML = PACKAGE / "data" / "tasks.toml"
RECIPES = PACKAGE / "models" / "pretrain" / "recipes"


def own_tasks() -> tuple[Path, ...]:
    """Registries of the reader's own tasks: the files that ``$HELPERS_TASKS`` names, if any.

    Several are separated as in ``$PATH``. Read at call time, like `cache_dir`.
    """
    names = os.environ.get("HELPERS_TASKS", "").split(os.pathsep)
    return tuple(Path(name).expanduser() for name in names if name)


def cache_dir() -> Path:
    """Folder of the embedding cache: ``$HELPERS_CACHE``, else the user's cache directory.

    Read at call time, not at import, so that tests and clusters can move it.
    """
    if given := os.environ.get("HELPERS_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cross-lingual-transfer"
