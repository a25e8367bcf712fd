"""A broken recipe is refused by the name of the entry, whatever is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.errors import UserError
from helpers.models.pretrain.recipe import Vocabulary, available, read_recipe
from helpers.models.pretrain.text import Text
from helpers.models.pretrain.vocabulary import SPECIAL, train_vocabulary

HEAD = "name: wrong\ndescription: ''\n"


def refused(path: Path, content: str | bytes | None = None) -> UserError:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UserError) as error:
        read_recipe(path)
    assert "\n" not in str(error.value), "a refusal is one line"
    return error.value


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").mkdir()
    assert "accepted: a file that is there" in str(refused(tmp_path / "nope.yaml"))
    assert "accepted: a file that is there" in str(refused(tmp_path / f"{'n' * 300}.yaml"))
    assert "accepted: a file (this is a folder)" in str(refused(tmp_path / "d.yaml"))


@pytest.mark.parametrize(
    "content",
    [
        b"name: caf\xe9\n",
        "name: [1",
        HEAD + "vocabulary: {size: 2001-99-99}",  # a date to YAML, and none to the calendar
        "[" * 5000,
        "",
    ],
)
def test_what_is_no_yaml_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert refused(tmp_path / "wrong.yaml", content).parameter == "recipe"


@pytest.mark.parametrize(
    ("entry", "parameter"),
    [
        ("vocabulary: {size: 5}", "vocabulary.size"),
        ("vocabulary: {characters_per_language: 0}", "vocabulary.characters_per_language"),
        ("network: {heads: 0}", "network.heads"),
        ("network: {heads: -4}", "network.heads"),
        ("network: {layers: 0}", "network.layers"),
        ("network: {hidden: 1, heads: 1}", "network.hidden"),
        ("network: {intermediate: 0}", "network.intermediate"),
        ("network: {max_length: 2}", "network.max_length"),
        ("network: {max_length: 64}", "training.sequence_length"),
        ("training: {sequence_length: 3}", "training.sequence_length"),
        ("training: {steps: 0}", "training.steps"),
        ("training: {tokens_per_batch: 0}", "training.tokens_per_batch"),
        ("training: {rank_batch: 0}", "training.rank_batch"),
        ("training: {checkpoint_every: 0}", "training.checkpoint_every"),
        ("training: {evaluate_every: 0}", "training.evaluate_every"),
        ("training: {warmup: -1}", "training.warmup"),
        ("training: {seed: -1}", "training.seed"),
        ("training: {seed: 18446744073709551616}", "training.seed"),
        ("training: {learning_rate: .nan}", "training.learning_rate"),
        ("training: {learning_rate: .inf}", "training.learning_rate"),
        ("training: {learning_rate: -1e-3}", "training.learning_rate"),
        ("training: {weight_decay: -1}", "training.weight_decay"),
        (f"training: {{rank_scale: {10**400}}}", "training.rank_scale"),
        ("training: {objectives: {}}", "training.objectives"),
        ("training: {objectives: {mlm: 0}}", "training.objectives"),
        ("training: {objectives: {mlm: 1, rank: -1}}", "training.objectives"),
        ("static: {steps: -1}", "static.steps"),
        ("static: {batch: 0}", "static.batch"),
        ("static: {scale: 0}", "static.scale"),
        ("corpus: {characters_per_language: 0}", "corpus.characters_per_language"),
        ("corpus: {laboratory_items: 0}", "corpus.laboratory_items"),
        ("corpus: {temperature: -1}", "corpus.temperature"),
        ("corpus: {source_weights: {made: -1}}", "corpus.source_weights"),
        ("corpus: {decontaminate: [5]}", "corpus.decontaminate"),
        ("corpus: {decontaminate: [xnli]}", "corpus.decontaminate"),
        ("corpus: {decontaminate: [[xnli, ko]]}", "corpus.decontaminate"),
        ("1: 2\nsteps: 3", "1"),
    ],
)
def test_an_entry_out_of_range_is_refused(tmp_path: Path, entry: str, parameter: str) -> None:
    assert refused(tmp_path / "wrong.yaml", HEAD + entry).parameter == f"recipe.{parameter}"


@pytest.mark.parametrize("name", ["''", "../elsewhere", "a/b", ".hidden"])
def test_a_name_is_one_that_a_folder_can_have(tmp_path: Path, name: str) -> None:
    content = f"name: {name}\ndescription: ''"
    assert refused(tmp_path / "wrong.yaml", content).parameter == "recipe.name"


@pytest.mark.parametrize("name", available())
def test_recipes_of_the_package_are_within_the_limits(name: str) -> None:
    assert read_recipe(name).name == name


def test_a_vocabulary_that_cannot_hold_the_characters_says_what_can() -> None:
    text, characters = Text(mono={"en": ["abcdefg hij klm"] * 40}), 14  # thirteen and the blank
    least = characters + len(SPECIAL) + 1
    with pytest.raises(UserError, match=f"recipe.vocabulary.size: got 10; .* at least {least}"):
        train_vocabulary(text, Vocabulary(size=10), max_length=16)
    assert len(train_vocabulary(text, Vocabulary(size=least), max_length=16)) == least
