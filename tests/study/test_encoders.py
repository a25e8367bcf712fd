"""The encoders' study: what an oracle, a random and a lexical encoder must score."""

import zlib

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.study import encoders as module
from helpers.study import encoders_cloze, plan, store
from helpers.study.drafts import Draft
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


def filled(label, name, params):
    """The oracle fills half of the blanks; noise has no masked-language head."""
    if name == "noise":
        raise UserError("encoders", name, "an encoder with a head")
    coordinates = {
        "name": encoders_cloze.CLOZE,
        "task": "tatoeba",
        "kind": "retrieval",
        "method": "none",
        "encoder": label,
        "setting": {},
        "source_language": "en",
        "target_language": "ko",
        "split": "report",
        "seed": params.seed,
    }
    return [Draft(coordinates, scores=np.array([0.0, 1.0]), ids=("a", "b"))]


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
    monkeypatch.setattr(module, "cloze_drafts", filled)
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


def test_cloze_accuracy_is_recorded_where_there_is_a_head_and_else_told(recorded):
    (row,) = recorded.record.select(name=encoders_cloze.CLOZE)
    assert row.encoder == "oracle" and row.value == 0.5 and row.n == 2
    assert any("noise" in note and "head" in note for note in recorded.record.notes)


def test_cloze_sentences_are_held_out_and_english_ones_come_once():
    from helpers.data.split import normalise_sentence
    from helpers.study.params import EncodersParams

    params = EncodersParams(target_languages=("ko", "ru"))
    found = {one.language: one for one in encoders_cloze._sentences(params)}
    assert list(found) == ["en", "ko", "ru"]
    for one in found.values():
        assert len(one.ids) == len(set(one.ids)) == len(one.texts) > 50
    english = found["en"]
    assert len(set(english.texts)) == len(english.texts)
    assert not {*map(normalise_sentence, english.texts)} & {
        *map(normalise_sentence, english.training)
    }


def test_cloze_rows_of_a_real_encoder(monkeypatch):
    from helpers.study.params import EncodersParams

    params = EncodersParams(encoders=("models/tiny",), target_languages=("ko",), device="cpu")
    all_of_them = encoders_cloze._sentences(params)
    few = [
        encoders_cloze.Sentences(one.language, one.ids[:60], one.texts[:60], one.training)
        for one in all_of_them
    ]
    monkeypatch.setattr(encoders_cloze, "_sentences", lambda params: few)
    drafts = encoders_cloze.cloze_drafts("tiny", "models/tiny", params)
    told = [(d.coordinates["target_language"], d.coordinates["method"]) for d in drafts]
    assert told == [(x, m) for x in ("en", "ko") for m in ("none", "unigram")]
    assert all(draft.scores.shape == (60,) for draft in drafts)
