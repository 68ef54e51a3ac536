"""What training sees: pairs as they come out of the augmentation, with the flow between their frames."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mpvss.drawing import contact_sheet, flow_to_rgb, overlay
from mpvss.propagation import warp
from mpvss.types import ClassList, FramePair

_TITLES = ("key frame", "frame", "key frame, warped", "flow into the key frame", "labels of the key frame", "labels")


def pair_sheet(pairs: Sequence[FramePair], classes: ClassList, cell_width: int = 320) -> Tensor:
    """Draw pairs, one row each: if all is well, the warped key frame is the frame, and labels lie on what they name.

    Args:
        pairs: unbatched, of one size, with flow.
        classes: their classes.
        cell_width: width of a picture, pixels.

    Returns:
        (3, H, W) uint8 RGB. What cannot be seen in the key frame is black in the warped one.

    Raises:
        ValueError: if there is no pair, or one has no flow.

    Example:
        From a data module that is set up, of a configuration with ``data.flow=true``::

            pairs = datamodule.train_dataloader().dataset
            write_png(pair_sheet([pairs[index] for index in range(4)], datamodule.classes), "pairs.png")
    """
    rows, captions = zip(*(_row(pair, classes) for pair in pairs), strict=True) if pairs else ((), ())
    return contact_sheet(rows, _TITLES, captions, cell_width)


def _row(pair: FramePair, classes: ClassList) -> tuple[list[Tensor], str]:
    """Draw a pair's pictures and write its caption."""
    flow, visible = pair.flow, pair.visible
    if flow is None or visible is None:
        raise ValueError(
            "A sheet of pairs shows the flow between their frames; got a pair without. Set data.flow=true."
        )
    warped = warp(pair.key_frame[None].float(), flow[None, None])[0]
    longest = float((flow * visible).norm(dim=0).max())
    pictures = [
        pair.key_frame,
        pair.frame,
        (warped * visible).round().to(torch.uint8),
        flow_to_rgb(flow * visible),
        overlay(pair.key_frame, pair.key_labels, classes.colours),
        overlay(pair.frame, pair.labels, classes.colours),
    ]
    return pictures, f"gap {int(pair.gap)}, flow up to {longest:.1f} pixels"
