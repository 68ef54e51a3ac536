from collections import Counter

import numpy as np
import pytest

from mpvss.data import Kind, Problem
from mpvss.data.health.clip_findings import ClipFindings
from mpvss.data.health.findings import Finding
from mpvss.data.health.tables import class_shares, class_table, kind_table, problem_table, split_table
from mpvss.types import ClassList

CLASSES = ClassList(("sky", "road", "car"), ((0, 0, 0),) * 3)


def _report(split: str, clip: str, sizes: dict, counts: dict) -> ClipFindings:
    label_counts = np.zeros(256, np.int64)
    label_counts[list(counts)] = list(counts.values())
    return ClipFindings(split, clip, sum(sizes.values()), Counter(sizes), label_counts, ())


REPORTS = [
    _report("train", "a", {(4, 3): 5}, {0: 30, 255: 20}),
    _report("train", "b", {(3, 4): 7, (5, 5): 1, (6, 5): 1, (7, 5): 1}, {0: 10, 1: 40}),
    _report("test", "c", {(4, 3): 2}, {}),
]
FINDINGS = [
    Finding("train", "a", Problem(Kind.NUMBERING_GAP, "a/1", "comes late", is_note=True)),
    Finding("train", "a", Problem(Kind.EMPTY_FILE, "a/2", "is empty")),
    Finding("train", "b", Problem(Kind.UNREADABLE, "b/1", "is torn")),
    Finding("train", "b", Problem(Kind.UNREADABLE, "b/2", "is torn")),
]


def test_shares_are_of_the_labelled_pixels():
    shares = class_shares(REPORTS, CLASSES)
    assert shares["train"].tolist() == [50, 50, 0]  # 40 and 40 of 80
    assert shares["test"].tolist() == [0, 0, 0]
    assert class_table(shares, CLASSES).rows[1] == {"class": "road", "train_percent": 50, "test_percent": 0}


def test_splits_are_described_by_clips_frames_sizes_void_and_classes():
    train, test = split_table("x", REPORTS, CLASSES).rows
    assert train == {
        "split": "train", "clips": 2, "frames": 15, "sizes_px": "3x4, 4x3, 5x5 and 2 others",
        "void_percent": pytest.approx(20), "classes": "2 of 3",
    }  # fmt: skip
    assert (test["void_percent"], test["classes"]) == (None, "0 of 3")


def test_kinds_are_counted_errors_first_and_the_commonest_before_others():
    assert [list(row.values()) for row in kind_table(FINDINGS).rows] == [
        ["error", "unreadable file", 2, "b/1 is torn"],
        ["error", "empty file", 1, "a/2 is empty"],
        ["note", "gap in frame numbers", 1, "a/1 comes late"],
    ]


def test_every_problem_has_its_row():
    rows = problem_table(FINDINGS).rows
    assert len(rows) == 4
    assert list(rows[1].values()) == ["error", "empty file", "train", "a", "a/2", "is empty"]
