"""Labelled clips in, predictions beside their labels out."""

from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.inference.video_segmenter import VideoSegmenter
from mpvss.types import Chunk


class ScoredFrames(NamedTuple):
    """Consecutive frames of a video that are decided, to be scored.

    Attributes:
        prediction: (T, H, W) uint8 classes; T may be 0.
        labels: (T, H, W) uint8, classes or VOID, of the same frames.
        start: index of the first of them in the video.
        key: (T,) bool, which of them are key frames.
    """

    prediction: Tensor
    labels: Tensor
    start: int
    key: Tensor


class ChunkSegmenter:
    """Segment videos chunk by chunk, and give each prediction together with its frame's labels.

    With a causal propagator these are the chunk's own; labels wait where frames do.

    Args:
        segmenter: is reset wherever a video begins, and finished where it ends.
    """

    def __init__(self, segmenter: VideoSegmenter) -> None:
        self.segmenter = segmenter
        self._waiting: list[Tensor] = []

    def segment(self, chunk: Chunk) -> ScoredFrames:
        """Segment the next frames of a video.

        Args:
            chunk: consecutive labelled frames; those of one video come in order.

        Returns:
            What is decided by now and was not before; after a video's last chunk, all of it.
        """
        if chunk.start == 0:
            self.segmenter.reset()
            self._waiting = []
        decided = [self.segmenter.segment(chunk.frames)]
        end = chunk.start + len(chunk.frames)
        if end == chunk.num_frames:
            decided.append(self.segmenter.finish())
        prediction, key = (torch.cat(parts) for parts in zip(*((d.labels, d.key) for d in decided), strict=True))
        labels = torch.cat([*self._waiting, chunk.labels])
        num_decided, start = len(prediction), end - len(labels)
        self._waiting = [labels[num_decided:].clone()]  # not a view of all of them
        return ScoredFrames(prediction, labels[:num_decided], start, key)
