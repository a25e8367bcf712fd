"""Cheap learners for the laboratory's checks: bags of n-grams under logistic regression.

Each turns laboratory tables into one score an item: 1 right, 0 wrong. What a learner cannot see is
what it is for: a bag of words no order, the hypothesis alone no premise, the question alone no
passage. Not for encoders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Latin letters apart from others: of a loan with a native ending both are words
_WORD = re.compile(r"[a-zé]+|[^\W\d_a-zé]+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.。।])\s*")
Features = Callable[[dict], Iterator[str]]


def words(text: str) -> list[str]:
    """Lower-cased words.

    >>> words("boy는 open했다.")
    ['boy', '는', 'open', '했다']
    """
    return _WORD.findall(text.lower())


def n_grams(tokens: list[str], most: int) -> Iterator[str]:
    """All runs of 1 to ``most`` tokens.

    >>> list(n_grams(["not", "good"], 2))
    ['not', 'good', 'not good']
    """
    for size in range(1, most + 1):
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])


def sentences(text: str) -> list[str]:
    """The sentences of a passage.

    >>> sentences("One slept. Two sang.")
    ['One slept.', 'Two sang.']
    """
    return [part for part in _SENTENCE.split(text) if part]


def bag(row: dict) -> Iterator[str]:
    """Words of a text, and of its second text, each known by its side."""
    yield from (f"1 {word}" for word in words(row["text"]))
    yield from (f"2 {word}" for word in words(row["text2"]))


def grams(row: dict) -> Iterator[str]:
    """Runs of up to three words."""
    yield from n_grams(words(row["text"]), 3)


def clauses(row: dict) -> Iterator[str]:
    """Runs of up to three words of the last clause of the last sentence with two clauses."""
    told = [s for s in sentences(row["text"]) if " but " in s]
    yield from n_grams(words(told[-1].rpartition(" but ")[2]), 3)


def hypothesis(row: dict) -> Iterator[str]:
    """Runs of up to two words of the hypothesis; nothing of the premise."""
    yield from n_grams(words(row["text2"]), 2)


_NO = frozenset({"not", "did", "does", "do", "was", "were"})


def pairs(row: dict) -> Iterator[str]:
    """Which words one side has and the other lacks, and how many, by who is negated."""
    first, second = set(words(row["text"])), set(words(row["text2"]))
    state = f"{'not' in first}{'not' in second}"
    left, right = first - second - _NO, second - first - _NO
    yield state
    for side, found in (("left", left), ("right", right)):
        yield f"{state} {side} {min(len(found), 4)}"
        yield from (f"{state} {side} {word}" for word in found)


def _fitted(x: Any, labels: Any) -> Any:
    """Logistic regression on few rows, where a second thread would wait longer than it works."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return LogisticRegression(C=1.0, max_iter=300).fit(x, labels)


def classified(train: pd.DataFrame, test: pd.DataFrame, features: Features) -> np.ndarray:
    """1 where logistic regression on counts of ``features`` names the label of a test row."""
    from sklearn.feature_extraction import DictVectorizer

    def counts(table: pd.DataFrame) -> list[dict[str, int]]:
        found = []
        for row in table.to_dict("records"):
            bag: dict[str, int] = {}
            for name in features(row):
                bag[name] = bag.get(name, 0) + 1
            found.append(bag)
        return found

    vectors = DictVectorizer()
    x = vectors.fit_transform(counts(train))
    model = _fitted(x, train["label"])
    predicted = model.predict(vectors.transform(counts(test)))
    return (predicted == test["label"].to_numpy()).astype(float)


def _gold(row: dict, parts: list[str]) -> int:
    """Number of the sentence with the answer."""
    end = 0
    for i, part in enumerate(parts):
        end = row["context"].index(part, end) + len(part)
        if row["starts"][0] < end:
            return i
    raise ValueError(f"starts: got {row['starts']}; accepted: offsets inside the context")


def most_shared(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Chance of the answer's sentence where the one with most of the question's words is chosen.

    Nothing is learnt; sentences that share equally many share the chance.
    """
    import numpy as np

    del train
    scores = []
    for row in test.to_dict("records"):
        parts, asked = sentences(row["context"]), set(words(row["question"]))
        shared = [len(asked & set(words(part))) for part in parts]
        best = [i for i, count in enumerate(shared) if count == max(shared)]
        scores.append((_gold(row, parts) in best) / len(best))
    return np.array(scores)


def question_only(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """1 where the answer's place in the passage is told from the question alone."""
    import pandas as pd

    def table(spans: pd.DataFrame) -> pd.DataFrame:
        rows = spans.to_dict("records")
        label = [_gold(row, sentences(row["context"])) for row in rows]
        return pd.DataFrame({"text": spans["question"], "text2": "", "label": label})

    return classified(table(train), table(test), grams)


def sentence_reader(train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """1 where the sentence ranked first, by words shared and words of its own, has the answer."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer

    def candidates(table: pd.DataFrame) -> tuple[list[dict], list[int], list[int]]:
        bags, right, owner = [], [], []
        for number, row in enumerate(table.to_dict("records")):
            parts, asked = sentences(row["context"]), set(words(row["question"]))
            gold = _gold(row, parts)
            for i, part in enumerate(parts):
                own = set(words(part))
                bag = {f"own {word}": 1.0 for word in own - asked}
                bags.append(bag | {"missed": float(len(asked - own)), "extra": float(len(own))})
                right.append(int(i == gold))
                owner.append(number)
        return bags, right, owner

    vectors = DictVectorizer()
    bags, right, _ = candidates(train)
    model = _fitted(vectors.fit_transform(bags), right)
    bags, right, owner = candidates(test)
    score = model.decision_function(vectors.transform(bags))
    best: dict[int, int] = {}
    for i, number in enumerate(owner):
        if number not in best or score[i] > score[best[number]]:
            best[number] = i
    return np.array([float(right[best[number]]) for number in sorted(best)])
