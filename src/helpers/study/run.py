"""The only runner: the command line, notebooks and papermill all come through ``run``.

It decides whether there is anything to do, does it, and stores the record whole. What is measured
stands in the chapters' own modules, which are imported when they are asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import UserError
from helpers.study import store
from helpers.study.params import MODELS, Params, build, model_for
from helpers.study.plan import Plan
from helpers.study.record import Record, environment

RERUN = ("always", "never", "only-missing")

# chapter -> its parameters' model and the function that plans it, "module:function"
CHAPTERS: dict[str, tuple[type[Params], str]] = {
    "01_embedding": (MODELS["01_embedding"], "helpers.study.embedding:study"),
    "02_alignment": (MODELS["02_alignment"], "helpers.study.alignment:study"),
    "03_sts": (MODELS["03_sts"], "helpers.study.transfer:sts"),
    "04_mrc": (MODELS["04_mrc"], "helpers.study.transfer:mrc"),
    "05_sentiment": (MODELS["05_sentiment"], "helpers.study.transfer:sentiment"),
    "06_complexity": (MODELS["06_complexity"], "helpers.study.complexity:study"),
    "07_intermediate": (MODELS["07_intermediate"], "helpers.study.intermediate:study"),
    "difficulty": (MODELS["difficulty"], "helpers.study.difficulty:study"),
    "encoders": (MODELS["encoders"], "helpers.study.encoders:study"),
    "item_difficulty": (MODELS["item_difficulty"], "helpers.study.item_difficulty:study"),
    "laboratory_iso": (MODELS["laboratory_iso"], "helpers.study.laboratory_iso:study"),
    "level_transfer": (MODELS["level_transfer"], "helpers.study.level_transfer:study"),
    "pretraining_alignment": (
        MODELS["pretraining_alignment"],
        "helpers.study.pretraining_alignment:study",
    ),
    "task_difficulty": (MODELS["task_difficulty"], "helpers.study.task_difficulty:study"),
}


def plan(chapter: str, params: Params | Mapping[str, Any], *, progress: bool = True) -> Plan:
    """Validate parameters against data and encoders; nothing is computed or written."""
    model = model_for(chapter)
    if not isinstance(params, model):
        params = build(chapter, params)
    module, _, function = CHAPTERS[chapter][1].partition(":")
    study: Callable[..., Plan] = getattr(importlib.import_module(module), function)
    return study(params, progress=progress)


def run(
    chapter: str,
    params: Params | Mapping[str, Any] = {},  # noqa: B006 (read only)
    *,
    out: str | Path | None = None,
    rerun: str = "only-missing",
    progress: bool = True,
) -> Record:
    """Run a chapter's study, or find it done, and return its record.

    Parameters
    ----------
    chapter : stem of the chapter's notebook, e.g. ``02_alignment``.
    params : the chapter's model (``params.AlignmentParams``) or names and values for it.
    out : folder that gets ``record.json`` and ``items.npz`` at its root; by default the store,
        ``results/<chapter>/<identity>/``.
    rerun : ``only-missing`` runs unless the very same record (parameters, data, encoders, version
        of the study) stands there; ``always`` runs and replaces it; ``never`` only reads.
    progress : bars with the time left, on stderr.

    Errors: UserError for anything that a caller can mend, before any work. A record of another run
    in ``out``, or a file there that is torn or foreign, is renamed and reported, never overwritten.
    An interrupted run leaves no half record; embeddings already computed are cached, so the next
    one goes on from them.
    """
    model_for(chapter)
    if rerun not in RERUN:
        raise UserError("rerun", rerun, RERUN)
    if out is not None and rerun != "never":
        store.check_writable(Path(out), "out")
    prepared = plan(chapter, params, progress=progress)
    folder = Path(out) if out is not None else store.folder_of(chapter, prepared.identity)
    found = _existing(folder, prepared, rerun)
    if found is not None and rerun != "always":
        return found
    if rerun == "never":
        accepted = f"a recorded run of these parameters in {folder}; only-missing would make it"
        raise UserError("rerun", rerun, accepted)
    store.check_writable(folder, "out")
    outcome = prepared.compute(progress)
    record = Record(
        chapter=chapter,
        study_version=prepared.version,
        identity=prepared.identity,
        params=prepared.params,
        data=prepared.data,
        encoders=prepared.encoders,
        environment=environment(prepared.device),
        notes=[*prepared.notes, *outcome.notes],
        rows=outcome.rows,
    )
    _make_room(folder, prepared)
    saved = store.save(record, outcome.items, folder)
    outcome.tidy()
    return saved


def run_stored(
    chapter: str, params: Params | Mapping[str, Any], *, progress: bool = True
) -> store.Stored:
    """A run that another run needs: the recorded one, else one kept in the build folder.

    Only a caller who asks for a record writes into ``results/``; what is made on the way is not.
    """
    prepared = plan(chapter, params, progress=progress)
    folder = store.folder_of(chapter, prepared.identity)
    if _existing(folder, prepared, "never") is None:
        folder = store.folder_of(chapter, prepared.identity, paths.BUILD / "runs")
    return store.Stored(run(chapter, params, out=folder, progress=progress), folder)


def _existing(folder: Path, prepared: Plan, rerun: str) -> Record | None:
    """The record of this very run, if it stands in the folder whole."""
    try:
        found = store.load(folder)
    except store.BrokenRecord as error:
        if rerun == "never":
            raise UserError(
                str(error.path), error.reason, "a whole record (only-missing makes it anew)"
            ) from error
        return None
    if found is None or (found.chapter, found.identity) != (prepared.chapter, prepared.identity):
        return None
    return found


def _make_room(folder: Path, prepared: Plan) -> None:
    """Keep what stands in the place of the new record, unless it is an earlier run of the same."""
    try:
        standing = store.load(folder)
    except store.BrokenRecord as error:
        _tell(f"{error.path.name} cannot be trusted ({error.reason})", folder, "broken")
        return
    if standing is not None and standing.identity != prepared.identity:
        _tell("record.json is of another run", folder, standing.identity)


def _tell(what: str, folder: Path, label: str) -> None:
    kept = store.set_aside(folder, label)
    print(f"{folder}: {what}; kept as {kept.name}", file=sys.stderr)
