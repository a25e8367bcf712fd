"""What chapters 3 to 5 teach and what they score: tables, no code of any chapter.

A course is one source task with the sets that its tuned model is scored on. Adding a set is a line.
Reading the sets is the matter of ``transfer_data``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

Split = tuple[str, str]  # task, split


@dataclass(frozen=True)
class Sizes:
    """Rows to learn from, items scored a set, passes, rows a step, tokens a text.

    ``chosen_on``: most rows that an epoch is judged by.
    """

    train: int
    report: int
    epochs: int
    batch: int = 32
    max_length: int = 128
    chosen_on: int = 1000


_METRIC = {
    "similarity": "spearman",
    "classification": "macro-F1",
    "span": "F1",
    "choice": "accuracy",
    "tagging": "accuracy",
}


@dataclass(frozen=True)
class Course:
    """One source task and its targets.

    learn : language -> (task, split) to learn from; English is the source, others are supervised
        runs of the same size. validation : where the epoch and the learning rate are chosen, in the
        language learnt from; None: articles held out of what is learnt from.
    source : the English set whose score the transferred scores are set against.
    targets : sets in other languages.
    shifts : English sets of another domain, the control for what language alone changes.
    lab : the laboratory's task of the kind; None where it has none, or another course has it.
    form : how rows are put to an encoder (``features.FORMS``); "": the first of the kind.
    """

    name: str
    kind: str
    learn: dict[str, Split]
    validation: dict[str, Split | None]
    source: Split
    targets: tuple[Split, ...]
    shifts: tuple[Split, ...] = ()
    sizes: Sizes = Sizes(8000, 600, 3)
    laboratory: Sizes = Sizes(1500, 300, 3)
    lab: str | None = None
    form: str = ""

    @property
    def metric(self) -> str:
        """The score that transfer is told in."""
        return _METRIC[self.kind]


STS = Course(
    name="similarity",
    kind="similarity",
    learn={"en": ("stsb", "train"), "ko": ("korsts", "train")},
    # Dev is what all twelve languages have; so the epoch is chosen on rows held out of training.
    validation={"en": None, "ko": None},
    source=("stsb", "dev"),
    targets=(("stsb", "dev"), ("korsts", "dev")),
    sizes=Sizes(3000, 600, 2),
    laboratory=Sizes(1500, 300, 3),
    lab="stsb",
)
MRC = Course(
    name="reading",
    kind="span",
    learn={"en": ("squad", "train"), "tr": ("tquad", "train")},
    validation={"en": None, "tr": None},
    source=("xquad", "test"),
    targets=(
        ("xquad", "test"),
        ("korquad", "dev"),
        ("jaquad", "dev"),
        ("cmrc2018", "dev"),
        ("drcd", "dev"),
        ("arcd", "test"),
        ("tquad", "dev"),
        ("squad_it", "test"),
    ),
    shifts=(
        ("squad", "dev"),
        ("squadshifts_wiki", "test"),
        ("squadshifts_reddit", "test"),
        ("squadshifts_amazon", "test"),
    ),
    sizes=Sizes(3000, 200, 1, batch=16, max_length=256),
    laboratory=Sizes(1500, 200, 6, batch=16, max_length=256),
    lab="squad",
)
POLARITY = Course(
    name="two classes",
    kind="classification",
    learn={"en": ("sst2", "train"), "ko": ("nsmc", "train")},
    validation={"en": ("sst2", "dev"), "ko": None},
    source=("sst2", "test"),
    targets=(("nsmc", "test"), ("kobest_sentineg", "test"), ("chnsenticorp", "all")),
    shifts=(("customer_reviews", "all"),),
    sizes=Sizes(5000, 600, 2),
    laboratory=Sizes(1500, 300, 3),
    lab="sst2",
)
TWEETS = Course(
    name="three classes",
    kind="classification",
    learn={"en": ("xlm_t", "train")},
    validation={"en": ("xlm_t", "dev")},
    source=("xlm_t", "test"),
    targets=(("xlm_t", "test"),),
    sizes=Sizes(1839, 400, 3),
)
# Targets of chapter 7: few rows, because every one is tuned after every intermediate training, and
# because an intermediate task is said to help where data is little; words alone learn less of it.
_SHORT = Sizes(2000, 300, 1, batch=16, max_length=96, chosen_on=300)
_FEW = Sizes(800, 1000, 4, batch=16, max_length=96, chosen_on=300)
_LIVE = Sizes(400, 150, 2, batch=16, chosen_on=100)
NLI = Course(
    name="nli",
    kind="classification",
    learn={"en": ("lingnli", "train")},
    validation={"en": None},
    # English of another distribution than XNLI's: MultiNLI is not among the local sets.
    source=("lingnli", "dev"),
    targets=(("xnli", "test"), ("kornli", "test"), ("ocnli", "dev")),
    sizes=replace(_SHORT, train=1600, report=1000),
    laboratory=_LIVE,
    lab="xnli",
    form="paired",
)
TAGGING = Course(
    name="tagging",
    kind="tagging",
    learn={"en": ("udpos", "train")},
    validation={"en": None},
    source=("udpos", "test"),
    targets=(("udpos", "test"),),
    sizes=Sizes(500, 200, 4, batch=16, max_length=96, chosen_on=300),
)
COPA = Course(
    name="choice",
    kind="choice",
    learn={"en": ("copa_en", "train")},
    validation={"en": None},
    # English has one published file: REPORT rows of it are scored, the others learnt from. XCOPA's
    # validation rows translate English ones, so its test rows alone are scored.
    source=("copa_en", "train"),
    targets=(("xcopa", "test"),),
    sizes=replace(_SHORT, report=200),
)
COURSES = {
    "03_sts": (STS,),
    "04_mrc": (MRC,),
    # Its English questions, which have translations.
    "item_difficulty": (replace(MRC, targets=(MRC.source,), shifts=()),),
    "05_sentiment": (POLARITY, TWEETS),
    "07_intermediate": (
        NLI,
        TAGGING,
        # Told in accuracy: of sets whose labels are balanced.
        replace(
            POLARITY,
            sizes=_FEW,
            laboratory=_LIVE,
            targets=(("nsmc", "test"), ("kobest_sentineg", "test")),
            shifts=(),
        ),
        replace(TWEETS, sizes=replace(_FEW, train=600, report=580)),
        replace(STS, sizes=_SHORT, laboratory=_LIVE),
        # These are tuned without an intermediate task only (`intermediate_rules`).
        COPA,
        replace(
            MRC,
            sizes=Sizes(1500, 100, 1, batch=16, max_length=192, chosen_on=200),
            targets=(("xquad", "test"), ("korquad", "dev")),
            shifts=(),
            lab=None,
        ),
    ),
}


def form_of(one: Any) -> str:
    """How the rows of a course, or of an intermediate family, are put to an encoder.

    >>> form_of(STS), form_of(NLI), form_of(replace(NLI, form=""))
    ('siamese', 'paired', 'classification')
    """
    from helpers.models.features import FORMS

    return one.form or FORMS[one.kind][0]


def in_laboratory(course: Course) -> Course:
    """The course on generated text: one task that all languages have, no other sets."""
    name = course.lab
    test = (name, "test")
    return replace(
        course,
        form="",
        learn={"en": (name, "train")},
        validation={"en": (name, "dev")},
        source=test,
        targets=(test,),
        shifts=(),
        sizes=course.laboratory,
    )
