"""How the figures look: a colour and a mark for each method, a light grid, sizes that can be read in print."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

_SETTINGS: dict[Any, Any] = {  # as matplotlib types them
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "axes.edgecolor": "#888888",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.markersize": 6.5,
    "legend.frameon": False,
    "errorbar.capsize": 3,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "mpvss",  # the same figure is the same file
}

# Okabe and Ito's colours, told apart by colour-blind readers too; yellow, which paper swallows, is left out.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#222222", "#777777",
)  # fmt: skip
_KNOWN = {
    "query_flow": (BLUE, "o"),
    "optical_flow": (VERMILLION, "s"),
    "copy": (ORANGE, "^"),
    "query_learned": (GREEN, "D"),
    "query_random": (PURPLE, "v"),
    "query_for_pf": (SKY, "P"),
    "per_frame": (BLACK, "*"),
}
_OTHERS = ((GREY, "X"), (GREEN, "<"), (PURPLE, ">"), (SKY, "h"), (ORANGE, "d"), (VERMILLION, "p"), (BLUE, "8"))
_SEQUENCE = ((SKY, "v"), (GREEN, "D"), (ORANGE, "^"), (PURPLE, "P"), (VERMILLION, "s"), (BLUE, "o"), (BLACK, "X"))

_PAPER = "paper"
_HOLLOW: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.6, "linestyle": "none"}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with these settings inside, and leave matplotlib's own as they were."""
    with matplotlib.rc_context(_SETTINGS):
        yield


def method_looks(methods: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give each method a colour and a mark: known ones always the same, others those that are left."""
    others = iter(_OTHERS * (1 + len(methods) // len(_OTHERS)))
    return {method: _KNOWN[method] if method in _KNOWN else next(others) for method in methods}


def backbone_looks(backbones: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Give each backbone a colour and a mark."""
    return {backbone: _SEQUENCE[index % len(_SEQUENCE)] for index, backbone in enumerate(backbones)}


def number_intervals(axes: Axes, intervals: Sequence[int]) -> None:
    """Label the horizontal axis with the intervals that were evaluated, and no others."""
    axes.set_xticks(intervals)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("key-frame interval")


def number_decades(axes: Axes) -> None:
    """Make the horizontal axis logarithmic, with plain numbers."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())


def hollow_mark(axes: Axes, x: float, y: float, colour: str, mark: str) -> None:
    """Draw what the paper prints."""
    axes.plot(x, y, color=colour, marker=mark, label=_PAPER, zorder=4, **_HOLLOW)


def legend_above(figure: Figure) -> None:
    """Put one legend for all panels above them, each label once; the paper's hollow marks come last."""
    entries: dict[str, Artist] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    if entries.pop(_PAPER, None):
        entries[_PAPER] = Line2D([], [], color=GREY, marker="o", **_HOLLOW)
    if entries:
        place: dict[str, Any] = {"loc": "outside upper left", "ncols": min(len(entries), 6), "fontsize": 10}
        figure.legend(list(entries.values()), list(entries), **place)
