"""A live run is held against its record: what moved, what is stale and what is new is refused."""

import pandas as pd
import pytest

from helpers import paths
from helpers.errors import UserError
from helpers.study import store, tables
from helpers.study.items import Items
from helpers.study.record import Record, identity
from helpers.study.row import Row


def row(value: float, **changes) -> Row:
    coordinates = {
        "name": "precision@1",
        "task": "tatoeba",
        "kind": "retrieval",
        "method": "ridge",
        "encoder": "nano",
        "setting": {"n_pairs": 100, "domain": "in-domain", "early_stopping": None},
        "source_language": "en",
        "target_language": "ko",
        "split": "report",
        "seed": 0,
        "n": 50,
    }
    return Row(**(coordinates | changes), value=value)


def record(rows: list[Row], seed: int = 0, encoder: str = "f00") -> Record:
    params, data, encoders = {"seed": seed}, {"source": "lab"}, {"nano": encoder}
    return Record(
        chapter="02_alignment",
        study_version=1,
        identity=identity("02_alignment", 1, params, data, encoders),
        params=params,
        data=data,
        encoders=encoders,
        environment={},
        rows=rows,
    )


@pytest.fixture
def results(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RESULTS", tmp_path)

    def keep(one: Record) -> None:
        store.save(one, Items(), store.folder_of(one.chapter, one.identity))

    return keep


@pytest.mark.parametrize(("now", "agrees"), [(0.8, True), (0.809, True), (0.784, False)])
def test_a_metric_off_by_two_percent_is_noticed(results, now, agrees):
    results(record([row(0.8), row(3.0, name="fit seconds")]))
    live = record([row(now), row(9.0, name="fit seconds")])
    if agrees:
        assert tables.agreement(live, {"precision@1": 0.01}).startswith("All 1 checked rows")
    else:
        with pytest.raises(AssertionError, match=r"0\.8000 recorded, 0\.7840 now"):
            tables.agreement(live, {"precision@1": 0.01})


def test_a_swapped_baseline_is_noticed(results):
    results(record([row(0.8), row(0.1, method="none")]))
    swapped = record([row(0.1), row(0.8, method="none")])
    with pytest.raises(AssertionError, match="2 of 2 rows moved"):
        tables.agreement(swapped, {"precision@1": 0.01})


def test_a_row_that_vanished_is_noticed(results):
    results(record([row(0.8), row(0.1, method="none")]))
    with pytest.raises(AssertionError, match="only in the live or the recorded run"):
        tables.agreement(record([row(0.8)]), {"precision@1": 0.01})


def test_a_record_of_other_weights_is_stale(results):
    results(record([row(0.8)], encoder="0ld"))
    with pytest.raises(AssertionError, match="other encoders"):
        tables.agreement(record([row(0.8)]), {"precision@1": 0.01})


def test_unrecorded_parameters_are_said_to_be(results):
    results(record([row(0.8)]))
    assert "no recorded run" in tables.agreement(record([row(0.5)], seed=7), {"precision@1": 0.01})


def test_recorded_runs_come_by_seed_or_not_at_all(results):
    for seed in (2, 0, 1):
        results(record([row(0.8)], seed=seed))
    found = tables.recorded("02_alignment", "lab")
    assert [one.record.params["seed"] for one in found] == [0, 1, 2]
    with pytest.raises(UserError, match="no record of 02_alignment on local"):
        tables.recorded("02_alignment", "local")


def test_frames_tell_stopping_most_pairs_and_percent():
    early = {"domain": "in-domain", "n_pairs": 100, "early_stopping": True}
    rows = [
        row(0.5, method="none", setting={"domain": None, "n_pairs": 0, "early_stopping": None}),
        row(0.6, setting={"domain": "in-domain", "n_pairs": 10, "early_stopping": None}),
        row(0.7),
        row(0.9, setting={"domain": "out-of-domain", "n_pairs": 900, "early_stopping": None}),
        row(0.75, method="gd", setting=early),
    ]
    frame = tables.tell_stopping(tables.rows_frame(rows))
    most = tables.in_percent(tables.with_most_pairs(frame, "in-domain"))
    assert dict(zip(most["method"], most["value"].round(6), strict=True)) == {
        "none": 50.0,
        "ridge": 70.0,
        "gd, stopped early": 75.0,
    }


def test_intervals_are_written_out():
    frame = pd.DataFrame({"value": [12.34], "low": [10.0], "high": [15.06]})
    assert list(tables.with_interval(frame)) == ["12.3 [10.0, 15.1]"]
