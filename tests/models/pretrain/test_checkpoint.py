"""Checkpoints in shards: whole or refused, whatever happened to the files."""

import json

import pytest
import torch

from helpers.errors import UserError
from helpers.models.pretrain import checkpoint


def _state(step, size=5000):
    generator = torch.Generator().manual_seed(step)
    return {"model": {"w": torch.randn(size, generator=generator)}, "step": step}


def _save(folder, step, recipe="r"):
    checkpoint.save(folder, _state(step), recipe, shard_bytes=4096)


def test_a_state_comes_back_from_shards_of_the_size_asked_for(tmp_path):
    _save(tmp_path, 3)
    shards = sorted(tmp_path.glob("checkpoint-*.bin"))
    assert len(shards) > 4 and max(path.stat().st_size for path in shards) == 4096
    loaded = checkpoint.load(tmp_path, "r")
    assert loaded["step"] == 3 and torch.equal(loaded["model"]["w"], _state(3)["model"]["w"])


def test_the_set_before_goes_when_the_next_is_whole(tmp_path):
    _save(tmp_path, 1)
    before = {path.name for path in tmp_path.glob("checkpoint-*.bin")}
    _save(tmp_path, 2)
    assert not before & {path.name for path in tmp_path.iterdir()}
    assert checkpoint.load(tmp_path, "r")["step"] == 2


@pytest.mark.parametrize("files", [1, 3, 5])
def test_killed_while_saving_the_set_before_is_resumed_from(tmp_path, monkeypatch, files):
    _save(tmp_path, 1)
    original, written = checkpoint._write, []

    def dies(path, content):
        if len(written) == files:
            raise KeyboardInterrupt
        written.append(path)
        original(path, content)

    monkeypatch.setattr(checkpoint, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        _save(tmp_path, 2)
    monkeypatch.undo()
    assert checkpoint.load(tmp_path, "r")["step"] == 1
    _save(tmp_path, 3)
    named = json.loads((tmp_path / checkpoint.MANIFEST).read_text())["shards"]
    assert {p.name for p in tmp_path.glob("*.bin")} == {shard["name"] for shard in named}


@pytest.mark.parametrize("harm", ["missing", "short", "changed", "manifest"])
def test_a_torn_set_is_refused(tmp_path, harm):
    _save(tmp_path, 1)
    shard = sorted(tmp_path.glob("checkpoint-*.bin"))[2]
    content = bytearray(shard.read_bytes())
    if harm == "missing":
        shard.unlink()
    elif harm == "short":
        shard.write_bytes(content[:-1])
    elif harm == "changed":
        content[7] ^= 1
        shard.write_bytes(content)
    else:
        (tmp_path / checkpoint.MANIFEST).write_text("{")
    with pytest.raises(UserError, match="whole set") as refusal:
        checkpoint.load(tmp_path, "r")
    assert refusal.value.parameter == "checkpoint"


def test_another_recipe_is_not_resumed(tmp_path):
    _save(tmp_path, 1, recipe="one")
    with pytest.raises(UserError, match="another recipe"):
        checkpoint.load(tmp_path, "two")


def test_the_single_file_of_earlier_versions_is_read_then_replaced(tmp_path):
    assert checkpoint.load(tmp_path, "r") is None
    torch.save(_state(7), tmp_path / checkpoint.SINGLE)
    assert checkpoint.load(tmp_path, "r")["step"] == 7
    _save(tmp_path, 8)
    assert not (tmp_path / checkpoint.SINGLE).exists()
    assert checkpoint.load(tmp_path, "r")["step"] == 8


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5])
def test_a_damaged_single_file_is_refused(tmp_path, kept):
    path = tmp_path / checkpoint.SINGLE
    torch.save(_state(7), path)
    content = path.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(len(content) * kept)])
    with pytest.raises(UserError, match="whole file") as refusal:
        checkpoint.load(tmp_path, "r")
    assert refusal.value.parameter == "checkpoint"
