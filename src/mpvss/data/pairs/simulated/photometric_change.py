"""How the look of a frame changes from one exposure to the next."""

import torch
import torch.nn.functional as F
from torch import Tensor


class PhotometricChange:
    """Changes brightness and contrast a little, blurs a little and adds noise; each amount is drawn anew.

    Args:
        brightness: largest change of all pixels, grey levels.
        contrast: largest relative change of the differences from middle grey.
        blur: largest share, 0..1, of a 3x3 binomial filter; half of the frames are not blurred.
        noise: largest standard deviation of the noise, grey levels; the same on all channels of a pixel, since what
            cameras leave of the noise of colours is little.

    Raises:
        ValueError: if an amount is negative, or `blur` or `contrast` is more than 1.
    """

    def __init__(self, brightness: float = 8.0, contrast: float = 0.06, blur: float = 0.7, noise: float = 4.0) -> None:
        amounts = {"brightness": brightness, "contrast": contrast, "blur": blur, "noise": noise}
        for key, amount in amounts.items():
            most = 1 if key in ("contrast", "blur") else 255
            if not 0 <= amount <= most:
                raise ValueError(f"{key} of a photometric change must be in 0..{most}; got {amount}.")
        self.brightness = brightness
        self.contrast = contrast
        self.blur = blur
        self.noise = noise

    def __call__(self, frame: Tensor, generator: torch.Generator) -> Tensor:
        """Change a frame.

        Args:
            frame: (3, H, W) float32 RGB in 0..255.
            generator: the only source of randomness.

        Returns:
            (3, H, W) float32, not yet confined to 0..255.
        """
        brightness, contrast, blur, noise = torch.rand(4, generator=generator).tolist()
        if self.blur and blur > 0.5:
            frame = torch.lerp(frame, _binomial(frame), self.blur * (2 * blur - 1))
        gain = 1 + self.contrast * (2 * contrast - 1)
        frame = gain * frame + (127.5 * (1 - gain) + self.brightness * (2 * brightness - 1))
        if self.noise:
            frame += self.noise * noise * torch.randn(frame.shape[1:], generator=generator)
        return frame


def _binomial(frame: Tensor) -> Tensor:
    """Filter by [1 2 1] / 4 along both axes; the border is repeated."""
    padded = F.pad(frame[None], (1, 1, 1, 1), mode="replicate")[0]
    across = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    return (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 16
