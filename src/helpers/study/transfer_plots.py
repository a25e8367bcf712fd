"""Figures of chapters 3 to 6: tidy frames in, a figure out, at book width and colour-blind safe.

As ``plots``, with which it shares the width of the page. Reads nothing and computes nothing: the
frames come from ``transfer_tables``. What was scored looks the same on every page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.study.plots import WIDTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What was scored, in the order of legends: (marker, place in the palette).
ARMS = {
    "tuned": ("o", 0),
    "none": ("s", 1),
    "permuted-labels": ("X", 3),
    "bag-of-words": ("^", 2),
    "keyword-overlap": ("D", 4),
    "untrained": ("v", 7),
    "random-span": ("P", 7),
    "majority": ("d", 7),
}
_SHOWN = {"none": "untuned"}
_OTHERS = "osd^vP*X"


def levels(frame: pd.DataFrame, *, label: str, column: str = "encoder") -> Figure:
    """Value with its interval of the tuned model and its baselines: a line a language.

    Parameters
    ----------
    frame : columns method, line (the language, in the order to be shown), value, low, high and
        ``column``: a panel each.
    label : of the value axis, with its unit.
    """
    figure, axes = _panels(frame, column)
    present = [arm for arm in ARMS if arm in set(frame["method"])]
    lines = list(dict.fromkeys(frame["line"]))
    for axis, panel in zip(axes, dict.fromkeys(frame[column]), strict=True):
        here = frame[frame[column] == panel]
        for i, arm in enumerate(present):
            marker, place = ARMS[arm]
            shown = _SHOWN.get(arm, arm)
            _dots(axis, here[here["method"] == arm], lines, i, len(present), marker, place, shown)
        _dress(axis, lines, str(panel), label)
    _size(figure, axes, lines, len(present))
    return figure


def ratios(
    frame: pd.DataFrame, *, label: str, by: str = "encoder", column: str = "", mark: float = 1.0
) -> Figure:
    """Ratios (or gains) with intervals, a line a language; a cross at the edge if one was refused.

    Parameters
    ----------
    frame : columns line, value, low, high (NaN: refused), ``by``: a marker each, and ``column``,
        if it is given: a panel each.
    mark : where a level line stands: 1 is everything that was learnt.
    """
    figure, axes = _panels(frame, column)
    panels = list(dict.fromkeys(frame[column])) if column else [""]
    lines, kinds = list(dict.fromkeys(frame["line"])), list(dict.fromkeys(frame[by]))
    for axis, panel in zip(axes, panels, strict=True):
        here = frame[frame[column] == panel] if column else frame
        for i, kind in enumerate(kinds):
            chosen = here[here[by] == kind]
            _dots(axis, chosen, lines, i, len(kinds), _OTHERS[i % len(_OTHERS)], i, _shown(kind))
            refused = chosen[chosen["value"].isna()]
            places = [_place(lines.index(line), i, len(kinds)) for line in refused["line"]]
            if places:
                colour = _colour(i)
                edge = {"transform": axis.get_yaxis_transform(), "clip_on": False}
                axis.plot(
                    [1.02] * len(places), places, ls="none", marker="x", color=colour, ms=4, **edge
                )
        axis.axvline(mark, color="0.35", ls=":")
        axis.axvline(0, color="0.6", lw=0.8)
        _hold(axis, mark)
        _dress(axis, lines, str(panel), label)
    _size(figure, axes, lines, len(kinds))
    return figure


def curves(frame: pd.DataFrame, *, label: str, by: str = "method", column: str = "") -> Figure:
    """Validation score after each epoch: columns epoch, value, ``by`` (a line each), ``column``."""
    figure, axes = _panels(frame, column)
    panels = list(dict.fromkeys(frame[column])) if column else [""]
    for axis, panel in zip(axes, panels, strict=True):
        here = frame[frame[column] == panel] if column else frame
        for i, kind in enumerate(dict.fromkeys(frame[by])):
            line = here[here[by] == kind].sort_values("epoch")
            marker, place = ARMS.get(kind, (_OTHERS[i % len(_OTHERS)], i))
            axis.plot(line["epoch"], line["value"], marker=marker, color=_colour(place), label=kind)
        axis.set(title=str(panel), xlabel="epoch", xticks=sorted(frame["epoch"].unique()))
    axes[0].set_ylabel(label)
    figure.set_size_inches(WIDTH, 2.8)
    _legend(figure, axes[0])
    return figure


def _panels(frame: pd.DataFrame, column: str) -> tuple[Figure, list[Axes]]:
    import matplotlib.pyplot as plt

    n = len(set(frame[column])) if column else 1
    figure, axes = plt.subplots(1, n, sharex=True, sharey=True, squeeze=False, layout="constrained")
    return figure, list(axes[0])


def _shown(name: object) -> str:
    """A panel's or marker's name as a reader sees it: a shipped encoder without its folder."""
    return str(name).removeprefix("models/")


def _hold(axis: Axes, mark: float) -> None:
    """Keep a level line off the frame."""
    low, high = axis.get_xlim()
    room = 0.04 * (max(high, mark) - min(low, mark))
    axis.set_xlim(min(low, mark - room), max(high, mark + room))


def _colour(place: int) -> tuple[float, float, float]:
    import seaborn

    return seaborn.color_palette("colorblind", 10)[place % 10]


def _place(line: int, i: int, n: int) -> float:
    return line + 0.7 * (i / max(1, n - 1) - 0.5) if n > 1 else line


def _dots(
    axis: Axes,
    chosen: pd.DataFrame,
    lines: list[str],
    i: int,
    n: int,
    marker: str,
    colour: int,
    label: str,
) -> None:
    chosen = chosen.set_index("line").reindex(lines)
    # Without an interval there is a point alone.
    spread = [chosen["value"] - chosen["low"], chosen["high"] - chosen["value"]]
    axis.errorbar(
        chosen["value"],
        [_place(line, i, n) for line in range(len(lines))],
        xerr=[side.fillna(0).clip(lower=0) for side in spread],
        fmt=marker,
        color=_colour(colour),
        label=label,
        markersize=4,
        elinewidth=1,
        linestyle="none",
    )


def _dress(axis: Axes, lines: list[str], title: str, label: str) -> None:
    axis.set_title(_shown(title))
    axis.set_xlabel(label)
    axis.set_yticks(range(len(lines)), lines)
    axis.set_ylim(len(lines) - 0.5, -0.5)
    axis.grid(axis="y", visible=False)
    for line in range(1, len(lines)):
        axis.axhline(line - 0.5, color="0.9", lw=0.8, zorder=0)


def _size(figure: Figure, axes: list[Axes], lines: list[str], n: int) -> None:
    figure.set_size_inches(WIDTH, 1.1 + len(lines) * (0.12 + 0.1 * n))
    _legend(figure, axes[0])


def _legend(figure: Figure, axis: Axes) -> None:
    handles, labels = axis.get_legend_handles_labels()
    columns = min(len(labels), 5)
    figure.legend(handles, labels, loc="outside lower center", ncol=columns, frameon=False)
