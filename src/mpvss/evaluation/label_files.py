"""How a data set names its frames and writes its labels."""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from mpvss.types import SparseVideoSource, VideoSource


@runtime_checkable
class StoredVideos(Protocol):
    """Videos that are files, whose labels have codes of their own."""

    @property
    def label_codes(self) -> tuple[int, ...]:
        """The code of each class in label files."""

    def frame_name(self, video: int, frame: int) -> str:
        """Return the name of a frame's file, without its ending."""


def scored_frames(source: VideoSource) -> list[tuple[int, int]]:
    """Return number of video and frame of everything that has labels, in order."""
    return [
        (video, frame)
        for video in range(len(source))
        for frame in (
            source.labelled_frames(video) if isinstance(source, SparseVideoSource) else range(source.num_frames(video))
        )
    ]


def label_codes(source: VideoSource) -> Tensor:
    """Return (K,) uint8, the code of each class in the data set's label files: class + 1 where it has no files."""
    if isinstance(source, StoredVideos):
        return torch.tensor(source.label_codes, dtype=torch.uint8)
    return torch.arange(1, len(source.classes.names) + 1, dtype=torch.uint8)


def label_file(source: VideoSource, video: int, frame: int) -> str:
    """Return where a frame's label map lies below a folder of predictions: ``<clip>/<frame>.png``."""
    name = source.frame_name(video, frame) if isinstance(source, StoredVideos) else f"{frame:05d}"
    return f"{source.name(video)}/{name}.png"
