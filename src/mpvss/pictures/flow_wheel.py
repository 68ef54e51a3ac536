"""The legend of flow pictures."""

import torch
from PIL import ImageDraw
from torch import Tensor

from mpvss.pictures.flow_colours import flow_to_rgb
from mpvss.pictures.text import draw_on, font_of_height

_INK = (40, 40, 40)
_PAPER = 255
_LINES = 480


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
    font = font_of_height(_LINES)
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
