"""Smooth maps of the plane, as 3x3 matrices."""

import torch
from torch import Tensor

Point = tuple[float, float]
"""(x, y) in pixels."""


def displacement(matrix: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return how far a projective map moves points; exactly 0 for the identity.

    Convention:
        x right, y down, pixels; the map takes (x, y, 1) to matrix @ (x, y, 1), divided by its third entry.

    Args:
        matrix: (3, 3) float64.
        x: points, pixels, broadcastable with `y`.
        y: points, pixels.

    Returns:
        (2, ...) float32 displacement, pixels, x then y.
    """
    # The map minus the identity, on one denominator: no rounding of x itself gets in.
    change = (matrix - torch.eye(3, dtype=matrix.dtype)).tolist()
    moved_x, moved_y, excess = (by_x * x + by_y * y + constant for by_x, by_y, constant in change)
    return torch.stack([moved_x - excess * x, moved_y - excess * y]) / (1 + excess)


def about(centre: Point, scale: float, matrix: Tensor) -> Tensor:
    """Return the map that `matrix` is in units of `scale` pixels from `centre`, in pixels.

    Args:
        centre: (x, y), pixels.
        scale: pixels per unit.
        matrix: (3, 3) float64.
    """
    to_pixels = torch.tensor([[scale, 0, centre[0]], [0, scale, centre[1]], [0, 0, 1]], dtype=matrix.dtype)
    # Conjugating the difference from the identity leaves the identity exact.
    change = to_pixels @ (matrix - torch.eye(3, dtype=matrix.dtype)) @ torch.linalg.inv(to_pixels)
    return torch.eye(3, dtype=matrix.dtype) + change


def bounding_box(matrix: Tensor, box: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    """Return what a box becomes: the smallest upright box around its mapped corners.

    Args:
        matrix: (3, 3) float64, with a positive denominator on the box.
        box: left, top, right, bottom, pixels.

    Returns:
        left, top, right, bottom, pixels.
    """
    left, top, right, bottom = box
    x = torch.tensor([left, right, left, right], dtype=torch.float32)
    y = torch.tensor([top, top, bottom, bottom], dtype=torch.float32)
    moved_x, moved_y = displacement(matrix, x, y) + torch.stack([x, y])
    return float(moved_x.min()), float(moved_y.min()), float(moved_x.max()), float(moved_y.max())
