"""Chapter 6 on planted records: a planted order is found, a reversed one contradicted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import complexity, complexity_sets, complexity_tables, store
from helpers.study.complexity import VERDICTS, verdict_of
from helpers.study.items import Items
from helpers.study.params import build
from helpers.study.record import Record, identity
from helpers.study.row import Row
from helpers.study.run import run
from helpers.study.transfer_rows import cluster_name, gold_name

NANO = "models/nano"
N, ARTICLES = 500, 100
# (task, language, role) of each course; ids are shared where items are translations.
SETS = {
    "03_sts": [
        ("stsb", "en", "source"),
        ("stsb", "zh", "target"),
        ("stsb", "de", "target"),
        ("korsts", "ko", "target"),
    ],
    "05_sentiment": [
        ("sst2", "en", "source"),
        ("nsmc", "ko", "target"),
        ("kobest_sentineg", "ko", "target"),
        ("chnsenticorp", "zh", "target"),
        ("customer_reviews", "en", "shift"),
        ("xlm_t", "en", "source"),
        ("xlm_t", "de", "target"),
    ],
    "04_mrc": [
        ("xquad", "en", "source"),
        ("xquad", "zh", "target"),
        ("xquad", "de", "target"),
        ("korquad", "ko", "target"),
        ("cmrc2018", "zh", "target"),
    ],
}
KIND = {"03_sts": "similarity", "05_sentiment": "classification", "04_mrc": "span"}
METRIC = {"similarity": "spearman", "classification": "macro-F1", "span": "F1"}
PARALLEL = {"stsb", "korsts", "xquad"}


def draw(kind: str, height: float, task: str, rng: np.random.Generator) -> tuple:
    """Gold and predictions whose score is about ``height``."""
    gold = np.random.default_rng(7 if task in PARALLEL else len(task)).normal(size=N)
    if kind == "similarity":
        noise = rng.normal(size=N)
        return gold, height * gold + np.sqrt(1 - height**2) * noise
    if kind == "classification":
        labels = (gold > 0).astype(float)
        return labels, np.where(rng.random(N) < height, labels, 1 - labels)
    return None, (rng.random(N) < height).astype(float)


def plant(shares: dict[str, float], *, seeds=3, learnt="en", chapters=tuple(SETS), gain=0.4):
    """Records in which a share of the English gain arrives, by chapter; learnt="ko": all of it."""
    for chapter in chapters:
        for seed in range(seeds):
            kind, rows, items = KIND[chapter], [], Items()
            rng = np.random.default_rng([seed, len(chapter), learnt == "ko"])
            base = {"similarity": 0.4, "classification": 0.5, "span": 0.1}[kind]
            methods = {"similarity": ["none"], "classification": ["permuted-labels"]}
            methods = methods.get(kind, ["random-span", "keyword-overlap", "permuted-labels"])
            for task, language, role in SETS[chapter]:
                share = 1.0 if learnt in (language, "ko") else shares[chapter]
                share = 1.0 if role == "source" else share
                heights = dict.fromkeys(methods, base) | {"tuned": base + share * gain}
                if kind == "span":
                    heights["random-span"] = 0.02
                ids = [f"{'p' if task in PARALLEL else task}-{i}" for i in range(N)]
                for method, height in heights.items():
                    gold, scores = draw(kind, height, task, rng)
                    row = Row(
                        name=METRIC[kind],
                        task=task,
                        kind=kind,
                        method=method,
                        encoder=NANO,
                        setting={"role": role, "form": "siamese"}
                        | ({"rules": "own"} if kind == "span" else {}),
                        source_language=learnt,
                        target_language=language,
                        split="report",
                        seed=seed,
                        value=0.5,
                        low=0.4,
                        high=0.6,
                        n=N,
                    )
                    rows.append(row)
                    if kind == "classification":  # accuracy is told from the labels kept
                        rows.append(Row(**(row.model_dump() | {"name": "accuracy"})))
                    items.add(row.key, ids, scores)
                if gold is not None:
                    items.add(gold_name(task, language), ids, gold)
                else:
                    items.add(cluster_name(task, language), ids, np.arange(N) % ARTICLES)
            parts = {
                "chapter": chapter,
                "study_version": 1,
                "params": {"seed": seed, "encoder": NANO, "source_language": learnt},
                "data": {"source": "local", "fingerprints": {}},
                "encoders": {NANO: "f00"},
            }
            record = Record(**parts, identity=identity(*parts.values()), environment={}, rows=rows)
            store.save(record, items, store.folder_of(chapter, record.identity))


@pytest.fixture(autouse=True)
def results(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    monkeypatch.setattr(complexity_sets, "N_BOOT", 100)


def compared(**values) -> Record:
    return run("06_complexity", {"encoder": NANO} | values, progress=False)


def verdict(record: Record, language: str, outcome="transfer ratio", claim="two classes") -> str:
    where = {"outcome": outcome, "claim": claim, "role": "primary"}
    (row,) = record.select(name="verdict", target_language=language, **where)
    return verdict_of(row.value)


CLAIMED = {"03_sts": 1.0, "05_sentiment": 0.5, "04_mrc": 0.0}
REVERSED = {"03_sts": 0.0, "05_sentiment": 0.5, "04_mrc": 1.0}


@pytest.fixture(scope="module")
def claimed(tmp_path_factory) -> Record:
    """The record of a world in which the claim is true."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RESULTS", tmp_path_factory.mktemp("results"))
        patch.setattr(complexity_sets, "N_BOOT", 100)
        plant(CLAIMED)
        plant(CLAIMED, learnt="ko", seeds=2, chapters=("03_sts", "05_sentiment"))
        return compared()


def test_a_planted_order_is_found_in_every_language_and_in_their_mean(claimed):
    record = claimed
    for language in ("ko", "zh", "many"):
        assert verdict(record, language) == "holds"
    assert verdict(record, "de", claim="three classes") == "holds"
    for chapter, name in (("03_sts", "stsb"), ("04_mrc", "xquad")):
        (row,) = record.select(name="transfer ratio", task=name, target_language="zh")
        assert row.value == pytest.approx(CLAIMED[chapter], abs=0.15)
        assert row.low <= row.value <= row.high
        assert (row.setting["role"], row.setting["seeds"], row.n) == ("primary", 3, N)
    assert not record.notes


def test_a_reversed_order_is_contradicted():
    plant(REVERSED)
    assert verdict(compared(), "many") == "contradicted"
    assert verdict(compared(), "many", "plain difference") == "contradicted"


def test_equal_shares_decide_nothing_but_raw_scores_do():
    """What the raw ratio has to say of equal transfer is the height of the base."""
    plant(dict.fromkeys(SETS, 0.5))
    record = compared()
    assert verdict(record, "many") != "holds"
    assert verdict(record, "many", "plain difference") != "holds"
    steps = record.select(name="step", target_language="many", outcome="raw ratio")
    steps = [row for row in steps if row.setting["between"].endswith("> reading")]
    assert len(steps) == 2
    assert all(row.value > 0.1 for row in steps)


def test_sentiment_is_told_in_accuracy_too(claimed):
    (by_accuracy,) = claimed.select(name="ratio by accuracy", task="nsmc")
    (ratio,) = claimed.select(name="transfer ratio", task="nsmc")
    assert by_accuracy.value == pytest.approx(ratio.value, abs=0.05)  # balanced labels
    assert by_accuracy.value != ratio.value
    assert verdict(claimed, "many", "ratio by accuracy") == "holds"


def test_a_task_without_a_ratio_leaves_room_to_contradict_only():
    plant(REVERSED, chapters=("03_sts", "04_mrc"))
    plant(REVERSED, chapters=("05_sentiment",), gain=0.02)
    record = compared()
    assert not record.select(name="transfer ratio", task="nsmc")
    assert verdict(record, "many") == "contradicted"
    (step,) = record.select(
        name="step", target_language="many", outcome="transfer ratio", claim="two classes"
    )
    assert step.setting["between"] == "similarity > reading"


def test_two_classes_and_three_are_never_pooled(claimed):
    record = claimed
    languages = {
        claim: {r.target_language for r in record.select(name="verdict", claim=claim)}
        for claim in complexity.CLAIMS
    }
    assert languages == {"two classes": {"ko", "zh", "many"}, "three classes": {"de", "many"}}


def test_other_sets_of_a_language_stand_beside_and_do_not_count(claimed):
    record = claimed
    roles = {
        (row.task, row.target_language): row.setting["role"]
        for row in record.select(name="transfer ratio")
        if row.target_language != "many"
    }
    assert roles["nsmc", "ko"] == roles["xquad", "zh"] == roles["korquad", "ko"] == "primary"
    assert roles["kobest_sentineg", "ko"] == roles["cmrc2018", "zh"] == "beside"
    assert roles["customer_reviews", "en"] == "shift"
    beside = record.select(name="verdict", role="beside", outcome="transfer ratio")
    assert {(row.target_language, row.task) for row in beside} == {
        ("ko", "korsts, kobest_sentineg, korquad"),
        ("zh", "stsb, chnsenticorp, cmrc2018"),
    }


def test_zero_shot_is_set_against_as_many_labels_of_the_language(claimed):
    record = claimed
    rows = {row.task: row for row in record.select(name="supervised ratio")}
    assert set(rows) == {"korsts", "nsmc", "kobest_sentineg"}
    assert rows["korsts"].value == pytest.approx(1.0, abs=0.15)
    assert rows["nsmc"].value == pytest.approx(0.5, abs=0.2)
    (gain,) = record.select(name="zero-shot gain", task="nsmc")
    (taught,) = record.select(name="supervised gain", task="nsmc")
    assert rows["nsmc"].value == pytest.approx(gain.value / taught.value, abs=1e-4)
    assert rows["nsmc"].setting["seeds"] == 2  # those that both have
    assert verdict(record, "ko", "supervised ratio") == "undecided"  # reading has no such run


def test_tables_take_what_there_is(claimed):
    empty = complexity_tables.all_rows([])
    for claim in complexity.CLAIMS:
        assert not len(complexity_tables.verdicts(empty, claim))
        assert not len(complexity_tables.lines(empty, claim))
        assert not len(complexity_tables.equal_shares(empty, claim))
    assert not len(complexity_tables.sources(empty))
    assert not len(complexity_tables.told(empty, ["transfer ratio"], ["primary"]))
    rows = complexity_tables.all_rows([claimed])
    table = complexity_tables.verdicts(rows, "two classes")
    assert table.loc[(NANO, "transfer ratio")].to_dict() == dict.fromkeys(
        ["ko", "zh", "mean"], "holds"
    )
    drawn = complexity_tables.lines(rows, "two classes")
    assert list(dict.fromkeys(drawn["line"])) == ["ko", "zh", "mean"]
    means = drawn[drawn["line"] == "mean"].set_index("task")["value"]
    assert list(means.index) == ["similarity", "sentiment", "reading"]
    assert means.is_monotonic_decreasing
    even = complexity_tables.equal_shares(rows, "two classes").set_index("task")
    one = complexity_tables.sources(rows).set_index("course").loc["similarity"]
    base, score = even.loc["similarity", "base"], float(one["source score"].split()[0])
    gain = float(one["source gain"].split()[0])
    expected = (base + means.mean() * gain) / score
    assert even.loc["similarity"].iloc[-1] == pytest.approx(expected, abs=0.01)


def test_what_training_did_not_teach_has_no_ratio():
    plant(CLAIMED, gain=0.02, seeds=1)
    record = compared()
    assert not record.select(name="transfer ratio")
    assert any(
        "no transfer ratio, the interval of the source gain" in note for note in record.notes
    )


def test_one_seed_and_two_tasks_are_enough_to_go_on():
    plant(CLAIMED, seeds=1, chapters=("03_sts", "05_sentiment"))
    record = compared()
    assert verdict(record, "ko") == verdict(record, "many") == "undecided"
    between = {row.setting["between"] for row in record.select(name="step")}
    assert between == {"similarity > two classes", "similarity > three classes"}
    assert record.notes == [f"04_mrc: no record of {NANO}"]


def test_new_records_make_another_run_and_old_ones_none():
    plant(CLAIMED, seeds=1)
    first = compared()
    assert compared() == first
    plant(CLAIMED, seeds=2)
    assert compared().identity != first.identity


def test_unknown_encoders_and_places_are_refused_by_name():
    with pytest.raises(UserError, match="none yet"):
        compared()
    plant(CLAIMED, seeds=1, chapters=("03_sts",))
    with pytest.raises(UserError, match=f"encoder: got 'models/other'; accepted: .*{NANO}"):
        compared(encoder="models/other")
    with pytest.raises(UserError, match="lab, local, hub"):
        build("06_complexity", {"data": "elsewhere"})
    with pytest.raises(UserError, match="none yet"):
        compared(data="lab")


def test_verdicts_and_their_numbers_are_inverse():
    assert {verdict_of(number): number for number in VERDICTS.values()} == VERDICTS


def told_of(*shares: dict[str, float], **planted) -> str:
    for one in shares:
        plant(one, **planted)
    return complexity_tables.answer(complexity_tables.all_rows([compared()]))


def test_the_answer_is_told_as_the_verdicts_have_it(claimed):
    told = complexity_tables.answer(complexity_tables.all_rows([claimed]))
    assert told.startswith("**The answer: the order holds, which does not make complexity its")
    assert "For `models/nano` similarity, sentiment and reading have a transfer ratio." in told
    assert complexity_tables.answer(complexity_tables.all_rows([])).startswith("**No answer yet**")


def test_a_contradicted_order_is_told_as_such():
    told = told_of(REVERSED)
    assert told.startswith("**The answer: the order is contradicted, for these encoders and sets.")


def test_one_ratio_alone_tests_no_order():
    plant(CLAIMED, chapters=("03_sts", "04_mrc"), gain=0.02)
    told = told_of(CLAIMED, chapters=("05_sentiment",))
    assert told == (
        "**The answer: undecided, and it would not settle the claim if it were decided.** For "
        "`models/nano` only sentiment has a transfer ratio; similarity and reading gained too "
        "little in English, or too uncertainly, to have one, so no order can be tested."
    )


def test_a_task_that_is_not_recorded_is_not_called_refused():
    told = told_of(CLAIMED, chapters=("03_sts", "05_sentiment"))
    assert "similarity and sentiment have a transfer ratio; reading is not recorded yet, " in told
    assert "could be contradicted and cannot hold" in told


def rows_of(*lines: tuple) -> pd.DataFrame:
    """Rows name, encoder, task, value, all of two classes in Korean."""
    frame = pd.DataFrame(lines, columns=["name", "encoder", "task", "value"])
    return frame.assign(of="two classes", target_language="ko", low=-0.1, high=0.1)


def test_a_gain_of_macro_f1_that_lost_accuracy_is_told():
    ratio, accuracy = "transfer ratio", "ratio by accuracy"
    rows = rows_of(
        (ratio, "a", "nsmc", 0.5),
        (accuracy, "a", "nsmc", -0.3),
        (ratio, "b", "nsmc", 0.4),
        (accuracy, "b", "nsmc", 0.6),
    )
    told = complexity_tables.by_accuracy_told(rows)
    assert "`a` on nsmc (ko), -0.30 beside +0.50" in told
    assert "`b`" not in told
    assert "differ in sign on nsmc (ko)" in told
    told = complexity_tables.by_accuracy_told(rows[rows["encoder"].eq("b")])
    assert told == "No set has a ratio of another sign by accuracy."


def test_whether_labels_of_the_language_teach_is_told():
    rows = rows_of(("supervised gain", "a", "nsmc", 0.01))
    told = complexity_tables.taught_told(rows, "two classes")
    assert told.startswith("Two classes, taught in the language itself, gains +0.01 [-0.10, +0.10]")
    assert "nothing is learnt" in told
    learnt = complexity_tables.taught_told(rows.assign(low=0.005), "two classes")
    assert learnt.endswith("so labels of the language teach it.")
    assert complexity_tables.taught_told(rows, "reading") == ""


def test_tables_of_an_encoder_leave_out_what_is_the_same(claimed):
    rows = complexity_tables.all_rows([claimed])
    names = ["transfer ratio", "ratio by accuracy"]
    whole = complexity_tables.by_encoder(complexity_tables.told(rows, names, ["primary", "beside"]))
    assert list(whole) == [NANO]
    assert list(whole[NANO].columns) == ["role", "base", *names]  # three seeds each
    one_base = rows[~rows["of"].eq("reading")]  # of reading's bases the best is taken, set by set
    table = complexity_tables.told(one_base, names, ["primary", "beside"])
    assert list(complexity_tables.by_encoder(table)[NANO].columns) == ["role", *names]
    assert whole[NANO].index.names == ["course", "language", "task"]
    alone = complexity_tables.by_encoder(complexity_tables.told(rows, names, ["shift"]))[NANO]
    assert alone.index.names == ["course", "task"] and list(alone.columns) == names
    empty = complexity_tables.told(complexity_tables.all_rows([]), names, ["primary"])
    assert complexity_tables.by_encoder(empty) == {}
