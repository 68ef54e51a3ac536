"""How a camera and the things before it may move between two frames."""

import math

import torch
from torch import Tensor

from mpvss.data.pairs.simulated.homography import about

# Largest change of each kind for a motion of 1: chosen so that, over a frame of 4:3, the displacement has a root mean
# square of about 1. Sideways motion, turning and driving ahead prevail, as with cameras that are carried.
_PAN_X, _PAN_Y = 1.35, 0.5
_ZOOM, _ROLL, _STRETCH = 2.05, 0.45, 0.35
_TILT = 0.8

_LARGEST = 0.15
"""Of the frame's size: however long the gap, frames go on to show much the same scene, and never fold over."""


def draw_camera_motion(distance: float, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Draw the projective map that a moving camera makes of a distant scene.

    It pans, zooms, rolls, stretches and tilts, each by an amount proportional to `distance`.

    Convention:
        Pixels of a frame, x right, y down, integers at pixel centres.

    Args:
        distance: about the root mean square displacement, relative to the frame's size sqrt(H * W); at most 0.15 is
            used.
        size: (H, W) of the frame, pixels.
        generator: the only source of randomness.

    Returns:
        (3, 3) float64 map from the later frame into the earlier; the identity for distance 0.
    """
    largest = torch.tensor([_PAN_X, _PAN_Y, _ZOOM, _ROLL, _STRETCH, _STRETCH, _TILT, _TILT], dtype=torch.float64)
    drawn = (2 * torch.rand(8, generator=generator, dtype=torch.float64) - 1) * largest * min(distance, _LARGEST)
    pan_x, pan_y, zoom, roll, stretch, shear, tilt_x, tilt_y = drawn.tolist()
    matrix = torch.tensor(
        [[1 + zoom + stretch, shear - roll, pan_x], [shear + roll, 1 + zoom - stretch, pan_y], [tilt_x, tilt_y, 1]],
        dtype=torch.float64,
    )
    height, width = size
    return about(((width - 1) / 2, (height - 1) / 2), math.sqrt(height * width), matrix)
