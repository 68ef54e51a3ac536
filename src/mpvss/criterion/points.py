"""Sampling maps at points: the losses look at 12,544 points of a mask instead of at every pixel.

Source: PointRend (Kirillov et al., CVPR 2020), as Mask2Former (Cheng et al., CVPR 2022, Sec. 3.3) uses it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def sample_points(maps: Tensor, points: Tensor) -> Tensor:
    """Read maps bilinearly at points; differentiable in `maps` and in `points`.

    Convention:
        A point is (x, y) in [0, 1] of the area the map covers, x to the right and y down, so the same point
        names the same place in maps of different size. Pixel centres lie at (i + 0.5) / size
        (``align_corners=False``), and outside the map everything is 0.

    Args:
        maps: (B, C, h, w) floating-point maps.
        points: (B or 1, P, 2) points, normalised (x, y); 1 to read every map at the same points.

    Returns:
        (B, C, P) values.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> sample_points(torch.tensor([[[[1.0, 3.0]]]]), torch.tensor([[[0.5, 0.5]]]))
        tensor([[[2.]]])
    """
    if maps.ndim != 4 or points.ndim != 3 or points.shape[-1] != 2 or points.shape[0] not in (1, maps.shape[0]):
        raise ValueError(
            "maps must be (B, C, h, w) and points (B or 1, P, 2); "
            f"got {tuple(maps.shape)} and {tuple(points.shape)}. Add the missing axes."
        )
    grid = (2 * points - 1).to(maps.dtype).expand(maps.shape[0], -1, -1)
    return F.grid_sample(maps, grid.unsqueeze(2), mode="bilinear", padding_mode="zeros", align_corners=False).squeeze(3)


@torch.no_grad()
def uncertain_points(
    mask_logits: Tensor, num_points: int, oversample_ratio: float = 3.0, importance_ratio: float = 0.75
) -> Tensor:
    """Draw points, most of them where the mask is undecided (PointRend, Sec. 3.2).

    Of ``oversample_ratio * num_points`` uniform points, the ``importance_ratio * num_points`` whose logit is
    nearest to 0 are kept; uniform points make up the rest. Every mask gets its own points.

    Args:
        mask_logits: (S, h, w) logits of S masks.
        num_points: P, points per mask.
        oversample_ratio: how many candidates are drawn for each point, at least 1.
        importance_ratio: share of the points that are chosen by uncertainty, in [0, 1].

    Returns:
        (S, P, 2) points, normalised (x, y); without gradient.
    """
    num_masks = mask_logits.shape[0]
    num_uncertain = int(importance_ratio * num_points)
    candidates = mask_logits.new_empty(num_masks, int(oversample_ratio * num_points), 2).uniform_()
    # Uncertainty is measured at the sampled logits: interpolating a map of uncertainties would miss
    # the sign change between two confident pixels.
    candidate_logits = sample_points(mask_logits.unsqueeze(1), candidates).squeeze(1)
    chosen = candidate_logits.abs().topk(num_uncertain, dim=1, largest=False).indices
    uncertain = candidates.gather(1, chosen.unsqueeze(2).expand(-1, -1, 2))
    uniform = mask_logits.new_empty(num_masks, num_points - num_uncertain, 2).uniform_()
    return torch.cat([uncertain, uniform], dim=1)
