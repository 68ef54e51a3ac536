"""Connected regions of a label map, which may move by themselves."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from mpvss.types import VOID

_COARSE_SIDE = 120
"""Longest side of the grid on which regions are traced: pieces nearer to each other than its cells hang together."""

_ATTEMPTS = 4
_NEIGHBOURS = ((1, 1, 1), (1, 1, 1), (1, 1, 1))


class Region(NamedTuple):
    """Connected pixels of one class.

    Attributes:
        left: of the bounding box, pixels of the frame.
        top: of the bounding box.
        mask: (h, w) bool, the bounding box.
    """

    left: int
    top: int
    mask: Tensor

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom: the outermost pixel centres."""
        height, width = self.mask.shape
        return self.left, self.top, self.left + width - 1, self.top + height - 1

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the bounding box, pixels."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    @property
    def diameter(self) -> float:
        """Side of the square that is as large as the region, pixels."""
        return math.sqrt(int(self.mask.sum()))


def draw_regions(
    labels: Tensor, movable: Tensor, count: int, area: tuple[float, float], generator: torch.Generator
) -> list[Region]:
    """Draw different regions that are whole: those that touch the frame's edge go on beyond it and are passed over.

    Args:
        labels: (H, W) uint8, classes or VOID.
        movable: (256,) bool, labels that may move.
        count: of regions, at most; fewer where few are found.
        area: least and largest, relative to the frame.
        generator: the only source of randomness.

    Returns:
        The regions, none twice.
    """
    cell = max(1, math.ceil(max(labels.shape) / _COARSE_SIDE))
    sampled = labels[cell // 2 :: cell, cell // 2 :: cell].flatten().long()
    present = torch.bincount(sampled, minlength=VOID + 1).bool() & movable
    present[VOID] = False
    classes = present.nonzero().flatten()
    taken = torch.zeros_like(labels, dtype=torch.bool)
    regions: list[Region] = []
    grids: dict[int, Tensor] = {}
    for _ in range(_ATTEMPTS * count if len(classes) else 0):
        if len(regions) == count:
            break
        # By class, then by pixel: a rare class moves as often as a common one.
        label = int(classes[_draw_below(len(classes), generator)])
        places = (sampled == label).nonzero().flatten()
        place = int(places[_draw_below(len(places), generator)])
        if label not in grids:
            grids[label] = F.max_pool2d((labels == label)[None].float(), cell, ceil_mode=True)[0]
        region = _trace(labels == label, grids[label], place, cell, area)
        if region is None:
            continue
        left, top, right, bottom = region.box
        window = taken[top : bottom + 1, left : right + 1]
        if not (window & region.mask).any():
            window |= region.mask
            regions.append(region)
    return regions


def _draw_below(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=generator))


def _trace(mask: Tensor, grid: Tensor, place: int, cell: int, area: tuple[float, float]) -> Region | None:
    """Return the region of (H, W) `mask` around a place of the sampled grid; None if it is not whole or not in size.

    `grid` (h, w) tells which cells have any pixel of the mask.
    """
    height, width = mask.shape
    row, column = divmod(place, math.ceil((width - cell // 2) / cell))  # of the sampled grid
    pieces, _ = ndimage.label(grid.numpy(), structure=_NEIGHBOURS)
    traced = torch.from_numpy(pieces == pieces[row, column])
    touches = traced[0].any() or traced[-1].any() or traced[:, 0].any() or traced[:, -1].any()
    # Each cell stands for at least one pixel.
    if touches or int(traced.sum()) > area[1] * mask.numel():
        return None
    fine = (
        F.interpolate(traced[None, None].float(), scale_factor=cell, mode="nearest")[0, 0, :height, :width].bool()
        & mask
    )
    if not area[0] <= float(fine.sum()) / mask.numel() <= area[1]:
        return None
    rows, cols = fine.any(dim=1).nonzero().flatten(), fine.any(dim=0).nonzero().flatten()
    top, left = int(rows[0]), int(cols[0])
    return Region(left, top, fine[top : int(rows[-1]) + 1, left : int(cols[-1]) + 1])
