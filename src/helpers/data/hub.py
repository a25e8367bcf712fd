"""Rows of the Hugging Face hub, without its retries and tracebacks when there is no network.

Everything that ``datasets`` has cached works offline; what it has not is one refusal that says how
to mend it. `_fetch` is the seam: tests replace it with parquet files of the hub's schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helpers.data.rows import Event
from helpers.errors import UserError

if TYPE_CHECKING:
    from datasets import Dataset

    from helpers.data.tasks import HubSource

PROBE_SECONDS = 5.0


def events(source: HubSource, language: str, split: str) -> Iterator[Event]:
    """Rows of one language and split as (row number from 1, fields under our names).

    Raises
    ------
    UserError : no network and nothing cached, or the hub's columns are not the registry's.
    """
    code, part = source.codes.get(language, language), source.splits.get(split, split)
    rows = _fetch(source, code, part)
    paths = {ours: path.split(".") for ours, path in source.columns.items()}
    if missing := [path[0] for path in paths.values() if path[0] not in rows.column_names]:
        columns = f"columns {', '.join(missing)} (has: {', '.join(rows.column_names)})"
        raise UserError("data", "hub", f"a revision of {source.id} with {columns}")
    for number, row in enumerate(rows, start=1):
        yield number, row | {ours: _at(row, path) for ours, path in paths.items()}


def _at(value: object, path: list[str]) -> object:
    """What stands at a path such as ``answers.text``; None where there is no such thing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _fetch(source: HubSource, code: str, split: str) -> Dataset:
    try:
        import datasets
        from huggingface_hub import hf_hub_download

        with _no_retries():
            if source.file:
                file = hf_hub_download(
                    source.id,
                    source.file.format(code=code, split=split),
                    repo_type="dataset",
                    revision=source.revision,
                )
                return datasets.load_dataset("parquet", data_files=file, split="train")
            config = source.config.format(code=code, split=split) if source.config else None
            return datasets.load_dataset(source.id, config, split=split, revision=source.revision)
    except Exception as error:  # the hub's clients raise many kinds, all of them: not to be had
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UserError(
            "data",
            "hub",
            f"hub only with a network or a filled cache; {source.id} cannot be had ({reason}). "
            "Connect (and unset HF_HUB_OFFLINE), or use lab or local:FOLDER",
        ) from error


@contextmanager
def _no_retries() -> Iterator[None]:
    """Within, the hub's clients are offline if one quick request fails.

    They would else retry each request for half a minute before they look into their cache.
    """
    import datasets.config
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    offline = any(before) or not _reachable(constants.ENDPOINT)
    constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = offline
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = before


def _reachable(endpoint: str) -> bool:
    from huggingface_hub.utils import get_session

    try:
        get_session().head(endpoint, timeout=PROBE_SECONDS)
    except Exception:  # whatever the reason, there is no hub to ask
        return False
    return True
