"""Cards are written from files: the committed ones say what their folder and the records say."""

import json

import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study.cards import CARD, MADE, card

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
    assert set(made["corpus"]["remaining"].values()) == {0}


def test_a_folder_that_pretraining_did_not_make_is_refused(tmp_path):
    with pytest.raises(UserError, match=MADE):
        card(tmp_path)
