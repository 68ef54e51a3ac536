"""Where segments end."""

import torch
import torch.nn.functional as F
from torch import Tensor

_LINE_PER_PIXEL = 1 / 400  # boundary width over frame height: 1 pixel up to 600 lines, 2 at 720, 3 at 1080


def boundaries(labels: Tensor) -> Tensor:
    """Mark pixels whose right or lower neighbour is of another class, widened with the frame's height.

    Args:
        labels: (H, W) classes, or a mask.

    Returns:
        (H, W) bool.
    """
    edge = torch.zeros(labels.shape, dtype=torch.bool, device=labels.device)
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    edge[:-1] |= labels[:-1] != labels[1:]
    width = max(1, round(labels.shape[0] * _LINE_PER_PIXEL))
    return edge if width == 1 else widen(edge, width)


def widen(line: Tensor, width: int) -> Tensor:
    """Let each marked pixel of (H, W) bool grow to a square of `width` pixels."""
    padded = F.pad(line[None].float(), (width // 2, (width - 1) // 2, width // 2, (width - 1) // 2))
    return F.max_pool2d(padded, width, stride=1)[0] > 0
