"""SQuAD's JSON: articles of paragraphs of questions, as nearly all reading sets are published.

The sets differ in small things that are read alike here: offsets as strings, articles without a
title, further keys everywhere. A row is a question, its number in the file stands for the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.data.readers.files import File, file_error, text
from helpers.data.readers.json_text import parse
from helpers.data.rows import Event, RowProblem


def squad(file: File) -> Iterator[Event]:
    r"""Read one question a row: id, context, question, answers, starts, article.

    ``article`` is the article's title, or its id; None where neither is given, or where the whole
    file is one article and so tells no documents apart.

    Raises
    ------
    UserError : the file is no JSON (with the line), or no object with a list ``data``.

    >>> text = b'{"data": [{"title": "T", "paragraphs": [{"context": "A b.", "qas": [{"id": 7,'
    >>> text += b'"question": "A?", "answers": [{"text": "b", "answer_start": "2"}]}]}]}]}'
    >>> list(squad(File("x.json", text)))[0][1]["answers"]
    ['b']
    """
    content = parse(text(file), file.name)
    articles = content.get("data") if isinstance(content, dict) else None
    if not isinstance(articles, list):
        raise file_error(file.name, "no list named data", "SQuAD's JSON: {data: [articles]}")
    events = (
        event
        for number, article in enumerate(articles, start=1)
        for event in _article(article, f"article {number}", len(articles) > 1)
    )
    yield from enumerate(events, start=1)


def _article(article: object, where: str, several: bool) -> Iterator[dict | RowProblem]:
    paragraphs = _list(article, "paragraphs", where)
    if isinstance(paragraphs, RowProblem):
        yield paragraphs
        return
    name = (article.get("title") or article.get("id")) if several else None
    for number, paragraph in enumerate(paragraphs, start=1):
        place = f"{where}, paragraph {number}"
        questions = _list(paragraph, "qas", place)
        if isinstance(questions, RowProblem):
            yield questions
            continue
        for question in questions:
            if isinstance(question, dict):
                yield _question(question) | {"context": paragraph.get("context"), "article": name}
            else:
                yield RowProblem(f"{place}: not an object but {type(question).__name__}")


def _list(holder: object, key: str, where: str) -> list | RowProblem:
    """What an article or a paragraph holds; no list is a problem to be counted, an empty one is
    no row (TQuAD and SQuAD-it have paragraphs without questions).
    """
    if not isinstance(holder, dict):
        return RowProblem(f"{where}: not an object but {type(holder).__name__}")
    found = holder.get(key)
    if not isinstance(found, list):
        return RowProblem(f"{where}: {key} is not a list but {type(found).__name__}")
    return found


def _question(question: dict) -> dict[str, object]:
    answers = question.get("answers")
    fields = {"id": str(question.get("id")), "question": question.get("question")}
    if not isinstance(answers, list):
        return fields | {"answers": answers, "starts": answers}
    parts = [answer if isinstance(answer, dict) else {} for answer in answers]
    return fields | {
        "answers": [part.get("text") for part in parts],
        "starts": [part.get("answer_start") for part in parts],
    }
