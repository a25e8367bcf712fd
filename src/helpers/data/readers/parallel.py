"""Line-aligned files: line i of the one is the translation of line i of the other."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File, file_error, lines
from helpers.data.rows import Event, RowProblem


def line_pairs(source: File, target: File) -> Iterator[Event]:
    r"""Pair the lines of two files.

    Raises
    ------
    UserError : the files have different numbers of lines, so no line can be trusted to be paired.

    >>> list(line_pairs(File("x.eng", b"Yes.\n"), File("x.deu", b"Ja.\n")))
    [(1, {'source_text': 'Yes.', 'target_text': 'Ja.'})]
    """
    sides = {"source_text": list(lines(source)), "target_text": list(lines(target))}
    counts = [len(side) for side in sides.values()]
    if counts[0] != counts[1]:
        raise file_error(
            f"{source.name} and {target.name}",
            f"unequal line counts, {counts[0]} and {counts[1]}",
            "two files with the same number of lines",
        )
    for number, pair in enumerate(zip(*sides.values(), strict=True), start=1):
        problems = [
            RowProblem(f"{name}: {line}")
            for name, line in zip(sides, pair, strict=True)
            if isinstance(line, RowProblem)
        ]
        yield number, problems[0] if problems else dict(zip(sides, pair, strict=True))
