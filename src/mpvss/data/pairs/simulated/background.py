"""What is behind a region: background copied from beside it."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.data.pairs.simulated.regions import Region
from mpvss.types import VOID

_FRINGE = 3
"""Pixels around a region that still show something of it: blur, and labels that are not quite true."""

_SHIFTS_ACROSS = (1.0, 1.25, 1.6, 2.0, 2.6, 3.3)
_SHIFTS_DOWN = (0.0, 0.2, -0.2, 0.5, -0.5)
"""Where to look for background, in widths and heights of the region: beside it the ground is as far away as behind."""

_SAMPLES = 200
"""Pixels of the hole, and of its rim, on which places are compared."""

_MAX_FOREIGN = 0.25
"""Share of a patch that may have labels the rim has not."""


class Hole(NamedTuple):
    """A region's pixels and its fringe, behind which the background is not known.

    Attributes:
        inside: (n, 2) int64, row and column of its pixels.
        rim: (m, 2) int64, row and column of the known pixels around it.
        shape: (height, width) of the region's bounding box, pixels.
    """

    inside: Tensor
    rim: Tensor
    shape: tuple[int, int]

    @classmethod
    def of(cls, region: Region, size: tuple[int, int]) -> "Hole":
        """Return the hole that a region leaves in a frame of `size` (H, W)."""
        reach = _FRINGE + 1
        mask = F.pad(region.mask[None].float(), (reach,) * 4)
        inside = F.max_pool2d(mask, 2 * _FRINGE + 1, stride=1, padding=_FRINGE)
        rim = F.max_pool2d(inside, 3, stride=1, padding=1) - inside
        corner = torch.tensor([region.top - reach, region.left - reach])
        places = [part[0].nonzero() + corner for part in (inside, rim)]
        within = [place[_in_frame(place, size)] for place in places]
        height, width = region.mask.shape
        return cls(within[0], within[1], (height, width))


def fill_hole(image: Tensor, labels: Tensor, hole: Hole, blocked: Tensor) -> tuple[Tensor, Tensor] | None:
    """Find background for a hole: a patch from beside it, its colours matched to the hole's rim.

    Of the patches of the same shape that show mostly labels that the rim has, it takes the one that fits the
    rim best; the remaining misfit is spread smoothly over the patch, as in seamless cloning (Perez et al., SIGGRAPH
    2003).

    Args:
        image: (3, H, W) float32 RGB in 0..255.
        labels: (H, W) uint8, classes or VOID.
        hole: what to fill.
        blocked: (H, W) bool, pixels that may not be copied, the hole's own among them.

    Returns:
        Colours (3, n) and labels (n,) for the hole's pixels; None if no patch will do.
    """
    if not len(hole.rim):
        return None
    shift = _best_shift(image, labels, hole, blocked)
    if shift is None:
        return None
    rows, columns = (hole.inside + shift).T
    # A pixel of the rim whose counterpart lies outside the frame or is no background says nothing of the misfit.
    rim = hole.rim[_usable(hole.rim + shift, blocked)]
    misfit = _at(image, rim) - _at(image, rim + shift)
    colours = (image[:, rows, columns] + _spread_from(misfit, rim, hole.inside)).clamp(0, 255)
    return colours, labels[rows, columns]


def _best_shift(image: Tensor, labels: Tensor, hole: Hole, blocked: Tensor) -> Tensor | None:
    height, width = hole.shape
    shifts = torch.tensor(
        [
            [round(down * height), round(sign * across * width) + sign * 2 * _FRINGE]
            for across in _SHIFTS_ACROSS
            for down in _SHIFTS_DOWN
            for sign in (-1, 1)
        ]
    )
    inside, rim = (places[:: max(1, len(places) // _SAMPLES)] for places in (hole.inside, hole.rim))
    behind = torch.zeros(VOID + 1, dtype=torch.bool)
    behind[_at(labels, hole.rim).long()] = True
    behind[VOID] = False

    sources, rim_sources = inside + shifts[:, None], rim + shifts[:, None]  # (shifts, samples, 2)
    usable = _usable(sources, blocked).all(dim=1)
    foreign = ~behind[_at(labels, _clamped(sources, labels)).long()]
    misfit = (_at(image, _clamped(rim_sources, labels)) - _at(image, rim)[:, None]).abs().mean(dim=(0, 2))
    possible = usable & (foreign.float().mean(dim=1) <= _MAX_FOREIGN)
    for index in misfit.argsort().tolist():
        if not possible[index]:
            continue
        shift = shifts[index]
        if _usable(hole.inside + shift, blocked).all() and _usable(hole.rim + shift, blocked).any():
            return shift
    return None


def _spread_from(values: Tensor, places: Tensor, wanted: Tensor) -> Tensor:
    """Interpolate values (3, m), known at `places` (m, 2), smoothly to the places `wanted` (n, 2)."""
    everywhere = torch.cat([places, wanted])
    corner = everywhere.amin(dim=0)
    height, width = (everywhere.amax(dim=0) - corner + 1).tolist()
    known = torch.zeros(1, height, width)
    field = torch.zeros(len(values), height, width)
    rows, columns = (places - corner).T
    field[:, rows, columns] = values
    known[:, rows, columns] = 1
    return _at(_pull_push(field, known), wanted - corner)


def _pull_push(field: Tensor, weight: Tensor) -> Tensor:
    """Fill (C, h, w) `field`, a sum that is weighted with (1, h, w) `weight`, from its own coarser versions.

    Gortler et al., "The Lumigraph", SIGGRAPH 1996, Sec. 3.4.
    """
    mean = field / weight.clamp(min=1e-6)
    if bool((weight > 0).all()):
        return mean
    coarse = _pull_push(*(F.avg_pool2d(part, 2, ceil_mode=True) for part in (field, weight)))
    smooth = F.interpolate(coarse[None], size=field.shape[-2:], mode="bilinear")[0]
    return torch.where(weight > 0, mean, smooth)


def _at(maps: Tensor, places: Tensor) -> Tensor:
    return maps[..., places[..., 0], places[..., 1]]


def _in_frame(places: Tensor, size: tuple[int, int] | torch.Size) -> Tensor:
    return ((places >= 0) & (places < torch.tensor(tuple(size)))).all(dim=-1)


def _clamped(places: Tensor, frame: Tensor) -> Tensor:
    height, width = frame.shape
    return torch.stack([places[..., 0].clamp(0, height - 1), places[..., 1].clamp(0, width - 1)], dim=-1)


def _usable(places: Tensor, blocked: Tensor) -> Tensor:
    return _in_frame(places, blocked.shape) & ~_at(blocked, _clamped(places, blocked))
