"""A labelled image taken apart into what moves by itself and what is behind it."""

from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.data.pairs.simulated.background import Hole, fill_hole
from mpvss.data.pairs.simulated.regions import Region, draw_regions


class Scene(NamedTuple):
    """An image taken apart.

    Attributes:
        image: (3, H, W) float32 RGB, the image itself.
        labels: (H, W) uint8, its labels.
        background: (3, H, W) float32, without the regions.
        background_labels: (H, W) uint8.
        hidden: (H, W) bool, where the background is not what the image shows.
        regions: that move by themselves, from back to front.
    """

    image: Tensor
    labels: Tensor
    background: Tensor
    background_labels: Tensor
    hidden: Tensor
    regions: tuple[Region, ...]

    @classmethod
    def of(
        cls,
        image: Tensor,
        labels: Tensor,
        movable: Tensor,
        num_regions: int,
        area: tuple[float, float],
        generator: torch.Generator,
    ) -> "Scene":
        """Take an image apart; regions behind which no background can be made up are left where they are."""
        drawn = draw_regions(labels, movable, num_regions, area, generator)
        holes = [Hole.of(region, (labels.shape[0], labels.shape[1])) for region in drawn]
        blocked = torch.zeros_like(labels, dtype=torch.bool)
        for hole in holes:
            blocked[hole.inside[:, 0], hole.inside[:, 1]] = True
        background, background_labels = image.clone(), labels.clone()
        hidden = torch.zeros_like(blocked)
        regions = []
        for region, hole in zip(drawn, holes, strict=True):
            fill = fill_hole(image, labels, hole, blocked)
            if fill is not None:
                rows, columns = hole.inside.T
                background[:, rows, columns], background_labels[rows, columns] = fill
                hidden[rows, columns] = True
                regions.append(region)
        regions.sort(key=lambda region: region.box[3])  # what stands lower in a frame is mostly nearer
        return cls(image, labels, background, background_labels, hidden, tuple(regions))
