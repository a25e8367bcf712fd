"""Appendix on encoders: what each alignment of chapter 2 adds, learnt from pairs of training text.

Chapter 2 learns from pairs that resemble its test sets. Here the pairs are what a pretraining
corpus holds, 100, 1,000 and 5,000 of them, none of which repeats a scored sentence; scored are the
same sets as in the ``encoders`` study, before and after each map, with the gain over centring
alone. Retrieval is Tatoeba's REPORT pairs, one language each and their mean; similarity is Spearman
on dev sets: English with the language, the language itself, and English itself, each mapped as its
side is. The model cards quote these rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.errors import UserError
from helpers.study.alignment_fit import VARIANTS, Variant, fit, precision
from helpers.study.drafts import Draft, finish
from helpers.study.encoders import SOURCE, TASK, Similarity, load_sets
from helpers.study.params import PretrainingAlignmentParams
from helpers.study.plan import Outcome, Plan, made, open_encoders, tracked, workers
from helpers.study.row import Row

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.data.corpus_pairs import Drawn

CHAPTER, VERSION = "pretraining_alignment", 1
SIZES = (100, 1_000, 5_000)
LAB_ROWS = 200  # STS rows of the laboratory, two pairs each: a test runs it in seconds
CONTROL = "centre"
SPLIT = "dev"


@dataclass(frozen=True)
class Learnt:
    """Pairs of one language to learn from, and the sets that its maps are scored on."""

    language: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    retrieval: pd.DataFrame
    similarity: tuple[Similarity, ...]


def study(params: PretrainingAlignmentParams, *, progress: bool = True) -> Plan:
    """Plan of the appendix: data read, pairs drawn and fingerprinted, nothing encoded."""
    from helpers.data.sources import languages

    there = languages(TASK, params.data)
    for language in params.target_languages:
        if language not in there:
            raise UserError("target_languages", language, there)
    for language in params.similarity_languages:
        if language not in params.target_languages:
            raise UserError("similarity_languages", language, params.target_languages)
    opened = open_encoders(params, params.encoders, progress=progress)
    retrieval, similarity, fingerprints = load_sets(params)
    similarity = [one for one in similarity if one.split == SPLIT]
    notes: list[str] = []
    drawn = _draw(params, retrieval, similarity, fingerprints, notes)
    learnt = [
        Learnt(
            language,
            *(tuple(side) for side in zip(*drawn[language].pairs, strict=True)),
            retrieval[language],
            tuple(one for one in similarity if one.language in (language, SOURCE))
            if language in params.similarity_languages
            else (),
        )
        for language in params.target_languages
    ]

    def compute(progress: bool) -> Outcome:
        return measure(params, learnt, {k: e for k, (e, _) in opened.items()}, progress)

    return made(
        CHAPTER,
        VERSION,
        params,
        names=dict(zip(params.encoders, opened, strict=True)),
        data=fingerprints,
        encoders={label: fingerprint for label, (_, fingerprint) in opened.items()},
        compute=compute,
        device=next((e.device for e, _ in opened.values() if hasattr(e, "device")), "cpu"),
        notes=notes,
    )


def _draw(
    params: PretrainingAlignmentParams,
    retrieval: Mapping[str, pd.DataFrame],
    similarity: Sequence[Similarity],
    fingerprints: dict[str, str],
    notes: list[str],
) -> dict[str, Drawn]:
    from helpers.data.corpus_pairs import Drawn, draw_pairs

    scored = [text for table in retrieval.values() for text in table["source_text"]]
    scored += [text for table in retrieval.values() for text in table["target_text"]]
    for one in similarity:
        scored += [*one.table["sentence1"], *one.table["sentence2"]]
    kind, _, folder = params.pairs.partition(":")
    found = {}
    for language in params.target_languages:
        if kind == "lab":
            generated = _of_laboratory(language, retrieval)
            found[language] = Drawn(generated, {"laboratory": len(generated)}, 0, 0)
        else:
            found[language] = draw_pairs(
                folder,
                language,
                max(SIZES),
                seed=params.seed,
                left_out=params.left_out,
                unseen=scored,
            )
        pairs = found[language]
        if len(pairs.pairs) < min(SIZES):
            given = f"{len(pairs.pairs)} pairs of {language}"
            raise UserError("pairs", given, f"{min(SIZES)} or more that no scored set repeats")
        fingerprints[f"pairs {language}"] = pairs.fingerprint
        told = ", ".join(f"{name} {count}" for name, count in pairs.sources.items())
        notes.append(
            f"pairs {language}: {len(pairs.pairs)} drawn ({told}); refused because they repeat a "
            f"scored sentence: {pairs.exact} exact, {pairs.near} near"
        )
    return found


def _of_laboratory(
    language: str, retrieval: Mapping[str, pd.DataFrame]
) -> tuple[tuple[str, str], ...]:
    from helpers.data.pairs import pairs
    from helpers.data.split import drop_seen

    table, _ = drop_seen(pairs(language, "train", "lab", n=LAB_ROWS).table, *retrieval.values())
    return tuple(zip(table["source_text"], table["target_text"], strict=True))


def sizes(available: int) -> list[int]:
    """Numbers of pairs that maps are learnt from.

    >>> sizes(5_000), sizes(600)
    ([100, 1000, 5000], [100, 600])
    """
    return sorted({min(size, available) for size in SIZES})


def measure(
    params: PretrainingAlignmentParams,
    learnt: Sequence[Learnt],
    encoders: Mapping[str, Any],
    progress: bool,
) -> Outcome:
    """Encode, learn and score."""
    cells = [
        Cell(label, each, _embedded(encoder, each), params)
        for label, encoder in encoders.items()
        for each in learnt
    ]
    drafts: list[Draft] = []
    outcome = Outcome()
    with workers() as run:
        for found in tracked(run(Cell.measured, cells), cells, str, progress=progress):
            drafts += found.drafts
            outcome.rows += found.rows
            outcome.notes += found.notes
    rows, outcome.items = finish(drafts, seed=0)
    outcome.rows = [*rows, *_means(drafts, params), *outcome.rows]
    return outcome


def _embedded(encoder: Any, learnt: Learnt) -> dict[str, np.ndarray]:
    """Vectors of every column of sentences, from one call."""
    columns = {
        "source": learnt.source,
        "target": learnt.target,
        "retrieval source": tuple(learnt.retrieval["source_text"]),
        "retrieval target": tuple(learnt.retrieval["target_text"]),
    }
    for one in learnt.similarity:
        for side in ("sentence1", "sentence2"):
            columns[f"{one.label} {side}"] = tuple(one.table[side])
    vectors = encoder.encode([text for column in columns.values() for text in column])
    found, start = {}, 0
    for name, column in columns.items():
        found[name] = vectors[start : start + len(column)]
        start += len(column)
    return found


@dataclass(frozen=True)
class Found:
    """What one cell measured; rows of similarity have their intervals already."""

    drafts: list[Draft]
    rows: list[Row]
    notes: list[str]


@dataclass(frozen=True)
class Cell:
    """Every map of one language and encoder."""

    encoder: str
    learnt: Learnt
    vectors: dict[str, np.ndarray]
    params: PretrainingAlignmentParams

    def __str__(self) -> str:
        return f"{self.encoder} {self.learnt.language}"

    def measured(self) -> Found:
        """Drafts of retrieval, rows of similarity, and a note for each map that there is not."""
        none = {"method": "none", "setting": {"n_pairs": 0, "early_stopping": None}}
        drafts, notes = list(self._retrieval(none, None)[0]), []
        spaces: list[tuple[dict[str, Any], Any]] = [(none, None)]
        for n in sizes(len(self.learnt.source)):
            control: dict[str, np.ndarray] = {}
            for variant in VARIANTS:
                where = _where(variant, n)
                X, Y = self.vectors["target"][:n], self.vectors["source"][:n]
                try:
                    fitted = fit(variant, X, Y, self.params.seed)
                except ValueError as error:
                    notes.append(f"{self} {n}: {variant.label} not measured: {error}")
                    continue
                if fitted.is_zero:
                    notes.append(f"{self} {n}: {variant.label} not measured: the zero map")
                    continue
                found, scores = self._retrieval(where, fitted.aligner)
                drafts += found
                spaces.append((where, fitted.aligner))
                if variant.method == CONTROL:
                    control = scores
                    continue
                drafts += [
                    self._draft("gain over centre", where, scores[side] - control[side], side)
                    for side in scores
                ]
        return Found(
            drafts, [r for s in self.learnt.similarity for r in self._rows(s, spaces)], notes
        )

    def _retrieval(
        self, where: dict[str, Any], aligner: Any
    ) -> tuple[list[Draft], dict[str, np.ndarray]]:
        X, Y = self.vectors["retrieval target"], self.vectors["retrieval source"]
        if aligner is not None:
            X, Y = aligner.transform(X), aligner.transform_target(Y)
        scores = precision(X, Y)
        return [self._draft("precision@1", where, scores[side], side) for side in scores], scores

    def _draft(self, name: str, where: dict[str, Any], scores: np.ndarray, direction: str) -> Draft:
        setting = where["setting"] | {"direction": direction}
        coordinates = self._coordinates(name, where["method"], setting)
        coordinates |= {"task": TASK, "kind": "retrieval", "split": "report"}
        return Draft(coordinates, scores=scores, ids=tuple(self.learnt.retrieval["id"]))

    def _rows(self, pairs: Similarity, spaces: list[tuple[dict[str, Any], Any]]) -> Iterator[Row]:
        """Correlations of all maps on one set, and gains over centring with as many pairs."""
        import numpy as np

        from helpers.maths.many_intervals import crossed_spearman

        cosines = np.stack([self._cosines(pairs, aligner) for _, aligner in spaces])
        controls = {
            where["setting"]["n_pairs"]: place
            for place, (where, _) in enumerate(spaces)
            if where["method"] == CONTROL
        }
        gains = [
            (place, controls[where["setting"]["n_pairs"]])
            for place, (where, _) in enumerate(spaces)
            if where["method"] not in ("none", CONTROL)
        ]
        gold = pairs.table["score"].to_numpy(dtype=float)
        values, differences = crossed_spearman(gold, cosines, gains)
        named = [("spearman", place, one) for place, one in enumerate(values)]
        named += [
            ("spearman gain over centre", place, one)
            for (place, _), one in zip(gains, differences, strict=True)
        ]
        for name, place, interval in named:
            where = spaces[place][0]
            # English's own side of a map differs with the language that the map was learnt with.
            setting = where["setting"] | {"across": pairs.across, "map_from": self.learnt.language}
            coordinates = self._coordinates(name, where["method"], setting)
            coordinates |= {
                "task": pairs.task,
                "kind": "similarity",
                "split": pairs.split,
                "target_language": pairs.language,
            }
            ends = {"value": interval.value, "low": interval.low, "high": interval.high}
            yield Row(**coordinates, **ends, n=len(gold))

    def _cosines(self, pairs: Similarity, aligner: Any) -> np.ndarray:
        import numpy as np

        sides = []
        for name in ("sentence1", "sentence2"):
            rows = self.vectors[f"{pairs.label} {name}"]
            english = pairs.language == SOURCE or (pairs.across and name == "sentence1")
            if aligner is not None:
                rows = aligner.transform_target(rows) if english else aligner.transform(rows)
            sides.append(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30))
        return np.sum(sides[0] * sides[1], axis=1)

    def _coordinates(self, name: str, method: str, setting: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": name,
            "method": method,
            "encoder": self.encoder,
            "setting": setting,
            "source_language": SOURCE,
            "target_language": self.learnt.language,
            "seed": self.params.seed,
        }


def _where(variant: Variant, n: int) -> dict[str, Any]:
    setting = {"n_pairs": n, "early_stopping": variant.early_stopping}
    return {"method": variant.method, "setting": setting}


def _means(drafts: Sequence[Draft], params: PretrainingAlignmentParams) -> Iterator[Row]:
    """Each retrieval score over all languages and both directions; languages are fixed."""
    import numpy as np

    from helpers.maths.statistics import crossed_bootstrap

    together: dict[tuple, dict[str, list[Draft]]] = {}
    for draft in drafts:
        at, setting = draft.coordinates, draft.setting
        place = (at["name"], at["encoder"], at["method"], setting["n_pairs"])
        languages = together.setdefault((*place, setting["early_stopping"]), {})
        languages.setdefault(at["target_language"], []).append(draft)
    for languages in together.values():
        if len(languages) < len(params.target_languages):
            continue  # a map that one language does not allow has no mean over languages
        blocks = [np.mean([each.scores for each in found], axis=0) for found in languages.values()]
        interval = crossed_bootstrap([block[None] for block in blocks], shared_items=False)
        first = next(iter(languages.values()))[0]
        setting = {k: v for k, v in first.setting.items() if k != "direction"}
        coordinates = first.coordinates | {
            "name": f"mean {first.coordinates['name']}",
            "setting": setting,
            "target_language": ",".join(params.target_languages),
        }
        ends = {"value": interval.value, "low": interval.low, "high": interval.high}
        yield Row(**coordinates, **ends, n=sum(map(len, blocks)))
