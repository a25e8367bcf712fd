"""Figure of languages by overlap: its labels can be read, and no panel is left blank."""

from __future__ import annotations

import itertools

import matplotlib
import numpy as np
import pandas as pd

from helpers.study.embedding_plots import clear_offsets, languages_by_overlap


def test_labels_of_a_crowd_touch_neither_each_other_nor_a_dot():
    crowd = np.array([[100.0, 100.0 + 3 * i] for i in range(8)])
    labels = crowd[[0, 3, 6]] + np.array(clear_offsets(crowd, [0, 3, 6]))
    for one, other in itertools.combinations(labels, 2):
        assert (np.abs(one - other) >= [10, 8]).any()
    for label in labels:
        assert (np.abs(crowd - label) >= [7.5, 6]).any(axis=1).all()


def test_only_the_named_are_written_and_low_panels_share_an_axis_of_their_own():
    matplotlib.use("agg")
    frame = pd.DataFrame(
        [
            (encoder, language, overlap, scale * (1 + i), script)
            for encoder, scale in (("models/a", 1.0), ("b", 1.5), ("c", 30.0))
            for i, (language, overlap, script) in enumerate(
                [("ko", 0.0, "other"), ("ja", 0.0, "other"), ("de", 0.05, "Latin script")]
            )
        ],
        columns=["encoder", "target_language", "overlap", "value", "script"],
    )
    figure = languages_by_overlap(frame, named=["ko", "de"], x_label="overlap", label="found")
    low, middle, high, blank = figure.axes
    assert [sorted(t.get_text() for t in axis.texts) for axis in (low, high)] == [["de", "ko"]] * 2
    assert low.get_ylim() == middle.get_ylim()
    assert 4.5 < low.get_ylim()[1] < 10 < 90 < high.get_ylim()[1]
    assert low.get_title() == "a"
    assert not blank.get_visible()
