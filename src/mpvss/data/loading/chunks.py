"""Runs of consecutive frames, as evaluation streams them."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, DistributedSampler

from mpvss.data.loading.loaders import SignalSafeLoader
from mpvss.data.loading.samplers import rank_and_world_size, share_videos
from mpvss.data.sources.source import VideoSource
from mpvss.types import Chunk

CHUNK_LENGTH = 10
"""Frames that are evaluated at a time, which bounds the memory."""

NO_CHUNK = -1
"""Index of a chunk without frames, which keeps a process in step with others that have more clips."""


class VideoChunks(Dataset[Chunk]):
    """All videos of a source, cut into chunks, in the order of video and frame.

    A chunk is a batch of its own: use a DataLoader with ``batch_size=None``. Fills
    :class:`~mpvss.data.loading.scored.ScoredData`.

    Args:
        source: labelled videos.
        chunk: T, frames of a chunk; the last chunk of a video may have fewer.

    Raises:
        ValueError: if `chunk` is less than 1.
    """

    scores_flow = False

    def __init__(self, source: VideoSource, chunk: int = CHUNK_LENGTH) -> None:
        if chunk < 1:
            raise ValueError(f"chunk must be at least 1 frame; got {chunk}.")
        self.source = source
        self.chunk = chunk
        self._starts: list[tuple[int, int]] = []
        self._of_video: list[range] = []
        for video in range(len(source)):
            first = len(self._starts)
            self._starts += [(video, start) for start in range(0, source.num_frames(video), chunk)]
            self._of_video.append(range(first, len(self._starts)))

    @classmethod
    def of(cls, source: VideoSource | None, chunk: int = CHUNK_LENGTH) -> "VideoChunks | None":
        """Cut videos into chunks, if there are any; the arguments are the constructor's."""
        return None if source is None else cls(source, chunk)

    @property
    def names(self) -> Sequence[str]:
        """The names of the videos."""
        return [self.source.name(video) for video in range(len(self.source))]

    def loader(self, num_workers: int) -> DataLoader[Any]:
        """Return the chunks of this process: whole videos, in order."""
        return SignalSafeLoader(self, num_workers, batch_size=None, sampler=WholeVideoSampler(self))

    def __len__(self) -> int:
        return len(self._starts)

    def of_video(self, video: int) -> range:
        """Return the indices of a video's clips, in order."""
        return self._of_video[video]

    def __getitem__(self, index: int) -> Chunk:
        """Return chunk `index`: frames (T, 3, H, W), labels (T, H, W); for NO_CHUNK one with T = 0."""
        if index == NO_CHUNK:
            empty = torch.empty(0, 3, 0, 0, dtype=torch.uint8)
            return Chunk(empty, empty[:, 0], "", 0, 0)
        video, start = self._starts[index]
        num_frames = self.source.num_frames(video)
        read = [self.source.read(video, frame) for frame in range(start, min(start + self.chunk, num_frames))]
        frames, labels = zip(*read, strict=True)
        return Chunk(torch.stack(frames), torch.stack(labels), self.source.name(video), start, num_frames)


class WholeVideoSampler(DistributedSampler[int]):
    """Yields the clips of whole videos, in order; every video on one process, about as many frames on each.

    Every process gets as many clips as the one that has most: ``NO_CHUNK`` fills up, so that
    processes that wait for each other at every step, or at the end, all get there. Lightning wraps no other sampler
    around it, since it is a ``DistributedSampler``.

    Args:
        clips: of all videos.
        rank: number of this process; by default that of torch.distributed, 0 without it.
        world_size: number of processes; by default that of torch.distributed, 1 without it.

    Raises:
        ValueError: if `rank` is outside 0..world_size - 1.
    """

    def __init__(self, clips: VideoChunks, rank: int | None = None, world_size: int | None = None) -> None:
        rank, world_size = rank_and_world_size(rank, world_size)
        super().__init__(clips, world_size, rank, shuffle=False)
        source = clips.source
        shares = share_videos([source.num_frames(video) for video in range(len(source))], world_size)
        orders = [[index for video in share for index in clips.of_video(video)] for share in shares]
        longest = max(map(len, orders))
        self._order = [*orders[rank], *[NO_CHUNK] * (longest - len(orders[rank]))]

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)
