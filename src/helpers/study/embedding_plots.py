"""Figures of chapter 1: tidy frames in, a figure out, at book width and colour-blind safe.

As ``plots``, with which it shares the width of the page. Reads nothing and computes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.study.plots import WIDTH, short

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

POOLINGS = ("mean", "cls", "max")
_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))


def languages_by_overlap(
    frame: pd.DataFrame, *, named: Collection[str], x_label: str, label: str
) -> Figure:
    """Each language a dot at its overlap and its value; a panel an encoder.

    Panels in which little is found share a value axis of their own, so that they are not blank.

    ``frame`` : columns encoder, target_language, overlap, value, script; ``named`` : the languages
    whose codes are written, few enough to be read.
    """
    import matplotlib.pyplot as plt
    import seaborn

    panels = list(dict.fromkeys(frame["encoder"]))
    scripts = list(dict.fromkeys(frame["script"]))
    colours = dict(zip(scripts, seaborn.color_palette("colorblind", len(scripts)), strict=True))
    rows = -(-len(panels) // 2)
    figure, axes = plt.subplots(
        rows,
        2,
        figsize=(WIDTH, 0.6 + 2.7 * rows),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    highest = frame.groupby("encoder")["value"].max()
    few = highest[highest < highest.max() / 3]
    for axis, panel in zip(axes.flat, panels, strict=False):
        here = frame[frame["encoder"] == panel]
        for i, script in enumerate(scripts):
            chosen = here[here["script"] == script]
            axis.scatter(
                chosen["overlap"],
                chosen["value"],
                s=14,
                alpha=0.6,
                color=colours[script],
                marker="os"[i % 2],
                lw=0,
            )
        # Most languages are near zero on both axes: roots spread them.
        axis.set_xscale("function", functions=_ROOT)
        axis.set_yscale("function", functions=_ROOT)
        top = few.max() if panel in few.index else highest.max()
        ticks = (0, 2, 5, 10, 20, 40, 60, 80) if top > 30 else (0, 1, 2, 5, 10, 15, 20)
        axis.set_yticks([tick for tick in ticks if tick < 1.1 * top])
        axis.set_xticks([0, 0.002, 0.01, 0.02, 0.04, 0.08])
        axis.tick_params(axis="x", labelsize=7)
        axis.set_xlim(-0.0005, 1.25 * max(0.01, frame["overlap"].max()))
        axis.set_ylim(-0.01 * top, 1.25 * top)
        axis.set_title(short(panel))
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    figure.supxlabel(f"{x_label}, square-root scale", fontsize="medium")
    figure.supylabel(f"{label}, square-root scale", fontsize="medium")
    handles = [
        plt.Line2D([], [], color=colours[s], marker="os"[i % 2], ls="none", ms=4)
        for i, s in enumerate(scripts)
    ]
    figure.legend(handles, scripts, loc="outside upper center", ncol=len(scripts), frameon=False)
    figure.canvas.draw()  # settles where the axes are, which the labels must know
    for axis, panel in zip(axes.flat, panels, strict=False):
        here = frame[frame["encoder"] == panel]
        places = axis.transData.transform(here[["overlap", "value"]].to_numpy())
        places *= 72 / figure.dpi  # in points, as the offsets
        chosen = [i for i, name in enumerate(here["target_language"]) if name in named]
        for i, offset in zip(chosen, clear_offsets(places, chosen), strict=True):
            row = here.iloc[i]
            axis.annotate(
                row["target_language"],
                (row["overlap"], row["value"]),
                xytext=offset,
                textcoords="offset points",
                color="0.1",
                fontsize=7,
                ha="center",
                va="center",
                arrowprops={"arrowstyle": "-", "color": "0.5", "lw": 0.5, "shrinkB": 2},
            )
    return figure


def clear_offsets(places: np.ndarray, chosen: Sequence[int]) -> list[tuple[float, float]]:
    """Where a label of two letters lies clear of all dots and of the labels before it.

    Parameters
    ----------
    places : of all dots, in points.
    chosen : the dots that have a label.

    Returns
    -------
    Offset in points from its dot, for each chosen one; the clearest where none is clear.

    >>> import numpy as np
    >>> clear_offsets(np.array([[50.0, 50.0], [50.0, 59.0]]), [0])  # not up: a dot is there
    [(9.0, 0.0)]
    """
    import numpy as np

    apart = np.array([10.0, 8.0])  # points between centres at which two labels do not touch
    labels: list[np.ndarray] = []
    offsets = []
    for i in chosen:
        best, worst = (0.0, 9.0), -np.inf
        for radius in (9.0, 15.0, 22.0, 30.0):
            for dx, dy in _DIRECTIONS:
                offset = np.array([radius * dx, radius * dy])
                place = places[i] + offset
                dots = np.abs(places - place) / (apart * 0.75)
                others = [np.abs(place - label) / apart for label in labels]
                gaps = [*dots.max(axis=1), *(gap.max() for gap in others)]
                clear = min(min(gaps), 1.0) - (place < 5).any()  # not beyond the figure's corner
                if clear > worst:
                    best, worst = (float(offset[0]), float(offset[1])), clear
        offsets.append(best)
        labels.append(places[i] + best)
    return offsets


_DIRECTIONS = ((0, 1), (1, 0), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (0, -1), (-1, 0), (-0.7, -0.7))


def _root(values: np.ndarray) -> np.ndarray:
    """Square root that keeps the sign, so that a margin left of zero has a place."""
    import numpy as np

    return np.sign(values) * np.sqrt(np.abs(values))


def _square(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.sign(values) * np.square(values)


_ROOT = (_root, _square)


def layers(frame: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Value against the layer, a line a pooling with its interval: a row a measure.

    ``frame`` : columns measure, encoder, pooling, layer, value, low, high; ``labels`` names the
    value axis of each measure, in the order of the rows.
    """
    import matplotlib.pyplot as plt
    import seaborn

    panels = list(dict.fromkeys(frame["encoder"]))
    figure, axes = plt.subplots(
        len(labels),
        len(panels),
        figsize=(WIDTH, 0.5 + 1.8 * len(labels)),
        sharex=True,
        sharey="row",
        squeeze=False,
        layout="constrained",
    )
    colours = seaborn.color_palette("colorblind", len(POOLINGS))
    for r, (measure, label) in enumerate(labels.items()):
        for axis, panel in zip(axes[r], panels, strict=True):
            here = frame[(frame["measure"] == measure) & (frame["encoder"] == panel)]
            for i, pooling in enumerate(POOLINGS):
                line = here[here["pooling"] == pooling].sort_values("layer")
                axis.errorbar(
                    line["layer"] + 0.08 * (i - 1),
                    line["value"],
                    yerr=[line["value"] - line["low"], line["high"] - line["value"]],
                    color=colours[i],
                    marker="osd"[i],
                    ls=_STYLES[i],
                    markersize=4,
                    linewidth=1.2,
                    elinewidth=1,
                    label={"cls": "first token"}.get(pooling, pooling),
                )
            if r == 0:
                axis.set_title(short(panel))
            if r == len(labels) - 1:
                axis.set_xlabel("layer (0: embeddings)")
            axis.set_xticks(sorted(frame["layer"].dropna().unique()))
        axes[r][0].set_ylabel(label)
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncol=len(names), frameon=False)
    return figure


def dial(frame: pd.DataFrame, *, x_label: str, label: str) -> Figure:
    """Value at each setting of a dial, a line an encoder with its interval.

    ``frame`` : columns encoder, dial, value, low, high.
    """
    import matplotlib.pyplot as plt
    import seaborn

    names = list(dict.fromkeys(frame["encoder"]))
    figure, axis = plt.subplots(figsize=(WIDTH, 3.0), layout="constrained")
    colours = seaborn.color_palette("colorblind", len(names))
    for i, name in enumerate(names):
        line = frame[frame["encoder"] == name].sort_values("dial")
        axis.plot(
            line["dial"],
            line["value"],
            color=colours[i],
            marker="osd^v"[i % 5],
            ls=_STYLES[i % len(_STYLES)],
            markersize=4,
            label=short(name),
        )
        axis.fill_between(
            line["dial"], line["low"], line["high"], color=colours[i], alpha=0.15, lw=0
        )
    axis.set(xlabel=x_label, ylabel=label)
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return figure


def picture(panels: Mapping[str, tuple[np.ndarray, Sequence[str], Sequence[int]]]) -> Figure:
    """Points of a plane, coloured by language; a grey line joins the sentences of one meaning.

    ``panels`` : title -> (points [n, 2], language of each, number of the meaning of each).
    """
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn

    figure, axes = plt.subplots(
        1, len(panels), figsize=(WIDTH, 2.9), squeeze=False, layout="constrained"
    )
    names = list(dict.fromkeys(x for _, languages, _ in panels.values() for x in languages))
    colours = dict(zip(names, seaborn.color_palette("colorblind", len(names)), strict=True))
    markers = dict(zip(names, "osd^vP*X"[: len(names)], strict=True))
    for axis, (title, (points, languages, meanings)) in zip(axes[0], panels.items(), strict=True):
        languages, meanings = np.asarray(languages), np.asarray(meanings)
        for meaning in np.unique(meanings):
            same = points[meanings == meaning]
            closed = same[[*range(len(same)), 0]]
            axis.plot(closed[:, 0], closed[:, 1], color="0.8", lw=0.6, zorder=1)
        for name in names:
            chosen = points[languages == name]
            axis.scatter(
                chosen[:, 0],
                chosen[:, 1],
                s=14,
                color=colours[name],
                marker=markers[name],
                label=name,
                zorder=2,
            )
        axis.set_title(title)
        axis.set_xticks([])
        axis.set_yticks([])
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncol=len(names), frameon=False)
    return figure


def dots(frame: pd.DataFrame, *, label: str) -> Figure:
    """A dot with its interval for each encoder: one line a measure (columns measure, encoder)."""
    import matplotlib.pyplot as plt
    import seaborn

    lines, names = list(dict.fromkeys(frame["measure"])), list(dict.fromkeys(frame["encoder"]))
    figure, axis = plt.subplots(
        figsize=(WIDTH, 0.9 + 0.13 * len(lines) * len(names)), layout="constrained"
    )
    colours = seaborn.color_palette("colorblind", len(names))
    for i, name in enumerate(names):
        chosen = frame[frame["encoder"] == name].set_index("measure").reindex(lines)
        places = [line + 0.7 * (i / max(1, len(names) - 1) - 0.5) for line in range(len(lines))]
        axis.errorbar(
            chosen["value"],
            places,
            xerr=[chosen["value"] - chosen["low"], chosen["high"] - chosen["value"]],
            fmt="osd^vP"[i % 6],
            color=colours[i],
            label=name,
            markersize=4,
            elinewidth=1,
            linestyle="none",
        )
    axis.set_yticks(range(len(lines)), lines)
    axis.set_ylim(len(lines) - 0.5, -0.5)
    axis.set_xlabel(label)
    axis.grid(axis="y", visible=False)
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return figure


def learners(frame: pd.DataFrame, *, label: str, levels: Mapping[str, float]) -> Figure:
    """Value against a dial, a panel a kind, a line a learner with its interval.

    ``frame`` : columns kind, learner, level, value, low, high; ``levels`` : chance by kind.
    """
    import matplotlib.pyplot as plt
    import seaborn

    kinds = list(dict.fromkeys(frame["kind"]))
    figure, axes = plt.subplots(
        1, len(kinds), figsize=(WIDTH, 2.9), sharey=True, squeeze=False, layout="constrained"
    )
    colours = seaborn.color_palette("colorblind", 3)
    for axis, kind in zip(axes[0], kinds, strict=True):
        here = frame[frame["kind"] == kind]
        for i, name in enumerate(dict.fromkeys(here["learner"])):
            line = here[here["learner"] == name].sort_values("level")
            axis.errorbar(
                line["level"] + 0.06 * (i - 1),
                line["value"],
                yerr=[line["value"] - line["low"], line["high"] - line["value"]],
                color=colours[i % 3],
                marker="osd"[i % 3],
                ls=_STYLES[i % 3],
                markersize=4,
                elinewidth=1,
                label=name,
            )
        if kind in levels:
            axis.axhline(levels[kind], color="0.35", ls=":")
        axis.set(title=kind, xlabel="depth", xticks=sorted(here["level"].unique()))
        axis.legend(loc="best", fontsize=7)
    axes[0][0].set_ylabel(label)
    return figure
