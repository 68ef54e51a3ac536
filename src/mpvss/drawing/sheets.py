"""Pictures beside and below one another, with titles, at one size."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from PIL import ImageDraw
from torch import Tensor

from mpvss.drawing.legends import draw_on, font_of_height

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


_TITLE_LINES = 800  # of a picture whose legend would be as large as a title
_NOTE_LINES = 560


def page(title: str, *parts: Tensor) -> Tensor:
    """Put a title and pictures on one sheet of white paper.

    Args:
        title: written above everything.
        parts: (3, h, w) uint8 RGB, from top to bottom, aligned at the left.

    Returns:
        (3, H, W) uint8 RGB; both sides are even, as video asks for.
    """
    heading = _line(title, _TITLE_LINES)
    width = max(part.shape[-1] for part in (heading, *parts))
    width += width % 2
    rows = [_extend(part.cpu(), part.shape[-2], width) for part in (heading, *parts)]
    joined = torch.cat(rows, dim=1)
    return _extend(joined, joined.shape[1] + joined.shape[1] % 2, width)


def note(*lines: str) -> Tensor:
    """Write lines of explanation on white paper: (3, h, w) uint8 RGB."""
    rows = [_line(line, _NOTE_LINES) for line in lines]
    width = max(row.shape[-1] for row in rows)
    return torch.cat([_extend(row, row.shape[-2], width) for row in rows], dim=1)


def beside(left: Tensor, right: Tensor) -> Tensor:
    """Put two pictures side by side on white paper, centred vertically: (3, h, w) uint8 RGB."""
    height = max(left.shape[-2], right.shape[-2])
    centred = [
        F.pad(part, (0, 0, above := (height - part.shape[-2]) // 2, height - part.shape[-2] - above), value=_PAPER)
        for part in (left, right)
    ]
    return torch.cat(centred, dim=2)


def _line(text: str, lines: int) -> Tensor:
    font = font_of_height(lines)
    gap = round(font.size * 0.6)
    paper = torch.full((3, round(font.size * 1.6), round(font.getlength(text)) + 2 * gap), _PAPER, dtype=torch.uint8)
    middle = paper.shape[1] / 2
    return draw_on(paper, lambda canvas: canvas.text((gap, middle), text, fill=_INK, font=font, anchor="lm"))


def _extend(picture: Tensor, height: int, width: int) -> Tensor:
    return F.pad(picture, (0, width - picture.shape[-1], 0, height - picture.shape[-2]), value=_PAPER)


def resize(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize a picture smoothly, without aliasing.

    Args:
        picture: (3, h, w) uint8 RGB.
        size: (H, W) in pixels.

    Returns:
        (3, H, W) uint8 RGB; the picture itself where it has that size.
    """
    if picture.shape[-2:] == size:
        return picture
    resized = F.interpolate(picture[None].float().cpu(), size=size, mode="bilinear", antialias=True)
    return resized[0].round().clamp(0, 255).to(torch.uint8)


def resize_nearest(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize label maps, masks or anything else whose values must not be mixed.

    Args:
        maps: (..., h, w) of any type.
        size: (H, W) in pixels.

    Returns:
        (..., H, W) of the same type.
    """
    rows = torch.arange(size[0], device=maps.device) * maps.shape[-2] // size[0]
    columns = torch.arange(size[1], device=maps.device) * maps.shape[-1] // size[1]
    return maps[..., rows[:, None], columns]
