"""Drawing batches of rows: languages by temperature, sources by weight, everything by step number.

Nothing here has state: a draw depends on its generator only, so a resumed run draws what an
unbroken one would have drawn.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from helpers.errors import UserError

from .recipe import Corpus
from .tokens import Group


def _shares(sizes: np.ndarray, temperature: float) -> np.ndarray:
    weights = sizes.astype(float) ** temperature
    return weights / weights.sum()


class PairSampler:
    """Pairs of one language pair a draw (its in-batch negatives are of the same languages).

    Parameters
    ----------
    halves : take the two halves of monolingual lines as pairs instead of translations.
    """

    def __init__(self, groups: dict[str, Group], corpus: Corpus, halves: bool = False):
        self.groups, self.halves = groups, halves
        # language (pair) -> its parts, each with the weight of its source
        self.parts: dict[str, list[tuple[str, float]]] = defaultdict(list)
        if halves:
            for name in sorted(groups):
                kind, _, language = name.partition("/")
                if kind == "mono" and len(groups[name]):
                    self.parts[language].append((name, 1.0))
        else:
            default = corpus.source_weights.get("*", 1.0)
            for name in sorted(groups):
                if name.startswith("pair/") and name.endswith("/0") and len(groups[name]):
                    _, languages, source, _ = name.split("/")
                    weight = corpus.source_weights.get(source, default)
                    if weight > 0:
                        self.parts[languages].append((name[:-2], weight))
        if not self.parts:
            accepted = "pairs, of a source that recipe.corpus.source_weights gives a weight"
            raise UserError("corpus", "text without pairs to draw from", accepted)
        self.names = sorted(self.parts)
        self.weights = {
            name: np.array([weight * self._size(part) for part, weight in self.parts[name]])
            for name in self.names
        }
        totals = np.array([self.weights[name].sum() for name in self.names])
        self.shares = _shares(totals, corpus.temperature)

    def _size(self, part: str) -> int:
        return len(self.groups[part if self.halves else f"{part}/0"])

    def draw(
        self, rng: np.random.Generator, n: int, limit: int
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """``n`` pairs as two lists of token rows, each of one to ``limit`` tokens."""
        name = self.names[rng.choice(len(self.names), p=self.shares)]
        weights = self.weights[name]
        left, right = [], []
        while len(left) < n:
            chosen = rng.choice(len(weights), size=n, p=weights / weights.sum())
            for index in chosen:
                part = self.parts[name][index][0]
                row = int(rng.integers(self._size(part)))
                pair = (
                    self._halves(part, row, limit) if self.halves else self._pair(part, row, limit)
                )
                if len(pair[0]) and len(pair[1]):
                    left.append(pair[0])
                    right.append(pair[1])
        return left[:n], right[:n]

    def _pair(self, part: str, row: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
        return (
            self.groups[f"{part}/0"].row(row, limit),
            self.groups[f"{part}/1"].row(row, limit),
        )

    def _halves(self, part: str, row: int, limit: int) -> tuple[np.ndarray, np.ndarray]:
        ids = self.groups[part].row(row, 2 * limit)
        middle = len(ids) // 2
        return ids[:middle], ids[middle:]


KEPT = 0.6  # of a line's tokens in each of its two views


def views(
    lines: PairSampler, rng: np.random.Generator, n: int, limit: int = 64
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Two views of ``n`` monolingual lines: each a random share of the line's tokens, in order.

    Parameters
    ----------
    lines : a sampler of halves, whose two sides together are the line.
    """
    first, second = lines.draw(rng, n, limit=limit // 2)
    rows = [np.concatenate(halves) for halves in zip(first, second, strict=True)]
    return [_some(rng, row) for row in rows], [_some(rng, row) for row in rows]


def _some(rng: np.random.Generator, row: np.ndarray) -> np.ndarray:
    kept = rng.random(len(row)) < KEPT
    kept[rng.integers(len(row))] = True  # at least one
    return row[kept]


class LineSampler:
    """Packed windows of monolingual text: consecutive lines of a language, cut to one length."""

    def __init__(self, groups: dict[str, Group], corpus: Corpus, separator: int):
        self.separator = separator
        self.groups = {
            name.partition("/")[2]: group
            for name, group in sorted(groups.items())
            if name.startswith("mono/") and len(group)
        }
        if not self.groups:
            raise UserError("corpus", "text without monolingual lines", "lines to draw from")
        self.names = list(self.groups)
        sizes = np.array([len(self.groups[name].ids) for name in self.names])
        self.shares = _shares(sizes, corpus.temperature)

    def draw(self, rng: np.random.Generator, n: int, length: int) -> np.ndarray:
        """int64 (n, length): each row full, lines joined by the separator."""
        windows = np.empty((n, length), dtype=np.int64)
        for i, choice in enumerate(rng.choice(len(self.names), size=n, p=self.shares)):
            group = self.groups[self.names[choice]]
            filled, row = 0, int(rng.integers(len(group)))
            while filled < length:
                ids = group.row(row)[: length - filled]
                windows[i, filled : filled + len(ids)] = ids
                filled += len(ids)
                if filled < length:
                    windows[i, filled] = self.separator
                    filled += 1
                row = (row + 1) % len(group)
        return windows
