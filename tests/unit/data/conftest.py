"""A tiny video source whose frames say which video and frame they are."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from mpvss.types import ClassList, FramePair

CLASSES = ClassList(("a", "b", "c", "d"), ((0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3)))


@dataclass
class CountedVideos:
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


def same_pair(one: FramePair, other: FramePair) -> bool:
    return all(a is b if a is None or b is None else torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(name="same_pair")
def same_pair_fixture():
    return same_pair
