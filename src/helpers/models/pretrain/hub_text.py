"""Pretraining text from the Hugging Face hub: lines of a text column, pairs of a translation one.

Read as a stream, so that a large set costs what is taken of it. Not for evaluation sets, which the
registry of tasks names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from helpers.errors import UserError

from .recipe import Corpus
from .text import Text

PREFIX, SPELT = "hub:", "hub:OWNER/NAME[/CONFIG], where CONFIG may hold {language}"
COLUMNS = "a training split with a column `text` or `translation`"


def read_hub(name: str, corpus: Corpus) -> Text:
    """Read ``hub:OWNER/NAME[/CONFIG]``, its split ``train``.

    Rows with ``translation`` ({"en": ..., "ko": ...}) become pairs; rows with ``text`` become lines
    of the language that ``{language}`` in the configuration stands for, or of the recipe's only
    one. At most ``corpus.characters_per_language`` characters of each language, or of the first
    side of each pair of languages, are taken.

    Raises
    ------
    UserError : the name is misspelt, the set cannot be had, or has other columns.
    """
    identifier, config = _parts(name)
    several = config is not None and "{language}" in config
    if several and not corpus.languages:
        raise UserError("recipe.corpus.languages", [], f"the languages that {name} stands for")
    text = Text()
    for language in corpus.languages if several else (None,):
        rows = _rows(identifier, config.format(language=language) if several else config)
        only = corpus.languages[0] if len(corpus.languages) == 1 else None
        _add(text, rows, language or only, corpus, identifier)
    return text


def _parts(name: str) -> tuple[str, str | None]:
    parts = name.removeprefix(PREFIX).split("/", 2)
    if len(parts) < 2 or not all(parts):
        raise UserError("corpus", name, SPELT)
    return "/".join(parts[:2]), parts[2] if len(parts) == 3 else None


def _add(
    text: Text,
    rows: Iterable[Mapping[str, Any]],
    language: str | None,
    corpus: Corpus,
    source: str,
) -> None:
    source = source.replace("/", "-")  # a tag of a source is one part of a group's name
    taken: dict[object, int] = {}
    for row in rows:
        if isinstance(sides := row.get("translation"), Mapping):
            key = (*list(sides)[:2], source)
            sentences = [" ".join(str(sides[side] or "").split()) for side in key[:2]]
            if corpus.languages and not set(key[:2]) <= set(corpus.languages):
                continue
            if all(sentences):
                text.pairs.setdefault(key, []).append((sentences[0], sentences[1]))
                taken[key] = taken.get(key, 0) + len(sentences[0])
        elif isinstance(passage := row.get("text"), str):
            if language is None:
                raise UserError("recipe.corpus.languages", [], "one language, that of the text")
            lines = [line for part in passage.splitlines() if (line := part.strip())]
            text.mono.setdefault(language, []).extend(lines)
            taken[language] = taken.get(language, 0) + sum(map(len, lines))
        else:
            raise UserError("corpus", f"columns {', '.join(row)}", COLUMNS)
        if taken and min(taken.values()) >= corpus.characters_per_language:
            return


def _rows(identifier: str, config: str | None) -> Iterator[Mapping[str, Any]]:
    """The seam of this module: tests put files of the hub's schema in its place."""
    try:
        import datasets

        yield from datasets.load_dataset(identifier, config, split="train", streaming=True)
    except UserError:
        raise
    except Exception as error:  # the hub's clients raise many kinds: it cannot be had
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        given = identifier if config is None else f"{identifier}/{config}"
        raise UserError("corpus", given, f"a set that can be had here ({reason})") from error
