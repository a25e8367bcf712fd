# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Task complexity: does a harder task transfer less?
#
# > *Claim under test* {cite}`choi2021analyzing`: transfer is strongest in sentence similarity, then
# > sentiment, weakest in reading comprehension; the more complex the task, the weaker the transfer.

# %% tags=["hide-input"]
import itertools
import math
import warnings

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from helpers.errors import UserError
from helpers.study import complexity, complexity_tables, plots, transfer_plots
from helpers.study.courses import MRC, POLARITY, STS, TWEETS
from helpers.study.params import build, refuse_unknown
from helpers.study.run import run

warnings.filterwarnings("ignore", message="IProgress not found")  # no bars on this page
plots.use_style()

# %% tags=["parameters", "hide-input"]
encoder = "auto"  # both small encoders of the real corpora, one after the other, never pooled
data = "local"  # whose recorded runs are read: "local", the real corpora, or "lab", the laboratory
seed = 0
out = "06_complexity-run"

# %% tags=["hide-input"]
refuse_unknown()  # a name that papermill passed on and this page does not have
params = build("06_complexity", {"encoder": encoder, "data": data, "seed": seed})
asked = [params.encoder_name]
if encoder == "auto" and params.data_kind != "lab":
    asked.append("models/xlmr-nano")


def compared(name):
    """The comparison of one encoder: the recorded one, or made now where records are newer."""
    values = {**params.model_dump(), "encoder": name}
    try:
        return run("06_complexity", values, rerun="never", progress=False)
    except UserError as error:
        if error.parameter != "rerun":
            raise
    return run("06_complexity", values, out=f"{out}/{name.rpartition('/')[2]}", progress=False)


records, missing = {}, []
for name in asked:
    try:
        records[name] = compared(name)
    except UserError as error:
        if error.parameter != "encoder":
            raise
        missing.append(name)
rows = complexity_tables.all_rows(records.values())
if params.data_kind == "lab":
    where = "**Laboratory runs**: made sentences, no evidence about natural language."
else:
    where = (
        f"Learnt from few English rows: {STS.sizes.train:,} pairs for similarity, {POLARITY.sizes.train:,} "
        f"phrases and sentences of reviews or {TWEETS.sizes.train:,} tweets for sentiment, {MRC.sizes.train:,} "
        "questions for reading; by small encoders, which are not XLM-R."
    )
display(Markdown(f"{complexity_tables.answer(rows)} {where}"))

# %% [markdown]
# *Why no order would settle it*: whether **complexity** is the reason cannot be told from three tasks. Three
# things fall in any given order by chance once in six times, and these three differ in much besides how
# hard they are. An order that stands the other way would refute the claim; none that agrees can establish it.
#
# **What you will do.** Read the rules; see the verdicts; see how much hangs on the way in
# which transfer is counted; and count how many tasks it would take.
#
# **What you need.** [Similarity](03_sts.ipynb), [reading](04_mrc.ipynb) and
# [sentiment](05_sentiment.ipynb). Nothing is trained or downloaded. **Time:** seconds where the
# comparison is recorded, else about a minute an encoder.
#
# ## What we will call an answer
#
# Written down before the results.
#
# **Transfer** of a task to a language is the share of what training taught in English that arrives:
#
# $$\text{ratio} = \frac{\text{target}_\text{tuned} - \text{target}_\text{base}}
# {\text{source}_\text{tuned} - \text{source}_\text{base}},$$ (eq-transfer-ratio)
#
# The base is the untuned encoder (similarity), the same recipe on permuted labels (sentiment), or the
# best of a random span, keyword overlap and, where recorded, permuted labels in that language (reading). A ratio is
# given only where the whole interval of the denominator lies above 0.05: what was hardly learnt cannot be followed.
#
# 1. **The order holds** for an encoder if both steps, similarity less sentiment and sentiment less
#    reading, have 95 % intervals above zero in the mean over the common languages. It is
#    **contradicted** if one of them lies below zero. Otherwise it is **undecided**.
# 2. **Common languages** are those that all three tasks have, or, while one is not recorded, the other two.
#    With reviews (two classes) and with
#    tweets (three classes) these are different languages and different tasks: two claims, never pooled.
# 3. A language with several sets of one task counts by the first in its chapter's list, fixed before
#    anything was trained. The others are shown beside and count for nothing.
# 4. The same test under three more outcomes: the **plain difference**, source gain less target gain,
#    which should rise where the ratio falls; the **ratio by accuracy**, with sentiment told in accuracy
#    in the place of macro-F1; and the **ratio to supervised training**, the gain without labels of the
#    language over the gain from as many labels of it, where such labels exist. An order that one outcome
#    shows and another contradicts is a fact about the outcome. The plain difference in particular takes
#    a task that was never learnt for one that loses nothing.
# 5. The **raw ratio**, target score over source score, is what is often quoted. It is computed to show
#    what it does, and decides nothing.
# 6. A task without a ratio leaves the other two. They can contradict the order and not make it hold.
#
# Accuracy is there because of what permuted labels teach: to give one class to everything. That scores
# a third in macro-F1 with two balanced classes, where guessing scores a half; a model that only learnt to
# waver would already have gained. It was added after the first recorded seed had shown this, so it does
# not decide.
#
# Intervals draw items (articles, for reading) and training seeds together; differences of two tasks,
# which share neither, recover their variances from both intervals. With one seed an interval speaks of
# that trained model alone.
#
# ## The records

# %% tags=["hide-input"]
notes = [f"`{name}`: {note}" for name, record in records.items() for note in record.notes]
notes += [f"`{name}` has no recorded run yet" for name in missing]
Markdown("Recorded runs, and what they refuse:" + "".join(f"\n- {note}" for note in notes))

# %% [markdown]
# What was learnt in English, by task: the score on the English set, and what of it is gain over the
# base (in units of the metric: Spearman, macro-F1, F1; 1 is perfect). This is also the only measure of difficulty
# at hand. `seeds` is how many trained models stand behind a line.

# %% tags=["hide-input"]
complexity_tables.sources(rows).set_index(["encoder", "course"])

# %% [markdown]
# ## The verdicts
#
# The row *transfer ratio* and its column *mean* decide; the rest stands beside. First with reviews in
# two classes:

# %% tags=["hide-input"]
complexity_tables.verdicts(rows, "two classes")

# %% [markdown]
# And with tweets in three classes:

# %% tags=["hide-input"]
complexity_tables.verdicts(rows, "three classes")

# %% tags=["hide-input"]
SAID = complexity_tables.SAID
CLAIMS = complexity_tables.SPOKEN


def interval(row):
    return f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"


def absent(own, course):
    return "refused" if own["of"].eq(course).any() else "not recorded yet"


def spoken(claim, name):
    """A sentence on one claim for one encoder, from its rows."""
    own = rows[rows["encoder"].eq(name)]
    table = complexity_tables.verdicts(own, claim)
    if (name, "transfer ratio") not in table.index:
        return ""
    verdict = table.loc[(name, "transfer ratio"), "mean"]
    mean = complexity_tables.lines(own, claim).query("line == 'mean'").set_index("task")
    shares = ", ".join(
        f"{task} {interval(row) if pd.notna(row['value']) else absent(own, course)}"
        for course, (task, row) in zip(complexity.CLAIMS[claim], mean.iterrows(), strict=True)
    )
    spread = ", ".join(complexity_tables.languages(own, claim)[:-1])
    where = own[own["name"].eq("plain difference") & own["role"].eq("primary")]
    seeds = " to ".join(str(n) for n in sorted({where["seeds"].min(), where["seeds"].max()}))
    return (
        f"- `{name}`, with {CLAIMS[claim]} ({spread}): **{SAID.get(verdict, 'no verdict')}** "
        f"in the mean over languages ({shares}; seeds: {seeds})."
    )


sentences = [spoken(claim, name) for claim in CLAIMS for name in records]
otherwise = {}
for claim in CLAIMS:
    means = complexity_tables.verdicts(rows, claim).get("mean", pd.Series(dtype=str))
    for (name, outcome), verdict in means.items():
        if outcome == "plain difference" and verdict != "undecided":
            otherwise.setdefault(verdict, []).append(f"`{name}` with {CLAIMS[claim]}")
for verdict, places in otherwise.items():
    sentences.append(
        f"- By the plain difference {SAID[verdict]} for {' and '.join(places)}. That outcome takes a task that was "
        "never learnt for one that loses nothing, and decides nothing here."
    )
Markdown("\n".join(s for s in sentences if s) or "No order can be tested yet.")

# %% tags=["hide-input"] mystnb={"image": {"alt": "Where at least two tasks have a transfer ratio: the ratios with intervals, a line a common language and their mean, a marker a task, a panel an encoder; with reviews, then with tweets."}}
LABEL = "transfer ratio"
pictures = 0
for claim in CLAIMS:
    shown = complexity_tables.lines(rows, claim)
    there = shown.dropna(subset=["value"])
    kept = [task for task in dict.fromkeys(shown["task"]) if task in set(there["task"])]
    if len(kept) < 2:  # one task alone shows no order, and the sentences above tell it
        continue
    figure = transfer_plots.ratios(
        shown[shown["task"].isin(kept)], label=LABEL, by="task", column="encoder"
    )
    for axis in figure.axes:
        left, right = axis.get_xlim()
        axis.set_xlim(max(left, -0.6), min(right, 2))
    plt.show()
    pictures += 1
if pictures:
    told = (
        "A line is a language, a marker the share of the English gain that arrived; a small cross beyond the right "
        "edge is a ratio that was refused, and has no place. The dotted line is all of it. The claim is that "
        "similarity stands right of sentiment, and sentiment right of reading. Intervals that leave the "
        "picture are told in the tables further down."
    )
else:
    told = "No picture: where fewer than two tasks have a ratio there is no order to be seen."
display(Markdown(told))

# %% [markdown]
# ## Every set of the common languages
#
# *primary* sets count, those *beside* do not. The plain difference is in the units of the task's metric,
# and a point of Spearman is no point of F1: across tasks it is the weaker outcome.

# %% tags=["hide-input"]
OUTCOMES = ["transfer ratio", "ratio by accuracy", "plain difference", "raw ratio"]


def by_encoder(names, roles, otherwise="*Not recorded yet.*"):
    """A table an encoder, without columns that hold one value only."""
    tables = complexity_tables.by_encoder(complexity_tables.told(rows, names, roles))
    for name, table in tables.items():
        display(Markdown(f"`{name}`:"), table)
    if not tables:
        display(Markdown(otherwise))


by_encoder(OUTCOMES, ["primary", "beside"])

# %% [markdown]
# Read *ratio by accuracy* before the ratio beside it:

# %% tags=["hide-input"]
Markdown(complexity_tables.by_accuracy_told(rows))

# %% [markdown]
# ## Against as many labels of the language itself
#
# Where a language has a training set (KorSTS, NSMC, TQuAD), the same recipe was trained on as many of
# its rows. The ratio says how much of what those labels would teach came without them. Reading has a
# training set in Turkish only, which sentiment has not; so this outcome can contradict the first step of
# the claim, in Korean, and never confirm the whole.

# %% tags=["hide-input"]
by_encoder(["zero-shot gain", "supervised gain", "supervised ratio"], ["primary", "beside"])
Markdown(complexity_tables.taught_told(rows, "reading"))

# %% [markdown]
# ## What the raw ratio does
#
# Suppose the same share $r$ of what was learnt arrived in every task. The raw ratio would be
#
# $$\frac{\text{target}_\text{base} + r\,(\text{source}_\text{tuned} - \text{source}_\text{base})}
# {\text{source}_\text{tuned}} ,$$ (eq-raw)
#
# which rises with the target's base: where training adds little, it is a ratio of two bases, and near
# one. In the table, *untaught* is the share of the English score that the base has already, and the
# last column has the same $r$ in all tasks, the mean of the transfer ratios that there are (whose, is said below).

# %% tags=["hide-input"]
equal = pd.concat(
    [complexity_tables.equal_shares(rows, claim).assign(claim=claim) for claim in CLAIMS]
)
equal.set_index(["claim", "encoder", "task"]).astype(float).round(2)

# %% tags=["hide-input"]
lines = []
for (claim, name), part in equal.groupby(["claim", "encoder"], sort=False):
    part = part.set_index("task")
    even = part["raw ratio if shares were equal"].sort_values(ascending=False)
    untaught = ", ".join(
        f"{100 * part.loc[task, 'untaught']:.0f} % of {task}" for task in part.index
    )
    lines.append(
        f"- `{name}`, {CLAIMS[claim]}: the base has {untaught} in English already; with equal "
        f"transfer, raw ratios would stand {' > '.join(even.index)}."
    )
own = {(name, claim): rows[rows["encoder"].eq(name)] for name in records for claim in CLAIMS}
having = {tuple(complexity_tables.with_ratio(part, claim)) for (_, claim), part in own.items()}
(only,) = having if len(having) == 1 else ((),)
if lines and len(only) == 1:
    lines.append(
        f"\nHere $r$ is that of {only[0]} alone, as the others have no ratio; so the line of {only[0]} in the table "
        "repeats its raw ratio and tells nothing."
    )
Markdown("\n".join(lines) or "Needs a transfer ratio.")

# %% [markdown]
# Where the base has nearly all of a task, a target score close to the English one shows that the
# encoder could do the task in both languages before it saw a label. That is a fact about pretraining,
# and a good one; it is no transfer of supervised training, which is what the claim is about.
#
# ## Language, or just another set?
#
# A new language comes with a new domain, new annotators, another average length. The control is English
# itself: the same trained models on English sets of another domain. What is lost there is no matter of
# language. Similarity has no such set here.

# %% tags=["hide-input"]
by_encoder(OUTCOMES[:3], ["shift"])

# %% [markdown]
# ## How much can three tasks say?
#
# The unit of a claim about tasks is the task. More seeds, items and languages make each of three values
# sharper and add no fourth. An exact test asks how many of the orders of $n$ tasks agree with the
# claimed one at least as well as what was seen; for $n$ tasks in perfect agreement that is one order of
# $n!$.

# %%
counted = []
for n in range(3, 7):
    orders = list(itertools.permutations(range(n)))
    as_claimed = sum(order == tuple(range(n)) for order in orders)
    counted.append({"tasks": n, "orders": len(orders), "smallest p": as_claimed / len(orders)})
smallest = pd.DataFrame(counted).set_index("tasks")
assert smallest.loc[3, "smallest p"] == 1 / math.factorial(3) > 0.05 > smallest.loc[4, "smallest p"]
smallest.round(3)

# %% [markdown]
# With three tasks, chance produces the claimed order once in six times. No result of this chapter can
# be significant *as a statement about complexity*; four unrelated tasks in perfect order could just be,
# and a rank correlation that is not perfect needs more. That is why the next chapter takes many
# intermediate tasks, and counts families of tasks, not runs.
#
# **What three tasks can do** is contradict. "The more complex the task, the weaker the transfer" is a
# statement about all tasks, and one pair that clearly stands the other way refutes it in that form, for
# that encoder, those sets and that measure of transfer.
#
# **What they cannot establish**, whatever the verdict:
#
# - that *difficulty* is the reason. From similarity to reading, the form of the output changes as well
#   (a number, a class, a place), so do the head, the metric, the length of the text, the amount and the
#   domain of training data, and whether the target sets are translations of English: STSb's and XQuAD
#   are, KorQuAD, reviews and tweets are not;
# - that difficulty was measured. The score on an English benchmark mixes how hard the task is with how
#   much data there was and where chance lies; ranks by it are of these sets, for this encoder;
# - that the three shares are alike: each is measured from another base (the untuned encoder, permuted
#   labels, the best heuristic), and the same share from another base is another quantity;
# - anything about tasks that were not tried.
#
# ## What these encoders can tell about XLM-R
#
# The two nanos have a small part of XLM-R's parameters, read a very small part of its text, and one of
# them was given translations, which XLM-R never was. What they **can** show: that
# the order is or is not a necessity of multilingual encoders trained in these ways, that it depends on
# the outcome by which transfer is counted, and how large the differences are that five seeds can see.
# What they **cannot**: contradict a figure measured on XLM-R. An encoder that learns a task little has
# little to transfer, and reading is where small encoders fail first; a refused ratio here says nothing
# about an encoder that learns to read.
#
# The published figures do not fill the gap. Of the parts of equation {eq}`eq-transfer-ratio`, for
# XLM-R:
#
# | task | base, target | English, tuned | target, tuned on English | target, supervised |
# |---|---|---|---|---|
# | KorSTS, Spearman x 100, XLM-R base as bi-encoder {cite}`ham2020kornli` | 45.05 | not found | not found | 79.13 |
# | XQuAD, F1, XLM-R large {cite}`artetxe2020crosslingual` | not given | 86.5 | 59.3 (zh), 80.4 (de), 82.0 (es) | no training set |
# | NSMC, accuracy | not given | not found | not found | of other papers, tuned in Korean |
#
# The XQuAD row is from the authors' repository, KorSTS as quoted from the paper by others. Not one of
# the three tasks has all four parts, in no language are two of them complete, and the tables of
# {cite:t}`choi2021analyzing` could not be read: nobody can recompute the claim from what we could find.
# With a machine that tunes XLM-R, the same three chapters take `-p encoder xlm-roberta-base`, and this
# one reads their records.
#
# ## What would change our mind
#
# - About the order: other seeds, or another reading set of the same language, that turn a verdict. The
#   sets *beside* show how near that is.
# - About difficulty as the reason: one task made harder with all else equal, and transfer falling
#   with it. The dials of the [laboratory](appendix_laboratory.ipynb) turn depth, distractors and noise
#   one at a time.
# - About XLM-R: its own records.
#
# ## Exercises
#
# 1. Similarity starts at a base of 0.5 and ends at 0.7 in English and 0.65 in Korean; reading starts at
#    0.1 and ends at 0.7 and 0.6. Give raw ratio and transfer ratio. Which task transfers better?
#
# :::{dropdown} Solution
# Raw: 0.65 / 0.7 = 0.93 and 0.6 / 0.7 = 0.86: similarity. Transfer, with the bases of both languages
# the same: 0.15 / 0.2 = 0.75 and 0.5 / 0.6 = 0.83: reading. The raw ratio credits similarity with the 0.5
# that nobody taught it.
# :::
#
# 2. Five seeds, twelve languages and three tasks make 180 runs. Somebody correlates difficulty and
#    transfer over all 180 and finds p < 0.001. What went wrong?
#
# :::{dropdown} Solution
# Difficulty takes three values. The 180 points are three clouds, whose sizes shrink with every run; the
# test treats each point as a new task. The right count is three, and its smallest p is 1/6.
# :::
#
# 3. `python -m helpers run 06_complexity -p data lab` reads laboratory runs, if there are any. Why may
#    these not stand in one table with the real ones?
#
# :::{dropdown} Solution
# The laboratory is a causal instrument: sentences, labels and difficulty are made. An order found there
# says what these dials do to this encoder, not what Korean does to it.
# :::
