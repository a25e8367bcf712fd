"""A recipe: everything that decides what a pretrained encoder becomes, read from one YAML file.

Plain dataclasses rather than pydantic, because pretraining must run on a bare machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import typing
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from helpers.errors import UserError
from helpers.paths import RECIPES


@dataclass(frozen=True)
class Vocabulary:
    """Unigram vocabulary, balanced over languages."""

    size: int = 32_000
    characters_per_language: int = 3_000_000
    # Scripts whose letters are always in the alphabet, so that languages outside the corpus
    # (and the laboratory's re-spelt twins) never become unknown tokens.
    alphabets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """Sizes of the XLM-R architecture."""

    layers: int = 4
    hidden: int = 256
    heads: int = 4
    intermediate: int = 1024
    max_length: int = 512


@dataclass(frozen=True)
class Static:
    """Static token vectors by contrastive ranking; the encoder starts from them.

    ``pairs``: ``translations`` (sentences with their translations) or ``halves`` (the two halves of
    one monolingual line; no parallel text is seen). ``none`` skips the stage. ``start``: the
    encoder starts as their ``bag``, or with them as ``embeddings`` (:mod:`.network`). ``views``:
    share of steps that rank two views of one monolingual line instead, each view a random 60 % of
    its tokens; they keep words apart that translations alone would not (see the ablation).
    """

    pairs: str = "none"
    start: str = "bag"
    views: float = 0.0
    steps: int = 0
    batch: int = 1024
    learning_rate: float = 5e-3
    scale: float = 20.0


@dataclass(frozen=True)
class Training:
    """The encoder's own training: objectives are drawn step by step with these weights."""

    objectives: dict[str, float] = field(default_factory=lambda: {"mlm": 1.0})
    steps: int = 1000
    tokens_per_batch: int = 8192
    sequence_length: int = 128
    # Share of masked-language-modelling steps whose windows have the network's greatest length.
    long_share: float = 0.0
    masked: float = 0.15
    rank_batch: int = 512
    rank_scale: float = 20.0
    learning_rate: float = 5e-4
    embedding_learning_rate: float = 5e-4
    warmup: int = 100
    weight_decay: float = 0.01
    average_last: float = 0.25
    # The encoder is this share of the weights at the start and the rest of the average
    # (Wortsman et al. 2022): both ends may be worse than what lies between them.
    start_share: float = 0.0
    checkpoint_every: int = 200
    evaluate_every: int = 200
    seed: int = 0


@dataclass(frozen=True)
class Corpus:
    """Which text, and how often each part is drawn."""

    kind: str = "folder"  # "folder" | "laboratory"
    languages: tuple[str, ...] = ()
    characters_per_language: int = 10_000_000
    laboratory_items: int = 4000
    temperature: float = 0.5
    # Source tag of a pair -> weight in sampling; "*" stands for every tag that is not named.
    source_weights: dict[str, float] = field(default_factory=lambda: {"*": 1.0})
    left_out: tuple[str, ...] = ()
    pairs_only: tuple[str, ...] = ()
    # Evaluation sets (task, language, split) whose sentences are removed from the text.
    decontaminate: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Recipe:
    name: str
    description: str
    corpus: Corpus = field(default_factory=Corpus)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    network: Network = field(default_factory=Network)
    static: Static = field(default_factory=Static)
    training: Training = field(default_factory=Training)


OBJECTIVES = ("mlm", "tlm", "rank", "views")
STATIC_PAIRS = ("none", "halves", "translations")
STARTS = ("bag", "embeddings")

# The smallest value of an entry: what the code below this floor can still compute with. Two rows
# are the fewest that can be ranked, six tokens the fewest that hold a pair and its special tokens.
_LEAST: dict[str, dict[str, int]] = {
    "corpus": {"characters_per_language": 1, "laboratory_items": 1, "temperature": 0},
    "vocabulary": {"size": 6, "characters_per_language": 1},
    "network": {"layers": 1, "hidden": 2, "heads": 1, "intermediate": 1, "max_length": 6},
    "static": {"steps": 0, "batch": 2},
    "training": {
        "steps": 1,
        "tokens_per_batch": 1,
        "sequence_length": 6,
        "rank_batch": 2,
        "embedding_learning_rate": 0,
        "warmup": 0,
        "weight_decay": 0,
        "checkpoint_every": 1,
        "evaluate_every": 1,
    },
}
_ABOVE_ZERO = {
    "static": ("learning_rate", "scale"),
    "training": ("learning_rate", "rank_scale"),
}
SEEDS = 2**63  # torch takes no larger ones


def available() -> tuple[str, ...]:
    """Names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.yaml")))


def read_recipe(name: str | Path) -> Recipe:
    """Read a recipe by its name (one of :func:`available`) or from a YAML file.

    Raises
    ------
    UserError : no such recipe, or an entry that is unknown, of the wrong type or out of range.

    >>> read_recipe("tiny").network.layers
    2
    """
    path = _find(str(name))
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, no date
        reason = " ".join(str(error).split())
        raise UserError("recipe", path.name, f"valid YAML in UTF-8 ({reason})") from None
    recipe = _build(Recipe, entries, "recipe")
    _check(recipe)
    return recipe


def _find(name: str) -> Path:
    if not name.endswith((".yaml", ".yml")):
        if name not in available():
            raise UserError("recipe", name, [*available(), "a path to a .yaml file"])
        return RECIPES / f"{name}.yaml"
    if os.path.isdir(name):  # asked through os.path, which is quiet about names that are too long
        raise UserError("recipe", name, "a file (this is a folder)")
    if not os.path.isfile(name):
        raise UserError("recipe", name, f"a file that is there, or one of {', '.join(available())}")
    return Path(name)


def _build(kind: type, entries: object, where: str):
    if not isinstance(entries, dict):
        raise UserError(where, entries, "a mapping of names to values")
    hints = typing.get_type_hints(kind)
    if unknown := sorted(set(entries) - set(hints), key=str):
        raise UserError(f"{where}.{unknown[0]}", entries[unknown[0]], sorted(hints))
    values = {name: _convert(hints[name], entries[name], f"{where}.{name}") for name in entries}
    missing = [
        f.name
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING
        and f.default_factory is dataclasses.MISSING
        and f.name not in values
    ]
    if missing:
        raise UserError(f"{where}.{missing[0]}", None, "a value; this entry is required")
    return kind(**values)


def _convert(hint: object, value: object, where: str):
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)
    origin = typing.get_origin(hint)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(hint)[0]
        if typing.get_origin(inner) is tuple:
            return tuple(_names(entry, len(typing.get_args(inner)), where) for entry in value)
        return tuple(_convert(inner, entry, where) for entry in value)
    if origin is dict and isinstance(value, dict):
        return {str(key): _convert(float, entry, f"{where}.{key}") for key, entry in value.items()}
    if hint is float and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):  # YAML reads 1e-3 as a string
            if math.isfinite(number := float(value)):
                return number
    elif hint in (str, int) and isinstance(value, hint) and not isinstance(value, bool):
        return value
    raise UserError(where, value, f"a value of type {getattr(hint, '__name__', hint)}")


def _names(entry: object, count: int, where: str) -> tuple[str, ...]:
    if not isinstance(entry, list) or len(entry) != count:
        raise UserError(where, entry, f"lists of {count} names")
    return tuple(str(part) for part in entry)


def _check(recipe: Recipe) -> None:
    if not recipe.name or recipe.name.startswith(".") or {"/", "\\", "\0"} & set(recipe.name):
        raise UserError("recipe.name", recipe.name, "a name that a folder can have")
    _check_choices(recipe)
    _check_numbers(recipe)
    network, training = recipe.network, recipe.training
    if network.hidden % network.heads:
        raise UserError("recipe.network.hidden", network.hidden, "a multiple of heads")
    if training.sequence_length > network.max_length:
        accepted = f"at most network.max_length, {network.max_length}"
        raise UserError("recipe.training.sequence_length", training.sequence_length, accepted)


def _check_choices(recipe: Recipe) -> None:
    if unknown := sorted(set(recipe.training.objectives) - set(OBJECTIVES)):
        raise UserError("recipe.training.objectives", unknown[0], OBJECTIVES)
    if recipe.static.pairs not in STATIC_PAIRS:
        raise UserError("recipe.static.pairs", recipe.static.pairs, STATIC_PAIRS)
    if recipe.corpus.kind not in ("folder", "laboratory"):
        raise UserError("recipe.corpus.kind", recipe.corpus.kind, ("folder", "laboratory"))
    if recipe.static.start not in STARTS:
        raise UserError("recipe.static.start", recipe.static.start, STARTS)


def _check_numbers(recipe: Recipe) -> None:
    for part, limits in _LEAST.items():
        for entry, least in limits.items():
            if (value := getattr(getattr(recipe, part), entry)) < least:
                raise UserError(f"recipe.{part}.{entry}", value, f"at least {least}")
    for part, positive in _ABOVE_ZERO.items():
        for entry in positive:
            if (value := getattr(getattr(recipe, part), entry)) <= 0:
                raise UserError(f"recipe.{part}.{entry}", value, "above 0")
    if recipe.vocabulary.size > 65_536:
        raise UserError("recipe.vocabulary.size", recipe.vocabulary.size, "at most 65536 (uint16)")
    check_seed("recipe.training.seed", recipe.training.seed)
    objectives, sources = recipe.training.objectives, recipe.corpus.source_weights
    for entry, weights in (("training.objectives", objectives), ("corpus.source_weights", sources)):
        if any(weight < 0 for weight in weights.values()):
            raise UserError(f"recipe.{entry}", weights, "weights of at least 0")
    if not sum(objectives.values()):
        raise UserError("recipe.training.objectives", objectives, "a weight above 0")
    if not 0 <= recipe.training.start_share < 1:
        raise UserError("recipe.training.start_share", recipe.training.start_share, "in [0, 1)")
    if not 0 <= recipe.static.views <= 1:
        raise UserError("recipe.static.views", recipe.static.views, "a share, 0 to 1")
    if not 0 <= recipe.training.long_share <= 1:
        raise UserError("recipe.training.long_share", recipe.training.long_share, "a share, 0 to 1")
    if not 0 < recipe.training.masked < 1:
        raise UserError("recipe.training.masked", recipe.training.masked, "a share, above 0")
    if not 0 < recipe.training.average_last <= 1:
        raise UserError("recipe.training.average_last", recipe.training.average_last, "in (0, 1]")


def check_seed(name: str, seed: int) -> None:
    """Refuse a number that numpy or torch cannot be seeded with."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEEDS:
        raise UserError(name, seed, f"a whole number from 0 to {SEEDS - 1}")
