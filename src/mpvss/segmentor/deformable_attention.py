"""Multi-scale deformable attention (Zhu et al., ICLR 2021) in plain PyTorch, without an extension to build."""

import math
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DeformableAttention(nn.Module):
    """Each query reads a few points near its own position on every level, and sums them by learned weights.

    Args:
        dim: channels C.
        num_heads: heads; must divide `dim`.
        num_levels: feature maps.
        num_points: points per head and level.

    Raises:
        ValueError: if `num_heads` does not divide `dim`.
    """

    def __init__(self, dim: int, num_heads: int = 8, num_levels: int = 3, num_points: int = 4) -> None:
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"num_heads must divide dim; got dim={dim} and num_heads={num_heads}.")
        self.num_heads, self.num_levels, self.num_points = num_heads, num_levels, num_points
        self.offsets = nn.Linear(dim, num_heads * num_levels * num_points * 2)
        self.weights = nn.Linear(dim, num_heads * num_levels * num_points)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)
        self._start_as_a_star()

    def forward(self, query: Tensor, value: Tensor, reference: Tensor, sizes: list[tuple[int, int]]) -> Tensor:
        """Gather values around each query's reference point.

        Args:
            query: (B, Q, C).
            value: (B, L, C) the levels' tokens, one level after the other.
            reference: (Q, 2) normalised (x, y) of each query; (0, 0) is the top left corner of a map.
            sizes: (height, width) of each level; the products sum to L.

        Returns:
            (B, Q, C).
        """
        points = (self.num_levels, self.num_points)
        weights = self.weights(query).unflatten(-1, (self.num_heads, -1)).softmax(-1).unflatten(-1, points)
        values = self.value(value).unflatten(-1, (self.num_heads, -1))
        extent = torch.tensor([(width, height) for height, width in sizes], device=query.device, dtype=query.dtype)
        # In pixels of each level, (0, 0) at the centre of the top left pixel; offsets are pixels already.
        centres = (reference[:, None] * extent - 0.5)[:, None, :, None].expand(-1, -1, -1, self.num_points, -1)
        offsets = self.offsets(query).unflatten(-1, (self.num_heads, -1))
        positions = (centres.flatten(2) + offsets).unflatten(-1, (*points, 2))
        return self.output(sample_levels(values, positions, weights, sizes))

    def _start_as_a_star(self) -> None:
        """Point each head in a direction of its own, one pixel further with every point (Zhu et al., Appendix)."""
        angles = torch.arange(self.num_heads) * (2 * math.pi / self.num_heads)
        directions = torch.stack([angles.cos(), angles.sin()], dim=-1)
        directions = directions / directions.abs().amax(-1, keepdim=True)
        steps = torch.arange(1, self.num_points + 1)
        star = directions[:, None, None] * steps[:, None]
        nn.init.zeros_(self.offsets.weight)
        with torch.no_grad():
            self.offsets.bias.copy_(star.expand(-1, self.num_levels, -1, -1).flatten())
        nn.init.zeros_(self.weights.weight)
        nn.init.zeros_(self.weights.bias)
        for layer in (self.value, self.output):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


def sample_levels(values: Tensor, positions: Tensor, weights: Tensor, sizes: list[tuple[int, int]]) -> Tensor:
    """Sum bilinear samples of several maps, weighted: the core of deformable attention.

    Every sample is a weighted sum of four rows of the value table, and so is the sum of all samples of a query:
    one ``embedding_bag``, which reads whole rows of channels, where the usual form samples single channels
    with ``grid_sample``, level by level.

    Convention:
        positions are in pixels of their level, x then y, (0, 0) at the centre of the top left pixel; reads
        outside a map give 0.

    Args:
        values: (B, L, heads, channels) the levels' tokens, one level after the other.
        positions: (B, Q, heads, levels, points, 2).
        weights: (B, Q, heads, levels, points).
        sizes: (height, width) of each level; the products sum to L.

    Returns:
        (B, Q, heads * channels).
    """
    batch, num_tokens, num_heads, channels = values.shape
    num_points = positions.shape[-2]
    device = values.device
    # One entry for every (level, point) pair, as positions are flattened below.
    height, width, start = (
        torch.tensor(numbers, dtype=torch.int32, device=device).repeat_interleave(num_points)
        for numbers in (*zip(*sizes, strict=True), _level_starts(sizes))
    )
    x, y = positions.flatten(3, 4).unbind(-1)
    column, share_x = _neighbours(x, width)
    row, share_y = _neighbours(y, height)
    # Row of the table (b, token, head): heads and images are rows of their own.
    image = torch.arange(batch, dtype=torch.int32, device=device).view(-1, 1, 1, 1, 1) * num_tokens
    head = torch.arange(num_heads, dtype=torch.int32, device=device).view(-1, 1, 1)
    row = (row * width + (start + image)) * num_heads + head
    share_y = share_y * weights.flatten(3)[..., None, :]
    # The corners are an axis before the points: what varies fastest in memory is long enough to vectorise.
    table_rows = row[..., :, None, :] + (column * num_heads)[..., None, :, :]
    shares = share_y[..., :, None, :] * share_x[..., None, :, :]
    bags = F.embedding_bag(
        table_rows.flatten(0, 2).flatten(1),
        values.reshape(-1, channels),
        per_sample_weights=shares.flatten(0, 2).flatten(1).to(values.dtype),
        mode="sum",
    )
    return bags.reshape(batch, -1, num_heads * channels)


def _level_starts(sizes: list[tuple[int, int]]) -> list[int]:
    return [0, *accumulate(height * width for height, width in sizes[:-1])]


def _neighbours(coordinates: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    """Return the two pixels around each coordinate along one axis, and their shares of a linear interpolation.

    Args:
        coordinates: (..., S) in pixels.
        size: (S,) pixels of the axis.

    Returns:
        Pixels (..., 2, S) int32, moved to the nearest one where they lie outside, and shares (..., 2, S), 0 there.
    """
    first = coordinates.floor()
    fraction = coordinates - first
    pixel = torch.stack([first, first + 1], dim=-2).to(torch.int32)
    nearest = pixel.clamp(min=0).minimum(size - 1)
    return nearest, torch.stack([1 - fraction, fraction], dim=-2) * (nearest == pixel)
