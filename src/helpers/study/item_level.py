"""Chapter 7, item by item: are translations of a hard English question answered wrongly?

Takes recorded runs of chapter 4 and the PVI of their English questions (``item_difficulty``), from
models under other seeds. Nothing is trained; the comparison is that of ``maths.added_value``, the
decision was written before in ``intermediate_rules``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.study import store
from helpers.study.courses import MRC
from helpers.study.difficulty import PVI
from helpers.study.intermediate_params import ItemDifficultyParams
from helpers.study.intermediate_rules import rules
from helpers.study.item_difficulty import CHAPTER, LENGTH, PLACE
from helpers.study.record import canonical
from helpers.study.row import Row
from helpers.study.store import Stored
from helpers.study.tables import signed
from helpers.study.transfer import TUNED
from helpers.study.transfer_data import SOURCE, TARGET
from helpers.study.transfer_rows import cluster_name
from helpers.study.transfer_tables import runs_by_encoder

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from helpers.maths.added_value import Added
    from helpers.maths.statistics import Interval

READING = "04_mrc"


@dataclass(frozen=True)
class ItemLevel:
    """What was found, over how many items, articles and seeds; ``found.by_group``: languages."""

    task: str
    languages: tuple[str, ...]
    seeds: int
    items: int
    articles: int
    difficulty_seeds: int
    found: Added

    @property
    def predicts(self) -> bool:
        """The decision of the rules."""
        return self.found.gain.low > 0


def item_level(encoder: str, data: str = "local", *, n_boot: int = 2000) -> ItemLevel | None:
    """The result by one encoder's records; None where either kind of record is missing."""
    runs = runs_by_encoder(READING, data).get(encoder, [])
    weights = runs[0].record.encoders if runs else None
    hard = [one for one in difficulties(encoder, data) if one.record.encoders == weights]
    return compared(runs, hard, n_boot=n_boot) if runs and hard else None


def difficulties(encoder: str, data: str) -> list[Stored]:
    """Records of the questions' PVI by one encoder under the rules that stand, by seed.

    Only of the study's own sizes: a trial with fewer rows is another study. Learning rates may be
    an encoder's own; of several the ones with the most seeds are taken, the study's before others.
    """
    found, _ = store.scan(chapter=CHAPTER)
    own = ItemDifficultyParams().model_dump(mode="json")
    apart = ("encoder", "data", "seed", "learning_rates")
    rates = own["learning_rates"]
    alike: dict[str, dict[int, Stored]] = {canonical(rates): {}}
    for run in found:
        params = run.record.params
        if (
            params["encoder"] == encoder
            and run.record.data.get("source") == data
            and run.record.data["fingerprints"].get("rules") == rules().items_digest
            and params["seed"] in rules().item_by_item["seeds"]
            and all(own[k] == v for k, v in params.items() if k not in apart)
        ):
            key = canonical(params.get("learning_rates", rates))
            alike.setdefault(key, {})[params["seed"]] = run
    kept = max(alike.values(), key=len)  # the first of those with the most
    return [kept[seed] for seed in sorted(kept)]


def compared(runs: Sequence[Stored], hard: Sequence[Stored], *, n_boot: int = 2000) -> ItemLevel:
    """Wrong translations with and without the PVI of the English question.

    Errors: ValueError where a run trained under a seed that PVI was told by, or lacks answers to
    the questions or their English.
    """
    import numpy as np

    from helpers.maths.added_value import added_value

    of_runs = {run.record.params["seed"] for run in runs}
    if shared := of_runs & {one.record.params["seed"] for one in hard}:
        raise ValueError(f"hard: got seed {min(shared)}, a run's own; accepted: other seeds")
    task = MRC.source[0]
    ids = hard[0].items().ids(PVI)
    right = rules().item_by_item["right"]
    # [seeds, languages, items], English first
    scores, languages = _scores(runs, task, ids)
    wrong = scores < right
    length, place = (_aligned(hard[0], name, ids) for name in (LENGTH, PLACE))
    steady = np.broadcast_to(np.stack([length, place], axis=1), (len(runs), len(ids), 2))
    known = np.concatenate([steady, ~wrong[:, 0, :, None]], axis=2)
    asked = np.mean([_aligned(one, PVI, ids) for one in hard], axis=0)
    articles = _aligned(runs[0], cluster_name(task, "en"), ids)
    found = added_value(wrong[:, 1:], known, asked, articles, n_boot=n_boot)
    sizes = len(runs), len(ids), len(np.unique(articles)), len(hard)
    return ItemLevel(task, tuple(languages[1:]), *sizes, found)


def _scores(
    runs: Sequence[Stored], task: str, ids: tuple[str, ...]
) -> tuple[np.ndarray, list[str]]:
    """F1 by each language's own rules, [seeds, languages, items]; English first."""
    import numpy as np

    by_run = [{row.target_language: row for row in _rows(run, task)} for run in runs]
    shared = set.intersection(*(set(rows) for rows in by_run))
    if "en" not in shared or len(shared) < 2:
        given = ", ".join(sorted(shared)) or "no language"
        raise ValueError(f"runs: got {task} in {given}; accepted: in English and another language")
    languages = ["en", *sorted(shared - {"en"})]
    found = [
        [_aligned(run, rows[language].key, ids) for language in languages]
        for run, rows in zip(runs, by_run, strict=True)
    ]
    return np.array(found), languages


def _rows(run: Stored, task: str) -> list[Row]:
    found = run.record.select(task=task, method=TUNED, name="F1", rules="own")
    return [row for row in found if row.setting["role"] in (SOURCE, TARGET)]


def _aligned(run: Stored, name: str, ids: tuple[str, ...]) -> np.ndarray:
    """Kept numbers in the order of the ids."""
    items = run.items()
    place = {item: number for number, item in enumerate(items.ids(name))}
    if lacking := [item for item in ids if item not in place]:
        raise ValueError(
            f"runs: {name} lacks {len(lacking)} of {len(ids)} items, {lacking[0]} first"
        )
    return items[name][[place[item] for item in ids]]


def by_language(one: ItemLevel) -> pd.DataFrame:
    """Bits saved by PVI in each language: value and interval as text."""
    import pandas as pd

    lines = [
        {"language": language, "bits saved": _told(found)}
        for language, found in zip(one.languages, one.found.by_group, strict=True)
    ]
    return pd.DataFrame(lines).set_index("language")


def text(one: ItemLevel | None) -> str:
    """The result in words; every number is the records'."""
    if one is None:
        return (
            "**Not answered yet**: runs of chapter 4 and the PVI of their English questions "
            "(`python -m helpers run item_difficulty`) are not both recorded."
        )
    found = one.found
    said = "**It does, in the mean over languages**" if one.predicts else "**It cannot be said to**"
    if one.predicts and found.odds.value > 1:
        said = "**It does, the other way round**"
    return (
        f"{said}: PVI saves {_told(found.gain)} of the {found.cost:.3f} bits that an answer costs "
        f"without it, on articles that no model was fitted on "
        f"({one.task}, {one.items} questions of {one.articles} articles, {len(one.languages)} "
        f"languages, {one.seeds} seeds; {100 * found.wrong:.0f} % of answers wrong). One standard "
        f"deviation more PVI, an easier question, goes with {found.odds.value:.2f} "
        f"[{found.odds.low:.2f}, {found.odds.high:.2f}] times the odds of a wrong answer "
        "(interval over articles, for these seeds). "
        f"(PVI: mean of {one.difficulty_seeds} {'seed' if one.difficulty_seeds == 1 else 'seeds'}, "
        "which trained none of these runs.)"
    )


def _told(interval: Interval) -> str:
    return signed(interval.value, interval.low, interval.high, digits=3)
