"""DREAM's dialogues: an array of [turns, questions, id], each question with choices and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from helpers.data.readers.files import File
from helpers.data.readers.json_text import array_elements
from helpers.data.rows import Event, RowProblem


def dialogues(file: File) -> Iterator[Event]:
    r"""Read one row a question: the turns, a line each, as context; the answer's index as label.

    The line of a row is the one that its dialogue starts on.

    Raises
    ------
    UserError : the file is not one JSON array in UTF-8; with the line.

    >>> question = b'{"question": "Who?", "choice": ["he", "she"], "answer": "she"}'
    >>> list(dialogues(File("x.json", b'[[["M: Hi."], [' + question + b'], "1-1"]]')))
    [(1, {'context': 'M: Hi.', 'question': 'Who?', 'choices': ['he', 'she'], 'label': 1})]
    """
    for line, element in array_elements(file):
        match element:
            case [list(turns), [_, *_] as questions, str()] if turns and _are_texts(turns):
                context = "\n".join(turns)
                for question in questions:
                    yield line, _row(context, question)
            case _:
                yield line, RowProblem("not a dialogue: [turns, questions, id]")


def _row(context: str, question: object) -> Mapping[str, object] | RowProblem:
    match question:
        case {"question": asked, "choice": list(choices), "answer": str(answer)}:
            if choices.count(answer) != 1:
                return RowProblem(f"the answer is {choices.count(answer)} of the choices, not one")
            label = choices.index(answer)
            return {"context": context, "question": asked, "choices": choices, "label": label}
    return RowProblem("not a question: an object of question, choice (a list) and answer")


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)
