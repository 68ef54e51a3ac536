"""A report's folder: ``report.md``, a CSV file for each table, a PNG and an SVG file for each figure."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from mpvss.evaluation.record import ResultRecord
from mpvss.output.atomic import replacing
from mpvss.output.table import Table, csv_text, markdown_text
from mpvss.report import figures, tables
from mpvss.report.class_differences import class_differences
from mpvss.report.style import house_style
from mpvss.report.summaries import DataSplit, Summary, summaries


def write_report(folder: str | Path, records: Sequence[ResultRecord], compared: Sequence[str] | None = None) -> Path:
    """Write tables and figures of evaluations.

    Args:
        folder: for the files; made if it is not there.
        records: of evaluations, at least one.
        compared: two methods whose classes are compared; None takes query flow and a baseline, where there are both.

    Returns:
        ``report.md``.

    Raises:
        ValueError: if `compared` are not two of the methods.
    """
    folder = Path(folder)
    text = ["# Results\n"]
    with house_style():
        for data, found in summaries(records).items():
            text.append(f"## {data.data}, {data.split}\n")
            for part in _parts(data, found, compared):
                text += _write(folder, f"{data.data}_{data.split}", part)
    text += _write(folder, "all", tables.run_table(records))
    path = folder / "report.md"
    _write_bytes(path, "\n".join(text).encode())
    return path


class _Picture(NamedTuple):
    """A figure, the name of its files, and what it shows."""

    name: str
    caption: str
    figure: Figure


def _parts(data: DataSplit, found: Sequence[Summary], compared: Sequence[str] | None) -> Iterator[Table | _Picture]:
    """All that can be shown of one data set, in the order of the report."""
    differences = class_differences(found, compared)
    yield tables.scores_beside_paper(data, found)
    yield tables.costs_beside_paper(data, found)
    if any("mIoU" in s.scores and "GMACs" in s.costs for s in found):
        yield _Picture("accuracy_by_cost", "Accuracy against cost", figures.cost_figure(data, found))
    yield from _interval_parts(data, found)
    if any(len(summary.drift) > 1 for summary in found):
        yield tables.drift_table(found)
        yield _Picture("drift", "mIoU by distance from the key frame", figures.drift_figure(found))
    for difference in differences:
        name = f"classes_{difference.backbone}"
        yield _Picture(name, difference.title, figures.class_figure(data, difference))
        yield tables.class_difference_table(data, difference)


def _interval_parts(data: DataSplit, found: Sequence[Summary]) -> Iterator[Table | _Picture]:
    found = [summary for summary in found if summary.interval is not None]
    groups = tables.by_method(found)
    if all(len(group) == 1 for group in groups):
        return
    for score in ("mIoU", "WIoU"):
        if any(score in summary.scores for summary in found):
            yield tables.interval_table(data, found, score)
            caption = f"{score} against the key-frame interval, by method"
            yield _Picture(f"{score}_by_interval", caption, figures.method_figure(data, found, score))
    for method in dict.fromkeys(group[0].method for group in groups if len(group) > 1):
        if any("GMACs" in summary.costs for summary in found if summary.method == method):
            caption = f"{method}: mIoU and GMACs against the key-frame interval, by backbone"
            yield _Picture(f"{method}_by_interval", caption, figures.backbone_figure(data, found, method))


def _write(folder: Path, prefix: str, part: Table | _Picture) -> list[str]:
    """Write a part's files, and return what the report says of it."""
    name = f"{prefix}_{part.name}"
    if isinstance(part, Table):
        _write_bytes(folder / f"{name}.csv", csv_text(part).encode())
        return [markdown_text(part), f"[{name}.csv]({name}.csv)\n"]
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        _write_bytes(folder / f"{name}.{suffix}", _drawn(part.figure, suffix, metadata))
    return [f"![{part.caption}]({name}.png)\n", f"*{part.caption}; [{name}.svg]({name}.svg)*\n"]


def _drawn(figure: Figure, suffix: str, metadata: dict[str, None]) -> bytes:
    content = BytesIO()
    figure.savefig(content, format=suffix, metadata=metadata)
    return content.getvalue()


def _write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as partial:
        partial.write_bytes(content)
