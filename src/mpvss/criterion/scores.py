"""Losses of class scores: of distillation, and of methods that propagate scores instead of masks (Accel)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.types import SMALLEST_SCORE, VOID


def score_divergence(scores: Tensor, target: Tensor) -> Tensor:
    """Compute the mean Kullback-Leibler divergence of class scores from target scores, over images and pixels.

    Each pixel's scores are normalised to a distribution; a small constant keeps those finite that nothing claims.

    Args:
        scores: (B, K, h, w) class scores, at least 0; they need not sum to 1.
        target: (B, K, h, w) the same of the teacher.

    Returns:
        Scalar, at least 0 and 0 where the two agree; differentiable in `scores`.
    """
    with torch.autocast(scores.device.type, enabled=False):
        log_probs, log_target = (
            F.normalize(values.float() + SMALLEST_SCORE, p=1, dim=1).log() for values in (scores, target)
        )
        return F.kl_div(log_probs, log_target, reduction="none", log_target=True).sum(1).mean()


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
