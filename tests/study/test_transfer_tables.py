"""Recorded runs over seeds: values, paired differences and transfer of planted records."""

import numpy as np
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.maths.metrics import macro_f1, spearman
from helpers.study import store
from helpers.study import transfer_tables as recorded
from helpers.study.items import Items
from helpers.study.record import Record, identity
from helpers.study.row import Row
from helpers.study.transfer_rows import cluster_name, gold_name

N = 200
FAST = {"n_boot": 200}


@pytest.fixture
def results(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)


class Planted:
    """A record in the making."""

    def __init__(self, chapter: str, seed: int = 0, encoder: str = "nano", **params):
        self.chapter, self.seed, self.encoder = chapter, seed, encoder
        self.params = {"seed": seed, "encoder": encoder, "source_language": "en"} | params
        self.rows, self.items = [], Items()

    def gold(self, task, language, gold, clusters=None):
        ids = [f"{task}-{i}" for i in range(len(gold))]
        self.items.add(gold_name(task, language), ids, gold)
        if clusters is not None:
            self.items.add(cluster_name(task, language), ids, clusters)

    def add(self, name, scores, task, language, method, kind, role="target", keep=True, **changes):
        setting = {"role": role, "form": kind} | changes.pop("setting", {})
        told = {"value": 0.5, "low": 0.4, "high": 0.6} | changes
        row = Row(
            name=name,
            task=task,
            kind=kind,
            method=method,
            encoder=self.encoder,
            setting=setting,
            source_language="en",
            target_language=language,
            split="report",
            seed=self.seed,
            n=N,
            **told,
        )
        self.rows.append(row)
        if keep:
            self.items.add(row.key, [f"{task}-{i}" for i in range(len(scores))], scores)

    def save(self):
        data, encoders = {"source": "local", "fingerprints": {}}, {self.encoder: "f00"}
        record = Record(
            chapter=self.chapter,
            study_version=1,
            identity=identity(self.chapter, 1, self.params, data, encoders),
            params=self.params,
            data=data,
            encoders=encoders,
            environment={},
            rows=self.rows,
        )
        store.save(record, self.items, store.folder_of(self.chapter, record.identity))


GOLD = np.random.default_rng(0).integers(0, 26, N) / 5


def similarity(seed, *, languages=("en", "ko"), noise=0.5, **params):
    """Answers near the gold scores: English tuned far better than untuned, Korean half as much."""
    one = Planted("03_sts", seed, **params)
    rng = np.random.default_rng([seed, 1])
    fixed = np.random.default_rng(7).normal(size=N)
    for language in languages:
        one.gold("stsb", language, GOLD)
        role = "source" if language == "en" else "target"
        spread = noise if language == "en" else 2 * noise
        answers = {
            "tuned": GOLD + spread * rng.normal(size=N),
            "none": GOLD + 4 * fixed,
            "bag-of-words": GOLD + 5 * fixed[::-1],
        }
        for method, scores in answers.items():
            one.add("spearman", scores, "stsb", language, method, "similarity", role)
        one.add(
            "spearman",
            None,
            "stsb",
            language,
            "tuned",
            "similarity",
            role,
            keep=False,
            setting={"genre": "news"},
            low=0.4 + seed / 100,
        )
    return one


def runs(*seeds, **changes):
    for seed in seeds:
        similarity(seed, **changes).save()
    return recorded.runs_by_encoder("03_sts")


def test_no_records_are_no_error(results):
    assert recorded.runs_by_encoder("03_sts") == {}


def test_of_one_encoder_the_runs_with_most_seeds_are_taken(results):
    similarity(5, languages=("en",), target_languages=["en"]).save()
    similarity(0, encoder="other").save()
    found = runs(0, 1, 2)
    assert {name: len(group) for name, group in found.items()} == {"nano": 3, "other": 1}
    assert [run.record.params["seed"] for run in found["nano"]] == [0, 1, 2]


def test_one_run_speaks_of_items_and_several_of_seeds_too(results):
    where = {"name": "spearman", "genre": None, **FAST}
    alone = recorded.seeds_frame_of(runs(0)["nano"], **where)
    assert set(alone["covers"]) == {"items"} and alone["spread"].isna().all()
    three = recorded.seeds_frame_of(runs(0, 1, 2)["nano"], **where)
    assert set(three["covers"]) == {"items, seeds"} and set(three["seeds"]) == {3}
    assert len(three) == 6 and (three["low"] < three["value"]).all()
    group = recorded.runs_by_encoder("03_sts")["nano"]
    [row] = recorded.shared_rows(group, method="tuned", target_language="ko", genre=None)
    each = [spearman(GOLD, run.items()[row.key]) for run in group]
    [told] = three.query("method == 'tuned' and target_language == 'ko'")["value"]
    assert told == pytest.approx(np.mean(each))


def test_rows_without_items_get_the_mean_of_the_seeds_ends(results):
    found = recorded.seeds_frame_of(runs(0, 1)["nano"], genre="news", target_language="ko")
    assert found[["value", "low", "high"]].iloc[0].tolist() == pytest.approx([0.5, 0.405, 0.6])
    assert found["covers"].iloc[0] == "items (mean of seeds)"
    untold = recorded.seeds_frame_of(runs(0, 1)["nano"], method="none", n_boot=0)
    assert set(untold["covers"]) == {"items (mean of seeds)"}


def test_a_setting_that_no_row_has_finds_nothing(results):
    assert recorded.seeds_frame_of(runs(0)["nano"], rules="own").empty


def test_differences_are_paired_and_have_a_direction(results):
    group = runs(0, 1, 2)["nano"]
    tuned, none = {"method": "tuned"}, {"method": "none"}
    gain = recorded.paired_differences(group, tuned, none, **FAST)
    assert gain["target_language"].tolist() == ["en", "ko"] and (gain["low"] > 0).all()
    assert (gain["first"] - gain["second"]).tolist() == pytest.approx(gain["value"].tolist())
    loss = recorded.paired_differences(group, none, tuned | {"genre": None}, **FAST)
    assert loss["value"].tolist() == pytest.approx((-gain["value"]).tolist())
    itself = recorded.paired_differences(group, none, none, **FAST)
    assert not itself[["value", "low", "high"]].to_numpy().any()


def test_two_partners_of_a_row_are_refused(results):
    with pytest.raises(UserError, match="3 rows for"):
        recorded.paired_differences(runs(0)["nano"], {"name": "spearman"}, {"method": "none"})


def test_transfer_of_similarity_stands_on_the_untuned_encoder(results):
    found = recorded.transfer_frame(runs(0, 1, 2)["nano"], **FAST)
    [row] = found.to_dict("records")
    assert (row["base"], row["role"], row["target_language"]) == ("none", "target", "ko")
    assert row["gain"] == pytest.approx(row["tuned"] - row["base_value"])
    assert row["ratio"] == pytest.approx(row["gain"] / row["source_gain"])
    assert row["ratio_low"] < row["ratio"] < row["ratio_high"] < 1.01 and not row["refused"]
    assert row["difference"] == pytest.approx(row["source_gain"] - row["gain"])


def test_where_nothing_was_learnt_the_ratio_is_refused(results):
    found = recorded.transfer_frame(runs(0, 1, noise=4.0)["nano"], **FAST)
    assert found["ratio"].isna().all() and found["refused"].str.contains("is not above 0.05").all()


def test_parallel_items_share_a_draw(results):
    source, target = recorded.measured(runs(0, 1)["nano"])
    assert source.tuned.row.target_language == "en" and source.same_items(target)


def test_answers_that_never_differ_agree_with_nothing(results):
    one = similarity(0, languages=("en",))
    one.gold("stsb", "ko", GOLD)
    one.add("spearman", np.ones(N), "stsb", "ko", "tuned", "similarity")
    one.save()
    group = recorded.runs_by_encoder("03_sts")["nano"]
    found = recorded.seeds_frame_of(group, target_language="ko", **FAST)
    assert found[["value", "low", "high"]].iloc[0].tolist() == [0, 0, 0]


def test_accuracy_is_told_from_the_labels_of_macro_f1(results):
    one, rng = Planted("05_sentiment"), np.random.default_rng(3)
    gold = rng.integers(0, 2, N)
    chosen = np.where(rng.random(N) < 0.8, gold, 1 - gold)
    one.gold("sst2", "en", gold)
    one.add("macro-F1", chosen, "sst2", "en", "tuned", "classification", "source")
    one.add("accuracy", None, "sst2", "en", "tuned", "classification", "source", keep=False)
    one.save()
    found = recorded.seeds_frame_of(recorded.runs_by_encoder("05_sentiment")["nano"], **FAST)
    values = found.set_index("name")["value"]
    assert values["accuracy"] == pytest.approx((gold == chosen).mean())
    assert values["macro-F1"] == pytest.approx(macro_f1(gold, chosen))
    assert set(found["covers"]) == {"items"}


def test_transfer_of_spans_draws_articles_and_stands_on_the_best_baseline(results):
    for seed in (0, 1):
        one, rng = Planted("04_mrc", seed), np.random.default_rng(seed)
        level = {"tuned": 0.7, "random-span": 0.1, "keyword-overlap": 0.3}
        for language, lost in (("en", 0.0), ("ko", 0.2)):
            articles = np.arange(N) // 10
            one.gold("xquad", language, np.zeros(N), articles)
            for method, share in level.items():
                right = (rng.random(N) < share - (lost if method == "tuned" else 0)).astype(float)
                role = "source" if language == "en" else "target"
                one.add(
                    *("F1", right, "xquad", language, method, "span", role),
                    setting={"rules": "own"},
                )
        one.save()
    group = recorded.runs_by_encoder("04_mrc")["nano"]
    source, target = recorded.measured(group)
    assert source.base.row.method == target.base.row.method == "keyword-overlap"
    assert len(set(source.tuned.clusters)) == N // 10 and source.same_items(target)
    [row] = recorded.transfer_frame(group, **FAST).to_dict("records")
    assert 0.2 < row["ratio"] < 0.8 and row["covers"] == "items, seeds"


def test_runs_that_differ_in_more_than_the_seed_are_refused(results):
    similarity(0).save()
    similarity(1, encoder="other").save()
    both = [run for group in recorded.runs_by_encoder("03_sts").values() for run in group]
    with pytest.raises(UserError, match="differ in nothing but the seed"):
        recorded.seeds_frame_of(both, **FAST)
