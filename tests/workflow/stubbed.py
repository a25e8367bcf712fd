"""Chapter 7 without training: a cell takes a moment and gives one row. For tests of the grid.

As a program it is `python -m helpers` with that stub: `python stubbed.py -m helpers grid ...`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from helpers.study import run as runner
from helpers.study.grid import _encoder
from helpers.study.intermediate import VERSION
from helpers.study.intermediate_data import CHAPTER
from helpers.study.intermediate_rules import rules
from helpers.study.params import build
from helpers.study.plan import Outcome, Plan, made
from helpers.study.row import Row

SECONDS = float(os.environ.get("STUB_SECONDS", "0"))
BEGUN: list[str] = []  # cells in the order in which they were begun in this process
FAILS: set[str] = set()


def name_of(params) -> str:
    return f"{params.intermediate} {getattr(params, 'mechanism', '')} {params.seed}"


def plan(chapter, params, *, progress=True) -> Plan:
    if isinstance(params, dict):
        params = build(chapter, params)
    label, fingerprint = _encoder(params)

    def compute(progress: bool) -> Outcome:
        if chapter == CHAPTER:
            BEGUN.append(f"{name_of(params)} {params.level}")
        time.sleep(SECONDS)
        if name_of(params) in FAILS:
            raise RuntimeError("planted")
        fields = {
            "name": "accuracy",
            "task": "xnli",
            "kind": "classification",
            "method": "tuned",
            "encoder": label,
            "setting": {},
            "source_language": "en",
            "target_language": "ko",
            "split": "test",
            "seed": params.seed,
            "value": time.time() % 1,  # made anew, a record differs
            "n": 9,
        }
        return Outcome([Row(**fields)])

    return made(
        chapter,
        VERSION if chapter == CHAPTER else 1,
        params,
        names={params.encoder: label},
        data={"rules": rules().digest}
        | rules().beside(params.intermediate, getattr(params, "mechanism", "items")),
        encoders={label: fingerprint},
        compute=compute,
        device="cpu",
    )


def environment(device: str = "cpu") -> dict[str, str]:
    return {"python": "3", "device": device}


if __name__ == "__main__":
    assert sys.argv[1:3] == ["-m", "helpers"], sys.argv
    sys.argv = [str(Path(__file__)), *sys.argv[3:]]
    runner.plan, runner.environment = plan, environment
    from helpers.cli import main

    main(prog_name="helpers")
