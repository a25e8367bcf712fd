"""Fine-tuning: what a seed decides, what a kill may not change, what can and cannot be learnt."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.errors import UserError
from helpers.models import finetune as tuning
from helpers.models.finetune import Recipe, Tuned, finetune, sweep
from helpers.models.predict import classes, logits

GOOD, BAD = 20, 21  # the tokens that decide the class; all others are drawn at random
RECIPE = Recipe(learning_rate=3e-3, epochs=2, batch_size=8)


@pytest.fixture(scope="module")
def base(tiny_folder):
    from helpers.models.loading import load_model

    return lambda: load_model(tiny_folder, "tiny")


def planted(n: int, seed: int = 0) -> list[dict]:
    """Texts of which one token tells the class."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        label = int(draw.integers(2))
        middle = draw.integers(22, 80, size=draw.integers(3, 8)).tolist() + [(BAD, GOOD)[label]]
        ids = [0, *draw.permutation(middle).tolist(), 2]
        rows.append({"segments": [ids], "length": len(ids), "labels": label})
    return rows


TRAIN, CHOSEN_ON = planted(160), planted(64, seed=1)


def accuracy(model) -> float:
    found = classes(logits(model, CHOSEN_ON, padding_id=1))
    return float(np.mean(found == [row["labels"] for row in CHOSEN_ON]))


def tune(base, recipe=RECIPE, *, rows=TRAIN, score=accuracy, **more) -> Tuned:
    return finetune(
        base, "classification", rows, recipe, score=score, padding_id=1, n_labels=2, **more
    )


@pytest.fixture(scope="module")
def unbroken(base) -> Tuned:
    return tune(base)


def weights(tuned: Tuned) -> dict[str, torch.Tensor]:
    """All but what transformers adds to an encoder stored without it, which nothing here reads."""
    found = tuned.model.state_dict()
    return {name: value for name, value in found.items() if "pooler" not in name}


def same(one: Tuned, other: Tuned) -> bool:
    left, right = weights(one), weights(other)
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def told(tuned: Tuned) -> tuple:
    return tuned.score, [tuple(sorted(entry.items())) for entry in tuned.log]


def test_a_seed_decides_everything(base, unbroken):
    torch.manual_seed(17)  # what was drawn before does not matter
    again = tune(base)
    assert same(unbroken, again)
    assert told(unbroken) == told(again)
    assert not same(unbroken, tune(base, replace(RECIPE, seed=1)))


def test_a_planted_problem_is_learnt_and_permuted_labels_teach_nothing(base, unbroken):
    assert unbroken.score > 0.9
    labels = np.random.default_rng(0).permutation([row["labels"] for row in TRAIN])
    permuted = [row | {"labels": int(label)} for row, label in zip(TRAIN, labels, strict=True)]
    last = tune(base, rows=permuted).log[-1]["score"]
    assert last < 0.75


def test_the_log_has_every_epoch_and_the_best_one_is_kept(base, unbroken):
    assert [entry["epoch"] for entry in unbroken.log] == [1, 2]
    assert all(np.isfinite(entry["loss"]) for entry in unbroken.log)
    assert unbroken.seconds > 0
    assert not unbroken.model.training
    given = iter([0.9, 0.5])
    states = []

    def score(model) -> float:
        states.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(given)

    tuned = tune(base, score=score)
    assert tuned.score == 0.9
    assert [entry["score"] for entry in tuned.log] == [0.9, 0.5]
    kept = weights(tuned)
    assert all(torch.equal(states[0][name], kept[name]) for name in kept)
    assert not all(torch.equal(states[1][name], kept[name]) for name in kept)


def test_frozen_embeddings_stay_and_the_rest_moves(base, unbroken):
    def words(model):
        return model.get_input_embeddings().weight

    def layer(model):
        return model.encoder.layer[0].output.dense.weight

    before = base()
    assert torch.equal(words(before), words(unbroken.model.base))
    assert not torch.equal(layer(before), layer(unbroken.model.base))
    free = tune(base, replace(RECIPE, frozen="nothing", epochs=1))
    assert not torch.equal(words(before), words(free.model.base))


class Killed(Exception):
    pass


def killed_in(epoch: int):
    """A score that fails in an epoch, which is a kill between training and its checkpoint."""
    calls = []

    def score(model) -> float:
        calls.append(1)
        if len(calls) == epoch:
            raise Killed
        return accuracy(model)

    return score


def test_what_was_killed_goes_on_and_ends_as_if_unbroken(base, unbroken, tmp_path):
    work = tmp_path / "run"
    for epoch in (1, 2):  # nothing kept yet; then one epoch kept, and killed in the next
        with pytest.raises(Killed):
            tune(base, score=killed_in(epoch), work=work)
        assert not (work / tuning.LOG).exists()
    resumed = []

    def score(model) -> float:
        resumed.append(1)
        return accuracy(model)

    found = tune(base, score=score, work=work)
    assert len(resumed) == 1  # the first epoch was not trained again
    assert same(found, unbroken)
    assert told(found) == told(unbroken)
    assert found.seconds > 0.5 * unbroken.seconds  # of both sessions
    assert sorted(path.name for path in work.iterdir()) == [tuning.LOG, tuning.DONE]

    # a finished run is read, not trained: it would fail here
    read = tune(base, score=killed_in(1), work=work)
    assert same(read, unbroken)
    assert told(read) == told(unbroken)

    # one whose removal was cut off is trained anew, whatever of it is left
    (work / tuning.DONE).unlink()
    assert same(tune(base, score=accuracy, work=work), unbroken)
    assert read.seconds == found.seconds


def _dies(where: str, base, work) -> None:
    """In a process of its own: killed at a place of the second epoch."""
    from transformers import Trainer

    def kill(*given, **more):
        os.kill(os.getpid(), signal.SIGKILL)

    score, calls = accuracy, []

    def later(model) -> float:
        calls.append(1)
        if len(calls) == 2:
            if where == "score":
                kill()
            setattr(Trainer, where, kill)
        return accuracy(model)

    if where == "_keep":
        tuning.os.replace = kill
    else:
        score = later
    tune(base, score=score, work=work)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that share what is imported")
@pytest.mark.parametrize("where", ["score", "_save_rng_state", "_keep"])
def test_a_killed_process_leaves_what_the_next_one_finishes(base, unbroken, tmp_path, where):
    """Killed between epochs, half through a checkpoint, and before the finished weights' name."""
    work = tmp_path / "run"
    process = multiprocessing.get_context("fork").Process(target=_dies, args=(where, base, work))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    checkpoints = sorted((work / "checkpoints").glob("checkpoint-*"))
    states = [(path / "trainer_state.json").exists() for path in checkpoints]
    assert states == ([True, False] if where == "_save_rng_state" else [True])
    found = tune(base, work=work)
    assert same(found, unbroken)
    assert told(found) == told(unbroken)
    assert sorted(path.name for path in work.iterdir()) == [tuning.LOG, tuning.DONE]


def test_torn_checkpoints_are_removed(tmp_path):
    for step, state in ((10, "{}"), (20, '{"epoch": 1'), (30, None)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        if state is not None:
            (folder / "trainer_state.json").write_text(state)
    assert tuning._last(tmp_path) == str(tmp_path / "checkpoint-10")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-10"]
    assert tuning._last(tmp_path / "none") is None


def constant(model) -> float:
    return 0.5


def nan(model) -> float:
    return float("nan")


@pytest.mark.parametrize("judged", [accuracy, constant, nan])
def test_training_that_leaves_the_finite_numbers_is_refused_by_name(base, tmp_path, judged):
    """Also where the score hides it: a class is chosen among NaN too."""
    recipe = RECIPE if judged is nan else replace(RECIPE, learning_rate=1e30)
    with pytest.raises(UserError, match="learning_rate"):
        tune(base, recipe, score=judged, work=tmp_path / "run")
    assert not list((tmp_path / "run").rglob("*.safetensors"))


def test_the_sweep_takes_the_planted_best_of_equal_trials():
    asked = []

    def trial(recipe: Recipe) -> Tuned:
        asked.append(recipe)
        if recipe.learning_rate == 1.0:
            raise UserError("learning_rate", 1.0, "a lower one")
        scores = {1e-5: 0.1, 1e-4: 0.8, 1e-3: 0.8, 1e-2: 0.3}
        return Tuned(None, recipe, scores[recipe.learning_rate])

    rates = (1.0, 1e-2, 1e-4, 1e-3, 1e-5)
    chosen, trials = sweep(trial, RECIPE, rates)
    assert chosen == replace(RECIPE, learning_rate=1e-4)  # of equals the lower
    assert [rate for rate, _ in trials] == sorted(rates)
    assert dict(trials)[1.0] == -np.inf
    assert {replace(recipe, learning_rate=1e-4) for recipe in asked} == {chosen}

    asked.clear()
    assert sweep(trial, RECIPE, (0.5,)) == (replace(RECIPE, learning_rate=0.5), [])
    assert not asked

    def broken(recipe: Recipe) -> Tuned:
        raise UserError("rows", "no rows", "some")

    with pytest.raises(UserError, match="rows"):
        sweep(broken, RECIPE, rates)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frozen", "head"),
        ("precision", "float64"),
        ("epochs", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
    ],
)
def test_refused_recipes_by_name(name, value):
    with pytest.raises(UserError, match=name):
        Recipe(**{name: value})


def test_no_rows_are_refused(base):
    with pytest.raises(UserError, match="rows"):
        tune(base, rows=[])
