"""How far propagated class scores are from a teacher's: the loss of distillation."""

import torch
import torch.nn.functional as F
from torch import Tensor

_SMALLEST_SCORE = 1e-3


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
            F.normalize(values.float() + _SMALLEST_SCORE, p=1, dim=1).log() for values in (scores, target)
        )
        return F.kl_div(log_probs, log_target, reduction="none", log_target=True).sum(1).mean()
