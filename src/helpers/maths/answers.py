"""Exact match and F1 of extractive answers, by rules that depend on the language.

The rules are data (``answer_rules``); here is what they do. Each score is the best over all gold
answers of the question. Not for finding answers in a text, and not for averaging: per-item scores
come out, so that they can be paired and resampled.

Scores equal those of the published scorers, with three exceptions, each chosen so that a gold
answer scores 1 and exact match never exceeds F1:

- Two answers of which nothing is left ("the" against "The!") share no token, so SQuAD's, MLQA's,
  KorQuAD's and CMRC's scripts give exact match 1 and F1 0. Here equal normalised answers score 1.
- JaQuAD's notebook calls it an exact match where the two bags of characters agree, so an anagram
  is one. Here the strings must agree.
- CMRC's script cuts text that is not Chinese with ``nltk.word_tokenize``; here the part of its
  rules that acts within an answer is written out (see `tokenise`): sentence boundaries within the
  run and the irregular contractions ("cannot", "gonna") are not looked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

import numpy as np

from helpers.maths.answer_rules import (
    ASCII_PUNCTUATION,
    RULES,
    UNICODE_PUNCTUATION,
    Rules,
    rules_for,
)

__all__ = [
    "RULES",
    "Rules",
    "exact_match",
    "exact_matches",
    "f1",
    "f1s",
    "normalise_answer",
    "rules_for",
    "tokenise",
]

_HAN = re.compile("([\u4e00-\u9fa5])")  # as both scorers have it: no extension blocks

# Marks that stand alone in Treebank text; a comma inside a number and the full stop of an
# abbreviation do not.
_MARKS = ';@#$%&?!*()[]{}<>"“”‘’„«»‒–—―'
_PIECE = re.compile(
    rf"\.\.+|[{re.escape(_MARKS)}]|,(?!\d)|(?:[^\s.,{re.escape(_MARKS)}]|,(?=\d)|\.(?!\.))+"
)
_CLITIC = re.compile(r"(?<=[^' ])('s|'m|'d|'ll|'re|'ve|n't|')$")
_LAST_STOP = re.compile(r"(?<=[^.])\.(?=[\])}>\"'»”’ ]*$)")


@cache
def _is_punctuation(character: str) -> bool:
    return character in ASCII_PUNCTUATION or unicodedata.category(character).startswith("P")


@cache
def _articles(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")


def normalise_answer(text: str, rules: Rules) -> str:
    """The form of an answer that exact match compares.

    >>> normalise_answer("The  Eiffel Tower!", RULES["squad"])
    'eiffel tower'
    >>> normalise_answer("《겨울 나그네》(1827년)", RULES["korquad"])
    '겨울 나그네 1827년'
    """
    if not isinstance(text, str):
        raise ValueError(f"text: got {type(text).__name__}; accepted: a string")
    if rules.spacing == "outer":
        text = text.strip()
    if rules.lower:
        text = text.lower()
    if rules.blanks:
        text = "".join(" " if c in rules.blanks else c for c in text)
    if rules.removed == UNICODE_PUNCTUATION:
        text = "".join(c for c in text if not _is_punctuation(c))
    else:
        text = "".join(c for c in text if c not in rules.removed)
    if rules.articles:
        text = _articles(rules.articles).sub(" ", text)
    for prefix in rules.prefixes:
        text = text.replace(prefix, " ")
    if rules.tokens == "han":
        text = _HAN.sub(r" \1 ", text)
    if rules.spacing == "outer":
        return text
    return (" " if rules.spacing == "single" else "").join(text.split())


def tokenise(text: str, rules: Rules) -> list[str]:
    """The tokens of an answer that F1 counts.

    By ``han-treebank`` every Han character is a token, and what stands between two of them is cut
    at blanks, around brackets, quotes and ; @ # $ % & ? ! *, around dashes, before a comma that no
    digit follows, before the full stop that ends the run, around two or more full stops, and before
    's 'm 'd 'll 're 've n't.

    >>> tokenise("約1,500公里", RULES["cmrc"])
    ['約', '1,500', '公', '里']
    >>> tokenise("서울 특별시", RULES["korquad"])
    ['서', '울', '특', '별', '시']
    """
    return _cut(normalise_answer(text, rules), rules)


def _cut(normal: str, rules: Rules) -> list[str]:
    if rules.tokens == "characters":
        return [c for c in normal if not c.isspace()]
    if rules.tokens == "han-treebank":
        return [token for run in _HAN.split(normal) for token in _treebank(run)]
    return normal.split()


def _treebank(run: str) -> list[str]:
    run = _LAST_STOP.sub(" . ", run.rstrip())
    tokens = []
    for piece in _PIECE.findall(run):
        clitic = _CLITIC.search(piece)
        cut = clitic.start() if clitic else len(piece)
        tokens += [part for part in (piece[:cut], piece[cut:]) if part]
    return tokens


def exact_match(prediction: str, golds: Sequence[str], rules: Rules) -> float:
    """1.0 where the normalised prediction equals a normalised gold answer, else 0.0.

    >>> exact_match("eiffel tower", ["The Eiffel Tower.", "the tower"], RULES["squad"])
    1.0
    """
    normal = normalise_answer(prediction, rules)
    return float(any(normal == normalise_answer(gold, rules) for gold in _checked(golds)))


def f1(prediction: str, golds: Sequence[str], rules: Rules) -> float:
    """Best F1 of the prediction's tokens against a gold answer's: from 0 to 1.

    With s tokens shared (``rules.overlap``) of p and g, precision s/p and recall s/g:
    F1 = 2 s / (p + g). Equal normalised answers score 1, even where no token is left.

    >>> f1("tower in Paris", ["The Eiffel Tower"], RULES["squad"])
    0.4
    """
    normal = normalise_answer(prediction, rules)
    others = [normalise_answer(gold, rules) for gold in _checked(golds)]
    if normal in others:
        return 1.0
    own, best = _cut(normal, rules), 0.0
    for tokens in (_cut(other, rules) for other in others):
        if shared := _shared(own, tokens, rules.overlap):
            best = max(best, 2 * shared / (len(own) + len(tokens)))
    return best


def exact_matches(
    predictions: Sequence[str], golds: Sequence[Sequence[str]], rules: Rules
) -> np.ndarray:
    """`exact_match` of every item, float64 (n,); its mean is the EM of the set.

    >>> exact_matches(["Paris", "in Rome"], [["Paris"], ["Rome"]], RULES["squad"])
    array([1., 0.])
    """
    return _per_item(exact_match, predictions, golds, rules)


def f1s(predictions: Sequence[str], golds: Sequence[Sequence[str]], rules: Rules) -> np.ndarray:
    """`f1` of every item, float64 (n,); its mean is the F1 of the set.

    >>> f1s(["Paris", "in Rome"], [["Paris"], ["Rome"]], RULES["squad"]).round(3)
    array([1.   , 0.667])
    """
    return _per_item(f1, predictions, golds, rules)


def _per_item(score, predictions, golds, rules) -> np.ndarray:
    if len(predictions) != len(golds):
        raise ValueError(
            f"golds: got {len(golds)} entries; accepted: {len(predictions)}, one a prediction"
        )
    pairs = zip(predictions, golds, strict=True)
    return np.array([score(prediction, gold, rules) for prediction, gold in pairs], dtype=float)


def _checked(golds: Sequence[str]) -> Sequence[str]:
    # A lone string would be taken for a list of one-character answers.
    if isinstance(golds, str) or not len(golds):
        raise ValueError(f"golds: got {golds!r}; accepted: a list of one or more answers")
    return golds


def _shared(first: list[str], second: list[str], overlap: str) -> int:
    if overlap == "bag":
        return (Counter(first) & Counter(second)).total()
    return SequenceMatcher(None, first, second, autojunk=False).find_longest_match().size
