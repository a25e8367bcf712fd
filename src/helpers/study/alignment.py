"""Chapter 2: does a map computed from sentence pairs make two languages comparable?

For every encoder and target language: every method, in both directions, from 10 pairs to all,
learnt in and out of domain; gains over centring alone and over a random rotation; a map of one
language tried on another; hubness, isotropy, held-out loss and time. X is the target language, Y
the source language (English) that is mapped into. Baseline encoders stand beside, unmapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.study.alignment_data import (
    IN_DOMAIN,
    TASK,
    AlignmentData,
    LanguagePairs,
    check_languages,
    curve,
    load_pairs,
)
from helpers.study.alignment_fit import (
    CONTROLS,
    DIRECTIONS,
    VARIANTS,
    Fitted,
    Variant,
    fit,
    geometry,
    precision,
    relative_loss,
)
from helpers.study.drafts import Draft, finish
from helpers.study.params import AlignmentParams
from helpers.study.plan import Outcome, Plan, made, open_encoders, tracked, workers

if TYPE_CHECKING:
    import numpy as np

CHAPTER, VERSION = "02_alignment", 3
# Maps of one language that are tried on the others: one of each kind that is not a control.
TRIED_ELSEWHERE = ("centre", "ridge", "procrustes", "cca")
BASELINES = ("bag-of-words", "untrained:{first}")


def study(params: AlignmentParams, *, progress: bool = True) -> Plan:
    """Plan of the chapter: everything is validated and fingerprinted, nothing encoded yet."""
    check_languages(params)
    baselines = [name.format(first=params.encoders[0]) for name in BASELINES]
    names = [*params.encoders, *(name for name in baselines if name not in params.encoders)]
    encoders = open_encoders(params, names, progress=progress)
    data = load_pairs(params)
    labels = dict(zip(names, encoders, strict=True))
    given = [labels[name] for name in params.encoders]

    def compute(progress: bool) -> Outcome:
        return measure(params, data, {k: e for k, (e, _) in encoders.items()}, given, progress)

    return made(
        CHAPTER,
        VERSION,
        params,
        names=labels,
        data=data.fingerprints,
        encoders={label: fingerprint for label, (_, fingerprint) in encoders.items()},
        compute=compute,
        device=next((e.device for e, _ in encoders.values() if hasattr(e, "device")), "cpu"),
        notes=data.notes,
    )


def measure(
    params: AlignmentParams,
    data: AlignmentData,
    encoders: dict[str, Any],
    given: Sequence[str],
    progress: bool,
) -> Outcome:
    """Encode, learn and score; ``given`` are the encoders that maps are learnt for."""
    drafts: list[Draft] = []
    cells: list[Cell] = []
    for label, encoder in encoders.items():
        spaces = encode(encoder, data.languages, with_training=label in given)
        for space in spaces.values():
            drafts += unmapped(space, label, params, with_geometry=label in given)
        if label in given:
            cells += [
                Cell(label, language, domain, n, spaces, params)
                for language, space in spaces.items()
                for domain, (X, _) in space.learn.items()
                for n in curve(domain, len(X), params.data_kind)
            ]
    notes: list[str] = []
    with workers() as run:
        done = tracked(run(Cell.measured, cells), cells, str, progress=progress)
        for found, failures in done:
            drafts += found
            notes += failures
    rows, items = finish(drafts, seed=0)
    return Outcome(rows, items, notes)


@dataclass(frozen=True)
class Space:
    """Embeddings of one language by one encoder; row i of both sides is one pair."""

    language: str
    ids: tuple[str, ...]
    X: np.ndarray
    Y: np.ndarray
    learn: dict[str, tuple[np.ndarray, np.ndarray]]


def encode(
    encoder: Any, languages: Sequence[LanguagePairs], *, with_training: bool
) -> dict[str, Space]:
    """Embed all sentences of all languages in one call, each distinct sentence once."""
    folds = [
        (pairs.language, domain, fold)
        for pairs in languages
        for domain, fold in [
            ("report", pairs.report),
            *(pairs.learn.items() if with_training else ()),
        ]
    ]
    texts = [text for _, _, fold in folds for side in (fold.target, fold.source) for text in side]
    vectors = encoder.encode(texts)
    sides: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    start = 0
    for language, domain, fold in folds:
        n = len(fold)
        sides[language, domain] = vectors[start : start + n], vectors[start + n : start + 2 * n]
        start += 2 * n
    return {
        pairs.language: Space(
            pairs.language,
            pairs.report.ids,
            *sides[pairs.language, "report"],
            {domain: sides[pairs.language, domain] for domain in pairs.learn if with_training},
        )
        for pairs in languages
    }


def unmapped(
    space: Space, label: str, params: AlignmentParams, *, with_geometry: bool
) -> Iterator[Draft]:
    """Rows of method ``none``: nothing learnt, nothing normalised."""
    common = {"params": params, "encoder": label, "space": space, "method": "none"}
    setting = {"domain": None, "n_pairs": 0, "early_stopping": None, "map_from": None}
    yield from _scored(space.X, space.Y, setting, ("cosine", "csls"), **common)
    loss = relative_loss(space.X, space.Y)
    yield _draft("alignment loss", setting, loss, keep=False, **common)
    if with_geometry:
        for name, where, value in geometry(space.X, space.Y, partition=params.data_kind != "lab"):
            yield _draft(name, setting | where, value, **common)


@dataclass(frozen=True)
class Cell:
    """Every method, learnt from the first ``n`` pairs of one language, domain and encoder."""

    encoder: str
    language: str
    domain: str
    n: int
    spaces: dict[str, Space]
    params: AlignmentParams

    def __str__(self) -> str:
        return f"{self.encoder} {self.language} {self.domain} {self.n}"

    @property
    def whole(self) -> bool:
        """Whether this is the end of the sample-size curve, where everything is measured."""
        return self.n == len(self.spaces[self.language].learn[self.domain][0])

    @property
    def _live(self) -> bool:
        """Whether somebody is reading the page meanwhile: the laboratory is measured in seconds."""
        return self.params.data_kind == "lab"

    def _takes(self, variant: Variant) -> bool:
        if self._live and (variant.slow or variant.whole_only):
            return self.whole and self.domain == IN_DOMAIN
        return self.whole or not variant.whole_only

    def measured(self) -> tuple[list[Draft], list[str]]:
        """Drafts of all rows, and a note for each method that these pairs do not allow."""
        X, Y = (side[: self.n] for side in self.spaces[self.language].learn[self.domain])
        drafts: list[Draft] = []
        notes: list[str] = []
        controls: dict[str, dict[str, np.ndarray]] = {}
        for variant in VARIANTS:
            if not self._takes(variant):
                continue
            spend = "live" if self._live else "patient" if self.whole else "quick"
            try:
                fitted = fit(variant, X, Y, self.params.seed, spend=spend)
            except ValueError as error:
                notes.append(f"{self}: {variant.label} not measured: {error}")
                continue
            if fitted.is_zero:
                notes.append(f"{self}: {variant.label} learnt the zero map, which scores as chance")
            drafts += self._rows(variant, fitted, X, Y, controls)
        return drafts, notes

    def _rows(
        self,
        variant: Variant,
        fitted: Fitted,
        X: np.ndarray,
        Y: np.ndarray,
        controls: dict[str, dict[str, np.ndarray]],
    ) -> Iterator[Draft]:
        space, aligner = self.spaces[self.language], fitted.aligner
        mapped, into = aligner.transform(space.X), aligner.transform_target(space.Y)
        setting = {
            "domain": self.domain,
            "n_pairs": self.n,
            "early_stopping": variant.early_stopping,
            "map_from": None,
        }
        common = {
            "params": self.params,
            "encoder": self.encoder,
            "space": space,
            "method": variant.method,
        }
        similarities = ("cosine", "csls") if self.whole else ("cosine",)
        # A map that was stopped before its first step answers every query alike. It is scored as
        # the chance that it is: left out, the others would make the mean over seeds too high.
        score = _by_chance if fitted.is_zero else _scored
        scored = list(score(mapped, into, setting, similarities, **common))
        yield from scored
        curves = fitted.curves if self.whole else {}
        loss = relative_loss(mapped, into)
        yield _draft("alignment loss", setting, loss, curves=curves, keep=False, **common)
        seen = relative_loss(aligner.transform(X), aligner.transform_target(Y))
        # Over the pairs learnt from: their number changes along the curve, no items are kept.
        yield _draft("alignment loss", setting, float(seen.mean()), split="develop", **common)
        yield _draft("fit seconds", setting, fitted.seconds, split="develop", **common)
        if fitted.steps is not None:
            yield _draft("fit steps", setting, float(fitted.steps), split="develop", **common)
        if not self.whole:
            return
        if not fitted.is_zero:
            for name, where, value in geometry(mapped, into, partition=not self._live):
                yield _draft(name, setting | where, value, **common)
        cosine = {
            draft.setting["direction"]: draft.scores
            for draft in scored
            if draft.setting["similarity"] == "cosine"
        }
        if variant.method in CONTROLS:
            controls[variant.method] = cosine
        else:
            for control, scores in controls.items():
                for direction in cosine:
                    yield _draft(
                        f"gain over {control}",
                        setting | {"direction": direction, "similarity": "cosine"},
                        cosine[direction] - scores[direction],
                        **common,
                    )
        if self.domain == IN_DOMAIN and variant.method in TRIED_ELSEWHERE and not fitted.is_zero:
            yield from self._elsewhere(aligner, setting, common)

    def _elsewhere(
        self, aligner: Any, setting: dict[str, Any], common: dict[str, Any]
    ) -> Iterator[Draft]:
        """The map tried on the other languages, normalisation and all."""
        for other in self.spaces.values():
            if other.language != self.language:
                mapped, into = aligner.transform(other.X), aligner.transform_target(other.Y)
                where = setting | {"map_from": self.language}
                yield from _scored(mapped, into, where, ("cosine",), **(common | {"space": other}))


def _scored(
    mapped: np.ndarray,
    into: np.ndarray,
    setting: dict[str, Any],
    similarities: Sequence[str],
    **common: Any,
) -> Iterator[Draft]:
    for similarity in similarities:
        for direction, scores in precision(mapped, into, similarity).items():
            where = setting | {"direction": direction, "similarity": similarity}
            yield _draft("precision@1", where, scores, **common)


def _by_chance(
    mapped: np.ndarray,
    into: np.ndarray,
    setting: dict[str, Any],
    similarities: Sequence[str],
    **common: Any,
) -> Iterator[Draft]:
    """Rows of a map without directions: every candidate ties, so one in ``n`` is right."""
    import numpy as np

    for similarity in similarities:
        for direction in DIRECTIONS:
            where = setting | {"direction": direction, "similarity": similarity}
            yield _draft("precision@1", where, np.full(len(into), 1 / len(into)), **common)


def _draft(
    name: str,
    setting: dict[str, Any],
    scores: np.ndarray | float,
    *,
    params: AlignmentParams,
    encoder: str,
    space: Space,
    method: str,
    split: str = "report",
    **options: Any,
) -> Draft:
    coordinates = {
        "name": name,
        "task": TASK,
        "kind": "retrieval",
        "method": method,
        "encoder": encoder,
        "setting": setting,
        "source_language": params.source_language,
        "target_language": space.language,
        "split": split,
        "seed": params.seed,
    }
    if isinstance(scores, float):
        n = len(space.ids) if split == "report" else int(setting["n_pairs"])
        return Draft(coordinates, value=scores, n=n, **options)
    return Draft(coordinates, scores=scores, ids=space.ids, **options)
