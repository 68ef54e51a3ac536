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
    match. Randomness comes from torch's default CPU generator.

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
        steps: list[torch.nn.Module] = [v2.RandomCrop((int(size[0]), int(size[1])), pad_if_needed=True, fill=fill)]
        if flip:
            steps.append(v2.RandomHorizontalFlip())
        if colour:
            # Not v2.RandomPhotometricDistort: it also swaps the colour channels.
            jitters = ({"brightness": 0.125}, {"contrast": 0.5}, {"saturation": 0.5}, {"hue": 0.05})
            steps.extend(v2.RandomApply([v2.ColorJitter(**jitter)], p=0.5) for jitter in jitters)
        self._steps = v2.Compose(steps)

    def __call__(self, pair: FramePair) -> FramePair:
        """Transform an unbatched pair.

        Args:
            pair: frames (3, H, W) uint8 RGB and labels (H, W) uint8, both frames of one size.

        Returns:
            The pair at `size`; the gap is handed on.
        """
        frames, labels = self._resize(
            torch.stack([pair.key_frame, pair.frame]), torch.stack([pair.key_labels, pair.labels])
        )
        frames, labels = self._steps(tv_tensors.Image(frames), tv_tensors.Mask(labels))
        key_frame, frame = frames.as_subclass(Tensor)
        key_labels, later_labels = labels.as_subclass(Tensor)
        return FramePair(key_frame, key_labels, frame, later_labels, pair.gap)

    def _resize(self, frames: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        least, most = self.scale
        factor = least + (most - least) * torch.rand(()).item()
        size = [max(1, round(side * factor)) for side in labels.shape[-2:]]
        # v2 resizes masks by NEAREST, which rounds down and so shifts them by half a pixel against the frames.
        labels = F.resize_image(labels, size, interpolation=InterpolationMode.NEAREST_EXACT)
        return F.resize_image(frames, size, interpolation=InterpolationMode.BILINEAR, antialias=True), labels
