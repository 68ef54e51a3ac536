"""How much larger or smaller a training frame is drawn."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import torch

_MOST_PARTS = 64
"""Factors are rounded to fractions of at most so many parts: every 64 pixels or less, old and new pixels begin at one
place, which lets a crop be resized by itself (see `window`). Sides are met as closely as this lets."""


class ScaleJitter(Protocol):
    """Draws the factor by which a frame is resized, from torch's default CPU generator."""

    def __call__(self, height: int, width: int) -> Fraction:
        """Draw a factor for frames of that many pixels."""


class ScaleRange:
    """Draws the factor uniformly, whatever the size of the frame.

    Args:
        least: smallest factor, positive.
        most: largest factor.

    Raises:
        ValueError: if that is no range of positive factors.
    """

    def __init__(self, least: float, most: float) -> None:
        if not 0 < least <= most:
            raise ValueError(f"scale must be (least, most) with 0 < least <= most; got {(least, most)}.")
        self.least = float(least)
        self.most = float(most)

    def __call__(self, height: int, width: int) -> Fraction:
        """Draw a factor; the frame's size does not matter."""
        return _rounded(Fraction(self.least + (self.most - self.least) * float(torch.rand(()))))


class ShortSides:
    """Draws the length of the short side, and keeps the long side within bounds, as detectron2's users state it.

    Args:
        sides: lengths of the short side, pixels, each drawn as often.
        max_long: largest length of the long side, pixels, which goes before the short side's; None for any.

    Raises:
        ValueError: if there is no side or one is not positive.
    """

    def __init__(self, sides: Sequence[int], max_long: int | None = None) -> None:
        if not sides or min(sides) < 1:
            raise ValueError(f"short_sides must be positive numbers of pixels; got {tuple(sides)}.")
        if max_long is not None and max_long < 1:
            raise ValueError(f"max_long_side must be a positive number of pixels, or null; got {max_long}.")
        self.sides = tuple(sides)
        self.max_long = max_long

    def __call__(self, height: int, width: int) -> Fraction:
        """Draw a factor for frames of that many pixels."""
        side = self.sides[int(torch.randint(len(self.sides), ()))]
        factor = Fraction(side, min(height, width))
        if self.max_long is not None:
            factor = min(factor, Fraction(self.max_long, max(height, width)))
        return _rounded(factor)


def _rounded(factor: Fraction) -> Fraction:
    return max(factor.limit_denominator(_MOST_PARTS), Fraction(1, _MOST_PARTS))
