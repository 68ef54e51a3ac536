"""A crop of a resized frame, made without resizing the rest of the frame."""

import math
from fractions import Fraction
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Window(NamedTuple):
    """What is seen of a frame: it is resized by `factor`, and `height` x `width` pixels are cut out of it.

    Convention:
        Pixel i of the resized frame has its centre at (i + 1/2) / factor of the original, whose pixel i has its own at
        i + 1/2. Only whole pixels are made: n become floor(n * factor). The window may begin before the frame
        and end behind it.

    Attributes:
        factor: of both sides, positive.
        top: row of the resized frame at which the window begins.
        left: its column.
        height: rows of the window.
        width: columns of the window.
    """

    factor: Fraction
    top: int
    left: int
    height: int
    width: int

    def source(self, height: int, width: int) -> tuple[slice, slice]:
        """Return rows and columns of a frame of that size that the window shows."""
        rows, columns = self._inside(height, width)
        return _seen(rows, self.factor, height), _seen(columns, self.factor, width)

    def filled(self, height: int, width: int) -> tuple[slice, slice]:
        """Return rows and columns of the window that a frame of that size fills."""
        rows, columns = self._inside(height, width)
        return slice(rows[0] - self.top, rows[1] - self.top), slice(columns[0] - self.left, columns[1] - self.left)

    def frame(self, frame: Tensor) -> Tensor:
        """Cut a frame; pixels are interpolated bilinearly, with antialiasing.

        Equal, up to rounding, to resizing the whole frame and cropping then.

        Args:
            frame: (3, H, W) uint8.

        Returns:
            (3, height, width) uint8, 0 where the frame does not reach.
        """
        (first_row, last_row), (first_column, last_column) = inside = self._inside(*frame.shape[-2:])
        if self.factor == 1:
            part = frame[:, first_row:last_row, first_column:last_column]
        else:
            rows, row = _needed(inside[0], self.factor, frame.shape[-2])
            columns, column = _needed(inside[1], self.factor, frame.shape[-1])
            # Channels last, in which torch resizes bytes several times as fast.
            needed = frame[None, :, rows, columns].contiguous(memory_format=torch.channels_last)
            # Rounded up, lest a whole number of pixels become one less (45 * 1.4 is below 63).
            scale = math.nextafter(float(self.factor), math.inf)
            resized = F.interpolate(
                needed, scale_factor=scale, mode="bilinear", antialias=True, recompute_scale_factor=False
            )[0]
            part = resized[:, row : row + last_row - first_row, column : column + last_column - first_column]
        return self._framed(part, (frame.shape[-2], frame.shape[-1]), 0)

    def nearest(self, maps: Tensor, fill: int) -> Tensor:
        """Cut maps of what must not be mixed, such as labels: each pixel is that of the original at its centre.

        Args:
            maps: (..., H, W) of any type.
            fill: value where the frame does not reach.

        Returns:
            (..., height, width).
        """
        rows, columns = self._inside(*maps.shape[-2:])
        part = maps.index_select(-2, _nearest(rows, self.factor)).index_select(-1, _nearest(columns, self.factor))
        return self._framed(part, (maps.shape[-2], maps.shape[-1]), fill)

    def _inside(self, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last + 1 row and column of the resized frame that are in the window."""
        spans = ((self.top, self.height, height), (self.left, self.width, width))
        rows, columns = (
            (max(0, first), min(first + size, math.floor(whole * self.factor))) for first, size, whole in spans
        )
        return rows, columns

    def _framed(self, part: Tensor, size: tuple[int, int], fill: int) -> Tensor:
        """Put what is seen of a frame of `size` (H, W) into its place in the window."""
        if part.shape[-2:] == (self.height, self.width):
            return part
        framed = part.new_full((*part.shape[:-2], self.height, self.width), fill)
        framed[..., *self.filled(*size)] = part
        return framed


def _seen(span: tuple[int, int], factor: Fraction, size: int) -> slice:
    return slice(math.floor(span[0] / factor), min(size, math.ceil(span[1] / factor)))


def _needed(span: tuple[int, int], factor: Fraction, size: int) -> tuple[slice, int]:
    """Return what a span of resized pixels is interpolated from, and where in its resized version the span begins.

    The slice begins where an old and a new pixel begin at one place, so that its pixels are resized as they would be
    within the frame, and it reaches beyond the span as far as the filter does.
    """
    reach = max(1, math.ceil(1 / factor)) + 1
    parts = factor.denominator
    begin = max(0, (math.floor(span[0] / factor) - reach) // parts * parts)
    end = min(size, math.ceil(span[1] / factor) + reach)
    return slice(begin, end), span[0] - begin // parts * factor.numerator


def _nearest(span: tuple[int, int], factor: Fraction) -> Tensor:
    centres = 2 * torch.arange(*span) + 1  # in halves of a pixel
    return centres * factor.denominator // (2 * factor.numerator)
