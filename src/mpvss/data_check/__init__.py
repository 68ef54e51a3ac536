"""Splits of a data set enter, what is wrong with them and what is in them leaves.

`walk` reads every frame through an :class:`~mpvss.data.Inspector`, clip by clip in several processes; `findings` adds
what only shows between clips and splits. Tables, `draw_class_histogram` and `draw_samples` tell a person of it.
"""

from mpvss.data_check.class_histogram import draw_class_histogram
from mpvss.data_check.clip_report import ClipReport, walk
from mpvss.data_check.findings import Finding, bad_clips, findings
from mpvss.data_check.samples import draw_samples
from mpvss.data_check.tables import class_shares, class_table, kind_table, problem_table, split_table

__all__ = [
    "ClipReport",
    "Finding",
    "bad_clips",
    "class_shares",
    "class_table",
    "draw_class_histogram",
    "draw_samples",
    "findings",
    "kind_table",
    "problem_table",
    "split_table",
    "walk",
]
