"""A report's figures: curves over the key-frame interval, accuracy against cost, drift, classes."""

import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mpvss.report.class_differences import ClassDifferences
from mpvss.report.paper import INTERVAL
from mpvss.report.printed import paper_costs, paper_name, paper_scores
from mpvss.report.style import (
    BLUE,
    GREY,
    VERMILLION,
    backbone_looks,
    hollow_mark,
    legend_above,
    method_looks,
    number_decades,
    number_intervals,
)
from mpvss.report.summaries import DataSplit, Spread, Summary
from mpvss.report.tables import by_method, intervals_of

_MAX_CLASSES = 40
"""Bars that a figure of classes has at most."""


def method_figure(data: DataSplit, summaries: Sequence[Summary], score: str) -> Figure:
    """Draw a score over the fixed interval, a panel per backbone and a line per method (Figs. 3c and A)."""
    figure, panels = _panels(_backbones(summaries), width=4.2, height=3.3)
    looks = method_looks(_methods(summaries))
    for backbone, axes in panels.items():
        for group in by_method([s for s in summaries if s.backbone == backbone and score in s.scores]):
            colour, mark = looks[group[0].method]
            if _is_per_frame(group):
                axes.axhline(group[0].scores[score].mean, color=colour, linestyle="--", label=_spoken(group[0].method))
            else:
                _curve(
                    axes, group, [summary.scores[score] for summary in group], colour, mark, _spoken(group[0].method)
                )
            _paper_points(axes, data, group, score, colour, mark)
        axes.set_title(paper_name(backbone))
        number_intervals(axes, _intervals(by_method(summaries)))
    _label_left(panels.values(), f"{score}, %")
    legend_above(figure)
    return figure


def backbone_figure(data: DataSplit, summaries: Sequence[Summary], method: str) -> Figure:
    """Draw mIoU and GMACs of one method over the fixed interval, a line per backbone (Figs. 3a and 3b)."""
    figure = Figure(figsize=(9.4, 4.2), layout="constrained")
    accuracy, cost = figure.subplots(1, 2)
    groups = [group for group in by_method(summaries) if group[0].method == method]
    looks = backbone_looks([group[0].backbone for group in groups])
    for group in groups:
        (colour, mark), name = looks[group[0].backbone], paper_name(group[0].backbone)
        scored = [summary for summary in group if "mIoU" in summary.scores]
        counted = [summary for summary in group if "GMACs" in summary.costs]
        _curve(accuracy, scored, [summary.scores["mIoU"] for summary in scored], colour, mark, name)
        _curve(cost, counted, [summary.costs["GMACs"] for summary in counted], colour, mark, name)
        _paper_points(accuracy, data, scored, "mIoU", colour, mark)
        _paper_points(cost, data, counted, "GMACs", colour, mark)
    for axes, label in ((accuracy, "mIoU, %"), (cost, "GMACs a frame")):
        axes.set_title(_spoken(method))
        axes.set_ylabel(label)
        number_intervals(axes, _intervals(groups))
    cost.set_ylim(bottom=0)
    legend_above(figure)
    return figure


def cost_figure(data: DataSplit, summaries: Sequence[Summary]) -> Figure:
    """Draw mIoU against GMACs a frame, on a logarithmic scale; lines join the intervals of a method."""
    figure = Figure(figsize=(7.6, 5.0), layout="constrained")
    axes = figure.subplots()
    looks = method_looks(_methods(summaries))
    complete = [summary for summary in summaries if "mIoU" in summary.scores and "GMACs" in summary.costs]
    for group in by_method(complete):
        colour, mark = looks[group[0].method]
        x = [summary.costs["GMACs"].mean for summary in group]
        scores = [summary.scores["mIoU"] for summary in group]
        axes.errorbar(
            x,
            _means(scores),
            yerr=_deviations(scores),
            color=colour,
            marker=mark,
            label=_spoken(group[0].method),
            linewidth=1.2,
        )
        for summary in group:
            costs, printed = paper_costs(data.data, summary), paper_scores(data.data, summary)
            if costs and "mIoU" in printed:
                hollow_mark(axes, costs["GMACs"], printed["mIoU"], colour, mark)
    for backbone in _backbones(complete):
        _name_at_the_right(axes, backbone, [summary for summary in complete if summary.backbone == backbone])
    number_decades(axes)
    axes.margins(x=0.12)
    axes.set_xlabel("GMACs a frame; along a line, the interval grows to the left")
    axes.set_ylabel("mIoU, %")
    legend_above(figure)
    return figure


def drift_figure(summaries: Sequence[Summary]) -> Figure:
    """Draw mIoU over the distance from the key frame, at each method's largest interval, a panel per backbone."""
    shown = [group[-1] for group in by_method(summaries) if len(group[-1].drift) > 1]
    figure, panels = _panels(_backbones(shown), width=4.2, height=3.3)
    looks = method_looks(_methods(summaries))
    for summary in shown:
        axes, (colour, mark) = panels[summary.backbone], looks[summary.method]
        points = [summary.drift[distance] for distance in sorted(summary.drift)]
        axes.errorbar(
            sorted(summary.drift), _means(points), yerr=_deviations(points), color=colour, marker=mark,
            label=f"{_spoken(summary.method)}, {summary.spoken_schedule}",
        )  # fmt: skip
    for backbone, axes in panels.items():
        axes.set_title(paper_name(backbone))
        axes.set_xlabel("frames since the key frame")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _label_left(panels.values(), "mIoU, %")
    legend_above(figure)
    return figure


def class_figure(data: DataSplit, differences: ClassDifferences) -> Figure:
    """Draw the gain in each class as sorted bars (Fig. B); of many classes, the largest gains and losses."""
    gains = list(differences.gains.items())
    if len(gains) > _MAX_CLASSES:
        gains = gains[: _MAX_CLASSES // 2] + gains[-(_MAX_CLASSES // 2) :]
    names, values = zip(*reversed(gains), strict=True)  # bars go upwards
    figure = Figure(figsize=(7.2, 1.4 + 0.24 * len(gains)), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(range(len(names)), values, color=[BLUE if value > 0 else VERMILLION for value in values])
    axes.bar_label(bars, fmt="%+.1f", padding=3, fontsize=9, color="#444444")
    axes.set_yticks(range(len(names)), names, fontsize=10)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    left_out = len(differences.scores) - len(gains)
    axes.set_xlabel("percentage points" + (f"; {left_out} classes in between are left out" if left_out else ""))
    figure.suptitle(f"{differences.title}\n{differences.verdict(data.data)}", fontsize=11)
    return figure


def _panels(names: Sequence[str], width: float, height: float) -> tuple[Figure, dict[str, Axes]]:
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    figure = Figure(figsize=(max(width * columns, 5.4), height * rows + 0.6), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).flatten()
    for unused in grid[len(names) :]:
        unused.remove()
    return figure, dict(zip(names, grid, strict=False))


def _curve(axes: Axes, group: Sequence[Summary], points: Sequence[Spread], colour: str, mark: str, label: str) -> None:
    axes.errorbar(intervals_of(group), _means(points), yerr=_deviations(points), color=colour, marker=mark, label=label)


def _paper_points(axes: Axes, data: DataSplit, group: Sequence[Summary], name: str, colour: str, mark: str) -> None:
    """Draw what the paper prints as hollow marks; that of a method without intervals stands at the paper's interval."""
    for summary in group:
        printed = (paper_scores(data.data, summary) | paper_costs(data.data, summary)).get(name)
        if printed is not None:
            interval = INTERVAL if _is_per_frame(group) or summary.interval is None else summary.interval
            hollow_mark(axes, interval, printed, colour, mark)


def _name_at_the_right(axes: Axes, backbone: str, summaries: Sequence[Summary]) -> None:
    rightmost = max(summaries, key=lambda summary: summary.costs["GMACs"].mean)
    axes.annotate(
        paper_name(backbone), (rightmost.costs["GMACs"].mean, rightmost.scores["mIoU"].mean),
        xytext=(7, 0), textcoords="offset points", va="center", fontsize=10, color="#444444",
    )  # fmt: skip


def _is_per_frame(group: Sequence[Summary]) -> bool:
    return all(summary.interval == 1 for summary in group)


def _means(points: Sequence[Spread]) -> list[float]:
    return [point.mean for point in points]


def _deviations(points: Sequence[Spread]) -> list[float] | None:
    """What error bars show; None where there are no seeds to spread over."""
    if all(point.deviation is None for point in points):
        return None
    return [point.deviation or 0.0 for point in points]


def _backbones(summaries: Sequence[Summary]) -> list[str]:
    return list(dict.fromkeys(summary.backbone for summary in summaries))


def _methods(summaries: Sequence[Summary]) -> list[str]:
    return list(dict.fromkeys(summary.method for summary in summaries))


def _intervals(groups: Sequence[Sequence[Summary]]) -> list[int]:
    """The intervals of the curves; a method without any is a line of its own."""
    return intervals_of([summary for group in groups if not _is_per_frame(group) for summary in group])


def _label_left(panels: Iterable[Axes], text: str) -> None:
    for axes in panels:
        place = axes.get_subplotspec()
        if place is not None and place.is_first_col():
            axes.set_ylabel(text)


def _spoken(method: str) -> str:
    return method.replace("_", " ")
