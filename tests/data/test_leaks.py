"""The known leaks between published sets: really there, seen, and gone after the filter.

Leaks in one language are dropped row by row (``overlap``); translations are refused (``leaks``).
"""

from __future__ import annotations

import gzip
import json
import lzma
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from helpers.data.leaks import KNOWN, refuse_same_items, same_items
from helpers.data.overlap import drop_overlap, overlap
from helpers.data.sources import load
from helpers.data.tasks import task, tasks
from helpers.errors import UserError

SPLITS = ("train", "dev", "test")


class Tables:
    """Published tables, each read once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.get = cache(lambda *key: load(*key, f"local:{folder}").table)

    def all(self, name: str, language: str = "en") -> pd.DataFrame:
        return pd.concat([self.get(name, language, split) for split in SPLITS], ignore_index=True)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Tables:
    return Tables(shared_data)


def gone(train: pd.DataFrame, *tests: pd.DataFrame, by: str) -> int:
    """Rows dropped; afterwards nothing repeats, whichever of the tables is looked at."""
    left, counts = drop_overlap(train, *tests, by=by)
    assert overlap(left, *tests, by=by).share == 0
    for test in tests:
        assert overlap(test, left, by=by).share == 0
    return sum(counts.values())


def test_stsb_shares_a_sixth_of_its_pairs_with_mrpc(published):
    mrpc = published.all("mrpc")
    for split in ("dev", "test"):
        stsb = published.get("stsb", "en", split)
        found = overlap(stsb, mrpc, by="pair")
        assert 0.16 < found.exact / found.n < 0.20
        assert gone(stsb, mrpc, by="sentence") >= found.exact


def test_mrpc_to_train_on_repeats_stsb_to_score(published):
    stsb = pd.concat([published.get("stsb", "en", split) for split in ("dev", "test")])
    train = published.get("mrpc", "en", "train")
    assert overlap(train, stsb, by="pair").exact > 150
    assert gone(train, stsb, by="pair") > 150


def test_stsb_shares_sentences_and_pairs_with_sick(published):
    sick, stsb = published.all("sick_relatedness"), published.get("stsb", "en", "test")
    assert overlap(stsb, sick).share > 0.1
    assert overlap(stsb, sick, by="pair").exact >= 30
    assert gone(stsb, sick, by="sentence") > 100


@pytest.mark.parametrize(
    ("name", "language", "split", "other"),
    [
        ("stsb", "en", "train", "dev"),
        ("stsb", "en", "train", "test"),
        ("stsb", "en", "dev", "test"),
        ("korsts", "ko", "train", "dev"),
    ],
)
def test_sts_repeats_pairs_of_its_own_other_splits(published, name, language, split, other):
    one, two = (published.get(name, language, each) for each in (split, other))
    pairs = overlap(one, two, by="pair")
    assert pairs.exact > 0
    assert pairs.share < 0.02
    assert gone(one, two, by="pair") == pairs.exact + pairs.near


def test_korsts_is_stsb_in_korean(published):
    for split in ("train", "dev"):
        korean, english = published.get("korsts", "ko", split), published.get("stsb", "en", split)
        assert overlap(korean, english).share < 0.01, "a translation shares no words"
        assert overlap(korean, english, by="item").exact == len(korean)
        both = korean.merge(english, on="id")
        assert (both["score_x"] - both["score_y"]).abs().le(0.01).mean() > 0.99
        assert same_items(("korsts", split), ("stsb", split))
        assert drop_overlap(korean, english, by="item")[0].empty


def test_the_two_tasks_of_sick_and_of_jglue_are_made_of_the_same_pairs(published):
    one, two = (published.get(f"sick_{x}", "en", "dev") for x in ("entailment", "relatedness"))
    assert overlap(one, two, by="pair").exact == len(one)
    jnli, jsts = (published.get(name, "ja", "dev") for name in ("jnli", "jsts"))
    assert overlap(jsts, jnli, by="pair").share > 0.1
    assert gone(jsts, jnli, by="pair") > 100
    assert task("sick_entailment").family == task("sick_relatedness").family


def test_xcopa_dev_translates_copa_but_its_test_does_not(published):
    """Item i of XCOPA's dev asks for cause or effect as COPA's item 401 + i does."""
    copa = published.get("copa_en", "en", "train")["question"].iloc[::2].reset_index(drop=True)
    dev = published.get("xcopa", "it", "dev")["question"]
    test = published.get("xcopa", "it", "test")["question"]

    def agreement(asked: pd.Series, start: int) -> float:
        return (copa.iloc[start : start + len(asked)].values == asked.values).mean()

    assert agreement(dev, 400) >= 0.95
    assert max(agreement(dev, start) for start in range(0, 400)) < 0.75
    assert agreement(test, 0) < 0.75
    with pytest.raises(UserError, match="copa_en"):
        refuse_same_items(("copa_en", "train"), ("xcopa", "dev"))
    refuse_same_items(("copa_en", "train"), ("xcopa", "test"))


def test_xquad_and_squad_it_are_squads_dev_set(published, shared_data):
    dev, english = published.get("squad", "en", "dev"), published.get("xquad", "en", "test")
    assert overlap(english, dev).exact == len(english)
    assert gone(dev, english, by="sentence") >= len(english)
    path = shared_data / "squad_it" / "SQuAD_it-test.json.gz.xz"
    italian = _question_ids(json.loads(gzip.decompress(lzma.decompress(path.read_bytes()))))
    original = json.loads(
        lzma.decompress((shared_data / "squad_v1.1/dev-v1.1.json.xz").read_bytes())
    )
    assert len(italian & _question_ids(original)) > 0.9 * len(italian)
    for scored in ("xquad", "lareqa", "squad_it"):
        with pytest.raises(UserError, match="SQuAD's dev set"):
            refuse_same_items(("squad", "dev"), (scored, "test"))
        refuse_same_items(("squad", "train"), (scored, "test"))


def _question_ids(content: dict) -> set[str]:
    return {
        question["id"]
        for article in content["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    }


def test_xnli_in_korean_and_german_holds_the_same_test_items(published):
    korean, german = published.get("kornli", "ko", "test"), published.get("xnli", "de", "test")
    both = korean.merge(german, on="id")
    assert len(both) == len(korean)
    assert (both["label_x"] == both["label_y"]).mean() > 0.99
    assert same_items(("kornli", "test"), ("xnli", "test"))
    assert same_items(("kornli", "dev"), ("xnli", "test")) is None


def test_what_a_claim_about_tasks_must_not_count_twice():
    """One family each: SQuAD's kin; the NLI sets (LingNLI's premises are MultiNLI's); STSb's."""
    families = {name: spec.family for name, spec in tasks().items()}
    assert families["lingnli"] == families["xnli"] == families["kornli"]
    assert families["squad"] == families["squadshifts_wiki"] == families["qed"]
    assert families["stsb"] == families["korsts"]
    shifts = [name for name in tasks() if name.startswith("squadshifts")]
    assert len(shifts) == 3
    assert all(task(name).splits == ("test",) for name in shifts), "test sets, a control"


def test_every_known_leak_names_splits_that_exist():
    for known in KNOWN:
        for name, split in known.splits:
            assert split in task(name).splits
    assert same_items(("squad", "dev"), ("squad", "dev"))
    with pytest.raises(UserError):
        same_items(("no_such_task", "dev"), ("squad", "dev"))
