"""The network before its first step: the same, whether or not the static stage ran just before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.models.pretrain import train
from helpers.models.pretrain.recipe import read_recipe

VOCABULARY = 60


def test_a_start_from_stored_vectors_is_the_start_of_an_unbroken_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = read_recipe("tiny")
    vectors = np.random.default_rng(0).normal(size=(VOCABULARY, recipe.network.hidden - 1))
    monkeypatch.setattr(train, "_frequencies", lambda groups, size: np.ones(size))

    def started(draws: int) -> dict[str, torch.Tensor]:
        def static(*given: object) -> np.ndarray:
            torch.rand(draws)  # what training the vectors takes from the common generator
            return vectors.astype(np.float32)

        monkeypatch.setattr(train, "_static", static)
        return train._started(recipe, {}, VOCABULARY, tmp_path, print).state_dict()

    stored, trained = started(0), started(1000)
    assert all(torch.equal(stored[name], trained[name]) for name in stored)
