"""The figure of how single segments are carried over (Fig. C of the paper)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.drawing import (
    class_legend,
    contact_sheet,
    flow_to_rgb,
    heat_map,
    outline,
    overlay,
    page,
    resize,
    resize_nearest,
)
from mpvss.figures.flow_figure import cell_size, flow_legend, longest_of
from mpvss.figures.propagated_pair import PropagatedPair, propagate_pair
from mpvss.propagation import MASK_STRIDE, PropagatorModule
from mpvss.types import ClassList, Segments

_CELL_WIDTH = 300
_SHADE = 0.35


def query_figure(
    propagator: PropagatorModule,
    key_frame: Tensor,
    frame: Tensor,
    classes: ClassList,
    title: str = "Segments and their flow",
    num_segments: int = 5,
    block: int = -1,
) -> Tensor:
    """Draw the most confident segments of a key frame and how each is carried to a later frame, one per row.

    The columns are the mask in the key frame; query-based, pixel-wise and fused flow, and attention, as far as the
    flow module has them; the warped mask; and the semantic prediction. The warped mask is outlined in all of them.

    Args:
        propagator: one that carries masks, in eval mode.
        key_frame: (3, H, W) uint8 RGB, frame k.
        frame: (3, H, W) uint8 RGB, frame j.
        classes: that the model predicts.
        title: of the figure.
        num_segments: rows at most, at least 1.
        block: of the motion decoder, whose attention is shown; -1 is the last.

    Returns:
        (3, h, w) uint8 RGB.

    Raises:
        ValueError: if the propagator carries no masks or is in training mode, its motion decoder has no such block, or
            `num_segments` is less than 1.
    """
    if num_segments < 1:
        raise ValueError(f"num_segments must be at least 1; got {num_segments}. 5 make a readable figure.")
    if not propagator.carries_masks:
        raise ValueError(
            f"a figure of segments needs a method that carries masks; got {type(propagator).__name__}. "
            "Choose propagation=masks."
        )
    pair = propagate_pair(propagator, key_frame, frame, block)
    chosen = _most_confident(pair, num_segments)
    confidence, best_class = pair.confidence
    columns, longest = _columns(pair, chosen, classes)
    captions = [f"query {n}: {classes.names[best_class[n]]}, confidence {confidence[n]:.2f}" for n in chosen]
    sheet = contact_sheet(list(zip(*columns.values(), strict=True)), list(columns), captions, _CELL_WIDTH)
    lines = [
        "Outlined: the segment's mask in the frame that is shown (k in the first column, j in the others).",
        f"Full colour of flow: {longest:.1f} pixels of the frame, darkened beyond. Flow points from frame j to where "
        "things were",
        "in the key frame k, and only counts near its own segment: there it moves the mask.",
    ]
    if pair.parts.attention is not None:
        share = pair.parts.attention[0, chosen].sum((-1, -2)).mean()
        lines.append(
            f"Attention: where in the motion map the flow query looks, bright is most. {100 * share:.0f} % of it goes "
            "there, the rest to other queries."
        )
    return page(title, sheet, class_legend([pair.labels], classes, sheet.shape[-1]), flow_legend(*lines))


def _most_confident(pair: PropagatedPair, num_segments: int) -> list[int]:
    """Queries by falling confidence; those whose mask is nowhere in the key frame come last."""
    confidence, _ = pair.confidence
    seen = (pair.key_segments.mask_logits[0] > 0).any(-1).any(-1)
    return (confidence + seen).argsort(descending=True)[:num_segments].tolist()


def _columns(pair: PropagatedPair, chosen: list[int], classes: ClassList) -> tuple[dict[str, list[Tensor]], float]:
    """The pictures of each column by its title, and the length of flow in full colour, pixels of the frame."""
    size = cell_size(pair.frame, _CELL_WIDTH)
    key_picture, picture = resize(pair.key_frame, size), resize(pair.frame, size)
    key_masks, masks = (_masks(pair, segments, chosen, size) for segments in (pair.key_segments, pair.segments))
    flows, shares = _flows(pair, chosen, size), pair.attention(chosen)
    # What counts sets the scale: away from its own segment, a flow may be anything.
    longest = longest_of(
        *(flow[:, mask > 0.5] for maps in flows.values() for flow, mask in zip(maps, masks, strict=True))
    )
    columns = {name: [flow_to_rgb(flow, longest) for flow in maps] for name, maps in flows.items()}
    if shares is not None:
        columns["attention"] = [heat_map(picture, resize_nearest(share, size)) for share in shares]
    columns["warped mask in frame j"] = [_spotlight(picture, mask) for mask in masks]
    painted = overlay(picture, resize_nearest(pair.labels, size), classes.colours)
    columns["semantic prediction"] = [painted] * len(chosen)
    of_key_frame = {"mask in key frame k": _outlined([_spotlight(key_picture, mask) for mask in key_masks], key_masks)}
    return of_key_frame | {name: _outlined(cells, masks) for name, cells in columns.items()}, longest


def _flows(pair: PropagatedPair, chosen: list[int], size: tuple[int, int]) -> dict[str, Tensor]:
    """The chosen queries' flow maps over a cell, (n, 2, *size) in pixels of the frame, by the title of their column."""
    parts = {"query-based flow": pair.parts.query_flow, "pixel-wise flow": pair.parts.pixel_flow}
    known = {name: part for name, part in parts.items() if part is not None}
    # The only part of a flow is the flow, and needs no second picture.
    shown = {**known, "both, fused": pair.parts.flow} if len(known) == 2 else {"flow": pair.parts.flow}
    of_chosen = {
        name: flow[0, chosen] if flow.shape[1] > 1 else flow[0].expand(len(chosen), -1, -1, -1)
        for name, flow in shown.items()
    }
    return {name: resize_nearest(pair.displacement(flow), size) for name, flow in of_chosen.items()}


def _masks(pair: PropagatedPair, segments: Segments, chosen: list[int], size: tuple[int, int]) -> Tensor:
    """The chosen queries' masks as probabilities over a cell: (n, *size)."""
    mask_logits = segments.mask_logits[:, chosen]
    upsampled = F.interpolate(mask_logits, scale_factor=MASK_STRIDE, mode="bilinear")[0].sigmoid()
    return resize_nearest(upsampled[..., : pair.frame.shape[-2], : pair.frame.shape[-1]], size)


def _outlined(cells: list[Tensor], masks: Tensor) -> list[Tensor]:
    return [outline(cell, mask > 0.5) for cell, mask in zip(cells, masks, strict=True)]


def _spotlight(picture: Tensor, mask: Tensor) -> Tensor:
    """Darken a picture outside of a mask (H, W) of probabilities."""
    return (picture * (_SHADE + (1 - _SHADE) * mask)).round().to(torch.uint8)
