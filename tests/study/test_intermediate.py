"""Chapter 7 in the laboratory, at the smallest sizes: items, levels, runs, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import difficulty, intermediate_teach, store
from helpers.study import intermediate_items as items
from helpers.study.courses import COURSES
from helpers.study.intermediate import asked_for
from helpers.study.intermediate_controls import words_learnt
from helpers.study.intermediate_counted import counted
from helpers.study.intermediate_design import DESIGNS, cells
from helpers.study.intermediate_gains import OF_A_CELL, frame
from helpers.study.intermediate_params import IntermediateParams
from helpers.study.intermediate_rules import FILE, MECHANISMS, rules
from helpers.study.run import plan, run
from helpers.study.transfer import Arms, open_base

pytestmark = pytest.mark.timeout(600)  # runs of a study, perhaps on a busy machine

ROWS = {"train": 200, "dev": 30, "test": 60}
SMALL = {
    "encoder": "models/tiny",
    "target_languages": ["ko"],
    "train_size": 48,
    "report_size": 30,
    "epochs": 1,
    "n_items": 24,
    "learning_rates": [1e-3],
    "precision": "float32",
}


@pytest.fixture(scope="module", autouse=True)
def build(tmp_path_factory, of_few_rows):
    """Few generated rows; checkpoints and runs made on the way in a folder apart."""
    with of_few_rows(ROWS) as patch:
        patch.setattr(paths, "BUILD", tmp_path_factory.mktemp("build"))
        patch.setattr(paths, "RESULTS", tmp_path_factory.mktemp("results"))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs by their cell, each made when a test first asks for it."""
    kept: dict[str, store.Stored] = {}

    def one(**cell) -> store.Stored:
        key = json.dumps(cell, sort_keys=True)
        if key not in kept:
            out = tmp_path_factory.mktemp("run")
            kept[key] = store.Stored(run("07_intermediate", SMALL | cell, out=out), out)
        return kept[key]

    return one


@pytest.fixture(scope="module")
def reviews():
    return items.pool("sentiment", "lab", 24)


# -- items and levels


def test_a_pool_holds_four_levels_and_their_held_out_items(reviews):
    assert len(reviews.table) == rules().levels * reviews.per_level
    assert reviews.table["id"].is_unique


def test_levels_are_of_one_size_and_have_labels_and_lengths_alike(reviews):
    rng = np.random.default_rng(0)
    information = dict(zip(reviews.table["id"], rng.normal(size=len(reviews.table)), strict=True))
    lengths = rng.integers(5, 60, size=len(reviews.table))
    level = items.levels(reviews, information, lengths)
    assert set(np.bincount(level)) == {reviews.per_level}
    strata = items.strata(reviews, lengths)
    for name in set(strata):
        counts = np.bincount(level[strata == name], minlength=rules().levels)
        assert np.ptp(counts) <= 1, name
    easiest, hardest = (
        np.mean([information[i] for i in reviews.table["id"][level == n]]) for n in (0, 3)
    )
    assert easiest > hardest


def test_what_is_learnt_from_and_what_is_measured_on_never_meet(reviews):
    level = np.arange(len(reviews.table)) % rules().levels
    seen: set[str] = set()
    for number in range(rules().levels):
        train, held = items.of_level(reviews, level, number)
        assert len(train) == reviews.family.n and len(held) == reviews.family.held
        assert not set(train["id"]) & set(held["id"])
        assert not (set(train["id"]) | set(held["id"])) & seen
        seen |= set(train["id"]) | set(held["id"])
    train, held = items.of_all_levels(reviews)
    assert len(train) == reviews.family.n and not set(train["id"]) & set(held["id"])


def test_a_family_that_the_laboratory_lacks_is_refused_by_name():
    with pytest.raises(UserError, match="intermediate: got 'dialogue'"):
        items.pool("dialogue", "lab", 24)


# -- information of items


def test_what_is_known_without_the_input_is_the_distribution_of_labels():
    blind = difficulty._prior([0, 0, 0, 1], [0, 1])
    assert np.exp(blind) == pytest.approx([4 / 6, 2 / 6])


def test_similarity_told_well_holds_more_information_than_told_badly():
    class Way:
        def gold(self, table):
            return table["score"].to_numpy(dtype=float)

        def answers(self, ask, table):
            return ask(table)

    rng = np.random.default_rng(0)
    table = pd.DataFrame({"score": rng.uniform(0, 5, size=400)})

    def told(noise: float) -> float:
        ask = lambda t: t["score"].to_numpy() / 5 + noise * rng.normal(size=len(t))  # noqa: E731
        seeing, blind = difficulty._of_scores(Way(), ask, table, table)
        return float(np.mean(seeing - blind))

    assert told(0.05) > told(0.5) > told(5.0) > -0.1


def test_every_item_of_a_pool_gets_its_information(made):
    made(intermediate="sentiment", mechanism="items", level=0)
    [folder] = (paths.BUILD / "runs" / "difficulty").iterdir()
    stored = store.Stored(store.load(folder), folder)
    pool = items.pool("sentiment", "lab", 24)
    assert stored.items().ids(difficulty.PVI) == list(pool.table["id"])
    [told] = stored.record.select(name="V-information")
    assert told.value == pytest.approx(stored.items()[difficulty.PVI].mean(), abs=1e-3)
    assert not (paths.RESULTS / "difficulty").exists(), "only who asks for a record gets one there"


def test_what_a_model_is_asked_had_no_part_in_making_or_choosing_it(monkeypatch, tmp_path):
    learnt = []
    course = items.Pool.course

    def seen(self, train, held):
        learnt.append((set(train["id"]), set(held["id"])))
        return course(self, train, held)

    monkeypatch.setattr(items.Pool, "course", seen)
    values = {name: SMALL[name] for name in ("encoder", "n_items", "learning_rates", "precision")}
    run("difficulty", values | {"intermediate": "sentiment"}, out=tmp_path, progress=False)
    ids = items.pool("sentiment", "lab", 24).table["id"]
    half = difficulty.halves(ids)
    assert len(learnt) == 2
    for side, (train, held) in enumerate(learnt):
        asked = set(ids[half == side])
        assert train and held and not train & held
        assert not (train | held) & asked


# -- runs


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"mechanism": "longer"},
        {"intermediate": "sentiment", "mechanism": "items", "level": 3},
        {"intermediate": "sentiment", "mechanism": "noise", "level": 2},
        {"intermediate": "sentiment", "mechanism": "permuted"},
        {"intermediate": "sentiment", "mechanism": "masked"},
    ],
    ids=lambda cell: cell.get("mechanism", "none"),
)
def test_a_run_holds_all_targets_and_what_it_was(made, cell):
    record = made(**cell).record
    tuned = record.select(method="tuned")
    assert {(row.task, row.target_language) for row in tuned} == {
        (task, language) for task in ("xnli", "sst2", "stsb") for language in ("en", "ko")
    }
    assert all(row.intermediate_task == cell.get("intermediate") for row in record.rows)
    assert all(row.key in made(**cell).items() for row in tuned)
    assert record.data["fingerprints"]["rules"] == rules().digest
    assert len({row.key for row in record.rows}) == len(record.rows)


def test_a_control_carries_the_baselines_that_a_target_must_beat(made):
    methods = {row.method for row in made().record.select(task="sst2", target_language="en")}
    assert {"tuned", "permuted-labels", "bag-of-words", "majority"} <= methods
    methods = {row.method for row in made().record.select(task="stsb", target_language="en")}
    assert {"tuned", "permuted-labels", "bag-of-words", "none", "untrained"} <= methods


def test_retrieval_stands_beside_words_alone_in_a_control(made):
    def methods(**cell) -> dict[str, float]:
        found = made(**cell).record.select(name="precision@1", target_language="ko")
        return {row.method: row.value for row in found if "target->" in row.setting["direction"]}

    assert set(methods()) == {"none", "bag-of-words", "untrained"}
    assert methods()["none"] > max(methods()["bag-of-words"], methods()["untrained"])
    assert set(methods(mechanism="longer")) == {"none"}


def test_difficulty_is_told_on_labels_as_posed_and_on_clean_ones(made):
    noisy = made(intermediate="sentiment", mechanism="noise", level=2).record
    told = noisy.select(method="intermediate", name="accuracy")
    assert {row.setting["labels"] for row in told} == {"clean", "exchanged"}
    whole = made(intermediate="sentiment", mechanism="items", level=3).record
    [told] = whole.select(method="intermediate", name="accuracy")
    assert told.setting["labels"] == "clean" and 0.3 < told.setting["chance"] < 1


def test_a_score_on_exchanged_labels_is_that_of_many_exchanges(made):
    """One exchange of a few dozen labels may be kind or unkind to the truth."""
    noisy = made(intermediate="sentiment", mechanism="noise", level=3).record
    told = {
        row.setting["labels"]: row for row in noisy.select(name="accuracy", method="intermediate")
    }
    clean, posed = told["clean"], told["exchanged"]
    assert posed.setting["chance"] == pytest.approx(clean.setting["chance"])
    assert posed.low is None, "of one exchange an interval would say too little"
    params = IntermediateParams(**{**noisy.params, "mechanism": "noise"})
    held = pd.DataFrame({"label": ["a", "b"] * 60})
    tables = intermediate_teach.exchanges(params, held, "classification")
    kept = [float((table["label"] == held["label"]).mean()) for table in tables]
    assert len(tables) == 50 and np.std(kept) > 0.01
    assert np.mean(kept) == pytest.approx(0.4 + 0.6 / 2, abs=0.02)
    assert not intermediate_teach.exchanges(params.model_copy(update={"level": 0}), held, "choice")


def test_exchanged_labels_are_others_under_every_seed(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    source = items.pool("sentiment", "lab", 24)
    learnt, works = [], []
    for seed in (3, 4):
        cell = {"intermediate": "sentiment", "mechanism": "permuted", "seed": seed}
        params = IntermediateParams(**SMALL | cell)
        arms, _, work = intermediate_teach.teach(params, source, open_base(params), False)
        learnt.append(arms.data.train)
        works += work
    assert list(learnt[0]["id"]) == list(learnt[1]["id"])
    assert list(learnt[0]["label"]) != list(learnt[1]["label"])
    assert sorted(learnt[0]["label"]) == sorted(learnt[1]["label"])
    monkeypatch.setattr(
        type(rules()), "beside", lambda self, name, mechanism="items": {"making": "another"}
    )
    _, _, [other] = intermediate_teach.teach(params, source, open_base(params), False)
    assert other != works[-1], "a training made in another way is another one"


def test_a_training_with_exchanged_labels_is_named_by_how_they_are(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    source = items.pool("sentiment", "lab", 24)
    params = IntermediateParams(**SMALL | {"intermediate": "sentiment", "mechanism": "noise"})
    arms = Arms(params, source.course(source.table, source.table), open_base(params), False)
    one = intermediate_teach.Arm("one", "classification", source.table)
    recipe = arms.recipe("classification")[0]
    names = {arms.work(replace(one, changed=way), recipe).name for way in ("", "a", "b")}
    assert len(names) == 3


def test_frequencies_are_near_the_best_that_a_guess_by_words_can_be():
    """With a whole count more a word most of the guess would be on words never seen."""
    draw = np.random.default_rng(0)
    shares = 1 / np.arange(1, 3001) ** 1.1  # as of words in texts
    shares = shares / shares.sum()
    texts = draw.choice(3000, p=shares, size=(400, 20)) + 5
    rows = []
    for text in texts:
        hidden = draw.random(20) < 0.15
        labels = np.where(hidden, text, -100)
        rows.append(
            {"segments": [[0, *np.where(hidden, 4, text), 1]], "labels": [-100, *labels, -100]}
        )
    known = intermediate_teach.frequencies(rows, 32000, {0, 1, 2, 3, 4})
    assert np.exp(known).sum() == pytest.approx(1, rel=1e-3)
    entropy = -(shares * np.log(shares)).sum()
    cost = -(shares * known[5:3005]).sum()
    assert entropy < cost < entropy + 0.5


def test_masked_words_begin_at_their_frequency_and_the_loss_is_told_beside_it(made):
    masked = made(intermediate="sentiment", mechanism="masked").record
    losses = {row.method: row for row in masked.select(name="masked-word loss")}
    assert set(losses) == {"intermediate", "frequency"}
    vocabulary = np.log(8000)
    assert 0 < losses["intermediate"].value < losses["frequency"].value + 0.5 < vocabulary
    assert losses["intermediate"].setting["items"] == losses["frequency"].setting["items"]
    assert not masked.select(name="accuracy", method="intermediate")
    table = words_learnt(
        SimpleNamespace(table=frame([made(intermediate="sentiment", mechanism="masked")]))
    )
    assert table.loc["sentiment"].between(0, vocabulary).all() and len(table.columns) == 2


def test_every_seed_learns_from_the_same_items_of_a_level(made):
    def hashes(**cell) -> set[str]:
        rows = made(intermediate="sentiment", **cell).record.select(method="intermediate")
        return {row.setting["items"] for row in rows}

    [easy] = hashes(mechanism="items", level=0)
    assert hashes(mechanism="items", level=0, seed=1) == {easy}
    [hard] = hashes(mechanism="items", level=3)
    [noisy] = hashes(mechanism="noise", level=2)
    assert len({easy, hard, noisy}) == 3


def test_what_is_held_out_chooses_nothing_and_no_head_begins_as_a_targets(monkeypatch, tmp_path):
    """Of the intermediate phase: the rows an epoch is judged by, and the seed."""
    from helpers.models import finetune

    seen = []
    plain = finetune.finetune

    def watched(base, form, rows, recipe, **more):
        seen.append((more["label"], recipe.seed))
        return plain(base, form, rows, recipe, **more)

    monkeypatch.setattr(finetune, "finetune", watched)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    params = IntermediateParams(
        **{**SMALL, "intermediate": "sentiment", "mechanism": "items", "level": 1, "seed": 3}
    )
    source = items.pool("sentiment", "lab", 24)
    arms, tuned, _ = intermediate_teach.teach(params, source, open_base(params), False)
    held = set(arms.data.validation["id"])
    assert len(held) == source.family.held and not held & set(arms.data.train["id"])
    [(_, seed)] = [one for one in seen if one[0].startswith("intermediate")]
    assert seed not in {*rules().seeds, *rules().difficulty_seeds, 3}
    way = arms.way("classification")
    of_learnt = items.first_by_id(arms.data.train, source.family.held)
    again = way.score(of_learnt, way.answers(arms.asked(tuned.model), of_learnt))
    assert tuned.score == pytest.approx(again)


def test_a_learning_rate_is_tried_on_all_rows_in_all_passes(monkeypatch, tmp_path):
    from helpers.models import finetune

    seen = []

    def watched(base, form, rows, recipe, **more):
        seen.append((recipe.learning_rate, len(rows), recipe.epochs, recipe.seed))
        return SimpleNamespace(score=recipe.learning_rate)

    monkeypatch.setattr(finetune, "finetune", watched)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    params = IntermediateParams(**{**SMALL, "learning_rates": [2e-3, 1e-3], "seed": 3})
    source = items.pool("sentiment", "lab", 24)
    learnt, held = items.of_all_levels(source)
    tried = items.tried_on(source)
    assert not {*tried["id"]} & {*learnt["id"], *held["id"]}
    plain = source.course(learnt, tried)
    recipe, _ = Arms(params, plain, open_base(params), False).recipe("classification")
    assert seen == [(rate, source.family.n, source.family.epochs, 0) for rate in (1e-3, 2e-3)]
    assert (recipe.learning_rate, recipe.seed, recipe.epochs) == (2e-3, 3, source.family.epochs)


def test_a_rate_is_not_tried_on_what_measures_difficulty(monkeypatch, tmp_path):
    chosen_on = []
    plain = Arms.recipe

    def watched(self, form):
        chosen_on.append(set(self.data.validation["id"]))
        return plain(self, form)

    monkeypatch.setattr(Arms, "recipe", watched)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    cell = {"intermediate": "sentiment", "mechanism": "noise", "level": 1}
    params = IntermediateParams(**{**SMALL, **cell, "learning_rates": [1e-3, 2e-3]})
    source = items.pool("sentiment", "lab", 24)
    arms, _, _ = intermediate_teach.teach(params, source, open_base(params), False)
    [tried] = chosen_on
    assert tried and not tried & set(arms.data.validation["id"])


def test_an_intermediate_task_moves_the_encoder_and_a_control_does_not(made):
    moved = made(intermediate="sentiment", mechanism="noise", level=2).record
    [cka] = [row.value for row in moved.rows if row.name == "CKA to the start"]
    assert 0.3 < cka < 1
    assert not [row for row in made().record.rows if row.name == "CKA to the start"]


def test_the_same_run_gives_the_same_scores(made, tmp_path):
    cell = {"intermediate": "sentiment", "mechanism": "noise", "level": 2}
    again = run("07_intermediate", SMALL | cell, out=tmp_path, progress=False)
    before = {row.key: row.value for row in made(**cell).record.rows}
    for row in again.rows:
        assert row.value == pytest.approx(before[row.key], abs=1e-5), row.key


def test_nothing_is_left_of_the_weights(made):
    made(intermediate="sentiment", mechanism="noise", level=2)
    left = list((paths.BUILD / "finetune").glob("*/tuned.safetensors"))
    assert not left, "one learning rate needs no trial, and a run's own weights are forgotten"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"intermediate": "nli"}, "mechanism: got 'none'"),
        ({"mechanism": "items"}, "intermediate: got 'none'"),
        ({"mechanism": "fog"}, "mechanism: got 'fog'"),
        ({"intermediate": "chess", "mechanism": "items"}, "intermediate: got 'chess'"),
        ({"intermediate": "nli", "mechanism": "noise", "level": 4}, "level: got 4"),
        ({"intermediate": "nli", "mechanism": "permuted", "level": 1}, "level: got 1"),
        ({"intermediate": "nli", "mechanism": "noise", "data": "local:nowhere"}, "data: got"),
    ],
)
def test_wrong_parameters_are_refused_by_name(values, message):
    with pytest.raises(UserError, match=message):
        plan("07_intermediate", values, progress=False)


# -- design and rules


def test_the_design_has_every_cell_once_controls_first_and_then_whole_seeds():
    for design in DESIGNS:
        found = cells([design])
        assert len(set(found)) == len(found)
        n = len(rules().seeds)
        assert {cell.mechanism for cell in found[:n]} == {"none"}
        rest = [cell.seed for cell in found[n:]]
        assert rest == sorted(rest) and "none" not in {cell.mechanism for cell in found[n:]}
        assert len({cell.name for cell in found}) == len(found)
    primary = cells(["primary"])
    levels = [cell for cell in primary if cell.mechanism == "items"]
    families, seeds = len(rules().families), len(rules().seeds)
    assert len(levels) == families * rules().levels * seeds and families >= 8 and seeds >= 5


def test_only_what_counts_is_tuned_after_a_task():
    real = IntermediateParams(data="local:x", intermediate="nli", mechanism="items")
    asked = [
        [one for one in ("tagging", "nli", "reading") if asked_for(params, one, counts)]
        for params, counts in (
            (real, ("tagging",)),
            (real, ()),
            (real, None),  # not known yet
            (IntermediateParams(data="local:x"), None),  # a control
            (IntermediateParams(), None),  # generated text
        )
    ]
    everything = ["tagging", "nli", "reading"]
    assert asked == [["tagging"], [], ["tagging", "nli"], everything, everything]


def test_every_cell_has_parameters_that_are_accepted():
    for cell in cells(DESIGNS, seeds=[0]):
        made = IntermediateParams(**cell.params)
        assert made.mechanism in MECHANISMS


def test_unknown_parts_of_the_design_are_refused():
    for wrong in ({"families": ["chess"]}, {"seeds": [99]}):
        with pytest.raises(UserError):
            cells(["primary"], **wrong)
    with pytest.raises(UserError, match="design"):
        cells(["whole"])


def test_other_rules_have_another_digest(tmp_path):
    other = tmp_path / "rules.toml"
    other.write_bytes(FILE.read_bytes().replace(b"smallest_effect = 1.0", b"smallest_effect = 2.0"))
    assert rules(other).digest != rules().digest and rules(other).smallest_effect == 2.0


def test_recorded_runs_were_made_under_the_rules_that_stand():
    found, problems = store.scan(paths.ROOT / "results", chapter="07_intermediate")
    assert found and not problems
    for run_ in found:
        assert run_.record.data["fingerprints"]["rules"] == rules().digest, run_.folder.name


def test_recorded_runs_tuned_the_targets_that_count_and_no_others(monkeypatch):
    monkeypatch.setattr(paths, "RESULTS", paths.ROOT / "results")
    found, _ = store.scan(chapter="07_intermediate")
    known: dict[str, tuple[str, ...]] = {}  # by what runs of one grid share: it takes a while
    for run_ in found:
        told = run_.record.params
        tuned = {row.setting["course"] for row in run_.record.select(method="tuned")}
        if told["mechanism"] != "none":
            [fingerprint] = run_.record.encoders.values()
            shared = {name: value for name, value in told.items() if name not in OF_A_CELL}
            key = json.dumps([shared, fingerprint], sort_keys=True)
            if told["data"] == "lab":  # there all that are asked for are tuned
                named = (one.name for one in COURSES["07_intermediate"] if one.lab)
                assert tuned == {name for name in named if rules().asked(name, told["mechanism"])}
                continue
            counts = known.get(key) or known.setdefault(key, counted(told, fingerprint))
            assert counts and tuned == set(counts), run_.folder.name
            assert run_.record.data["fingerprints"]["targets"] == ", ".join(counts)


def test_recorded_seeds_of_a_cell_learnt_from_the_same_items():
    found, _ = store.scan(paths.ROOT / "results", chapter="07_intermediate")
    hashes: dict[tuple, set[str]] = {}
    for run_ in found:
        told = run_.record.params
        cell = tuple(told[name] for name in ("data", "encoder", "intermediate", "mechanism"))
        for row in run_.record.select(method="intermediate"):
            where = (*cell, told["level"], told["n_items"])
            hashes.setdefault(where, set()).add(row.setting["items"])
    assert hashes and all(len(one) == 1 for one in hashes.values()), hashes
