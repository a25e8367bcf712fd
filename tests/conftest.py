"""What every test may rely on: no network, its own cache, two threads, real data where it is."""

from __future__ import annotations

import os
from pathlib import Path

# Before numpy or torch is imported: the thread pools read these once. What a caller set is kept.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "2")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["MPLBACKEND"] = "Agg"

import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"needs the real data: no folder ../shared/{name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data sets (``../shared/data``); the test is skipped without it."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """Folder of the pretraining text (``../shared/corpus``); the test is skipped without it."""
    return _shared("corpus")


@pytest.fixture(scope="session")
def _cache_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helpers-cache")


@pytest.fixture(autouse=True)
def _isolated_cache(_cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's cache is neither read nor written: a stale vector must not pass a test."""
    monkeypatch.setenv("HELPERS_CACHE", str(_cache_root))
