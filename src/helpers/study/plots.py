"""Figures of the chapters: tidy frames in, a figure out, at book width and colour-blind safe.

Reads nothing and computes nothing: the frames come from records (``store.frame``) or from
``tables``. Colours go with methods, so a method looks the same on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

WIDTH = 7.2  # inches: the text column of the book
METHODS = (
    "none",
    "centre",
    "random-rotation",
    "least-squares",
    "ridge",
    "procrustes",
    "cca",
    "gd",
    "gd, stopped early",
    "gd-orthogonal",
)
_MARKERS = ("o", "s", "X", "D", "^", "v", "P", "*", "d", "<")


def use_style() -> None:
    """Seaborn's paper style at book width; call once, in the import cell of a page."""
    import seaborn

    seaborn.set_theme(context="paper", style="whitegrid", palette="colorblind")


def palette() -> dict[str, tuple[float, float, float]]:
    """Colour of each method."""
    import seaborn

    return dict(zip(METHODS, seaborn.color_palette("colorblind", len(METHODS)), strict=True))


def markers() -> dict[str, str]:
    """Marker of each method, so that no reader depends on colour.

    >>> markers()["procrustes"]
    'v'
    """
    return dict(zip(METHODS, _MARKERS, strict=True))


def short(encoder: str) -> str:
    """Name of an encoder as a title: without the folder that the book's own lie in.

    >>> short("untrained:models/xlmr-nano")
    'untrained:xlmr-nano'
    """
    return encoder.replace("models/", "")


def methods_with_intervals(
    frame: pd.DataFrame, *, column: str = "encoder", row: str = "target_language", label: str
) -> Figure:
    """A dot with its interval for each method: one panel a ``column``, one line a ``row``.

    Parameters
    ----------
    frame : columns method, value, low, high and the two that are named.
    label : of the value axis, with its unit.
    """
    import matplotlib.pyplot as plt

    panels = list(dict.fromkeys(frame[column]))
    lines = list(dict.fromkeys(frame[row]))
    present = [method for method in METHODS if method in set(frame["method"])]
    figure, axes = plt.subplots(
        1,
        len(panels),
        figsize=(WIDTH, 0.7 + 0.17 * len(present) * len(lines)),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    colours, shapes = palette(), markers()
    for axis, panel in zip(axes[0], panels, strict=True):
        for i, method in enumerate(present):
            chosen = frame[(frame[column] == panel) & (frame["method"] == method)]
            chosen = chosen.set_index(row).reindex(lines)
            places = [
                line + 0.8 * (i / max(1, len(present) - 1) - 0.5) for line in range(len(lines))
            ]
            spread = [chosen["value"] - chosen["low"], chosen["high"] - chosen["value"]]
            axis.errorbar(
                chosen["value"],
                places,
                xerr=spread,
                fmt=shapes[method],
                color=colours[method],
                label=method,
                markersize=4,
                elinewidth=1,
                linestyle="none",
            )
        axis.set_title(short(str(panel)))
        axis.set_xlabel(label)
        axis.set_yticks(range(len(lines)), lines)
        axis.set_ylim(len(lines) - 0.5, -0.5)
        axis.grid(axis="y", visible=False)
    _legend_below(figure, axes[0][0])
    return figure


def sample_size(
    frame: pd.DataFrame, *, column: str = "encoder", row: str = "target_language", label: str
) -> Figure:
    """Value against the number of pairs learnt from (log scale), a line a method with its interval.

    ``frame`` holds columns method, n_pairs, value, low, high and the two that are named; rows with
    n_pairs 0 (nothing learnt) are drawn as a level line.
    """
    import matplotlib.pyplot as plt

    panels, lines = list(dict.fromkeys(frame[column])), list(dict.fromkeys(frame[row]))
    figure, axes = plt.subplots(
        len(lines),
        len(panels),
        figsize=(WIDTH, 0.6 + 1.75 * len(lines)),
        sharex=True,
        sharey="col",
        squeeze=False,
    )
    colours, shapes = palette(), markers()
    for r, line in enumerate(lines):
        for c, panel in enumerate(panels):
            axis = axes[r][c]
            here = frame[(frame[row] == line) & (frame[column] == panel)]
            for method in METHODS:
                drawn = here[here["method"] == method].sort_values("n_pairs")
                learnt = drawn[drawn["n_pairs"] > 0]
                if len(drawn) and not len(learnt):
                    axis.axhline(drawn["value"].mean(), color="0.35", ls=":", label=method)
                elif len(learnt):
                    x = learnt["n_pairs"]
                    axis.plot(
                        x,
                        learnt["value"],
                        marker=shapes[method],
                        color=colours[method],
                        label=method,
                        markersize=4,
                        linewidth=1.2,
                    )
                    axis.fill_between(
                        x, learnt["low"], learnt["high"], color=colours[method], alpha=0.15, lw=0
                    )
            axis.set_xscale("log")
            axis.set_title(short(f"{panel}, {line}"))
            if c == 0:
                axis.set_ylabel(label)
            if r == len(lines) - 1:
                axis.set_xlabel("pairs learnt from (log scale)")
    _legend_below(figure, axes[0][0])
    return figure


def excess_loss(curves: Mapping[str, tuple[np.ndarray, np.ndarray]], *, label: str) -> Figure:
    """How far above an optimum each curve is, against the step (both scales logarithmic).

    ``curves`` maps a name to (loss over the optimum, steps at which it was read).
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn

    figure, axis = plt.subplots(figsize=(WIDTH, 2.6), layout="constrained")
    colours = seaborn.color_palette("colorblind", len(curves))
    styles = ("-", "--", "-.", ":")
    for i, (name, (ratio, steps)) in enumerate(curves.items()):
        excess = np.maximum(np.asarray(ratio) - 1, 1e-9)
        steps = np.asarray(steps) + 1  # the start, step 0, has a place on the logarithmic scale
        axis.plot(steps, excess, color=colours[i], ls=styles[i % len(styles)], label=name)
    axis.axhline(1e-3, color="0.35", ls=":", label="one in a thousand")
    axis.set(xscale="log", yscale="log", xlabel="step + 1 (log scale)", ylabel=label)
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return figure


def heatmaps(
    frame: pd.DataFrame, *, index: str, columns: str, panel: str, label: str, percent: bool = True
) -> Figure:
    """Values, none below zero, as annotated squares, one panel for each value of ``panel``."""
    import matplotlib.pyplot as plt
    import seaborn
    from matplotlib.colors import PowerNorm

    panels = list(dict.fromkeys(frame[panel]))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(WIDTH, 3.0), sharey=True, squeeze=False, layout="constrained"
    )
    # One scale for all panels; its root shows differences among low values too.
    scale = PowerNorm(0.5, vmin=0, vmax=frame["value"].max())
    for axis, name in zip(axes[0], panels, strict=True):
        table = frame[frame[panel] == name].pivot_table(
            index=index, columns=columns, values="value", sort=False
        )
        table = table.reindex(sorted(table.index)).reindex(columns=sorted(table.columns))
        seaborn.heatmap(
            table,
            ax=axis,
            norm=scale,
            cmap=seaborn.light_palette("#56b4e9", as_cmap=True),  # light: its numbers are dark
            annot=True,
            annot_kws={"color": "0.1"},
            fmt=".0f" if percent else ".2f",
            cbar=axis is axes[0][-1],
            cbar_kws={"label": f"{label}, square-root scale"},
        )
        axis.set_title(short(str(name)))
        axis.set_xlabel(columns.replace("_", " "))
        axis.set_ylabel(index.replace("_", " ") if axis is axes[0][0] else "")
    return figure


def _legend_below(figure: Figure, axis) -> None:
    handles, labels = axis.get_legend_handles_labels()
    rows = -(-len(labels) // 5)
    inches = 0.22 * rows + 0.08
    height = figure.get_size_inches()[1]
    figure.tight_layout(rect=(0, inches / height, 1, 1))
    figure.legend(handles, labels, loc="lower center", ncol=5, frameon=False)
