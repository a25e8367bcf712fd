"""The published sets hold the pools that chapter 7 planned: enough items, one a text."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.study.intermediate_items import measured_on, of_all_levels, one_a_text, pool, tried_on
from helpers.study.intermediate_rules import rules


@pytest.mark.parametrize("name", rules().tasks)
def test_every_family_has_its_levels(shared_data, name):
    found = pool(name, f"local:{shared_data}")
    assert len(found.table) == rules().levels * found.per_level
    assert found.table["id"].is_unique
    table = found.table
    told = {"span": ["context"], "choice": ["context"], "similarity": ["sentence1", "sentence2"]}
    columns = told.get(found.family.kind, ["text"] if found.family.form == "paired" else [])
    texts = [set(row) for row in table[columns].itertuples(index=False)]
    assert sum(map(len, texts)) == len(set().union(*texts)), "two items hold one text"
    if found.family.kind == "classification":
        shares = table["label"].value_counts(normalize=True)
        assert set(shares.index) == set(found.labels)
        assert shares.max() < 1.5 / len(found.labels), "nearly one class: nothing to learn"
    tried = set(tried_on(found)["id"])
    learnt, held = of_all_levels(found)
    assert len(tried) == found.family.held and not tried & {*learnt["id"], *held["id"]}
    measured = measured_on(found)["id"]
    assert measured.is_unique and set(held["id"]) <= set(measured)
    assert not set(measured) & {*tried, *learnt["id"]}
    rest = len(table) - len(learnt) - len(tried)
    assert len(measured) == min(1000, rest)
    if found.family.symmetric:
        both = [*table["text"], *table["text2"]]
        assert len(set(both)) == len(both), "two items hold one sentence"


def test_of_the_hypotheses_of_a_premise_not_always_the_same_label_is_taken():
    """Files have those of a premise label by label: the first would be of one class throughout."""
    names = ["entailment", "neutral", "contradiction"]
    lines = [
        (f"{premise}{name[0]}", f"Premise {premise}.", name)
        for premise in range(300)
        for name in names
    ]
    table = pd.DataFrame(lines, columns=["id", "text", "label"]).assign(text2="So it is.")
    kept = one_a_text(table)
    assert len(kept) == 300 and kept["text"].is_unique
    assert kept["label"].value_counts().between(70, 130).all()
    backwards = one_a_text(table[::-1].reset_index(drop=True))
    assert set(backwards["id"]) == set(kept["id"]), "the order of the file does not matter"


def test_of_the_questions_on_a_paragraph_not_always_the_first_is_taken():
    """Files have them in the order of their answers: the first ask about the first sentence."""
    lines = [
        (f"{paragraph}-{place}", f"Paragraph {paragraph}.", place, [f"answer {place}"])
        for paragraph in range(300)
        for place in range(5)
    ]
    table = pd.DataFrame(lines, columns=["id", "context", "starts", "answers"])
    kept = one_a_text(table.assign(question="?"))
    assert len(kept) == 300 and kept["context"].is_unique
    assert kept["starts"].value_counts().between(35, 90).all()


def test_first_questions_of_squad_ask_about_the_beginning(shared_data):
    """Figures that chapter 7 tells of the error: 17 % of the text before answers, 42 % in all."""
    from helpers.data.sources import load

    table = load("squad", "en", "train", f"local:{shared_data}").table
    before = table["starts"].str[0] / table["context"].str.len()
    first = ~table.duplicated("context")
    assert round(before[first].mean(), 2) == 0.17
    assert round(before.mean(), 2) == 0.42
    drawn = one_a_text(table)["id"]
    assert abs(before[table["id"].isin(drawn)].mean() - before.mean()) < 0.02


def test_of_the_questions_on_a_story_one_is_drawn_where_the_sizes_say_so():
    """Cosmos QA has a question a second time, answered by "none of the above", behind the first."""
    lines = [
        (f"{story}-{place}", f"Story {story}.", place) for story in range(300) for place in (0, 1)
    ]
    table = pd.DataFrame(lines, columns=["id", "context", "label"]).assign(question="?")
    assert one_a_text(table)["label"].eq(0).all(), "as recorded runs have it"
    assert 0.4 < one_a_text(table, drawn=True)["label"].mean() < 0.6


def test_answers_stand_all_over_their_paragraphs(shared_data):
    table = pool("reading", f"local:{shared_data}").table
    starts = table["starts"].str[0] / table["context"].str.len()
    assert 0.37 < starts.mean() < 0.47, "all of SQuAD train: 0.42"
