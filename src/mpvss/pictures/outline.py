"""One segment pointed out in a picture."""

import torch
from torch import Tensor

from mpvss.pictures.boundaries import boundaries, widen


def outline(picture: Tensor, mask: Tensor) -> Tensor:
    """Draw the border of a mask, black in white, so that it shows on any colour.

    Args:
        picture: (3, H, W) uint8 RGB.
        mask: (H, W) bool.

    Returns:
        (3, H, W) uint8 RGB, a new picture.
    """
    line = boundaries(mask)
    drawn = torch.where(widen(line, 3), 255, picture)
    return torch.where(line, 0, drawn).to(torch.uint8)
