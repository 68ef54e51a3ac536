"""Names of the classes in a picture, written into its corner."""

import torch
from PIL import ImageDraw, ImageFont
from torch import Tensor

from mpvss.pictures.text import draw_on, font_of_height
from mpvss.types import VOID, ClassList

_BOX = (18, 20, 24, 170)  # near-black, two thirds opaque
_TEXT = (245, 245, 245, 255)


def legend(image: Tensor, labels: Tensor, classes: ClassList, limit: int = 10) -> Tensor:
    """Name the largest classes of a frame in its upper left corner, in label order so that rows do not jump.

    The text grows with the frame, and its box covers at most half the height and half the width: of a small frame
    fewer rows are drawn, possibly none, and long names are cut short.

    Args:
        image: (3, H, W) uint8 RGB, to be written on.
        labels: (H', W') uint8 classes or VOID.
        classes: names and colours.
        limit: number of classes at most.

    Returns:
        (3, H, W) uint8 RGB, a new picture.
    """
    height, width = image.shape[-2:]
    font = font_of_height(height)
    row, gap = round(font.size * 1.4), round(font.size * 0.5)
    shown = _largest_classes(labels, min(limit, (height // 2 - 2 * gap) // row))
    if not shown:
        return image.clone()
    names = [_shorten(classes.names[index], font, room=width / 2 - font.size - 4 * gap) for index in shown]
    box_width = round(max(font.getlength(name) for name in names)) + font.size + 3 * gap

    def draw(canvas: ImageDraw.ImageDraw) -> None:
        box = (gap, gap, gap + box_width, gap + row * len(shown) + gap)
        canvas.rounded_rectangle(box, radius=gap / 2, fill=_BOX)
        for position, (index, name) in enumerate(zip(shown, names, strict=True)):
            top = round(1.5 * gap) + position * row
            middle = top + row / 2
            side = font.size * 0.4
            swatch = (2 * gap, middle - side, 2 * gap + 2 * side, middle + side)
            canvas.rounded_rectangle(swatch, radius=side / 3, fill=(*classes.colours[index], 255))
            canvas.text((3 * gap + font.size * 0.8, middle), name, fill=_TEXT, font=font, anchor="lm")

    return draw_on(image, draw)


def key_tag(image: Tensor) -> Tensor:
    """Write a small "key" into a corner of (3, H, W) uint8 RGB: the mark of a frame that was segmented itself."""
    return tag(image, "key")


def tag(image: Tensor, text: str, scale: float = 1.0) -> Tensor:
    """Write a few letters into the upper right corner; a picture too small for them stays without.

    Args:
        image: (3, H, W) uint8 RGB.
        text: a word.
        scale: of the letters, which grow with the picture.

    Returns:
        (3, H, W) uint8 RGB, a new picture.
    """
    height, width = image.shape[-2:]
    font = font_of_height(round(scale * height))
    gap = round(font.size * 0.5)
    box = (width - font.getlength(text) - 3 * gap, gap, width - gap, gap + round(font.size * 1.4))
    if box[0] < width / 2 or box[3] > height / 2:
        return image.clone()

    def draw(canvas: ImageDraw.ImageDraw) -> None:
        canvas.rounded_rectangle(box, radius=gap / 2, fill=_BOX)
        canvas.text(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), text, fill=_TEXT, font=font, anchor="mm")

    return draw_on(image, draw)


def _largest_classes(labels: Tensor, limit: int) -> list[int]:
    areas = torch.bincount(labels.flatten().long(), minlength=VOID + 1)[:VOID]
    by_area = areas.argsort(descending=True, stable=True)[: max(0, limit)]
    return sorted(index for index in by_area.tolist() if areas[index] > 0)


def _shorten(name: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(name) <= room:
        return name
    while name and font.getlength(f"{name}…") > room:
        name = name[:-1]
    return f"{name}…"
