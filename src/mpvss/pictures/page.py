"""Pictures below one another, under a title."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.pictures.text import draw_on, font_of_height

_INK = (40, 40, 40)
_PAPER = 255
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
