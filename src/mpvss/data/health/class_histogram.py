"""How much of each class there is."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mpvss.output.atomic import replacing
from mpvss.types import ClassList

_MARKS = "oDs^"
_ROW_INCHES = 0.24
_INK = "#333333"
_FAINT = "#999999"


def draw_class_histogram(shares: Mapping[str, np.ndarray], classes: ClassList, name: str, path: Path) -> None:
    """Draw the classes' shares of the labelled pixels on a logarithmic scale, the commonest class first.

    The first split is drawn as bars in the classes' colours, the others as marks.

    Args:
        shares: (K,) percent of each class, by split.
        classes: of the data set.
        name: of the data set.
        path: target PNG.
    """
    first, *others = shares
    order = np.argsort(-shares[first], kind="stable")[::-1]  # the last row is drawn on top
    positive = np.concatenate([values[values > 0] for values in shares.values()])
    left = 10 ** np.floor(np.log10(positive.min())) if positive.size else 0.1
    rows = np.arange(len(order))
    figure = Figure(figsize=(8, 1.6 + _ROW_INCHES * len(order)), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    colours = np.array([classes.colours[index] for index in order]) / 255
    bars = np.maximum(shares[first][order], left)  # what does not occur gets a bar of no length
    axes.barh(rows, bars - left, left=left, height=0.72, color=colours)
    handles: list[Artist] = [Patch(color=_FAINT, label=first)]
    for split, mark in zip(filter(lambda split: shares[split].any(), others), _MARKS, strict=False):
        values = np.where(shares[split] > 0, shares[split], np.nan)[order]
        handles += axes.plot(values, rows, mark, markersize=5, mfc="white", mec=_INK, label=split)
    for row, index in enumerate(order):
        if not any(values[index] for values in shares.values()):
            axes.text(left, row, "  does not occur", va="center", color=_FAINT, fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(left, 100)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.set_yticks(rows, [classes.names[index] for index in order], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("share of the labelled pixels, % (logarithmic)", fontsize=9)
    axes.set_title(f"Classes of {name}", fontsize=11, loc="left")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(handles=handles, loc="outside upper right", ncols=len(shares), fontsize=8, frameon=False)
    with replacing(path) as partial:
        figure.savefig(partial)
