import pytest
import torch

from mpvss.inference import ChunkSegmenter, VideoSegmenter
from mpvss.propagation import FixedInterval
from mpvss.types import Chunk

SIZE = (5, 9)
LENGTHS = (7, 4)


def video(index, length):
    """Frames whose brightness, and labels whose class, is the number of the frame."""
    number = torch.arange(length, dtype=torch.uint8)
    frames = (20 * number)[:, None, None, None].expand(-1, 3, *SIZE)
    return frames, (10 * index + number)[:, None, None].expand(-1, *SIZE)


def clips(length):
    for index, num_frames in enumerate(LENGTHS):
        frames, labels = video(index, num_frames)
        for start in range(0, num_frames, length):
            part = slice(start, start + length)
            yield Chunk(frames[part], labels[part], f"video {index}", start, num_frames)


@pytest.mark.parametrize("length", [1, 2, 3, 7])
@pytest.mark.parametrize("which", ["propagator", "looking_ahead"])
def test_each_prediction_comes_with_its_own_frames_labels(request, which, length):
    segmenter = VideoSegmenter(request.getfixturevalue(which), FixedInterval(3))
    segment, scored = ChunkSegmenter(segmenter).segment, {0: [], 1: []}
    for clip in clips(length):
        part = segment(clip)
        assert part.prediction.shape == part.labels.shape
        index = int(clip.name[-1])
        assert part.start == sum(len(earlier.labels) for earlier in scored[index])
        scored[index].append(part)
    for index, num_frames in enumerate(LENGTHS):
        frames, labels = video(index, num_frames)
        assert torch.equal(torch.cat([part.labels for part in scored[index]]), labels)
        segmented = segmenter.segment_video(frames)
        assert torch.equal(torch.cat([part.prediction for part in scored[index]]), segmented.labels)
        assert torch.equal(torch.cat([part.key for part in scored[index]]), segmented.key)


def test_a_causal_propagators_clip_is_scored_as_a_whole(propagator):
    segmenter = ChunkSegmenter(VideoSegmenter(propagator, FixedInterval(3)))
    assert [len(segmenter.segment(clip).prediction) for clip in clips(2)] == [2, 2, 2, 1, 2, 2]


def test_labels_of_a_video_that_was_left_before_its_end_are_forgotten(looking_ahead):
    segmenter = ChunkSegmenter(VideoSegmenter(looking_ahead, FixedInterval(3)))
    segmenter.segment(next(clips(2)))
    part = segmenter.segment(next(clips(7)))
    assert (len(part.labels), part.start) == (7, 0)
