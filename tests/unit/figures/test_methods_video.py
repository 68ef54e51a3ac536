from fractions import Fraction

import pytest
import torch

from mpvss.figures import write_methods_video
from mpvss.inference import VideoReader, VideoSegmenter
from mpvss.propagation import FixedInterval, PerFrame


@pytest.fixture
def segmenters(model):
    return {
        "every frame": VideoSegmenter(PerFrame(model.segmentor).eval(), FixedInterval(2)),
        "moved": VideoSegmenter(model, FixedInterval(2)),
    }


def chunks(lengths, labelled):
    for length in lengths:
        frames = torch.full((length, 3, 48, 72), 100, dtype=torch.uint8)
        yield frames, torch.ones(length, 48, 72, dtype=torch.uint8) if labelled else None


@pytest.mark.parametrize("labelled", [True, False])
def test_every_frame_shows_all_methods_and_says_which_are_key_frames(segmenters, classes, sheets, tmp_path, labelled):
    path = tmp_path / "video.mp4"
    write_methods_video(segmenters, chunks([3, 2], labelled), classes, path, "clip", Fraction(7))
    with VideoReader(path) as reader:
        assert len(list(reader)) == 5
        assert reader.frame_rate == 7
        assert all(side % 2 == 0 for side in reader.size)  # players ask for that
    titles = [title for _, row, _ in sheets for title in row]
    first = ["frame"] + ["truth"] * labelled
    key, other = ["every frame, key frame", "moved, key frame"], ["every frame", "moved"]
    assert titles == [*first, *key, *first, *other, *first, *key, *first, *other, *first, *key]


def test_a_video_without_frames_is_refused(segmenters, classes, tmp_path):
    with pytest.raises(ValueError, match="without frames"):
        write_methods_video(segmenters, [], classes, tmp_path / "video.mp4", "clip", Fraction(7))
    assert not list(tmp_path.iterdir())
