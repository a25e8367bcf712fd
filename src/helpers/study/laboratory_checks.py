"""The laboratory's own checks: each dial, what it moves in English, and what it leaves alone.

One row a dial, level and learner, with a Wilson interval over test items. Beside the accuracy
stand the length, the entropy of labels and the vocabulary of the test items, which only the dial of
length may move. Transfer between languages is planted by the dial of overlap and must be found;
twins must score as their originals. Not for encoders: see ``laboratory_learners``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from helpers.data.lab import api
from helpers.data.lab.api import Dials
from helpers.study import laboratory_learners as learners

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

N_TRAIN, N_TEST = 1200, 600
LANGUAGES = ("ko", "ru", "zh", "hi")
OVERLAPS = (0.0, 0.25, 0.5, 1.0)
Learner = Callable[["pd.DataFrame", "pd.DataFrame"], "np.ndarray"]


def _by(features: learners.Features) -> Learner:
    return lambda train, test: learners.classified(train, test, features)


LEARNERS: dict[str, dict[str, Learner]] = {
    "reviews": {
        "bag-of-words": _by(learners.bag),
        "n-grams": _by(learners.grams),
        "last clause": _by(learners.clauses),
    },
    "nli": {
        "bag-of-words": _by(learners.bag),
        "hypothesis-only": _by(learners.hypothesis),
        "pairs": _by(learners.pairs),
    },
    "mrc": {
        "most words shared": learners.most_shared,
        "question-only": learners.question_only,
        "sentence reader": learners.sentence_reader,
    },
}


@dataclass(frozen=True)
class Sweep:
    """One dial turned over ``levels``, the others at ``beside``; ``by`` shows its effect."""

    dial: str
    kind: str
    levels: tuple
    by: tuple[str, ...]
    beside: dict[str, Any]
    rises: bool = False


SWEEPS = (
    Sweep("noise", "reviews", (0.0, 0.2, 0.4), ("n-grams",), {"depth": 1}),
    Sweep("size", "reviews", (60, 240, 960), ("n-grams",), {"depth": 1}, rises=True),
    Sweep("rarity", "reviews", (0.0, 0.9, 1.0), ("bag-of-words",), {"depth": 0}),
    Sweep("length", "reviews", (3, 6, 12), ("n-grams",), {"depth": 1}),
    Sweep("depth", "reviews", (0, 1, 2, 3), tuple(LEARNERS["reviews"]), {}),
    Sweep("depth", "nli", (0, 1, 2, 3), tuple(LEARNERS["nli"]), {}),
    Sweep("depth", "mrc", (0, 1, 2, 3), tuple(LEARNERS["mrc"]), {"distractors": 1, "length": 5}),
    Sweep(
        "distractors",
        "mrc",
        (0, 2, 5),
        ("sentence reader",),
        {"depth": 0, "sharing": 1.0, "length": 9},
    ),
    Sweep(
        "sharing",
        "mrc",
        (0.0, 0.5, 1.0),
        ("sentence reader",),
        {"depth": 0, "distractors": 5, "length": 9},
    ),
)


@dataclass(frozen=True)
class Check:
    """Accuracy of a learner at a level, with what else was counted of the test items.

    ``length``: words an item, with half the width of its 95 % interval; ``label_entropy``: bits;
    ``vocabulary``: different words in all items.
    """

    dial: str
    kind: str
    level: float
    learner: str
    language: str
    value: float
    low: float
    high: float
    n: int
    length: float
    length_margin: float
    label_entropy: float
    vocabulary: int


def wilson(value: float, n: int) -> tuple[float, float]:
    """Ends of the 95 % interval of a proportion (Wilson 1927).

    >>> wilson(0.5, 100)
    (0.403..., 0.596...)
    """
    z = 1.959964
    centre = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def _counted(table: pd.DataFrame) -> dict[str, float]:
    """Length, entropy of labels and vocabulary of a table of items."""
    import numpy as np

    columns = [c for c in ("text", "text2", "context", "question") if c in table]
    texts = table[columns].agg(" ".join, axis=1)
    tokens = [learners.words(text) for text in texts]
    lengths = np.array([len(t) for t in tokens])
    labels = table["label"] if "label" in table else table["starts"].map(lambda s: s[0] // 40)
    shares = np.array(list(Counter(labels).values())) / len(table)
    return {
        "length": float(lengths.mean()),
        "length_margin": float(1.96 * lengths.std(ddof=1) / math.sqrt(len(lengths))),
        "label_entropy": float(-(shares * np.log2(shares)).sum()),
        "vocabulary": len({word for item in tokens for word in item}),
    }


def _check(learner: str, train: pd.DataFrame, test: pd.DataFrame, **told: Any) -> Check:
    scores = LEARNERS[told["kind"]][learner](train, test)
    value = float(scores.mean())
    low, high = wilson(value, len(scores))
    found = {"value": value, "low": low, "high": high, "n": len(scores)}
    return Check(learner=learner, **told, **found, **_counted(test))


def swept(sweep: Sweep, n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = 0) -> list[Check]:
    """A dial's effect on English, a row a level and learner."""
    found = []
    for level in sweep.levels:
        dials = Dials(**{**sweep.beside, sweep.dial: level})
        train, test = (
            api.table(sweep.kind, "en", split, n, seed, dials=dials)
            for split, n in (("train", n_train), ("test", n_test))
        )
        told = {"dial": sweep.dial, "kind": sweep.kind, "level": level, "language": "en"}
        found += [_check(learner, train, test, **told) for learner in sweep.by]
    return found


def transferred(
    language: str, n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = 0
) -> list[Check]:
    """What a bag of English words knows of another language's reviews, by the dial of overlap."""
    train = api.table("reviews", "en", "train", n_train, seed, dials=Dials(depth=0))
    found = []
    for overlap in OVERLAPS:
        dials = Dials(depth=0, overlap=overlap)
        test = api.table("reviews", language, "test", n_test, seed, dials=dials)
        told = {"dial": "overlap", "kind": "reviews", "level": overlap, "language": language}
        found.append(_check("bag-of-words", train, test, **told))
    return found


def twins(n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = 0) -> list[Check]:
    """English and its twin, each trained and tested on itself, and the twin read as English."""
    dials, tables = Dials(depth=1), {}
    for language in ("en", "en-twin"):
        tables[language] = [
            api.table("reviews", language, split, n, seed, dials=dials)
            for split, n in (("train", n_train), ("test", n_test))
        ]
    told = {"kind": "reviews", "level": 0.0}
    return [
        _check("n-grams", *tables["en"], dial="twin", language="en", **told),
        _check("n-grams", *tables["en-twin"], dial="twin", language="en-twin", **told),
        _check(
            "n-grams",
            tables["en"][0],
            tables["en-twin"][1],
            dial="twin",
            language="en > en-twin",
            **told,
        ),
    ]


def order_agreement(language: str = "ko", overlap: float = 1.0, order: str = "own", n: int = 200):
    """Kendall's tau between the places of English words in English and in ``language``: (mean, n).

    The dial of order moves it, the dial of overlap does not; words shared are counted once each.
    """
    from scipy.stats import kendalltau

    dials = Dials(overlap=overlap, order=order)
    taus = []
    for item in api.generate("parallel", ["en", language], n, "test", dials=dials):
        texts = [learners.words(item["texts"][code]) for code in ("en", language)]
        common = [w for w in texts[0] if texts[0].count(w) == texts[1].count(w) == 1]
        if len(common) > 2:
            places = [[text.index(word) for word in common] for text in texts]
            taus.append(float(kendalltau(*places).statistic))
    return sum(taus) / len(taus), len(taus)


def checks(n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = 0) -> Iterator[Check]:
    """Every check, one row after the other."""
    for sweep in SWEEPS:
        yield from swept(sweep, n_train, n_test, seed)
    for language in LANGUAGES:
        yield from transferred(language, n_train, n_test, seed)
    yield from twins(n_train, n_test, seed)


def as_table(n_train: int = N_TRAIN, n_test: int = N_TEST, seed: int = 0) -> pd.DataFrame:
    """`checks` as one table, in the columns of `Check`."""
    import pandas as pd

    return pd.DataFrame([asdict(check) for check in checks(n_train, n_test, seed)])
