"""End-point error: how far estimated flow is from the true one, and FlowNet's loss on every level of it."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FlowError(nn.Module):
    """The multi-scale loss of FlowNet (Dosovitskiy et al., ICCV 2015), computed in float32.

    At each level the target is averaged over the area of a map pixel, and the end-point errors are summed over the
    map; the loss is the weighted sum over levels, averaged over the batch. Errors of every level are in pixels of the
    target, where the published loss divides them by 20; with Adam the factor makes no difference.

    Convention:
        flows are displacements from frame j into frame k, x (right) before y (down).

    Args:
        weights: of the levels, finest first; the defaults are FlowNet's.
    """

    def __init__(self, weights: tuple[float, ...] = (0.005, 0.01, 0.02, 0.08, 0.32)) -> None:
        super().__init__()
        self.weights = tuple(weights)

    def forward(self, flows: Sequence[Tensor], target: Tensor, valid: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Flows cover the *padded* frame, so target and valid must be padded, with False at right and bottom, to the
        area that they cover; only the resolution may differ.

        Args:
            flows: one map (B, 2, h_i, w_i) per level, finest first, each in its own pixels.
            target: (B, 2, H, W) true flow, in its own pixels; any value, NaN too, where it is not valid.
            valid: (B, H, W) bool, where the target is known. A map pixel counts if any of its area is.

        Returns:
            The scalar loss.

        Raises:
            ValueError: if the number of levels, the batch size or the maps' area disagree.
        """
        self._check(flows, target, valid)
        with torch.autocast(target.device.type, enabled=False):
            loss = target.new_zeros((), dtype=torch.float32)
            for weight, flow in zip(self.weights, flows, strict=True):
                level_target, level_valid = _average(target.float(), valid, *flow.shape[-2:])
                scale = flow.new_tensor(
                    [target.shape[-1] / flow.shape[-1], target.shape[-2] / flow.shape[-2]], dtype=torch.float32
                )
                errors = torch.linalg.vector_norm(flow.float() * scale[:, None, None] - level_target, dim=1)
                loss = loss + weight * (errors * level_valid).sum() / len(target)
        return loss

    def _check(self, flows: Sequence[Tensor], target: Tensor, valid: Tensor) -> None:
        if len(flows) != len(self.weights):
            raise ValueError(
                f"there must be one flow per weight, {len(self.weights)}; got {len(flows)}. "
                "Pass what OpticalFlow.pyramid returned."
            )
        _check_target(target, valid)
        batch, height, width = valid.shape
        map_height, map_width = flows[0].shape[-2:]
        deviation = max(abs(height * map_width / width - map_height), abs(width * map_height / height - map_width))
        if len(flows[0]) != batch or deviation > 1:
            raise ValueError(
                f"target {tuple(target.shape)} must have the batch size of the flows and cover their area, that is, "
                f"the padded frame; got flows of {tuple(flows[0].shape)}. Pad target and valid at right and bottom."
            )


def end_point_error(flow: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Average the distance between estimated and true end points over all valid pixels of a batch.

    Args:
        flow: (B, 2, H, W) estimated displacement, pixels.
        target: (B, 2, H, W) true displacement, pixels; any value, NaN too, where it is not valid.
        valid: (B, H, W) bool.

    Returns:
        Scalar, pixels; NaN if no pixel is valid.

    Raises:
        ValueError: if the shapes disagree.

    Example:
        >>> flow, target = torch.zeros(1, 2, 1, 1), torch.tensor([3.0, 4.0]).reshape(1, 2, 1, 1)
        >>> end_point_error(flow, target, torch.ones(1, 1, 1, dtype=torch.bool))
        tensor(5.)
    """
    _check_target(target, valid)
    if flow.shape != target.shape:
        raise ValueError(
            f"flow must have the target's shape {tuple(target.shape)}; got {tuple(flow.shape)}. "
            "Resize it with resize_flow, and crop the padding."
        )
    return torch.linalg.vector_norm(flow.float() - target.float(), dim=1)[valid].mean()


def _average(target: Tensor, valid: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Average the valid part of a target over each map pixel, (B, 2, height, width), and tell where there is any."""
    coverage = F.adaptive_avg_pool2d(valid[:, None].float(), (height, width))
    total = F.adaptive_avg_pool2d(torch.where(valid[:, None], target, 0.0), (height, width))
    covered = coverage > 0
    return total / torch.where(covered, coverage, 1.0), covered[:, 0]


def _check_target(target: Tensor, valid: Tensor) -> None:
    if target.ndim != 4 or target.shape[1] != 2 or valid.shape != target[:, 0].shape or valid.dtype != torch.bool:
        raise ValueError(
            f"target must be (B, 2, H, W) and valid (B, H, W) bool; got {tuple(target.shape)} and "
            f"{tuple(valid.shape)} {valid.dtype}. Where all of the flow is known, valid is all True."
        )
