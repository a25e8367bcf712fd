# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Encoders
#
# Three encoders come with this book. Each is a folder in the Hugging Face layout under `models/`, with
# a card; this page is made from the same two sources as the cards: the file `pretraining.json`, which
# `python -m helpers pretrain` leaves beside the weights, and recorded runs of
# `python -m helpers run encoders`. No number on it is typed. The weights of the two nanos are for
# research only: `models/LICENSE-WEIGHTS.md`.
#
# The two nanos answer different questions and are never pooled: `xlmr-nano` saw monolingual text only
# (what do shared parameters alone bring?), `xlmr-nano-tlm` saw translations too. Neither is XLM-R. The
# name of the second is older than its recipe: it was *not* trained by translation-language modelling,
# which made it worse (below).

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

from helpers import paths
from helpers.study import cards, embedding_plots, exposure, plots, tables
from helpers.study.transfer_pages import lines_left
from helpers.study.transfer_tables import runs_by_encoder

plots.use_style()

# %% tags=["parameters"]
encoders = ["models/tiny", "models/xlmr-nano", "models/xlmr-nano-tlm"]

# %% [markdown]
# ## How they were made

# %% tags=["hide-input"]
STARTS = {"translations": "translations", "halves": "halves of lines"}
folders = [paths.ROOT / name for name in encoders]
made = {}
for folder in folders:
    each = json.loads((folder / cards.MADE).read_text(encoding="utf-8"))
    network, training, corpus = (
        each["recipe"]["network"],
        each["recipe"]["training"],
        each["corpus"],
    )
    shares = sum(training["objectives"].values())
    static = each["recipe"]["static"]
    made[folder.name] = {
        "layers x hidden": f"{network['layers']} x {network['hidden']}",
        "parameters (M)": f"{each['parameters'] / 1e6:.1f}",
        "subwords": f"{each['recipe']['vocabulary']['size']:,}",
        "start: ranks": STARTS[static["pairs"]],
        "start: steps x pairs": f"{static['steps']:,} x {static['batch']:,}",
        "then": ", ".join(
            f"{name} {100 * share / shares:.0f} %" for name, share in training["objectives"].items()
        ),
        "steps": f"{training['steps']:,}",
        "tokens seen (M)": f"{each['tokens_seen'] / 1e6:.1f}",
        "languages": len(corpus["lines"]),
        "lines prepared": f"{sum(corpus['lines'].values()):,}",
        "size (MB)": f"{(folder / 'model.safetensors').stat().st_size / 1e6:.1f}",
    }
pd.DataFrame(made)

# %% tags=["hide-input"]
sizes = {folder.name: (folder / "model.safetensors").stat().st_size for folder in folders}
assert max(sizes.values()) < 30e6, "the text and the README say that they are small"
Markdown(
    "*Start*: static vectors of subwords, learnt by ranking: each pair's other half has to be found among "
    "those of its batch. *Then* the layers are trained. mlm: masked words are guessed; rank: a sentence "
    "finds its translation among those of its batch; views: of a line in two readings, each with other "
    "words left out, one finds the other. What was left out of the training text because an evaluation "
    "set holds it stands, with counts, in each card."
)

# %% [markdown]
# Most of what `xlmr-nano-tlm` can do it could do before its layers were trained. On DEVELOP pairs, one
# seed, so that a point is noise: precision@1 (%) on Tatoeba, Spearman on training pairs of STSb and KorSTS.

# %% tags=["hide-input"]
ablation = json.loads((paths.ROOT / "models" / cards.ABLATION).read_text(encoding="utf-8"))
stages = pd.DataFrame(ablation["encoder_stage"]).T
start, trained, shipped, masked = (stages["mean"].iloc[place] for place in range(4))
assert abs(start - shipped) < 0.01 and masked < start - 0.05, "the text says so"
stages = stages.rename(columns={"mean": "Tatoeba"})
stages["Tatoeba"] = [f"{100 * value:.1f}" for value in stages["Tatoeba"]]
names = [name for name in stages.columns if name.startswith("sts")]
stages[["Tatoeba", *names]].round(3)

# %% [markdown]
# ## What they score, nothing tuned
#
# **Published test sets.** Tatoeba: REPORT pairs are queries and pool. Beside the encoders the same
# network untrained, and a bag of words. Intervals are 95 %, over items.

# %% tags=["hide-input"] mystnb={"image": {"alt": "Dots with intervals: precision at 1 on Tatoeba into English of both nanos, an untrained network and a bag of words, by language."}}
real = tables.rows_frame(tables.recorded("encoders", "local")[0].record.rows)
retrieval = real[real["name"].eq("precision@1") & real["direction"].eq("target->source")]
retrieval = tables.in_percent(retrieval)
retrieval["measure"] = "Tatoeba, " + retrieval["target_language"] + " to en"
embedding_plots.dots(retrieval, label="precision@1 (%)")
plt.show()

# %% tags=["hide-input"] mystnb={"image": {"alt": "Dots with intervals: Spearman's correlation on similarity sets, within languages and between English and another."}}
similarity = real[real["name"].eq("spearman") & real["split"].eq("dev")].copy()
pair = similarity["target_language"].where(
    ~similarity["across"].eq(True), "en-" + similarity["target_language"]
)
similarity["measure"] = similarity["task"] + ", " + pair + ", dev"
embedding_plots.dots(similarity, label="Spearman's correlation of cosine and judgement")
plt.show()

# %% [markdown]
# Does `xlmr-nano` guess masked words, which is all that its layers were trained for? One token at a time
# is blanked; *commonest* always says the commonest token of the language.

# %% tags=["hide-input"]
cloze = real[real["name"].eq("cloze-accuracy") & real["encoder"].eq("models/xlmr-nano")]
cloze = tables.in_percent(cloze).rename(columns={"target_language": "language"})
cloze["of 100 tokens"] = tables.with_interval(cloze)
cloze["by"] = cloze["method"].map({"none": "xlmr-nano", "unigram": "commonest"})
ends = cloze.pivot(index="language", columns="by", values=["low", "high"])
better = (ends["low", "xlmr-nano"] > ends["high", "commonest"]).sum()
assert better == 0, "the text says that it does not"
cloze.pivot(index="language", columns="by", values="of 100 tokens")

# %% [markdown]
# It does not, in any of these languages: after so few tokens it has not yet learnt more than which words
# are common. What this book says of `xlmr-nano` is said of an encoder that is barely trained, not of
# masked-word pretraining.
#
# **Laboratory sentences**, generated, no evidence about natural language: what the smallest one is
# for.

# %% tags=["hide-input"]
[run] = [
    r for r in tables.recorded("encoders", "lab") if encoders[0] in r.record.params["encoders"]
]
lab = tables.rows_frame(run.record.rows)
found = tables.in_percent(lab[lab["name"].eq("precision@1")])
found.assign(precision=tables.with_interval(found)).pivot(
    index="encoder", columns=["target_language", "direction"], values="precision"
)

# %% [markdown]
# ## What they may have read of the test sets
#
# Pretraining text has no labels, and lines that repeat an evaluation sentence are taken out of it. The
# text of the two nanos was cleaned by an earlier form of today's rules, though: their cards say how
# many lines are left, and of which sets. Do scores rest on them? Here recorded scores are made again
# without *every* item of which any line of the whole corpus, before anything was taken out, repeats a
# sentence (`python -m helpers exposure`). None of the items that remain can have been read, whatever
# was missed.
#
# Items that a corpus repeats are of another kind than others: shorter, more everyday. A score may move
# for that reason alone; then that of words alone, which has read nothing, moves as well. *Beyond words*
# is what the encoder's score moves more than theirs, with its 95 % interval.

# %% tags=["hide-input"]
known = exposure.read()
words = {"method": "bag-of-words"}
tuned = {"method": "tuned", "split": "report"}
groups = [
    (runs, tuned | where, beside)
    for chapter, where, beside in (
        ("03_sts", {"name": "spearman", "genre": None}, words),
        ("04_mrc", {"name": "F1", "rules": "own"}, {"method": "keyword-overlap"}),
        ("05_sentiment", {"name": "macro-F1"}, words),
    )
    for runs in runs_by_encoder(chapter).values()
]
into_english = {"name": "precision@1", "direction": "target->source", "encoder": encoders[-1]}
groups += [(tables.recorded("encoders", "local")[:1], into_english, {"encoder": "bag-of-words"})]
moved = pd.concat(
    [exposure.without_exposed(runs, known, where, beside) for runs, where, beside in groups],
    ignore_index=True,
)
compared = moved[moved["low"].notna()].copy()
compared["lines left"] = list(map(lines_left, compared["encoder"], compared["task"]))
compared["value"] = compared["beyond"]
compared["beyond words"] = tables.with_interval(compared, 3)
shown = ["encoder", "task", "target_language", "lines left", "n", "exposed"]
shown += ["all", "without", "words", "words without", "beyond words"]
compared[shown].round(3).reset_index(drop=True)

# %% tags=["hide-input"]
below = compared["high"] < 0
clean = compared["lines left"].eq(0)
assert (compared["low"] <= 0).all(), "the text speaks of losses only"
rest = moved[moved["low"].isna()]
whole = (rest["n"] - rest["exposed"]).lt(exposure.FEWEST)
few, almost_all = rest[~whole], sorted(set(rest.loc[whole, "task"]))
Markdown(
    f"*n* items were scored; *exposed* of them have a sentence that the corpus repeats. Without those "
    f"the encoders' scores fall by up to {(compared['all'] - compared['without']).max():.3f}, and by up "
    f"to {-compared['beyond'].min():.3f} more than those of words. The whole interval lies below 0 in "
    f"{(below & clean).sum()} of {clean.sum()} lines of sets of which nothing was left in the text "
    f"(*lines left* 0), and in {(below & ~clean).sum()} of {(~clean).sum()} of the others. Where nothing "
    f"was left nothing was read: so losses of this size need not come from reading, and encoders may be "
    f"better than words at the kind of sentence that corpora hold. With so few sets of the other sort "
    f"it cannot be excluded that reading helped there. {len(few)} more measurements have fewer than {exposure.FEWEST} such items; without "
    f"them none moves by more than {(few['without'] - few['all']).abs().max():.3f}. Of "
    f"{', '.join(almost_all)} almost every passage stands in the corpus in part: nothing is left to "
    f"compare with."
)

# %% [markdown]
# ## The cards
#
# The whole cards, with the evaluation sentences that were removed from the training text, all scores
# and limits, lie beside the weights: `models/tiny/README.md`, `models/xlmr-nano/README.md`,
# `models/xlmr-nano-tlm/README.md`. `python -m helpers cards` writes them anew from the records, and a
# test holds them to these.
#
# Any other encoder is a parameter; see [](run_it_yourself.md).
