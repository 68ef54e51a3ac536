"""A report's tables: ours beside the paper's."""

from collections.abc import Callable, Mapping, Sequence

from mpvss.evaluation.record import ResultRecord
from mpvss.output.table import Cell, Column, Table
from mpvss.report.class_differences import ClassDifferences
from mpvss.report.paper import DROP_INTERVALS
from mpvss.report.printed import paper_costs, paper_drop, paper_name, paper_note, paper_scores
from mpvss.report.summaries import DataSplit, Spread, Summary

SCORES = {
    "mIoU": "mIoU",
    "WIoU": "WIoU",
    "mVC8": "mVC8",
    "mVC16": "mVC16",
    "mVC8_paper": "mVC8, paper's rules",
    "mVC16_paper": "mVC16, paper's rules",
    "pixel_accuracy": "pixel acc.",
}
"""Names of scores, in the order of their columns, and the heads of these."""

_COSTS = {
    "GMACs": ("GMACs / frame", ".4g"),
    "key_GMACs": ("key frame", ".4g"),
    "non_key_GMACs": ("non-key frame", ".4g"),
    "key_frames_percent": ("key frames %", ".4g"),
    "parameters_M": ("params M", ".4g"),
    "fps": ("frames/s", ".4g"),
}

_LABELS = (Column("backbone", "backbone"), Column("method", "method"))
_SETTING = (*_LABELS, Column("interval", "interval", "d"), Column("seeds", "seeds", "d"))


def run_table(records: Sequence[ResultRecord]) -> Table:
    """List what was evaluated, so that every number can be had again."""
    columns = (
        Column("created", "created"),
        Column("data", "data"),
        Column("split", "split"),
        Column("num_videos", "videos", "d"),
        Column("num_frames", "frames", "d"),
        Column("seed", "seed", "d"),
        Column("code_version", "commit"),
        Column("command", "command"),
    )
    rows: list[dict[str, Cell]] = [{c.key: getattr(record, c.key) for c in columns} for record in records]
    return Table("runs", "Evaluations", columns, rows)


def scores_beside_paper(data: DataSplit, summaries: Sequence[Summary]) -> Table:
    """Lay out all scores, with the deviation over seeds where there are several, and the paper's where it has any."""
    columns, rows = list(_SETTING), _setting_rows(summaries)
    for name, head in SCORES.items():
        if not any(name in summary.scores for summary in summaries):
            continue
        ours = [summary.scores.get(name) for summary in summaries]
        theirs = [paper_scores(data.data, summary).get(name) for summary in summaries]
        columns += _add_columns(rows, name, head, ".1f", ours, theirs)
    notes = ["Percent; ± is the standard deviation over seeds."] if any(s.seeds > 1 for s in summaries) else []
    if note := paper_note(data.data, summaries):
        notes.append(note)
    return Table("scores", "Scores", tuple(columns), rows, tuple(notes))


def costs_beside_paper(data: DataSplit, summaries: Sequence[Summary]) -> Table:
    """Lay out costs, and the paper's where it has any; its "GFLOPs" are multiply-accumulates."""
    columns, rows = list(_SETTING), _setting_rows(summaries)
    for name, (head, spec) in _COSTS.items():
        ours = [_without_deviation(summary.costs.get(name)) for summary in summaries]
        theirs = [paper_costs(data.data, summary).get(name) for summary in summaries]
        columns += _add_columns(rows, name, head, spec, ours, theirs)
    notes = ("The paper's frames/s are those of one V100.",) if any("paper_fps" in row for row in rows) else ()
    return Table("costs", "Costs", tuple(columns), rows, notes)


def interval_table(data: DataSplit, summaries: Sequence[Summary], score: str) -> Table:
    """Lay out a score by interval, one row a method; and what it loses from interval 2 to 10, as Figs. 3 and A do."""
    intervals = intervals_of(summaries)
    columns = [*_LABELS, *(Column(f"interval_{interval}", str(interval), ".1f") for interval in intervals)]
    rows: list[dict[str, Cell]] = []
    for group in by_method(summaries):
        if group[0].interval is None:
            continue
        means = {summary.interval: summary.scores[score].mean for summary in group if score in summary.scores}
        first, last = (means.get(interval) for interval in DROP_INTERVALS)
        rows.append(
            _labels(group[0])
            | {f"interval_{interval}": means.get(interval) for interval in intervals}
            | {"drop": None if first is None or last is None else first - last}
            | {"paper_drop": paper_drop(data.data, group[0], score)}
        )
    losses = (Column("drop", "loss, 2 to 10", ".1f"), Column("paper_drop", "paper", ".1f"))
    columns += [column for column in losses if any(row[column.key] is not None for row in rows)]
    return Table(f"{score}_by_interval", f"{score} by interval", tuple(columns), _restricted(rows, columns))


def drift_table(summaries: Sequence[Summary]) -> Table:
    """Lay out the mIoU by distance from the key frame, one row a method at its largest interval or other schedule."""
    shown = [group[-1] for group in by_method(summaries) if len(group[-1].drift) > 1]
    distances = sorted({distance for summary in shown for distance in summary.drift})
    columns = (
        *_LABELS,
        Column("interval", "interval", "d"),
        *(Column(f"distance_{distance}", str(distance), ".1f") for distance in distances),
    )
    rows = [
        _labels(summary)
        | {"interval": summary.interval_or_schedule}
        | {f"distance_{d}": summary.drift[d].mean if d in summary.drift else None for d in distances}
        for summary in shown
    ]
    return Table("drift", "mIoU by distance from the key frame, in frames", columns, rows)


def class_difference_table(data: DataSplit, differences: ClassDifferences) -> Table:
    """Lay out the IoU of each class of two methods, largest gain first."""
    columns = (
        Column("class", "class"),
        Column("method", differences.method, ".1f"),
        Column("rival", differences.rival, ".1f"),
        Column("gain", "gain", "+.1f"),
    )
    rows: list[dict[str, Cell]] = [
        {"class": name, "method": ours, "rival": theirs, "gain": ours - theirs}
        for name, (ours, theirs) in differences.scores.items()
    ]
    verdict = f"{differences.verdict(data.data)}."
    return Table(f"classes_{differences.backbone}", differences.title, columns, rows, (verdict,))


def by_method(summaries: Sequence[Summary]) -> list[list[Summary]]:
    """Group by backbone and method, keeping the order; each group goes from the smallest interval to the largest.

    A schedule without a fixed interval is a group of its own.
    """
    groups: dict[tuple[str, str, str | None], list[Summary]] = {}
    for summary in summaries:
        groups.setdefault((summary.backbone, summary.method, summary.schedule), []).append(summary)
    return [sorted(group, key=lambda summary: summary.interval or 0) for group in groups.values()]


def intervals_of(summaries: Sequence[Summary]) -> list[int]:
    """Return the fixed intervals that occur, the smallest first."""
    return sorted({summary.interval for summary in summaries if summary.interval is not None})


def _labels(summary: Summary) -> dict[str, Cell]:
    return {"backbone": paper_name(summary.backbone), "method": summary.method}


def _setting_rows(summaries: Sequence[Summary]) -> list[dict[str, Cell]]:
    return [
        _labels(summary) | {"interval": summary.interval_or_schedule, "seeds": summary.seeds} for summary in summaries
    ]


def _without_deviation(spread: Spread | None) -> Spread | None:
    return spread and spread._replace(deviation=None)


def _add_columns(
    rows: Sequence[dict[str, Cell]],
    name: str,
    head: str,
    spec: str,
    ours: Sequence[Spread | None],
    theirs: Sequence[float | None],
) -> list[Column]:
    """Fill the columns of one number into the rows, and return those that hold anything."""
    kinds: Mapping[Column, Callable[[int], Cell]] = {
        Column(name, head, spec): lambda row: (spread := ours[row]) and spread.mean,
        Column(f"{name}_deviation", "±", ".2f"): lambda row: (spread := ours[row]) and spread.deviation,
        Column(f"paper_{name}", "paper", spec): lambda row: theirs[row],
    }
    filled = []
    for column, cell in kinds.items():
        cells = [cell(row) for row in range(len(rows))]
        if any(value is not None for value in cells):
            filled.append(column)
            for row, value in zip(rows, cells, strict=True):
                row[column.key] = value
    return filled


def _restricted(rows: Sequence[dict[str, Cell]], columns: Sequence[Column]) -> list[dict[str, Cell]]:
    return [{column.key: row[column.key] for column in columns} for row in rows]
