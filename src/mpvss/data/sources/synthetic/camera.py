"""The camera of a synthetic video: pans, zooms and rolls over a flat world."""

import math
from typing import NamedTuple

import numpy as np

from mpvss.data.sources.synthetic.motion import Oscillation


class Camera(NamedTuple):
    """A similarity between world and frame that changes smoothly with time.

    Convention:
        Frame coordinates are pixels, x right, y down, with integers at pixel centres. World coordinates have the same
        directions; one unit is the frame's size, sqrt(height * width), when the zoom is 1.

    Attributes:
        height: H of the frame, pixels.
        width: W of the frame, pixels.
        pan_x: world coordinate in the middle of the frame.
        pan_y: world coordinate in the middle of the frame.
        log_zoom: logarithm of the zoom.
        roll: rotation, radians.
    """

    height: int
    width: int
    pan_x: Oscillation
    pan_y: Oscillation
    log_zoom: Oscillation
    roll: Oscillation

    @classmethod
    def draw(cls, rng: np.random.Generator, height: int, width: int) -> "Camera":
        """Return a camera on a random path about the world's origin."""
        return cls(
            height,
            width,
            Oscillation.draw(rng, 0.0, 0.25, rng.uniform(2, 4)),
            Oscillation.draw(rng, 0.0, 0.12, rng.uniform(2, 4)),
            Oscillation.draw(rng, 0.0, 0.15, rng.uniform(2, 4)),
            Oscillation.draw(rng, 0.0, 0.1, rng.uniform(2, 4)),
        )

    def to_world(self, x: np.ndarray, y: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Map frame points, pixels, to world points."""
        scale, cos, sin = self._similarity(time)
        right = (x - (self.width - 1) / 2) / scale
        down = (y - (self.height - 1) / 2) / scale
        return self.pan_x.at(time) + (cos * right + sin * down), self.pan_y.at(time) + (cos * down - sin * right)

    def to_frame(self, x: np.ndarray, y: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Map world points to frame points, pixels: the inverse of :meth:`to_world`."""
        scale, cos, sin = self._similarity(time)
        right = scale * (x - self.pan_x.at(time))
        down = scale * (y - self.pan_y.at(time))
        return (self.width - 1) / 2 + (cos * right - sin * down), (self.height - 1) / 2 + (sin * right + cos * down)

    def scale(self, time: float) -> float:
        """Return the pixels per world unit."""
        return math.sqrt(self.height * self.width) * math.exp(self.log_zoom.at(time))

    def _similarity(self, time: float) -> tuple[float, float, float]:
        roll = self.roll.at(time)
        return self.scale(time), math.cos(roll), math.sin(roll)
