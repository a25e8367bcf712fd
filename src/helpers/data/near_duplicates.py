"""Which text repeats which: equal once normalised, or sharing half of their 5-grams.

Strings in, numbers out, with the standard library alone: pretraining on a bare machine uses it too.
Not for tables of tasks (``overlap``) and not for a corpus (``models.pretrain.decontaminate``).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

N = 5
CONTAINMENT = 0.5
EXACT, NEAR = "exact", "near"
_PUNCTUATION = re.compile(r"[\W_]+")
# Thai, kana, Han; and Hangul, whose words change with every particle
_BY_CHARACTER = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]")


def normalise(text: str) -> str:
    """Casefolded, without punctuation, one space between words: the form that is compared.

    >>> normalise("  It's   A dog! ")
    'it s a dog'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _PUNCTUATION.sub(" ", folded).strip()


def tokens(text: str) -> list[str]:
    """Words of the normalised text; characters where it has Thai, Japanese, Chinese or Korean.

    >>> tokens("Ein Hund."), tokens("犬がいる")
    (['ein', 'hund'], ['犬', 'が', 'い', 'る'])
    """
    return _split(normalise(text))


def _split(normal: str) -> list[str]:
    if _BY_CHARACTER.search(normal):
        return [c for c in normal if not c.isspace()]
    return normal.split()


def _grams(normal: str) -> set[int]:
    words = _split(normal)
    return {hash(tuple(words[i : i + N])) for i in range(len(words) - N + 1)}


class TextIndex:
    """Texts to be found again: exactly, or by the share of 5-grams that another text holds.

    Text under five tokens has no 5-gram and is found exactly only; text that normalises to nothing
    is not found at all.

    >>> index = TextIndex()
    >>> index.add("a cat sat on the old mat today"), index.add("A dog ran!")
    (0, 1)
    >>> list(index.matches("A cat sat on the old mat!")), list(index.matches("a dog ran"))
    ([(0, 'near')], [(1, 'exact')])
    """

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._sizes: list[int] = []
        self._holders: dict[int, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, text: str) -> int | None:
        """The text's number; texts that are equal once normalised share one, no text has None."""
        normal = normalise(text)
        if not normal:
            return None
        if normal in self._exact:
            return self._exact[normal]
        number = self._exact[normal] = len(self._sizes)
        grams = _grams(normal)
        self._sizes.append(len(grams))
        for gram in grams:
            self._holders[gram].append(number)
        return number

    def matches(self, text: str, *, either: bool = False) -> Iterator[tuple[int, str]]:
        """(number, "exact" | "near") of every text that this one repeats, an exact one first.

        Near: this text holds at least half of that one's 5-grams; with ``either`` also where that
        one holds half of this one's.
        """
        normal = normalise(text)
        exact = self._exact.get(normal)
        if exact is not None:
            yield exact, EXACT
        own = _grams(normal)
        most = len(own) if either else float("inf")
        holders = (self._holders[gram] for gram in own if gram in self._holders)
        for number, shared in Counter(chain.from_iterable(holders)).items():
            least = CONTAINMENT * min(self._sizes[number], most)
            if shared >= least and number != exact:
                yield number, NEAR
