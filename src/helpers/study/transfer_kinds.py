"""Chapters 3 to 5 and 7: how rows of each kind are put to a model, and answers become scores.

One class a kind, all with the same three methods. What is trained on what stands in ``transfer``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.study.transfer_data import CourseData, Test, codes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

RULES_OWN, RULES_ENGLISH = "own", "english"


@dataclass(frozen=True)
class Measure:
    """Scores of the items of one set under one name.

    ``scores``: one number an item; ``statistic`` tells what becomes of them: their ``mean``, the
    ``spearman`` correlation with gold, the ``macro-F1`` of label codes. A bare ``value`` has no
    items. ``keep``: whether the record keeps the items.
    """

    name: str
    scores: np.ndarray | None = None
    statistic: str = "mean"
    value: float | None = None
    setting: dict[str, Any] = field(default_factory=dict)
    rows: np.ndarray | None = None  # of a part of the set (a genre): which rows
    keep: bool = True


class Similarity:
    """Graded similarity: the siamese encoder, or a cross-encoder."""

    kind = "similarity"

    def __init__(self, data: CourseData, tokenizer: Any, form: str = "siamese"):
        self.data, self.tokenizer, self.form = data, tokenizer, form

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        from helpers.models.features import features

        return features(self.form, table, self.tokenizer, max_length=self.data.sizes.max_length)

    def answers(self, asked: _Asked, table: pd.DataFrame) -> np.ndarray:
        from helpers.models.predict import similarities

        return similarities(asked(self.rows(table)))

    def score(self, table: pd.DataFrame, answers: np.ndarray) -> float:
        """For choosing: Spearman's correlation; 0 where all answers are the same."""
        import numpy as np

        from helpers.maths.metrics import spearman

        return spearman(table["score"], answers) if np.ptp(answers) else 0.0

    def measures(self, test: Test, answers: np.ndarray) -> Iterator[Measure]:
        import numpy as np

        yield Measure("spearman", answers, "spearman")
        genres = np.array(test.table["genre"])
        for genre in sorted(set(genres) - {""}):
            rows = np.flatnonzero(genres == genre)
            if len(rows) >= 30:
                where = {"genre": genre}
                yield Measure("spearman", answers, "spearman", setting=where, rows=rows, keep=False)

    def gold(self, table: pd.DataFrame) -> np.ndarray:
        import numpy as np

        return np.asarray(table["score"], dtype=np.float64)


class Classification:
    """One of several labels: accuracy, macro-F1, calibration."""

    kind = "classification"

    def __init__(self, data: CourseData, tokenizer: Any, form: str = "classification"):
        self.data, self.tokenizer, self.form = data, tokenizer, form

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        from helpers.models.features import features

        cut = self.data.sizes.max_length
        return features(self.form, table, self.tokenizer, max_length=cut, labels=self.data.labels)

    def answers(self, asked: _Asked, table: pd.DataFrame) -> np.ndarray:
        """Probabilities [rows, labels]."""
        from helpers.models.predict import probabilities

        return probabilities(asked(self.rows(table)))

    def score(self, table: pd.DataFrame, answers: np.ndarray) -> float:
        from helpers.maths.metrics import macro_f1

        return macro_f1(self.gold(table), answers.argmax(axis=1))

    def measures(self, test: Test, answers: np.ndarray) -> Iterator[Measure]:
        import numpy as np

        from helpers.maths.calibration import calibration_error, confidences, error_if_calibrated

        gold, chosen = self.gold(test.table), answers.argmax(axis=1)
        yield Measure("accuracy", (gold == chosen).astype(np.float64), keep=False)
        yield Measure("macro-F1", chosen.astype(np.float64), "macro-F1")
        pairs = confidences(answers, gold)
        yield Measure("calibration error", value=float(calibration_error(pairs)))
        expected, _ = error_if_calibrated(pairs, n_draws=200)
        yield Measure("calibration error if calibrated", value=float(expected))

    def gold(self, table: pd.DataFrame) -> np.ndarray:
        import numpy as np

        places = {name: place for place, name in enumerate(self.data.labels)}
        return np.array([places[label] for label in table["label"]], dtype=np.int64)


class Tagging:
    """A tag for each word: the share of words tagged right. The item is the sentence."""

    kind = "tagging"
    form = "tagging"

    def __init__(self, data: CourseData, tokenizer: Any, form: str = "tagging"):
        self.data, self.tokenizer = data, tokenizer

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        from helpers.models.features import features

        cut = self.data.sizes.max_length
        return features(self.form, table, self.tokenizer, max_length=cut, labels=self.data.labels)

    def answers(self, asked: _Asked, table: pd.DataFrame) -> list[np.ndarray]:
        """The tag of each word of a row, its place among the labels; -1 for a word cut off."""
        from helpers.models.predict import tags

        rows = self.rows(table)
        return tags(asked(rows), rows)

    def score(self, table: pd.DataFrame, answers: list[np.ndarray]) -> float:
        return float(self._right(table, answers).mean())

    def measures(self, test: Test, answers: list[np.ndarray]) -> Iterator[Measure]:
        yield Measure("accuracy", self._right(test.table, answers))

    def _right(self, table: pd.DataFrame, answers: list[np.ndarray]) -> np.ndarray:
        """Share of each sentence's words tagged right; a word cut off is wrong."""
        import numpy as np

        places = {name: place for place, name in enumerate(self.data.labels)}
        golds = [np.array([places[tag] for tag in tags]) for tags in table["tags"]]
        return np.array([np.mean(a == gold) for a, gold in zip(answers, golds, strict=True)])

    def gold(self, table: pd.DataFrame) -> None:
        return None


class Choice:
    """One of a row's choices: the share of rows in which the right one was chosen."""

    kind = "choice"
    form = "choice"

    def __init__(self, data: CourseData, tokenizer: Any, form: str = "choice"):
        self.data, self.tokenizer = data, tokenizer

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        from helpers.models.features import features

        return features(self.form, table, self.tokenizer, max_length=self.data.sizes.max_length)

    def answers(self, asked: _Asked, table: pd.DataFrame) -> np.ndarray:
        """The choice of each row, counted from 0."""
        from helpers.models.predict import classes

        return classes(asked(self.rows(table)))

    def score(self, table: pd.DataFrame, answers: np.ndarray) -> float:
        return float(self._right(table, answers).mean())

    def measures(self, test: Test, answers: np.ndarray) -> Iterator[Measure]:
        yield Measure("accuracy", self._right(test.table, answers))

    def _right(self, table: pd.DataFrame, answers: np.ndarray) -> np.ndarray:
        import numpy as np

        return (table["label"].to_numpy() == answers).astype(np.float64)

    def gold(self, table: pd.DataFrame) -> None:
        return None


class Spans:
    """Answers in a text: exact match and F1 by the language's rules and by the English ones."""

    kind = "span"

    def __init__(self, data: CourseData, tokenizer: Any, form: str = "matching"):
        self.data, self.tokenizer, self.form = data, tokenizer, form

    def windows(self, table: pd.DataFrame) -> list[Any]:
        from helpers.models.spans import windows

        return windows(
            table,
            self.tokenizer,
            max_length=self.data.sizes.max_length,
            stride=64,
            most_question=48,
        )

    def rows(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        from helpers.models.spans import labelled

        return [window_row(one) for one in labelled(self.windows(table), table)[0]]

    def answers(self, asked: _Asked, table: pd.DataFrame) -> list[Any]:
        """The span that was found in each row (``spans.Answer``)."""
        from helpers.models.spans import decode

        cut = self.windows(table)
        found = asked([window_row(one) for one in cut])
        starts, ends = ([one[:, side] for one in found] for side in (0, 1))
        return decode(table, cut, starts, ends, n_best=1)

    def score(self, table: pd.DataFrame, answers: list[Any]) -> float:
        from helpers.data.scoring import answer_rules
        from helpers.maths.answers import f1s

        rules = answer_rules(self.data.learnt, self.language)
        return float(f1s([one.text for one in answers], list(table["answers"]), rules).mean())

    language = "en"

    def measures(self, test: Test, answers: list[Any]) -> Iterator[Measure]:
        from helpers.maths.answers import exact_matches
        from helpers.models.span_errors import PLACES, where_lost

        texts = [one.text for one in answers]
        yield from text_measures(test, texts)
        import numpy as np

        from helpers.data.scoring import answer_rules

        exact = exact_matches(
            texts, list(test.table["answers"]), answer_rules(test.task, test.language)
        )
        places = [(one.start, one.end) for one in answers]
        lost = np.array(where_lost(test.table, places, test.language, exact=exact))
        for place in PLACES:
            yield Measure(
                "share of answers",
                (lost == place).astype(float),
                setting={"lost": place},
                keep=False,
            )

    def gold(self, table: pd.DataFrame) -> None:
        return None


def text_measures(test: Test, texts: list[str]) -> Iterator[Measure]:
    """Exact match and F1 of answers, by both sets of rules."""
    from helpers.data.scoring import answer_rules
    from helpers.maths.answers import RULES, exact_matches, f1s

    golds = list(test.table["answers"])
    for name, rules in (
        (RULES_OWN, answer_rules(test.task, test.language)),
        (RULES_ENGLISH, RULES["squad"]),
    ):
        own = name == RULES_OWN
        where = {"rules": name}
        yield Measure("F1", f1s(texts, golds, rules), setting=where, keep=own)
        yield Measure("exact match", exact_matches(texts, golds, rules), setting=where, keep=own)


def window_row(window: Any) -> dict[str, Any]:
    ids = window["input_ids"]
    row = {"segments": [ids], "length": len(ids), "question": window["question"]}
    if "start_positions" in window:
        row["labels"] = [window["start_positions"], window["end_positions"]]
    return row


def articles(table: pd.DataFrame) -> list[int] | None:
    """Numbers of the articles of a span set: what its items are drawn by."""
    return codes(table["article"]) if "article" in table else None


KINDS = {
    "similarity": Similarity,
    "classification": Classification,
    "tagging": Tagging,
    "choice": Choice,
    "span": Spans,
}
_Asked = Any  # rows -> logits of a tuned model
