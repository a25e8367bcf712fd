"""The command: a killed run is resumed, seeds share text, prepared text travels and goes stale."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from helpers.cli import main
from helpers.models.pretrain.checkpoint import MANIFEST
from helpers.models.pretrain.token_files import load_groups

pytestmark = pytest.mark.usefixtures("one_thread")  # the same sums in every process

RECIPE = """
name: small
description: One layer of 16.
vocabulary: {size: 120, characters_per_language: 5000}
network: {layers: 1, hidden: 16, heads: 2, intermediate: 32, max_length: 64}
static: {pairs: halves, steps: 5, batch: 8}
training:
  objectives: {mlm: 1.0}
  steps: 20
  tokens_per_batch: 128
  sequence_length: 16
  warmup: 5
  checkpoint_every: 5
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("pretrain")
    rng, words = random.Random(0), ["sea", "tree", "old", "red", "runs", "sleeps", "bird", "stone"]
    lines = [" ".join(rng.choices(words, k=6)) for _ in range(300)]
    for folder in ("mono", "parallel"):
        (home / "corpus" / folder).mkdir(parents=True)
    (home / "corpus/mono/en.txt").write_text("\n".join(lines), encoding="utf-8")
    pairs = [f"{line}\t{line[::-1]}\tmade" for line in lines]
    (home / "corpus/parallel/en-xx.tsv").write_text("\n".join(pairs), encoding="utf-8")
    (home / "small.yaml").write_text(RECIPE, encoding="utf-8")
    return home


def _words(home, work, *more):
    recipe = [str(home / "small.yaml"), "--corpus", str(home / "corpus")]
    prepared = ["--prepared", str(home / "text"), "--work", str(home / work)]
    return ["pretrain", *recipe, *prepared, "--out", str(home / work / "encoder"), *more]


def _run(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code in (0, 2), done.exception
    return done


def _weights(folder):
    return (folder / "model.safetensors").read_bytes()


# The command line as it is, in a process that the system kills between two checkpoints.
KILLED = """
import os, signal
from helpers.cli import main
from helpers.models.pretrain import train

step = train._Meter.step

def killed(self, *arguments):
    step(self, *arguments)
    if arguments[-1] == 12:
        os.kill(os.getpid(), signal.SIGKILL)

train._Meter.step = killed
main()
"""


@pytest.fixture(scope="module")
def whole(home):
    """The encoder of an unbroken run."""
    assert _run(*_words(home, "whole")).exit_code == 0
    return home / "whole" / "encoder"


def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(home, whole):
    command = [sys.executable, "-c", KILLED, *_words(home, "broken", "--max-steps", "16")]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    assert subprocess.run(command, env=os.environ | threads).returncode == -signal.SIGKILL
    manifest = home / "broken" / "run" / MANIFEST
    assert json.loads(manifest.read_text())["step"] == 10
    resumed = _run(*_words(home, "broken"))
    assert "resumed at step 10" in resumed.stderr
    assert _weights(home / "broken" / "encoder") == _weights(whole)
    made = [
        json.loads((folder / "pretraining.json").read_text())
        for folder in (whole, home / "broken" / "encoder")
    ]
    assert made[0]["tokens_seen"] == made[1]["tokens_seen"], "steps done twice count once"


def test_seeds_share_text_and_vocabulary_but_not_weights(home, whole):
    done = _run(*_words(home, "seeds", "--seed", 0, "--seed", 1))
    folders = [home / "seeds" / name for name in ("encoder", "encoder-seed1")]
    assert done.stdout.split() == [str(folder) for folder in folders]
    one, two = ((folder / "tokenizer.json").read_text() for folder in folders)
    assert one == two and _weights(folders[0]) != _weights(folders[1])
    assert _weights(folders[0]) == _weights(whole)
    made = json.loads((folders[1] / "pretraining.json").read_text())["recipe"]
    assert made["name"] == "small-seed1" and made["training"]["seed"] == 1


def test_prepared_text_travels_with_what_the_recipe_reads(home, whole):
    box = home / "box"
    _run(*_words(home, "box-work", "--travel", box))
    assert set(load_groups(box)) == {"mono/en"}
    words = ["pretrain", home / "small.yaml", "--prepared", box, "--work", home / "away"]
    assert _run(*words, "--out", home / "away" / "encoder").exit_code == 0
    assert _weights(home / "away" / "encoder") == _weights(whole)
    size = (box / "tokens.npz").stat().st_size / 1e6
    _run(*_words(home, "box-work", "--travel", home / "less", "--travel-size", size / 2))
    assert (home / "less" / "tokens.npz").stat().st_size < size / 2 * 1e6 + 2000
    told = json.loads((home / "less" / "counts.json").read_text())["thinned"]
    assert told["kept"] == sum(len(g.ids) for g in load_groups(home / "less").values())
    assert told["kept"] < told["tokens"]


def test_stale_text_is_refused(home, whole):
    with (home / "corpus/mono/en.txt").open("a", encoding="utf-8") as stream:
        stream.write("\none more line")
    refused = _run(*_words(home, "whole"))
    assert refused.exit_code == 2 and "another text" in refused.stderr
