"""Chapter 1: what is in a sentence vector, and how much of it is lexical overlap?

For every encoder: retrieval of translations and similarity, by pooling and layer; isotropy and
hubs; and over languages, how retrieval goes with the subwords that a language shares with English.
Beside each score the same network untrained, a bag of words, and a bag of the encoder's own
subwords, which sees overlap and nothing else. Nothing is learnt here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.errors import UserError
from helpers.study.alignment_data import Pairs
from helpers.study.alignment_fit import precision
from helpers.study.drafts import Draft, finish
from helpers.study.embedding_data import EmbeddingData, load_data
from helpers.study.embedding_layers import layer_rows
from helpers.study.embedding_rows import coordinates
from helpers.study.embedding_scores import cosines
from helpers.study.embedding_summary import Overlap, Summary
from helpers.study.embedding_vectors import Vectors, encode
from helpers.study.language_groups import latin_share
from helpers.study.lexical_overlap import pair_overlap, pieces_of, type_overlap
from helpers.study.params import EmbeddingParams
from helpers.study.plan import Outcome, Plan, made, open_encoders, tracked

CHAPTER, VERSION = "01_embedding", 1
BAG, SUBWORDS, UNTRAINED = "bag-of-words", "bag-of-subwords", "untrained"
MADE = "pretraining.json"  # what `pretrain` leaves beside an encoder that it made


def study(params: EmbeddingParams, *, progress: bool = True) -> Plan:
    """Plan of the chapter: parameters checked, data read and fingerprinted, nothing encoded."""
    data = load_data(params)
    first = first_network(params.encoders)
    baselines = {BAG: BAG, SUBWORDS: f"{SUBWORDS}:{first}", UNTRAINED: f"{UNTRAINED}:{first}"}
    names = list(dict.fromkeys([*params.encoders, *baselines.values()]))
    opened = open_encoders(params, names, progress=progress)
    labels = dict(zip(names, opened, strict=True))
    encoders = {label: encoder for label, (encoder, _) in opened.items()}

    def compute(progress: bool) -> Outcome:
        given = {labels[name]: name for name in params.encoders}
        than = {short: labels[name] for short, name in baselines.items()}
        return measure(params, data, encoders, given, than, progress)

    return made(
        CHAPTER,
        VERSION,
        params,
        names=labels,
        data=data.fingerprints,
        encoders={label: fingerprint for label, (_, fingerprint) in opened.items()},
        compute=compute,
        device=next((e.device for e in encoders.values() if hasattr(e, "device")), "cpu"),
        notes=data.notes,
    )


def first_network(names: Sequence[str]) -> str:
    """The encoder whose untrained self and whose subwords are the baselines: the first network.

    >>> first_network(["bag-of-words", "models/tiny"])
    'models/tiny'
    """
    for name in names:
        if name != BAG and not name.startswith(f"{SUBWORDS}:"):
            return name.removeprefix(f"{UNTRAINED}:")
    raise UserError("encoders", ",".join(names), "at least one that is no bag of words")


def measure(
    params: EmbeddingParams,
    data: EmbeddingData,
    encoders: dict[str, Any],
    given: dict[str, str],
    than: dict[str, str],
    progress: bool,
) -> Outcome:
    """Encode and score.

    ``given`` maps the labels of the encoders under study to their names, ``than`` what a baseline
    is called to its label.
    """
    pieces = pieces_of(encoders[than[UNTRAINED]])
    overlap, drafts = overlaps(params, data, pieces, than[SUBWORDS])
    summary = Summary(params, data, overlap)
    rows = []
    found = ((label, encode(encoder, data)) for label, encoder in encoders.items())
    for label, vectors in tracked(found, list(encoders), str, progress=progress):
        drafts += by_language(vectors, label, params, data, summary)
        drafts += dialled(vectors, label, params, data)
        rows += layer_rows(vectors, label, params, data)
    lines = {label: training_lines(name) for label, name in given.items()}
    rows += summary.rows(list(given), than, lines)
    finished, items = finish(drafts, seed=0)
    return Outcome([*finished, *rows], items, summary.notes)


def overlaps(
    params: EmbeddingParams, data: EmbeddingData, pieces: Any, label: str
) -> tuple[Overlap, list[Draft]]:
    """Overlap of every language with English, in the subwords that ``pieces`` cuts; its rows."""
    import numpy as np

    fewest = min(map(len, data.languages.values()))
    found = Overlap({}, {}, {})
    drafts = []
    for language, pairs in data.languages.items():
        sides = pieces(pairs.target), pieces(pairs.source)
        found.pairs[language] = np.array(pair_overlap(*sides))
        found.types[language] = type_overlap(*sides, n=fewest)
        found.latin[language] = latin_share(pairs.target)
        common = {"params": params, "encoder": label, "language": language}
        where = coordinates(name="pair overlap", dial=None, **common)
        drafts.append(Draft(where, scores=found.pairs[language], ids=pairs.ids, keep=False))
        where = coordinates(name="type overlap", pairs=fewest, **common)
        drafts.append(Draft(where, value=found.types[language], n=len(pairs)))
        where = coordinates(name="Latin letters", **common)
        drafts.append(Draft(where, value=found.latin[language], n=len(pairs)))
    for level, pairs in data.dialled.items():
        shared = np.array(pair_overlap(pieces(pairs.target), pieces(pairs.source)))
        where = coordinates(params, label, "pair overlap", data.dialled_language, dial=level)
        drafts.append(Draft(where, scores=shared, ids=pairs.ids, keep=False))
    return found, drafts


def by_language(
    vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData, summary: Summary
) -> Iterator[Draft]:
    """Retrieval in both directions and cosines of each language, in the usual space."""
    for scores in (summary.precision, summary.cosine, summary.gap):
        scores[label] = {}
    for language, pairs in data.languages.items():
        target, source = vectors.of(pairs.target), vectors.of(pairs.source)
        found = precision(target, source)
        summary.precision[label][language] = sum(found.values()) / len(found)
        for direction, scores in found.items():
            where = coordinates(
                params, label, "precision@1", language, direction=direction, dial=None
            )
            yield Draft(where, scores=scores, ids=pairs.ids)
        own, gap = cosines(target, source)
        summary.cosine[label][language], summary.gap[label][language] = own, gap
        for name, scores in (("cosine", own), ("cosine gap", gap)):
            where = coordinates(params, label, name, language)
            yield Draft(where, scores=scores, ids=pairs.ids, keep=False)


def dialled(
    vectors: Vectors, label: str, params: EmbeddingParams, data: EmbeddingData
) -> Iterator[Draft]:
    """Retrieval at each setting of the laboratory's dial, and the gain over none of it."""
    at_rest = None
    for level, pairs in data.dialled.items():
        found = precision(*_both(vectors, pairs))
        scores = sum(found.values()) / len(found)
        setting = {"direction": "both", "dial": level}
        where = coordinates(params, label, "precision@1", data.dialled_language, **setting)
        yield Draft(where, scores=scores, ids=pairs.ids, keep=False)
        if at_rest is None:
            at_rest = scores
            continue
        where = coordinates(params, label, "gain over no overlap", data.dialled_language, **setting)
        yield Draft(where, scores=scores - at_rest, ids=pairs.ids, keep=False)


def _both(vectors: Vectors, pairs: Pairs) -> tuple[Any, Any]:
    return vectors.of(pairs.target), vectors.of(pairs.source)


def training_lines(name: str) -> dict[str, int] | None:
    """Lines of monolingual text that an encoder was trained on, by language, where it says so."""
    from helpers.models.loading import find_folder

    try:
        made_file = find_folder(name) / MADE
        return json.loads(made_file.read_text(encoding="utf-8"))["corpus"]["lines"]
    except (UserError, OSError, KeyError, ValueError):
        return None
