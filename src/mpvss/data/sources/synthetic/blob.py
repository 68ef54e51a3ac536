"""A moving, turning, growing and deforming object of a synthetic video."""

import math
from typing import NamedTuple

import numpy as np

from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.motion import Oscillation
from mpvss.data.sources.synthetic.texture import Texture

SHAPES: dict[str, tuple[int, float]] = {
    "star": (5, 0.25),
    "disc": (1, 0.0),
    "clover": (4, 0.3),
    "bean": (2, 0.3),
    "trefoil": (3, 0.25),
}
"""Name -> number of lobes of the outline and their depth relative to the radius."""

_DEFORMED_LOBES = (2, 3)
_DEFORMATION = 0.1


class _Pose(NamedTuple):
    """A blob's motion at one time: centre and scale in world units, cosine and sine of its angle, depths of lobes."""

    x: float
    y: float
    scale: float
    cos: float
    sin: float
    depths: tuple[float, ...]


class Blob(NamedTuple):
    """A star-shaped object: the surface is the unit disc (u, v), stretched along every ray by the outline.

    A world point in polar coordinates (r, a) of the blob is the surface point (r / R(a, time), a), where
    R(a) = 1 + sum_i depth_i(time) cos(lobes_i a + phase_i) > 0 is the outline. Angles stay, so the map is inverted
    exactly however the outline deforms.

    Attributes:
        label: class.
        texture: colour of the unit disc.
        x: centre, world units (see :class:`~mpvss.data.sources.synthetic.camera.Camera`).
        y: centre, world units.
        angle: rotation, radians.
        log_scale: logarithm of the mean radius in world units.
        outline: (lobes, phase, depth) of each wave of the outline.
    """

    label: int
    texture: Texture
    x: Oscillation
    y: Oscillation
    angle: Oscillation
    log_scale: Oscillation
    outline: tuple[tuple[int, float, Oscillation], ...]

    @classmethod
    def draw(
        cls, rng: np.random.Generator, label: int, shape: str, texture: Texture, extent: tuple[float, float]
    ) -> "Blob":
        """Return a blob on its way through the middle of the world.

        Args:
            rng: source of radius, paths and deformation.
            label: class.
            shape: key of :data:`SHAPES`.
            texture: colour of the unit disc.
            extent: (width, height) of the frame, world units.
        """
        lobes, depth = SHAPES[shape]
        outline = [(lobes, 0.0, Oscillation(depth, 0.0, 0.0, 0.0))]
        for deformed in _DEFORMED_LOBES:
            swing = Oscillation.draw(rng, 0.0, _DEFORMATION, rng.uniform(4, 8))
            outline.append((deformed, rng.uniform(0, 2 * math.pi), swing))
        return cls(
            label,
            texture,
            _path(rng, extent[0]),
            _path(rng, extent[1]),
            Oscillation.draw(rng, rng.uniform(0, 2 * math.pi), rng.uniform(0.5, 1.2), rng.uniform(1.5, 3)),
            Oscillation.draw(rng, math.log(rng.uniform(0.11, 0.21)), 0.2, rng.uniform(2, 4)),
            tuple(outline),
        )

    def to_surface(self, x: np.ndarray, y: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Map world points to surface points (u, v); those inside the unit disc are the blob's."""
        return self._to_surface(x, y, self._pose(time))

    def to_world(self, u: np.ndarray, v: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Map surface points to world points (x, y): the inverse of :meth:`to_surface`."""
        pose = self._pose(time)
        radius = pose.scale * self._outline(np.arctan2(v, u), pose)
        x = pose.x + radius * (pose.cos * u - pose.sin * v)
        y = pose.y + radius * (pose.sin * u + pose.cos * v)
        return x, y

    def covers(self, x: np.ndarray, y: np.ndarray, time: float) -> np.ndarray:
        """Tell which world points lie on the blob."""
        u, v = self.to_surface(x, y, time)
        return u * u + v * v < 1

    def paint(self, image: np.ndarray, labels: np.ndarray, camera: Camera, time: float) -> None:
        """Draw the blob over what is there, in place.

        Args:
            image: (3, H, W) float32 RGB in 0..255.
            labels: (H, W) uint8 classes.
            camera: from where it is seen.
            time: of the blob and the camera.
        """
        pose = self._pose(time)
        radius = pose.scale * camera.scale(time)  # pixels
        reach = radius * (1 + sum(map(abs, pose.depths))) + 1
        x, y = map(float, camera.to_frame(np.array(pose.x), np.array(pose.y), time))
        left, right = _clip(x - reach, x + reach, labels.shape[1])
        top, bottom = _clip(y - reach, y + reach, labels.shape[0])
        if left >= right or top >= bottom:
            return
        frame_x = np.arange(left, right, dtype=np.float32)[None, :]
        frame_y = np.arange(top, bottom, dtype=np.float32)[:, None]
        u, v = self._to_surface(*camera.to_world(frame_x, frame_y, time), pose)
        squared = u * u + v * v
        # Blend over about one pixel across the outline; the label changes in the middle of it.
        alpha = np.clip(0.5 + (1 - np.sqrt(squared)) * radius, 0, 1)
        colour = self.texture.colour(u, v) * (1.1 - 0.35 * squared)
        window = image[:, top:bottom, left:right]
        window += alpha * (colour - window)
        labels[top:bottom, left:right][squared < 1] = self.label

    def _pose(self, time: float) -> _Pose:
        angle = self.angle.at(time)
        depths = tuple(depth.at(time) for _, _, depth in self.outline)
        scale = math.exp(self.log_scale.at(time))
        return _Pose(self.x.at(time), self.y.at(time), scale, math.cos(angle), math.sin(angle), depths)

    def _to_surface(self, x: np.ndarray, y: np.ndarray, pose: _Pose) -> tuple[np.ndarray, np.ndarray]:
        right, down = (x - pose.x) / pose.scale, (y - pose.y) / pose.scale
        u = pose.cos * right + pose.sin * down
        v = pose.cos * down - pose.sin * right
        radius = self._outline(np.arctan2(v, u), pose)
        return u / radius, v / radius

    def _outline(self, angle: np.ndarray, pose: _Pose) -> np.ndarray:
        radius = np.ones_like(angle)
        for (lobes, phase, _), depth in zip(self.outline, pose.depths, strict=True):
            if depth:
                radius += depth * np.cos(lobes * angle + phase)
        return radius


def _path(rng: np.random.Generator, extent: float) -> Oscillation:
    """Return a swing along one axis that stays near the frame and now and then leaves it."""
    amplitude = extent * rng.uniform(0.2, 0.45)
    speed = rng.uniform(0.2, 0.5)
    return Oscillation.draw(rng, extent * rng.uniform(-0.35, 0.35), amplitude, speed / amplitude)


def _clip(start: float, stop: float, side: int) -> tuple[int, int]:
    return max(0, math.floor(start)), min(side, math.ceil(stop) + 1)
