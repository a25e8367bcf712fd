"""Line-aligned files: line i of the one belongs to line i of the other."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File, file_error, lines
from helpers.data.rows import Event, RowProblem


def line_pairs(source: File, target: File) -> Iterator[Event]:
    r"""Pair the lines of two files of which one is the translation of the other.

    Raises
    ------
    UserError : the files have different numbers of lines, so no line can be trusted to be paired.

    >>> list(line_pairs(File("x.eng", b"Yes.\n"), File("x.deu", b"Ja.\n")))
    [(1, {'source_text': 'Yes.', 'target_text': 'Ja.'})]
    """
    return _paired({"source_text": source, "target_text": target})


def text_labels(texts: File, labels: File) -> Iterator[Event]:
    r"""Pair the lines of a file of texts with those of the file of their labels.

    Raises
    ------
    UserError : as `line_pairs`.

    >>> list(text_labels(File("text.txt", b"Good!\n"), File("labels.txt", b"2\n")))
    [(1, {'text': 'Good!', 'label': '2'})]
    """
    return _paired({"text": texts, "label": labels})


def _paired(files: dict[str, File]) -> Iterator[Event]:
    sides = {field: list(lines(file)) for field, file in files.items()}
    counts = [len(side) for side in sides.values()]
    if counts[0] != counts[1]:
        raise file_error(
            " and ".join(file.name for file in files.values()),
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
