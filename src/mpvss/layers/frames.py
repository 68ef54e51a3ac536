"""From uint8 frames to what a network reads."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

SIZE_DIVISOR = 32
"""Frames are padded to a multiple of the coarsest stride of the pyramid."""


def normalize_frames(frames: Tensor, mean: Sequence[float], std: Sequence[float] = (1.0, 1.0, 1.0)) -> Tensor:
    """Scale uint8 frames to [0, 1], subtract `mean` and divide by `std`.

    Args:
        frames: (B, 3, H, W) uint8 RGB.
        mean: of each channel, in [0, 1].
        std: of each channel.

    Returns:
        (B, 3, H, W) float32.

    Raises:
        ValueError: if the frames are not (B, 3, H, W) uint8.
    """
    if frames.ndim != 4 or frames.shape[1] != 3 or frames.dtype.is_floating_point:
        raise ValueError(
            f"frames must be (B, 3, H, W) uint8 RGB; got {tuple(frames.shape)} {frames.dtype}. "
            "Do not normalise them: the model does."
        )
    shift, scale = (torch.tensor(v, device=frames.device).view(3, 1, 1) for v in (mean, std))
    return (frames / 255 - shift) / scale


def pad_to_multiple(frames: Tensor, divisor: int = SIZE_DIVISOR) -> Tensor:
    """Pad frames with zeros at the right and bottom until both sides are multiples of `divisor`."""
    height, width = frames.shape[-2:]
    return F.pad(frames, (0, -width % divisor, 0, -height % divisor))
