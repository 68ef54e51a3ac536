"""Textures of synthetic surfaces: a class's pattern and colour, varied from surface to surface."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Pattern = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _striped(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.sin(u + 0 * v)


def _checked(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return 2 * np.sin(u) * np.sin(v)


def _dotted(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.cos(u) + np.cos(v) - 0.7


def _ringed(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.cos(np.sqrt(u * u + v * v))


def _wavy(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.sin(v + 1.5 * np.sin(0.7 * u))


PATTERNS: dict[str, Pattern] = {
    "wavy": _wavy,
    "striped": _striped,
    "dotted": _dotted,
    "checked": _checked,
    "ringed": _ringed,
}
"""Name -> function of surface coordinates in radians; positive where the light colour is, values about -1..1."""


class Texture(NamedTuple):
    """A two-coloured pattern under an aperiodic shading that makes every point of the surface distinct.

    Attributes:
        pattern: one of :data:`PATTERNS`.
        along: (u, v) radians per surface unit along the pattern's first axis; the second is perpendicular.
        dark: RGB in 0..255 of one half of the pattern.
        light: RGB in 0..255 of the other.
        waves: (u frequency, v frequency, phase) of each wave of the shading.
    """

    pattern: Pattern
    along: tuple[float, float]
    dark: tuple[float, ...]
    light: tuple[float, ...]
    waves: tuple[tuple[float, float, float], ...]

    @classmethod
    def draw(
        cls, rng: np.random.Generator, pattern: str, colour: tuple[int, int, int], contrast: float, frequency: float
    ) -> "Texture":
        """Return one variant of a class's texture.

        Args:
            rng: source of the variation in colour, orientation, frequency and shading.
            pattern: key of :data:`PATTERNS`.
            colour: RGB in 0..255, the middle of the class's colours.
            contrast: 0..1, how far dark and light lie apart.
            frequency: radians of the pattern per surface unit.
        """
        base = np.clip(np.array(colour) + rng.normal(0, 12, 3), 0, 255)
        dark = base * (1 - 0.7 * contrast)
        light = base + (255 - base) * 0.6 * contrast
        direction = rng.uniform(0, 2 * math.pi)
        pitch = frequency * rng.uniform(0.8, 1.25)
        waves = []
        for _ in range(3):
            angle, wave = rng.uniform(0, 2 * math.pi), frequency * rng.uniform(0.2, 0.7)
            waves.append((wave * math.cos(angle), wave * math.sin(angle), rng.uniform(0, 2 * math.pi)))
        return cls(
            PATTERNS[pattern],
            (pitch * math.cos(direction), pitch * math.sin(direction)),
            tuple(dark.tolist()),
            tuple(light.tolist()),
            tuple(waves),
        )

    def colour(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return the colour at points of the surface.

        Args:
            u: (...) first surface coordinate.
            v: (...) second surface coordinate.

        Returns:
            (3, ...) RGB, about 0..255.
        """
        cos, sin = self.along
        # The gain of 2 turns the soft waves into areas with an edge, still free of aliasing.
        mix = np.clip(0.5 + 2 * self.pattern(cos * u + sin * v, cos * v - sin * u), 0, 1)
        shade = np.sin(self.waves[0][0] * u + (self.waves[0][1] * v + self.waves[0][2]))
        for wave_u, wave_v, phase in self.waves[1:]:
            shade += np.sin(wave_u * u + (wave_v * v + phase))
        shade = 1 + 0.1 * shade
        shape = (3,) + (1,) * mix.ndim
        dark = np.array(self.dark, mix.dtype).reshape(shape)
        light = np.array(self.light, mix.dtype).reshape(shape)
        return (dark + (light - dark) * mix) * shade
