"""The loss of fused class scores, for methods that propagate scores instead of masks (Accel)."""

import torch.nn.functional as F
from torch import Tensor

from mpvss.types import VOID


def fused_score_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """Compute the mean cross entropy of class scores, upsampled to the labels, over labelled pixels.

    Args:
        scores: (B, K, h, w) class logits that cover the same area as the labels.
        labels: (B, H, W) uint8 classes or VOID.

    Returns:
        Scalar; 0 with gradients where nothing is labelled.
    """
    height, width = labels.shape[-2:]
    logits = F.interpolate(scores.float(), size=(height, width), mode="bilinear", align_corners=False)
    total = F.cross_entropy(logits, labels.long(), ignore_index=VOID, reduction="sum")
    return total / (labels != VOID).sum().clamp(min=1)
