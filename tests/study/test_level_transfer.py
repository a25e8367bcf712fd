"""What levels teach about each other: the study on generated text, and its tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.study import intermediate_plots as figures
from helpers.study import level_transfer_tables as tables
from helpers.study.intermediate_params import LevelTransferParams
from helpers.study.intermediate_rules import rules
from helpers.study.params import build
from helpers.study.run import run
from helpers.study.store import Stored

LEVELS = range(rules().levels)
TINY = {"encoder": "models/tiny", "n_items": 60, "learning_rates": (3e-4,), "device": "cpu"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Stored:
    folder = tmp_path_factory.mktemp("levels")
    record = run(
        "level_transfer", {**TINY, "intermediate": "sentiment"}, out=folder, progress=False
    )
    return Stored(record, folder)


def test_every_pair_of_levels_has_a_score_of_encoder_and_words(made):
    found = tables.frame([made])
    pairs = {(a, b) for a in LEVELS for b in LEVELS}
    for method in ("intermediate", "bag-of-words"):
        own = found[found["method"].eq(method)]
        assert set(zip(own["learnt"], own["scored"], strict=True)) == pairs
        assert len(own) == len(pairs) and own["corrected"].le(1).all()


def test_the_trainings_are_those_of_the_grid():
    given = LevelTransferParams(intermediate="nli", n_items=60, learning_rates=(3e-4,))
    cell = given.of_level(2)
    assert (cell.intermediate, cell.mechanism, cell.level) == ("nli", "items", 2)
    assert (cell.n_items, cell.learning_rates, cell.seed) == (60, (3e-4,), given.seed)
    assert given.seed not in {*rules().seeds, *rules().difficulty_seeds}


def test_a_task_of_the_classical_design_alone_has_no_levels():
    with pytest.raises(ValueError, match="reading"):
        build("level_transfer", {"intermediate": "wikipedia"})


def lines(scores: dict[tuple[int, int], float], **more) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"family": "nli", "method": "intermediate", "learnt": a, "scored": b, "seed": 0}
            | {"chance": 0.35, "corrected": scores.get((a, b), 0.5)}
            | {"high": 0.35 + 0.65 * scores.get((a, b), 0.5) + 0.05}
            | more
            for a in LEVELS
            for b in LEVELS
        ]
    )


def test_a_level_that_misleads_is_harder_than_chance():
    found = lines({(3, b): -0.5 for b in LEVELS} | {(3, 3): 0.5})
    hard = tables.on_all_levels(found).loc["nli"]
    assert hard[0] == pytest.approx(0.5) and hard[3] == pytest.approx(1.25)
    assert tables.misleading(found) == ["nli"] and tables.misleading(lines({})) == []
    idle = lines({(3, 0): -0.04})  # a third of three labels right: who guesses does not mislead
    assert tables.misleading(idle) == []
    told = tables.told(found).loc["nli"]
    assert told["3 on 3"] == "+0.50" and told["3 on 0"] == "-0.50"
    assert told["3 on 0, words alone"] == ""


def test_seeds_are_averaged():
    found = pd.concat([lines({}), lines({(0, 0): 1.0}, seed=1)])
    assert tables.squares(found)["nli"].loc[0, 0] == pytest.approx(0.75)


def test_without_records_there_are_no_lines():
    found = tables.frame([])
    assert tables.on_all_levels(found).empty and tables.told(found).empty
    assert (
        tables.squares(found) == {}
        and tables.misleading(found) == []
        and dict(tables.on_all_levels(found).T.items()) == {}
    )


def test_the_figure_has_a_square_a_family():
    found = pd.concat([lines({}), lines({}, family="pos")])
    figure = figures.taught(tables.squares(found))
    assert [axis.get_title() for axis in figure.axes[:2]] == ["nli", "pos"]


def test_only_runs_of_the_study_s_own_sizes_are_read(monkeypatch, tmp_path: Path, made):
    from helpers import paths
    from helpers.study import store

    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    store.save(made.record, None, tmp_path / "level_transfer" / made.record.identity)
    assert tables.recorded("lab", "models/tiny") == []
