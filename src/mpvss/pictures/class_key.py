"""The legend of label pictures, to stand below them."""

from collections.abc import Iterable

import torch
from PIL import ImageDraw
from torch import Tensor

from mpvss.pictures.errors import mark_errors
from mpvss.pictures.text import draw_on, font_of_height
from mpvss.types import VOID, ClassList

_INK = (40, 40, 40)
_PAPER = 255
_LINES = 560


def class_key(label_maps: Iterable[Tensor], classes: ClassList, width: int, with_errors: bool = False) -> Tensor:
    """Name the classes that occur, each beside its colour, in as many lines as they need.

    Args:
        label_maps: (H, W) uint8 classes or VOID.
        classes: names and colours.
        width: of the result, pixels.
        with_errors: whether to name the hatching of `mark_errors`, too.

    Returns:
        (3, h, width) uint8 RGB on white paper.
    """
    found = {int(index) for labels in label_maps for index in labels.unique()} - {VOID}
    names = [classes.names[index] for index in sorted(found)] + ["wrong"] * with_errors
    font = font_of_height(_LINES)
    row, gap, side = round(font.size * 1.7), round(font.size * 0.6), font.size
    places: list[tuple[int, int]] = []  # left and top of each swatch
    left, top = gap, 0
    for name in names:
        needed = round(side + 3 * gap + font.getlength(name))
        if left + needed > width and left > gap:
            left, top = gap, top + row
        places.append((left, top + (row - round(side)) // 2))
        left += needed
    swatches = [torch.tensor(classes.colours[index]).to(torch.uint8) for index in sorted(found)]
    key = torch.full((3, top + row, width), _PAPER, dtype=torch.uint8)
    for place, colour in zip(places, swatches, strict=False):
        _area(key, place, round(side)).copy_(colour[:, None, None])
    if with_errors:
        area = _area(key, places[-1], round(side))
        area.copy_(mark_errors(area, torch.ones(area.shape[1:], dtype=torch.bool)))

    def write(canvas: ImageDraw.ImageDraw) -> None:
        for name, (x, y) in zip(names, places, strict=True):
            canvas.text((x + side + gap, y + side / 2), name, fill=_INK, font=font, anchor="lm")

    return draw_on(key, write)


def _area(key: Tensor, place: tuple[int, int], side: int) -> Tensor:
    left, top = place
    return key[:, top : top + side, left : left + side]
