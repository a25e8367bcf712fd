"""Chapters 3 to 5: what their pages say in the same words of recorded runs.

Sentences and small tables from frames of ``transfer_tables``; no statistics of its own, and no
figures (``transfer_plots``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.study.plots import short
from helpers.study.store import Stored
from helpers.study.transfer_tables import courses_of, seeds_frame_of

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "*No run on published data is recorded yet; there is nothing to tell here.*"
SCOPE = "All of this is said of two small encoders, not of XLM-R."
NOT_TRIED = "*One learning rate was given, so none was tried.*"
Real = Mapping[str, Sequence[Stored]]
_READ = {
    "models/xlmr-nano-tlm": ", which read translations",
    "models/xlmr-nano": ", which read none",
}
_TIMES = {1: "once", 2: "twice"}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


def each(real: Real, make: Callable[[Sequence[Stored]], pd.DataFrame]) -> pd.DataFrame:
    """The frames that ``make`` gives for the runs of every encoder, one after the other."""
    import pandas as pd

    return pd.concat([make(runs) for runs in real.values()], ignore_index=True)


def ends(row: Any, name: str = "value", digits: int = 3) -> str:
    """A value of a frame's line with the ends of its interval; empty where there is none.

    >>> ends({"value": 0.5, "low": 0.4, "high": 0.61}, digits=2)
    '0.50 [0.40, 0.61]'
    """
    low, high = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
    if row[name] != row[name]:
        return ""
    return f"{row[name]:.{digits}f} [{row[low]:.{digits}f}, {row[high]:.{digits}f}]"


def counted(frame: pd.DataFrame, where: pd.Series) -> str:
    """How many lines of a frame, of how many."""
    return f"{int(where.sum())} of {len(frame)}"


def seeds_of(runs: Sequence[Stored]) -> str:
    """How many seeds stand behind what is said of an encoder.

    >>> seeds_of([None])
    'one seed, so intervals speak of items only'
    """
    n = len(runs)
    return f"{n} seeds" if n > 1 else "one seed, so intervals speak of items only"


def trials(real: Real, metric: str, by: str) -> pd.DataFrame:
    """Validation score of every learning rate that was tried; no lines where none was.

    ``by``: what tells the trained models of an encoder apart, ``form`` or ``task``.
    """
    tried = each(
        real,
        lambda runs: seeds_frame_of(
            runs, name=metric, method="trial", split="validation", n_boot=0
        ),
    )
    if tried.empty:
        return tried
    return tried.pivot_table(
        index=["encoder", by], columns="learning_rate", values="value", sort=False
    ).round(3)


def seconds(real: Real, by: str) -> pd.DataFrame:
    """Mean seconds that one model took to train, where it was recorded."""
    took = each(
        real, lambda runs: seeds_frame_of(runs, name="seconds", split="validation", n_boot=0)
    )
    mean = took.groupby(["encoder", by, "method"], sort=False)["value"].mean().round()
    return mean.rename("seconds a model").to_frame()


def called(encoder: str) -> str:
    """An encoder by its name and, of the shipped ones, by whether it read translations.

    >>> called("models/xlmr-nano"), called("other")
    ('`xlmr-nano`, which read none', '`other`')
    """
    return f"`{short(encoder)}`{_READ.get(encoder, '')}"


def of_all(n: int, among: int) -> str:
    """How many, in words where it is none or all.

    >>> of_all(0, 11), of_all(3, 11), of_all(11, 11)
    ('none of 11', '3 of 11', 'all 11')
    """
    return f"none of {among}" if n == 0 else f"all {among}" if n == among else f"{n} of {among}"


def budget(real: Real, unit: Mapping[str, str]) -> str:
    """From how much the recorded models learnt, and what became of their learning rates.

    unit : what a course's rows are, by its name, with ``{}`` for their number.
    """
    told = []
    for course in courses_of(next(iter(real.values()))):
        learnt, highest, tied, compared = [], 0, 0, 0
        for runs in real.values():
            params = runs[0].record.params
            epochs = params["epochs"] or course.sizes.epochs
            rows = unit[course.name].format(f"{params['train_size'] or course.sizes.train:,}")
            rates = len(params["learning_rates"])
            learnt.append(
                f"{rows}, read {_TIMES.get(epochs, f'{epochs} times')}, "
                f"{_NUMBERS.get(rates, rates)} learning rate{'s tried' if rates > 1 else ''}"
            )
            task, _ = course.learn[params["source_language"]]
            tried = {
                row.setting["learning_rate"]: row.value
                for row in runs[0].record.rows
                if row.method == "trial" and row.task == task and row.name == course.metric
                if row.setting.get("form") != "cross-encoder"
            }
            if len(tried) > 1:
                compared += 1
                best = [rate for rate, value in tried.items() if value == max(tried.values())]
                highest += best == [max(tried)]
                tied += len(best) > 1
        line = " or ".join(dict.fromkeys(learnt))
        if compared:
            whom = "both" if highest == compared == 2 else of_all(highest, compared)
            line += f" (the highest was the best one for {whom} encoders"
            if tied:
                undecided = "both" if tied == compared == 2 else f"{tied} of {compared}"
                line += f"; for {undecided} the trials could not tell the best ones apart"
            line += ")"
        told.append(line)
    return (
        f"Learnt from {'; and from '.join(told)}: what follows says what *that* teaches, and not "
        "what more text or a longer search would."
    )


def lines_left(encoder: str, task: str) -> int:
    """Lines in a shipped encoder's text that, by today's rules, repeat a sentence of a task."""
    from helpers.models.loading import find_folder
    from helpers.study.cards import MADE

    made = json.loads((find_folder(encoder, weights=False) / MADE).read_text(encoding="utf-8"))
    sets = made["corpus"]["remaining"].items()
    return sum(sum(counts.values()) for name, counts in sets if name.split()[0] == task)


def varying(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The columns that hold more than one value, and a sentence that says what the others hold.

    Blanks do not count as a value; a column of nothing but blanks is left out untold.

    >>> import pandas as pd
    >>> varying(pd.DataFrame({"a": [1, 2], "seeds": [5, 5], "none": ["", ""]}))[1]
    'In every line: *seeds* 5.'
    """
    values = {name: set(frame[name].astype(str)) - {""} for name in frame.columns}
    alike = {name: next(iter(found)) for name, found in values.items() if len(found) == 1}
    kept = [name for name, found in values.items() if len(found) > 1]
    told = "; ".join(f"*{name}* {value}" for name, value in alike.items())
    return frame[kept], f"In every line: {told}." if told else ""


def similarity_verdict(gains: pd.DataFrame, told: Sequence[str]) -> str:
    """Chapter 3's answer in a sentence or two.

    Parameters
    ----------
    gains : columns encoder and low, the lower end of the gain: a line an encoder and language.
    told : encoders that have a ratio in any language.
    """
    counts = {
        encoder: (int(rows["low"].gt(0).sum()), len(rows))
        for encoder, rows in gains.groupby("encoder")
    }
    order = sorted(counts, key=lambda encoder: -counts[encoder][0] / counts[encoder][1])
    each_one = "; ".join(
        f"in {of_all(*counts[encoder])} other languages for {called(encoder)}" for encoder in order
    )
    if all(n == 0 for n, _ in counts.values()):
        first = "Of what English pairs teach, nothing is shown to transfer"
    elif all(n == among for n, among in counts.values()):
        first = "Something of what English pairs teach transfers"
    elif any(n == 0 for n, _ in counts.values()):
        first = "Whether anything of what English pairs teach transfers depends on the encoder"
    else:
        first = "Something of what English pairs teach transfers, to some languages"
    untold = [called(encoder) for encoder in order if encoder not in told]
    share = ""
    if untold:
        of_whom = "" if len(untold) == len(order) else f" for {' and '.join(untold)}"
        share = f" Which share of the English gain arrives cannot be told{of_whom}."
    return (
        "**The encoder's readings are linear in the number of sentences, as claimed. "
        f"{first}: a gain arrives {each_one}.{share}**"
    )


def reading_verdict(moved: pd.DataFrame) -> str:
    """Chapter 4's answer in a sentence, from the lines of ``transfer_frame``."""
    encoders = list(dict.fromkeys(moved["encoder"]))
    known = moved[moved["ratio"].notna() & moved["role"].eq("target")]
    told = [one for one in encoders if one in set(known["encoder"])]
    weak = moved[moved["encoder"].isin(encoders) & moved["source_gain_low"].le(0)]
    if not told and set(weak["encoder"]) == set(encoders):
        return (
            "**Cannot be told: from what they learnt, none of these encoders is shown to read even "
            "English XQuAD beyond the best answer without a model, and what was not learnt cannot "
            "be followed into another language.**"
        )
    if not told:
        return (
            "**Cannot be told: what English questions teach these encoders is too little, or too "
            "uncertain, to say which share of it arrives in another language.**"
        )
    parts = []
    for encoder in told:
        here = known[known["encoder"].eq(encoder)]
        parts.append(
            f"between {here['ratio'].min():.0%} and {here['ratio'].max():.0%} of the English gain "
            f"arrives for {called(encoder)}"
        )
    parts += [f"for {called(one)} it cannot be told" for one in encoders if one not in told]
    return f"**Some can be told: {'; '.join(parts)}.**"


def sentiment_verdict(agreed: pd.DataFrame) -> str:
    """Chapter 5's answer in a sentence.

    agreed : a line an encoder and set of another language, with its name ``line``, its ``course``,
        ``arrives`` (rule 1, by macro-F1) and ``agrees`` (rule 1, and accuracy says so too).
    """
    parts = []
    for encoder, rows in agreed.groupby("encoder", sort=False):
        counts = []
        for course, sets in rows.groupby("course", sort=False):
            where = sets.loc[sets["agrees"], "line"].str.strip()
            names = f" ({', '.join(where)})" if 0 < len(where) < len(sets) else ""
            counts.append(f"{of_all(len(where), len(sets))} sets of {course}{names}")
        parts.append((-rows["agrees"].mean(), f"{called(encoder)}, in {' and '.join(counts)}"))
    first = "Yes" if agreed["agrees"].all() else "In part" if agreed["agrees"].any() else "No"
    less = int(agreed["arrives"].sum() - agreed["agrees"].sum())
    alone = f" By macro-F1 alone (rule 1) {less} more would count." if less else ""
    return (
        f"**{first}: training arrives, by macro-F1 and by accuracy, for "
        f"{'; for '.join(text for _, text in sorted(parts))}.**{alone}"
    )
