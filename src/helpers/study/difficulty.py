"""How hard each item of an intermediate data set is: pointwise V-information, cross-fitted.

The pool is cut in two halves by id; a model tuned on either tells the log-probability of the gold
labels of the other. What the same family of models knows without the input is the distribution of
labels in the half that it learnt from, which is what training on empty inputs converges to; for
answers in a text, every place alike. Levels of difficulty follow from it (``intermediate_items``);
no target is trained or scored here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from helpers.study.courses import form_of
from helpers.study.intermediate_items import Pool
from helpers.study.intermediate_params import DifficultyParams
from helpers.study.plan import Outcome, Plan
from helpers.study.pool_study import planned
from helpers.study.transfer import Arm, Arms, Base, forget
from helpers.study.transfer_data import first_by_id

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.study.row import Row

CHAPTER, VERSION = "difficulty", 1
PVI = "pvi"


def study(params: DifficultyParams, *, progress: bool = True) -> Plan:
    """Plan of the study: the pool is read, nothing trained."""
    return planned(CHAPTER, VERSION, params, measure)


def measure(params: DifficultyParams, one: Pool, base: Base, progress: bool) -> Outcome:
    """Rows ``V-information``, ``entropy`` (with and without input) and the items' information."""
    import numpy as np

    half = halves(one.table["id"])
    seeing = np.zeros(len(one.table))
    blind = np.zeros(len(one.table))
    used = []
    for side in (0, 1):
        own = one.table[half != side].reset_index(drop=True)
        asked = one.table[half == side].reset_index(drop=True)
        # Epoch and learning rate are chosen on items of the half that is learnt from.
        chosen_on = first_by_id(own, one.family.held)
        train = own[~own["id"].isin(chosen_on["id"])].reset_index(drop=True)
        arms = Arms(params, one.course(train, chosen_on), base, progress)
        arm = Arm(PVI, form_of(one.family), train)
        tuned = arms.tuned(arm)
        used.append(arms.work(arm, tuned.recipe))
        seeing[half == side], blind[half == side] = gold_log_probabilities(
            arms, tuned.model, train, asked
        )
    outcome = Outcome(tidy=lambda: forget(*used))
    outcome.rows += information_rows(
        seeing,
        blind,
        task=one.task,
        kind=one.family.kind,
        encoder=base.label,
        setting={"intermediate": one.family.name},
        source_language=params.source_language,
        target_language=params.source_language,
        split=one.family.split,
        seed=params.seed,
    )
    outcome.items.add(PVI, tuple(one.table["id"]), in_bits(seeing, blind))
    return outcome


def information_rows(seeing: np.ndarray, blind: np.ndarray, **common: Any) -> list[Row]:
    """Rows ``V-information`` and ``entropy`` with and without input, bits an item."""
    from helpers.maths.difficulty import v_information
    from helpers.study.row import Row

    found = v_information(seeing, blind)
    return [
        Row(
            name=name,
            method=PVI,
            n=len(seeing),
            value=interval.value,
            low=interval.low,
            high=interval.high,
            **common,
        )
        for name, interval in (
            ("V-information", found.information),
            ("entropy with input", found.with_input),
            ("entropy without input", found.without_input),
        )
    ]


def in_bits(seeing: np.ndarray, blind: np.ndarray) -> np.ndarray:
    """PVI of each item from natural log-probabilities with and without the input."""
    import numpy as np

    return (seeing - blind) / np.log(2)


def halves(ids: Any) -> np.ndarray:
    """0 or 1 for each item, by its id."""
    import hashlib

    import numpy as np

    return np.array([hashlib.blake2b(item.encode()).digest()[0] % 2 for item in ids])


def gold_log_probabilities(
    arms: Arms, model: Any, train: pd.DataFrame, asked: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Natural log-probabilities of gold, with the input and without it: two arrays [items].

    Of tags the mean over words. Similarity is a number: its probability is that of a normal
    distribution around what a line through the predictions says, as wide as what it leaves; line
    and width (three numbers) are those of the items asked.
    """
    way = arms.way(form_of(arms.data.course))
    return _OF_KIND[arms.data.course.kind](way, arms.asked(model), train, asked)


def _of_classes(way: Any, ask: Any, train: pd.DataFrame, asked: pd.DataFrame) -> tuple:
    import numpy as np
    from scipy.special import log_softmax

    found = log_softmax(np.stack(ask(way.rows(asked))).astype(np.float64), axis=1)
    gold = way.gold(asked)
    seeing = found[np.arange(len(gold)), gold]
    return seeing, _prior(way.gold(train), gold)


def _of_choices(way: Any, ask: Any, train: pd.DataFrame, asked: pd.DataFrame) -> tuple:
    import numpy as np
    from scipy.special import log_softmax

    gold = [int(label) for label in asked["label"]]
    found = ask(way.rows(asked))
    seeing = np.array(
        [log_softmax(np.asarray(v, dtype=np.float64))[g] for v, g in zip(found, gold, strict=True)]
    )
    return seeing, _prior([int(label) for label in train["label"]], gold)


def _of_tags(way: Any, ask: Any, train: pd.DataFrame, asked: pd.DataFrame) -> tuple:
    import numpy as np
    from scipy.special import log_softmax

    from helpers.models.features import IGNORED

    rows = way.rows(asked)
    prior = Counter(tag for tags in train["tags"] for tag in tags)
    total = sum(prior.values()) + len(way.data.labels)
    logs = np.log([(prior[name] + 1) / total for name in way.data.labels])
    seeing, blind = np.zeros(len(rows)), np.zeros(len(rows))
    for place, (row, values) in enumerate(zip(rows, ask(rows), strict=True)):
        gold = np.asarray(row["labels"])
        there = gold != IGNORED
        chances = log_softmax(np.asarray(values, dtype=np.float64), axis=1)
        seeing[place] = chances[there, gold[there]].mean() if there.any() else 0.0
        blind[place] = logs[gold[there]].mean() if there.any() else 0.0
    return seeing, blind


def _of_scores(way: Any, ask: Any, train: pd.DataFrame, asked: pd.DataFrame) -> tuple:
    import numpy as np

    gold = way.gold(asked)
    answers = np.asarray(way.answers(ask, asked))
    slope, start = np.polyfit(answers, gold, 1) if np.ptp(answers) else (0.0, gold.mean())
    learnt = way.gold(train)
    seeing = _normal(gold, slope * answers + start)
    blind = _normal(gold, np.full(len(gold), learnt.mean()), width=learnt.std())
    # A density has no ceiling; in units of the scores' spread neither side passes 0.
    top = max(seeing.max(), blind.max(), 0.0)
    return seeing - top, blind - top


def _of_spans(way: Any, ask: Any, train: pd.DataFrame, asked: pd.DataFrame) -> tuple:
    import numpy as np
    from scipy.special import log_softmax

    from helpers.models.spans import labelled
    from helpers.study.transfer_kinds import window_row

    cut, _ = labelled(way.windows(asked), asked)
    found = ask([window_row(one) for one in cut])
    seeing = np.full(len(asked), -np.inf)
    blind = np.zeros(len(asked))
    for window, values in zip(cut, found, strict=True):
        first, last, item = window["first"], window["last"], window["item"]
        chances = log_softmax(np.asarray(values, dtype=np.float64)[first:last], axis=0)
        sides = window["start_positions"] - first, window["end_positions"] - first
        told = sum(float(chances[place, side]) for side, place in enumerate(sides))
        if told > seeing[item]:  # of windows that hold the answer the one that tells it best
            seeing[item], blind[item] = told, -2 * np.log(last - first)
    lost = ~np.isfinite(seeing)  # cut off with the end of a context: as hard as can be
    if lost.any():
        seeing[lost] = seeing[~lost].min() if (~lost).any() else 0.0
        blind[lost] = blind[~lost].mean() if (~lost).any() else 0.0
    return seeing, blind


_OF_KIND = {
    "classification": _of_classes,
    "choice": _of_choices,
    "tagging": _of_tags,
    "similarity": _of_scores,
    "span": _of_spans,
}


def _prior(learnt: Any, gold: Any) -> np.ndarray:
    """Log-probability of each gold label by the labels learnt from, one more of each."""
    import numpy as np

    counts = Counter(map(int, learnt))
    labels = set(counts) | set(map(int, gold))
    total = sum(counts.values()) + len(labels)
    return np.log([(counts[int(label)] + 1) / total for label in gold])


def _normal(values: np.ndarray, middle: np.ndarray, width: float | None = None) -> np.ndarray:
    from scipy.stats import norm

    width = float((values - middle).std()) if width is None else float(width)
    return norm.logpdf(values, loc=middle, scale=max(width, 1e-3))
