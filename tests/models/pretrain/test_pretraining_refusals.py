"""What pretraining refuses is refused before the work, and whatever stands there stays."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpers.cli import main
from helpers.errors import UserError
from helpers.models.pretrain import command
from helpers.models.pretrain.checkpoint import MANIFEST
from helpers.models.pretrain.prepare import COUNTS, TOKENIZER

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = """
name: small
description: One layer of 16.
vocabulary: {size: 60, characters_per_language: 5000}
network: {layers: 1, hidden: 16, heads: 2, intermediate: 32, max_length: 32}
training: {steps: 4, tokens_per_batch: 64, sequence_length: 16, warmup: 1, checkpoint_every: 2}
"""
PAIRS = RECIPE.replace("training: {", "training: {objectives: {rank: 1.0}, ")
CLEANED = RECIPE + "corpus: {decontaminate: [['*', '*', test]]}\n"


def pretrain(*words: object) -> Result:
    """The command line; a traceback is never an answer."""
    done = CliRunner().invoke(main, ["pretrain", *map(str, words)])
    assert done.exit_code in (0, 2), done.exception
    assert not isinstance(done.exception, UserError), "told, not thrown"
    return done


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rng, words = random.Random(0), ["sea", "tree", "old", "red", "runs", "bird", "stone"]
    (tmp_path / "corpus" / "mono").mkdir(parents=True)
    lines = [" ".join(rng.choices(words, k=6)) for _ in range(100)]
    (tmp_path / "corpus/mono/en.txt").write_text("\n".join(lines), encoding="utf-8")
    for name, content in (("small", RECIPE), ("pairs", PAIRS), ("cleaned", CLEANED)):
        (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
    return tmp_path


def words(home: Path, recipe: str = "small") -> list[object]:
    return [
        *(home / f"{recipe}.yaml", "--corpus", home / "corpus"),
        *("--work", home / "work", "--out", home / "encoder"),
    ]


def test_a_run_that_is_stopped_says_how_it_goes_on_and_names_no_encoder(home: Path) -> None:
    done = pretrain(*words(home), "--max-steps", 2)
    assert done.exit_code == 0 and done.stdout == ""
    assert "stopped after 2 of 4 steps" in done.stderr and "no encoder yet" in done.stderr
    assert "the same call without --max-steps goes on" in done.stderr
    assert not (home / "encoder").exists()
    assert pretrain(*words(home)).stdout == f"{home / 'encoder'}\n"


def test_a_fresh_run_that_is_stopped_goes_on_without_fresh(home: Path) -> None:
    done = pretrain(*words(home), "--max-steps", 2, "--fresh")
    assert "the same call without --max-steps and --fresh goes on" in done.stderr


def test_fresh_takes_what_the_tool_made_and_nothing_else(home: Path) -> None:
    pretrain(*words(home), "--max-steps", 2)
    mine = [home / "work" / name for name in ("text/notes.txt", "run/notes.txt", "text/more/a")]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    done = pretrain(*words(home), "--fresh")
    assert done.exit_code == 0 and "resumed" not in done.stderr
    assert all(path.read_text() == "mine" for path in mine)
    assert [path.name for path in (home / "work").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("--corpus", "nowhere"),
        ("--data", "local:nowhere"),
        ("--device", "cuda:99"),
        ("--out", "taken"),
        ("--out", "/proc/nope"),
        ("--out", "/"),
        ("--seed", "1", "--seed", "2", "--out", "en"),  # the folder of the second seed is a file
    ],
)
def test_a_wrong_fresh_call_loses_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, ...]
) -> None:
    monkeypatch.chdir(home)
    for name in ("taken", "en-seed2"):
        Path(name).write_text("mine")
    pretrain(*words(home), "--max-steps", 2)
    before = tree(home)
    assert pretrain(*words(home), "--fresh", *wrong).exit_code == 2
    assert tree(home) == before


def test_text_that_lacks_what_the_recipe_reads_takes_no_texts_place(home: Path) -> None:
    pretrain(*words(home), "--max-steps", 2)
    before = tree(home / "work")
    refused = pretrain(*words(home, "pairs"), "--fresh")
    assert refused.exit_code == 2 and "corpus: got" in refused.stderr
    assert tree(home / "work") == before


def test_data_that_is_not_there_is_refused_before_the_text_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpers.models.pretrain.prepare.read_text", None)
    for more in ((), ("--data", "local:nowhere"), ("--data", "nowhere")):
        refused = pretrain(*words(home, "cleaned"), *more)
        assert refused.exit_code == 2 and "data: got" in refused.stderr
    assert not (home / "work").exists()


@pytest.mark.parametrize("option", ["--out", "--work", "--prepared", "--travel"])
@pytest.mark.parametrize("path", ["/proc/nope", "dangling", "x" * 300])
def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    home: Path, monkeypatch: pytest.MonkeyPatch, option: str, path: str
) -> None:
    monkeypatch.chdir(home)
    Path("dangling").symlink_to(home / "gone" / "elsewhere")
    refused = pretrain(*words(home), option, path)
    assert refused.exit_code == 2 and f"{option.strip('-')}: got" in refused.stderr
    assert not (home / "work" / "text").exists()


def test_an_encoder_may_be_written_where_one_stands(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "here").mkdir()
    monkeypatch.chdir(home / "here")
    done = pretrain(*words(home), "--out", ".", "--seed", 0, "--seed", 1)
    assert done.exit_code == 0, done.stderr
    for folder in (home / "here", home / "here-seed1"):
        assert (folder / "model.safetensors").is_file()


@pytest.mark.parametrize(
    "broken",
    [
        *(f"{COUNTS}:not json", f"{COUNTS}:[]", "tokens.mono.npz:"),
        *(f"{TOKENIZER}/tokenizer.json:", f"{TOKENIZER}/tokenizer.json:torn"),
        *(f"{TOKENIZER}/tokenizer.json:{{}}", f"{TOKENIZER}/tokenizer_config.json:torn"),
    ],
)
def test_prepared_text_that_is_not_whole_is_refused(home: Path, broken: str) -> None:
    pretrain(*words(home), "--max-steps", 2)
    name, _, content = broken.partition(":")
    path = home / "work" / "text" / name
    path.unlink()
    if content:
        path.write_text(content)
    refused = pretrain(*words(home), "--prepared", home / "work" / "text")
    assert refused.exit_code == 2 and "prepared: got" in refused.stderr


def test_prepared_text_need_not_be_writable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box, check = home / "box", command.check_folder
    pretrain(*words(home), "--travel", box)

    def closed(name: str, folder: Path) -> None:
        if folder == box:  # by rights it could not be tried: root may write everywhere
            raise UserError(name, str(folder), "another")
        check(name, folder)

    monkeypatch.setattr(command, "check_folder", closed)
    assert pretrain(*words(home), "--prepared", box).exit_code == 0
    assert pretrain(*words(home), "--travel", box).exit_code == 2


def test_a_size_without_room_for_a_token_is_refused(home: Path) -> None:
    refused = pretrain(*words(home), "--travel", home / "box", "--travel-size", 1e-5)
    assert refused.exit_code == 2 and "travel_size: got" in refused.stderr
    assert not (home / "box").exists()


def test_text_does_not_travel_to_where_it_is(home: Path) -> None:
    refused = pretrain(*words(home), "--travel", home / "work" / "text")
    assert refused.exit_code == 2 and "travel: got" in refused.stderr


def test_what_a_killed_fresh_call_put_aside_takes_the_place_of_its_half(tmp_path: Path) -> None:
    aside, text = tmp_path / ".text.before", tmp_path / "text"
    aside.mkdir()
    (aside / COUNTS).write_text("{}")
    (text / TOKENIZER).mkdir(parents=True)  # made before the call was killed
    with pytest.raises(RuntimeError), command.made_anew(text):
        raise RuntimeError
    assert tree(tmp_path) == {f"text/{COUNTS}": b"{}"}


def test_a_file_that_could_go_nowhere_stays_where_it_was_put_aside(tmp_path: Path) -> None:
    for folder, content in ((tmp_path / ".text.before", "old"), (tmp_path / "text", "new")):
        folder.mkdir()
        for name in (COUNTS, "notes.txt"):
            (folder / name).write_text(content)
    with pytest.raises(UserError, match="moved away"), command.made_anew(tmp_path / "text"):
        pass
    kept = {".text.before/notes.txt": b"old", "text/notes.txt": b"new", f"text/{COUNTS}": b"new"}
    assert tree(tmp_path) == kept


def test_a_short_network_is_scored_on_develop(home: Path) -> None:
    """Sentences longer than the network's positions are cut, not looked up."""
    from transformers import AutoTokenizer

    from helpers.models.pretrain.evaluate import mean_pooled
    from helpers.models.pretrain.network import build
    from helpers.models.pretrain.recipe import read_recipe

    pretrain(*words(home), "--max-steps", 2)
    made = AutoTokenizer.from_pretrained(home / "work" / "text" / TOKENIZER)
    model = build(read_recipe(home / "small.yaml").network, len(made), 0)
    assert mean_pooled(model, made, ["old sea " * 50]).shape == (1, 16)


def test_a_seed_that_torch_does_not_take_is_refused(home: Path) -> None:
    refused = pretrain(*words(home), "--seed", 2**70)
    assert refused.exit_code == 2 and not (home / "work").exists()
    with pytest.raises(UserError, match="seed: got"):
        command.pretrain(str(home / "small.yaml"), seed=2**70)


def test_the_checkpoint_is_where_the_message_says(home: Path) -> None:
    done = pretrain(*words(home), "--max-steps", 2)
    assert str(home / "work" / "run") in done.stderr
    assert (home / "work" / "run" / MANIFEST).is_file()
