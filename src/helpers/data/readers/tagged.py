"""Tagged text: a token a line, columns separated by tabs, a blank line after each sentence.

Four formats that differ in their columns and comments: CoNLL-U, the IOB2 of Universal NER, KLUE's
characters, and WikiANN. A row is a sentence; one bad line in it makes the sentence one problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from helpers.data.readers.files import File, lines
from helpers.data.rows import Event, RowProblem

# What a line is, given the number of the next word: token and tag; None: no word of its own
_Parse = Callable[[str, int], "tuple[str, str] | None"]


def conllu(file: File) -> Iterator[Event]:
    r"""Read CoNLL-U (ten columns): the syntactic words and their universal part of speech.

    Lines of multiword tokens (``3-4``) and of empty nodes (``5.1``) are not words of their own.

    >>> words = "1\tIm\tim\tX\t_\t_\t0\t_\t_\t_\n".encode()
    >>> list(conllu(File("x", b"# text = Im\n1-2" + words[1:] + words + b"\n")))
    [(1, {'tokens': ['Im'], 'tags': ['X']})]
    """
    return _sentences(file, "#", _conllu_line)


def iob2(file: File) -> Iterator[Event]:
    r"""Read Universal NER's five columns: index, token, tag and two that are not read.

    >>> list(iob2(File("x", b"# text = Rom\n1\tRom\tB-LOC\t-\t-\n")))
    [(1, {'tokens': ['Rom'], 'tags': ['B-LOC']})]
    """
    return _sentences(file, "#", _iob2_line)


def char_tags(file: File) -> Iterator[Event]:
    r"""Read KLUE's two columns, character and tag; blanks between words are characters, too.

    >>> list(char_tags(File("x", "## 서울\n서\tB-LC\n울\tI-LC\n \tO\n\n".encode())))
    [(1, {'tokens': ['서', '울', ' '], 'tags': ['B-LC', 'I-LC', 'O']})]
    """
    return _sentences(file, "##", _two_columns)


def wikiann(file: File) -> Iterator[Event]:
    r"""Read WikiANN's two columns, ``language:token`` and tag.

    >>> list(wikiann(File("x", b"de:Rom\tB-LOC\nde:.\tO\n")))
    [(1, {'tokens': ['Rom', '.'], 'tags': ['B-LOC', 'O']})]
    """
    return _sentences(file, None, _wikiann_line)


def _sentences(file: File, comment: str | None, parse: _Parse) -> Iterator[Event]:
    """The sentences, each on the line at which its comments or words start."""
    block: list[str | RowProblem] = []
    number = 0
    for number, line in enumerate(lines(file), start=1):
        if line != "":
            block.append(line)
        elif block:
            yield from _sentence(block, number - len(block), comment, parse)
            block = []
    if block:
        yield from _sentence(block, number + 1 - len(block), comment, parse)


def _sentence(
    block: list[str | RowProblem], first: int, comment: str | None, parse: _Parse
) -> Iterator[Event]:
    words: list[tuple[str, str]] = []
    for number, line in enumerate(block, start=first):
        try:
            if isinstance(line, RowProblem):
                raise line
            if comment and line.startswith(comment):
                continue
            if word := parse(line, len(words) + 1):
                words.append(word)
        except RowProblem as problem:
            yield first, RowProblem(f"line {number}: {problem}")
            return
    # what holds comments only, such as the head of KLUE's file, is no sentence
    if words:
        yield first, {"tokens": [word for word, _ in words], "tags": [tag for _, tag in words]}
    elif not all(isinstance(line, str) and comment and line.startswith(comment) for line in block):
        yield first, RowProblem("a sentence without words")


def _columns(line: str, number: int) -> list[str]:
    fields = line.split("\t")
    if len(fields) != number:
        raise RowProblem(f"{len(fields)} columns instead of {number}")
    return fields


def _indexed(index: str, expected: int) -> None:
    """Refuse a word out of its order: a line or the end of a sentence is missing before it."""
    if index != str(expected):
        raise RowProblem(f"word {index[:20]!r} where word {expected} should stand")


def _conllu_line(line: str, expected: int) -> tuple[str, str] | None:
    fields = _columns(line, 10)
    if _NO_WORD.fullmatch(fields[0]):
        return None
    _indexed(fields[0], expected)
    return fields[1], fields[3]


# 3-4 is a multiword token, 5.1 an empty node
_NO_WORD = re.compile(r"[0-9]+[-.][0-9]+")


def _iob2_line(line: str, expected: int) -> tuple[str, str]:
    index, token, tag, _, _ = _columns(line, 5)
    _indexed(index, expected)
    return token, tag


def _two_columns(line: str, expected: int) -> tuple[str, str]:
    token, tag = _columns(line, 2)
    return token, tag


def _wikiann_line(line: str, expected: int) -> tuple[str, str]:
    token, tag = _columns(line, 2)
    language, colon, word = token.partition(":")
    if not colon:
        raise RowProblem(f"token without its language: {token[:20]!r}")
    return word, tag
