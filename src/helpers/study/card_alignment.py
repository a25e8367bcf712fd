"""The part of a model card that tells what alignment adds, from ``pretraining_alignment`` records.

Tables only; which parts a card has stands in ``cards``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from helpers.study import store
from helpers.study.record import Record
from helpers.study.row import Row

STUDY = "pretraining_alignment"
TITLE = "## Scores after alignment with pairs of training text"
MEAN = "mean precision@1"


def alignment_section(name: str, results: Path | None = None) -> list[str]:
    """Paragraphs of the card of ``models/<name>``; none where real pairs were never recorded."""
    runs = [
        one.record
        for one in store.scan(results, STUDY)[0]
        if one.record.data["source"] != "lab"
        and any(label.removeprefix("models/") == name for label in one.record.encoders)
    ]
    if not runs:
        return []
    record = min(runs, key=lambda one: one.params["seed"])
    label = next(each for each in record.encoders if each.removeprefix("models/") == name)
    rows = [row for row in record.rows if row.encoder == label]
    parts = [
        TITLE,
        "Each alignment of chapter 2, learnt from pairs of the training corpus that repeat no "
        "scored sentence (technical documentation and image captions left out). Behind each score, "
        "in points, its gain over centring alone with its 95 % interval over items, paired.",
    ]
    for title, chosen, gain, percent in _tables(record, rows):
        parts += [title, _table(chosen, gain, 100 if percent else 1, 1 if percent else 3)]
    return parts


def _tables(record: Record, rows: Sequence[Row]) -> Iterable[tuple[str, list, list, bool]]:
    def of(name: str, holds: Callable[[Row], bool] = lambda row: True) -> list[Row]:
        return [row for row in rows if row.name == name and holds(row)]

    languages = ", ".join(record.params["target_languages"])
    yield (
        f"**Tatoeba, precision@1 (%)**, mean of {languages}, both directions:",
        of(MEAN),
        of("mean gain over centre"),
        True,
    )
    sets = {}
    for row in of("spearman"):
        place = row.task, row.target_language, row.setting["across"], row.setting["map_from"]
        sets.setdefault(place, row)
    for (task, language, across, learnt), row in sets.items():

        def holds(other: Row, like: Row = row) -> bool:
            return (
                (other.task, other.target_language) == (like.task, like.target_language)
                and other.setting["across"] == like.setting["across"]
                and other.setting["map_from"] == like.setting["map_from"]
            )

        shown = f"en-{language}" if across else language
        with_map = f", maps learnt with {learnt}" if language != learnt else ""
        yield (
            f"**{task}, {shown}, {row.split}, Spearman**{with_map}:",
            of("spearman", holds),
            of("spearman gain over centre", holds),
            False,
        )


def _table(values: Sequence[Row], gains: Sequence[Row], scale: float, digits: int) -> str:
    sizes = sorted({int(row.setting["n_pairs"] or 0) for row in values} - {0})
    score, gain = ({_place(row): row for row in each} for each in (values, gains))
    methods = dict.fromkeys((row.method, row.setting["early_stopping"]) for row in values)
    lines = [
        "| method | " + " | ".join(f"{size:,} pairs" for size in sizes) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    for method, stopped in methods:
        cells = []
        for size in (0,) * len(sizes) if method == "none" else sizes:
            place = method, stopped, size
            if place not in score:
                cells.append("")
                continue
            told = f"{scale * score[place].value:.{digits}f}"
            if place in gain:
                one = gain[place]
                ends = (scale * number for number in (one.value, one.low, one.high))
                told += " ({:+.{d}f} [{:+.{d}f}, {:+.{d}f}])".format(*ends, d=digits)
            cells.append(told)
        shown = f"{method}, stopped early" if stopped else method
        lines.append(f"| {shown} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _place(row: Row) -> tuple:
    return row.method, row.setting["early_stopping"], int(row.setting["n_pairs"] or 0)
