"""Chapters 3 to 5 in the laboratory, at the smallest sizes: what records hold and kills leave."""

from __future__ import annotations

import multiprocessing
import os
import signal

import numpy as np
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import store
from helpers.study.run import run
from helpers.study.transfer_rows import cluster_name, gold_name

pytestmark = pytest.mark.timeout(600)  # runs of a study, perhaps on a busy machine

CHAPTERS = ("03_sts", "04_mrc", "05_sentiment")
ROWS = {"train": 96, "dev": 40, "test": 45}
SMALL = {
    "encoder": "models/tiny",
    "target_languages": ["ko"],
    "epochs": 1,
    "learning_rates": [1e-4, 1e-3],
    "permuted": True,
    "precision": "float32",
}
MORE = {"03_sts": {"align_pairs": 40}}  # maps of chapter 2 are slow to fit
METRIC = {"03_sts": "spearman", "04_mrc": "F1", "05_sentiment": "macro-F1"}


@pytest.fixture(scope="module", autouse=True)
def small_laboratory(of_few_rows):
    with of_few_rows(ROWS):
        yield


@pytest.fixture(scope="module")
def build(tmp_path_factory, small_laboratory):
    """The folder of checkpoints that the first runs share."""
    folder = tmp_path_factory.mktemp("build")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "BUILD", folder)
        yield folder


class First(dict):
    """One run of each chapter, made when a test first asks for it."""

    def __init__(self, folders):
        self.folders = folders

    def __missing__(self, chapter: str) -> store.Stored:
        out = self.folders.mktemp(chapter)
        params = SMALL | MORE.get(chapter, {})
        self[chapter] = store.Stored(run(chapter, params, out=out, progress=False), out)
        return self[chapter]


@pytest.fixture(scope="module")
def first(build, tmp_path_factory) -> First:
    return First(tmp_path_factory)


def values(record, *names: str) -> dict[str, float]:
    return {row.key: row.value for row in record.rows if not names or row.name in names}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_language_has_every_method_with_an_interval(first, chapter):
    record = first[chapter].record
    expected = {
        "03_sts": {"tuned", "permuted-labels", "none", "untrained", "bag-of-words"},
        "04_mrc": {"tuned", "permuted-labels", "random-span", "keyword-overlap"},
        "05_sentiment": {"tuned", "permuted-labels", "bag-of-words", "majority"},
    }[chapter]
    roles = {"en": "source", "ko": "target"}
    for language, role in roles.items():
        where = {"name": METRIC[chapter], "split": "report", "target_language": language}
        rows = record.select(**where)
        assert {row.method for row in rows} == expected
        assert {row.setting["role"] for row in rows} == {role}
        assert all(row.low <= row.value <= row.high for row in rows)
        assert len({row.n for row in rows}) == 1
    assert {row.target_language for row in record.rows} == set(roles)
    assert {row.encoder for row in record.rows} == {"models/tiny"}
    assert {row.seed for row in record.rows} == {0}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_validation_and_trials_are_the_source_languages_alone(first, chapter):
    rows = first[chapter].record.select(split="validation")
    assert {row.target_language for row in rows} == {"en"}
    trials = [row for row in rows if row.method == "trial"]
    assert {row.setting["learning_rate"] for row in trials} == {1e-4, 1e-3}
    best = max(trials, key=lambda row: (row.value, -row.setting["learning_rate"]))
    for method in ("tuned", "permuted-labels"):  # the same learning rate, the same epochs
        told = [row for row in rows if row.method == method and row.name == METRIC[chapter]]
        assert [row.setting["epoch"] for row in told] == [1]
        assert {row.setting["learning_rate"] for row in told} == {best.setting["learning_rate"]}
    assert all(row.value > 0 for row in rows if row.name == "seconds")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_items_give_the_values_again(first, chapter):
    from helpers.maths.item_statistics import macro_f1_with, spearman_with

    statistics = {"spearman": spearman_with, "macro-F1": macro_f1_with}
    stored = first[chapter]
    items = stored.items()
    kept = [row for row in stored.record.rows if row.key in items]
    assert {row.name for row in kept} >= {METRIC[chapter]}
    for row in kept:
        scores = items[row.key]
        if row.name in statistics or row.name == "spearman across":
            name = gold_name(row.task, row.target_language)
            assert items.ids(name) == items.ids(row.key)
            statistic = statistics[row.name.removesuffix(" across")](items[name])
            value = statistic(scores[None], np.ones((1, len(scores))))[0, 0]
        else:
            assert cluster_name(row.task, row.target_language) in items
            value = scores.mean()
        if np.ptp(scores):
            assert value == pytest.approx(row.value, abs=1e-3), (row.name, row.method)


def test_where_answers_are_lost_adds_up_and_rules_are_told_apart(first):
    record = first["04_mrc"].record
    for language in ("en", "ko"):
        at = {"target_language": language, "method": "tuned"}
        shares = record.select(name="share of answers", **at)
        assert len(shares) == 4
        assert sum(row.value for row in shares) == pytest.approx(1)
        exact = record.select(name="exact match", rules="own", **at)[0]
        assert [row.value for row in shares if row.setting["lost"] == "exact"] == [exact.value]
        assert len(record.select(name="F1", split="report", **at)) == 2
    english = record.select(name="F1", target_language="en", split="report", method="tuned")
    assert english[0].value == english[1].value


def test_across_languages_every_map_before_and_after_tuning(first):
    rows = first["03_sts"].record.select(name="spearman across")
    maps = {row.setting["map"] for row in rows}
    assert {"none", "procrustes", "ridge"} <= maps
    assert {row.method for row in rows} == {"none", "tuned"}
    assert {row.target_language for row in rows} == {"ko"}


@pytest.mark.parametrize(
    ("chapter", "task", "column"),
    [
        ("03_sts", "stsb", "sentence1"),
        ("04_mrc", "squad", "question"),
        ("05_sentiment", "sst2", "text"),
    ],
)
def test_records_hold_no_sentence_and_no_path(first, build, chapter, task, column):
    from helpers.data import sources

    folder = first[chapter].folder
    text = (folder / "record.json").read_text()
    assert str(folder) not in text
    assert str(build) not in text
    sentences = sources.load(task, "en", "test", "lab").table[column]
    assert not any(sentence in text for sentence in sentences)


def test_same_seed_same_values_other_seed_other_values(first, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path / "elsewhere")  # trained again, not found
    known = first["05_sentiment"].record
    again = run("05_sentiment", SMALL, out=tmp_path / "again", progress=False)
    names = {row.name for row in known.rows} - {"seconds"}
    assert values(again, *names) == values(known, *names)
    assert again.identity == known.identity
    other = run("05_sentiment", SMALL | {"seed": 1}, out=tmp_path / "other", progress=False)
    assert other.identity != known.identity
    assert values(other, "macro-F1") != values(known, "macro-F1")
    ids = first["05_sentiment"].items(), store.load_items(tmp_path / "other", other)
    gold = gold_name("sst2", "ko")
    assert ids[0].ids(gold) == ids[1].ids(gold)  # seeds share all items


def stop(*given, **more) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _break(patch: pytest.MonkeyPatch, where: str) -> None:
    """Kill a run at a place: in the second model's training, its evaluation, or its storing."""
    from helpers.models import finetune
    from helpers.study import transfer

    if where == "training":
        kept = finetune._keep

        def keep(tuned, work):
            kept(tuned, work)
            patch.setattr(finetune, "_by_epoch", stop)

        patch.setattr(finetune, "_keep", keep)
    elif where == "evaluation":
        scored = transfer.scored

        def score(found, arms, arm):
            if arm.method == "permuted-labels":
                patch.setattr(found, "add", stop)
            scored(found, arms, arm)

        patch.setattr(transfer, "scored", score)
    else:
        write = store.write_atomic

        def write_first(path, content):
            write(path, content)
            stop()

        patch.setattr(store, "write_atomic", write_first)


BROKEN = SMALL | {"seed": 7, "learning_rates": [1e-3]}


def _killed(where: str, out, build) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "BUILD", build)
        # New threads of a forked process may find torch's own pool of threads gone.
        patch.setenv("HF_DEACTIVATE_ASYNC_LOAD", "1")
        _break(patch, where)
        run("05_sentiment", BROKEN, out=out, progress=False)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, small_laboratory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "BUILD", tmp_path_factory.mktemp("unbroken"))
        return run("05_sentiment", BROKEN, out=tmp_path_factory.mktemp("out"), progress=False)


def whole(unbroken, out) -> None:
    """A rerun finishes, with the values of the unbroken run, and one record alone stands there."""
    found = run("05_sentiment", BROKEN, out=out, progress=False)
    names = {row.name for row in found.rows} - {"seconds"}
    assert values(found, *names) == values(unbroken, *names)
    assert sorted(path.name for path in out.iterdir()) == ["items.npz", "record.json"]
    assert store.load(out) == found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that share what is imported")
@pytest.mark.parametrize("where", ["training", "evaluation", "storing"])
def test_a_killed_run_leaves_no_record_and_the_next_one_finishes(
    unbroken, tmp_path, monkeypatch, where
):
    build, out = tmp_path / "build", tmp_path / "out"
    monkeypatch.setattr(paths, "BUILD", build)
    process = multiprocessing.get_context("fork").Process(target=_killed, args=(where, out, build))
    process.start()
    process.join(90)
    assert process.exitcode == -signal.SIGKILL
    assert not (out / "record.json").exists()
    whole(unbroken, out)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("source_language", "fr", "source_language"),
        ("target_languages", ["klingon"], "target_languages"),
        ("target_languages", ["en"], "target_languages"),
        ("encoder", "no/such-folder/here", "encoder"),
        ("frozen", "head", "frozen"),
        ("precision", "float16", "precision"),
        ("learning_rates", "fast", "learning_rates"),
        ("learning_rates", [0.0], "learning_rates"),
        ("learning_rates", [1e-4, 1e-4], "learning_rates"),
        ("train_size", -1, "train_size"),
        ("report_size", 5, "data"),
        ("device", "abacus", "device"),
        ("colour", "red", "colour"),
    ],
)
def test_wrong_parameters_are_refused_by_name_before_any_work(tmp_path, name, value, told):
    with pytest.raises(UserError, match=told):
        run("04_mrc", SMALL | {name: value}, out=tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()


def test_answers_by_another_head_or_longer_windows_only_where_there_are_any(tmp_path):
    for chapter, name, value in (
        ("04_mrc", "head", "deep"),
        ("04_mrc", "max_length", 32),
        ("03_sts", "head", "span"),
        ("05_sentiment", "cross_encoder", True),
    ):
        with pytest.raises(UserError, match=name):
            run(chapter, SMALL | {name: value}, out=tmp_path / "out", progress=False)
