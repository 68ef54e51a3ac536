"""Pictures at another size."""

import torch
import torch.nn.functional as F
from torch import Tensor


def resize(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize a picture smoothly, without aliasing.

    Args:
        picture: (3, h, w) uint8 RGB.
        size: (H, W) in pixels.

    Returns:
        (3, H, W) uint8 RGB; the picture itself where it has that size.
    """
    if picture.shape[-2:] == size:
        return picture
    resized = F.interpolate(picture[None].float().cpu(), size=size, mode="bilinear", antialias=True)
    return resized[0].round().clamp(0, 255).to(torch.uint8)


def resize_nearest(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize label maps, masks or anything else whose values must not be mixed.

    Args:
        maps: (..., h, w) of any type.
        size: (H, W) in pixels.

    Returns:
        (..., H, W) of the same type.
    """
    rows = torch.arange(size[0], device=maps.device) * maps.shape[-2] // size[0]
    columns = torch.arange(size[1], device=maps.device) * maps.shape[-1] // size[1]
    return maps[..., rows[:, None], columns]
