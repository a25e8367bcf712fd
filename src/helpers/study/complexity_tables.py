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
    kept["told"] = tables.with_interval(tables.in_percent(kept)) if len(kept) else ""
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


def told(rows: pd.DataFrame, names: Sequence[str], roles: Sequence[str]) -> pd.DataFrame:
    """``value [low, high]`` of rows of sets: a line a set, a column a name."""
    kept = rows[rows["name"].isin(names) & rows["role"].isin(roles) & rows["of"].notna()].copy()
    kept["told"] = tables.with_interval(kept, digits=2) if len(kept) else ""
    place = ["encoder", "of", "task", "target_language", "role", "base", "seeds"]
    table = kept.pivot(index=place, columns="name", values="told")
    table = table.reindex(columns=list(names)).fillna(NO_VALUE).reset_index()
    if BY_ACCURACY in table:
        table.loc[~table["of"].str.endswith("classes"), BY_ACCURACY] = ""
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
