"""Clips are the videos, cut into chunks in order."""

import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.data.loading.chunks import VideoChunks
from mpvss.types import Chunk


def test_clips_cover_every_frame_once_in_order(counted_videos):
    source = counted_videos((5, 1, 4))
    clips = list(DataLoader(VideoChunks(source, chunk=2), batch_size=None))
    assert [(clip.name, clip.start, len(clip.frames), clip.num_frames) for clip in clips] == [
        ("video 0", 0, 2, 5),
        ("video 0", 2, 2, 5),
        ("video 0", 4, 1, 5),
        ("video 1", 0, 1, 1),
        ("video 2", 0, 2, 4),
        ("video 2", 2, 2, 4),
    ]
    frames = [(video, frame) for clip in clips for video, frame, _ in clip.frames[:, :, 0, 0].tolist()]
    assert frames == [(0, frame) for frame in range(5)] + [(1, 0)] + [(2, frame) for frame in range(4)]


def test_a_clip_stacks_what_the_source_reads(counted_videos):
    source = counted_videos((7,))
    clip = VideoChunks(source, chunk=4)[1]
    assert isinstance(clip, Chunk)
    for index in range(3):
        frame, labels = source.read(0, 4 + index)
        assert torch.equal(clip.frames[index], frame)
        assert torch.equal(clip.labels[index], labels)


def test_a_chunk_of_zero_is_refused(counted_videos):
    with pytest.raises(ValueError, match="at least 1 frame; got 0"):
        VideoChunks(counted_videos((5,)), chunk=0)
