"""The one kind of motion that synthetic videos are made of."""

import math
from typing import NamedTuple

import numpy as np


class Oscillation(NamedTuple):
    """A quantity that swings smoothly and forever around a centre, so a video can have any length.

    Attributes:
        centre: mean, in the quantity's own unit.
        amplitude: largest distance from the centre.
        frequency: radians per unit of time.
        phase: radians at time 0.
    """

    centre: float
    amplitude: float
    frequency: float
    phase: float

    @classmethod
    def draw(cls, rng: np.random.Generator, centre: float, amplitude: float, frequency: float) -> "Oscillation":
        """Return an oscillation with a random phase."""
        return cls(centre, amplitude, frequency, rng.uniform(0, 2 * math.pi))

    def at(self, time: float) -> float:
        """Return the value at a time.

        Example:
            >>> Oscillation(centre=3.0, amplitude=2.0, frequency=1.0, phase=math.pi / 2).at(0.0)
            5.0
        """
        return self.centre + self.amplitude * math.sin(self.frequency * time + self.phase)
