"""Figures of chapter 7: tidy frames in, a figure out, at book width and colour-blind safe.

As ``transfer_plots``. Reads nothing and computes nothing but the ends of drawn intervals: frames
come from ``intermediate_tables`` and ``intermediate_secondary``. A family has one colour and one
marker on all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.study.intermediate_classical import LIKE
from helpers.study.intermediate_rules import rules
from helpers.study.plots import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.maths.decisions import Inference
    from helpers.study.laboratory_iso_tables import Summary

_MARKERS = "osd^vP*X"
_COLOURS = (0, 1, 2, 3, 4, 5, 9, 7)  # of the palette, less its faint pink
GAIN = "gain over no intermediate task (points)"
DIFFICULTY = "measured difficulty (share of the way to perfect that is missing)"


def _look(family: str) -> dict[str, object]:
    import seaborn

    place = list(rules().tasks).index(family)
    look = {"marker": _MARKERS[place % 8]}
    look |= {"color": seaborn.color_palette("colorblind", 10)[_COLOURS[place % 8]]}
    return look if family in rules().families else {**look, "mfc": "white"}


def answer(effects: pd.DataFrame, primary: Inference | None) -> Figure:
    """Effect of every data set with two standard errors, and their mean with both its intervals.

    effects : columns family, effect, error (NaN: none). The grey band is smaller than of interest.
    """
    figure, axis = _one(1.3 + 0.28 * (len(effects) + (primary is not None)))
    for line, row in enumerate(effects.itertuples()):
        error = 0.0 if row.error != row.error else 2 * row.error
        axis.errorbar(row.effect, line, xerr=error, ms=5, elinewidth=1, **_look(row.family))
    names = list(effects["family"])
    if primary is not None:
        for low, high, width in (
            (primary.low, primary.high, 1.2),
            (primary.inner_low, primary.inner_high, 4),
        ):
            ends = [[primary.mean - low], [high - primary.mean]]
            look = {"marker": "D", "ms": 6, "color": "black", "elinewidth": width}
            axis.errorbar(primary.mean, len(names), xerr=ends, **look)
        outer, inner = 100 * primary.level, 100 * (2 * primary.level - 1)
        names.append(f"mean, {outer:.0f} % interval (thick: {inner:.0f} %)")
    smallest = rules().smallest_effect
    axis.axvspan(-smallest, smallest, color="0.9", zorder=0)
    axis.axvline(0, color="0.4", lw=0.8)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel("gain, hardest level less easiest (points); band: too small to matter")
    return figure


def levels(hard: pd.DataFrame, mechanism: str) -> Figure:
    """Measured difficulty by level, mean over seeds: a panel a data set, the others in grey."""
    own = hard[hard["mechanism"].eq(mechanism)]
    mean = own.groupby(["family", "level"])["difficulty"].mean().unstack("level")
    names = [name for name in rules().families if name in mean.index]
    figure, axes = _panels(names)
    for axis, name in zip(axes.flat, names, strict=False):
        for other in names:
            axis.plot(mean.columns, mean.loc[other], color="0.85", lw=1)
        axis.plot(mean.columns, mean.loc[name], ms=5, **_look(name))
        axis.axhline(1, color="0.5", ls=":", lw=1)
        axis.set(title=name, xticks=range(rules().levels))
    figure.supxlabel("level, 0 the easiest", fontsize="medium")
    figure.supylabel("measured difficulty\n(1: chance, 0: perfect)", fontsize="medium", ha="center")
    return figure


def taught(squares: Mapping[str, pd.DataFrame]) -> Figure:
    """Score on every level after learning from every level: a square a data set.

    squares : by data set, level learnt down, level scored across; 0 is chance, 1 perfect.
    """
    import matplotlib.pyplot as plt
    import seaborn

    rows = max(1, -(-len(squares) // 4))
    figure, axes = plt.subplots(
        rows, 4, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (name, square) in zip(axes.flat, squares.items(), strict=False):
        look = {"vmin": -1, "vmax": 1, "cmap": "vlag_r", "cbar": False, "annot_kws": {"size": 8}}
        seaborn.heatmap(square, ax=axis, annot=True, fmt="+z.1f", square=True, **look)
        axis.set(title=name, xlabel="", ylabel="")
        axis.tick_params(axis="y", rotation=0)
    for axis in axes.flat[len(squares) :]:
        axis.set_visible(False)
    figure.supxlabel("level scored", fontsize="medium")
    figure.supylabel("level learnt from", fontsize="medium")
    figure.set_size_inches(WIDTH, 0.5 + 2.0 * rows)
    return figure


def slopes(points: pd.DataFrame, effects: pd.DataFrame) -> Figure:
    """Gain against measured difficulty: a panel a data set, a dot a run, the line through them.

    points : columns family, difficulty, gain, seed. What is particular to a seed is taken out of
    its dots, as the slope within seeds takes it: they are moved to the mean of all seeds. Where
    ``effects`` has none, there is no line. The grey band is smaller than of interest.
    """
    import numpy as np

    names = [name for name in rules().families if name in set(points["family"])]
    figure, axes = _panels(names)
    smallest = rules().smallest_effect
    for axis, name in zip(axes.flat, names, strict=False):
        own = points[points["family"].eq(name)]
        x, y = (own[c] - own.groupby("seed")[c].transform("mean") for c in _XY)
        middle = own["difficulty"].mean(), own["gain"].mean()
        axis.axhspan(-smallest, smallest, color="0.9", zorder=0)
        axis.axhline(0, color="0.5", lw=0.8)
        axis.plot(x + middle[0], y + middle[1], ls="none", ms=4, alpha=0.7, **_look(name))
        if effects["family"].eq(name).any() and float(x @ x) > 0:
            ends = np.array([x.min(), x.max()])
            line = middle[1] + float(x @ y) / float(x @ x) * ends
            axis.plot(ends + middle[0], line, color=_look(name)["color"])
        axis.set_title(name)
        axis.locator_params(axis="x", nbins=3)
    figure.supxlabel(DIFFICULTY, fontsize="medium")
    figure.supylabel("gain (points)", fontsize="medium")
    return figure


_XY = ("difficulty", "gain")


def _panels(names: Sequence[str]) -> tuple[Figure, np.ndarray]:
    """A panel a data set, four in a row, one scale down."""
    import matplotlib.pyplot as plt

    rows = max(1, -(-len(names) // 4))
    figure, axes = plt.subplots(
        rows, min(4, max(1, len(names))), sharey=True, squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(names) :]:
        axis.set_visible(False)
    figure.set_size_inches(WIDTH, 0.7 + 1.6 * rows)
    return figure, axes


def context(found: pd.DataFrame) -> Figure:
    """Gain against difficulty of the tasks as they are: a marker a data set, named."""
    figure, axis = _one(3.2)
    for row in found.to_dict("records"):
        look = {"ms": 7, "ls": "none", "label": row["family"], **_look(row["family"])}
        axis.plot(row["difficulty"], row[LIKE], **look)
    axis.axhline(0, color="0.5", lw=0.8)
    axis.set(xlabel=DIFFICULTY, ylabel="mean gain, like for like (standard deviations)")
    _legend(figure, axis)
    return figure


def power(design: pd.DataFrame, correlation: pd.DataFrame) -> Figure:
    """What the design finds, by true effect; what a correlation finds, by number of tasks."""
    import matplotlib.pyplot as plt
    import seaborn

    colours = seaborn.color_palette("colorblind", 10)
    figure, (left, right) = plt.subplots(1, 2, sharey=True, layout="constrained")
    for i, (n, own) in enumerate(design.groupby("data sets")):
        style = {"color": colours[i], "marker": _MARKERS[i], "ms": 4}
        left.plot(own["true effect"], own["found"], label=f"found, {n} families", **style)
        style |= {"ls": ":", "label": f"equivalent, {n} families"}
        left.plot(own["true effect"], own["equivalent"], **style)
    left.set(xlabel="true effect over the range (points)", ylabel="share of studies")
    left.set_title("difficulty changed within data sets")
    for i, (rho, own) in enumerate(correlation.groupby("true rho")):
        look = {"color": colours[i + 3], "marker": _MARKERS[i + 3], "ms": 4}
        right.plot(own["tasks"], own["found"], label=f"true correlation {rho:g}", **look)
    right.set(xlabel="independent tasks")
    right.set_title("correlation over tasks")
    for axis in (left, right):
        axis.axhline(0.8, color="0.5", ls="--", lw=0.8)
        axis.set_ylim(0, 1.02)
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2)}
        axis.legend(frameon=False, fontsize="small", ncol=2, **place)
    figure.set_size_inches(WIDTH, 3.6)
    return figure


def iso_accuracy(found: Summary) -> Figure:
    """Accuracy of each intermediate task, and beside it what it gained: equal left, equal right?"""
    import matplotlib.pyplot as plt

    from helpers.study.laboratory_iso_params import NONE
    from helpers.study.laboratory_iso_params import rules as iso_rules
    from helpers.study.laboratory_iso_tables import ALL

    wanted, bound = iso_rules().calibration, iso_rules().bound
    gained = found.gains[found.gains["target"].eq(ALL)]
    panels = (
        (found.manipulation, "English accuracy of the task", wanted.accuracy, wanted.tolerance),
        (gained, "gain, laboratory targets (points)", 0.0, bound),
    )
    drawn, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.2), sharey=True, layout="constrained")
    order = [name for name in iso_rules().cells if name != NONE]
    for axis, (frame_, label, middle, width) in zip(axes, panels, strict=True):
        axis.axvspan(middle - width, middle + width, color="0.9", zorder=0)
        axis.axvline(middle, color="0.4", lw=0.8)
        for line in frame_.itertuples():
            ends = [[line.value - line.low], [line.high - line.value]]
            ends = None if line.low != line.low else ends
            hard = line.mechanism in iso_rules().mechanisms
            look = {"marker": "o" if hard else "s", "color": "C0" if hard else "0.5"}
            axis.errorbar(line.value, order.index(line.mechanism), xerr=ends, ms=5, **look)
        axis.set_xlabel(label)
    axes[0].set_yticks(range(len(order)), order)
    axes[0].set_ylim(len(order) - 0.5, -0.5)
    return drawn


def live(scores: pd.DataFrame, label: str) -> Figure:
    """A live grid: columns cell (a marker each), line (what was scored), value."""
    import seaborn

    figure, axis = _one(0.9 + 0.35 * scores["line"].nunique())
    lines = list(dict.fromkeys(scores["line"]))
    for i, (cell, own) in enumerate(scores.groupby("cell", sort=False)):
        axis.plot(
            own["value"],
            [lines.index(line) + 0.2 * (i - 1) for line in own["line"]],
            ls="none",
            marker=_MARKERS[i % 8],
            color=seaborn.color_palette("colorblind", 10)[i % 10],
            label=cell,
        )
    axis.set_yticks(range(len(lines)), lines)
    axis.set_ylim(len(lines) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    axis.set_xlabel(label)
    _legend(figure, axis)
    return figure


def _one(height: float) -> tuple[Figure, Axes]:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(WIDTH, height), layout="constrained")


def _legend(figure: Figure, axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    if labels:
        columns = min(len(labels), 4)
        figure.legend(handles, labels, loc="outside lower center", ncol=columns, frameon=False)
