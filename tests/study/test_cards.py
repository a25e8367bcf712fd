"""Cards are written from files: the committed ones say what their folder and the records say."""

import json

import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study.cards import (
    CARD,
    MADE,
    _call,
    _cloze_table,
    _exposed,
    _score_table,
    _text,
    card,
)
from helpers.study.encoders_cloze import CLOZE

SHIPPED = sorted(path.parent for path in paths.MODELS.glob(f"*/{MADE}"))


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_committed_card_is_what_the_files_say(folder):
    committed = (folder / CARD).read_text(encoding="utf-8")
    assert committed == card(folder), "run `python -m helpers cards`"


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_weights_are_small_and_their_scores_recorded(folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) < 30e6
    assert "Not recorded yet" not in card(folder)
    made = json.loads((folder / MADE).read_text(encoding="utf-8"))
    left = made["corpus"]["remaining"]
    assert not [name for name in left if name.split()[0] in ("tatoeba", "stsb", "korsts")]
    # The nanos' text was filtered by the rules of the day: short reviews were let through.
    lines = sum(made["corpus"]["lines"].values()) + 2 * sum(made["corpus"]["pairs"].values())
    assert sum(sum(each.values()) for each in left.values()) < lines / 1000


def test_cloze_has_a_table_of_its_own(a_row):
    shared = {"encoder": "models/tiny", "name": CLOZE, "split": "report", "setting": {"blanks": 3}}
    rows = [
        a_row(**shared, method=method, target_language=language, value=value, low=0.1, high=0.4)
        for language, method, value in (
            ("en", "none", 0.31),
            ("en", "unigram", 0.12),
            ("ko", "none", 0.2),
        )
    ]
    assert "cloze" not in _score_table(
        [*rows, a_row(setting={"direction": "target->source"})], "models/tiny", []
    )
    assert _cloze_table(rows).splitlines()[2:] == [
        "| en | 31.0 [10.0, 40.0] | 12.0 [10.0, 40.0] |",
        "| ko | 20.0 [10.0, 40.0] |  |",
    ]


def test_what_was_taken_out_is_not_called_exposed():
    assert _exposed([]).startswith("NSMC reviews, contexts of ARCD, CMRC")
    assert _exposed(["nsmc test", "klue_nli dev"]).endswith("TQuAD and KoBEST")
    everything = [
        "nsmc test",
        "arcd x",
        "cmrc2018 x",
        "jaquad x",
        "tquad x",
        "klue_ner x",
        "kobest_copa x",
    ]
    assert _exposed(everything) == ""


def test_sets_that_were_not_at_hand_and_thinning_are_told():
    corpus = {
        "lines": {"en": 3},
        "pairs": {},
        "tokens": {"mono": 9, "pairs": 0},
        "removed": {"stsb dev": {"exact": 0, "near": 1}},
        "remaining": {},
        "left_out": {},
    }
    recipe = {"training": {"objectives": {"mlm": 1}}, "static": {"pairs": "none"}}
    plain = _text({"recipe": recipe, "corpus": corpus})
    assert "Not at hand" not in plain and "thinned" not in plain
    corpus |= {"not_given": ["nsmc * test"], "thinned": {"tokens": 5_000_000, "kept": 2_000_000}}
    told = _text({"recipe": recipe, "corpus": corpus})
    assert "Not at hand, so nothing was removed for it: nsmc * test." in told
    assert "Of 5.0 M tokens 2.0 M went" in told


def test_a_seed_is_told_as_it_is_called():
    assert _call({"name": "tiny-seed2"}) == "tiny --seed 2" and _call({"name": "tiny"}) == "tiny"


def test_a_folder_that_pretraining_did_not_make_is_refused(tmp_path):
    with pytest.raises(UserError, match=MADE):
        card(tmp_path)
