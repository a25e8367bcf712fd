"""Lines that begin with their label: ``1 I like it``, as sentence-level review sets have them."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File, lines
from helpers.data.rows import Event, RowProblem


def label_first(file: File) -> Iterator[Event]:
    r"""Read lines of a label, one blank and the text.

    >>> list(label_first(File("x.all", b"1 so good\n0\n")))
    [(1, {'label': '1', 'text': 'so good'}), (2, RowProblem('no blank after the label'))]
    """
    for number, line in enumerate(lines(file), start=1):
        if isinstance(line, RowProblem):
            yield number, line
            continue
        label, blank, content = line.partition(" ")
        good = {"label": label, "text": content}
        yield number, good if blank else RowProblem("no blank after the label")
