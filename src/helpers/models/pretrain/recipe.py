"""A recipe: everything that decides what a pretrained encoder becomes, read from one YAML file.

Plain dataclasses rather than pydantic, because pretraining must run on a bare machine.
"""

from __future__ import annotations

import dataclasses
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
    path = Path(name) if str(name).endswith((".yaml", ".yml")) else RECIPES / f"{name}.yaml"
    if not path.is_file():
        raise UserError("recipe", str(name), [*available(), "a path to a .yaml file"])
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UserError("recipe", path.name, f"valid YAML ({error})") from None
    recipe = _build(Recipe, entries, "recipe")
    _check(recipe)
    return recipe


def _build(kind: type, entries: object, where: str):
    if not isinstance(entries, dict):
        raise UserError(where, entries, "a mapping of names to values")
    hints = typing.get_type_hints(kind)
    if unknown := sorted(set(entries) - set(hints)):
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
            return tuple(tuple(str(part) for part in entry) for entry in value)
        return tuple(_convert(inner, entry, where) for entry in value)
    if origin is dict and isinstance(value, dict):
        return {str(key): _convert(float, entry, f"{where}.{key}") for key, entry in value.items()}
    if hint is float and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:  # YAML reads 1e-3 as a string
            return float(value)
        except ValueError:
            pass
    elif hint in (str, int) and isinstance(value, hint) and not isinstance(value, bool):
        return value
    raise UserError(where, value, f"a value of type {getattr(hint, '__name__', hint)}")


def _check(recipe: Recipe) -> None:
    if unknown := sorted(set(recipe.training.objectives) - set(OBJECTIVES)):
        raise UserError("recipe.training.objectives", unknown[0], OBJECTIVES)
    if recipe.static.pairs not in STATIC_PAIRS:
        raise UserError("recipe.static.pairs", recipe.static.pairs, STATIC_PAIRS)
    if recipe.corpus.kind not in ("folder", "laboratory"):
        raise UserError("recipe.corpus.kind", recipe.corpus.kind, ("folder", "laboratory"))
    if recipe.network.hidden % recipe.network.heads:
        raise UserError("recipe.network.hidden", recipe.network.hidden, "a multiple of heads")
    if recipe.vocabulary.size > 65_536:
        raise UserError("recipe.vocabulary.size", recipe.vocabulary.size, "at most 65536 (uint16)")
    if recipe.static.start not in STARTS:
        raise UserError("recipe.static.start", recipe.static.start, STARTS)
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
