"""The laboratory's door: items by kind, languages, number, split and seed.

Everything is generated, nothing is read from outside the package; the same arguments give the same
items on every machine. Results from here say what a method does on sentences of known making, not
what it does on natural language.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.data.lab import generators
from helpers.data.lab.grammar import LANGUAGES, Meaning, realiser
from helpers.data.lab.lexicon import TABLES
from helpers.data.lab.splits import SPLITS
from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas

KINDS = ("parallel", "sts")
# more rows than this were never checked to be distinct
LIMIT = 1_000_000

__all__ = [
    "KINDS",
    "LANGUAGES",
    "LIMIT",
    "SPLITS",
    "fingerprint",
    "generate",
    "monolingual",
    "table",
    "write_jsonl",
]


def _check(kind: str, languages: Sequence[str], n: int, split: str, seed: int) -> None:
    if kind not in KINDS:
        raise UserError("kind", kind, KINDS)
    if isinstance(languages, str) or not languages:
        raise UserError("languages", languages, f"a non-empty list of {', '.join(LANGUAGES)}")
    for language in languages:
        if language not in LANGUAGES:
            raise UserError("language", language, LANGUAGES)
    if split not in SPLITS:
        raise UserError("split", split, SPLITS)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LIMIT:
        raise UserError("n", n, f"an integer from 1 to {LIMIT}")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UserError("seed", seed, "an integer")


def _take(kind: str, split: str, n: int, seed: str) -> list:
    source = generators.parallel if kind == "parallel" else generators.graded
    items: list = []
    try:
        for item in islice(source(split, seed), n):
            items.append(item)
    except generators.Exhausted:
        raise UserError("n", n, f"at most {len(items)} for {kind} in {split}") from None
    return items


def generate(
    kind: str,
    languages: Sequence[str] = LANGUAGES,
    n: int = 1000,
    split: str = "train",
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Laboratory items of a kind, each in all of ``languages``.

    Parameters
    ----------
    kind : "parallel" (one meaning in every language) or "sts" (pairs graded 0 to 5).
    languages : codes from `LANGUAGES`. The draw does not depend on them: item i means the same
        whichever languages are asked for.
    n : number of items, from 1 to `LIMIT`. The first items of a longer draw are the shorter draw.
    split : "train", "dev" or "test"; they share no sentence, sentence plan or core combination.
    seed : any integer.

    Returns
    -------
    list of dicts: {id, texts: {language: sentence}, genre} or
    {id, sentence1: {language: sentence}, sentence2: {...}, score: float, genre, operation}.

    Raises
    ------
    UserError for an unknown kind, language or split, or an n that cannot be made.

    >>> item = generate("parallel", ["en", "ko"], n=1, split="test", seed=0)[0]
    >>> sorted(item), item["id"], sorted(item["texts"])
    (['genre', 'id', 'texts'], 'test-00000', ['en', 'ko'])
    """
    _check(kind, languages, n, split, seed)
    items = _take(kind, split, n, f"{kind}/{split}/{seed}")
    say = {language: realiser(language) for language in languages}

    def texts(meaning: Meaning) -> dict[str, str]:
        return {language: realise(meaning) for language, realise in say.items()}

    if kind == "parallel":
        return [
            {"id": f"{split}-{i:05d}", "texts": texts(m), "genre": m.relation or "single"}
            for i, m in enumerate(items)
        ]
    return [
        {
            "id": f"{split}-{i:05d}",
            "sentence1": texts(pair.first),
            "sentence2": texts(pair.second),
            "score": float(pair.grade),
            "genre": pair.first.relation or "single",
            "operation": pair.operation,
        }
        for i, pair in enumerate(items)
    ]


def table(
    kind: str,
    language: str,
    split: str = "train",
    n: int = 1000,
    seed: int = 0,
    source_language: str = "en",
) -> pandas.DataFrame:
    """`generate` as the normalised table that tasks are read into.

    Columns: id, sentence1, sentence2, score, genre for "sts"; id, source_text, target_text,
    language for "parallel" (from ``source_language`` to ``language``, which must differ).

    >>> list(table("sts", "ko", "dev", n=3).columns)
    ['id', 'sentence1', 'sentence2', 'score', 'genre']
    """
    import pandas

    if kind == "parallel":
        if language == source_language:
            others = [code for code in LANGUAGES if code != source_language]
            raise UserError("language", language, others)
        rows = [
            {
                "id": item["id"],
                "source_text": item["texts"][source_language],
                "target_text": item["texts"][language],
                "language": language,
            }
            for item in generate(kind, [source_language, language], n, split, seed)
        ]
    else:
        rows = [
            {
                "id": item["id"],
                "sentence1": item["sentence1"][language],
                "sentence2": item["sentence2"][language],
                "score": item["score"],
                "genre": item["genre"],
            }
            for item in generate(kind, [language], n, split, seed)
        ]
    return pandas.DataFrame(rows)


def monolingual(language: str, n: int = 1000, split: str = "train", seed: int = 0) -> list[str]:
    """Distinct sentences of one language, for language modelling.

    Each language has its own draw, so that line i of two languages is no translation.

    >>> len(monolingual("ru", n=5))
    5
    """
    _check("parallel", [language], n, split, seed)
    say = realiser(language)
    return [say(m) for m in _take("parallel", split, n, f"monolingual/{language}/{split}/{seed}")]


@cache
def _code_hash() -> str:
    """Hash of everything that decides what the laboratory writes: its code and its tables."""
    here = Path(__file__).resolve().parent
    digest = sha256()
    for path in sorted([*here.glob("*.py"), *TABLES.rglob("*.tsv")]):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0")
        # git may check files out with other line ends; they make no other laboratory
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def fingerprint(**arguments: object) -> str:
    """Hash of the laboratory (code and tables) and of the arguments of a draw.

    Records that carry it change when the laboratory changes.

    >>> fingerprint(kind="sts", seed=0) == fingerprint(seed=0, kind="sts")
    True
    >>> fingerprint(kind="sts", seed=0) == fingerprint(kind="sts", seed=1)
    False
    """
    told = json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=list)
    return sha256(f"{_code_hash()}\n{told}".encode()).hexdigest()


def write_jsonl(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Writes one JSON object a line (UTF-8); the file appears whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise UserError("path", str(path), "a file in a folder that exists")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
