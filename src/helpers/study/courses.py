"""What chapters 3 to 5 teach and what they score: tables, no code of any chapter.

A course is one source task with the sets that its tuned model is scored on. Adding a set is a line.
Reading the sets is the matter of ``transfer_data``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Split = tuple[str, str]  # task, split


@dataclass(frozen=True)
class Sizes:
    """Rows to learn from, items scored a set, passes, rows a step, tokens a text."""

    train: int
    report: int
    epochs: int
    batch: int = 32
    max_length: int = 128


@dataclass(frozen=True)
class Course:
    """One source task and its targets.

    learn : language -> (task, split) to learn from; English is the source, others are supervised
        runs of the same size. validation : where the epoch and the learning rate are chosen, in the
        language learnt from; None: articles held out of what is learnt from.
    source : the English set whose score the transferred scores are set against.
    targets : sets in other languages.
    shifts : English sets of another domain, the control for what language alone changes.
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

    @property
    def metric(self) -> str:
        """The score that transfer is told in."""
        return {"similarity": "spearman", "classification": "macro-F1", "span": "F1"}[self.kind]


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
COURSES = {"03_sts": (STS,), "04_mrc": (MRC,), "05_sentiment": (POLARITY, TWEETS)}


def in_laboratory(course: Course) -> Course:
    """The course on generated text: one task that all languages have, no other sets."""
    name = course.learn["en"][0]
    test = (name, "test")
    return replace(
        course,
        learn={"en": (name, "train")},
        validation={"en": (name, "dev")},
        source=test,
        targets=(test,),
        shifts=(),
        sizes=course.laboratory,
    )
