"""Training pairs that need no data."""

import torch
import torch.nn.functional as F

from mpvss.types import FramePair

_LABEL_GRID = (3, 4)


def random_pairs(num_pairs: int, size: tuple[int, int], num_classes: int) -> FramePair:
    """Make a batch of noise, whose labels are twelve rectangles a frame, of random classes.

    Args:
        num_pairs: B.
        size: (H, W) of the frames, in pixels.
        num_classes: K.
    """

    def frames() -> torch.Tensor:
        return torch.randint(256, (num_pairs, 3, *size), dtype=torch.uint8)

    def labels() -> torch.Tensor:
        classes = torch.randint(num_classes, (num_pairs, 1, *_LABEL_GRID), dtype=torch.uint8)
        return F.interpolate(classes, size=size, mode="nearest").squeeze(1)

    return FramePair(frames(), labels(), frames(), labels(), gap=torch.ones(num_pairs, dtype=torch.int64))
