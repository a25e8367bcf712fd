"""Removal of evaluation sentences from training text: exact and near duplicates, counted per set.

A line is a near duplicate when it holds at least half of the 5-grams of an evaluation sentence
(words; characters in Thai, Japanese, Chinese and Korean). Sentences under five tokens are compared
exactly only: they have no 5-gram of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from helpers.data.near_duplicates import TextIndex

from .text import Text


class Contamination:
    """What evaluation text looks like: ask :meth:`matches` whether a line repeats some of it."""

    def __init__(self) -> None:
        self._index = TextIndex()
        self._names: list[str] = []

    @classmethod
    def of(cls, sets: dict[str, Iterable[str]]) -> Contamination:
        """Build from evaluation sentences by set name; the first set that holds one has it.

        >>> seen = Contamination.of({"test": ["a cat sat on the old mat today"]})
        >>> seen.matches("A cat sat on the old mat!")
        ('test', 'near')
        >>> seen.matches("a dog ran") is None
        True
        """
        found = cls()
        for name, sentences in sets.items():
            for sentence in sentences:
                if found._index.add(sentence) == len(found._names):
                    found._names.append(name)
        return found

    def matches(self, line: str) -> tuple[str, str] | None:
        """(set name, "exact" | "near") of the first evaluation sentence that the line repeats."""
        for number, how in self._index.matches(line):
            return self._names[number], how
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
