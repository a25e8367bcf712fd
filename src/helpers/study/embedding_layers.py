"""Chapter 1: poolings and layers side by side, and the shape of each layer's space.

Retrieval is the mean of both directions and of the compared languages; similarity is Spearman's
correlation on development sets. Gains are over the usual choice, the mean over the last layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.study.alignment_fit import precision
from helpers.study.embedding_rows import coordinates, row_of
from helpers.study.embedding_scores import NEIGHBOURS, Spearmans, cosines, shape
from helpers.study.language_means import LanguageMeans
from helpers.study.row import Row

if TYPE_CHECKING:
    from helpers.study.embedding_data import EmbeddingData
    from helpers.study.embedding_vectors import Vectors
    from helpers.study.params import EmbeddingParams

GAIN = " over mean of last layer"


def layer_rows(
    vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData
) -> list[Row]:
    """Rows of one encoder: a bag of words has one space, a network one a pooling and layer."""
    return [
        *_retrieval(vectors, label, params, data),
        *_similarity(vectors, label, params, data),
        *_shape(vectors, label, params, data),
    ]


def _retrieval(
    vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData
) -> list[Row]:
    import numpy as np

    scores = {}
    for language in data.compared:
        pairs = data.languages[language]
        both = []
        for space in vectors.spaces:
            found = precision(vectors.of(pairs.target, space), vectors.of(pairs.source, space))
            both.append((found["target->source"] + found["source->target"]) / 2)
        scores[language] = np.stack(both)
    ids = {language: data.languages[language].ids for language in data.compared}
    means = LanguageMeans(scores, ids)
    n = sum(len(data.languages[language]) for language in data.compared)
    usual = vectors.spaces.index(vectors.usual)
    rows = []
    for i, (pooling, layer) in enumerate(vectors.spaces):
        one = np.eye(len(vectors.spaces))
        setting = {
            "direction": "both",
            "languages": ", ".join(data.compared),
            "pooling": pooling,
            "layer": layer,
        }
        where = coordinates(params, label, "precision@1", **setting)
        rows.append(row_of(means.interval(one[i], data.compared), n, where))
        if i != usual:
            gain = means.interval(one[i] - one[usual], data.compared)
            where = coordinates(params, label, f"precision@1{GAIN}", **setting)
            rows.append(row_of(gain, n, where))
    return rows


def _similarity(
    vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData
) -> list[Row]:
    import numpy as np

    usual = vectors.spaces.index(vectors.usual)
    rows = []
    for pairs in data.similarity:
        sides = pairs.table["sentence1"].tolist(), pairs.table["sentence2"].tolist()
        predicted = np.stack(
            [cosines(*(vectors.of(side, space) for side in sides))[0] for space in vectors.spaces]
        )
        found = Spearmans(predicted, pairs.table["score"].to_numpy(dtype=float))
        for i, (pooling, layer) in enumerate(vectors.spaces):
            common = {
                "language": pairs.language,
                "task": pairs.task,
                "kind": "similarity",
                "split": pairs.split,
                "across": pairs.across,
                "pooling": pooling,
                "layer": layer,
            }
            where = coordinates(params, label, "spearman", **common)
            rows.append(row_of(found.of(i), len(pairs.table), where))
            if i != usual:
                where = coordinates(params, label, f"spearman{GAIN}", **common)
                rows.append(row_of(found.gain(i, than=usual), len(pairs.table), where))
    return rows


def _shape(vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData) -> list[Row]:
    """Isotropy of the mean embeddings of each layer, and hubs among them (mean of languages)."""
    from helpers.maths.geometry import hubness
    from helpers.maths.statistics import Interval

    pairs = [data.languages[language] for language in data.compared]
    texts = list(dict.fromkeys(text for each in pairs for text in (*each.target, *each.source)))
    rows = []
    for space in vectors.spaces:
        pooling, layer = space
        if pooling not in (None, "mean"):
            continue
        setting = {"languages": ", ".join(data.compared), "pooling": pooling, "layer": layer}
        for name, (value, low, high) in shape(vectors.of(texts, space)).items():
            where = coordinates(params, label, name, **setting)
            rows.append(row_of(Interval(value, low, high), len(texts), where))
        hubs = [
            hubness(
                vectors.of(each.target, space),
                vectors.of(each.source, space),
                k=min(NEIGHBOURS, len(each)),
            )
            for each in pairs
        ]
        where = coordinates(params, label, "hubness", direction="target->source", **setting)
        rows.append(row_of(sum(hubs) / len(hubs), sum(map(len, pairs)), where))
    return rows
