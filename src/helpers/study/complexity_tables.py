"""Chapter 6 as tables: rows of its records become frames to read or to draw.

Takes what is there: an encoder, a task or a ratio that is missing is an empty cell, never an error.
Not for measuring anything (see ``complexity``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from helpers.study import tables
from helpers.study.complexity import CLAIMS, MANY, OUTCOMES, verdict_of
from helpers.study.complexity_sets import BY_ACCURACY, RATIO, RAW
from helpers.study.record import Record

if TYPE_CHECKING:
    import pandas as pd

SHOWN = {
    "similarity": "similarity",
    "two classes": "sentiment",
    "three classes": "sentiment",
    "reading": "reading",
}
NO_VALUE = "refused"
SPOKEN = {"two classes": "reviews", "three classes": "tweets"}  # claims, for sentences
SAID = {
    "holds": "the order holds",
    "contradicted": "the order is contradicted",
    "undecided": "the order is undecided",
}
_COLUMNS = (
    *("name", "task", "encoder", "target_language", "value", "low", "high", "n", "of", "role"),
    *("base", "seeds", "claim", "course", "languages", "outcome", "between"),
)


def all_rows(records: Iterable[Record]) -> pd.DataFrame:
    """Rows of the records of several encoders; no rows, but every column, where there is none."""
    import pandas as pd

    frames = [tables.rows_frame(record.rows) for record in records]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return frame.reindex(columns=list(_COLUMNS)).astype({"seeds": "Int64"})


def sources(rows: pd.DataFrame) -> pd.DataFrame:
    """What was learnt in English: a line an encoder and task, score, base, gain, seeds."""
    kept = rows[rows["name"].isin(["source score", "source gain"])].copy()
    kept["told"] = tables.with_interval(kept, 3) if len(kept) else ""
    place = ["encoder", "of", "task", "base", "seeds"]
    table = kept.pivot(index=place, columns="name", values="told").reset_index()
    table = _sorted(table, rows).rename(columns={"of": "course", "task": "English set"})
    return table.rename_axis(columns=None)


def _sorted(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Encoders as they came, tasks in the order of the claim, languages, primary sets first."""
    courses = [course for same in zip(*CLAIMS.values(), strict=True) for course in same]
    encoders = list(dict.fromkeys(rows["encoder"]))
    keys = {
        "encoder": encoders.index,
        "of": list(dict.fromkeys(courses)).index,
        "role": lambda role: role != "primary",
    }
    by = [name for name in ("encoder", "of", "target_language", "role") if name in table]
    return table.sort_values(
        by, key=lambda values: values.map(keys.get(values.name, str)), kind="stable"
    )


def lines(rows: pd.DataFrame, claim: str, outcome: str = RATIO) -> pd.DataFrame:
    """One outcome of the claim's tasks: a line a language, then the mean; NaN where refused.

    Columns line, task, encoder, value, low, high.
    """
    import pandas as pd

    found = []
    for encoder in dict.fromkeys(rows["encoder"]):
        own = rows[rows["encoder"] == encoder]
        named = own[own["name"] == outcome]
        for language in languages(own, claim):
            for course in CLAIMS[claim]:
                if language == MANY:
                    here = named[named["claim"].eq(claim) & named["course"].eq(course)]
                else:
                    here = named[
                        named["of"].eq(course)
                        & named["target_language"].eq(language)
                        & named["role"].eq("primary")
                    ]
                ends = here[["value", "low", "high"]].iloc[0] if len(here) else {}
                line = {"line": "mean" if language == MANY else language, "task": SHOWN[course]}
                found.append({**line, "encoder": encoder, **dict(ends)})
    found.sort(key=lambda line: line["line"] == "mean")  # last, whatever languages encoders have
    return pd.DataFrame(found, columns=["line", "task", "encoder", "value", "low", "high"])


def languages(rows: pd.DataFrame, claim: str) -> list[str]:
    """Languages that the claim was tested in, and "many" at the end; [] where it was not."""
    steps = rows[rows["claim"].eq(claim)]
    told = sorted(set(steps["target_language"]) - {MANY})
    return [*told, MANY] if len(steps) else []


def verdicts(rows: pd.DataFrame, claim: str) -> pd.DataFrame:
    """The verdict of a claim: a line an encoder and outcome, a column a language and the mean."""
    kept = rows[rows["name"].eq("verdict") & rows["claim"].eq(claim) & rows["role"].eq("primary")]
    kept = kept.assign(value=kept["value"].map(verdict_of))
    table = kept.pivot(index=["encoder", "outcome"], columns="target_language", values="value")
    table = table.reindex(columns=languages(rows, claim)).rename(columns={MANY: "mean"})
    encoders = [name for name in dict.fromkeys(rows["encoder"]) if name in set(kept["encoder"])]
    order = [(name, outcome) for name in encoders for outcome in OUTCOMES]
    return table.loc[[place for place in order if place in table.index]].fillna("")


def with_ratio(rows: pd.DataFrame, claim: str) -> list[str]:
    """Tasks of the claim that have a transfer ratio in the mean over languages, of one encoder."""
    mean = lines(rows, claim).query("line == 'mean'").dropna(subset=["value"])
    return list(mean["task"])


def answer(rows: pd.DataFrame) -> str:
    """What became of the claim, in two sentences: the verdicts, and which tasks have a ratio."""
    found: dict[tuple, list[tuple[str, str]]] = {}
    for claim, courses in CLAIMS.items():
        table = verdicts(rows, claim)
        for encoder in dict.fromkeys(rows["encoder"]):
            if (encoder, RATIO) not in table.index:
                continue
            own = rows[rows["encoder"].eq(encoder)]
            having = with_ratio(own, claim)
            there = {SHOWN[c] for c in courses if own["of"].eq(c).any()}
            lacking = [SHOWN[c] for c in courses if SHOWN[c] in there - set(having)]
            absent = [SHOWN[c] for c in courses if SHOWN[c] not in there | set(having)]
            verdict = table.loc[(encoder, RATIO), "mean"] or "undecided"
            key = (verdict, tuple(having), tuple(lacking), tuple(absent))
            found.setdefault(key, []).append((encoder, claim))
    if not found:
        return "**No answer yet**: of what is recorded no order can be tested."
    verdicts_found = {key[0] for key in found}
    head = {
        frozenset(["undecided"]): "undecided, and it would not settle the claim if it were decided",
        frozenset(["contradicted"]): "the order is contradicted, for these encoders and sets",
        frozenset(["holds"]): "the order holds, which does not make complexity its reason",
    }.get(frozenset(verdicts_found), "it depends on the encoder and on the kind of sentiment")
    told = [
        f"{_who(pairs, alone=len(found) == 1)}{'' if len(found) == 1 else f' {SAID[key[0]]};'} "
        f"{_which(*key[1:])}"
        for key, pairs in found.items()
    ]
    return f"**The answer: {head}.** {' '.join(told)}"


def _who(pairs: Sequence[tuple[str, str]], *, alone: bool) -> str:
    encoders = list(dict.fromkeys(encoder for encoder, _ in pairs))
    if not alone:
        return "For " + _listed([f"`{name}` with {SPOKEN[claim]}" for name, claim in pairs])
    if len(encoders) == 1:
        return f"For `{encoders[0]}`"
    return "For both encoders" if len(encoders) == 2 else f"For all {len(encoders)} encoders"


def _which(having: Sequence[str], lacking: Sequence[str], absent: Sequence[str]) -> str:
    """Which tasks have a ratio, why the others have none, and what follows."""
    why = [f"{_listed(lacking)} gained too little in English, or too uncertainly, to have one"]
    why = why if lacking else []
    if absent:
        why.append(f"{_listed(absent)} {'is' if len(absent) == 1 else 'are'} not recorded yet")
    names = {0: "no task has", 1: f"only {_listed(having)} has"}
    which = names.get(len(having), f"{_listed(having)} have")
    follows = {
        2: ", so the order could be contradicted and cannot hold",
        3: "",
    }.get(len(having), ", so no order can be tested")
    reasons = f"; {' and '.join(why)}" if why else ""
    return f"{which} a transfer ratio{reasons}{follows}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def by_accuracy_told(rows: pd.DataFrame) -> str:
    """Sets in which training lost accuracy and gained macro-F1, and those that encoders dispute."""
    kept = rows[rows["name"].isin([RATIO, BY_ACCURACY]) & rows["of"].notna()]
    place = ["encoder", "task", "target_language"]
    wide = kept.pivot_table(index=place, columns="name", values="value").reset_index()
    wide = wide.reindex(columns=[*place, RATIO, BY_ACCURACY]).dropna()
    lost = wide[wide[BY_ACCURACY].lt(0) & wide[RATIO].gt(0)]
    sentences = []
    if len(lost):
        named = [
            f"`{row.encoder}` on {row.task} ({row.target_language}), {row.lost:+.2f} "
            f"beside {row.won:+.2f}"
            for row in lost.rename(columns={BY_ACCURACY: "lost", RATIO: "won"}).itertuples()
        ]
        sentences.append(
            f"Below zero by accuracy and above it by macro-F1: {'; '.join(named)}. In the mean "
            "of the seeds the tuned model is right less often there than its twin on permuted "
            "labels, which gives nearly everything one class; macro-F1 can rise because all "
            "classes are used at all. Such a ratio is hardly the share of a task that arrived."
        )
    signs = wide.assign(up=wide[BY_ACCURACY].gt(0)).groupby(place[1:], sort=False)["up"]
    disputed = [f"{task} ({language})" for (task, language), n in signs.nunique().items() if n > 1]
    if disputed:
        sentences.append(
            f"By accuracy the encoders differ in sign on {_listed(disputed)}: what turns with the "
            "encoder is no finding about the language or the task."
        )
    return " ".join(sentences) or "No set has a ratio of another sign by accuracy."


def taught_told(rows: pd.DataFrame, course: str) -> str:
    """Whether labels of the language itself taught a course: a sentence, "" where not recorded."""
    own = rows[rows["name"].eq("supervised gain") & rows["of"].eq(course)]
    if own.empty:
        return ""
    gains = [
        f"{tables.signed(row.value, row.low, row.high)} on {row.task} ({row.target_language})"
        for row in own.itertuples()
    ]
    meant = {
        (True, True): "so labels of the language teach it",
        (False, False): "so even taught in the language itself nothing is learnt from so few rows "
        "that could be told from none",
    }.get((own["low"].gt(0).any(), own["low"].gt(0).all()), "so it depends on the set")
    return f"{course.capitalize()}, taught in the language itself, gains {_listed(gains)}, {meant}."


def by_encoder(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Lines of ``told``, a table an encoder, without what is the same in all lines.

    The base goes, too, where every course has one: it stands in ``sources``.
    """
    if table.empty:
        return {}
    same = [c for c in ("seeds", "role", "language") if table[c].nunique(dropna=False) == 1]
    if table.groupby("course")["base"].nunique().le(1).all():
        same.append("base")
    place = [c for c in ("course", "language", "task") if c not in same]
    left = table.drop(columns=same)
    return {
        encoder: own.drop(columns="encoder").set_index(place)
        for encoder, own in left.groupby("encoder", sort=False)
    }


def told(rows: pd.DataFrame, names: Sequence[str], roles: Sequence[str]) -> pd.DataFrame:
    """``value [low, high]`` of rows of sets: a line a set, a column a name."""
    kept = rows[rows["name"].isin(names) & rows["role"].isin(roles) & rows["of"].notna()].copy()
    kept["told"] = tables.with_interval(kept, digits=2) if len(kept) else ""
    place = ["encoder", "of", "task", "target_language", "role", "base", "seeds"]
    table = kept.pivot(index=place, columns="name", values="told")
    table = table.reindex(columns=list(names)).fillna(NO_VALUE).reset_index()
    if BY_ACCURACY in table:
        table.loc[~table["of"].astype(str).str.endswith("classes"), BY_ACCURACY] = ""
    table = _sorted(table, rows).rename(columns={"of": "course", "target_language": "language"})
    return table.rename_axis(columns=None)


def equal_shares(rows: pd.DataFrame, claim: str) -> pd.DataFrame:
    """The raw ratio as it is, and as it would be if every task's gain had arrived alike.

    A line an encoder and task: ``base`` (the target's, mean over languages), ``untaught`` (the
    share of the English score that the base has already), the raw ratio target / source, and
    (base + r x source gain) / source score, with r the mean of the tasks' transfer ratios. Tasks
    that are not recorded, and encoders without any transfer ratio, are left out.
    """
    import pandas as pd

    even = "raw ratio if shares were equal"
    found = []
    for encoder in dict.fromkeys(rows["encoder"]):
        own = rows[rows["encoder"] == encoder]
        r = lines(own, claim).query("line == 'mean'")["value"].mean()
        if pd.isna(r):
            continue
        raw = lines(own, claim, RAW).query("line == 'mean'").set_index("task")["value"]
        for course in CLAIMS[claim]:
            here = own[own["of"].eq(course)]
            if not here["name"].eq("source score").any():
                continue
            of = here.set_index("name")["value"]
            score, gain = of["source score"], of["source gain"]
            bases = here[here["name"].eq("target base") & here["role"].eq("primary")]
            base = bases[bases["target_language"].isin(languages(own, claim))]["value"].mean()
            line = {"encoder": encoder, "task": SHOWN[course], "base": base}
            line |= {"untaught": 1 - gain / score, "raw ratio": raw[SHOWN[course]]}
            found.append(line | {even: (base + r * gain) / score})
    columns = ["encoder", "task", "base", "untaught", "raw ratio", even]
    return pd.DataFrame(found, columns=columns)
