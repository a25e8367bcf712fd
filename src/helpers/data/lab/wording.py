"""Laboratory items put into words: meanings in, one dict an item with a text per language out.

Label noise is dealt out here as well, since it changes what an item says and not what it is made
of. Not for drawing: what comes in was drawn by ``generators``, ``mrc``, ``reviews`` and ``nli``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.data.lab import generators, nli, reviews
from helpers.data.lab.generators import Pair
from helpers.data.lab.grammar import Meaning, ask, realiser
from helpers.data.lab.mrc import Passage, filler
from helpers.data.lab.nli import Inference
from helpers.data.lab.reviews import Review
from helpers.data.lab.written import find

# what stands between two sentences, where it is no blank
_BETWEEN = {"zh": ""}
Say = Mapping[str, Callable[[Meaning], str]]


def _texts(sentences: Sequence[Meaning], say: Say) -> dict[str, str]:
    return {
        language: _BETWEEN.get(language, " ").join(realise(s).lstrip() for s in sentences)
        for language, realise in say.items()
    }


def _parallel(meaning: Meaning, say: Say, wrong: float | None) -> dict[str, Any]:
    del wrong
    return {"texts": _texts([meaning], say), "genre": meaning.relation or "single"}


def _pair(pair: Pair, say: Say, wrong: float | None) -> dict[str, Any]:
    return {
        "sentence1": _texts([pair.first], say),
        "sentence2": _texts([pair.second], say),
        "score": float(_another(generators.GRADES, pair.grade, wrong)),
        "genre": pair.first.relation or "single",
        "operation": pair.operation,
    }


def _review(review: Review, say: Say, wrong: float | None) -> dict[str, Any]:
    return {
        "text": _texts(review.sentences, say),
        "label": _another(reviews.LABELS, review.label, wrong),
        "genre": review.place,
    }


def _inference(item: Inference, say: Say, wrong: float | None) -> dict[str, Any]:
    return {
        "premise": _texts(item.premise, say),
        "hypothesis": _texts([item.hypothesis], say),
        "label": _another(nli.LABELS, item.label, wrong),
        "operation": item.operation,
        "genre": "laboratory",
    }


def _passage(passage: Passage, say: Say, wrong: float | None) -> dict[str, Any]:
    place, table, key = passage.evidence, *passage.answer
    if wrong is not None:
        place, table, key = _choose(_wrong_answers(passage), wrong)
    item: dict[str, Any] = {"context": {}, "question": {}, "answers": {}, "starts": {}}
    for language, realise in say.items():
        between = _BETWEEN.get(language, " ")
        sentences = [realise(sentence).lstrip() for sentence in passage.sentences]
        before = sum(len(sentence) + len(between) for sentence in sentences[:place])
        start, text = find(sentences[place], table, key, language)
        item["context"][language] = between.join(sentences)
        item["question"][language] = ask(passage.event, passage.role, language).lstrip()
        item["answers"][language] = [text]
        item["starts"][language] = [before + start]
    return item | {"genre": passage.role}


def _wrong_answers(passage: Passage) -> Sequence[tuple[int, str, str]]:
    """What other sentences offer in the asked role, else in any."""
    if passage.decoys:
        return passage.decoys
    others = [i for i in range(len(passage.sentences)) if i != passage.evidence]
    found = [
        (i, *word)
        for i in others or [passage.evidence]
        for role in ("patient", "agent", "recipient", "place", "time")
        if (word := filler(passage.sentences[i].main, role)) and word != passage.answer
    ]
    return found or [(passage.evidence, *passage.answer)]


def _choose(choices: Sequence, draw: float) -> Any:
    return choices[int(draw * len(choices))]


def _another(labels: Sequence, label: object, wrong: float | None) -> Any:
    """``label``, or by the draw ``wrong`` one of the others."""
    return label if wrong is None else _choose([x for x in labels if x != label], wrong)


_WRITERS = {
    "parallel": _parallel,
    "sts": _pair,
    "mrc": _passage,
    "reviews": _review,
    "nli": _inference,
}


def worded(
    kind: str, items: Sequence, languages: Sequence[str], *, split: str, noise: float, seed: object
) -> list[dict[str, Any]]:
    """Items in words, each with its id; ``noise`` of them with another label than their own.

    An item is noisy at a level when it is at a lower one, and says the same wrong thing there.
    """
    say = {language: realiser(language) for language in languages}
    write, rng = _WRITERS[kind], random.Random(f"noise/{seed}")
    found = []
    for i, item in enumerate(items):
        noisy, wrong = rng.random() < noise, rng.random()
        found.append({"id": f"{split}-{i:05d}", **write(item, say, wrong if noisy else None)})
    return found
