"""The iso-accuracy study: calibration, mixing, and what planted records are made of."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest

from helpers.errors import UserError
from helpers.study import intermediate_plots
from helpers.study import laboratory_iso as iso
from helpers.study import laboratory_iso_tables as tables
from helpers.study.laboratory_iso_params import (
    CHAPTER,
    NOISE,
    NONE,
    PERMUTED,
    LaboratoryIsoParams,
    cell,
    rules,
)
from helpers.study.params import build
from helpers.study.plan import Outcome
from helpers.study.record import Record, identity
from helpers.study.row import Row
from helpers.study.store import Stored

matplotlib.use("Agg")
WANTED = rules().calibration.accuracy


# -- mixing


def labelled(name: str, labels: str) -> pd.DataFrame:
    ids = [f"{name}-{i}" for i in range(len(labels))]
    return pd.DataFrame({"id": ids, "text": ids, "label": list(labels)})


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_mixing_keeps_rows_and_labels(share):
    easy, hard = labelled("easy", "abba" * 5), labelled("hard", "baab" * 5)
    mixed = iso.mixed(easy, hard, share)
    assert list(mixed["label"]) == list(easy["label"])
    assert mixed["id"].is_unique
    exchanged = mixed["id"].str.startswith("hard")
    assert exchanged.groupby(mixed["label"]).sum().tolist() == [round(share * 10)] * 2


def test_a_larger_share_keeps_what_a_smaller_one_exchanged():
    easy, hard = labelled("easy", "ab" * 20), labelled("hard", "ab" * 20)
    small, large = (set(iso.mixed(easy, hard, share)["id"]) for share in (0.3, 0.6))
    assert {name for name in small if name.startswith("hard")} <= large
    with pytest.raises(UserError, match="share"):
        iso.mixed(easy, hard, 1.1)


def test_items_are_posed_as_the_mechanism_has_it(monkeypatch):
    small = iso.rules().intermediate | {"items": 40, "held": 40}
    monkeypatch.setitem(iso.rules().__dict__, "intermediate", small)
    iso.items.cache_clear()
    params = LaboratoryIsoParams()
    try:
        easy, _, held = iso.items("easy")
        parts = iso.posed(cell(params, "depth", 0.5, 1e-3))
        assert [len(part) for part in parts] == [40, 20, 20]
        hard = [part["id"].str.startswith("depth").sum() for part in parts]
        assert hard == [20, 10, 10]
        assert len({text for part in parts for text in part["text"]}) == 80
        train, _, measured = iso.posed(cell(params, NOISE, 0.5, 1e-3))
        assert list(train["text"]) == list(easy["text"])
        assert list(train["label"]) != list(easy["label"])
        assert sorted(measured["label"]) == sorted(held["label"])
        changed = iso.posed(cell(params, PERMUTED, 1.0, 1e-3))[0]["label"].ne(easy["label"]).sum()
        assert changed > train["label"].ne(easy["label"]).sum()
    finally:
        iso.items.cache_clear()


def test_the_epoch_is_chosen_on_the_half_that_measures_nothing(monkeypatch):
    monkeypatch.setattr(iso.Arms, "tune", lambda self, arm, recipe: None)
    one = cell(LaboratoryIsoParams(), "depth", 0.5, 1e-3)
    arms, _, _ = iso.teach(one, iso.open_base(one))
    train, chosen_on, measured = iso.posed(one)
    assert list(arms.data.validation["id"]) == list(chosen_on["id"])
    assert list(arms.data.train["id"]) == list(train["id"])
    assert not set(chosen_on["id"]) & set(measured["id"])


# -- parameters and plans


@pytest.mark.parametrize(
    ("name", "value"), [("data", "hub"), ("part", "both"), ("seed", "-1"), ("levels", "2")]
)
def test_wrong_parameters_are_refused_by_name(name, value):
    with pytest.raises(UserError, match=name):
        build(CHAPTER, {name: value})


@pytest.mark.parametrize(("name", "value"), [("target_languages", "en"), ("encoder", "no/where")])
def test_what_the_laboratory_or_the_disk_lacks_is_refused_when_planned(name, value):
    with pytest.raises(UserError):
        iso.study(build(CHAPTER, {name: value}))


def test_a_calibration_knows_of_no_target_and_gains_know_the_rules(monkeypatch):
    small = {"train": 20, "validation": 20, "report": 20}
    targets = tuple(replace(target, **small) for target in rules().targets)
    monkeypatch.setitem(rules().__dict__, "targets", targets)
    iso.targets.cache_clear()
    gains = iso.study(LaboratoryIsoParams())
    calibrated = iso.study(LaboratoryIsoParams(part="calibration"))
    assert gains.data["fingerprints"]["rules"] == rules().digest
    assert calibrated.data["fingerprints"]["rules"] == rules().calibrated_by
    assert set(gains.data["fingerprints"]) - set(calibrated.data["fingerprints"]) == {
        target.name for target in rules().targets
    }
    iso.targets.cache_clear()


def test_a_calibration_tells_every_trial_and_what_it_found(monkeypatch):
    """Trainings are planted: an encoder that scores by share."""

    def planted(found, arms, tuned, one) -> None:
        value = WANTED + 0.12 - 0.24 * one.level
        setting = {"mechanism": one.mechanism, "level": one.level, "labels": "clean"}
        where = {"method": "intermediate", "task": "sst2", "kind": "classification"}
        where |= {"target_language": "en", "split": "validation", "setting": setting}
        found.add_value("accuracy", value, 20, **where)

    monkeypatch.setattr(iso, "_tell", planted)
    monkeypatch.setattr(iso, "teach", lambda one, base: (None, None, Path("/nowhere/at/all")))
    plan = iso.study(LaboratoryIsoParams(part="calibration"))
    outcome = plan.compute(False)
    assert isinstance(outcome, Outcome)
    shares = {r.setting["mechanism"]: r.value for r in outcome.rows if r.name == "share"}
    assert set(shares) == set(rules().mechanisms)
    assert shares["depth"] == pytest.approx(0.5, abs=0.04)
    record = recorded(outcome.rows, plan.params, plan.data, plan.encoders)
    assert all(row.setting["near"] for row in record.select(method="calibration"))


def test_a_record_tunes_every_target_after_every_mechanism(monkeypatch):
    """Nothing is trained: who is tuned from whom, at which share, and where baselines are made."""
    share = {"noise": 0.4, "depth": 0.5, "length": 0.6}
    seen, controls = [], []

    def told(params, progress) -> list[Row]:
        record = made(params.encoder, params.seed, gain={}).record
        rows = record.select(method="calibration", name="share")
        return [row.model_copy(update={"value": share[row.setting["mechanism"]]}) for row in rows]

    def target(found, arms, arm, recipe) -> list[Path]:
        cell_ = arms.params
        task, rate = arms.data.course.name, recipe.learning_rate
        of = found.common["intermediate_task"]
        seen.append((cell_.mechanism, cell_.level, of, arms.base, task, rate))
        return []

    monkeypatch.setattr(iso, "calibrated", told)
    monkeypatch.setattr(iso, "posed", lambda one: (None, None, "other half"))
    told_on = []

    def teach(one, base):
        return SimpleNamespace(data=pool_course), None, Path("/nowhere/at/all")

    pool_course = iso.pool().course(labelled("x", "ab"), labelled("y", "ab"))
    monkeypatch.setattr(iso, "teach", teach)
    monkeypatch.setattr(
        iso, "_tell", lambda found, arms, *given: told_on.append(arms.data.validation)
    )
    left = SimpleNamespace(precision="float32")
    monkeypatch.setattr(iso, "after", lambda base, tuned, one: left)
    monkeypatch.setattr(iso, "target", target)
    monkeypatch.setattr(iso, "baselines", lambda *given: controls.append(given[-1]) or [])
    courses = [
        SimpleNamespace(course=c, sizes=c.laboratory, train=labelled("x", "abab"))
        for c in (iso.STS, iso.NLI)
    ]
    start = SimpleNamespace(precision="float32", label="models/tiny")
    outcome = iso.measure(LaboratoryIsoParams(), tuple(courses), start, False)
    assert len(outcome.rows) == 3
    assert told_on == ["other half"] * 5  # not what the shares were chosen by
    assert [one[0] for one in seen[::2]] == list(rules().cells)
    assert {one[0]: one[1] for one in seen} == share | {"none": 0, "easy": 0, "permuted": 1}
    assert all((one[3] is start) == (one[2] is None) == (one[0] == NONE) for one in seen)
    assert {one[5] for one in seen} == {target.learning_rate for target in rules().targets}
    assert [one.mechanism for one in controls] == [NONE, NONE]


# -- tables, on planted records


def recorded(rows: list[Row], params: dict, data: dict, encoders: dict[str, str]) -> Record:
    return Record(
        chapter=CHAPTER,
        study_version=iso.VERSION,
        identity=identity(CHAPTER, iso.VERSION, params, data, encoders),
        params=params,
        data=data,
        encoders=encoders,
        environment={},
        rows=rows,
    )


def made(encoder: str, seed: int, *, gain: dict[str, float], shake: float = 0.05) -> Stored:
    """A record in which each mechanism adds ``gain`` points to every target."""
    draw = np.random.default_rng(zlib.crc32(repr((encoder, seed)).encode()))
    rows = []

    def add(name, task, method, language, value, split="report", kind="similarity", **setting):
        row = {"name": name, "task": task, "method": method, "target_language": language}
        row |= {"split": split, "kind": kind, "value": value, "setting": setting, "n": 300}
        rows.append(Row(encoder=encoder, source_language="en", seed=seed, **row))

    for mechanism in rules().mechanisms:
        for name, value in (("share", 0.5), ("accuracy", WANTED + 0.002)):
            told = {"mechanism": mechanism, "near": True, "trials": 2}
            add(name, "sst2", "calibration", "en", value, "validation", **told)
    for mechanism in rules().cells:
        if mechanism != NONE:
            kinds = ("clean", "exchanged") if mechanism in (NOISE, PERMUTED) else ("clean",)
            for labels in kinds:
                value = 0.9 if mechanism == NOISE and labels == "clean" else WANTED + 0.003
                told = {"mechanism": mechanism, "labels": labels, "level": 0.5}
                own = "intermediate"
                add("accuracy", "sst2", own, "en", value + 0.001 * seed, "validation", **told)
        for target in rules().targets:
            chance, name = (1 / 3, "accuracy") if target.course == "nli" else (0.0, "spearman")
            for language in ("en", "ko", "ru"):
                points = 40 + gain.get(mechanism, 0.0) + draw.normal(0, shake)
                value = chance + points / 100 * (1 - chance)
                role = "source" if language == "en" else "target"
                told = {"role": role, "mechanism": mechanism, "course": target.course}
                add(name, target.task, "tuned", language, value, **told)
    for target in rules().targets:
        name = "accuracy" if target.course == "nli" else "spearman"
        # a bag of words does as well as the encoder in nli, so that nli cannot count
        value = 0.7 if target.course == "nli" else 0.2
        add(name, target.task, "bag-of-words", "en", value, role="source")
        add(name, target.task, "bag-of-words", "en", 0.99, role="source", genre="laboratory")
    params = LaboratoryIsoParams(encoder=encoder, seed=seed).model_dump(mode="json")
    params = {k: v for k, v in params.items() if k not in LaboratoryIsoParams.HOW}
    data = {"source": "lab", "fingerprints": {"rules": rules().digest}}
    return Stored(recorded(rows, params, data, {encoder: "f"}), Path())


def design(**planted) -> list[Stored]:
    return [made(encoder, seed, **planted) for encoder in rules().encoders for seed in (0, 1, 2)]


def test_without_a_record_no_number_is_told(tmp_path):
    found = tables.summary(tmp_path)
    assert (found.records, found.wanted, found.verdict) == (0, 15, None)
    assert found.text.startswith("No record yet of 15.")
    frames = [part for part in vars(found).values() if isinstance(part, pd.DataFrame)]
    assert len(frames) == 6
    assert all(part.empty and len(part.columns) for part in frames)


def test_one_record_has_values_without_intervals_and_no_verdict():
    found = tables.summed_up([made("models/tiny", 0, gain={"noise": 3.0})])
    assert found.verdict is None
    assert found.text.startswith("So far 1 of 15 records.")
    assert "nan" not in found.text
    assert "Too little is recorded to tell which targets count." in found.text
    assert found.gates["counts"].tolist() == [False, False]  # one run cannot show it
    assert set(found.gains["target"]) == {"similarity", "nli"}
    assert found.gains["low"].isna().all()


@pytest.mark.parametrize(
    ("gain", "shake", "expected"),
    [
        ({"noise": 5.0, "depth": 1.0, "length": 1.0}, 0.05, "effect"),
        ({"noise": 1.5, "depth": 1.0, "length": 1.0}, 0.05, "small effect"),
        ({"noise": 1.0, "depth": 1.0, "length": 1.0}, 0.4, "equivalent"),
        ({"noise": 1.0, "depth": 1.0, "length": 1.0}, 9.0, "inconclusive"),
    ],
)
def test_planted_gains_are_decided_as_they_were_planted(gain, shake, expected):
    found = tables.summed_up(design(gain=gain, shake=shake))
    if shake < 9:
        assert found.gates.set_index("course")["counts"].to_dict() == {
            "similarity": True,
            "nli": False,
        }
        planted = found.gains[found.gains["target"].eq(tables.ALL)].set_index("mechanism")
        assert planted.loc["noise", "value"] == pytest.approx(gain["noise"], abs=0.5)
        assert planted.loc["permuted", "value"] == pytest.approx(0.0, abs=0.5)
    assert found.verdict == expected
    assert tables.SCOPE in found.text


@pytest.mark.parametrize("runs", [0, 1, 9])
def test_the_figure_shows_what_there_is(runs):
    drawn = intermediate_plots.iso_accuracy(tables.summed_up(design(gain={"noise": 5.0})[:runs]))
    shown = [len(axis.containers) for axis in drawn.axes]
    assert shown == {0: [0, 0], 1: [5, 0], 9: [5, 5]}[runs]
    matplotlib.pyplot.close(drawn)


def test_why_an_inconclusive_study_is_weak_is_told():
    lower = dict.fromkeys(rules().cells, -6.0) | {NONE: 0.0}
    told = tables.weakness(tables.summed_up(design(gain=lower, shake=9.0)))
    assert told.startswith("Difficulty moved by ")
    assert "all tasks lowered the targets in the mean (after the easy one -" in told
    assert told.endswith("too weak to say anything on accuracy as cause.")
    decided = design(gain={"noise": 5.0, "depth": 1.0, "length": 1.0})
    assert tables.weakness(tables.summed_up(decided)) == ""
    assert tables.weakness(tables.summed_up([])) == ""


def test_gains_above_zero_are_not_told_as_lowered():
    higher = dict.fromkeys(rules().cells, 20.0) | {NONE: 0.0}
    assert "lowered" not in tables.weakness(tables.summed_up(design(gain=higher, shake=9.0)))


def test_accuracy_is_told_as_posed_and_on_clean_labels():
    found = tables.summed_up(design(gain={}))
    noise = found.manipulation.set_index("mechanism").loc["noise"]
    assert noise["value"] == pytest.approx(WANTED + 0.004)
    assert noise["clean"] == pytest.approx(0.901)
    assert noise["within"]
    assert found.calibration["share"].eq(0.5).all()
    assert len(found.calibration) == 27


def test_tasks_that_are_not_equally_hard_are_said_to_be_so(monkeypatch):
    calibration = replace(rules().calibration, accuracy=0.6)
    monkeypatch.setitem(rules().__dict__, "calibration", calibration)
    found = tables.summed_up(design(gain={"noise": 5.0}))
    assert not found.manipulation["within"].dropna().any()
    assert "At accuracies meant to be equal the gains differ" in found.text
    assert "Not at it: noise, depth, length; adjusted for that: noise - depth" in found.text


def test_what_accuracy_explains_is_taken_out():
    rows = [
        {"encoder": encoder, "seed": seed, "mechanism": mechanism, "course": "similarity"}
        | {"accuracy": WANTED + off + 0.01 * seed, "gain": 100 * (off + 0.01 * seed)}
        for encoder in rules().encoders
        for seed in range(3)
        for mechanism, off in zip(rules().mechanisms, (0.0, 0.02, -0.02), strict=True)
    ]
    table = pd.DataFrame(rows)
    left = tables.adjusted(table.drop(columns="accuracy"), table.drop(columns=["course", "gain"]))
    assert left["gain"].abs().max() < 1e-9


def test_an_incomplete_design_uses_the_seeds_that_all_encoders_have():
    runs = design(gain={"noise": 5.0})
    table = tables.gains(tables.frame(runs[:-1]))
    own = table[table["mechanism"].eq("noise") & table["course"].eq("similarity")]
    assert tables.over_design(own, "gain").value == pytest.approx(5.0, abs=0.2)


def test_records_under_other_rules_or_languages_are_left_out(monkeypatch):
    run = made("models/tiny", 0, gain={})
    other = made("models/tiny", 1, gain={})
    other.record.data["fingerprints"]["rules"] = "older"
    monkeypatch.setattr(tables.store, "scan", lambda results, chapter: ([run, other], []))
    assert tables.recorded() == [run]
