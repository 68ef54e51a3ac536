"""Assigning predicted segments to labelled ones, one to one (DETR's bipartite matching, on points)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from mpvss.criterion.points import sample_points
from mpvss.types import MaskTarget, NonFiniteError, Segments


class Match(NamedTuple):
    """Which query stands for which target, in one image.

    Attributes:
        queries: (min(N, M),) int64 indices of queries, ascending.
        targets: (min(N, M),) int64 indices of targets, in the same order.
    """

    queries: Tensor
    targets: Tensor


class HungarianMatcher(nn.Module):
    """Find the cheapest one-to-one assignment of queries to targets.

    The cost of a pair is ``class_weight * -p(class) + mask_weight * BCE + dice_weight * dice`` on random
    points, the same for all pairs of an image (Mask2Former, Sec. 3.3).

    Args:
        class_weight: weight of the class probability.
        mask_weight: weight of the binary cross entropy.
        dice_weight: weight of the dice term.
        num_points: P, points per image.
    """

    def __init__(
        self, class_weight: float = 2.0, mask_weight: float = 5.0, dice_weight: float = 5.0, num_points: int = 12544
    ) -> None:
        super().__init__()
        if num_points < 1:
            raise ValueError(f"num_points must be at least 1; got {num_points}. The paper uses 12544.")
        self.class_weight = class_weight
        self.mask_weight = mask_weight
        self.dice_weight = dice_weight
        self.num_points = num_points

    def forward(self, segments: Segments, targets: Sequence[MaskTarget]) -> list[Match]:
        """Match every image of a batch.

        Args:
            segments: class_logits (B, N, K+1) and mask_logits (B, N, h, w).
            targets: B targets; their masks (M, H, W) cover the same area as the mask logits. M may be 0.

        Returns:
            B matches, on the device of the logits.

        Raises:
            NonFiniteError: if a cost is not finite.
        """
        return self.assign(self.costs(segments, targets))

    @torch.no_grad()
    def costs(self, segments: Segments, targets: Sequence[MaskTarget]) -> list[Tensor]:
        """Return the B weighted costs, (N, M) float32 each; arguments as for a call."""
        costs = []
        with torch.autocast(segments.mask_logits.device.type, enabled=False):
            # Image by image, since (B, N, P) sampled logits at once would be the largest tensor of a training step.
            for class_logits, mask_logits, target in zip(*segments, targets, strict=True):
                points = torch.rand(1, self.num_points, 2, device=mask_logits.device)
                class_cost, mask_cost, dice_cost = pair_costs(
                    class_logits.float(),
                    sample_points(mask_logits.float().unsqueeze(0), points).squeeze(0),
                    target.classes,
                    sample_points(target.masks.float().unsqueeze(0), points).squeeze(0),
                )
                costs.append(
                    self.class_weight * class_cost + self.mask_weight * mask_cost + self.dice_weight * dice_cost
                )
        return costs

    @staticmethod
    def assign(costs: Sequence[Tensor]) -> list[Match]:
        """Solve any number of assignments, copying all costs to the host at once.

        Args:
            costs: (N, M) each; N and M may differ between them.

        Returns:
            A match for each, on the device of the costs.

        Raises:
            NonFiniteError: if a cost is not finite.
        """
        if not costs:
            return []
        flat = torch.cat([cost.flatten() for cost in costs]).cpu()
        broken = int((~flat.isfinite()).sum())
        if broken:
            raise NonFiniteError(
                f"matching costs must be finite; got {broken} of {flat.numel()} that are not: the class or mask logits "
                "diverged. Lower the learning rate, clip gradients, or train in bf16 or float32."
            )
        matches = []
        for cost, on_host in zip(costs, flat.split([cost.numel() for cost in costs]), strict=True):
            queries, targets = linear_sum_assignment(on_host.view_as(cost).numpy())
            matches.append(Match(torch.from_numpy(queries).to(cost.device), torch.from_numpy(targets).to(cost.device)))
        return matches


def pair_costs(
    class_logits: Tensor, point_logits: Tensor, classes: Tensor, point_targets: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the unweighted costs of every query-target pair of one image.

    Args:
        class_logits: (N, K+1), the last entry is "no object".
        point_logits: (N, P) mask logits at the points.
        classes: (M,) int64 classes of the targets.
        point_targets: (M, P) target masks in [0, 1] at the same points.

    Returns:
        Class, mask and dice cost, (N, M) each: minus the probability of the target's class, the mean
        binary cross entropy, and 1 - (2 overlap + 1) / (areas + 1).
    """
    class_cost = -class_logits.softmax(-1)[:, classes]

    # Two products of positive terms; softplus(x) - x * t would need one, but cancels for confident logits.
    as_object = torch.einsum("np,mp->nm", F.softplus(-point_logits), point_targets)
    as_rest = torch.einsum("np,mp->nm", F.softplus(point_logits), 1 - point_targets)
    mask_cost = (as_object + as_rest) / point_logits.shape[1]

    probs = point_logits.sigmoid()
    overlap = torch.einsum("np,mp->nm", probs, point_targets)
    areas = probs.sum(1)[:, None] + point_targets.sum(1)[None, :]
    return class_cost, mask_cost, 1 - (2 * overlap + 1) / (areas + 1)
