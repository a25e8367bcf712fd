"""Pairs of training text: drawn the same, never what is scored, never from what is left out."""

import lzma

import pytest

from helpers.data.corpus_pairs import draw_pairs
from helpers.errors import UserError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parallel").mkdir()
    rows = [f"the old cat number {i} sleeps\tdie Katze {i}\tbook" for i in range(90)]
    rows += [f"press the key number {i} now\tTaste {i}\tcpp-docs" for i in range(30)]
    with lzma.open(tmp_path / "parallel" / "en-de.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    talk = [f"hello, said neighbour {i} to me\tHallo {i}\ttalk" for i in range(10)]
    (tmp_path / "parallel" / "en-de.everyday.tsv").write_text("\n".join(talk), encoding="utf-8")
    (tmp_path / "parallel" / "en-des.tsv").write_text("a\tb\tother\n", encoding="utf-8")
    return tmp_path


def test_draws_are_nested_repeatable_and_of_general_sources(folder):
    few, many = (draw_pairs(folder, "de", n) for n in (10, 60))
    assert many.pairs[:10] == few.pairs
    assert draw_pairs(folder, "de", 60) == many
    assert draw_pairs(folder, "de", 60, seed=1).pairs != many.pairs
    assert draw_pairs(folder, "de", 60, seed=1).fingerprint != many.fingerprint
    assert set(many.sources) == {"book", "talk"}, "documentation is left out, en-des is not de"
    assert sum(many.sources.values()) == 60
    # Square roots: 10 of 100 pairs are talk, yet it has about a quarter of the first draws.
    talk = sum(draw_pairs(folder, "de", 12, seed=s).sources.get("talk", 0) for s in range(40))
    assert 0.15 < talk / (40 * 12) < 0.35


def test_what_is_scored_is_refused_on_either_side_exactly_and_nearly(folder):
    unseen = [
        "The old cat number 3 sleeps!",
        "Katze nicht",
        "die Katze 5",
        "hello said neighbour 7 to",
    ]
    drawn = draw_pairs(folder, "de", 1000, unseen=unseen)
    sides = {side for pair in drawn.pairs for side in pair}
    assert not sides & {"the old cat number 3 sleeps", "die Katze 3", "die Katze 5", "Hallo 7"}
    assert len(drawn.pairs) == 97
    assert (drawn.exact, drawn.near) == (2, 1)


def test_a_folder_without_the_language_or_with_torn_rows_is_refused(folder):
    with pytest.raises(UserError, match="en-fr"):
        draw_pairs(folder, "fr", 5)
    (folder / "parallel" / "en-fr.tsv").write_text("one\ttwo\n", encoding="utf-8")
    with pytest.raises(UserError, match="line 1"):
        draw_pairs(folder, "fr", 5)
