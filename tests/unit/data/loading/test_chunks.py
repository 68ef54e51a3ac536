"""Chunks are the videos, cut in order; whole videos are shared out, and nothing is lost or counted twice."""

import random

import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.data.loading.chunks import VideoChunks, WholeVideoSampler
from mpvss.data.loading.samplers import share_videos
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


def _cases():
    draw = random.Random(0)
    for _ in range(120):
        lengths = tuple(draw.randint(1, 40) for _ in range(draw.randint(1, 12)))
        yield lengths, draw.randint(1, 15), draw.randint(1, 11)


def _streamed(source, chunk, world_size):
    """Return the clips that each process gets."""
    clips = VideoChunks(source, chunk)
    samplers = [WholeVideoSampler(clips, rank, world_size) for rank in range(world_size)]
    assert all(len(sampler) == len(list(sampler)) for sampler in samplers)
    return [list(DataLoader(clips, batch_size=None, sampler=sampler)) for sampler in samplers]


def test_every_frame_is_streamed_once_and_in_order_whatever_the_number_of_processes(counted_videos):
    for lengths, chunk, world_size in _cases():
        processes = _streamed(counted_videos(lengths), chunk, world_size)
        assert len({len(clips) for clips in processes}) == 1  # so many steps on every process
        frames = []
        for clips in processes:
            streamed = [tuple(frame[:2, 0, 0].tolist()) for clip in clips for frame in clip.frames]
            assert streamed == sorted(streamed)  # whole videos, each from its first to its last frame
            frames += streamed
        expected = [(video, frame) for video, length in enumerate(lengths) for frame in range(length)]
        assert sorted(frames) == expected


def test_a_video_stays_on_one_process(counted_videos):
    for lengths, chunk, world_size in _cases():
        processes = _streamed(counted_videos(lengths), chunk, world_size)
        names = [{clip.name for clip in clips if len(clip.frames)} for clips in processes]
        assert sum(map(len, names)) == len(set().union(*names)) == len(lengths)


def test_frames_are_balanced():
    for lengths, _, world_size in _cases():
        loads = sorted(sum(lengths[video] for video in share) for share in share_videos(lengths, world_size))
        # Longest first: no process has more than the one with least and the video that it was given last.
        assert loads[-1] - loads[0] <= max(lengths)
        # Graham's bound for this order, with the mean and the longest video as bounds of the best.
        assert loads[-1] <= (4 / 3 - 1 / (3 * world_size)) * max(
            sum(lengths) / world_size, *lengths, _two(lengths, world_size)
        )


def _two(lengths, world_size):
    """With more videos than processes, some process has two of the world_size + 1 longest."""
    longest = sorted(lengths, reverse=True)
    return longest[world_size - 1] + longest[world_size] if len(lengths) > world_size else 0


def test_the_longest_go_first():
    assert share_videos([3, 9, 4, 5, 2], world_size=2) == [[0, 1], [2, 3, 4]]  # 9, then 5 + 4, then 3, 2


def test_a_process_without_a_video_gets_clips_without_frames(counted_videos):
    alone, idle = _streamed(counted_videos((5,)), 2, 2)
    assert [len(clip.frames) for clip in alone] == [2, 2, 1]
    assert [(clip.frames.shape[:2], len(clip.labels)) for clip in idle] == [((0, 3), 0)] * 3


def test_one_process_gets_the_videos_as_they_come(counted_videos):
    clips = VideoChunks(counted_videos((2, 7, 4)), 3)
    assert list(WholeVideoSampler(clips)) == list(range(len(clips)))


def test_a_rank_outside_the_processes_is_refused(counted_videos):
    with pytest.raises(ValueError, match="rank"):
        WholeVideoSampler(VideoChunks(counted_videos((5,)), 2), rank=2, world_size=2)
