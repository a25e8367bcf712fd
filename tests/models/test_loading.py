"""Names of encoders: where they are sought, what is refused, how fast, and fingerprints."""

from __future__ import annotations

import json
import shutil
import time

import numpy as np
import pytest

from helpers.errors import UserError
from helpers.models import loading
from helpers.models.encoder import open_encoder

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


def opened(name, **options):
    return open_encoder(str(name), device="cpu", progress=False, cache=False, **options)


@pytest.fixture
def copied(tiny_folder, tmp_path):
    return shutil.copytree(tiny_folder, tmp_path / "copied")


def test_current_directory_comes_before_the_checkout(tiny_folder, tmp_path, monkeypatch):
    here, checkout = tmp_path / "here", tmp_path / "checkout"
    here.mkdir()
    shutil.copytree(tiny_folder, checkout / "models" / "mine")
    monkeypatch.setattr(loading, "ROOT", checkout)
    monkeypatch.chdir(here)
    assert loading.find_folder("models/mine") == checkout / "models" / "mine"
    shutil.copytree(tiny_folder, here / "models" / "mine")
    found = loading.find_folder("models/mine")
    assert found.resolve() == (here / "models" / "mine").resolve()


def test_names_never_show_a_place(tiny_folder, tmp_path, monkeypatch):
    assert opened(tiny_folder).name == "tiny-random"
    assert opened(f"untrained:{tiny_folder}").name == "untrained:tiny-random"
    monkeypatch.setattr(loading, "ROOT", tiny_folder.parent)
    assert loading.shown_name(str(tiny_folder)) == "tiny-random"
    assert loading.shown_name("models/tiny/") == "models/tiny"


@pytest.mark.parametrize(
    "name",
    ["models/no-such", "./no-such", "../no-such", "/no/such", "a/b/c", "", "not an id", "a--b//c"],
)
def test_folders_that_are_not_there(name):
    with pytest.raises(UserError, match="^encoders: got .*bag-of-words") as raised:
        opened(name)
    assert raised.value.given == name


@pytest.mark.parametrize("name", ["bag-of-words", "bag-of-subwords:models/tiny"])
def test_what_is_refused_is_not_accepted(name):
    with pytest.raises(UserError, match="accepted: a network: models/tiny") as raised:
        loading.find_folder(name)
    assert "bag-of" not in raised.value.accepted


@pytest.mark.parametrize("name", ["nobody/no-such-encoder", "untrained:nobody/none", "nobody/x@v1"])
def test_hub_id_offline_is_refused_at_once(name, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    start = time.perf_counter()
    with pytest.raises(UserError, match="^encoders: .*not stored on this machine"):
        opened(name)
    assert time.perf_counter() - start < 60  # minutes of retries are what it must not be


def test_no_network_is_told_quickly(monkeypatch):
    """A host that cannot be reached, without the environment variable that says so."""
    import huggingface_hub

    class Unreachable(huggingface_hub.HfApi):
        def __init__(self):
            super().__init__(endpoint="http://127.0.0.1:9")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub, "HfApi", Unreachable)
    start = time.perf_counter()
    with pytest.raises(UserError, match="^encoders: got 'nobody/no-such-encoder'.*the hub did not"):
        opened("nobody/no-such-encoder")
    assert time.perf_counter() - start < 60  # minutes of retries are what it must not be


def test_stored_snapshot_needs_no_network(tiny_folder, tmp_path, monkeypatch, sentences):
    """A hub cache as the hub's client lays it out, and no way to reach the hub."""
    import huggingface_hub.constants

    commit = "0" * 40
    repository = tmp_path / "hub" / "models--nobody--stored"
    shutil.copytree(tiny_folder, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub, "HfApi", None)
    encoder = opened("nobody/stored")
    np.testing.assert_array_equal(encoder.encode(sentences), opened(tiny_folder).encode(sentences))
    assert encoder.name == "nobody/stored"
    assert encoder.fingerprint == opened(tiny_folder).fingerprint


def test_config_missing(copied):
    (copied / "config.json").unlink()
    with pytest.raises(UserError, match="^encoders: .*config.json, which this one lacks"):
        opened(copied)


def test_pickled_weights_are_no_weights(copied):
    (copied / "model.safetensors").unlink()
    torch.save({}, copied / "pytorch_model.bin")
    with pytest.raises(UserError, match="^encoders: .*model.safetensors, which this one lacks"):
        opened(copied)


def test_sharded_weights_must_be_whole(copied, tiny_folder, sentences):
    (copied / "model.safetensors").rename(copied / "model-00001-of-00001.safetensors")
    index = {"metadata": {}, "weight_map": dict.fromkeys(_keys(tiny_folder), "")}
    index["weight_map"] = dict.fromkeys(index["weight_map"], "model-00001-of-00001.safetensors")
    (copied / "model.safetensors.index.json").write_text(json.dumps(index))
    np.testing.assert_array_equal(
        opened(copied).encode(sentences), opened(tiny_folder).encode(sentences)
    )
    (copied / "model-00001-of-00001.safetensors").unlink()
    with pytest.raises(UserError, match="which this one lacks"):
        opened(copied)


def _keys(folder):
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", "pt") as file:
        return list(file.keys())


@pytest.mark.parametrize("damage", ["truncated", "not JSON", "unknown architecture", "remote code"])
def test_folders_that_cannot_be_loaded(copied, damage):
    weights, config = copied / "model.safetensors", copied / "config.json"
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:2000])
    elif damage == "not JSON":
        config.write_text("{")
    else:
        content = json.loads(config.read_text()) | {"model_type": "made-up"}
        if damage == "remote code":
            content["auto_map"] = {"AutoConfig": "code.Config", "AutoModel": "code.Model"}
            (copied / "code.py").write_text("raise SystemExit('remote code ran')")
        config.write_text(json.dumps(content))
    with pytest.raises(UserError, match="^encoders: .*that transformers can load"):
        opened(copied)


def test_missing_weights_are_not_drawn_at_random(copied):
    from safetensors.torch import load_file, save_file

    state = load_file(copied / "model.safetensors")
    state.pop("encoder.layer.1.output.dense.weight")
    save_file(state, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="1 are missing, first encoder.layer.1.output.dense.weight"):
        opened(copied)


def test_fingerprint_follows_content_and_nothing_else(tiny_folder, copied):
    same = loading.fingerprint_files(tiny_folder)
    (copied / "README.md").write_text("a card")
    assert loading.fingerprint_files(copied) == same
    for file in ("model.safetensors", "config.json", "tokenizer.json"):
        original = (copied / file).read_bytes()
        (copied / file).write_bytes(original + b" ")
        assert loading.fingerprint_files(copied) != same
        (copied / file).write_bytes(original)
    assert loading.fingerprint_files(copied) == same


def test_untrained_is_the_same_architecture_with_weights_from_the_seed(tiny_folder, sentences):
    trained = opened(tiny_folder)
    torch.manual_seed(123)
    expected = torch.rand(2)
    torch.manual_seed(123)
    first = opened(f"untrained:{tiny_folder}", seed=1)
    assert torch.equal(torch.rand(2), expected)  # the caller's generator was left alone
    again, other = (opened(f"untrained:{tiny_folder}", seed=seed) for seed in (1, 2))
    shapes = [
        {
            name: tensor.shape
            for name, tensor in encoder.model.state_dict().items()
            if "pooler" not in name
        }
        for encoder in (trained, first)
    ]
    assert shapes[0] == shapes[1]
    np.testing.assert_array_equal(first.encode(sentences), again.encode(sentences))
    assert np.abs(first.encode(sentences) - other.encode(sentences)).max() > 1e-2
    prints = {e.fingerprint for e in (trained, first, again, other)}
    assert len(prints) == 3 and first.fingerprint == again.fingerprint


def test_untrained_needs_no_weights(copied, sentences):
    expected = opened(f"untrained:{copied}").encode(sentences)
    (copied / "model.safetensors").unlink()
    np.testing.assert_array_equal(opened(f"untrained:{copied}").encode(sentences), expected)
