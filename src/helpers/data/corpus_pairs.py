"""Pairs of training text: parallel sentences of a corpus folder, drawn from its general sources.

A folder holds ``parallel/en-<language>[.<part>].tsv``, each optionally ``.xz``: sentence,
translation, source tag. Not for test sets (see ``sources``) and not for pretraining, which reads
all of it (``models.pretrain.text``).
"""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Iterable, Iterator
from math import log
from pathlib import Path
from typing import NamedTuple

from helpers.data.near_duplicates import TextIndex
from helpers.errors import UserError

# Documentation of software, and captions of the images that STSb's caption pairs describe as well.
TECHNICAL = (
    *("cpp-docs", "electron-i18n", "fastapi-docs", "gnome-help", "hf-course", "mozilla-www"),
    *("nyu-dlsp20", "powershell-docs", "python-docs-es", "python-docs-fr", "python-docs-ja"),
    *("python-docs-ko", "python-docs-tr", "python-docs-zh", "teams-docs-ko", "tensorflow-docs"),
)
CAPTIONS = ("multi30k", "xflickrco")
FIELDS = 3


class Drawn(NamedTuple):
    """Pairs (English, translation) in drawn order, what they were drawn from, what was refused."""

    pairs: tuple[tuple[str, str], ...]
    sources: dict[str, int]
    exact: int
    near: int

    @property
    def fingerprint(self) -> str:
        """Hash of the pairs in their order."""
        total = hashlib.sha256()
        for pair in self.pairs:
            total.update("\t".join(pair).encode() + b"\n")
        return total.hexdigest()


def draw_pairs(
    folder: str | Path,
    language: str,
    n: int,
    *,
    seed: int = 0,
    left_out: Iterable[str] = (*TECHNICAL, *CAPTIONS),
    unseen: Iterable[str] = (),
) -> Drawn:
    """Up to ``n`` pairs of English and ``language`` that repeat no sentence of ``unseen``.

    Sources weigh as the square root of their size, or one long book would fill the sample. The
    order depends on seed and text alone, so the first m of n drawn pairs are the m drawn alone.

    Parameters
    ----------
    left_out : source tags that are not drawn from.
    unseen : evaluation sentences. A pair of which either side is one of them, or holds half of the
        5-grams of one, is refused and counted.

    Raises
    ------
    UserError : no such files, or a row without its three fields.
    """
    refused = set(left_out)
    by_source: dict[str, dict[tuple[str, str], None]] = {}
    for left, right, source in _rows(Path(folder), language):
        if source not in refused:
            by_source.setdefault(source, {})[left, right] = None
    ordered = sorted(
        (_waiting_time(seed, pair) * len(pairs) ** 0.5, pair, source)
        for source, pairs in by_source.items()
        for pair in pairs
    )
    index = TextIndex()
    for sentence in unseen:
        index.add(sentence)
    kept: list[tuple[str, str]] = []
    sources: dict[str, int] = {}
    counts = {"exact": 0, "near": 0}
    for _, pair, source in ordered:
        if len(kept) == n:
            break
        found = next((how for side in pair for _, how in index.matches(side)), None)
        if found is not None:
            counts[found] += 1
            continue
        kept.append(pair)
        sources[source] = sources.get(source, 0) + 1
    return Drawn(tuple(kept), dict(sorted(sources.items())), counts["exact"], counts["near"])


def _waiting_time(seed: int, pair: tuple[str, str]) -> float:
    """Exponential waiting time of a pair: divided by weights, the order is a weighted draw.

    Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir".
    """
    spelt = f"{seed}:{pair[0]}\t{pair[1]}".encode()
    number = int.from_bytes(hashlib.blake2b(spelt, digest_size=8).digest(), "big")
    return -log((number + 1) / 2**64)


def _rows(folder: Path, language: str) -> Iterator[tuple[str, str, str]]:
    paths = sorted(
        path
        for path in folder.glob("parallel/*.tsv*")
        if path.name.split(".")[0] == f"en-{language}" and path.suffix in (".tsv", ".xz")
    )
    if not paths:
        raise UserError(
            "pairs", str(folder), f"a corpus folder with parallel/en-{language}.tsv (or .tsv.xz)"
        )
    for path in paths:
        opener = lzma.open if path.suffix == ".xz" else open
        try:
            with opener(path, "rt", encoding="utf-8") as stream:
                for number, line in enumerate(stream, 1):
                    fields = line.rstrip("\r\n").split("\t")
                    if len(fields) < FIELDS:
                        accepted = "sentence, translation and source tag"
                        raise UserError("pairs", f"{path.name}, line {number}", accepted)
                    yield fields[0], fields[1], fields[2]
        except (EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
            raise UserError("pairs", path.name, f"a whole UTF-8 file ({error})") from None
