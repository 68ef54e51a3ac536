"""A tiny video source whose frames say which video and frame they are."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from mpvss.data import VideoSource
from mpvss.types import VOID, ClassList, FramePair

CLASSES = ClassList(("a", "b", "c", "d"), ((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)))


@dataclass
class CountedVideos(VideoSource):
    """Videos of constant 5x7 frames: red is the video, green the frame, and so is the label (modulo 4)."""

    lengths: tuple[int, ...]
    classes: ClassList = CLASSES

    def __len__(self) -> int:
        return len(self.lengths)

    def name(self, video: int) -> str:
        return f"video {video}"

    def num_frames(self, video: int) -> int:
        return self.lengths[video]

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        colour = torch.tensor([video, frame, 0], dtype=torch.uint8)
        return colour[:, None, None].repeat(1, 5, 7), torch.full((5, 7), frame % 4, dtype=torch.uint8)


@pytest.fixture
def counted_videos():
    return CountedVideos


@dataclass
class SparseVideos(CountedVideos):
    """Counted videos of which frames 3 and 5 alone are labelled; counts how often a frame is read."""

    labelled: tuple[int, ...] = (3, 5)
    reads: Counter = field(default_factory=Counter)

    def labelled_frames(self, video: int) -> tuple[int, ...]:
        return self.labelled

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        self.reads[video, frame] += 1
        image, labels = super().read(video, frame)
        return image, labels if frame in self.labelled else torch.full_like(labels, VOID)


@pytest.fixture
def sparse_videos():
    return SparseVideos


def same_pair(one: FramePair, other: FramePair) -> bool:
    return all(a is b if a is None or b is None else torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(name="same_pair")
def same_pair_fixture():
    return same_pair
