from fractions import Fraction

import pytest
import torch

from mpvss.data import SyntheticVideos
from mpvss.figures import clip_of_source, clip_of_video, find_video
from mpvss.video import VideoWriter

VIDEOS = SyntheticVideos(3, 12, 24, 32, 4, 2, 0.02, seed=5)


@pytest.mark.parametrize(
    ("frames", "numbers"),
    [([0, 1], [0, 1]), ([2, 6], [2, 3, 4, 5, 6]), ([1, 11], [1, 4, 6, 8, 11]), ([3, 8], [3, 4, 6, 7, 8])],
)
def test_a_labelled_clip_is_shown_from_key_frame_to_later_frame_in_five_steps_at_most(frames, numbers):
    clip = clip_of_source(VIDEOS, 1, frames)
    assert clip.numbers == numbers
    assert clip.name == VIDEOS.name(1)
    for index, number in enumerate(numbers):
        frame, labels = VIDEOS.read(1, number)
        assert torch.equal(clip.frames[index], frame)
        assert torch.equal(clip.truth[index], labels)
    assert torch.equal(clip.true_flow, VIDEOS.flow(1, frames[1], frames[0])[0])


def test_a_source_that_knows_no_flow_gives_none():
    class Silent:
        classes, name, num_frames, read = VIDEOS.classes, VIDEOS.name, VIDEOS.num_frames, VIDEOS.read

    assert clip_of_source(Silent(), 0, [0, 2]).true_flow is None


def test_a_video_is_read_as_far_as_it_is_shown(tmp_path):
    with VideoWriter(tmp_path / "in.mp4", Fraction(5), (32, 48)) as writer:
        for index in range(9):
            writer.write(torch.full((3, 32, 48), 25 * index, dtype=torch.uint8))
    clip = clip_of_video(tmp_path / "in.mp4", [2, 4])
    assert (clip.name, clip.numbers, clip.truth, clip.true_flow) == ("in.mp4", [2, 3, 4], None, None)
    for frame, number in zip(clip.frames, clip.numbers, strict=True):
        assert (frame - 25.0 * number).abs().max() < 5  # H.264 is lossy
    with pytest.raises(ValueError, match=r"in.mp4 has 9 frames, 0 to 8; got frames=\[2,9\]"):
        clip_of_video(tmp_path / "in.mp4", [2, 9])


@pytest.mark.parametrize("frames", [[4, 4], [5, 4], [-1, 4], [4], [0, 2, 4], [0, 2.5], []])
def test_frames_that_are_no_pair_are_refused(frames):
    with pytest.raises(ValueError, match="a key frame and a later frame"):
        clip_of_source(VIDEOS, 0, frames)


def test_a_clip_that_is_too_short_says_how_long_it_is():
    with pytest.raises(ValueError, match=r"synthetic_5_0000 has 12 frames, 0 to 11; got frames=\[0,12\]"):
        clip_of_source(VIDEOS, 0, [0, 12])


def test_a_clip_is_found_by_name_and_by_number():
    assert find_video(VIDEOS, "synthetic_5_0002") == find_video(VIDEOS, 2) == 2
    for unknown in ("synthetic", 3, -1):
        with pytest.raises(ValueError, match=rf"0 to 2, or one of synthetic_5_0000, .*synthetic_5_0002; got {unknown}"):
            find_video(VIDEOS, unknown)
