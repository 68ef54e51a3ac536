"""Assigning predicted segments to labelled ones, one to one (DETR's bipartite matching, on points)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
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
        self.assignment = Assignment()

    def forward(self, layers: Sequence[Segments], targets: Sequence[MaskTarget]) -> list[list[Match]]:
        """Match every image of a batch in every decoder layer, each by itself.

        All is assigned together: the device is waited for once, not once per layer.

        Args:
            layers: class_logits (B, N, K+1) and mask_logits (B, N, h, w) each, all of one shape.
            targets: B targets; their masks (M, H, W) cover the same area as the mask logits. M may be 0.

        Returns:
            B matches per layer, on the device of the logits.

        Raises:
            NonFiniteError: if a cost is not finite.
        """
        costs = self.costs(layers, targets)
        matches = self.assignment([cost for image in costs for cost in image])
        return [matches[layer :: len(layers)] for layer in range(len(layers))]

    @torch.no_grad()
    def costs(self, layers: Sequence[Segments], targets: Sequence[MaskTarget]) -> list[Tensor]:
        """Return the weighted costs of B images, (layers, N, M) float32 each; arguments as for a call."""
        costs = []
        with torch.autocast(layers[0].mask_logits.device.type, enabled=False):
            # Image by image, since the logits of a batch, sampled, would be the largest tensor of a training step; all
            # layers of an image together, since one by one a GPU would wait for the launches of its kernels.
            for image, target in enumerate(targets):
                class_logits = torch.stack([layer.class_logits[image] for layer in layers]).float()
                mask_logits = torch.stack([layer.mask_logits[image] for layer in layers]).float()
                points = torch.rand(len(layers), self.num_points, 2, device=mask_logits.device)
                all_points = points.reshape(1, -1, 2)  # the targets are the same in every layer
                point_targets = sample_points(target.masks.float().unsqueeze(0), all_points).squeeze(0)
                class_cost, mask_cost, dice_cost = pair_costs(
                    class_logits,
                    sample_points(mask_logits, points),
                    target.classes,
                    point_targets.unflatten(1, points.shape[:2]).transpose(0, 1),
                )
                costs.append(
                    self.class_weight * class_cost + self.mask_weight * mask_cost + self.dice_weight * dice_cost
                )
        return costs


class Assignment(nn.Module):
    """Solve assignment problems on the host; a module so that what a call takes can be told from the costs."""

    def forward(self, costs: Sequence[Tensor]) -> list[Match]:
        """Solve any number of problems; costs and matches are copied from and to their device at once.

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
        on_host = flat.split([cost.numel() for cost in costs])
        solved = [
            torch.from_numpy(np.stack(linear_sum_assignment(values.view_as(cost).numpy())))
            for cost, values in zip(costs, on_host, strict=True)
        ]
        indices = torch.cat(solved, dim=1).to(costs[0].device)
        return [Match(*pair) for pair in indices.split([pair.shape[1] for pair in solved], dim=1)]


def pair_costs(
    class_logits: Tensor, point_logits: Tensor, classes: Tensor, point_targets: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the unweighted costs of every query-target pair of one image, in any number of layers.

    Args:
        class_logits: (..., N, K+1), the last entry is "no object".
        point_logits: (..., N, P) mask logits at the points.
        classes: (M,) int64 classes of the targets.
        point_targets: (..., M, P) target masks in [0, 1] at the same points.

    Returns:
        Class, mask and dice cost, (..., N, M) each: minus the probability of the target's class, the mean
        binary cross entropy, and 1 - (2 overlap + 1) / (areas + 1).
    """
    class_cost = -class_logits.softmax(-1)[..., classes]

    # Two products of positive terms; softplus(x) - x * t would need one, but cancels for confident logits. Element by
    # element it does not, so softplus(-x) may be had cheaper.
    cost_as_rest = F.softplus(point_logits)
    as_object = (cost_as_rest - point_logits) @ point_targets.mT
    as_rest = cost_as_rest @ (1 - point_targets).mT
    mask_cost = (as_object + as_rest) / point_logits.shape[-1]

    probs = point_logits.sigmoid()
    overlap = probs @ point_targets.mT
    areas = probs.sum(-1).unsqueeze(-1) + point_targets.sum(-1).unsqueeze(-2)
    return class_cost, mask_cost, 1 - (2 * overlap + 1) / (areas + 1)
