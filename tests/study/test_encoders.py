"""The encoders' study: what an oracle, a random and a lexical encoder must score."""

import zlib

import numpy as np
import pytest

from helpers.study import encoders as module
from helpers.study import plan, store
from helpers.study.run import run

DIM = 32


class Oracle:
    """Knows which laboratory sentences are translations: gives both sides one vector."""

    device, name, fingerprint = "cpu", "oracle", "0" * 8

    def __init__(self, twins: dict[str, str]):
        self.twins = twins

    def encode(self, texts):
        def one(text):
            seed = zlib.crc32(self.twins.get(text, text).encode())
            return np.random.default_rng(seed).normal(size=DIM)

        return np.stack([one(text) for text in texts]).astype(np.float32)


class Noise(Oracle):
    name, fingerprint = "noise", "1" * 8

    def __init__(self):
        super().__init__({})


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    from helpers.data.sources import load

    monkeypatch.setattr(module, "LAB_PAIRS", 120)
    table = load("tatoeba", "ko", "test", "lab", n=120, seed=module.LAB_SEED).table
    oracle = Oracle(dict(zip(table["target_text"], table["source_text"], strict=True)))

    def opened(params, names, *, progress):
        return {"oracle": (oracle, "0" * 8), "noise": (Noise(), "1" * 8)}

    monkeypatch.setattr(plan, "open_encoders", opened)
    monkeypatch.setattr(module, "open_encoders", opened)
    monkeypatch.setattr(module, "BASELINES", ())
    params = {"encoders": "oracle,noise", "target_languages": "ko"}
    run("encoders", params, out=tmp_path, progress=False)
    return store.Stored(store.load(tmp_path), tmp_path)


def test_translations_are_found_by_who_knows_them_only(recorded):
    for encoder, low, high in (("oracle", 0.99, 1.0), ("noise", 0.0, 0.1)):
        rows = recorded.record.select(encoder=encoder, name="precision@1")
        assert {row.setting["direction"] for row in rows} == {"target->source", "source->target"}
        assert all(low <= row.value <= high for row in rows)


def test_similarity_of_noise_is_none_and_every_pair_of_languages_is_scored(recorded):
    rows = recorded.record.select(encoder="noise", name="spearman")
    told = {(row.target_language, row.split, row.setting["across"]) for row in rows}
    assert told == {
        (language, split, across)
        for split in ("dev", "test")
        for language, across in (("en", False), ("ko", False), ("ko", True))
    }
    assert all(row.low < 0.15 and row.high > -0.15 for row in rows)


def test_item_scores_are_kept_without_sentences(recorded):
    items = recorded.items()
    for row in recorded.record.rows:
        assert len(items[row.key]) == row.n == len(items.ids(row.key))
