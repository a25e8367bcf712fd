"""QED's JSON lines: a search query, a paragraph, and its answers with their offsets.

The first check-in (part files of train) and the final files (dev) name the same things differently;
both are read. An answer may be several spans: it is passed on as a list, for which there is no
place in a table of spans.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File
from helpers.data.readers.json_text import json_lines
from helpers.data.rows import Event, RowProblem


def qed(file: File) -> Iterator[Event]:
    r"""Read one question a line: context, question, answers, starts, article (the page's title).

    >>> line = b'{"paragraph_text": "A b", "question_text": "q", "title_text": "T",'
    >>> early = line + b'"answer_spans": [[2, 3]], "answer_text": ["b"]}'
    >>> final = line + b'"original_nq_answers": [[{"start": 2, "end": 3, "string": "b"}]]}'
    >>> [fields["answers"] for _, fields in qed(File("x", early + b"\n" + final))]
    [['b'], ['b']]
    """
    for line, fields in json_lines(file):
        if isinstance(fields, RowProblem):
            yield line, fields
            continue
        early = "answer_spans" in fields or "answer_text" in fields
        answers, starts = _early(fields) if early else _final(fields)
        yield (
            line,
            {
                "id": str(fields.get("example_id")),
                "context": fields.get("paragraph_text"),
                "question": fields.get("question_text"),
                "answers": answers,
                "starts": starts,
                "article": fields.get("title_text"),
            },
        )


def _early(fields: dict) -> tuple[object, object]:
    """Of the first check-in: one answer, as the list of its spans."""
    texts, spans = fields.get("answer_text"), fields.get("answer_spans")
    if not isinstance(texts, list) or not isinstance(spans, list):
        return texts, spans
    starts = [span[0] if isinstance(span, list) and span else span for span in spans]
    return (texts, starts) if len(texts) < 2 else ([texts], [starts])


def _final(fields: dict) -> tuple[object, object]:
    """Of the final files: a list of answers, each the list of its spans."""
    given = fields.get("original_nq_answers")
    if not isinstance(given, list):
        return given, given
    found = [_spans(answer) for answer in given]
    return [answer for answer, _ in found], [start for _, start in found]


def _spans(answer: object) -> tuple[object, object]:
    if not isinstance(answer, list) or not all(isinstance(span, dict) for span in answer):
        return answer, None
    texts = [span.get("string") for span in answer]
    starts = [span.get("start") for span in answer]
    return (texts[0], starts[0]) if len(answer) == 1 else (texts, starts)
