"""Drawing on picture tensors with Pillow."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor


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
