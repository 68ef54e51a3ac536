"""Two-dimensional sine position encoding (DETR, Mask2Former)."""

import math

import torch
from torch import Tensor

_TEMPERATURE = 10_000.0


def sine_position(feature_map: Tensor, dim: int) -> Tensor:
    """Encode each position of a feature map by sines of its normalised coordinates.

    Convention:
        coordinates run from 1/height to 1 (and 1/width to 1), times 2 pi; the first dim/2 channels encode
        y, the last dim/2 encode x; within each half sine and cosine alternate.

    Args:
        feature_map: (B, *, h, w); only its size, device and dtype are used.
        dim: channels of the encoding, a multiple of 4.

    Returns:
        (1, h*w, dim).

    Raises:
        ValueError: if `dim` is no multiple of 4.
    """
    if dim % 4:
        raise ValueError(f"a 2-d sine position needs dim to be a multiple of 4; got {dim}.")
    height, width = feature_map.shape[-2:]
    device = feature_map.device
    # Float32 whatever the maps are: half precision does not resolve neighbouring positions.
    y = torch.arange(1, height + 1, device=device, dtype=torch.float32) / (height + 1e-6) * 2 * math.pi
    x = torch.arange(1, width + 1, device=device, dtype=torch.float32) / (width + 1e-6) * 2 * math.pi
    wavelength = _TEMPERATURE ** (torch.arange(0, dim // 2, 2, device=device) / (dim // 2))
    y_code = _alternate(y[:, None] / wavelength)[:, None].expand(height, width, dim // 2)
    x_code = _alternate(x[:, None] / wavelength)[None].expand(height, width, dim // 2)
    return torch.cat([y_code, x_code], dim=-1).reshape(1, height * width, dim).to(feature_map.dtype)


def _alternate(angles: Tensor) -> Tensor:
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)
