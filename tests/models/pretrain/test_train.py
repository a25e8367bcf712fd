"""Training: a killed run ends where an unbroken one ends; objectives learn what they should."""

import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from helpers.models.pretrain.recipe import Corpus, Network, Recipe, Static, Training
from helpers.models.pretrain.tokens import Group
from helpers.models.pretrain.train import train

VOCABULARY = 60


def _groups(seed=0):
    """Two "languages": the second spells every token of the first 25 higher, in reverse order."""
    rng = np.random.default_rng(seed)
    rows = [rng.integers(4, 30, size=rng.integers(3, 9)) for _ in range(200)]

    def group(parts):
        lengths = [len(part) for part in parts]
        return Group(
            np.concatenate(parts).astype(np.uint16), np.cumsum([0, *lengths]).astype(np.int64)
        )

    first, second = group(rows), group([row[::-1] + 25 for row in rows])
    return {
        "mono/en": first,
        "mono/xx": second,
        "pair/en-xx/made/0": first,
        "pair/en-xx/made/1": second,
    }


def _recipe(**training):
    spec = {
        "objectives": {"mlm": 0.4, "tlm": 0.2, "rank": 0.4},
        "steps": 12,
        "tokens_per_batch": 128,
        "sequence_length": 16,
        "rank_batch": 16,
        "warmup": 2,
        "checkpoint_every": 3,
        "average_last": 0.5,
    }
    spec.update(training)
    return Recipe(
        name="made",
        description="",
        corpus=Corpus(languages=("en", "xx")),
        network=Network(layers=1, hidden=16, heads=2, intermediate=32, max_length=32),
        static=Static(pairs="translations", steps=20, batch=16, learning_rate=1e-2),
        training=Training(**spec),
    )


def _silent(_):
    pass


@pytest.mark.parametrize("stopped_at", [1, 3, 5, 8, 11])
def test_a_stopped_run_ends_with_the_weights_of_an_unbroken_one(tmp_path, stopped_at):
    whole = train(_recipe(), _groups(), VOCABULARY, tmp_path / "whole", say=_silent)
    train(_recipe(), _groups(), VOCABULARY, tmp_path / "broken", max_steps=stopped_at, say=_silent)
    resumed = train(_recipe(), _groups(), VOCABULARY, tmp_path / "broken", say=_silent)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_killed_process_resumes_from_its_last_checkpoint(tmp_path, one_thread):
    """Killed between checkpoints: the steps since the last one are done again, identically."""
    script = textwrap.dedent(
        """
        import os, sys
        sys.path.insert(0, sys.argv[1])
        import test_train as here
        from helpers.models.pretrain import train as module

        steps = 0
        original = module._Meter.step

        def step(self, *arguments):
            original(self, *arguments)
            if arguments[-1] == 8:
                os._exit(9)

        module._Meter.step = step
        module.train(here._recipe(), here._groups(), here.VOCABULARY,
                     __import__("pathlib").Path(sys.argv[2]), say=here._silent)
        """
    )
    import pathlib

    here = str(pathlib.Path(__file__).parent)
    command = [sys.executable, "-c", script, here, str(tmp_path / "run")]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # as here: same sums
    done = subprocess.run(command, env=os.environ | threads)
    assert done.returncode == 9
    resumed = train(_recipe(), _groups(), VOCABULARY, tmp_path / "run", say=_silent)
    whole = train(_recipe(), _groups(), VOCABULARY, tmp_path / "whole", say=_silent)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_ranking_aligns_the_two_languages(tmp_path):
    recipe = _recipe(objectives={"rank": 1.0}, steps=60, learning_rate=3e-3)
    groups = _groups()
    train(recipe, groups, VOCABULARY, tmp_path, say=_silent)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["rank"] < 0.6 * np.log(16), "chance is log(16)"


@pytest.mark.parametrize("objective", ["mlm", "tlm"])
def test_masked_modelling_beats_a_uniform_guess(tmp_path, objective):
    recipe = _recipe(objectives={objective: 1.0}, steps=250, learning_rate=1e-2)
    train(recipe, _groups(), VOCABULARY, tmp_path, say=_silent)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert rows[-1][objective] < np.log(VOCABULARY) - 0.03


def test_another_seed_gives_other_weights(tmp_path):
    one = train(_recipe(seed=1), _groups(), VOCABULARY, tmp_path / "1", say=_silent)
    two = train(_recipe(seed=2), _groups(), VOCABULARY, tmp_path / "2", say=_silent)
    assert not torch.equal(one.lm_head.bias, two.lm_head.bias)
