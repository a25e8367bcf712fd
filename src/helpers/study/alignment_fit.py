"""Chapter 2: learn every map from pairs and score it on pairs that it never saw.

One map at a time, arrays in and numbers per item out; which encoders, languages and numbers of
pairs are gone through stands in ``alignment``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

NORMALISE = ("unit", "centre")
NEIGHBOURS = 10
DIRECTIONS = ("target->source", "source->target")
CONTROLS = ("centre", "random-rotation")
# What the slow methods may spend: while a page is read, along the sample-size curve, and at its
# end, where they are to show what they can do. How far a descent came is told by the rows "fit
# steps" and "alignment loss".
SPEND: dict[str, dict[str, dict[str, Any]]] = {
    "live": {
        "cca": {"regularisation": 0.1},
        "gd": {"n_steps": 100, "patience": 25},
        "gd-orthogonal": {"n_steps": 50},
    },
    "quick": {
        "cca": {"regularisation": 0.1},
        "gd": {"n_steps": 200, "patience": 50},
        "gd-orthogonal": {"n_steps": 100},
    },
    "patient": {
        "gd": {"n_steps": 3000},
        "gd-orthogonal": {"n_steps": 1000},
    },
}
CURVE_POINTS = 64  # of a loss curve in a record, evenly apart on a logarithmic scale of steps


@dataclass(frozen=True)
class Variant:
    """A method as this chapter runs it.

    ``early_stopping`` is None where it has no meaning. ``whole_only`` methods are learnt from all
    pairs only; while a page is read ``slow`` ones are too, and both in domain only.
    """

    method: str
    early_stopping: bool | None = None
    slow: bool = False
    whole_only: bool = False

    @property
    def label(self) -> str:
        """For messages: ``gd``, ``gd stopped early``."""
        return f"{self.method} stopped early" if self.early_stopping else self.method


VARIANTS = (
    *(Variant(method) for method in (*CONTROLS, "least-squares", "ridge", "procrustes")),
    Variant("cca", slow=True),
    Variant("gd", early_stopping=True, slow=True),
    Variant("gd", early_stopping=False, slow=True),
    Variant("gd-orthogonal", early_stopping=False, whole_only=True),
)


@dataclass(frozen=True)
class Fitted:
    """A learned map and the seconds it took; of a descent, its steps and loss curves as well.

    ``curves``: "loss" and, with early stopping, "validation", each read at "steps".
    """

    aligner: Any
    seconds: float
    steps: int | None = None
    curves: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_zero(self) -> bool:
        """Whether the map sends everything to one point: no step helped pairs held out."""
        return not self.aligner.W_.any()


def fit(
    variant: Variant, X: np.ndarray, Y: np.ndarray, seed: int, *, spend: str = "quick"
) -> Fitted:
    """Learn one map from pairs X, Y; ValueError (of the maths floor) where they do not allow it.

    ``spend`` names the options of SPEND that slow methods get.
    """
    from helpers.maths.alignment import make_aligner

    options = dict(SPEND[spend].get(variant.method, {}))
    if variant.early_stopping is not None:
        options["early_stopping"] = variant.early_stopping
    aligner = make_aligner(variant.method, normalise=NORMALISE, seed=seed, **options)
    started = time.perf_counter()
    aligner.fit(X, Y)
    seconds = time.perf_counter() - started
    if variant.early_stopping is None:
        return Fitted(aligner, seconds)
    curves = {"steps": aligner.curve_steps_, "loss": aligner.loss_curve_}
    if len(aligner.validation_curve_):
        curves["validation"] = aligner.validation_curve_
    return Fitted(aligner, seconds, int(aligner.curve_steps_[-1]), _thinned(curves))


def _thinned(curves: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """At most CURVE_POINTS places of curves of one length, the first and the last among them."""
    import numpy as np

    length = len(curves["steps"])
    places = np.unique(np.geomspace(1, length, CURVE_POINTS).round().astype(int) - 1)
    return {name: curve[places] for name, curve in curves.items()}


def precision(
    mapped: np.ndarray, into: np.ndarray, similarity: str = "cosine"
) -> dict[str, np.ndarray]:
    """Precision@1 of each item in both directions; row i of either side is pair i."""
    from helpers.maths.retrieval import precision_at_k

    options = {"k": 1, "similarity": similarity, "csls_k": NEIGHBOURS}
    return {
        "target->source": precision_at_k(mapped, into, **options),
        "source->target": precision_at_k(into, mapped, **options),
    }


def relative_loss(mapped: np.ndarray, into: np.ndarray) -> np.ndarray:
    """Squared error of each pair over the variance of the side mapped into.

    Its mean is 1 for a map that answers every sentence with the mean, whatever the scale of the
    space; so raw, normalised and canonical spaces can stand in one table.
    """
    import numpy as np

    into = np.asarray(into, dtype=np.float64)
    variance = np.mean(np.sum((into - into.mean(axis=0)) ** 2, axis=1))
    return np.sum((mapped - into) ** 2, axis=1) / max(variance, np.finfo(float).tiny)


def geometry(
    mapped: np.ndarray, into: np.ndarray, *, partition: bool = True
) -> list[tuple[str, dict[str, str], float]]:
    """(name, setting, value): hubness of each side's pool, and two measures of isotropy a side.

    ``partition`` isotropy, of which an eigendecomposition is needed, can be left out.
    """
    from helpers.maths.geometry import average_cosine, hubness, partition_isotropy

    k = min(NEIGHBOURS, len(into))
    found = [
        ("hubness", {"direction": "target->source"}, hubness(mapped, into, k=k)),
        ("hubness", {"direction": "source->target"}, hubness(into, mapped, k=k)),
    ]
    for side, rows in (("target", mapped), ("source", into)):
        found.append(("average cosine", {"side": side}, average_cosine(rows)))
        if partition:
            value = partition_isotropy(rows, unit=True)
            found.append(("partition isotropy", {"side": side}, value))
    return found
