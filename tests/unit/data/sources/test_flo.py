"""A .flo file is read as Middlebury wrote it, and damage is named."""

import struct

import pytest
import torch

from mpvss.data.sources.flow_pairs import read_flo


def _content(values, width, height, magic=202021.25):
    return struct.pack("<fii", magic, width, height) + struct.pack(f"<{len(values)}f", *values)


def test_values_are_x_then_y_row_by_row(tmp_path):
    # Hand-made: 2 rows of 3 pixels; pixel i has flow (i + 0.5, -i).
    values = [part for i in range(6) for part in (i + 0.5, -float(i))]
    (tmp_path / "a.flo").write_bytes(_content(values, 3, 2))
    flow, known = read_flo(tmp_path / "a.flo")
    assert flow.dtype == torch.float32
    assert flow.tolist() == [[[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]], [[0, -1, -2], [-3, -4, -5]]]
    assert known.all()
    assert known.shape == (2, 3)


@pytest.mark.parametrize("unknown", [1.1e9, -2e9, float("nan"), float("inf")])
def test_huge_values_are_unknown_and_read_as_zero(tmp_path, unknown):
    (tmp_path / "a.flo").write_bytes(_content([1, 2, unknown, 3, 4, unknown], 1, 3))
    flow, known = read_flo(tmp_path / "a.flo")
    assert known.tolist() == [[True], [False], [False]]
    assert flow[:, ~known].eq(0).all()
    assert flow[:, 0, 0].tolist() == [1, 2]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.flo is missing"):
        read_flo(tmp_path / "gone.flo")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_content([0, 0], 1, 1, magic=1.0), r"a\.flo must be a \.flo file, which starts with the bytes b'PIEH'"),
        (b"PIEH", r"must be a \.flo file.*\(4 bytes\)"),
        (b"", r"must be a \.flo file.*\(0 bytes\)"),
        (_content([0] * 11, 3, 2), r"must have 60 bytes for 3x2 pixels \(width x height\); got 56"),
        (_content([0] * 13, 3, 2), "must have 60 bytes .*; got 64"),
        (_content([], 0, 5), "for 0x5 pixels"),
        (_content([0] * 12, -3, -2), "for -3x-2 pixels"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content, message):
    (tmp_path / "a.flo").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_flo(tmp_path / "a.flo")
