"""Studies of one intermediate data set, beside the grid of chapter 7: their plan and their records.

What they measure stands in ``difficulty``, ``level_transfer`` and ``task_difficulty``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.study import store
from helpers.study.intermediate_items import Pool, pool
from helpers.study.intermediate_rules import rules
from helpers.study.plan import Outcome, Plan, made
from helpers.study.store import Stored
from helpers.study.transfer import Base, open_base


def planned(
    chapter: str, version: int, params: Any, measure: Callable[[Any, Pool, Base, bool], Outcome]
) -> Plan:
    """Plan of a study of the pool that ``params.intermediate`` names: it is read, nothing trained.

    measure : called with parameters, pool, encoder and whether progress is shown.
    """
    base = open_base(params)
    one = pool(params.intermediate, params.data, params.n_items)
    return made(
        chapter,
        version,
        params,
        names={params.encoder: base.label},
        data={f"{one.task} en {one.family.split}": one.fingerprint, "rules": rules().digest}
        | rules().beside(params.intermediate),
        encoders={base.label: base.fingerprint},
        compute=lambda progress: measure(params, one, base, progress),
        device=base.device,
        notes=one.notes,
    )


def recorded(chapter: str, data: str, encoder: str) -> list[Stored]:
    """Records under the rules that stand, of the study's own sizes, one a family and seed."""
    found = {}
    for run in store.scan(chapter=chapter)[0]:
        params = run.record.params
        if (
            run.record.data.get("source") == data
            and params["encoder"] == encoder
            and params["n_items"] == 0
            and rules().made(run.record.data["fingerprints"], params["intermediate"])
        ):
            found[params["intermediate"], params["seed"]] = run
    return [found[key] for key in sorted(found)]
