"""The background of a synthetic video: a wide plane in bands of stuff."""

import math
from typing import NamedTuple

import numpy as np

from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.texture import Texture


class Band(NamedTuple):
    """One class of the ground, from its upper border down to the next band's.

    Attributes:
        label: class.
        texture: colour, as a function of world coordinates.
        level: mean y of the upper border, world units.
        ripple: (amplitude, frequency, phase) of the border as a function of x.
    """

    label: int
    texture: Texture
    level: float
    ripple: tuple[float, float, float]

    def depth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return how far world points lie below the upper border, negative above it."""
        amplitude, frequency, phase = self.ripple
        return y - (self.level + amplitude * np.sin(frequency * x + phase))


class Ground(NamedTuple):
    """An endless plane of bands at rest in the world.

    Attributes:
        bands: from top to bottom; the upper border of the first is ignored.
    """

    bands: tuple[Band, ...]

    @classmethod
    def draw(cls, rng: np.random.Generator, textures: list[tuple[int, Texture]]) -> "Ground":
        """Return a ground with one band for each (label, texture), the first on top."""
        bands = []
        for index, (label, texture) in enumerate(textures):
            level = (index / len(textures) - 0.5) * 0.8 + rng.uniform(-0.05, 0.05)
            ripple = (rng.uniform(0.02, 0.06), rng.uniform(4, 10), rng.uniform(0, 2 * math.pi))
            bands.append(Band(label, texture, level, ripple))
        return cls(tuple(bands))

    def paint(self, image: np.ndarray, labels: np.ndarray, camera: Camera, time: float) -> None:
        """Fill a frame with the ground, in place.

        Args:
            image: (3, H, W) float32 RGB in 0..255.
            labels: (H, W) uint8 classes.
            camera: from where it is seen.
            time: of the camera.
        """
        height, width = labels.shape
        frame_x = np.arange(width, dtype=np.float32)[None, :]
        frame_y = np.arange(height, dtype=np.float32)[:, None]
        x, y = camera.to_world(frame_x, frame_y, time)
        # Blend over one pixel across a border; the label changes in the middle of it.
        scale = camera.scale(time)
        covers = [np.ones_like(x)]
        covers += [np.clip(0.5 + scale * band.depth(x, y), 0, 1) for band in self.bands[1:]]
        covers += [np.zeros_like(x)]
        for band, cover, below in zip(self.bands, covers, covers[1:], strict=False):
            rows = np.flatnonzero(((cover > 0) & (below < 1)).any(axis=1))
            if not rows.size:
                continue
            span = slice(rows[0], rows[-1] + 1)
            window = image[:, span]
            window += cover[span] * (band.texture.colour(x[span], y[span]) - window)
            labels[span][cover[span] > 0.5] = band.label
