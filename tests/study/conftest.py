"""A world small enough to run chapter 2 in a second: planted pairs, encoders without weights."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study.items import Items
from helpers.study.record import Record, identity
from helpers.study.row import Row

DIM = 12


class FakeEncoder:
    """Text "ko 17" becomes a latent vector of item 17, turned by a rotation of its language."""

    device = "cpu"

    def __init__(self, name: str, noise: float = 0.05):
        self.name, self.noise = name, noise
        self.fingerprint = hashlib.sha256(name.encode()).hexdigest()
        self.calls = 0

    def encode(self, texts: list[str]) -> np.ndarray:
        self.calls += 1
        return np.stack([self._one(text) for text in texts]).astype(np.float32)

    def _one(self, text: str) -> np.ndarray:
        language, _, item = text.partition(" ")
        latent = np.random.default_rng(zlib.crc32(item.encode())).normal(size=DIM)
        shake = np.random.default_rng(zlib.crc32(f"{self.name}{text}".encode())).normal(size=DIM)
        if language == "en":
            return latent + self.noise * shake
        return latent @ rotation(self.name + language) + self.noise * shake + 1.0


@cache
def rotation(name: str) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return np.linalg.qr(rng.normal(size=(DIM, DIM)))[0]


def parallel(language: str, n: int, prefix: str) -> SimpleNamespace:
    table = pd.DataFrame(
        {
            "id": [f"{prefix}-{i:05d}" for i in range(n)],
            "source_text": [f"en {prefix}{i}" for i in range(n)],
            "target_text": [f"{language} {prefix}{i}" for i in range(n)],
            "language": language,
        }
    )
    report = SimpleNamespace(skipped=(), rows_read=n)
    return SimpleNamespace(table=table, report=report, fingerprint=f"{language}-{prefix}-{n}")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Fake encoders and pairs (ko, ru) behind the real names; results go to a temporary folder."""
    opened: list[FakeEncoder] = []

    def open_encoder(name: str, **options) -> FakeEncoder:
        if name == "no/such":
            raise UserError("encoders", name, "an encoder that can be had offline")
        opened.append(FakeEncoder(name))
        return opened[-1]

    def load(task, language, split, source="lab", *, n=None, seed=0):
        return parallel(language, 90, "t")

    def pairs(language, split="train", source="lab", source_language="en", *, n=None, seed=0):
        return parallel(language, 60, "p")

    # pairs first: importing it binds the real sources.load for whoever comes after
    monkeypatch.setattr("helpers.data.pairs.pairs", pairs)
    monkeypatch.setattr("helpers.data.sources.load", load)
    monkeypatch.setattr("helpers.models.encoder.open_encoder", open_encoder)
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    return SimpleNamespace(opened=opened, results=tmp_path / "results")


def make_row(**changes) -> Row:
    fields = {
        "name": "precision@1",
        "task": "tatoeba",
        "kind": "retrieval",
        "method": "ridge",
        "encoder": "models/tiny",
        "setting": {"n_pairs": 100, "domain": "in-domain", "map_from": None},
        "source_language": "en",
        "target_language": "ko",
        "split": "report",
        "seed": 0,
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 90,
    }
    return Row(**(fields | changes))


def make_record(rows=None, **changes) -> Record:
    parts = {
        "chapter": "02_alignment",
        "study_version": 1,
        "params": {"seed": 0, "data": "lab"},
        "data": {"source": "lab", "fingerprints": {"x": "f00"}},
        "encoders": {"models/tiny": "abc"},
    } | changes
    return Record(
        **parts,
        identity=identity(*parts.values()),
        environment={"python": "3"},
        rows=[make_row()] if rows is None else rows,
    )


def make_items(*values: float) -> Items:
    items = Items()
    items.add(make_row().key, ["a", "b"], values or (1.0, 0.0))
    return items


@contextlib.contextmanager
def small_laboratory(rows: dict[str, int]) -> Iterator[pytest.MonkeyPatch]:
    """At most so many generated rows a split, and one thread."""
    torch = pytest.importorskip("torch")
    from helpers.data import sources

    load, threads = sources.load, torch.get_num_threads()

    def few(task, language, split, source="lab", *, n=None, seed=0):
        return load(task, language, split, source, n=min(n or 99, rows[split]), seed=seed)

    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "load", few)
        yield patch
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def of_few_rows():
    """`small_laboratory`, for fixtures of whole modules."""
    return small_laboratory


@pytest.fixture
def a_row():
    return make_row


@pytest.fixture
def a_record():
    return make_record


@pytest.fixture
def some_items():
    return make_items
