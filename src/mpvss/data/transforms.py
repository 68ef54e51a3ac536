"""Augmentation of a pair of frames."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms.v2 import functional as F

from mpvss.types import VOID, FramePair


class PairTransform:
    """Scale, crop, flip and recolour a pair, with the same draw for both frames.

    Both frames get the same geometry, so the motion between them stays what it was, and the same colours, so they
    match. Flow, where the pair has it, follows: its values are scaled and mirrored with the frames. Randomness comes
    from torch's default CPU generator.

    Args:
        size: (h, w) of the result, pixels. What the scaled frame does not fill is black and VOID.
        scale: range of the factor, drawn uniformly, by which the frames are resized before the crop.
        flip: whether to mirror half of the pairs.
        colour: whether to vary brightness, contrast, saturation and hue (each for half of the pairs, within the
            limits that SSD set and Mask2Former took over).

    Raises:
        ValueError: if `size` or `scale` is not positive, or `scale` is not a range.
    """

    def __init__(
        self, size: Sequence[int], scale: Sequence[float] = (0.5, 2.0), flip: bool = True, colour: bool = True
    ) -> None:
        if len(size) != 2 or min(size) < 1:
            raise ValueError(f"size must be two positive numbers, (height, width); got {tuple(size)}.")
        if len(scale) != 2 or not 0 < scale[0] <= scale[1]:
            raise ValueError(f"scale must be (least, most) with 0 < least <= most; got {tuple(scale)}.")
        self.scale = (float(scale[0]), float(scale[1]))
        fill = {tv_tensors.Image: 0, tv_tensors.Mask: VOID}
        self._crop = v2.RandomCrop((int(size[0]), int(size[1])), pad_if_needed=True, fill=fill)
        self._flip = flip
        # Not v2.RandomPhotometricDistort: it also swaps the colour channels.
        jitters = ({"brightness": 0.125}, {"contrast": 0.5}, {"saturation": 0.5}, {"hue": 0.05}) if colour else ()
        self._recolour = torch.nn.Sequential(*(v2.RandomApply([v2.ColorJitter(**jitter)], p=0.5) for jitter in jitters))

    def __call__(self, pair: FramePair) -> FramePair:
        """Transform an unbatched pair.

        Args:
            pair: frames (3, H, W) uint8 RGB and labels (H, W) uint8, both frames of one size; flow (2, H, W) and
                visible (H, W), or None.

        Returns:
            The pair at `size`; the gap is handed on. A surface point that the crop took out of the key frame is
            not visible.
        """
        frames = torch.stack([pair.key_frame, pair.frame])
        labels = torch.stack([pair.key_labels, pair.labels])
        motion = None if pair.flow is None or pair.visible is None else _pack(pair.flow, pair.visible)

        factor = _draw_between(*self.scale)
        size = [max(1, round(side * factor)) for side in labels.shape[-2:]]
        frames = F.resize_image(frames, size, interpolation=InterpolationMode.BILINEAR, antialias=True)
        labels = _resize_nearest(labels, size)
        motion = None if motion is None else _resize_motion(motion, size)

        frames, labels, motion = self._crop(
            tv_tensors.Image(frames), tv_tensors.Mask(labels), None if motion is None else tv_tensors.Mask(motion)
        )
        if self._flip and float(torch.rand(())) < 0.5:
            frames, labels = F.horizontal_flip(frames), F.horizontal_flip(labels)
            motion = None if motion is None else _flip_motion(motion)
        key_frame, frame = self._recolour(frames).as_subclass(Tensor)
        key_labels, later_labels = labels.as_subclass(Tensor)
        flow, visible = (None, None) if motion is None else _unpack(motion.as_subclass(Tensor))
        return FramePair(key_frame, key_labels, frame, later_labels, pair.gap, flow, visible)


def _draw_between(least: float, most: float) -> float:
    return least + (most - least) * float(torch.rand(()))


def _resize_nearest(maps: Tensor, size: list[int]) -> Tensor:
    # v2 resizes masks by NEAREST, which rounds down and so shifts them by half a pixel against the frames.
    resized: Tensor = F.resize_image(maps, size, interpolation=InterpolationMode.NEAREST_EXACT)
    return resized


def _pack(flow: Tensor, visible: Tensor) -> Tensor:
    """Return (3, H, W) float32, x and y displacement and visibility, which the geometry moves as one mask."""
    return torch.cat([flow, visible[None].to(flow.dtype)])


def _unpack(motion: Tensor) -> tuple[Tensor, Tensor]:
    """Return flow, 0 where the frame does not reach, and what is visible within the crop."""
    height, width = motion.shape[-2:]
    known = motion[2] != VOID
    flow = torch.where(known, motion[:2], 0.0)
    key_x = flow[0] + torch.arange(width)
    key_y = flow[1] + torch.arange(height)[:, None]
    inside = (key_x >= 0) & (key_x <= width - 1) & (key_y >= 0) & (key_y <= height - 1)
    return flow, known & inside & (motion[2] == 1)


def _resize_motion(motion: Tensor, size: list[int]) -> Tensor:
    """Resize by the nearest pixel, which keeps the edges of things sharp, and rescale the displacement."""
    height, width = motion.shape[-2:]
    ratio = torch.tensor([size[1] / width, size[0] / height, 1.0])
    return _resize_nearest(motion, size) * ratio[:, None, None]


def _flip_motion(motion: Tensor) -> Tensor:
    return F.horizontal_flip(motion) * torch.tensor([-1.0, 1.0, 1.0])[:, None, None]
