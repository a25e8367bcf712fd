"""How hard a labelled task is, by several measures that need not agree.

| measure | unit | more is | needs |
|---|---|---|---|
| `difficulty` (1 - chance-corrected accuracy) | share | harder | item scores, chance |
| `distance_to_human` | share | harder | item scores, a published human level |
| `v_information` | bits an item | easier | log-probabilities of gold, with and without the input |
| `information_gained` | bits an item | taught | the same, before and after training |
| `online_code` | bits; compression: a ratio | easier (compression) | log-probabilities in blocks |
| `learning_curve_area` | share | easier | scores by training size |

Each is a mean of items, or a monotone function of one, so its interval is that of
`statistics.crossed_bootstrap`. All speak of a task as one family of models sees it, on these items.
Log-probabilities are natural logarithms (as libraries give them) of the gold label, of items that
the model was not trained on. Not for transfer (`transfer`), nor for what makes a task hard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.maths.statistics import Interval, crossed_bootstrap


def chance_corrected(scores: ArrayLike, chance: float) -> np.ndarray:
    """(score - chance) / (1 - chance): 0 is what no skill gets, 1 is perfect, below 0 is worse.

    With chance = 1 / labels this is S of Bennett, Alpert and Goldstein 1954 ("Communications
    through limited-response questioning", Public Opinion Quarterly 18); kappa has the same form.

    scores : any shape, item scores (right or wrong) or a whole accuracy. Linear, so the mean over
    items of the answer is the answer of the mean. Raises ValueError unless 0 <= chance < 1.

    >>> chance_corrected([0.5, 0.75, 1.0], chance=0.5)
    array([0. , 0.5, 1. ])
    """
    if not 0 <= chance < 1:
        raise ValueError(f"chance: got {chance}; accepted: from 0, below 1")
    return (_numbers(scores, "scores") - chance) / (1 - chance)


def difficulty(scores: ArrayLike, chance: float) -> np.ndarray:
    """1 - `chance_corrected`: the share of the way from chance to perfect that is missing.

    >>> difficulty(0.75, chance=0.5).item()
    0.5
    """
    return 1 - chance_corrected(scores, chance)


def distance_to_human(scores: ArrayLike, human: float, chance: float = 0.0) -> np.ndarray:
    """(human - score) / (human - chance): 1 at chance, 0 at the human level, below 0 past it.

    For tasks whose people do not agree perfectly, so that 1 is not what can be had. `human` is a
    published figure for one set of items and annotators, taken as known: no interval is its own.
    Linear in `scores`, as `chance_corrected`. Raises ValueError unless 0 <= chance < human <= 1.

    >>> distance_to_human([0.5, 0.7, 0.9], human=0.9, chance=0.5).round(3)
    array([1. , 0.5, 0. ])
    """
    if not 0 <= chance < human <= 1:
        raise ValueError(
            f"human: got {human} with chance {chance}; accepted: 0 <= chance < human <= 1"
        )
    return (human - _numbers(scores, "scores")) / (human - chance)


def surprisal(log_probabilities: ArrayLike) -> np.ndarray:
    """-log2 of the probability of gold: bits that each item costs; input in natural logarithms.

    Raises ValueError for a probability above 1 or of 0 (whose cost is infinite: a model that gives
    it is to be smoothed, and it is the caller who knows how).

    >>> surprisal(np.log([0.5, 0.25, 1.0])).round(3) + 0
    array([1., 2., 0.])
    """
    x = _numbers(log_probabilities, "log_probabilities")
    if x.size and x.max() > 1e-6:
        raise ValueError(
            f"log_probabilities: got {x.max():.4g}; accepted: natural logarithms of probabilities, "
            "0 or below"
        )
    return -np.minimum(x, 0) / np.log(2)


def pvi(with_input: ArrayLike, without_input: ArrayLike) -> np.ndarray:
    """Pointwise V-information: bits about its label that the input of each item gives the model.

    PVI(x -> y) = -log2 g[empty](y) + log2 g'[x](y), with g' fine-tuned on inputs and g on empty
    ones, both of family V (Ethayarajh et al. 2022, arXiv 2110.08420). Below 0 where the input
    misleads. The lower, the harder the item.

    with_input, without_input : log-probabilities, of one shape or one row for all seeds: (items,),
    (seeds, items). Raises ValueError that names the argument.

    >>> pvi(np.log([1.0, 0.5, 0.25]), np.log([0.5, 0.5, 0.5])).round(3)
    array([ 1.,  0., -1.])
    """
    seeing, blind = surprisal(with_input), surprisal(without_input)
    if seeing.shape[-1:] != blind.shape[-1:] or blind.size not in {seeing.size, blind.shape[-1]}:
        raise ValueError(
            f"without_input: got shape {blind.shape}; accepted: {seeing.shape}, as with_input, or "
            "one row of it"
        )
    return blind - seeing


@dataclass(frozen=True)
class VInformation:
    """H_V(Y) without input, H_V(Y|X) with it, and their difference I_V(X -> Y); bits an item."""

    without_input: Interval
    with_input: Interval
    information: Interval


def v_information(
    with_input: ArrayLike,
    without_input: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> VInformation:
    """Usable information I_V(X -> Y) = H_V(Y) - H_V(Y|X), the mean of `pvi`.

    Xu et al. 2020, arXiv 2002.10689: from 0 (the input is of no use to the family) to H(Y) where
    gold can be read off; estimated on held-out items it can be below 0 by a little, or by much
    where the model is over-confident. Arguments as in `pvi`, the others as for `crossed_bootstrap`.

    >>> found = v_information(np.log([1.0] * 4), np.log([0.25] * 4))
    >>> print(found.without_input, found.with_input, found.information)
    2.000 [2.000, 2.000] 0.000 [0.000, 0.000] 2.000 [2.000, 2.000]
    """
    information = pvi(with_input, without_input)
    options = {"clusters": clusters, "level": level, "n_boot": n_boot, "seed": seed}
    return VInformation(
        crossed_bootstrap(surprisal(without_input), **options),
        crossed_bootstrap(surprisal(with_input), **options),
        crossed_bootstrap(information, **options),
    )


def information_gained(
    after: ArrayLike,
    before: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> Interval:
    """Bits an item that training added: the mean of `pvi` after, minus before, on the same items.

    after, before : (items,) or (seeds, items); one row of `before` may serve all seeds. Others as
    for `crossed_bootstrap`. Raises ValueError that names the argument.

    >>> print(information_gained([0.9, 1.0, 0.8, 0.9], [[0.1, 0.2, 0.0, 0.1]]))
    0.800 [0.800, 0.800]
    """
    later, earlier = _numbers(after, "after"), _numbers(before, "before")
    if later.shape[-1:] != earlier.shape[-1:] or earlier.size not in {
        later.size,
        earlier.shape[-1],
    }:
        raise ValueError(
            f"before: got shape {earlier.shape}; accepted: {later.shape}, as after, or one row"
        )
    return crossed_bootstrap(
        later - earlier, clusters=clusters, level=level, n_boot=n_boot, seed=seed
    )


@dataclass(frozen=True)
class OnlineCode:
    """Length of the labels' online code, that of their uniform code (bits), and the compression."""

    bits: Interval
    uniform_bits: float
    compression: Interval


def online_code(
    blocks: Sequence[ArrayLike],
    *,
    first: int,
    n_labels: int,
    level: float = 0.95,
    n_boot: int = 2000,
    seed: int = 0,
) -> OnlineCode:
    """Online (prequential) code length of the labels given the inputs, and how far it compresses.

    The first block is sent with a uniform code, every other with the model trained on all that
    came before it:

        L = first log2 K - sum over blocks i of log2 p(labels of block i | model of blocks < i),
        compression = n log2 K / L,

    (Voita and Titov 2020, arXiv 2003.12298; Blier and Ollivier 2018, arXiv 1802.07044).
    A task that is learned from few items has a short code. 1: nothing learned.

    Parameters
    ----------
    blocks : one array a block after the first: natural log-probabilities of gold, (items,) or
        (seeds, items), two items or more.
    first : number of items of the first block; n_labels : K.
    level, n_boot, seed : as for `crossed_bootstrap`. Items are redrawn within their blocks; the
        order of the items and the blocks' sizes are taken as they are.

    Raises ValueError that names the argument.

    >>> found = online_code([np.log([0.5] * 10), np.log([1.0] * 20)], first=10, n_labels=2)
    >>> print(found.bits, found.uniform_bits, found.compression)
    20.000 [20.000, 20.000] 40.0 2.000 [2.000, 2.000]
    """
    if first < 1:
        raise ValueError(f"first: got {first}; accepted: 1 or more items")
    if n_labels < 2:
        raise ValueError(f"n_labels: got {n_labels}; accepted: 2 or more")
    if not len(blocks):
        raise ValueError("blocks: got none; accepted: one or more after the first")
    costs = []
    for i, block in enumerate(blocks):
        try:
            costs.append(np.atleast_2d(surprisal(block)))
        except ValueError as error:
            raise ValueError(f"blocks[{i}]: {error}") from error
        if costs[i].shape[1] < 2 or len(costs[i]) != len(costs[0]):
            raise ValueError(
                f"blocks[{i}]: got shape {costs[i].shape}; accepted: ({len(costs[0])} seeds, 2 "
                "items or more)"
            )
    # The sum of all costs, as a mean over blocks: each item stands for its block's size times the
    # number of blocks.
    scaled = [cost * (cost.shape[1] * len(costs)) for cost in costs]
    learned = crossed_bootstrap(scaled, shared_items=False, level=level, n_boot=n_boot, seed=seed)
    start = first * np.log2(n_labels)
    uniform = float(start + sum(cost.shape[1] for cost in costs) * np.log2(n_labels))
    value, low, high = (float(start + part) for part in (learned.value, learned.low, learned.high))
    # Below the first block's cost no code can be; a rescaled replicate may.
    low, high = max(low, float(start)), max(high, float(start))
    about = learned.level, learned.method, learned.covers
    return OnlineCode(
        Interval(value, low, high, *about),
        uniform,
        Interval(uniform / value, uniform / high, uniform / low, *about),
    )


def learning_curve_area(
    sizes: ArrayLike, scores: ArrayLike, *, chance: float = 0.0, ceiling: float = 1.0
) -> np.ndarray:
    """Area under the learning curve over log training size, 0 at chance throughout, 1 at ceiling.

    Trapezoids over log(size), divided by their width, then (area - chance) / (ceiling - chance):
    as the Active Learning Challenge has it (Guyon et al. 2011, JMLR W&CP 16). It is a weighted mean
    of the points, so item scores give item areas, whose mean is the area; `crossed_bootstrap` takes
    them.

    Parameters
    ----------
    sizes : (points,) training sizes, rising, two or more; log-spaced ones weigh alike (the two
        ends half).
    scores : (points, ...): one score a point, or (points, seeds, items).
    chance, ceiling : what no skill gets and what can be had (1, or the human level).

    Returns the array of the remaining axes. Raises ValueError that names the argument.

    >>> learning_curve_area([10, 100, 1000], [0.5, 0.75, 1.0], chance=0.5).item()
    0.5
    """
    x, y = _numbers(sizes, "sizes"), _numbers(scores, "scores")
    if x.ndim != 1 or len(x) < 2 or x[0] <= 0 or (np.diff(x) <= 0).any():
        raise ValueError(f"sizes: got {x.tolist()}; accepted: two or more rising numbers above 0")
    if y.shape[:1] != x.shape:
        raise ValueError(f"scores: got shape {y.shape}; accepted: {len(x)} points first")
    if not chance < ceiling:
        raise ValueError(f"ceiling: got {ceiling}; accepted: above chance, {chance}")
    steps = np.diff(np.log(x))
    weights = (np.append(steps, 0) + np.append(0, steps)) / (2 * steps.sum())
    return (np.tensordot(weights, y, axes=1) - chance) / (ceiling - chance)


def levels_by_pvi(pvi: ArrayLike, labels: ArrayLike, k: int = 4) -> np.ndarray:
    """(items,): difficulty level of each item, 0 (easiest, highest PVI) to k - 1 (hardest).

    Quantiles within each label, so that all levels have the labels in one proportion: a label that
    is hard as a whole would else fill the last level. Sizes of levels differ by one item at the
    most, and so do their shares of any label (what is left over of each is dealt in turn). Of equal
    PVI the item of the lower index is the easier.

    pvi : (items,), the mean over seeds where there are several; labels : (items,). Raises
    ValueError that names the argument.

    >>> levels_by_pvi([0.9, 0.1, 0.5, 0.7, -1.0, 0.2], ["a", "a", "a", "a", "b", "b"], k=2)
    array([0, 1, 1, 0, 1, 0])
    """
    x, y = _numbers(pvi, "pvi"), np.asarray(labels)
    if x.ndim != 1 or not x.size:
        raise ValueError(f"pvi: got shape {x.shape}; accepted: (items,)")
    if y.shape != x.shape:
        raise ValueError(f"labels: got shape {y.shape}; accepted: {x.shape}, a label an item")
    if not 1 <= k <= len(x):
        raise ValueError(f"k: got {k}; accepted: 1 to {len(x)}, the number of items")
    levels = np.empty(len(x), dtype=np.int64)
    dealt = 0  # what earlier labels had left over: the next level in turn
    for label in np.unique(y):
        of_label = np.flatnonzero(y == label)
        easiest_first = of_label[np.argsort(-x[of_label], kind="stable")]
        sizes = np.full(k, len(of_label) // k)
        left = len(of_label) % k
        sizes[(dealt + np.arange(left)) % k] += 1
        dealt += left
        levels[easiest_first] = np.repeat(np.arange(k), sizes)
    return levels


def _numbers(values: ArrayLike, name: str) -> np.ndarray:
    try:
        x = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: got no array of numbers ({error})") from error
    if not np.isfinite(x).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(x))[0])
        raise ValueError(f"{name}: got {x[where]} at {where}; accepted: finite numbers")
    return x
