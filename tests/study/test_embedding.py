"""Chapter 1: what a trained, an untrained and a lexical encoder must score, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.data.sources import load
from helpers.errors import UserError
from helpers.maths.geometry import average_cosine, partition_isotropy
from helpers.maths.metrics import spearman
from helpers.maths.statistics import crossed_bootstrap, spearman_with
from helpers.study import embedding_data, store
from helpers.study.embedding import first_network, training_lines
from helpers.study.embedding_scores import (
    Spearmans,
    cosines,
    over_languages,
    over_languages_gain,
    shape,
)
from helpers.study.embedding_summary import ALL, LATIN, OTHER, SEEN, UNSEEN, Overlap, Summary
from helpers.study.params import build
from helpers.study.run import run

PARAMS = {"encoders": "models/tiny", "target_languages": "ko,ru", "device": "cpu"}
TINY, UNTRAINED = "models/tiny", "untrained:models/tiny"
BAG, SUBWORDS = "bag-of-words", "bag-of-subwords:models/tiny"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The study on a small laboratory, once for all claims about it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("HELPERS_CACHE", str(tmp_path_factory.mktemp("cache")))
    for name, size in (("LAB_PAIRS", 90), ("LAB_STS_ROWS", 48), ("LAB_DIALLED", 60)):
        patch.setattr(embedding_data, name, size)
    out = tmp_path_factory.mktemp("embedding")
    run("01_embedding", PARAMS, out=out, progress=False)
    yield store.Stored(store.load(out), out)
    patch.undo()


def one(stored, name, **where):
    found = stored.record.select(name=name, **where)
    assert len(found) == 1, f"{len(found)} rows of {name} for {where}"
    return found[0]


def test_only_who_learnt_finds_translations_that_share_no_word(stored):
    for language in ("ko", "ru"):
        for direction in ("target->source", "source->target"):
            where = {"target_language": language, "direction": direction, "dial": None}
            assert one(stored, "precision@1", encoder=TINY, **where).low > 0.6
            for label in (BAG, SUBWORDS, UNTRAINED):
                assert one(stored, "precision@1", encoder=label, **where).value < 0.15
    gain = one(stored, "gain over untrained", encoder=TINY, languages=ALL)
    assert gain.low > 0.5
    apart = [
        one(stored, "precision@1", encoder=label, languages=ALL, pooling=None).value
        for label in (TINY, UNTRAINED)
    ]
    assert gain.value == pytest.approx(apart[0] - apart[1], abs=2e-6)


def test_overlap_alone_is_enough_for_an_untrained_network(stored):
    levels = embedding_data.LEVELS
    shared = [one(stored, "pair overlap", dial=level).value for level in levels]
    assert shared == sorted(shared) and shared[0] < 0.05 < shared[-1]
    for label in (BAG, SUBWORDS, UNTRAINED):
        rows = [one(stored, "precision@1", encoder=label, dial=level) for level in levels]
        assert rows[0].value < 0.2 < rows[-1].low
        assert one(stored, "gain over no overlap", encoder=label, dial=1.0).low > 0.2


def test_every_layer_and_pooling_is_scored_with_its_gain_over_the_usual_one(stored):
    rows = stored.record.select(name="precision@1", encoder=TINY, languages="ko, ru")
    spaces = {(row.setting["pooling"], row.setting["layer"]) for row in rows}
    everything = {(pooling, layer) for pooling in ("mean", "cls", "max") for layer in range(3)}
    assert spaces == everything - {("cls", 0)}
    value = {(row.setting["pooling"], row.setting["layer"]): row.value for row in rows}
    for row in stored.record.select(name="precision@1 over mean of last layer", encoder=TINY):
        space = row.setting["pooling"], row.setting["layer"]
        assert row.value == pytest.approx(value[space] - value["mean", 2], abs=2e-6)
        assert row.low <= row.value <= row.high
    similar = stored.record.select(name="spearman", encoder=TINY, split="dev")
    assert {(row.target_language, row.setting["across"]) for row in similar} == {
        ("en", False),
        ("ko", False),
        ("ko", True),
    }
    assert stored.record.select(name="spearman", encoder=BAG, split="dev", pooling=None)


def test_every_row_has_an_interval_unless_it_cannot_be_resampled(stored):
    bare = {row.name for row in stored.record.rows if row.low is None}
    assert bare == {"hubness", "type overlap", "Latin letters", "lines of training text"} & {
        row.name for row in stored.record.rows
    }
    assert all(
        row.low <= row.value <= row.high for row in stored.record.rows if row.low is not None
    )
    assert any("fewer than 10 languages" in note for note in stored.record.notes)


def test_items_are_kept_for_retrieval_and_no_sentence_is(stored):
    kept = {row.key for row in stored.record.rows} & set(stored.items())
    rows = [row for row in stored.record.rows if row.key in kept]
    assert {row.name for row in rows} == {"precision@1"}
    assert all(np.isclose(stored.items()[row.key].mean(), row.value, atol=1e-6) for row in rows)
    text = (stored.folder / "record.json").read_text(encoding="utf-8")
    assert "local" not in text and str(stored.folder) not in text
    sentences = load("tatoeba", "ko", "test", n=90).table
    assert not any(
        each in text for side in ("source_text", "target_text") for each in sentences[side]
    )


def test_shape_is_that_of_geometry_with_an_interval():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 8)) + 0.5
    found = shape(rows)
    for name, value in (
        ("average cosine", average_cosine(rows)),
        ("partition isotropy", partition_isotropy(rows, unit=True)),
    ):
        assert found[name][0] == pytest.approx(value, abs=1e-5)
        assert found[name][1] < value < found[name][2]
    truth = average_cosine(rng.normal(size=(100_000, 8)) + 0.5)
    draws = [shape(rng.normal(size=(200, 8)) + 0.5)["average cosine"] for _ in range(40)]
    assert sum(low < truth < high for _, low, high in draws) >= 33


def test_spearmans_are_the_crossed_bootstraps():
    rng = np.random.default_rng(1)
    gold = rng.integers(0, 6, size=300)
    predicted = gold + rng.normal(scale=[[1.0], [3.0]], size=(2, 300))
    found = Spearmans(predicted, gold)
    for system in (0, 1):
        expected = crossed_bootstrap(predicted[system][None], statistic=spearman_with(gold))
        mine = found.of(system)
        assert mine.value == pytest.approx(expected.value) == spearman(gold, predicted[system])
        assert (mine.low, mine.high) == pytest.approx((expected.low, expected.high), abs=0.02)
    gain = found.gain(0, than=1)
    assert 0 < gain.low < gain.value == pytest.approx(found.of(0).value - found.of(1).value)


def test_cosine_gap_is_zero_where_all_sentences_are_alike():
    rows = np.ones((5, 3))
    own, gap = cosines(rows, rows)
    assert own == pytest.approx(1) and gap == pytest.approx(0)


def test_over_languages_draws_genera_and_refuses_few():
    x = list(range(12))
    assert over_languages(x, x, [str(i) for i in x]).value == pytest.approx(1)
    rng = np.random.default_rng(0)
    y = np.array(x) + rng.normal(scale=4, size=12)
    alone = over_languages(x, y, [str(i) for i in x])
    related = over_languages(x, y, [str(i // 3) for i in x])
    assert alone.value == related.value
    assert (alone.low, alone.high) != (related.low, related.high)
    gain = over_languages_gain(x, x, y, [str(i) for i in x])
    assert gain.value == pytest.approx(1 - alone.value)
    with pytest.raises(ValueError, match="accepted: 10 or more"):
        over_languages(x[:9], x[:9], [str(i) for i in x[:9]])


def test_groups_are_by_script_and_by_training_text(stored):
    overlap = Overlap({}, {}, {"ko": 0.02, "de": 1.0, "ru": 0.0})
    data = type("Data", (), {"languages": dict.fromkeys(overlap.latin)})
    summary = Summary(build("01_embedding", {}), data, overlap)
    assert summary.groups({"ko": 5, "de": 0}) == {
        ALL: ["ko", "de", "ru"],
        LATIN: ["de"],
        OTHER: ["ko", "ru"],
        SEEN: ["ko"],
        UNSEEN: ["de", "ru"],
    }
    assert summary.groups(None).keys() == {ALL, LATIN, OTHER}


def test_what_an_encoder_was_trained_on_is_read_where_it_says_so():
    assert training_lines("models/tiny")["ko"] > 0
    assert training_lines("bag-of-words") is None
    assert first_network(["bag-of-words", "untrained:models/tiny"]) == "models/tiny"
    with pytest.raises(UserError, match="no bag of words"):
        first_network(["bag-of-words", "bag-of-subwords:models/tiny"])


@pytest.mark.parametrize(
    ("changes", "parameter", "accepted"),
    [
        ({"target_languages": "klingon"}, "target_languages", "all"),
        ({"target_languages": "all,ko"}, "target_languages", "all"),
        ({"encoders": "bag-of-words"}, "encoders", "no bag of words"),
        ({"encoders": "models/no-such"}, "encoders", "models/tiny"),
        ({"data": "local:no-such-folder"}, "data", "exists"),
    ],
)
def test_refused_before_any_work(tmp_path, changes, parameter, accepted):
    with pytest.raises(UserError) as caught:
        run("01_embedding", PARAMS | changes, out=tmp_path / "out", progress=False)
    assert caught.value.parameter == parameter
    assert accepted in str(caught.value.accepted)
    assert not (tmp_path / "out").exists()
