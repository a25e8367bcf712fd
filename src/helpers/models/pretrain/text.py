"""Text for pretraining: a folder of plain text and tab-separated pairs, or the laboratory.

A folder holds ``mono/<language>.txt`` (a line is a paragraph) and ``parallel/<a>-<b>[.<part>].tsv``
(sentence, translation, source tag), each optionally ``.xz``. Tokens are not made here.
"""

from __future__ import annotations

import lzma
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers.data.near_duplicates import normalise
from helpers.errors import UserError

from .recipe import Corpus

PAIR_FIELDS = 3


@dataclass
class Text:
    """Lines by language, and pairs by (language, language, source tag)."""

    mono: dict[str, list[str]] = field(default_factory=dict)
    pairs: dict[tuple[str, str, str], list[tuple[str, str]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def read_folder(folder: Path, corpus: Corpus) -> Text:
    """Read a corpus folder; sources of ``corpus.left_out`` give neither pairs nor lines,
    those of ``corpus.pairs_only`` pairs alone.

    Raises
    ------
    UserError : the folder has no text, a file is truncated or a pair row has too few fields.
    """
    folder = Path(folder)
    text, left_out_lines = Text(), set()
    for path in sorted(folder.glob("parallel/*.tsv*")):
        first, _, second = path.name.split(".")[0].partition("-")
        if corpus.languages and not {first, second} <= set(corpus.languages):
            continue
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for number, line in enumerate(_lines(path), 1):
            fields = line.split("\t")
            if len(fields) < PAIR_FIELDS:
                raise UserError(
                    "corpus", f"{path.name}, line {number}", "sentence, translation and source tag"
                )
            left, right, source = fields[:PAIR_FIELDS]
            if source in corpus.left_out or source in corpus.pairs_only:
                left_out_lines.update((normalise(left), normalise(right)))
            if source in corpus.left_out:
                text.counts[f"pairs of {source}, left out"] += 1
            else:
                groups[source].append((left, right))
        for source, rows in groups.items():
            text.pairs[(first, second, source)] = rows
    for path in sorted(folder.glob("mono/*.txt*")):
        language = path.name.split(".")[0]
        if corpus.languages and language not in corpus.languages:
            continue
        lines, characters = [], 0
        for line in _lines(path):
            if left_out_lines and normalise(line) in left_out_lines:
                text.counts["lines of sources left out"] += 1
                continue
            lines.append(line)
            characters += len(line)
            if characters >= corpus.characters_per_language:
                break
        text.mono[language] = lines
    if not text.mono and not text.pairs:
        raise UserError("corpus", str(folder), "a folder with mono/*.txt or parallel/*.tsv")
    return text


def read_laboratory(corpus: Corpus, seed: int) -> Text:
    """Text of the laboratory's training split: monolingual lines and parallel sentences."""
    from helpers.data.lab import api

    languages = tuple(corpus.languages) or api.LANGUAGES
    items = corpus.laboratory_items
    text = Text(
        mono={name: api.monolingual(name, n=items, split="train", seed=seed) for name in languages}
    )
    for language in languages:
        if language == "en":
            continue
        table = api.table("parallel", language, split="train", n=items, seed=seed)
        text.pairs[("en", language, "laboratory")] = list(
            zip(table["source_text"], table["target_text"], strict=True)
        )
    return text


def _lines(path: Path) -> Iterator[str]:
    opener = lzma.open if path.suffix == ".xz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                if stripped := line.strip("\r\n"):
                    yield stripped
    except (EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise UserError("corpus", path.name, f"a whole UTF-8 file ({error})") from None
