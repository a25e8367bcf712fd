"""Checks that all encoders share (refusals are tested through the encoder)."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.models.protocol import check_texts, unit_rows


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text()))
def test_every_text_is_accepted_unchanged(texts):
    assert check_texts(texts) == texts
    assert check_texts(iter(texts)) == texts


def test_unit_rows_keep_directions_and_zeros():
    rows = np.array([[3.0, 4.0], [0.0, 0.0], [1e-3, 0.0]], dtype=np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [0, 0], [1, 0]], atol=1e-6)
    assert unit_rows(rows).dtype == np.float32
