"""Shares as heat on top of a frame."""

import torch
from torch import Tensor

_MAP = "inferno"  # dark to bright, and so also readable in grey
_OPACITY = 0.75


def heat_map(frame: Tensor, shares: Tensor) -> Tensor:
    """Paint shares over a greyed frame, dark where they are zero and brightest where they are largest.

    Args:
        frame: (3, H, W) uint8 RGB.
        shares: (H, W), at least 0.

    Returns:
        (3, H, W) uint8 RGB.

    Raises:
        ModuleNotFoundError: if matplotlib, which has the colours, is not installed.
    """
    from matplotlib import colormaps  # of the extra `report`; nothing else that is drawn here needs it

    relative = shares.float() / (float(shares.max()) or 1.0)
    heat = torch.from_numpy(colormaps[_MAP](relative.cpu().numpy())[..., :3]).permute(2, 0, 1).to(frame.device)
    grey = frame.float().mean(0, keepdim=True).expand_as(frame) / 255
    return (255 * torch.lerp(grey, heat.float(), _OPACITY)).round().to(torch.uint8)
