"""One table over the evaluations of a comparison."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from mpvss.comparison.definition import Comparison
from mpvss.evaluation.record import MethodResult, read_record
from mpvss.output.table import Cell, Column, Table

_Schedule = int | str | None
"""The interval of the key frames, or the name of another schedule."""

_SCORES = ("mIoU", "WIoU", "mVC8", "mVC16")


def table_of(comparison: Comparison, output: Path) -> Table:
    """Lay out the records of a complete comparison: mean and deviation over seeds, by backbone, method and interval."""
    rows = []
    for backbone in comparison.backbones or ("",):
        methods = {name: _by_interval(comparison, output, backbone, name) for name in comparison.methods}
        for name, by_interval in methods.items():
            for interval, results in by_interval.items():
                row = _row(name, interval, results) | ({"backbone": backbone} if backbone else {})
                rows.append(row | {"gap_closed_percent": _gap_closed(name, interval, methods)})
    columns = [Column("backbone", "backbone")] if comparison.backbones else []
    columns += [Column("method", "method"), Column("interval", "interval", "d")]
    for score in _SCORES:
        columns += [Column(score, score, ".1f"), Column(f"{score}_deviation", "+-", ".1f")]
    columns += [Column("gap_closed_percent", "gap closed %", ".0f"), Column("GMACs", "GMACs / frame", ".3f")]
    return Table("comparison", "Methods trained alike", tuple(columns), rows, (_note(comparison),))


def _by_interval(
    comparison: Comparison, output: Path, backbone: str, method: str
) -> dict[_Schedule, list[MethodResult]]:
    """The results of a method over seeds."""
    found: dict[_Schedule, list[MethodResult]] = {}
    for seed in comparison.seeds:
        folder = comparison.folder(output, backbone, seed) / comparison.evaluation_name(method)
        for result in read_record(folder).results:
            found.setdefault(result.interval_or_schedule, []).append(result)
    return found


def _row(name: str, interval: _Schedule, results: Sequence[MethodResult]) -> dict[str, Cell]:
    row: dict[str, Cell] = {"method": name, "interval": interval, "GMACs": results[0].gmacs}
    for score in _SCORES:
        values = _values(score, results)
        row[score] = _mean(score, results)
        row[f"{score}_deviation"] = statistics.stdev(values) if len(values) > 1 else None
    return row


def _gap_closed(
    name: str, interval: _Schedule, methods: Mapping[str, Mapping[_Schedule, Sequence[MethodResult]]]
) -> float | None:
    """Return how far a method gets from copying towards segmenting every frame, percent of mIoU."""
    if not {"copy", "per_frame"} <= methods.keys():
        return None
    copied = methods["copy"].get(interval, next(iter(methods["copy"].values())))  # per_frame has an interval of its own
    compared = (methods[name][interval], copied, next(iter(methods["per_frame"].values())))
    match [_mean("mIoU", results) for results in compared]:
        case [float(score), float(copy), float(per_frame)] if copy != per_frame:
            return 100 * (score - copy) / (per_frame - copy)
    return None


def _mean(score: str, results: Sequence[MethodResult]) -> float | None:
    values = _values(score, results)
    return statistics.fmean(values) if values else None


def _values(score: str, results: Sequence[MethodResult]) -> list[float]:
    return [result.scores[score] for result in results if score in result.scores]


def _note(comparison: Comparison) -> str:
    given = ", but for given segmentors" if comparison.weights else ""
    seeds = ", ".join(map(str, comparison.seeds))
    return (
        f"Mean and standard deviation over seeds {seeds}, each with its own segmentor{given}. Gap closed: of mIoU "
        "between copy and per_frame. mVC as the official script has it."
    )
