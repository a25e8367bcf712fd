# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Laboratory
#
# Published sentences are not this project's to ship. So the offline default is text that the project
# writes: a small grammar with hand-written lexicons that says one meaning in several languages. What is
# in it is known, so it shows causes: turn one dial, and see what moves. **It is no evidence about
# natural language**, and every number from it in this book says so.
#
# A sentence begins as a *meaning*: who did what to whom, where, when and how, with no word of any
# language. Each language's own *realiser* then chooses words, order, agreement, particles and case.
# Everything is drawn from a seed; the same arguments give the same items on every machine.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from helpers.data.lab.api import KINDS, LANGUAGES, SPLITS, TWINS, generate, table
from helpers.data.lab.dials import DIALS_OF, OWN, Dials
from helpers.data.lab.lexicon import concepts
from helpers.maths.statistics import crossed_bootstrap
from helpers.study import embedding_plots, plots

plots.use_style()
pd.set_option("display.max_colwidth", None)

# %% tags=["parameters"]
split = "test"
seed = 0

# %% [markdown]
# ## One meaning, every language
#
# A *twin* is a language in another script, letter by letter: same grammar, same lengths, and not one
# letter or subword in common with the original.

# %% tags=["hide-input"]
spoken = (*LANGUAGES, *TWINS)
meanings = generate("parallel", spoken, n=2, split=split, seed=seed)
pd.DataFrame([item["texts"] for item in meanings], index=["first", "second"]).T

# %% [markdown]
# ## Words
#
# Every language has a form for each of these concepts. Which nouns a verb may take, and what is a
# synonym of what, is said once for all languages.

# %% tags=["hide-input"]
words = {name: len(concepts(name)) for name in ("nouns", "verbs", "adjectives", "phrases")}
assert sum(words.values()) - words["phrases"] >= 150, "150 content words and more in every language"
pd.Series(words, name="concepts").to_frame().T

# %% [markdown]
# ## Kinds of items
#
# Parallel sentences; sentence pairs graded 0 to 5 by how they were made; passages with a question and
# its answer; reviews; premises with a hypothesis. In English:

# %% tags=["hide-input"]
graded = {item["score"]: item for item in generate("sts", ["en"], n=12, split=split, seed=seed)}
pd.DataFrame(
    [
        {
            "grade": int(score),
            "made by": graded[score]["operation"],
            "sentence 1": graded[score]["sentence1"]["en"],
            "sentence 2": graded[score]["sentence2"]["en"],
        }
        for score in sorted(graded)
    ]
).set_index("grade")

# %% tags=["hide-input"]
passage = table("mrc", "en", split, n=1, seed=seed).iloc[0]
review = table("reviews", "en", split, n=1, seed=seed).iloc[0]
inference = table("nli", "en", split, n=1, seed=seed).iloc[0]
pd.DataFrame(
    [
        ("mrc", passage["context"], passage["question"], ", ".join(passage["answers"])),
        ("reviews", review["text"], "", review["label"]),
        ("nli", inference["text"], inference["text2"], inference["label"]),
    ],
    columns=["kind", "text", "question or hypothesis", "answer"],
).set_index("kind")

# %% [markdown]
# ## Dials
#
# What an experiment turns, one thing at a time. The number is where a kind has its dial when it is left
# alone; *overlap* and *order* belong to the languages and so to every kind.

# %% tags=["hide-input"]
MEANING = {
    "noise": "share of training labels exchanged; inputs stay",
    "size": "at most so many training items",
    "rarity": "share of training draws that pass over a fixed quarter of the words",
    "depth": "operations that must be composed to tell the label",
    "distractors": "sentences that share words with the question",
    "sharing": "share of the question's words that each of them takes over",
    "length": "sentences of a passage, a review or a premise",
    "overlap": "share of content words spelt as in English",
    "order": "a language's own order of words, or English's",
}
fields = Dials.__dataclass_fields__
assert MEANING.keys() == fields.keys(), "the page tells every dial"


def setting(kind, dial):
    if dial not in (*DIALS_OF[kind], "overlap", "order"):
        return ""
    own = OWN[kind].get(dial, fields[dial].default)
    return "all" if own is None else str(own)


pd.DataFrame(
    [
        {"dial": dial, "what it turns": told, **{kind: setting(kind, dial) for kind in KINDS}}
        for dial, told in MEANING.items()
    ]
).set_index("dial")

# %% [markdown]
# Two of them on one Korean sentence. Nothing but the spelling, or the order, changes.

# %% tags=["hide-input"]
turned = {
    "English": ("en", Dials()),
    "Korean": ("ko", Dials()),
    "overlap 0.5": ("ko", Dials(overlap=0.5)),
    "overlap 1": ("ko", Dials(overlap=1.0)),
    "order of English": ("ko", Dials(order="english")),
    "both": ("ko", Dials(overlap=1.0, order="english")),
}
pd.Series(
    {
        name: generate("parallel", [language], n=2, split=split, seed=seed, dials=dials)[1][
            "texts"
        ][language]
        for name, (language, dials) in turned.items()
    },
    name="sentence",
).to_frame()

# %% [markdown]
# ## Checks
#
# *Splits share nothing.* No sentence, no plan of a sentence and no combination of content words stands
# in two splits:

# %%
sentences = {
    each: {
        item["texts"]["en"] for item in generate("parallel", ["en"], n=1000, split=each, seed=seed)
    }
    for each in SPLITS
}
assert not any(sentences[a] & sentences[b] for a in SPLITS for b in SPLITS if a != b)
print({name: len(found) for name, found in sentences.items()}, "no sentence in two splits")

# %% [markdown]
# *Depth cannot be read off words.* A bag of words (logistic regression on counts) learns from 600 items
# and is scored on 300, at each setting of the dial of depth. Where nothing is to be composed it may
# do well; where something is, it should not. 95 % intervals over items; the dotted line is chance.

# %% tags=["hide-input"] mystnb={"image": {"alt": "Laboratory: accuracy of a bag of words on reviews and on inference against the dial of depth, with chance."}}
LEVELS, CHANCE = (0, 1, 2, 3), {"reviews": 1 / 2, "nli": 1 / 3}
found = []
for kind in CHANCE:
    for depth in LEVELS:
        learn, test = (
            table(kind, "en", part, n=n, seed=seed, dials=Dials(depth=depth))
            for part, n in (("train", 600), ("test", 300))
        )
        count = CountVectorizer(binary=True, token_pattern=r"\w+")
        one, two = (count.fit(learn["text"] + " " + learn["text2"]), CountVectorizer(binary=True))
        two.fit(learn["text2"] + " w")

        def features(rows, one=one, two=two):
            return np.hstack(
                [one.transform(rows["text"]).toarray(), two.transform(rows["text2"]).toarray()]
            )

        model = LogisticRegression(max_iter=500).fit(features(learn), learn["label"])
        right = (model.predict(features(test)) == test["label"]).to_numpy(dtype=float)
        interval = crossed_bootstrap(right[None])
        ends = {"value": interval.value, "low": interval.low, "high": interval.high}
        found.append({"encoder": kind, "dial": depth, **ends})
accuracy = pd.DataFrame(found)
shown = accuracy.assign(**{end: 100 * accuracy[end] for end in ("value", "low", "high")})
figure = embedding_plots.dial(shown, x_label="depth", label="accuracy of a bag of words (%)")
for level in CHANCE.values():
    figure.axes[0].axhline(100 * level, color="0.35", ls=":")
figure.axes[0].set_xticks(LEVELS)
plt.show()

# %%
deep = accuracy[accuracy["dial"].eq(3)].set_index("encoder")
for kind, chance in CHANCE.items():
    assert deep.loc[kind, "value"] < chance + 0.15, f"a bag of words reads {kind} at full depth"
print("at full depth a bag of words is within 15 points of chance on", " and ".join(CHANCE))
