"""Chapter 7: which targets are tuned after an intermediate task. Those that counted without one.

A target that its control does not learn beyond words counts for nothing (``intermediate_gate``), so
once the controls of all seeds are recorded it is not tuned after any task. Only controls are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.study import store
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_design import control
from helpers.study.intermediate_rules import NONE, rules
from helpers.study.record import digest
from helpers.study.store import Stored

_known: dict[tuple[str, ...], tuple[str, ...]] = {}  # identities of controls -> targets


def counted(told: Mapping[str, Any], fingerprint: str) -> tuple[str, ...] | None:
    """Targets that counted in the controls of every seed; None where some control is missing.

    Parameters
    ----------
    told : parameters of a run, as its record tells them; its controls have the same but the cell's.
    fingerprint : of the encoder, or how it ends.

    None, too, for generated text, of which all targets are tuned.
    """
    from helpers.study.intermediate_gate import counting, gates

    if told["data"] == "lab":
        return None
    wanted = [digest({**told, **control(seed).params}) for seed in rules().seeds]
    there = {
        digest(run.record.params): run
        for run in store.scan(chapter=CHAPTER)[0]
        if run.record.params["mechanism"] == NONE and _ours(run, told["encoder"], fingerprint)
    }
    if not all(one in there for one in wanted):
        return None
    runs = [there[one] for one in wanted]
    key = tuple(run.record.identity for run in runs)
    if key not in _known:
        passed = counting(gates(runs))
        _known[key] = tuple(one for one in passed if one not in rules().controls_only)
    return _known[key]


def _ours(run: Stored, encoder: str, fingerprint: str) -> bool:
    record = run.record
    rules_of = record.data["fingerprints"].get("rules")
    return rules_of == rules().digest and record.encoders.get(encoder, "").endswith(fingerprint)
