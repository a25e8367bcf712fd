"""Genera cover the registry, and scripts are told by letters alone."""

from __future__ import annotations

from helpers.data.tasks import task
from helpers.study.language_groups import GENUS, genus, latin_share


def test_every_language_of_tatoeba_has_a_genus():
    assert set(task("tatoeba").languages) <= GENUS.keys()
    assert genus("de") == genus("af") != genus("fr")


def test_only_letters_count():
    assert latin_share(["ab 12 !?"]) == 1.0
    assert latin_share(["12 !?", ""]) == 0.0
    assert latin_share(["한국어"]) == 0.0
    assert latin_share(["éß"]) == 1.0
