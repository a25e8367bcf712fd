"""Compressed files: .gz and .gz.xz are read as what is in them; damaged ones are refused."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.data.readers import read_file
from helpers.errors import UserError


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        ("", lambda data: data),
        (".gz", gzip.compress),
        (".xz", lzma.compress),
        (".gz.xz", lambda data: lzma.compress(gzip.compress(data))),
    ],
)
def test_layers_are_taken_off_by_name(tmp_path: Path, suffix: str, pack) -> None:
    path = tmp_path / f"x-v1.1.json{suffix}"
    path.write_bytes(pack(b"{}\n"))
    assert read_file(path, "set/x").data == b"{}\n"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "set/x: truncated: it is empty"),
        (gzip.compress(b"text" * 9)[:-9], "set/x: truncated"),
        (b"no gzip at all", "set/x: damaged: not a valid .gz stream"),
        (gzip.compress(b"text")[:12] + b"\xff" * 20, "set/x: (damaged|truncated)"),
    ],
    # Packed bytes hold the time: tests would be named otherwise in every process.
    ids=["empty", "cut short", "no gzip", "damaged"],
)
def test_damaged_files_are_refused_by_name(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(data)
    with pytest.raises(UserError, match=problem):
        read_file(path, "set/x")


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=30), st.integers(0, 60), st.binary(max_size=4))
def test_any_damage_is_a_refusal(tmp_path: Path, text: bytes, at: int, other: bytes) -> None:
    packed = gzip.compress(text)
    path = tmp_path / "x.gz"
    path.write_bytes(packed[:at] + other + packed[at + len(other) :])
    try:
        read_file(path, "set/x")
    except UserError as error:
        assert "set/x" in str(error)
