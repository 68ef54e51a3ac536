"""Runs of consecutive frames, as evaluation streams them."""

import torch
from torch.utils.data import Dataset

from mpvss.types import Chunk, VideoSource

NO_CHUNK = -1
"""Index of a chunk without frames, which keeps a process in step with others that have more clips."""


class VideoChunks(Dataset[Chunk]):
    """All videos of a source, cut into chunks, in the order of video and frame.

    A chunk is a batch of its own: use a DataLoader with ``batch_size=None``.

    Args:
        source: labelled videos.
        chunk: T, frames of a chunk; the last chunk of a video may have fewer.

    Raises:
        ValueError: if `chunk` is less than 1.
    """

    def __init__(self, source: VideoSource, chunk: int) -> None:
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
