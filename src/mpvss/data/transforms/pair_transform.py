"""Augmentation of a pair of frames."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.data.transforms.colour_jitter import ColourJitter
from mpvss.data.transforms.scale_jitter import ScaleJitter, ScaleRange, ShortSides
from mpvss.data.transforms.window import Window
from mpvss.types import VOID, FramePair

_REDRAWS = 10
"""How often a crop is drawn anew because one class fills it."""


class View(NamedTuple):
    """The geometry that was drawn for a pair.

    Attributes:
        window: what is seen of the scaled frames.
        mirrored: whether left and right are exchanged then.
        filled: rows and columns of the result that the frames fill.
    """

    window: Window
    mirrored: bool
    filled: tuple[slice, slice]


class PairTransform:
    """Scale, crop, flip and recolour a pair, with the same draw for both frames.

    Both frames get the same geometry, so the motion between them stays what it was, and the same colours, so they
    match. Flow, where the pair has it, follows: its values are scaled and mirrored with the frames. Only what the
    crop shows is resized. Randomness comes from torch's default CPU generator.

    Args:
        size: (h, w) of the result, pixels. What the scaled frame does not fill is black and VOID.
        scale: range of the factor, drawn uniformly, by which the frames are resized before the crop.
        short_sides: lengths of the frame's short side to draw from instead, pixels; None for `scale`.
        max_long_side: largest length of the long side then, pixels; None for any.
        max_class_area: a crop is drawn anew, ten times at most, while one class covers more of what is labelled in
            it, as Mask2Former does; 1 for any crop.
        flip: whether to mirror half of the pairs.
        colour: whether to vary brightness, contrast, saturation and hue.

    Raises:
        ValueError: if a size, a scale or a share makes no sense.
    """

    def __init__(
        self,
        size: Sequence[int],
        scale: Sequence[float] = (0.5, 2.0),
        short_sides: Sequence[int] | None = None,
        max_long_side: int | None = None,
        max_class_area: float = 0.75,
        flip: bool = True,
        colour: bool = True,
    ) -> None:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(f"size must be two positive numbers, (height, width); got {tuple(size)}.")
        if not 0 < max_class_area <= 1:
            raise ValueError(f"max_class_area must be a share of the crop, above 0 and up to 1; got {max_class_area}.")
        self.size = (int(size[0]), int(size[1]))
        self.max_class_area = max_class_area
        self._draw_factor = _scale_jitter(scale, short_sides, max_long_side)
        self._flip = flip
        self._recolour = ColourJitter() if colour else None

    def __call__(self, pair: FramePair) -> FramePair:
        """Transform an unbatched pair.

        Args:
            pair: frames (3, H, W) uint8 RGB and labels (H, W) uint8, both frames of one size; flow (2, H, W) and
                visible (H, W), or None.

        Returns:
            The pair at `size`; the gap is handed on. A surface point that the crop took out of the key frame is
            not visible.
        """
        view = self.draw(pair)
        return self.colour(self.geometry(pair, view), view)

    def draw(self, pair: FramePair) -> View:
        """Draw scale, place and mirroring for an unbatched pair: the first of the three steps of a call."""
        height, width = pair.labels.shape
        factor = self._draw_factor(height, width)
        scaled = (math.floor(height * factor), math.floor(width * factor))
        if min(scaled) < 1:
            raise ValueError(f"a frame of {width}x{height} scaled by {factor} has no pixel left. Raise data.scale.")
        for _ in range(1 + _REDRAWS):
            top, left = (_draw_start(whole - side) for whole, side in zip(scaled, self.size, strict=True))
            window = Window(factor, top, left, *self.size)
            seen = pair.labels[window.source(height, width)]
            if self.max_class_area == 1 or _largest_share(seen) <= self.max_class_area:
                break
        rows, columns = window.filled(height, width)
        mirrored = self._flip and float(torch.rand(())) < 0.5
        if mirrored:
            columns = slice(window.width - columns.stop, window.width - columns.start)
        return View(window, mirrored, (rows, columns))

    def geometry(self, pair: FramePair, view: View) -> FramePair:
        """Scale, crop and mirror an unbatched pair as was drawn: the second step of a call."""
        window = view.window
        frames = [window.frame(frame) for frame in (pair.key_frame, pair.frame)]
        labels = [window.nearest(label_map, fill=VOID) for label_map in (pair.key_labels, pair.labels)]
        flow, visible = pair.flow, pair.visible
        if flow is not None and visible is not None:
            flow, visible = _move(flow, visible, window, view.mirrored)
        if view.mirrored:
            frames, labels = [frame.flip(-1) for frame in frames], [label_map.flip(-1) for label_map in labels]
        return FramePair(frames[0], labels[0], frames[1], labels[1], pair.gap, flow, visible)

    def colour(self, pair: FramePair, view: View) -> FramePair:
        """Recolour what the frames fill of a pair of that geometry: the last step of a call."""
        if self._recolour is None:
            return pair
        frames = torch.stack([pair.key_frame, pair.frame])
        frames[..., *view.filled] = self._recolour(frames[..., *view.filled])
        return pair._replace(key_frame=frames[0], frame=frames[1])


def _scale_jitter(scale: Sequence[float], short_sides: Sequence[int] | None, max_long_side: int | None) -> ScaleJitter:
    if short_sides is not None:
        return ShortSides(short_sides, max_long_side)
    if len(scale) != 2:
        raise ValueError(f"scale must be (least, most) with 0 < least <= most; got {tuple(scale)}.")
    return ScaleRange(*scale)


def _draw_start(slack: int) -> int:
    """Draw where a window begins in a frame that is longer by `slack` pixels, or before it, where it is shorter."""
    return int(torch.randint(min(0, slack), max(0, slack) + 1, ()))


def _largest_share(labels: Tensor) -> float:
    """Return the share of the most frequent class among labelled pixels; 1 where there is none."""
    counts = labels.flatten().bincount(minlength=VOID + 1)[:VOID]
    return float(counts.max() / counts.sum().clamp(min=1)) if counts.any() else 1.0


def _move(flow: Tensor, visible: Tensor, window: Window, mirrored: bool) -> tuple[Tensor, Tensor]:
    """Cut flow, (2, H, W), and visibility, (H, W), as the frames were cut; flow is 0 where the frame does not reach.

    By the nearest pixel, which keeps the edges of things sharp.
    """
    flow = window.nearest(flow, fill=0) * float(window.factor)
    visible = window.nearest(visible, fill=0)
    if mirrored:
        flow, visible = flow.flip(-1) * flow.new_tensor([-1.0, 1.0])[:, None, None], visible.flip(-1)
    height, width = visible.shape
    key_x = flow[0] + torch.arange(width)
    key_y = flow[1] + torch.arange(height)[:, None]
    inside = (key_x >= 0) & (key_x <= width - 1) & (key_y >= 0) & (key_y <= height - 1)
    return flow, visible & inside
