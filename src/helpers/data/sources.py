"""Load a task's rows from any of its three sources, in the same normalised columns.

``lab`` is generated, offline, the default; ``local:FOLDER`` holds published files in their original
formats and names (relative to the current directory; each set in its folder, or one set alone);
``hub`` is the Hugging Face hub. A caller cannot tell from the table which it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.data.readers import ALIGNED, READERS, File, read_file
from helpers.data.rows import Event, Labels, RowProblem, Rows, collect, draw, join
from helpers.data.tasks import HubSource, LocalSource, Task, task
from helpers.errors import UserError

if TYPE_CHECKING:
    from types import ModuleType

SOURCES = "lab, local:FOLDER, hub"
# Rows of the laboratory where the caller names no number
LAB_SIZES = {"train": 2000}
LAB_SIZE = 1000


def load(
    name: str,
    language: str,
    split: str,
    source: str = "lab",
    *,
    n: int | None = None,
    seed: int = 0,
) -> Rows:
    """Load one language and split of a task.

    Parameters
    ----------
    name : a task of the registry. language : ISO 639-1. split : train, dev or test as published.
    source : ``lab``, ``local:FOLDER`` or ``hub``.
    n : rows wanted; None: all (laboratory: 2,000 to train on, else 1,000). Fewer than there are
        are drawn with ``seed`` and stay in order; the laboratory generates ``n`` from ``seed``.

    Returns
    -------
    Rows : table in the columns `rows.COLUMNS` of the task's kind, report, content fingerprint.

    Raises
    ------
    UserError : before any work where a name is wrong or the source has no such language or split;
        later where a file is damaged. Malformed rows do not raise: they are counted in the report.
    """
    spec = task(name)
    check_n(n)
    languages_there = available(name, source)
    if language not in languages_there:
        raise UserError("language", language, languages_there)
    if split not in languages_there[language]:
        raise UserError("split", split, languages_there[language])
    if spec.built:
        from helpers.data.lareqa import retrieval_rows

        base = load(spec.built, language, split, source, n=n, seed=seed)
        return retrieval_rows(base, language)
    if source == "lab":
        return _load_lab(spec, language, split, n, seed)
    if source == "hub":
        return draw(_load_hub(spec, language, split), n, seed)
    return draw(_load_local(spec, language, split, _folder(source)), n, seed)


def check_n(n: object) -> None:
    """Refuse what is no number of rows: neither None nor a positive whole number."""
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
        raise UserError("n", n, "a positive whole number")


def languages(name: str, source: str = "lab") -> tuple[str, ...]:
    """Languages of a task that ``source`` has, in the registry's order.

    For ``hub`` these are the ones that the registry knows to be there; no network is used.

    >>> languages("korsts", "hub")
    ('ko',)
    """
    return tuple(available(name, source))


def available(name: str, source: str = "lab") -> dict[str, tuple[str, ...]]:
    """Splits of a task by language, as far as ``source`` has them.

    Raises
    ------
    UserError : the source is misspelt or its folder is missing; the task is not to be had there.

    >>> available("tatoeba", "hub")["zh"]
    ('test',)
    """
    spec = task(name)
    if spec.built:
        found = available(spec.built, source)
        return {x: found[x] for x in found if source == "lab" or x in spec.languages}
    if source == "lab":
        found = _available_lab(spec)
    elif source == "hub":
        found = dict.fromkeys(spec.hub.languages, spec.splits) if spec.hub else {}
    else:
        folder = _folder(source)
        found = {}
        for language in spec.languages:
            splits = [s for s in spec.splits if _find(spec, language, s, folder)]
            if splits:
                found[language] = tuple(splits)
    if not found:
        raise UserError("data", source, f"a source with rows of {name}: {_where(spec)}")
    return found


def _where(spec: Task) -> str:
    """How each source of a task is spelt, and for a folder what has to lie in it."""
    spelt = {
        "lab": "lab",
        "local": "local:FOLDER with "
        + " or ".join(
            f"{local.folder}/{file}[.xz]"
            for local in spec.local
            for split in spec.splits[: None if isinstance(local.files, Mapping) else 1]
            for file in local.patterns(split)
        ),
        "hub": "hub",
    }
    return "; ".join(spelt[source] for source in spec.sources)


# -- the laboratory


def _lab() -> ModuleType:
    from helpers.data.lab import api

    return api


def _available_lab(spec: Task) -> dict[str, tuple[str, ...]]:
    if spec.lab is None:
        return {}
    # In retrieval the other side is always English
    there = [x for x in _lab().LANGUAGES if spec.kind != "retrieval" or x != "en"]
    chosen = spec.lab.languages or there
    return {language: tuple(_lab().SPLITS) for language in there if language in chosen}


def _load_lab(spec: Task, language: str, split: str, n: int | None, seed: int) -> Rows:
    size = n or LAB_SIZES.get(split, LAB_SIZE)
    lab, depth = _lab(), spec.lab.depth
    own = {} if depth is None else {"dials": lab.Dials(depth=depth)}
    table = lab.table(spec.lab.kind, language, split, size, seed, **own)
    # a column of empty strings is one that the task does not have
    there = [column for column in table if table[column].ne("").any()]
    events = enumerate(table[there].to_dict("records"), start=1)
    name = f"laboratory {spec.lab.kind} {language} {split}"
    return collect(
        events,
        spec.kind,
        prefix=split,
        language=language,
        files=(name,),
        keep_ids=True,
        labels=Labels(spec.labels),
    )


# -- a folder


def _folder(source: str) -> Path:
    kind, _, name = source.partition(":")
    if kind != "local" or not name:
        raise UserError("data", source, SOURCES)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise UserError(
            "data", source, f"a folder that exists; there is none at {folder.resolve()}"
        )
    return folder


def _find(
    spec: Task, language: str, split: str, folder: Path
) -> tuple[LocalSource, list[tuple[Path, str]]] | None:
    """The first of the task's local sources whose files are all there: (source, (path, name))."""
    for local in spec.local:
        patterns = local.patterns(split)
        if language not in local.languages or not patterns:
            continue
        names = {
            "code": local.codes.get(language, language),
            "language": language,
            "split": local.splits.get(split, split),
        }
        # the folder of all sets, or the one set's own
        for base in (folder / local.folder, folder):
            files = [_find_file(base, file.format(**names)) for file in patterns]
            if all(path is not None for path in files):
                inside = [path.relative_to(base).as_posix() for path in files]
                return local, [
                    (path, f"{local.folder}/{name}")
                    for path, name in zip(files, inside, strict=True)
                ]
    return None


def _find_file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.xz") if path.is_file()), None)


def _load_local(spec: Task, language: str, split: str, folder: Path) -> Rows:
    local, found = _find(spec, language, split, folder)
    files: list[File] = [read_file(path, name) for path, name in found]
    options = {} if local.columns is None else {"columns": local.columns}
    parts: list[Rows] = []
    # Lines of aligned files make one row; other files follow one upon the other
    for group in [files] if local.reader in ALIGNED else [[file] for file in files]:
        events: Iterator[Event] = READERS[local.reader](*group, **options)
        events = only(events, local, language, split)
        part = collect(
            events,
            spec.kind,
            prefix=_prefix(local.id or spec.id, local, language, split),
            first=sum(part.report.rows_read for part in parts),
            language=language,
            files=tuple(file.name for file in group),
            labels=Labels(spec.labels, local.labels),
        )
        parts.append(_not_empty(part))
    return join(parts)


def _prefix(pattern: str, source: LocalSource | HubSource, language: str, split: str) -> str:
    code = source.codes.get(language, language)
    return pattern.format(code=code, language=language, split=split)


def only(
    events: Iterator[Event], source: LocalSource | HubSource, language: str, split: str
) -> Iterator[Event]:
    """The events of one language, of a table that holds several: by how some fields start.

    Those of other languages are no rows of this one. What could not be read may be of any.
    """
    code = source.codes.get(language, language)
    names = {"code": code, "language": language, "split": split}
    starts = {key: value.format(**names) for key, value in source.only.items()}
    for line, fields in events:
        if isinstance(fields, RowProblem) or all(
            str(fields.get(key)).startswith(start) for key, start in starts.items()
        ):
            yield line, fields


def _not_empty(rows: Rows) -> Rows:
    """Refuse a file of which nothing could be used: it is not in the format it should be in."""
    if rows.report.rows_kept:
        return rows
    first = rows.report.skipped[0] if rows.report.skipped else None
    why = f"line {first.line}: {first.reason}" if first else "it has none"
    given = f"{' and '.join(rows.report.files)}: no usable row ({why})"
    raise UserError("data", given, "a file in its published format")


# -- the hub


def _load_hub(spec: Task, language: str, split: str) -> Rows:
    from helpers.data import hub

    rows = collect(
        only(hub.events(spec.hub, language, split), spec.hub, language, split),
        spec.kind,
        prefix=_prefix(spec.id, spec.hub, language, split),
        language=language,
        files=(f"{spec.hub.id}@{spec.hub.revision}",),
        labels=Labels(spec.labels, spec.hub.labels),
    )
    return _not_empty(rows)
