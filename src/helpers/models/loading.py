"""From a name to a model and a tokenizer: folders first, then the Hugging Face hub.

Safetensors only, no remote code, float32 whatever the stored type. Everything that can go wrong
with a name is told in one line (``UserError`` on ``encoders``); nothing here encodes a text.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.errors import UserError
from helpers.paths import MODELS, ROOT

HUB_TIMEOUT_S = 5
_SMALL_FILES = ("*.json", "*.txt", "*.model", "*.jinja")
_NOT_FINGERPRINTED = ("README", "LICENSE", "LICENCE", "generation_config", "training", "recipe")
DEVICES = ("auto", "cpu", "cuda", "mps")


def accepted_encoders(*, bags: bool = True) -> str:
    """What a user may give as the name of an encoder, as a sentence; without bags: of a network."""
    shipped = sorted(f"models/{path.parent.name}" for path in MODELS.glob("*/config.json"))
    return ", ".join(
        [*shipped, *(("bag-of-words", "bag-of-subwords:NAME") if bags else ()), "untrained:NAME"]
        + ["a folder with config.json and safetensors weights", "a Hugging Face id (ID@REVISION)"]
    )


def check_device(device: str) -> str:
    """A device name that has the right form; whether the machine has it is asked later."""
    kind, _, number = str(device).partition(":")
    if kind not in DEVICES or (number and not (kind == "cuda" and number.isdecimal())):
        raise UserError("device", device, DEVICES)
    return str(device)


def find_device(device: str) -> str:
    """The device to use on this machine; ``auto`` prefers cuda, then mps, then cpu.

    Errors: ``UserError`` on ``device`` where the name is unknown or the device is not there.
    """
    import torch

    check_device(device)
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    here = ["cpu"] + [f"cuda:{i}" for i in range(cuda)]
    here += ["mps"] if torch.backends.mps.is_available() else []
    if device == "auto":
        return "cuda" if cuda else "mps" if "mps" in here else "cpu"
    if device not in here and not (device == "cuda" and cuda):
        raise UserError("device", device, f"auto or what this machine has: {', '.join(here)}")
    return device


def find_folder(name: str, *, weights: bool = True) -> Path:
    """The folder that ``name`` stands for: from the current directory, the checkout or the hub.

    Parameters
    ----------
    name : folder, or id on the hub with an optional ``@revision``.
    weights : whether weights are needed (``untrained:`` encoders take configuration and tokenizer).

    Errors: ``UserError`` where there is no such folder or id, or a needed file is missing.
    """
    if name.partition(":")[0] in ("bag-of-words", "bag-of-subwords"):
        raise UserError("encoders", name, f"a network: {accepted_encoders(bags=False)}")
    path = Path(name).expanduser()
    for candidate in (path, ROOT / path):
        if name and candidate.is_dir():
            return _complete(candidate, name, weights)
    parts = path.parts
    if not name or path.is_absolute() or parts[0] in ("..", "models") or len(parts) > 2:
        raise UserError("encoders", name, accepted_encoders())
    if name.startswith((".", "~")) or path.exists():
        raise UserError("encoders", name, accepted_encoders())
    return _complete(_from_hub(name, weights), name, weights)


def shown_name(name: str) -> str:
    """The name as tables and records print it: never a path of one machine.

    >>> shown_name("./models/tiny"), shown_name("/home/someone/my-encoder/")
    ('models/tiny', 'my-encoder')
    """
    path = Path(name).expanduser()
    if not path.is_absolute():
        return name if "@" in name else path.as_posix()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def _complete(folder: Path, name: str, weights: bool) -> Path:
    missing = None
    if not (folder / "config.json").is_file():
        missing = "config.json"
    elif weights and not _weight_files(folder):
        missing = "model.safetensors"
    if missing:
        raise UserError("encoders", name, f"an encoder with {missing}, which this one lacks")
    return folder


def _weight_files(folder: Path) -> list[Path]:
    """The files of the weights, or none where the set is not whole."""
    single, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if single.is_file():
        return [single]
    if not index.is_file():
        return []
    names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    files = [folder / file for file in names]
    return files if all(file.is_file() for file in files) else []


def _from_hub(name: str, weights: bool) -> Path:
    """A snapshot of a hub repository; what is stored already is taken without asking the network.

    One question with a short time-out goes out first, so that no network is told in seconds.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    repository, _, revision = name.partition("@")
    patterns = [*_SMALL_FILES, *(["*.safetensors"] if weights else [])]
    options: dict[str, Any] = {
        "revision": revision or None,
        "allow_patterns": patterns,
        "ignore_patterns": ["*/*"],
    }
    try:
        stored = Path(snapshot_download(repository, local_files_only=True, **options))
        return _complete(stored, name, weights)
    except HFValidationError:
        raise UserError("encoders", name, accepted_encoders()) from None
    except (OSError, ValueError):
        pass  # not stored, or in part
    try:
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            raise OSError("offline by HF_HUB_OFFLINE")
        HfApi().model_info(repository, revision=revision or None, timeout=HUB_TIMEOUT_S)
        return Path(snapshot_download(repository, **options))
    except RepositoryNotFoundError:
        raise UserError("encoders", name, accepted_encoders()) from None
    except Exception as error:  # the hub's client raises its own, httpx's and the system's errors
        reason = "what can be had here (not stored on this machine, and the hub did not give it)"
        raise UserError("encoders", name, f"{reason}: {accepted_encoders()}") from error


def fingerprint_files(folder: Path, *, weights: bool = True) -> str:
    """Hash of configuration, tokenizer and (where wanted) weights: contents, not places.

    Returns 32 hexadecimal digits.
    """
    small = {path for pattern in _SMALL_FILES for path in folder.glob(pattern)}
    small = {p for p in small if not p.name.startswith(_NOT_FINGERPRINTED)}
    total = hashlib.blake2b(digest_size=16)
    for path in sorted(small) + (_weight_files(folder) if weights else []):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        total.update(path.name.encode() + b"\0" + content)
    return total.hexdigest()


def load_tokenizer(folder: Path, name: str) -> Any:
    """The tokenizer of a folder."""
    from transformers import AutoTokenizer

    with _told_as_user_error(name), _quiet():
        return AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_fast=True
        )


def load_model(folder: Path, name: str, kind: str = "AutoModel") -> Any:
    """The trained model of a folder, float32. Weights that are missing are an error, not noise.

    ``kind``: the class of transformers that reads it, ``AutoModelForMaskedLM`` with its head.
    """
    import torch
    import transformers

    with _told_as_user_error(name), _quiet():
        model, info = getattr(transformers, kind).from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    lost = sorted(key for key in info["missing_keys"] if "pooler" not in key)
    if lost:  # the pooler is never used here; anything else would have been drawn at random
        reason = f"weights that fit config.json ({len(lost)} are missing, first {lost[0]})"
        raise UserError("encoders", name, reason)
    return _encoder_half(model)


def random_model(folder: Path, name: str, seed: int) -> Any:
    """The same architecture with weights drawn anew from ``seed``; global generators are kept."""
    import torch
    from transformers import AutoConfig, AutoModel

    with _told_as_user_error(name), _quiet(), torch.random.fork_rng(devices=[]):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        torch.manual_seed(seed)
        return _encoder_half(AutoModel.from_config(config, dtype=torch.float32))


def _encoder_half(model: Any) -> Any:
    return model.get_encoder() if getattr(model.config, "is_encoder_decoder", False) else model


@contextlib.contextmanager
def _told_as_user_error(name: str) -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        lines = str(error).strip().splitlines() or [""]
        accepted = "an encoder that transformers can load: safetensors, no remote code"
        reason = f"{accepted} ({lines[0][:120]})"
        raise UserError("encoders", name, reason) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the loader's progress bars and notes on unused heads; errors are ours to tell."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
