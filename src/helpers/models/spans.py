"""From span tables to windows of tokens, and from logits back to characters of the context.

A context longer than the network takes is cut into overlapping windows; an answer is the best span
over all of them, sliced out of the context, so that it always stands there. Not the network that
gives the logits (``heads``) and not the scores of answers (``maths.answers``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, NotRequired, TypedDict

import numpy as np

from helpers.errors import UserError

if TYPE_CHECKING:
    import pandas

MAX_LENGTH = 256
STRIDE = 96
MOST_QUESTION = 64
N_BEST = 20
LONGEST = 30
_BOUNDARY = "▁Ġ"  # how sentencepiece and byte-level vocabularies write a blank


class Window(TypedDict):
    """One input of the network: a question and a stretch of its context.

    ``item`` is the row of the table; ``input_ids[question[0]:question[1]]`` are the question's
    tokens, ``input_ids[first:last]`` the context's, of which ``skipped`` others stand before this
    window. ``offsets``, one (start, end) per context token, count characters of the context; (n, n)
    is a token that is only a blank.
    ``token_type_ids`` is there where the tokenizer's models take it; in windows for training
    ``start_positions`` and ``end_positions`` index ``input_ids``, both inclusive.
    """

    input_ids: list[int]
    item: int
    question: NotRequired[tuple[int, int]]
    first: int
    last: int
    skipped: int
    offsets: list[tuple[int, int]]
    token_type_ids: NotRequired[list[int]]
    start_positions: NotRequired[int]
    end_positions: NotRequired[int]


@dataclass(frozen=True)
class Answer:
    """A span of a context: ``text == context[start:end]``.

    ``score`` is the sum of its start and end logit. ``alternatives`` are the n best spans as
    (start, end, score), all different, best first; the answer is the first of them.
    """

    text: str
    start: int
    end: int
    score: float
    alternatives: tuple[tuple[int, int, float], ...]


class _Pair(NamedTuple):
    """The special tokens around the question and the context, as (token id, type id)."""

    before: list[tuple[int, int]]
    between: list[tuple[int, int]]
    after: list[tuple[int, int]]
    types: tuple[int, int]  # of question and context tokens


def windows(
    table: pandas.DataFrame,
    tokenizer: Any,
    *,
    max_length: int = MAX_LENGTH,
    stride: int = STRIDE,
    most_question: int = MOST_QUESTION,
) -> list[Window]:
    """The windows of every row of a span table, in the order of rows and of the text.

    Parameters
    ----------
    table : columns context and question at least.
    tokenizer : a fast one of transformers.
    max_length : most tokens of a window, special tokens included.
    stride : tokens that neighbouring windows share, as tokenizers count it. A span of so many
        tokens, and one more, stands whole in some window.
    most_question : tokens of the question that are kept, from its beginning.

    Each row has a window, also one whose context gives no token.

    Errors: ``UserError`` on ``encoders`` for a tokenizer without offsets, and on the number that
    leaves no room for the context.
    """
    pair = _pair_format(tokenizer)
    special = len(pair.before) + len(pair.between) + len(pair.after)
    _check_room(tokenizer, max_length, stride, most_question, special)
    if not len(table):
        return []
    contexts, questions = list(table["context"]), list(table["question"])
    # the questions on a text follow each other: each text is read once
    texts = {context: _tokens(tokenizer, context) for context in dict.fromkeys(contexts)}
    asked = _encode(tokenizer, questions)["input_ids"]
    typed = "token_type_ids" in tokenizer.model_input_names
    found: list[Window] = []
    for item, (context, question) in enumerate(zip(contexts, asked, strict=True)):
        ids, offsets = texts[context]
        head = [*pair.before, *((token, pair.types[0]) for token in question[:most_question])]
        head += pair.between
        room = max_length - len(head) - len(pair.after)
        skipped = 0
        while True:
            piece = [(token, pair.types[1]) for token in ids[skipped : skipped + room]]
            tokens = head + piece + pair.after
            window: Window = {
                "input_ids": [token for token, _ in tokens],
                "item": item,
                "question": (len(pair.before), len(head) - len(pair.between)),
                "first": len(head),
                "last": len(head) + len(piece),
                "skipped": skipped,
                "offsets": offsets[skipped : skipped + room],
            }
            if typed:
                window["token_type_ids"] = [kind for _, kind in tokens]
            found.append(window)
            if skipped + room >= len(ids):
                break
            skipped += room - stride
    return found


def labelled(windows: Sequence[Window], table: pandas.DataFrame) -> tuple[list[Window], int]:
    """The windows that hold the whole first gold answer, with its token positions, for training.

    The answer's tokens are all that share a character with it: where a token reaches over its edge
    (a noun and its particle in one piece) the span is wider than the gold.

    Returns
    -------
    Copies of the windows with ``start_positions`` and ``end_positions``, and the number of rows of
    which no window is left (an answer longer than the windows' overlap, or of no token at all).
    """
    rows: dict[int, list[Window]] = {}
    for window in windows:
        rows.setdefault(window["item"], []).append(window)
    golds, starts = list(table["answers"]), list(table["starts"])
    kept: list[Window] = []
    lost = 0
    for item, own in rows.items():
        begin = starts[item][0]
        inside = _touching(own, begin, begin + len(golds[item][0]))
        before = len(kept)
        if inside is not None:
            for window in own:
                first, last = (token - window["skipped"] + window["first"] for token in inside)
                if window["first"] <= first and last < window["last"]:
                    kept.append({**window, "start_positions": first, "end_positions": last})
        lost += len(kept) == before
    return kept, lost


def decode(
    table: pandas.DataFrame,
    windows: Sequence[Window],
    start_logits: Sequence[np.ndarray],
    end_logits: Sequence[np.ndarray],
    *,
    n_best: int = N_BEST,
    longest: int = LONGEST,
) -> list[Answer]:
    """The answer of each row: the span of context tokens with the greatest sum of logits.

    Parameters
    ----------
    windows : as :func:`windows` gives them, in any order.
    start_logits, end_logits : one float array per window, as long as its ``input_ids``; longer
        ones (padded on the right) are cut.
    n_best : how many alternatives are kept, fewer where there are fewer spans.
    longest : most tokens of an answer.

    Spans of the same characters are one, with the best score that a window gives. Of equal scores
    the earlier and then the shorter span comes first. A row without a window or without a token
    that is not blank has the empty answer, with the score -inf.

    Errors: ``ValueError`` where a logit is NaN or an array is too short.

    >>> import pandas
    >>> table = pandas.DataFrame({"context": ["in Ulm"]})
    >>> window = {"input_ids": [0, 9, 2, 7, 8, 2], "item": 0, "first": 3, "last": 5, "skipped": 0}
    >>> window["offsets"] = [(0, 2), (3, 6)]
    >>> start, end = [9.0, 0.0, 0.0, 1.0, 2.0, 0.0], [0.0, 9.0, 0.0, 0.0, 3.0, 0.0]
    >>> answer = decode(table, [window], [start], [end])[0]
    >>> answer.text, answer.score
    ('Ulm', 5.0)
    >>> answer.alternatives
    ((3, 6, 5.0), (0, 6, 4.0), (0, 2, 1.0))
    """
    if n_best < 1 or longest < 1:
        raise ValueError(f"n_best and longest are at least 1: {n_best}, {longest}")
    contexts = list(table["context"]) if len(table) else []
    spans: list[list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = [[] for _ in contexts]
    for window, starts, ends in zip(windows, start_logits, end_logits, strict=True):
        spans[window["item"]].append(_spans(window, starts, ends, longest))
    return [_best(text, found, n_best) for text, found in zip(contexts, spans, strict=True)]


# -- tokens


def _encode(tokenizer: Any, texts: list[str], **options: Any) -> Any:
    # verbose: its warning on lengths is meant for those who do not cut
    return tokenizer(texts, add_special_tokens=False, verbose=False, **options)


def _pair_format(tokenizer: Any) -> _Pair:
    """Read off a pair of short texts: `build_inputs_with_special_tokens` is not everywhere."""
    if not getattr(tokenizer, "is_fast", False):
        name = getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__
        raise UserError("encoders", name, "an encoder with a fast tokenizer, which gives offsets")
    encoded = tokenizer("a", "b", return_token_type_ids=True)
    sides = encoded.sequence_ids()
    tokens = list(zip(encoded["input_ids"], encoded["token_type_ids"], strict=True))
    question = [place for place, side in enumerate(sides) if side == 0]
    context = [place for place, side in enumerate(sides) if side == 1]
    return _Pair(
        tokens[: question[0]],
        tokens[question[-1] + 1 : context[0]],
        tokens[context[-1] + 1 :],
        (tokens[question[0]][1], tokens[context[0]][1]),
    )


def _check_room(
    tokenizer: Any, max_length: int, stride: int, most_question: int, special: int
) -> None:
    for name, value in (("stride", stride), ("most_question", most_question)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UserError(name, value, "a number of tokens, 0 or more")
    least = special + most_question + stride + 1
    most = tokenizer.model_max_length  # a huge number where the tokenizer states none
    if isinstance(max_length, bool) or not isinstance(max_length, int):
        raise UserError("max_length", max_length, "a number of tokens")
    if not least <= max_length <= most:
        limit = f" and at most {most}, the encoder's own limit" if most < 1_000_000 else ""
        reason = f"{special} special tokens, most_question {most_question}, stride {stride}"
        raise UserError("max_length", max_length, f"at least {least} ({reason}, and one){limit}")


def _tokens(tokenizer: Any, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Token ids of a context and where each stands in it, without blanks at its ends.

    Unigram pieces take the blank before them, and the piece that stands for the blank alone points
    at the next character where the text has no blank, at its beginning. Where normalisation makes
    one character of several (an accent written on its own, Hangul in parts) tokenizers point at the
    first alone: characters of no token go with the token before them.
    """
    encoded = _encode(tokenizer, [text], return_offsets_mapping=True)
    ids, given = encoded["input_ids"][0], encoded["offset_mapping"][0]
    pieces = tokenizer.convert_ids_to_tokens(ids)
    offsets = []
    for place, (start, end) in enumerate(given):
        following = given[place + 1][0] if place + 1 < len(given) else len(text)
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if following == start and not pieces[place].strip(_BOUNDARY):
            end = start
        while start < end < following and not text[end].isspace():
            end += 1
        offsets.append((start, end))
    return ids, offsets


def _touching(own: Sequence[Window], begin: int, end: int) -> tuple[int, int] | None:
    """First and last token of the context, counted from 0, that share a character with a span."""
    offsets: list[tuple[int, int]] = []
    for window in sorted(own, key=lambda window: window["skipped"]):
        offsets += window["offsets"][len(offsets) - window["skipped"] :]
    inside = [i for i, (start, stop) in enumerate(offsets) if max(start, begin) < min(stop, end)]
    return (inside[0], inside[-1]) if inside else None


# -- spans


def _spans(
    window: Window, start_logits: np.ndarray, end_logits: np.ndarray, longest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, first and last characters of all spans of up to ``longest`` tokens of a window."""
    first, last = window["first"], window["last"]
    starts = np.asarray(start_logits, dtype=np.float64)
    ends = np.asarray(end_logits, dtype=np.float64)
    for name, logits in (("start", starts), ("end", ends)):
        if logits.ndim != 1 or len(logits) < len(window["input_ids"]):
            shape = f"{len(window['input_ids'])} tokens and {name} logits of shape {logits.shape}"
            raise ValueError(f"a window has {shape}")
        if np.isnan(logits[first:last]).any():
            raise ValueError(f"a {name} logit is NaN")
    offsets = np.asarray(window["offsets"], dtype=np.int64).reshape(-1, 2)
    from_token = np.arange(last - first)[:, None]
    to_token = from_token + np.arange(min(longest, last - first))
    inside = to_token < last - first
    to_token = np.where(inside, to_token, 0)
    filled = offsets[:, 0] < offsets[:, 1]
    begin = np.broadcast_to(offsets[:, :1], to_token.shape)
    stop = offsets[to_token, 1]
    # normalisation may exchange characters, so that tokens go backwards
    inside &= filled[:, None] & filled[to_token] & (begin < stop)
    scores = starts[first:last, None] + ends[first:last][to_token]
    return scores[inside], begin[inside], stop[inside]


def _best(text: str, found: list[tuple[np.ndarray, np.ndarray, np.ndarray]], n_best: int) -> Answer:
    scores, begin, stop = (
        np.concatenate(arrays) if found else np.zeros(0)
        for arrays in (zip(*found, strict=True) if found else ((), (), ()))
    )
    if not len(scores):
        return Answer("", 0, 0, -np.inf, ())
    # More than are wanted, as windows share spans; all of a tie, so that its order is ours
    wanted = 4 * n_best
    while True:
        pool = np.arange(len(scores))
        if wanted < len(scores):
            pool = np.flatnonzero(scores >= np.partition(scores, -wanted)[-wanted])
        pool = pool[np.lexsort((stop[pool], begin[pool], -scores[pool]))]
        _, firsts = np.unique(begin[pool] * (len(text) + 1) + stop[pool], return_index=True)
        if len(firsts) >= n_best or len(pool) == len(scores):
            break
        wanted *= 4
    kept = pool[np.sort(firsts)[:n_best]]
    ranked = tuple(
        (int(start), int(end), float(score))
        for start, end, score in zip(begin[kept], stop[kept], scores[kept], strict=True)
    )
    start, end, score = ranked[0]
    return Answer(text[start:end], start, end, score, ranked)
