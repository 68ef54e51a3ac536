"""The figure of where everything came from: flow as a colour wheel (Fig. 1 of the paper)."""

import torch
from torch import Tensor

from mpvss.drawing import beside, contact_sheet, flow_to_rgb, flow_wheel, note, page, resize, resize_nearest
from mpvss.figures.propagated_pair import PropagatedPair, propagate_pair
from mpvss.propagation import PropagatorModule, warp

_CELL_WIDTH = 400


def flow_figure(
    propagator: PropagatorModule, key_frame: Tensor, frame: Tensor, title: str = "Flow", true_flow: Tensor | None = None
) -> Tensor:
    """Draw the flow from a frame into its key frame, at each pixel that of the segment seen there.

    Args:
        propagator: in eval mode, with a flow module.
        key_frame: (3, H, W) uint8 RGB, frame k.
        frame: (3, H, W) uint8 RGB, frame j.
        title: of the figure.
        true_flow: (2, H, W) displacement j->k in pixels, drawn beside the estimate where it is known.

    Returns:
        (3, h, w) uint8 RGB.

    Raises:
        ValueError: if the propagator has no flow module or is in training mode.
    """
    pair = propagate_pair(propagator, key_frame, frame)
    flow = pair.owners_displacement()
    flows = {"flow of the segments": flow} | ({} if true_flow is None else {"true flow": true_flow})
    longest = longest_of(*flows.values())
    size = cell_size(frame, _CELL_WIDTH)
    cells = {"key frame k": pair.key_frame, "frame j": pair.frame}
    cells |= {name: flow_to_rgb(resize_nearest(value, size), longest) for name, value in flows.items()}
    cells["key frame, moved by the flow"] = _moved(pair, flow)
    # Each picture at the size of its cell, or small frames would be blurred.
    row = [resize(cell, size) for cell in cells.values()]
    return page(
        title,
        contact_sheet([row], list(cells), cell_width=_CELL_WIDTH),
        flow_legend(
            f"Full colour: {longest:.1f} pixels of the frame, darkened beyond; white: no motion.",
            "The flow of a pixel of frame j points to where it was in the key frame k: red means further right there.",
            "Only flow near the border of a segment changes its mask, and only that is trained: inside, it is free.",
        ),
    )


def flow_legend(*lines: str) -> Tensor:
    """Explain flow pictures by a wheel and a few lines beside it: (3, h, w) uint8 RGB."""
    return beside(flow_wheel(), note(*lines))


def longest_of(*flows: Tensor) -> float:
    """The length of flows (2, ...) that full colour stands for: all but a few stray pixels are shorter."""
    lengths = torch.cat([flow.flatten(1).norm(dim=0) for flow in flows]).sort().values
    longest = float(lengths[int(0.97 * (len(lengths) - 1))]) if len(lengths) else 0.0
    return longest or 1.0  # where nothing moves, any will do


def cell_size(frame: Tensor, width: int) -> tuple[int, int]:
    """Height and width of a cell in the proportions of a frame (3, H, W)."""
    return round(width * frame.shape[-2] / frame.shape[-1]), width


def _moved(pair: PropagatedPair, flow: Tensor) -> Tensor:
    moved = warp(pair.key_frame[None].float(), flow[None, None])[0]
    return moved.round().clamp(0, 255).to(torch.uint8)
