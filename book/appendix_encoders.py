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
# (what do shared parameters alone bring?), `xlmr-nano-tlm` saw translations too. Neither is XLM-R.

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

from helpers import paths
from helpers.study import cards, embedding_plots, plots, tables

plots.use_style()

# %% tags=["parameters"]
encoders = ["models/tiny", "models/xlmr-nano", "models/xlmr-nano-tlm"]

# %% [markdown]
# ## How they were made

# %% tags=["hide-input"]
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
    made[folder.name] = {
        "layers x hidden": f"{network['layers']} x {network['hidden']}",
        "parameters (M)": f"{each['parameters'] / 1e6:.1f}",
        "subwords": f"{each['recipe']['vocabulary']['size']:,}",
        "objectives": ", ".join(
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
    "mlm: masked words are guessed; tlm: masked words are guessed in a sentence and its translation; "
    "rank: a sentence finds its translation among those of its batch; views: of a line in two readings, "
    "each with other words left out, one finds the other. What was left out of the "
    "training text because an evaluation set holds it stands, with counts, in each card."
)

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
# **Laboratory sentences**, generated, no evidence about natural language: what the smallest one is
# for.

# %% tags=["hide-input"]
lab = tables.rows_frame(tables.recorded("encoders", "lab")[0].record.rows)
found = tables.in_percent(lab[lab["name"].eq("precision@1")])
found.assign(precision=tables.with_interval(found)).pivot(
    index="encoder", columns=["target_language", "direction"], values="precision"
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
