"""What a chapter's study hands to the runner: everything known before the work, and the work.

Planning validates parameters against the data and opens the encoders, so that a run can be
refused, or found done, before anything is computed. Not a place for any chapter's measurements.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from helpers.errors import UserError
from helpers.study.items import Items
from helpers.study.params import Params, published
from helpers.study.record import identity
from helpers.study.row import Row

S, T = TypeVar("S"), TypeVar("T")


@dataclass
class Outcome:
    """Rows and item scores of a finished study; ``notes``: what could not be measured, and why.

    ``tidy`` is called once the record stands: what an interrupted run would have needed may go.
    """

    rows: list[Row] = field(default_factory=list)
    items: Items = field(default_factory=Items)
    notes: list[str] = field(default_factory=list)
    tidy: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Plan:
    """A study ready to run.

    ``data`` and ``encoders`` hold the fingerprints, by split and by the name used in rows;
    ``compute(progress)`` does the work; ``device`` is where, for the record's environment.
    """

    chapter: str
    version: int
    params: dict[str, Any]
    data: dict[str, Any]
    encoders: dict[str, str]
    compute: Callable[[bool], Outcome]
    device: str = "cpu"
    notes: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Identity that the record of this run will have."""
        return identity(self.chapter, self.version, self.params, self.data, self.encoders)


def open_encoders(
    params: Params, names: Iterable[str], *, progress: bool
) -> dict[str, tuple[Any, str]]:
    """Encoders by the name that their rows will carry, with fingerprints; each opened once.

    Two encoders that would share a name (folders called alike) get their fingerprints added.
    """
    from helpers.models.encoder import open_encoder

    opened = [
        (
            name,
            open_encoder(
                name,
                device=params.device,
                token_budget=params.token_budget,
                seed=params.seed,
                progress=progress,
            ),
        )
        for name in names
    ]
    shown = [encoder.name for _, encoder in opened]
    result: dict[str, tuple[Any, str]] = {}
    for name, encoder in opened:
        fingerprint = encoder.fingerprint
        label = encoder.name
        if shown.count(label) > 1:
            label = f"{label}@{fingerprint[:6]}"
        if label in result:
            raise UserError("encoders", name, "each encoder once (this one is given twice)")
        result[label] = encoder, fingerprint
    return result


def made(
    chapter: str,
    version: int,
    params: Params,
    *,
    names: Mapping[str, str],
    data: Mapping[str, str],
    encoders: Mapping[str, str],
    compute: Callable[[bool], Outcome],
    device: str,
    notes: Iterable[str] = (),
) -> Plan:
    """A plan with its parameters as published; ``names`` maps encoders as given to their labels."""
    return Plan(
        chapter=chapter,
        version=version,
        params=published(params, names),
        data={"source": params.data_kind, "fingerprints": dict(sorted(data.items()))},
        encoders=dict(sorted(encoders.items())),
        compute=compute,
        device=device,
        notes=tuple(notes),
    )


def tracked(
    results: Iterable[T], things: Sequence[Any], label: Callable[[Any], str], *, progress: bool
) -> Iterator[T]:
    """The results, one a thing, with a bar on stderr that tells the time left."""
    from tqdm.auto import tqdm

    with tqdm(total=len(things), delay=1, disable=not progress, unit="cell") as bar:
        for thing, result in zip(things, results, strict=True):
            bar.set_description_str(label(thing), refresh=False)
            bar.update()
            yield result


@contextlib.contextmanager
def workers() -> Iterator[Callable[[Callable[[S], T], Iterable[S]], Iterator[T]]]:
    """An ordered map over threads, one a core, with linear algebra kept to one thread each.

    Many small problems gain nothing from threads inside each of them; and one thread adds up in one
    order, so that results do not depend on the number of cores. ``OMP_NUM_THREADS`` bounds it.
    """
    from concurrent.futures import ThreadPoolExecutor

    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(_cores()) as pool:
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    bound = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(bound)) if bound.isdigit() else cores)
