"""Answers without a model: a random span, and the span that word overlap points to.

Both say how much of a score comes from the form of the task, so neither sees a gold answer of the
rows that it answers. Not for decoding a network's logits (``spans``).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from helpers.data.sentences import sentences
from helpers.errors import UserError
from helpers.models.baselines import words_and_ngrams

if TYPE_CHECKING:
    import pandas

# Written without blanks between words: each character is a unit
UNSPACED = ("zh", "ja", "th")
LONGEST = 8  # units of an answer that overlap gives
_COVERED = 0.5
# a run of Latin letters or digits is one unit even there; what follows are marks on a character
_RUN = re.compile(r"[0-9A-Za-z]+|\S")
_WORD = re.compile(r"\S+")

Unit = tuple[int, int]


def units(text: str, language: str) -> list[Unit]:
    """Words of a text as (start, end), without punctuation at their ends.

    In Chinese, Japanese and Thai a unit is a character with its marks, or a run of Latin letters
    or digits.

    >>> text = "Anna (born 1989) left."
    >>> [text[start:end] for start, end in units(text, "en")]
    ['Anna', 'born', '1989', 'left']
    >>> text = "他1989年走了。"
    >>> [text[start:end] for start, end in units(text, "zh")]
    ['他', '1989', '年', '走', '了']
    """
    found: list[Unit] = []
    for match in (_RUN if language in UNSPACED else _WORD).finditer(text):
        start, end = match.span()
        while start < end and _is_punctuation(text[start]):
            start += 1
        while start < end and _is_punctuation(text[end - 1]):
            end -= 1
        if start == end:
            continue
        mark = language in UNSPACED and unicodedata.category(text[start]).startswith("M")
        if mark and found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def answer_lengths(table: pandas.DataFrame, language: str) -> list[int]:
    """Lengths of the first gold answers in units, 1 at least: what :func:`random_spans` draws from.

    Take the training rows, not those to be answered.

    >>> import pandas
    >>> answer_lengths(pandas.DataFrame({"answers": [["in Ulm"], ["Anna"]]}), "en")
    [2, 1]
    """
    return [max(1, len(units(answers[0], language))) for answers in table["answers"]]


def random_spans(
    table: pandas.DataFrame, lengths: Sequence[int], seed: int, language: str
) -> list[str]:
    """A span of each context drawn at random; the same row and seed give the same one.

    The length in units is drawn from ``lengths``, the start evenly among those that leave room for
    it; a context that is shorter is given whole.

    Errors: ``UserError`` on ``lengths`` where there is none, or one below 1.

    >>> import pandas
    >>> table = pandas.DataFrame({"context": ["Anna reads."], "question": ["Who reads?"]})
    >>> random_spans(table, [2], 0, "en")
    ['Anna reads']
    """
    if len(lengths) == 0 or min(lengths) < 1:
        raise UserError("lengths", list(lengths)[:5], "lengths of answers in words, 1 or more")
    found = []
    for context, question in _texts(table):
        rng = np.random.default_rng([seed, zlib.crc32(f"{question}\n{context}".encode())])
        length = int(rng.choice(np.asarray(lengths)))
        here = units(context, language) or [_whole(context)]
        first = int(rng.integers(max(1, len(here) - length + 1)))
        last = min(first + length, len(here)) - 1
        found.append(context[here[first][0] : here[last][1]])
    return found


def keyword_overlap(table: pandas.DataFrame, language: str) -> list[str]:
    """The least expected words of the sentence that shares most with the question.

    Sentences are scored by the sum of the weights of what they share with the question: lower-cased
    words and character n-grams, each weighted by its inverse document frequency, the logarithm of N
    over the number of the table's N different sentences that have it. This is the word overlap of
    Richardson et al. (2013) with the sentence as the window.

    An answer seldom repeats the question, so inside the sentence words of which the question has
    half the weight are barred. The answer is the run of others, of at most ``LONGEST`` units and
    over no punctuation, with the greatest sum of weights above the sentence's mean, a unit's weight
    being the mean over its features: rare words belong together, frequent ones at its ends fall
    away. Where all are barred the whole sentence is given. Of equals the first counts.

    >>> import pandas
    >>> text = "The tower was painted by Ottilie. It was sold. The mill is by the sea."
    >>> table = pandas.DataFrame({"context": [text], "question": ["Who painted the tower?"]})
    >>> keyword_overlap(table, "en")
    ['Ottilie']
    """
    rows = _texts(table)
    cut: dict[str, list[Unit]] = {
        context: sentences(context, language) or [_whole(context)] for context, _ in rows
    }
    distinct = {text[start:end] for text, spans in cut.items() for start, end in spans}
    features = {sentence: frozenset(words_and_ngrams(sentence)) for sentence in distinct}
    counts = Counter(feature for found in features.values() for feature in found)
    weights = {feature: float(np.log(len(distinct) / n)) for feature, n in counts.items()}
    answers = []
    for context, question in rows:
        asked = frozenset(words_and_ngrams(question))
        here = [context[start:end] for start, end in cut[context]]
        # sorted: sums of floats in the order of a set differ from run to run
        shared = [sum(sorted(weights[f] for f in asked & features[text])) for text in here]
        answers.append(_rare_words(here[int(np.argmax(shared))], asked, weights, language))
    return answers


def _rare_words(
    sentence: str, asked: frozenset[str], weights: dict[str, float], language: str
) -> str:
    here = units(sentence, language)
    if not here:
        return sentence
    scored = [_unit_weight(sentence, unit, asked, weights, language) for unit in here]
    mean = np.mean([weight for weight, _ in scored])
    best, answer = -np.inf, sentence
    for first in range(len(here)):
        total = 0.0
        for last in range(first, min(first + LONGEST, len(here))):
            between = sentence[here[last - 1][1] : here[last][0]] if last > first else ""
            if scored[last][1] or any(map(_is_punctuation, between)):
                break
            total += scored[last][0] - mean
            if total > best + 1e-9:
                best, answer = total, sentence[here[first][0] : here[last][1]]
    return answer


def _unit_weight(
    sentence: str, unit: Unit, asked: frozenset[str], weights: dict[str, float], language: str
) -> tuple[float, bool]:
    """Mean weight of a unit's features, and whether it is barred as one of the question's."""
    start, end = unit
    if language in UNSPACED:
        # one character says little: the two pairs that it is part of
        pairs = [sentence[max(start - 1, 0) : end], sentence[start : end + 1]]
        found = [pair.lower() for pair in pairs if len(pair.strip()) > end - start]
        found = found or [sentence[start:end].lower()]
        barred = any(feature in asked for feature in found)
        return float(np.mean([weights.get(feature, 0.0) for feature in found])), barred
    found = list(words_and_ngrams(sentence[start:end]))
    of_all = sum(weights.get(feature, 0.0) for feature in found)
    of_asked = sum(weights.get(feature, 0.0) for feature in found if feature in asked)
    # what every sentence has weighs nothing and may belong to an answer
    return of_all / max(len(found), 1), of_all > 0 and of_asked >= _COVERED * of_all


def _texts(table: pandas.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["context"], table["question"], strict=True)) if len(table) else []


def _whole(text: str) -> Unit:
    return 0, len(text)


@cache
def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
