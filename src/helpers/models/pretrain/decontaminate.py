"""Removal of evaluation sentences from training text: exact and near duplicates, counted per set.

A line is a near duplicate when it holds at least half of the 5-grams of an evaluation sentence
(words; characters where a script writes no spaces). Sentences under five tokens are compared
exactly only: they have no 5-gram of their own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .text import Text, normalise

N = 5
CONTAINMENT = 0.5
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿豈-﫿฀-๿]")


def tokens(text: str) -> list[str]:
    """Words of the normalised text; every character a token where the script has no spaces.

    >>> tokens("Ein Hund."), tokens("犬がいる")
    (['ein', 'hund'], ['犬', 'が', 'い', 'る'])
    """
    normal = normalise(text)
    if _UNSPACED.search(normal):
        return [c for c in normal if not c.isspace()]
    return normal.split()


def _grams(words: list[str]) -> set[int]:
    return {hash(tuple(words[i : i + N])) for i in range(len(words) - N + 1)}


@dataclass
class Contamination:
    """What evaluation text looks like: ask :meth:`matches` whether a line repeats some of it."""

    exact: dict[str, str] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    index: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, sets: dict[str, Iterable[str]]) -> Contamination:
        """Build from evaluation sentences by set name.

        >>> seen = Contamination.of({"test": ["a cat sat on the old mat today"]})
        >>> seen.matches("A cat sat on the old mat!")
        ('test', 'near')
        >>> seen.matches("a dog ran") is None
        True
        """
        found = cls()
        for name, sentences in sets.items():
            for sentence in sentences:
                normal = normalise(sentence)
                if not normal or normal in found.exact:
                    continue
                found.exact[normal] = name
                grams = _grams(tokens(sentence))
                if grams:
                    number = len(found.sizes)
                    found.sizes.append(len(grams))
                    found.names.append(name)
                    for gram in grams:
                        found.index[gram].append(number)
        return found

    def matches(self, line: str) -> tuple[str, str] | None:
        """(set name, "exact" | "near") of the first evaluation sentence that the line repeats."""
        if name := self.exact.get(normalise(line)):
            return name, "exact"
        hits: Counter[int] = Counter()
        for gram in _grams(tokens(line)):
            for number in self.index.get(gram, ()):
                hits[number] += 1
                if hits[number] >= CONTAINMENT * self.sizes[number]:
                    return self.names[number], "near"
        return None


def clean(
    text: Text,
    sets: dict[str, Iterable[str]],
    progress: Callable[[Iterable, str], Iterable] = lambda rows, _: rows,
) -> dict[str, dict[str, int]]:
    """Remove from ``text``, in place, every line and pair that repeats an evaluation sentence.

    Returns
    -------
    Counts of removed lines and pairs: set name -> {"exact": n, "near": n}.
    """
    seen = Contamination.of(sets)
    removed: dict[str, dict[str, int]] = {name: {"exact": 0, "near": 0} for name in sets}

    def keep(*sides: str) -> bool:
        for side in sides:
            if found := seen.matches(side):
                removed[found[0]][found[1]] += 1
                return False
        return True

    for language, lines in text.mono.items():
        text.mono[language] = [line for line in progress(lines, language) if keep(line)]
    for key, rows in text.pairs.items():
        text.pairs[key] = [row for row in progress(rows, "-".join(key)) if keep(*row)]
    return removed
