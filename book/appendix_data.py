# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Data
#
# What each task is, in which languages, under which licence, and how to get it. Every table on this
# page is made from the registry, `src/helpers/data/tasks.toml`, which is all that the package knows of
# a task; the counts of rows come from a recorded check of the published files. The published sets are
# their authors', and none is shipped. Where they need not be, the [laboratory](appendix_laboratory.ipynb)
# stands in.
#
# `data` is spelled the same everywhere: `lab` (generated, the default), `local:<folder>` (published
# files in their original formats) or `hub` (Hugging Face, at pinned revisions).

# %%
import json
import os
import tempfile
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.data.sources import available, load
from helpers.data.tasks import tasks
from helpers.errors import UserError

pd.set_option("display.max_colwidth", None, "display.max_rows", None)

# %% tags=["parameters"]
data = "lab"

# %% [markdown]
# ## The tasks
#
# *Family* is the unit of a claim about tasks: several sets of one family are not several witnesses.
# *Chance* is the metric's expectation without any knowledge (0 for spans, where the floor is measured),
# *human* the published human level, where there is one. Languages are those that the set was published
# in; what a source has of them may be fewer.

# %% tags=["hide-input"]
registry = tasks()
described = pd.DataFrame(
    {
        name: {
            "title": task.title,
            "kind": task.kind,
            "family": task.family,
            "metric": task.metric,
            "chance": f"{task.chance:.3g}",
            "human": "" if task.human is None else f"{task.human:.3g}",
            "languages": len(task.languages),
            "sources": ", ".join(task.sources),
        }
        for name, task in registry.items()
    }
).T
described.index.name = "task"
described

# %% [markdown]
# ## Languages

# %% tags=["hide-input"]
pd.Series(
    {name: " ".join(task.languages) for name, task in registry.items()}, name="languages"
).to_frame()

# %% [markdown]
# ## XTREME-R
#
# The ten tasks of the benchmark {cite}`ruder2021xtremer` with the number of their published languages.

# %% tags=["hide-input"]
suite = [task for task in registry.values() if "xtreme-r" in task.suite]
assert len(suite) == 10, "XTREME-R has ten tasks"
pd.DataFrame(
    {
        task.name: {"title": task.title, "kind": task.kind, "languages": len(task.languages)}
        for task in suite
    }
).T

# %% [markdown]
# UNER is not WikiANN, and PAWS-X and KorQuAD are not in XTREME-R: they stand in the registry for their
# own sake. Wherever the book gives an aggregate over XTREME-R it says which tasks and languages were
# in it.
#
# ## Licences

# %% tags=["hide-input"]
pd.Series({name: task.licence for name, task in registry.items()}, name="licence").to_frame()

# %% [markdown]
# ## How to get it
#
# **From a folder.** One folder for each set, with the published files under their published names
# (a name with `.xz` behind it is found too). `python -m helpers tasks --data local:<folder>` says what
# was found in it.

# %% tags=["hide-input"]
kept = []
for name, task in registry.items():
    for local in task.local:
        patterns = local.files.items() if hasattr(local.files, "items") else [("", local.files)]
        for split, files in patterns:
            kept.append(
                {"task": name, "split": split, "folder": local.folder, "files": ", ".join(files)}
            )
pd.DataFrame(kept).set_index("task")

# %% [markdown]
# **From the hub.** Fetched once, when it is first asked for, and pinned: a set that changes on the hub
# does not change here.

# %% tags=["hide-input"]
pd.DataFrame(
    {
        name: {
            "id": task.hub.id,
            "revision": task.hub.revision[:12],
            "config or file": task.hub.config or task.hub.file or "",
            "languages": len(task.hub.languages),
        }
        for name, task in registry.items()
        if task.hub
    }
).T

# %% [markdown]
# **Here and now.** What the source named in the cell of parameters has:

# %% tags=["hide-input"]
there = {}
for name in registry:
    try:
        found = available(name, data)
    except UserError:
        continue
    there[name] = {
        "languages": " ".join(found),
        "splits": " ".join(sorted({split for splits in found.values() for split in splits})),
    }
pd.DataFrame(there).T

# %% [markdown]
# ## What became of every row
#
# Recorded once, over the published files that the book was made with, by
# `python -m helpers check local:<folder> --json`. *Listed* are the rows that the folder's own manifest
# counts; *mended* rows had an answer that did not stand at its stated place and was found elsewhere in
# its text; *skipped* ones could not be used, and the reason is given. Nothing is skipped in silence.

# %% tags=["hide-input"]
recorded = paths.RESULTS / "data" / "check.json"
checked = pd.DataFrame(json.loads(recorded.read_text(encoding="utf-8"))["tables"])
assert checked["error"].isna().all(), "every file could be read"
counts = checked.assign(
    skipped_rows=checked["skipped"].map(lambda reasons: sum((reasons or {}).values())),
    mended=checked["mended"].map(lambda reasons: sum((reasons or {}).values())),
)
assert (counts["read"] == counts["kept"] + counts["skipped_rows"]).all(), "no row is lost"
total = counts.groupby("task", sort=False).agg(
    languages=("language", "nunique"),
    tables=("split", "size"),
    listed=("listed", lambda column: column.sum(min_count=1)),
    read=("read", "sum"),
    kept=("kept", "sum"),
    mended=("mended", "sum"),
    skipped=("skipped_rows", "sum"),
)
total["listed"] = total["listed"].map(lambda rows: "" if pd.isna(rows) else f"{int(rows):,}")
total

# %% [markdown]
# Where rows were skipped, and why (numbers and quotations of the reasons left out):

# %% tags=["hide-input"]
why = [
    {"task": row.task, "language": row.language, "split": row.split, "rows": rows, "reason": reason}
    for row in checked.itertuples()
    for reason, rows in (row.skipped or {}).items()
]
pd.DataFrame(why, columns=["task", "language", "split", "rows", "reason"]).set_index("task")

# %% [markdown]
# ## Adding a task: an exercise
#
# You have a set of your own: two columns with a tab between them, a review and 1 or 0. Make it a task
# of the book in fewer than twenty lines, without touching the package.
#
# :::{dropdown} Solution
# Write an entry into a file of your own and name the file in `HELPERS_TASKS`; the data stands in a
# folder as any other. The cells below do it.
# :::

# %%
ENTRY = """\
[task.my_reviews]
title = "My reviews"
kind = "classification"
languages = "en"
splits = "train test"
labels = "negative positive"
metric = "accuracy"
chance = 0.5
licence = "mine"
citation = "mine"
family = "sentiment"
local.folder = "reviews"
local.files = ["{split}.tsv"]
local.reader = "tsv"
local.columns = ["text", "label"]
local.labels = { 0 = "negative", 1 = "positive" }
"""
assert len(ENTRY.splitlines()) < 20

here = Path(tempfile.mkdtemp())
(here / "my_tasks.toml").write_text(ENTRY, encoding="utf-8")
(here / "my_data" / "reviews").mkdir(parents=True)
reviews = "I loved it\t1\nToo long\t0\nno label\nWell\t2\n"
(here / "my_data" / "reviews" / "train.tsv").write_text(reviews, encoding="utf-8")

os.environ["HELPERS_TASKS"] = str(here / "my_tasks.toml")
mine = load("my_reviews", "en", "train", f"local:{here / 'my_data'}")
del os.environ["HELPERS_TASKS"]
mine.table

# %% [markdown]
# Two rows were read and two were not; each says why:

# %%
for skip in mine.report.skipped:
    print(f"line {skip.line}: {skip.reason}")
assert (mine.report.rows_read, mine.report.rows_kept) == (4, 2)

# %% [markdown]
# In a shell: `HELPERS_TASKS=my_tasks.toml python -m helpers tasks --data local:my_data`. A task that
# others should have goes into the registry itself; a format that no reader knows needs one function in
# `src/helpers/data/readers/`.
