"""What a check found, in tables."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mpvss.data.health.clip_findings import ClipFindings
from mpvss.data.health.findings import Finding
from mpvss.data.health.problems import Kind, Problem
from mpvss.output.table import Cell, Column, Table
from mpvss.types import VOID, ClassList

_SHOWN_SIZES = 3


def split_table(name: str, reports: Sequence[ClipFindings], classes: ClassList) -> Table:
    """Tell what is in each split: clips, frames, sizes, void, classes.

    Args:
        name: of the data set.
        reports: of all clips.
        classes: of the data set.
    """
    rows = []
    for split in dict.fromkeys(report.split for report in reports):
        clips = [report for report in reports if report.split == split]
        counts = _label_counts(clips)
        seen = int((counts[: len(classes.names)] > 0).sum())
        rows.append(
            {
                "split": split,
                "clips": len(clips),
                "frames": sum(report.num_frames for report in clips),
                "sizes_px": _sizes(clips),
                "void_percent": 100 * counts[VOID] / counts.sum() if counts.any() else None,
                "classes": f"{seen} of {len(classes.names)}",
            }
        )
    columns = (
        Column("split", "split"),
        Column("clips", "clips", ","),
        Column("frames", "frames", ","),
        Column("sizes_px", "width x height"),
        Column("void_percent", "void %", ".1f"),
        Column("classes", "classes that occur"),
    )
    return Table("splits", f"What is in {name}", columns, rows)


def class_shares(reports: Sequence[ClipFindings], classes: ClassList) -> dict[str, np.ndarray]:
    """Return each class' share of the labelled pixels, (K,) percent, by split; all 0 where nothing is labelled."""
    shares = {}
    for split in dict.fromkeys(report.split for report in reports):
        counts = _label_counts([report for report in reports if report.split == split])[: len(classes.names)]
        shares[split] = 100 * counts / max(1, counts.sum())
    return shares


def class_table(shares: Mapping[str, np.ndarray], classes: ClassList) -> Table:
    """Give the classes' shares in a table, one column per split."""
    rows: list[dict[str, Cell]] = [
        {"class": name, **{f"{split}_percent": float(values[index]) for split, values in shares.items()}}
        for index, name in enumerate(classes.names)
    ]
    columns = (Column("class", "class"), *(Column(f"{split}_percent", f"{split} %", ".3f") for split in shares))
    return Table("classes", "Share of labelled pixels", columns, rows)


def kind_table(found: Sequence[Finding]) -> Table:
    """Count problems by kind, errors first, each with an example."""
    groups: dict[tuple[bool, Kind], list[Problem]] = {}
    for _, _, problem in found:
        groups.setdefault((problem.is_note, problem.kind), []).append(problem)
    rows: list[dict[str, Cell]] = [
        {"severity": problems[0].severity, "kind": kind, "count": len(problems), "first": str(problems[0])}
        for (_, kind), problems in sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1])))
    ]
    columns = (Column("severity", ""), Column("kind", "kind"), Column("count", "count", ","), Column("first", "first"))
    return Table("kinds", "What is wrong", columns, rows)


def problem_table(found: Sequence[Finding]) -> Table:
    """List every problem: severity, kind, split, clip, file, and what was expected and came."""
    rows: list[dict[str, Cell]] = [
        {
            "severity": problem.severity,
            "kind": problem.kind,
            "split": split,
            "clip": clip,
            "file": problem.file,
            "problem": problem.text,
        }
        for split, clip, problem in found
    ]
    columns = tuple(Column(key, key) for key in ("severity", "kind", "split", "clip", "file", "problem"))
    return Table("problems", "Every problem", columns, rows)


def _label_counts(reports: Sequence[ClipFindings]) -> np.ndarray:
    return np.stack([report.label_counts for report in reports]).sum(axis=0)


def _sizes(reports: Sequence[ClipFindings]) -> str:
    sizes = sum((report.sizes for report in reports), Counter[tuple[int, int]]())
    listed = [f"{width}x{height}" for (width, height), _ in sizes.most_common(_SHOWN_SIZES)]
    others = len(sizes) - len(listed)
    return ", ".join(listed) + (f" and {others} others" if others else "")
