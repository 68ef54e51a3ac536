"""The change of colours that SSD trains with (Liu et al., ECCV 2016), as Mask2Former takes it over."""

import torch
from torch import Tensor

_ROWS = 64
"""Frames are recoloured in strips of so many rows, which fit the processor's cache: half of the time or less."""


class ColourJitter:
    """Varies brightness, contrast, saturation and hue, each for half of the calls.

    Contrast comes before or after saturation and hue, by a coin. Randomness comes from torch's default CPU generator.
    Not torchvision's, whose hue alone takes three times as long as all of this, longer than decoding the pair.

    Args:
        brightness: largest change, added to the values, which are 0..255.
        contrast: largest change of the factor on the values.
        saturation: largest change of the factor on the saturation.
        hue: largest change, in turns of the colour wheel.

    Raises:
        ValueError: if one is outside its range.
    """

    def __init__(
        self, brightness: float = 32.0, contrast: float = 0.5, saturation: float = 0.5, hue: float = 0.1
    ) -> None:
        for name, value, most in (
            ("brightness", brightness, 255.0),
            ("contrast", contrast, 1.0),
            ("saturation", saturation, 1.0),
            ("hue", hue, 0.5),
        ):
            if not 0 <= value <= most:
                raise ValueError(f"{name} of the colour jitter must be in 0..{most:g}; got {value}.")
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue

    def __call__(self, frames: Tensor) -> Tensor:
        """Recolour frames, all in the same way.

        Args:
            frames: (T, 3, H, W) uint8 RGB.

        Returns:
            (T, 3, H, W) uint8 RGB.
        """
        brightness, contrast = _draw(self.brightness), 1 + _draw(self.contrast)
        saturation, hue = 1 + _draw(self.saturation), _draw(self.hue)
        early, late = (contrast, 1.0) if _coin() else (1.0, contrast)
        recoloured = torch.empty_like(frames, memory_format=torch.contiguous_format)
        for frame, target in zip(frames, recoloured, strict=True):
            for strip, target_strip in zip(frame.split(_ROWS, dim=-2), target.split(_ROWS, dim=-2), strict=True):
                values = strip.float().add_(brightness).clamp_(0, 255).mul_(early).clamp_(0, 255)
                values = shift_colours(values, saturation, hue).mul_(late)
                target_strip.copy_(values.round_().clamp_(0, 255))
        return recoloured


def shift_colours(frame: Tensor, saturation: float, hue: float) -> Tensor:
    """Scale the saturation of colours and turn their hue; their value, which is the largest channel, stays.

    Args:
        frame: (3, H, W) RGB, 0..255.
        saturation: factor; a saturation that would exceed 1 becomes 1.
        hue: turns of the colour wheel, red -> green -> blue -> red, -0.5..0.5.

    Returns:
        (3, H, W) RGB, 0..255.
    """
    if saturation == 1 and hue == 0:
        return frame
    red, green, blue = frame
    value = torch.maximum(torch.maximum(red, green), blue)
    chroma = value - torch.minimum(torch.minimum(red, green), blue)
    lack = (value - frame) / chroma.clamp(min=1e-6)  # 0 in the largest channel, 1 in the smallest
    if hue:
        lack = _turn(lack, hue)
    return value - lack * torch.minimum(saturation * chroma, value)


def _turn(lack: Tensor, hue: float) -> Tensor:
    """Turn the hue of colours that are given by what channels lack, (3, H, W), 0..1.

    On a colour wheel of 6 parts a channel lacks nothing up to a distance of 1 from its own colour, all from a distance
    of 2 on, and in between what exceeds 1. Distance and lack so follow from each other, without a case for each sixth.
    """
    following, preceding = lack[[1, 2, 0]], lack[[2, 0, 1]]
    ahead = preceding - following  # 0..1 from the channel's own colour, or from the opposite one, and to which side
    distance = 1 + lack + (1 - ahead.abs()) * (2 * lack - 1)
    turned = distance.copysign_(ahead).add_(6 * hue).abs_()
    return torch.minimum(turned, 6 - turned).sub_(1).clamp_(0, 1)


def _draw(limit: float) -> float:
    """Draw from -limit..limit half of the time, else give 0."""
    change = limit * (2 * float(torch.rand(())) - 1)
    return change if _coin() else 0.0


def _coin() -> bool:
    return float(torch.rand(())) < 0.5
