"""Chapters 3 to 5: what is scored beside a tuned model, because it learnt nothing of the task.

The untuned encoder, an untrained one, a bag of words, answers by chance and by keyword.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.study.transfer_kinds import KINDS, Measure, text_measures

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.study.transfer_data import CourseData
    from helpers.study.transfer_params import TransferParams
    from helpers.study.transfer_rows import Rows

BAG, UNTRAINED, NONE = "bag-of-words", "untrained", "none"
MAJORITY, RANDOM_SPAN, KEYWORDS = "majority", "random-span", "keyword-overlap"


def lexical(found: Rows, data: CourseData, base: Any, params: TransferParams) -> None:
    """Rows of the baselines that see words and nothing else."""
    kind = data.course.kind
    if kind == "similarity":
        from helpers.models.baselines import BagOfWords

        _cosine_rows(found, data, base, BagOfWords(), BAG)
    elif kind == "classification":
        _bag_classifier(found, data, base)
    elif kind == "tagging":
        _word_tagger(found, data, base)
    elif kind == "choice":
        _word_chooser(found, data, base)
    else:
        _span_baselines(found, data, params)


def untuned(found: Rows, data: CourseData, base: Any, params: TransferParams) -> None:
    """Rows of the encoder as it was pretrained, and as it was before that, where they can answer.

    Only similarity can be told without a head that was trained.
    """
    if data.course.kind != "similarity":
        return
    from helpers.models.encoder import open_encoder

    given = params.encoder_name
    bare = given.removeprefix("untrained:")
    names = {NONE: given, UNTRAINED: f"untrained:{bare}"}
    for method, name in names.items():
        encoder = open_encoder(
            name, device=params.device, token_budget=params.token_budget, progress=False
        )
        _cosine_rows(found, data, base, encoder, method)


def _cosine_rows(found: Rows, data: CourseData, base: Any, encoder: Any, method: str) -> None:
    way = KINDS["similarity"](data, base.tokenizer)
    for test in data.tests:
        answers = cosines(encoder, list(test.table["sentence1"]), list(test.table["sentence2"]))
        measures = way.measures(test, answers)
        found.add(test, "similarity", method, measures, way.gold(test.table), form="siamese")


def cosines(encoder: Any, first: list[str], second: list[str]) -> np.ndarray:
    """Cosine of the vectors of each pair of texts: float64 [pairs]; 0 where one is zero."""
    import numpy as np

    vectors = encoder.encode([*first, *second]).astype(np.float64)
    one, two = vectors[: len(first)], vectors[len(first) :]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return (one * two).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)


def _bag_classifier(found: Rows, data: CourseData, base: Any) -> None:
    """Logistic regression on hashed words and character n-grams of the source language.

    Of two texts on the bags of both and on what they share.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    from helpers.models.baselines import BagOfWords

    way, bag = KINDS["classification"](data, base.tokenizer), BagOfWords(normalise=True)
    gold = way.gold(data.train)

    def bags(table: pd.DataFrame) -> np.ndarray:
        one = bag.encode(list(table["text"]))
        if not (table["text2"] != "").any():
            return one
        two = bag.encode(list(table["text2"]))
        return np.concatenate([one, two, one * two], axis=1)

    with threadpool_limits(1):
        model = LogisticRegression(max_iter=500).fit(bags(data.train), gold)
        for test in data.tests:
            chances = np.zeros((len(test.table), len(data.labels)))
            # Few rows need not have every label.
            chances[:, model.classes_] = model.predict_proba(bags(test.table))
            own = way.gold(test.table)
            found.add(test, "classification", BAG, way.measures(test, chances), own, form=way.form)
            most = np.zeros((len(own), len(data.labels)))
            most[:, np.bincount(gold).argmax()] = 1.0
            right = (most.argmax(axis=1) == own).astype(float)
            measures = [
                Measure("accuracy", right, keep=False),
                Measure("macro-F1", most.argmax(axis=1).astype(float), "macro-F1"),
            ]
            found.add(test, "classification", MAJORITY, measures, own, form=way.form)


def _word_tagger(found: Rows, data: CourseData, base: Any) -> None:
    """The commonest tag of each word of the source language; of unknown words the commonest."""
    from collections import Counter, defaultdict

    way = KINDS["tagging"](data, base.tokenizer)
    seen: dict[str, Counter] = defaultdict(Counter)
    every: Counter = Counter()
    for row in data.train.itertuples():
        for word, tag in zip(row.tokens, row.tags, strict=True):
            seen[word.lower()][tag] += 1
            every[tag] += 1
    [(commonest, _)] = every.most_common(1)
    place = {name: number for number, name in enumerate(data.labels)}

    def tag_of(word: str) -> int:
        known = seen.get(word.lower())
        return place[known.most_common(1)[0][0] if known else commonest]

    for test in data.tests:
        words = [[tag_of(word) for word in row.tokens] for row in test.table.itertuples()]
        most = [[place[commonest]] * len(row.tokens) for row in test.table.itertuples()]
        for method, answers in ((BAG, words), (MAJORITY, most)):
            found.add(test, "tagging", method, way.measures(test, answers), None, form="tagging")


def _word_chooser(found: Rows, data: CourseData, base: Any) -> None:
    """The choice that shares most words with its text; the commonest place in training."""
    import numpy as np

    from helpers.models.baselines import BagOfWords

    way, bag = KINDS["choice"](data, base.tokenizer), BagOfWords(normalise=True)
    commonest = int(data.train["label"].mode()[0])
    for test in data.tests:
        words = []
        for row in test.table.itertuples():
            told, *choices = bag.encode([f"{row.context} {row.question}", *row.choices])
            words.append(int(np.argmax(np.stack(choices) @ told)))
        most = np.full(len(test.table), commonest)
        for method, answers in ((BAG, np.array(words)), (MAJORITY, most)):
            found.add(test, "choice", method, way.measures(test, answers), None, form="choice")


def _span_baselines(found: Rows, data: CourseData, params: TransferParams) -> None:
    from helpers.models.span_baselines import answer_lengths, keyword_overlap, random_spans

    lengths = answer_lengths(data.train, params.source_language)
    for test in data.tests:
        texts = {
            RANDOM_SPAN: random_spans(test.table, lengths, params.seed, test.language),
            KEYWORDS: keyword_overlap(test.table, test.language),
        }
        for method, answers in texts.items():
            found.add(test, "span", method, text_measures(test, answers), None, form="span")
