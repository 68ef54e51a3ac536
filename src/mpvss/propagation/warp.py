"""Backward bilinear warping, M^j = W(M^k, F^{j->k}) of Sec. 3.1."""

import torch
import torch.nn.functional as F
from torch import Tensor


def warp(masks: Tensor, flow: Tensor) -> Tensor:
    """Carry key-frame masks to a non-key frame, one flow map per mask.

    Output pixel p of frame j reads the key-frame mask at p + flow(p), bilinearly. A read outside
    the frame repeats the border, so an object leaving the frame is not turned into background.

    Convention:
        flow is in pixels of `masks`, not of the input frame; channel 0 is x (right), channel 1 is y
        (down); (0, 0) is the centre of the top left pixel. Whole-pixel flow, zero included, reads
        pixels exactly (the authors' warp divides by the width instead of width - 1, so that zero
        flow moves their masks).

    Args:
        masks: (B, N, h, w) mask logits of the key frame k.
        flow: (B, N, 2, h, w) displacement j->k, pixels; N may be 1 to share one map.

    Returns:
        (B, N, h, w) mask logits for frame j.

    Raises:
        ValueError: if the two tensors disagree on B, h, w, or flow has neither 1 nor N maps.

    Example:
        >>> masks = torch.eye(3).reshape(1, 1, 3, 3)
        >>> torch.equal(warp(masks, torch.zeros(1, 1, 2, 3, 3)), masks)
        True
    """
    batch, num_masks, height, width = masks.shape
    _check_flow(masks, flow)
    # The grid is normalised by powers of two, which floating point does exactly: the sampled map is
    # padded up to them, and clamping keeps every read inside the true frame.
    canvas_height, canvas_width = _next_power_of_two(height), _next_power_of_two(width)
    canvas = F.pad(masks, (0, canvas_width - width, 0, canvas_height - height))
    x = (flow[:, :, 0] + torch.arange(width, device=flow.device)).clamp(0, width - 1)
    y = (flow[:, :, 1] + torch.arange(height, device=flow.device)[:, None]).clamp(0, height - 1)
    grid = torch.stack([(2 * x + 1) / canvas_width - 1, (2 * y + 1) / canvas_height - 1], dim=-1).to(masks.dtype)
    if flow.shape[1] == 1:  # one grid samples all masks of an image as channels
        return F.grid_sample(canvas, grid[:, 0], align_corners=False)
    warped = F.grid_sample(canvas.flatten(0, 1)[:, None], grid.flatten(0, 1), align_corners=False)
    return warped.reshape(batch, num_masks, height, width)


def resize_flow(flow: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize flow maps to another resolution, rescaling their values to its pixels.

    Convention:
        bilinear, ``align_corners=False``, as feature maps of different strides are aligned.

    Args:
        flow: (B, N, 2, h, w) displacement in pixels of its own (h, w) map.
        size: (height, width) of the result.

    Returns:
        (B, N, 2, height, width) displacement in pixels of the new map.
    """
    old_height, old_width = flow.shape[-2:]
    if (old_height, old_width) == tuple(size):
        return flow
    ratio = flow.new_tensor([size[1] / old_width, size[0] / old_height])
    resized = F.interpolate(flow.flatten(0, 1), size=size, mode="bilinear", align_corners=False)
    return resized.reshape(*flow.shape[:2], 2, *size) * ratio[:, None, None]


def _check_flow(masks: Tensor, flow: Tensor) -> None:
    batch, num_masks, height, width = masks.shape
    if flow.ndim == 5 and flow.shape[1] in (1, num_masks) and flow[:, 0].shape == (batch, 2, height, width):
        return
    raise ValueError(
        f"flow must be ({batch}, {num_masks} or 1, 2, {height}, {width}) to warp masks {tuple(masks.shape)}; "
        f"got {tuple(flow.shape)}. Resize it with resize_flow."
    )


def _next_power_of_two(size: int) -> int:
    return 1 << (size - 1).bit_length()
