"""Semantic maps from classified masks: sum over queries of class probability times mask (Sec. 3.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.types import Prediction, Segments

MASK_STRIDE = 4
"""Pixels of the padded frame per pixel of the mask logits, in each direction."""


def mask_stride(mask_logits: Tensor, size: tuple[int, int]) -> int:
    """Tell how many pixels of the padded frame a pixel of a map stands for, in each direction.

    It is `MASK_STRIDE`, except for maps that cover the frame as they are: the ground-truth oracle's, of full size.

    Args:
        mask_logits: (..., h, w), or other maps of a segmentor.
        size: (H, W) of the frame, in pixels.
    """
    return 1 if mask_logits.shape[-2] >= size[0] and mask_logits.shape[-1] >= size[1] else MASK_STRIDE


def semantic_scores(segments: Segments, size: tuple[int, int]) -> Tensor:
    """Aggregate N classified masks into one score per class and pixel.

    Mask logits are upsampled to the padded frame *before* the sigmoid, and the padding, which sits at
    the right and bottom, is cut off last; "no object" gets no score.

    Args:
        segments: class logits (B, N, K+1) and mask logits (B, N, h, w).
        size: (H, W) of the frame, in pixels.

    Returns:
        (B, K, H, W) scores, at least 0; they need not sum to 1.

    Raises:
        ValueError: if the frame is larger than the area the mask logits cover.
    """
    class_logits, mask_logits = segments
    height, width = size
    stride = mask_stride(mask_logits, size)
    padded = (mask_logits.shape[-2] * stride, mask_logits.shape[-1] * stride)
    if height > padded[0] or width > padded[1]:
        raise ValueError(
            f"mask logits {tuple(mask_logits.shape)} cover {padded[0]}x{padded[1]} pixels; "
            f"got a frame of {height}x{width}. Pass the size of the frame that was segmented."
        )
    class_probs = class_logits.softmax(-1)[..., :-1]
    masks = _upsample(mask_logits, stride).sigmoid()
    return torch.einsum("bqk,bqhw->bkhw", class_probs, masks[..., :height, :width])


def mask_scores(segments: Segments) -> Tensor:
    """Aggregate as `semantic_scores` does, but at the resolution of the mask logits.

    Args:
        segments: class logits (B, N, K+1) and mask logits (B, N, h, w).

    Returns:
        (B, K, h, w) scores, at least 0; they need not sum to 1.
    """
    class_probs = segments.class_logits.softmax(-1)[..., :-1]
    return torch.einsum("bqk,bqhw->bkhw", class_probs, segments.mask_logits.sigmoid())


def label_map(prediction: Prediction, size: tuple[int, int]) -> Tensor:
    """Label every pixel of a frame with its best class, whatever a method predicts.

    Args:
        prediction: fused scores at 1/4 of the padded frame, or segments.
        size: (H, W) of the frame, in pixels.

    Returns:
        (B, H, W) uint8 classes.

    Raises:
        ValueError: if the frame is larger than the area that the prediction covers.
    """
    if prediction.scores is None:
        return semantic_map(prediction.segments, size)
    upsampled = _upsample(prediction.scores, mask_stride(prediction.scores, size))
    return upsampled[..., : size[0], : size[1]].argmax(1).to(torch.uint8)


def semantic_map(segments: Segments, size: tuple[int, int]) -> Tensor:
    """Label every pixel of a frame with its best class.

    Args:
        segments: class logits (B, N, K+1) and mask logits (B, N, h, w).
        size: (H, W) of the frame, in pixels.

    Returns:
        (B, H, W) uint8 classes.

    Raises:
        ValueError: if the frame is larger than the area the mask logits cover.
    """
    # One image at a time: full-size scores of a whole batch would not fit at 1024x2048.
    images = zip(segments.class_logits.split(1), segments.mask_logits.split(1), strict=True)
    return torch.cat([semantic_scores(Segments(*image), size).argmax(1).to(torch.uint8) for image in images])


def _upsample(maps: Tensor, stride: int) -> Tensor:
    """Bring maps (B, N, h, w) to the size of the padded frame."""
    if stride == 1:
        return maps
    size = (maps.shape[-2] * stride, maps.shape[-1] * stride)
    return F.interpolate(maps, size=size, mode="bilinear", align_corners=False)
