"""Labels painted on the frame that they belong to, borders, segments and mistakes pointed out in it."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.types import VOID


def overlay(frame: Tensor, labels: Tensor, colours: Sequence[tuple[int, int, int]], opacity: float = 0.5) -> Tensor:
    """Tint every class in its colour and outline its segments in the same colour, undiluted.

    Args:
        frame: (3, H, W) uint8 RGB.
        labels: (H, W) uint8 classes; VOID pixels stay as they are.
        colours: K RGB triples in 0..255, one per class.
        opacity: share of the class colour inside a segment, 0 to 1.

    Returns:
        (3, H, W) uint8 RGB.

    Raises:
        ValueError: if the labels differ in size from the frame or hold a class without colour, or the opacity is
            out of range.
    """
    if frame.ndim != 3 or labels.shape != frame.shape[1:]:
        raise ValueError(
            f"labels must be (H, W) for a (3, H, W) frame; got {tuple(labels.shape)} and {tuple(frame.shape)}. "
            "Resize the labels, by nearest neighbour, to the frame."
        )
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must be within 0 and 1; got {opacity}. 0.5 shows frame and classes alike.")
    known = labels != VOID
    highest = int(labels[known].max()) if known.any() else 0
    if highest >= len(colours):
        raise ValueError(f"labels hold class {highest}, but there are {len(colours)} colours. Give each class one.")
    palette = torch.zeros(256, 3, dtype=torch.float32, device=frame.device)
    palette[: len(colours)] = palette.new_tensor(colours)
    tint = palette[labels.long()].permute(2, 0, 1)
    weight = torch.where(boundaries(labels), 1.0, opacity) * known
    return torch.lerp(frame.float(), tint, weight).round().to(torch.uint8)


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
