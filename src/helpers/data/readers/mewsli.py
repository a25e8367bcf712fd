"""Mewsli-X's JSON lines: news articles with mentions of entities, and the entities' descriptions.

A row is a mention: its sentence, the mention between marks, and the description of the entity that
is meant. The file of mentions holds all languages; each row says which is its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File
from helpers.data.readers.json_text import json_lines
from helpers.data.rows import Event, RowProblem

MARKS = "[E1] {} [/E1]"


def mewsli_x(mentions: File, entities: File) -> Iterator[Event]:
    r"""Pair every mention with the description of its entity: source_text, target_text, language.

    A line of the first file may hold several mentions: each is a row on that line. Of the second
    file only the entities that are mentioned are looked at, and only their faults are reported, as
    those of the mentions that need them.

    >>> context = b'{"language": "en", "text": "To Rome!", "sentence_spans": []}'
    >>> mention = b'{"entity_id": "Q220", "mention_span": {"start": 3, "end": 7, "text": "Rome"}}'
    >>> line = b'{"context": ' + context + b', "mentions": [' + mention + b']}'
    >>> entity = b'{"entity_id": "Q220", "description": "Stadt"}'
    >>> [(_, row)] = mewsli_x(File("mentions", line), File("entities", entity))
    >>> row["source_text"], row["target_text"]
    ('To [E1] Rome [/E1]!', 'Stadt')
    """
    rows = [row for line, fields in json_lines(mentions) for row in _mentions(line, fields)]
    wanted = {row["entity"] for _, row in rows if not isinstance(row, RowProblem)}
    described = {
        fields["entity_id"]: fields.get("description")
        for _, fields in json_lines(entities)
        if not isinstance(fields, RowProblem) and _name(fields.get("entity_id")) in wanted
    }
    for line, row in rows:
        if isinstance(row, RowProblem):
            yield line, row
        elif row["entity"] not in described:
            yield line, RowProblem(f"{entities.name} has no entity {row['entity'][:20]}")
        else:
            yield line, row | {"target_text": described[row["entity"]]}


def _name(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _mentions(line: int, fields: dict | RowProblem) -> Iterator[tuple[int, dict | RowProblem]]:
    if isinstance(fields, RowProblem):
        yield line, fields
        return
    context, mentions = fields.get("context"), fields.get("mentions")
    if not isinstance(context, dict) or not isinstance(mentions, list) or not mentions:
        yield line, RowProblem("no object context with a list mentions")
        return
    for number, mention in enumerate(mentions, start=1):
        try:
            yield line, _mention(context, mention)
        except RowProblem as problem:
            yield line, RowProblem(f"mention {number}: {problem}")


def _mention(context: dict, mention: object) -> dict[str, object]:
    entity = _name(mention.get("entity_id")) if isinstance(mention, dict) else None
    if entity is None:
        raise RowProblem("no entity_id")
    text = context.get("text")
    if not isinstance(text, str) or not text:
        raise RowProblem("context without text: the authors' scripts put it in")
    span = _span(mention.get("mention_span"), len(text))
    if span is None:
        raise RowProblem("mention_span is not within the text")
    start, end = span
    if text[start:end] != mention["mention_span"].get("text"):
        raise RowProblem("mention is not at its offset")
    first, last = _sentence(context.get("sentence_spans"), start, end, len(text))
    marked = text[first:start] + MARKS.format(text[start:end]) + text[end:last]
    return {"entity": entity, "language": context.get("language"), "source_text": marked}


def _span(span: object, length: int) -> tuple[int, int] | None:
    if not isinstance(span, dict):
        return None
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        return None
    return start, end


def _sentence(spans: object, start: int, end: int, length: int) -> tuple[int, int]:
    """The sentence around a mention; the whole text where it is in none."""
    for span in spans if isinstance(spans, list) else []:
        found = _span(span, length)
        if found and found[0] <= start and end <= found[1]:
            return found
    return 0, length
