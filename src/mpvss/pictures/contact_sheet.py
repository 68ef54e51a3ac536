"""Pictures side by side, with titles."""

from collections.abc import Sequence

import torch
from PIL import ImageDraw
from torch import Tensor

from mpvss.pictures.resize import resize
from mpvss.pictures.text import draw_on, font_of_height

_INK = (40, 40, 40)
_PAPER = 255


def contact_sheet(
    rows: Sequence[Sequence[Tensor]], titles: Sequence[str], captions: Sequence[str] = (), cell_width: int = 320
) -> Tensor:
    """Arrange pictures in a table: one row per frame, one titled column per kind of picture.

    Args:
        rows: of (3, h, w) uint8 RGB pictures, as many per row as titles; each is resized to its cell, whose
            proportions are those of the first picture.
        titles: one per column, written above it.
        captions: one per row, written above it; none for no captions.
        cell_width: width of a cell, pixels.

    Returns:
        (3, H, W) uint8 RGB.

    Raises:
        ValueError: if there is no picture, or the numbers of pictures, titles and captions do not fit.
    """
    if not rows or not titles or any(len(row) != len(titles) for row in rows):
        raise ValueError(
            f"each row must have one picture per title ({len(titles)}); got rows of {[len(row) for row in rows]}. "
            "Leave no cell out."
        )
    if captions and len(captions) != len(rows):
        raise ValueError(f"captions must be one per row ({len(rows)}); got {len(captions)}. Or give none.")
    cell_height = round(cell_width * rows[0][0].shape[-2] / rows[0][0].shape[-1])
    font = font_of_height(cell_width * 2)
    line, gap = round(font.size * 1.6), round(font.size * 0.6)
    row_step = cell_height + gap + (line if captions else 0)
    height = line + gap + row_step * len(rows)
    sheet = torch.full((3, height, gap + (cell_width + gap) * len(titles)), _PAPER, dtype=torch.uint8)
    lefts = [gap + index * (cell_width + gap) for index in range(len(titles))]
    tops = [height - row_step * (len(rows) - index) for index in range(len(rows))]
    for row, top in zip(rows, tops, strict=True):
        picture_top = top + (line if captions else 0)
        for picture, left in zip(row, lefts, strict=True):
            cell = resize(picture, (cell_height, cell_width))
            sheet[:, picture_top : picture_top + cell_height, left : left + cell_width] = cell

    def write(canvas: ImageDraw.ImageDraw) -> None:
        for title, left in zip(titles, lefts, strict=True):
            canvas.text((left + cell_width / 2, gap + line / 2), title, fill=_INK, font=font, anchor="mm")
        for caption, top in zip(captions, tops, strict=False):
            canvas.text((gap, top + line / 2), caption, fill=_INK, font=font, anchor="lm")

    return draw_on(sheet, write)
