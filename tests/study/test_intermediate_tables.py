"""Chapter 7 as tables, on planted records: none, one seed, two with gaps, the whole grid."""

from __future__ import annotations

import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import intermediate_classical as classical
from helpers.study import intermediate_controls, store
from helpers.study import intermediate_drift as drift
from helpers.study import intermediate_gains as gains
from helpers.study import intermediate_planned as planned
from helpers.study import intermediate_plots as figures
from helpers.study import intermediate_secondary as beside
from helpers.study import intermediate_sensitivity as sensitivity
from helpers.study import intermediate_tables as tables
from helpers.study.intermediate_counted import counted
from helpers.study.intermediate_design import DESIGNS, Cell, cells, control
from helpers.study.intermediate_gate import counting, gates
from helpers.study.intermediate_rules import OF_A_FAMILY, rules
from helpers.study.items import Items
from helpers.study.record import Record, identity
from helpers.study.row import Row
from helpers.study.store import Stored

matplotlib.use("Agg")

NANO = "models/xlmr-nano-tlm"
N = 40  # items of an English set
COURSES = {  # course -> kind, metric, English set, sets in other languages
    "nli": ("classification", "accuracy", "lingnli", [("xnli", "ko"), ("xnli", "de")]),
    "tagging": ("tagging", "accuracy", "udpos", [("udpos", "ko")]),
    "two classes": ("classification", "accuracy", "sst2", [("nsmc", "ko")]),
    "three classes": ("classification", "accuracy", "xlm_t", [("xlm_t", "de"), ("xlm_t", "ar")]),
    "similarity": ("similarity", "spearman", "stsb", [("korsts", "ko"), ("stsb", "de")]),
    "choice": ("choice", "accuracy", "copa_en", [("xcopa", "id"), ("xcopa", "tr")]),
    "reading": ("span", "F1", "xquad", [("xquad", "ko")]),
}
HARDEST = 3


def draw(*what: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(what).encode()))


def difficulty_of(cell: Cell) -> float:
    """Planted: levels 0.15 apart, data sets 0.02."""
    if cell.mechanism not in OF_A_FAMILY:
        return 0.0
    return 0.2 + 0.15 * cell.level + 0.02 * list(rules().tasks).index(cell.intermediate)


def told_rules(cell: Cell) -> dict[str, str]:
    return {"rules": rules().digest} | rules().beside(cell.intermediate)


def made(
    cell: Cell, *, per_level: float = 0.0, noise: float = 0.3, drawn: str = "a", **changes
) -> tuple:
    """Record and items of a cell. A level adds ``per_level`` points to what every target gains."""
    params = {"data": "local", "encoder": NANO, "n_items": 0, **cell.params, **changes}
    common = {
        "encoder": params["encoder"],
        "source_language": "en",
        "seed": cell.seed,
        "intermediate_task": None if cell.intermediate == "none" else cell.intermediate,
    }
    told = {"mechanism": cell.mechanism, "level": cell.level}
    rows, items = [], Items()

    def add(method, name, task, kind, language, role, value, scores=None, **setting) -> None:
        row = Row(
            **common,
            name=name,
            task=task,
            kind=kind,
            method=method,
            target_language=language,
            split="report",
            setting={"role": role, **setting},
            value=value,
            n=N,
        )
        rows.append(row)
        if scores is not None:
            items.add(row.key, [f"{task}-{i}" for i in range(N)], scores)

    if cell.mechanism in OF_A_FAMILY and cell.mechanism != "masked":
        family = rules().family(cell.intermediate)
        score = 0.5 + 0.5 * (1 - difficulty_of(cell))
        kind = ("intermediate", "accuracy", family.task, family.kind, "en", "difficulty")
        add(*kind, score, labels="clean", chance=0.5, items=drawn, **told)
        if cell.mechanism == "noise" and cell.level:  # as posed twice as far from perfect
            add(*kind, 2 * score - 1, labels="exchanged", chance=0.5, items=drawn, **told)
        if (cell.mechanism, cell.level) == ("noise", 0):
            for method in ("majority", "bag-of-words", "random-span", "keyword-overlap"):
                add(method, *kind[1:], 0.5, items=drawn, **told)
    for direction in ("target->source", "source->target"):
        place = ("none", "precision@1", "tatoeba", "retrieval", "ko", "retrieval")
        add(*place, 0.9, direction=direction, **told)
        if cell.mechanism == "none":
            add("bag-of-words", *place[1:], 0.2, direction=direction, **told)
    if cell.mechanism in OF_A_FAMILY:
        add("none", "CKA to the start", "tatoeba", "retrieval", "ko", "retrieval", 0.8, **told)
    for course, (kind, name, english, others) in COURSES.items():
        if not rules().asked(course, cell.mechanism):
            continue
        # Seeds chose their learning rates for themselves.
        tuned = {"course": course, "learning_rate": [1e-4, 3e-4][cell.seed % 2], **told}
        gold = draw(english).normal(size=N)
        right = gold + draw(course, cell.seed).normal(size=N) * 0.3
        if kind != "similarity":
            right = (draw(course, "right").random(N) < 0.9).astype(float)
        add("tuned", name, english, kind, "en", "source", 0.9, right, **tuned)
        if kind == "similarity":
            items.add(f"gold {english} en", [f"{english}-{i}" for i in range(N)], gold)
        for task, language in others:
            away = 0.6 + (per_level / 100) * cell.level * (1 - CHANCE[task])
            away += noise / 100 * draw(cell, task, language).normal()
            same = right if task == "xquad" else None  # its items are those of English
            add("tuned", name, task, kind, language, "target", away, same, **tuned)
        if cell.mechanism == "none":
            wrong = draw(course, "wrong").normal(size=N)
            if kind != "similarity":
                wrong = (draw(course, "wrong").random(N) < 0.3).astype(float)
            if course == "tagging":  # words alone do as well: this target tells nothing
                wrong = right
            add("bag-of-words", name, english, kind, "en", "source", 0.3, wrong, form="x")
            add("permuted-labels", name, english, kind, "en", "source", 0.3, wrong, **tuned)
    parts = {
        "chapter": "07_intermediate",
        "study_version": 1,
        "params": params,
        "data": {"source": params["data"], "fingerprints": told_rules(cell)},
        "encoders": {params["encoder"]: "abc"},
    }
    whole = Record(**parts, identity=identity(*parts.values()), environment={}, rows=rows)
    return whole, items


CHANCE = {
    "xnli": 0.333,
    "xlm_t": 0.333,
    "udpos": 0.059,
    "nsmc": 0.5,
    "korsts": 0.0,
    "stsb": 0.0,
    "xcopa": 0.5,
    "xquad": 0.0,
}
COUNTING = {"nli", "two classes", "three classes", "similarity"}
PASSING = COUNTING | {"choice", "reading"}


def keep(results: Path, wanted: list[Cell], **changes) -> None:
    for cell in wanted:
        record, items = made(cell, **changes)
        store.save(record, items, results / record.chapter / record.identity)


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    return tmp_path


def kept(cell: Cell, **changes) -> Stored:
    """A run as it would be read from the store."""
    record, items = made(cell, **changes)
    run = Stored(record, Path("nowhere"))
    run.__dict__["_items"] = items  # what a read of items.npz leaves there
    return run


def study(wanted: list[Cell], **changes) -> tables.Study:
    return tables.read([kept(cell, **changes) for cell in sorted(wanted)], n_boot=100)


@pytest.fixture(scope="module")
def whole() -> tables.Study:
    """The whole grid, with a planted effect of three points."""
    return study(cells(DESIGNS), per_level=1.0)


def everything(found: tables.Study, *, drawn: bool = False) -> None:
    """All tables, and if asked all figures, that the page shows can be made."""
    tables.answer(found)
    for table in (
        tables.gate_told(found),
        tables.manipulated(found),
        tables.manipulated(found, "noise"),
        tables.manipulated(found, "noise", "clean"),
        tables.slopes_told(found),
        tables.by_target_told(found),
        intermediate_controls.controls(found),
        drift.drift_told(found),
        drift.effects(found),
        tables.by_language_told(found),
        classical.context(found),
        beside.secondary(found),
        sensitivity.sensitivity(found),
        beside.signs(found, found),
        beside.english_first(found),
    ):
        assert not table.index.duplicated().any()
        assert "nan" not in table.to_string()
    beside.mixed(found)
    classical.context_test(found)
    beside.spreads_seen(found)
    if drawn:
        everything_drawn(found)


def everything_drawn(found: tables.Study) -> None:
    import matplotlib.pyplot as plt

    if len(effects := tables.effects(found)):
        figures.answer(effects, found.primary)
    if len(points := tables.points(found)):
        figures.slopes(points, effects)
    figures.levels(found.hard, "items")
    figures.context(classical.context(found))
    plt.close("all")


class TestWithoutRecords:
    def test_everything_can_be_made(self):
        everything(study([]), drawn=True)

    def test_it_says_that_nothing_is_recorded(self):
        found = study([])
        number = len(cells(["primary"]))
        assert tables.answer(found) == (
            f"**Not decided**: 0 of {number} runs of the primary design are recorded."
        )
        assert (planned.coverage(found.runs)["recorded"] == 0).all()
        assert found.targets == () and found.primary is None


class TestOneSeed:
    def test_everything_can_be_made(self):
        everything(study(cells(DESIGNS, seeds=[0])))

    def test_a_whole_seed_of_every_design_is_counted(self):
        table = planned.coverage(study(cells(DESIGNS, seeds=[0])).runs)
        assert (table["whole seeds"] == 1).all()
        assert (table["recorded"] * len(rules().seeds) == table["planned"]).all()

    def test_one_control_gates_on_its_items(self):
        found = study(cells(["primary"], seeds=[0]))
        assert set(found.targets) == COUNTING
        told = tables.gate_told(found)
        assert told.loc["reading", "counts"] == "passes, but is tuned in controls only"
        assert told.loc["tagging", "counts"] == "no: uninformative"
        assert set(told["seeds"]) == {1}

    def test_without_a_control_there_is_no_gain(self):
        found = study([cell for cell in cells(seeds=[0]) if cell.mechanism == "items"])
        everything(found)
        assert found.gains.empty and found.targets == ()


class TestThreeSeedsWithGaps:
    WANTED = [
        cell
        for cell in cells(DESIGNS, seeds=[0, 2, 3])
        if (cell.seed, cell.level) != (3, 2) and cell.intermediate != "dialogue"
    ]

    def test_everything_can_be_made(self):
        everything(study(self.WANTED, per_level=1.0), drawn=True)

    def test_the_planted_slope_is_found_in_what_there_is(self):
        found = study(self.WANTED, per_level=1.0, noise=0.001)
        assert "dialogue" not in {one.family for one in found.slopes}
        for one in found.slopes:
            assert one.slope.effect == pytest.approx(HARDEST * 1.0, abs=0.05)
        assert "Not decided yet" in tables.answer(found)

    def test_seeds_with_other_learning_rates_are_paired(self):
        assert set(study(self.WANTED).gate["seeds"]) == {3}

    def test_ends_are_of_the_seeds_that_have_both(self):
        """A seed with the first level only must not move the other end."""
        wanted = [one for one in self.WANTED if (one.seed, one.level) != (3, 3)]
        runs = [kept(one, per_level=1.0, noise=0.001) for one in sorted(wanted)]
        lucky = [kept(one, per_level=4.0, noise=0.001) for one in wanted if one.seed == 3]
        found = tables.read(
            [run for run in runs if run.record.params["seed"] != 3] + lucky, n_boot=100
        )
        ends = sensitivity._ends(found)
        assert len(ends) == 7 and list(ends.values()) == pytest.approx([3.0] * 7, abs=0.05)

    def test_targets_that_no_run_has_are_no_robustness(self):
        found = study(self.WANTED, per_level=1.0)
        assert "all targets, also uninformative ones" in sensitivity.sensitivity(found).index
        few = replace(found, courses=found.targets)
        assert "all targets, also uninformative ones" not in sensitivity.sensitivity(few).index

    def test_spreads_do_not_grow_with_seeds_that_are_missing(self):
        few = beside.spreads_seen(study(self.WANTED, noise=1.0))["cell_sd"]
        all_of_them = beside.spreads_seen(study(cells(["primary"]), noise=1.0))["cell_sd"]
        assert few == pytest.approx(all_of_them, rel=0.3)


class TestTheWholeGrid:
    def test_everything_can_be_made(self, whole):
        everything(whole)

    def test_a_planted_effect_is_the_verdict(self, whole):
        found = whole
        assert tables.answer(found).startswith("**Effect**")
        assert found.primary.n_sets == 7, "reviews and tweets are one family"
        assert found.primary.low < 3 < found.primary.high
        same = {one.family: one.targets for one in found.slopes}
        assert "similarity" not in same["sts"]
        assert "nli" not in same["nli"]
        assert same["sentiment"] == same["tweets"] == ("nli", "similarity")
        table = sensitivity.sensitivity(found)
        assert set(table["verdict"]) == {"effect"} and "without nli" in table.index
        within = beside.mixed(found).loc["difficulty within a data set", "points for 0 to 1"]
        assert within == pytest.approx(1 / 0.15, rel=0.1)
        agreement = beside.signs(found, found)
        assert len(agreement) == 8 and set(agreement["same sign"]) == {"yes"}
        failed = replace(found, targets=(), slopes=())
        assert len(beside.signs(failed, found)) == 8, "of all its targets where none counts"

    def test_english_and_languages_behind_words_alone_are_choices(self, whole):
        """Planted: half the effect in English, and words alone ahead in German inference."""
        table = whole.table
        english = table["role"].eq("source") & table["method"].eq("tuned")
        halved = table["value"] + english * 0.005 * table["level"] * table["mechanism"].ne("none")
        assert sensitivity.in_english(whole) is None, "planted: no gain in English at all"
        found = sensitivity.in_english(replace(whole, table=table.assign(value=halved)))
        assert 0.5 < found.mean < 2.5

        choice = "languages in which the controls beat words alone"
        assert choice not in sensitivity.sensitivity(whole).index
        german = table["task"].eq("xnli") & table["language"].eq("de")
        ahead = table[german & table["mechanism"].eq("none")].assign(
            method="bag-of-words", value=0.9, course=None
        )
        lower = german & table["mechanism"].eq("items")
        wrong = table.assign(value=table["value"].where(~lower, 0.0))
        told = replace(whole, table=pd.concat([wrong, ahead]))
        effect = sensitivity.sensitivity(told)[tables.EFFECT].str.split().str[0].astype(float)
        assert effect[choice] == pytest.approx(whole.primary.mean, abs=0.3)

    def test_targets_of_controls_only_have_no_gain(self, whole):
        assert not {"reading", "choice"} & set(whole.gains["course"])
        assert set(whole.targets) == COUNTING

    def test_slopes_that_do_not_differ_are_fitted_without_a_word(self, whole):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = beside.mixed(study(cells(["primary"]), per_level=1.0, noise=1.5))
            assert found is not None and beside.mixed(whole) is not None
        assert set(found["of each data set"]) <= {"intercept, slope", "intercept"}

    def test_other_levels_and_other_difficulty_are_choices(self, whole):
        """A line through three levels is that through four; halved difficulty moves no effect."""
        taught = {name: [0.1, 0.2, 0.3, 0.4] for name in rules().families}
        told = (
            sensitivity.sensitivity(whole, taught)[tables.EFFECT].str.split().str[0].astype(float)
        )
        but_last = told["slope without the last level, over the whole range"]
        assert but_last == pytest.approx(3.0, abs=0.35)
        assert told["difficulty told on items of all levels"] == pytest.approx(3.0, abs=0.25)
        assert "difficulty told on items of all levels" not in sensitivity.sensitivity(whole).index

    def test_drift_is_of_the_encoder_and_not_of_its_baselines(self, whole):
        assert set(drift.drift(whole)["precision@1"].dropna().round(6)) == {0.9}
        told = drift.drift_told(whole)["precision@1"]
        assert told.loc[("(bag of words)", "")] == "0.200"
        assert told.loc["none"].tolist() == ["0.900"]

    def test_items_that_two_languages_share_are_read_side_by_side(self, whole):
        table = beside.english_first(whole)
        assert list(table.index) == [("xquad", "ko")]
        assert table["score where right"].tolist() == ["1.000"], "planted: the same answers"
        assert table["score where wrong"].tolist() == ["0.000"]

    def test_no_effect_is_equivalence(self):
        found = study(cells(["primary"]))
        assert found.primary.verdict in ("equivalent", "small effect")
        assert tables.answer(found).startswith(f"**{found.primary.verdict.capitalize()}**")

    def test_secondary_tests_are_corrected_together(self, whole):
        table = beside.secondary(whole)
        assert len(table) == 9
        for labels in ("as posed", "on clean labels"):
            question = f"slope by label noise, difficulty {labels}"
            assert table.loc[question, "p, Holm"] == "< 0.001"


class TestRecorded:
    def test_a_trial_with_fewer_items_is_left_aside(self, results):
        keep(results, cells(["primary"], seeds=[0]))
        keep(results, [Cell(0, "none", "none", 0), Cell(0, "items", "nli", 1)], n_items=40)
        found = gains.recorded("local", NANO)
        assert len(found) == len(cells(["primary"], seeds=[0]))
        assert {run.record.params["n_items"] for run in found} == {0}

    def test_other_rules_encoders_and_data_are_left_aside(self, results):
        keep(results, [Cell(0, "none", "none", 0)])
        record, items = made(Cell(1, "none", "none", 0))
        data = {"source": "local", "fingerprints": {"rules": "older"}}
        content = record.model_dump() | {"data": data}
        parts = [content[name] for name in ("chapter", "study_version", "params", "data")]
        content |= {"identity": identity(*parts, content["encoders"]), "rows": record.rows}
        other = Record(**content)
        store.save(other, items, results / other.chapter / other.identity)
        assert len(gains.recorded("local", NANO)) == 1
        assert gains.recorded("lab", NANO) == gains.recorded("local", "models/xlmr-nano") == []


class TestMixed:
    def test_seeds_that_learnt_from_other_items_are_refused(self):
        wanted = cells(["primary"], seeds=[0, 1], families=["nli"])
        runs = [kept(cell, drawn="ab"[cell.seed and cell.level == 2]) for cell in wanted]
        with pytest.raises(UserError, match="nli items 2"):
            tables.read(runs, n_boot=100)


class TestAsked:
    def test_a_page_refuses_runs_that_are_nobody_s(self, results):
        assert gains.asked("local", NANO) == []  # nothing is recorded at all
        keep(results, cells(["primary"], seeds=[0], families=["nli"]))
        assert len(gains.asked("local", NANO)) == 5
        with pytest.raises(UserError, match="recorded_encoder") as refused:
            gains.asked("local", "xlmr-nano-tlm")
        assert NANO in str(refused.value)
        with pytest.raises(UserError, match="recorded_data.*local"):
            gains.asked("lokal", NANO)


class TestGate:
    def test_every_baseline_must_be_beaten(self, results):
        record, items = made(Cell(0, "none", "none", 0))
        rows = list(record.rows)
        tuned = next(
            row for row in rows if row.method == "tuned" and row.setting.get("course") == "nli"
        )
        strong = Row(**(tuned.model_dump() | {"method": "majority"}))
        items.add(strong.key, items.ids(tuned.key), items[tuned.key])
        content = record.model_dump() | {"rows": [*rows, strong]}
        whole = Record(**content)
        folder = results / whole.chapter / whole.identity
        run = Stored(store.save(whole, items, folder), folder)
        table = gates([run], n_boot=100).set_index("course")
        assert not table.loc["nli", "counts"]
        assert table.loc["nli", "baseline"] == "majority" and table.loc["nli", "value"] == 0
        assert set(counting(table.reset_index())) == PASSING - {"nli"}

    def test_the_difference_is_that_of_the_scores(self, results):
        keep(results, [Cell(seed, "none", "none", 0) for seed in (0, 1)])
        row = gates(gains.recorded("local", NANO), n_boot=100).set_index("course").loc["nli"]
        right = (draw("nli", "right").random(N) < 0.9).mean()
        wrong = (draw("nli", "wrong").random(N) < 0.3).mean()
        assert row["value"] == pytest.approx(right - wrong)
        assert row["low"] < row["value"] < row["high"] and row["seeds"] == 2


class TestCounted:
    """Which targets are tuned after a task."""

    def test_it_is_not_known_until_the_controls_of_all_seeds_are_there(self, results):
        controls = [control(seed) for seed in rules().seeds]
        told = {"data": "local", "encoder": NANO, "n_items": 0, **Cell(0, "items", "nli", 2).params}
        keep(results, controls[:-1])
        assert counted(told, "abc") is None
        keep(results, controls[-1:])
        assert set(counted(told, "abc")) == COUNTING
        assert counted(told | {"n_items": 9}, "abc") is None, "controls of other runs"
        assert counted(told, "abd") is None, "of another encoder"
        assert counted(told | {"data": "lab"}, "abc") is None


class TestManipulation:
    def test_a_set_with_a_level_missing_is_not_judged(self):
        wanted = [c for c in cells(["primary"]) if (c.intermediate, c.level) != ("nli", 2)]
        told = tables.manipulated(study(wanted, per_level=1.0))
        assert told.loc["nli", "range from 0.05"] == told.loc["nli", "range"] == ""
        assert told.loc["sts", "range from 0.05"] == "yes"

    def test_a_set_whose_difficulty_is_no_number_has_a_line(self):
        """Items of one class: chance is perfect. It went unseen while such a set had no line."""
        found = study(cells(["primary"], seeds=[0]))
        hard = found.hard
        hard.loc[hard["family"].eq("nli"), "difficulty"] = np.nan
        assert tables.manipulated(found).loc["nli"].eq("").all()

    def test_levels_on_the_same_held_out_items_have_no_range_of_equal_levels(self, whole):
        assert "of equal levels" in tables.manipulated(whole)
        assert "of equal levels" not in tables.manipulated(whole, "noise")

    def test_the_range_of_equal_levels_is_that_of_their_items(self):
        rng = np.random.default_rng(0)
        levels = rng.normal(0, 0.03, size=(4000, 4))
        assert np.ptp(levels, axis=1).mean() == pytest.approx(
            tables._RANGE_OF_FOUR * 0.03, rel=0.02
        )


class TestRunsThatWentAstray:
    def test_one_is_found_told_and_left_out_as_a_choice(self):
        """A training may end at chance under one seed: such a run moves a slope."""
        found = study(cells(["primary"]), per_level=1.0, noise=0.1)
        assert tables.astray(found).empty
        assert "without runs that went astray" not in sensitivity.sensitivity(found).index
        table = found.table.copy()
        lost = (
            table["family"].eq("nli")
            & table["mechanism"].eq("items")
            & table["level"].eq(0)
            & table["seed"].eq(2)
        )
        assert lost.any()
        table.loc[lost & table["role"].eq("difficulty"), "value"] = 0.0
        table.loc[lost & table["role"].eq("target"), "value"] -= 0.2
        slopes = gains.slopes(table, "items", found.targets)
        broken = replace(
            found,
            table=table,
            hard=gains.difficulties(table),
            slopes=tuple(slopes),
            primary=gains.decided(slopes),
        )
        [line] = tables.astray(broken).to_dict("records")
        assert (line["family"], line["level"], line["seed"]) == ("nli", 0, 2)
        told = sensitivity.sensitivity(broken)[tables.EFFECT].str.split().str[0].astype(float)
        right = float(tables.interval(found.primary).split()[0])
        assert told["without runs that went astray"] == pytest.approx(right, abs=0.05)
        assert abs(told["as frozen"] - right) > 0.2


class TestTheClassicalDesign:
    def test_difficulty_is_told_above_what_nothing_learnt_reaches(self):
        """Of similarity and questions the words alone, of other kinds the commonest label."""
        lines = [
            ("sts", "similarity", {"intermediate": 0.9, "bag-of-words": 0.8}),
            ("reading", "span", {"intermediate": 0.4, "random-span": 0.1, "keyword-overlap": 0.2}),
            ("nli", "classification", {"intermediate": 0.7, "majority": 0.4, "bag-of-words": 0.6}),
        ]
        names = {"similarity": "spearman", "span": "F1", "classification": "accuracy"}
        table = pd.DataFrame(
            {
                "family": family,
                "kind": kind,
                "method": method,
                "value": value,
                "name": names[kind],
                "role": "difficulty",
                "mechanism": "noise",
                "level": 0,
                "seed": seed,
            }
            for family, kind, scores in lines
            for method, value in scores.items()
            for seed in (0, 1)
        )
        found = classical.above_floor(table)
        expected = {"sts": 0.5, "reading": 0.75, "nli": 0.5}
        assert found.to_dict() == pytest.approx(expected)
        assert classical.above_floor(table[table["method"].eq("intermediate")]).empty

    def test_targets_weigh_alike_however_far_tasks_lie_apart_on_them(self, whole):
        """One whose gains are ten times as far apart would else set the order alone."""
        before = classical.context(whole)
        stretched = whole.gains.copy()
        wide = stretched["course"].eq("similarity")
        stretched.loc[wide, "gain"] = 10 * stretched.loc[wide, "gain"]
        after = classical.context(replace(whole, gains=stretched))
        pd.testing.assert_series_equal(before[classical.LIKE], after[classical.LIKE])

    def test_a_correlation_by_each_target_alone(self, whole):
        """It is of the tasks that this target counts for, and of its gains."""
        for target in whole.targets:
            alone = classical.context_test(whole, target)
            counted = [name for name in rules().tasks if not rules().same_family(target, name)]
            assert alone.n_tasks == len(counted) < len(rules().tasks)
        hard = classical.context(whole).set_index("family")["difficulty"]
        gains_of = whole.gains.copy()
        own = gains_of["course"].eq("similarity")
        gains_of.loc[own, "gain"] = gains_of.loc[own, "family"].map(hard)
        turned = replace(whole, gains=gains_of)
        assert classical.context_test(turned, "similarity").rho == pytest.approx(1.0)
        assert classical.context_test(turned, "nli") == classical.context_test(whole, "nli")


class TestLikeForLike:
    def test_which_targets_a_task_has_does_not_move_it(self):
        tasks, targets = np.array([0.0, 1.0, 2.0]), np.array([3.0, -1.0])
        table = pd.DataFrame(tasks[:, None] + targets, index=["a", "b", "c"])
        whole = classical._like_for_like(table)
        table.loc["a", 0] = table.loc["c", 1] = np.nan
        assert classical._like_for_like(table) == pytest.approx(whole)
        assert whole == pytest.approx({"a": 1.0, "b": 2.0, "c": 3.0}), "at the mean target"

    def test_tasks_that_no_target_ties_together_are_not_compared(self):
        table = pd.DataFrame([[1.0, np.nan], [np.nan, 2.0]], index=["a", "b"])
        assert np.isnan([*classical._like_for_like(table).values()]).all()


class TestRulesToldAsTables:
    def test_sizes_are_those_of_the_file(self):
        table = planned.families()
        assert list(table.index) == list(rules().families)
        assert table.loc["nli", "items a level"] == rules().families["nli"].n
        assert table.loc["tweets", "unit"] == table.loc["sentiment", "unit"]
        assert table["unit"].nunique() == len(table) - 1
        assert table.loc["sts", "target not counted"] == "similarity"

    def test_every_target_and_rule_has_a_line(self):
        assert list(planned.courses().index) == list(COURSES)
        assert f"{rules().smallest_effect:g} point" in planned.decisions().to_string()


class TestPower:
    def test_the_planned_design_and_the_correlation(self):
        table = beside.power_of_design((0.0, 1.0, 2.0), n_draws=400)
        found = table.set_index("true effect")["found"]
        assert found[0.0] < 0.1 and 0.5 < found[1.0] < 0.75 and found[2.0] > 0.95
        correlation = beside.power_of_correlation((6, 12), (0.5,))["found"]
        assert correlation.iloc[0] < correlation.iloc[1] < 0.5
        figures.power(table, beside.power_of_correlation((6, 12), (0.5,)))

    def test_spreads_are_those_planted(self):
        seen = beside.spreads_seen(study(cells(["primary"]), noise=1.0))
        # A gain is a cell less its control, a mean over targets and their languages.
        assert 0.3 < seen["cell_sd"] < 1.5 and seen["set_sd"] < 1.0
