"""Alignment with training text on a planted rotation; its part of a model card."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import UserError
from helpers.study import pretraining_alignment, store
from helpers.study.card_alignment import TITLE, alignment_section
from helpers.study.encoders import Similarity
from helpers.study.run import run


@pytest.fixture
def scored(world, monkeypatch, tmp_path):
    """Retrieval and similarity of ko and ru, and a corpus folder whose pairs are neither."""
    retrieval = {}
    for language in ("ko", "ru"):
        places = range(60)
        retrieval[language] = pd.DataFrame(
            {
                "id": [f"t-{i}" for i in places],
                "source_text": [f"en scored{i}" for i in places],
                "target_text": [f"{language} scored{i}" for i in places],
            }
        )
    gold = np.where(np.arange(40) % 2, 5, 0)

    def graded(left: str, right: str) -> pd.DataFrame:
        # A pair of score 5 has one latent item, any other two.
        second = [f"sts{i}" if score == 5 else f"else{i}" for i, score in enumerate(gold)]
        return pd.DataFrame(
            {
                "id": [f"s-{i}" for i in range(40)],
                "sentence1": [f"{left} sts{i}" for i in range(40)],
                "sentence2": [f"{right} {item}" for item in second],
                "score": gold,
            }
        )

    similarity = [
        Similarity("stsb", "dev", "en", False, graded("en", "en")),
        Similarity("korsts", "dev", "ko", False, graded("ko", "ko")),
        Similarity("korsts", "dev", "ko", True, graded("en", "ko")),
        Similarity("korsts", "test", "ko", True, graded("en", "ko")),
    ]
    monkeypatch.setattr(
        pretraining_alignment, "load_sets", lambda params: (retrieval, similarity, {"set": "f"})
    )
    monkeypatch.setattr(pretraining_alignment, "SIZES", (30, 60))
    (tmp_path / "corpus" / "parallel").mkdir(parents=True)
    for language in ("ko", "ru"):
        rows = [f"en p{i}\t{language} p{i}\ttalk" for i in range(70)]
        rows += [f"en scored{i}\t{language} x{i}\ttalk" for i in range(20)]
        (tmp_path / "corpus" / "parallel" / f"en-{language}.tsv").write_text("\n".join(rows))
    return {
        "encoders": ["fake"],
        "target_languages": "ko,ru",
        "pairs": f"corpus:{tmp_path / 'corpus'}",
    }


def test_maps_are_learnt_from_the_corpus_and_told_with_gains(scored, tmp_path):
    record = run("pretraining_alignment", scored, out=tmp_path / "out", progress=False)

    def one(**coordinates):
        found = record.select(**coordinates)
        assert len(found) == 1, len(found)
        return found[0]

    at = {"target_language": "ko", "direction": "target->source", "n_pairs": 60}
    assert one(name="precision@1", method="ridge", **at).value > 0.9
    assert one(name="precision@1", method="none", **at | {"n_pairs": 0}).value < 0.3
    gain = one(name="gain over centre", method="ridge", **at)
    centre = one(name="precision@1", method="centre", **at)
    ridge = one(name="precision@1", method="ridge", **at)
    assert gain.value == pytest.approx(ridge.value - centre.value, abs=1e-6)
    assert gain.low > 0.3

    where = {"method": "procrustes", "n_pairs": 60}
    parts = record.select(name="precision@1", **where)
    mean = one(name="mean precision@1", **where)
    assert mean.target_language == "ko,ru"
    assert mean.value == pytest.approx(np.mean([row.value for row in parts]), abs=1e-6)
    assert one(name="mean gain over centre", **where).low > 0.3

    across = {"name": "spearman", "task": "korsts", "across": True}
    before = one(**across, method="none").value
    assert one(**across, **where).value > before + 0.3, "English and ko become comparable"
    won = one(**across | {"name": "spearman gain over centre"}, **where)
    assert won.value == pytest.approx(
        one(**across, **where).value - one(**across, method="centre", n_pairs=60).value, abs=2e-6
    )
    assert won.low > 0
    within = {"name": "spearman", "task": "korsts", "across": False}
    turned, centred = (one(**within, n_pairs=60, method=m).value for m in ("procrustes", "centre"))
    # Equal sentences have cosine 1 up to rounding, which breaks their ties; hence the tolerance.
    assert turned == pytest.approx(centred, abs=0.02), "a rotation keeps a language as it was"
    assert {row.split for row in record.select(name="spearman")} == {"dev"}

    assert record.params["pairs"] == "corpus", "no path"
    assert any("60 drawn (talk 60)" in note and "exact" in note for note in record.notes)
    assert str(tmp_path) not in record.to_json()


def test_card_shows_real_pairs_and_says_nothing_of_the_laboratory(scored, tmp_path):
    record = run("pretraining_alignment", scored, out=tmp_path / "out", progress=False)
    assert alignment_section("fake", tmp_path / "results") == []
    changed = record.model_dump()
    changed["data"]["source"] = "local"
    made = type(record)(**changed | {"identity": _identity(record), "rows": record.rows})
    store.save(made, None, store.folder_of(made.chapter, made.identity, tmp_path / "results"))
    section = alignment_section("fake", tmp_path / "results")
    assert section[0] == TITLE
    text = "\n".join(section)
    assert "| method | 30 pairs | 60 pairs |" in text
    mean = record.select(name="mean gain over centre", method="ridge", n_pairs=60)[0]
    assert f"({100 * mean.value:+.1f} [{100 * mean.low:+.1f}, {100 * mean.high:+.1f}])" in text
    assert "**korsts, en-ko, dev, Spearman**:" in text
    assert "**stsb, en, dev, Spearman**, maps learnt with ko:" in text
    assert alignment_section("other", tmp_path / "results") == []


def _identity(record):
    from helpers.study.record import identity

    data = record.data | {"source": "local"}
    return identity(record.chapter, record.study_version, record.params, data, record.encoders)


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"pairs": "somewhere"}, "pairs"),
        ({"pairs": "corpus:no-such-folder"}, "pairs"),
        ({"similarity_languages": "de"}, "similarity_languages"),
        ({"target_languages": "klingon"}, "target_languages"),
    ],
)
def test_refused_before_encoding(scored, world, tmp_path, changes, parameter):
    with pytest.raises(UserError) as caught:
        run("pretraining_alignment", scored | changes, out=tmp_path / "out", progress=False)
    assert caught.value.parameter == parameter
    assert not any(encoder.calls for encoder in world.opened)
