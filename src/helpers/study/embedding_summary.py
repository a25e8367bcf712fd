"""Chapter 1: what can be said over languages: means, gains over baselines, correlations.

A mean draws items, languages fixed. A correlation over languages draws genera. Below ten languages
there is no correlation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.study.embedding_rows import coordinates, row_of
from helpers.study.embedding_scores import MIN_LANGUAGES, over_languages, over_languages_gain
from helpers.study.language_groups import genus
from helpers.study.language_means import LanguageMeans
from helpers.study.row import Row

if TYPE_CHECKING:
    import numpy as np

    from helpers.study.embedding_data import EmbeddingData
    from helpers.study.params import EmbeddingParams

ALL, LATIN, OTHER = "all", "Latin script", "other scripts"
SEEN, UNSEEN = "in the training text", "not in the training text"


@dataclass
class Overlap:
    """Lexical overlap with English by language; ``pairs`` has a score for each pair."""

    pairs: dict[str, np.ndarray]
    types: dict[str, float]
    latin: dict[str, float]


@dataclass
class Summary:
    """Gathers each encoder's scores by language, and makes the rows over languages at the end."""

    params: EmbeddingParams
    data: EmbeddingData
    overlap: Overlap
    precision: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    cosine: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    gap: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def groups(self, lines: Mapping[str, int] | None) -> dict[str, list[str]]:
        """Languages by what they share with English, and by whether an encoder read them."""
        languages = list(self.data.languages)
        latin = [language for language in languages if self.overlap.latin[language] > 0.5]
        found = {ALL: languages, LATIN: latin, OTHER: [x for x in languages if x not in latin]}
        if lines is not None:
            found[SEEN] = [x for x in languages if lines.get(x)]
            found[UNSEEN] = [x for x in languages if not lines.get(x)]
        return {name: group for name, group in found.items() if group}

    def rows(
        self,
        given: Sequence[str],
        than: Mapping[str, str],
        lines: Mapping[str, Mapping[str, int] | None],
    ) -> list[Row]:
        """All rows over languages.

        Parameters
        ----------
        given : labels of the encoders under study. than : name -> label of each baseline.
        lines : by label of an encoder, the lines of its training text by language, where known.
        """
        known = next((lines[label] for label in given if lines.get(label)), None)
        groups = self.groups(known)
        rows = self._means(groups, given, than)
        if len(self.data.languages) < MIN_LANGUAGES:
            self.notes.append(f"fewer than {MIN_LANGUAGES} languages: no correlation over them")
            return rows
        rows += self._correlations(groups, given, than)
        for label in given:
            if lines.get(label):
                rows += self._with_lines(label, lines[label], groups)
        return rows

    def _means(
        self, groups: dict[str, list[str]], given: Sequence[str], than: Mapping[str, str]
    ) -> list[Row]:
        import numpy as np

        labels = list(self.precision)
        scores = {
            language: np.stack([self.precision[label][language] for label in labels])
            for language in self.data.languages
        }
        ids = {language: pairs.ids for language, pairs in self.data.languages.items()}
        means = LanguageMeans(scores, ids)
        unit = dict(zip(labels, np.eye(len(labels)), strict=True))
        rows = []
        for group, languages in groups.items():
            n = sum(len(self.data.languages[language]) for language in languages)
            setting = {"languages": group, "direction": "both"}
            chance = float(np.mean([1 / len(self.data.languages[x]) for x in languages]))
            for label in labels:
                found = means.interval(unit[label], languages)
                where = coordinates(self.params, label, "precision@1", **setting)
                rows.append(row_of(found, n, where))
                found = means.interval(unit[label], languages, less=chance)
                where = coordinates(self.params, label, "gain over chance", **setting)
                rows.append(row_of(found, n, where))
            for label, other, name in _contrasts(given, than):
                found = means.interval(unit[label] - unit[other], languages)
                where = coordinates(self.params, label, f"gain over {name}", **setting)
                rows.append(row_of(found, n, where))
        return rows

    def _correlations(
        self, groups: dict[str, list[str]], given: Sequence[str], than: Mapping[str, str]
    ) -> list[Row]:
        means = {language: float(each.mean()) for language, each in self.overlap.pairs.items()}
        # That a bag goes with overlap says nothing new: it is compared in its means only.
        contrasts = [each for each in _contrasts(given, than) if not each[2].startswith("bag-of-")]
        rows = []
        for group, languages in groups.items():
            if len(languages) < MIN_LANGUAGES:
                self.notes.append(f"{group}: {len(languages)} languages, no correlation over them")
                continue
            genera = [genus(language) for language in languages]
            for x_name, x in (("pair overlap", means), ("type overlap", self.overlap.types)):
                if x_name == "type overlap" and group != ALL:
                    continue
                xs = [x[language] for language in languages]
                for y_name, scores in self._outcomes().items():
                    setting = {"languages": group, "x": x_name, "y": y_name}
                    for label, by_language in scores.items():
                        ys = [by_language[language] for language in languages]
                        where = coordinates(self.params, label, "spearman", **setting)
                        rows += self._or_note(over_languages, (xs, ys, genera), where)
                    for label, other, name in contrasts:
                        ys, others = (
                            [scores[each][language] for language in languages]
                            for each in (label, other)
                        )
                        title = f"spearman less that of {name}"
                        where = coordinates(self.params, label, title, **setting)
                        rows += self._or_note(over_languages_gain, (xs, ys, others, genera), where)
        return rows

    def _with_lines(
        self, label: str, lines: Mapping[str, int], groups: dict[str, list[str]]
    ) -> list[Row]:
        languages = groups[ALL]
        xs = [float(lines.get(language, 0)) for language in languages]
        genera = [genus(language) for language in languages]
        rows = [
            row_of(x, 0, coordinates(self.params, label, "lines of training text", language))
            for language, x in zip(languages, xs, strict=True)
        ]
        ys = [self._outcomes()["precision@1"][label][language] for language in languages]
        setting = {"languages": ALL, "x": "lines of training text", "y": "precision@1"}
        where = coordinates(self.params, label, "spearman", **setting)
        return rows + self._or_note(over_languages, (xs, ys, genera), where)

    def _outcomes(self) -> dict[str, dict[str, dict[str, float]]]:
        return {
            name: {
                label: {language: float(each.mean()) for language, each in by_language.items()}
                for label, by_language in scores.items()
            }
            for name, scores in (
                ("precision@1", self.precision),
                ("cosine", self.cosine),
                ("cosine gap", self.gap),
            )
        }

    def _or_note(self, measure, arguments: tuple, where: dict) -> list[Row]:
        """One row; none, and a note, where the correlation does not exist (all values equal)."""
        try:
            return [row_of(measure(*arguments), len(arguments[0]), where)]
        except ValueError as error:
            self.notes.append(f"{where['name']} of {where['encoder']}, {where['setting']}: {error}")
            return []


def _contrasts(given: Sequence[str], than: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(encoder, what it is compared with, how that is called): baselines, and the first encoder."""
    found = [(label, than[name], name) for label in given for name in than if than[name] != label]
    found += [(label, given[0], given[0]) for label in given[1:]]
    return list(dict.fromkeys(found))
