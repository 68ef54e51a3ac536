import pytest
import torch
from torchvision.io import write_jpeg, write_png

from mpvss.data import Kind
from mpvss.data.health.clip_findings import walk


@pytest.mark.parametrize("num_workers", [0, 2])
def test_every_frame_of_every_clip_is_counted(inspectors, num_workers):
    reports = walk(inspectors(), num_workers)
    assert [(report.split, report.clip, report.num_frames) for report in reports] == [
        ("train", "beach", 3), ("train", "alley", 2), ("val", "coast", 2), ("test", "drive", 2),
    ]  # fmt: skip
    assert all(report.problems == () for report in reports)
    beach = reports[0]
    assert beach.sizes == {(16, 11): 3}
    # Of 11 rows of 8 + 8 pixels the upper one is void.
    assert {label: count for label, count in enumerate(beach.label_counts) if count} == {
        0: 3 * 80, 1: 3 * 80, 255: 3 * 16,
    }  # fmt: skip


def test_a_clip_of_several_damages_tells_all_of_them_once(root, inspectors):
    clip = root / "data" / "beach"
    (clip / "origin" / "00000.jpg").write_bytes(b"")
    (clip / "mask" / "00001.png").write_bytes(b"no image")
    (clip / "mask" / "00002.png").unlink()
    report = walk(inspectors(), 0)[0]
    assert [problem.kind for problem in report.problems] == [Kind.EMPTY_FILE, Kind.MISSING_MASK, Kind.UNREADABLE]
    assert report.num_frames == 3
    assert report.sizes == {(16, 11): 2}
    assert report.label_counts.sum() == 11 * 16  # of the first frame


def test_a_clip_whose_frames_change_their_size_is_reported(root, inspectors):
    for name, write, channels in (("origin/00001.jpg", write_jpeg, 3), ("mask/00001.png", write_png, 1)):
        write(torch.ones(channels, 9, 7, dtype=torch.uint8), str(root / "data" / "coast" / name))
    (problem,) = walk(inspectors(), 0)[2].problems
    assert problem.kind is Kind.CHANGING_SIZE
    assert problem.file == str(root / "data" / "coast")
    assert "got 1 of 16x11, 1 of 7x9 (width x height)" in problem.text
