"""How a thing moves between two frames, by itself."""

import math

import torch
from torch import Tensor

from mpvss.data.pairs.simulated.homography import Point, about

_GROWTH = 0.25
_TURN = 0.2
"""Largest change of scale, and largest turn in radians, however far the region goes."""


def draw_region_motion(distance: float, centre: Point, extent: float, generator: torch.Generator) -> Tensor:
    """Draw the affine map that a region's own motion makes: it shifts, grows and turns.

    Convention:
        Pixels of a frame, x right, y down, integers at pixel centres.

    Args:
        distance: largest shift, pixels; up and down it is half as large. Growth and turn go along with it, as far as
            half of it at the region's edge.
        centre: (x, y) of the region in the earlier frame, pixels.
        extent: the region's diameter, pixels.
        generator: the only source of randomness.

    Returns:
        (3, 3) float64 map from the later frame into the earlier; the identity for distance 0.
    """
    right, down, growth, turn = (2 * torch.rand(4, generator=generator, dtype=torch.float64) - 1).tolist()
    at_edge = distance / extent
    growth *= min(at_edge, _GROWTH)
    turn *= min(at_edge, _TURN)
    scale = math.exp(growth)
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    matrix = torch.tensor(
        [[cos, -sin, distance * right], [sin, cos, 0.5 * distance * down], [0, 0, 1]], dtype=torch.float64
    )
    return about(centre, 1.0, matrix)
