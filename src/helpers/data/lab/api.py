"""The laboratory's door: items by kind, languages, number, split and seed.

Everything is generated, nothing is read from outside the package; the same arguments give the same
items on every machine. Results from here say what a method does on sentences of known making, not
what it does on natural language.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import cache, lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.data.lab import generators, mrc, nli, reviews
from helpers.data.lab.borrow import BORROWERS
from helpers.data.lab.dials import DIALS_OF, TODAY, Dials
from helpers.data.lab.grammar import LANGUAGES, realiser
from helpers.data.lab.lexicon import TABLES
from helpers.data.lab.speech import speaking
from helpers.data.lab.splits import SPLITS
from helpers.data.lab.twin import TWINS
from helpers.data.lab.wording import worded
from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas

KINDS = tuple(DIALS_OF)
# languages whose realisers can put the parts of a clause in the order of English
ORDERED = ("ko", "ru", "zh", "hi", "ar")
# more rows than this were never checked to be distinct
LIMIT = 1_000_000

__all__ = [
    "DIALS_OF",
    "KINDS",
    "LANGUAGES",
    "LIMIT",
    "SPLITS",
    "TWINS",
    "Dials",
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
        if language not in (*LANGUAGES, *TWINS):
            raise UserError("language", language, (*LANGUAGES, *TWINS))
    if split not in SPLITS:
        raise UserError("split", split, SPLITS)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LIMIT:
        raise UserError("n", n, f"an integer from 1 to {LIMIT}")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UserError("seed", seed, "an integer")


def _check_languages(languages: Sequence[str], dials: Dials) -> None:
    """Refuse a language that cannot be spelt or ordered as the dials ask."""
    turned = (("overlap", dials.overlap, BORROWERS), ("order", dials.order != "own", ORDERED))
    for name, on, able in turned:
        for language in languages:
            if on and language != "en" and language not in able:
                raise UserError("language", language, f"en, {', '.join(able)}, which have {name}")


def _source(kind: str, split: str, seed: str, dials: Dials) -> Iterator:
    """The endless draw of a kind."""
    # what is scored stays as it was: rarity is a matter of training
    rarity = dials.rarity if split == "train" else 0.0
    if kind in ("parallel", "sts"):
        draw = generators.parallel if kind == "parallel" else generators.graded
        return draw(split, seed, rarity) if rarity else draw(split, seed)
    shape = {"depth": dials.depth, "length": dials.length, "rarity": rarity}
    if kind == "reviews":
        return reviews.reviews(split, seed, **shape)
    if kind == "nli":
        return nli.inferences(split, seed, **shape)
    words = {"distractors": dials.distractors, "sharing": dials.sharing}
    return mrc.passages(split, seed, **shape, **words)


# The languages of a study are asked for one by one: each finds the draw that the last one made.
@lru_cache(maxsize=4)
def _take(kind: str, split: str, n: int, seed: str, dials: Dials = TODAY) -> tuple:
    items: list = []
    try:
        for item in islice(_source(kind, split, seed, dials), n):
            items.append(item)
    except generators.Exhausted:
        raise UserError("n", n, f"at most {len(items)} for {kind} in {split}") from None
    return tuple(items)


def generate(
    kind: str,
    languages: Sequence[str] = LANGUAGES,
    n: int = 1000,
    split: str = "train",
    seed: int = 0,
    dials: Dials = TODAY,
) -> list[dict[str, Any]]:
    """Laboratory items of a kind, each in all of ``languages``.

    Parameters
    ----------
    kind : "parallel" (one meaning in every language), "sts" (pairs graded 0 to 5), "mrc" (passage,
        question, answer), "reviews" (negative or positive) or "nli" (premise and hypothesis).
    languages : codes from `LANGUAGES` or `TWINS`. The draw does not depend on them: item i means
        the same whichever languages are asked for.
    n : number of items, from 1 to `LIMIT`. The first items of a longer draw are the shorter draw.
    split : "train", "dev" or "test"; they share no sentence, sentence plan or core combination.
    seed : any integer.
    dials : what the experiment turns (`Dials`).

    Returns
    -------
    list of dicts; texts stand by language:
    parallel {id, texts, genre}; sts {id, sentence1, sentence2, score: float, genre, operation};
    mrc {id, context, question, answers: {language: [str]}, starts: {language: [int]}, genre: role};
    reviews {id, text, label, genre: place}; nli {id, premise, hypothesis, label, operation, genre}.

    Raises
    ------
    UserError for an unknown kind, language or split, an n that cannot be made, or a dial that the
    kind does not have.

    >>> item = generate("parallel", ["en", "ko"], n=1, split="test", seed=0)[0]
    >>> sorted(item), item["id"], sorted(item["texts"])
    (['genre', 'id', 'texts'], 'test-00000', ['en', 'ko'])
    """
    _check(kind, languages, n, split, seed)
    dials = dials.of(kind)
    _check_languages(languages, dials)
    if split == "train":
        n = min(n, dials.size or n)
    noise = dials.noise if split == "train" else 0.0
    name = f"{kind}/{split}/{seed}"
    items = _take(kind, split, n, name, dials)
    with speaking(dials.overlap, dials.order):
        return worded(kind, items, languages, split=split, noise=noise, seed=name)


def table(
    kind: str,
    language: str,
    split: str = "train",
    n: int = 1000,
    seed: int = 0,
    source_language: str = "en",
    dials: Dials = TODAY,
) -> pandas.DataFrame:
    """`generate` as the normalised table that tasks are read into (`rows.COLUMNS`).

    Columns: id, source_text, target_text, language for "parallel" (from ``source_language`` to
    ``language``, which must differ); those of similarity for "sts", of span for "mrc", and of
    classification for "reviews" and "nli" (text is the premise, text2 the hypothesis).

    >>> list(table("sts", "ko", "dev", n=3).columns)
    ['id', 'sentence1', 'sentence2', 'score', 'genre']
    >>> list(table("nli", "ko", "dev", n=3).columns)
    ['id', 'text', 'text2', 'label', 'genre']
    """
    import pandas

    languages = [language]
    if kind == "parallel":
        if language == source_language:
            others = [code for code in LANGUAGES if code != source_language]
            raise UserError("language", language, others)
        languages = [source_language, language]
    items = generate(kind, languages, n, split, seed, dials)
    return pandas.DataFrame([_row(kind, item, language, source_language) for item in items])


def _row(kind: str, item: dict[str, Any], language: str, source: str) -> dict[str, Any]:
    """One item in the columns of its kind."""
    if kind == "parallel":
        texts = item["texts"]
        columns = {"source_text": texts[source], "target_text": texts[language]}
        return {"id": item["id"], **columns, "language": language}
    row = {k: v[language] if isinstance(v, dict) else v for k, v in item.items()}
    if kind == "sts":
        del row["operation"]
        return row
    if kind == "mrc":
        del row["genre"]
        return row | {"article": row["id"]}
    names = ("text", None) if kind == "reviews" else ("premise", "hypothesis")
    texts = {"text": row[names[0]], "text2": row[names[1]] if names[1] else ""}
    return {"id": row["id"], **texts, "label": row["label"], "genre": row["genre"]}


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


def _plain(value: Any) -> object:
    return asdict(value) if is_dataclass(value) else list(value)


def fingerprint(**arguments: object) -> str:
    """Hash of the laboratory (code and tables) and of the arguments of a draw.

    Records that carry it change when the laboratory changes.

    >>> fingerprint(kind="sts", seed=0) == fingerprint(seed=0, kind="sts")
    True
    >>> fingerprint(kind="sts", seed=0) == fingerprint(kind="sts", seed=1)
    False
    """
    told = json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=_plain)
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
