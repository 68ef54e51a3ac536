"""What the colours in a picture mean: names of classes in its corner, legends below it, and the wheel of flow."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from mpvss.drawing.flow_colours import flow_to_rgb
from mpvss.drawing.on_frame import mark_errors
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


def key_frame_tag(image: Tensor) -> Tensor:
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


_INK = (40, 40, 40)
_PAPER = 255
_LINES = 560


def class_legend(label_maps: Iterable[Tensor], classes: ClassList, width: int, with_errors: bool = False) -> Tensor:
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


_WHEEL_LINES = 480


def flow_wheel(radius: int = 50) -> Tensor:
    """Draw the disc of all directions and lengths, with the names of the directions around it.

    Convention:
        the colour at an offset from the centre is that of flow in that direction, as `flow_to_rgb` gives it, in full
        colour at the rim.

    Args:
        radius: of the disc, pixels.

    Returns:
        (3, side, 1.6 side) uint8 RGB on white paper.
    """
    font = font_of_height(_WHEEL_LINES)
    margin = round(1.8 * font.size)
    half_width = radius + round(3.2 * font.size)
    y = torch.arange(-radius - margin, radius + margin + 1.0)[:, None]
    x = torch.arange(-half_width, half_width + 1.0)
    offsets = torch.stack(torch.broadcast_tensors(x, y))
    inside = torch.hypot(x, y) <= radius
    disc = torch.where(inside, flow_to_rgb(torch.where(inside, offsets, 0), radius), _PAPER).to(torch.uint8)
    centre_x, centre_y, away = half_width, radius + margin, radius + round(0.3 * font.size)

    def name(canvas: ImageDraw.ImageDraw) -> None:
        for text, place, anchor in (
            ("right", (centre_x + away, centre_y), "lm"),
            ("left", (centre_x - away, centre_y), "rm"),
            ("up", (centre_x, centre_y - away), "mb"),
            ("down", (centre_x, centre_y + away), "mt"),
        ):
            canvas.text(place, text, fill=_INK, font=font, anchor=anchor)

    return draw_on(disc, name)


def draw_on(image: Tensor, draw: Callable[[ImageDraw.ImageDraw], None]) -> Tensor:
    """Let Pillow draw on a picture; colours with a fourth number blend with what is below.

    Args:
        image: (3, H, W) uint8 RGB.
        draw: called once with a canvas whose origin is the upper left corner.

    Returns:
        (3, H, W) uint8 RGB, a new picture on the same device.
    """
    picture = Image.fromarray(image.permute(1, 2, 0).cpu().numpy())
    draw(ImageDraw.Draw(picture, "RGBA"))
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous().to(image.device)


def font_of_height(height: int) -> ImageFont.FreeTypeFont:
    """Choose a font that is readable in a picture of that many lines: 1/32 of them, 10 to 48 pixels.

    Args:
        height: of the picture, in pixels.
    """
    font = ImageFont.load_default(size=min(48, max(10, round(height / 32))))
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow without FreeType has one tiny bitmap font
    return font
