"""Labels painted on the frame they belong to."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mpvss.pictures.boundaries import boundaries
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
