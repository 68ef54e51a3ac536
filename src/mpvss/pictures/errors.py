"""Mistakes pointed out in a picture."""

import torch
from torch import Tensor

from mpvss.types import VOID

_STRIPES = 6  # pixels from one black stripe to the next, and half of that from black to white


def wrong_pixels(labels: Tensor, truth: Tensor) -> Tensor:
    """Tell which labelled pixels got another class: (H, W) bool, from (H, W) classes and (H, W) classes or VOID."""
    return (labels != truth) & (truth != VOID)


def mark_errors(picture: Tensor, wrong: Tensor) -> Tensor:
    """Hatch what is wrong in black and white, which no class colour and no photograph looks like.

    Args:
        picture: (3, H, W) uint8 RGB.
        wrong: (H, W) bool.

    Returns:
        (3, H, W) uint8 RGB, a new picture.
    """
    height, width = wrong.shape
    diagonal = torch.arange(height)[:, None] + torch.arange(width)
    stripes = torch.where(diagonal % _STRIPES < _STRIPES // 2, 0, 255).to(picture.device)
    return torch.where(wrong, stripes, picture).to(torch.uint8)
