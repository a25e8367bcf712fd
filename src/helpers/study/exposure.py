"""Do recorded scores rest on test items that stood, unlabelled, in the pretraining corpus?

Scores of recorded runs are made again without every item of which the corpus repeats a sentence
(``models.pretrain.exposure`` names them). Of an unlabelled text no answer is learnt; what is asked
is whether its having been read moves a score. Not for what a model card counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import paths
from helpers.errors import UserError
from helpers.study.store import Stored, write_atomic
from helpers.study.transfer_scores import N_BOOT, Scored, scored, shared_rows

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.models.pretrain.exposure import Exposed, Set

FILE = paths.RESULTS / "data" / "exposure.json"
FEWEST = 30  # items on either side, below which nothing is compared


def write(found: Mapping[Set, Exposed], file: Path = FILE) -> None:
    """Keep the ids by task, language and split; read again by ``read``."""
    told: dict[str, Any] = {}
    for (task, language, split), one in found.items():
        place = told.setdefault(task, {}).setdefault(language, {})
        place[split] = {"items": one.items, "ids": " ".join(one.ids)}
    write_atomic(file, (json.dumps(told, indent=0, sort_keys=True) + "\n").encode())


def read(file: Path = FILE) -> dict[tuple[str, str], frozenset[str]]:
    """Ids by task and language, all splits together, as an id names its split.

    Errors: UserError on ``file`` where it is not there.
    """
    if not file.is_file():
        raise UserError("file", str(file), "what python -m helpers exposure wrote")
    told = json.loads(file.read_text(encoding="utf-8"))
    return {
        (task, language): frozenset(i for one in splits.values() for i in one["ids"].split())
        for task, languages in told.items()
        for language, splits in languages.items()
    }


def without_exposed(
    runs: Sequence[Stored],
    exposed: Mapping[tuple[str, str], Iterable[str]],
    where: Mapping[str, Any],
    words: Mapping[str, Any],
    *,
    n_boot: int = N_BOOT,
) -> pd.DataFrame:
    """Scores over all items, and over those that the corpus does not repeat; words alone beside.

    Repeated items are of another kind than others, so any score may move without them. What has
    read nothing, as a bag of words, tells how far; ``beyond`` is what an encoder's moves more.

    Parameters
    ----------
    runs : records that differ in nothing but the seed.
    exposed : ids by (task, language).
    where : coordinates of the rows wanted, one a task and language.
    words : coordinates in which the rows differ that they are held against.

    Returns
    -------
    One line a measurement with exposed items: name, task, target_language, encoder, ``n``,
    ``exposed`` (of them), ``all`` and ``without`` (means over seeds), ``words`` and
    ``words without``, and ``beyond``, (without - all) less the same of words, with its crossed
    interval ``low``, ``high``: NaN where fewer than ``FEWEST`` items are on either side.
    """
    import pandas as pd

    by_words = {(row.task, row.target_language): row for row in shared_rows(runs, **where | words)}
    lines = []
    for row in shared_rows(runs, **where):
        of = row.task, row.target_language
        found = scored(runs, row)
        beside = scored(runs, by_words[of]) if of in by_words else None
        if found is None or beside is None or found.ids != beside.ids:
            continue
        known = frozenset(exposed.get(of, ()))
        if any(read := [item in known for item in found.ids]):
            line = {"name": row.name, "task": row.task, "target_language": row.target_language}
            line |= {"encoder": row.encoder, "n": len(read), "exposed": sum(read)}
            lines.append(line | _told(found, beside, read, n_boot))
    return pd.DataFrame(lines)


def _told(found: Scored, beside: Scored, read: Sequence[bool], n_boot: int) -> dict[str, float]:
    import numpy as np

    from helpers.maths.item_statistics import weighted_mean
    from helpers.maths.statistics import crossed_bootstrap

    kept = ~np.array(read)
    both, seeds = np.concatenate([found.scores, beside.scores]), len(found.scores)
    statistic = found.statistic or weighted_mean

    def beyond(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        moved = statistic(scores, weights * kept) - statistic(scores, weights)
        return moved[:, :seeds] - moved[:, seeds:]

    without = statistic(both, kept[None].astype(float))[0]
    told = {"all": found.value, "without": float(without[:seeds].mean())}
    told |= {"words": beside.value, "words without": float(without[seeds:].mean())}
    told["beyond"] = told["without"] - told["all"] - (told["words without"] - told["words"])
    if min(kept.sum(), (~kept).sum()) < FEWEST:
        return told | {"low": np.nan, "high": np.nan}
    ends = crossed_bootstrap(both, statistic=beyond, clusters=found.clusters, n_boot=n_boot)
    return told | {"low": ends.low, "high": ends.high}
