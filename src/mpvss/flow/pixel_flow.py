"""Pixel-wise flow, coarse to fine, as in FlowNetS's expanding part (Sec. 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mpvss.flow.motion_encoder import NEGATIVE_SLOPE


class PixelFlow(nn.Module):
    """Predict one flow map for all pixels, doubling the resolution four times.

    Each step concatenates [map; features of the coarser step, deconvolved; its flow, upsampled]. There are no
    biases: nothing moves where nothing is seen to move.

    Args:
        in_channels: of the five maps, coarsest first.
        step_channels: of the deconvolved features of the four steps.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""

    def __init__(
        self,
        in_channels: tuple[int, ...] = (256, 256, 256, 256, 128),
        step_channels: tuple[int, ...] = (128, 128, 128, 64),
    ) -> None:
        super().__init__()
        widths = [
            in_channels[0],
            *(c + step + 2 for c, step in zip(in_channels[1:], step_channels, strict=True)),
        ]
        self.predict = nn.ModuleList(_near_zero(nn.Conv2d(width, 2, 3, padding=1, bias=False)) for width in widths)
        self.deconvolve = nn.ModuleList(
            nn.ConvTranspose2d(width, step, 4, 2, 1, bias=False)
            for width, step in zip(widths[:-1], step_channels, strict=True)
        )
        self.upsample_flow = nn.ModuleList(nn.ConvTranspose2d(2, 2, 4, 2, 1, bias=False) for _ in step_channels)

    def forward(self, maps: tuple[Tensor, ...]) -> Tensor:
        """Predict flow.

        Args:
            maps: five maps (B, in_channels[i], h_i, w_i), coarsest first, each about twice as large as the one before.

        Returns:
            (B, 2, h, w) displacement at the finest map's resolution, x then y; in query-based flow in its pixels.
        """
        return self.pyramid(maps)[-1]

    def pyramid(self, maps: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Predict the flow of every step: (B, 2, h_i, w_i), coarsest first; arguments as of :meth:`forward`."""
        features = maps[0]
        flows = [self.predict[0](features)]
        steps = zip(maps[1:], self.predict[1:], self.deconvolve, self.upsample_flow, strict=True)
        for motion_map, predict, deconvolve, upsample_flow in steps:
            height, width = motion_map.shape[-2:]  # odd sizes: deconvolution overshoots by one
            deconvolved = F.leaky_relu(deconvolve(features), NEGATIVE_SLOPE)[..., :height, :width]
            upsampled = upsample_flow(flows[-1])[..., :height, :width]
            features = torch.cat([motion_map, deconvolved, upsampled], dim=1)
            flows.append(predict(features))
        return tuple(flows)


def _near_zero(conv: nn.Conv2d) -> nn.Conv2d:
    nn.init.normal_(conv.weight, std=1e-3)  # little flow at first, with gradients
    return conv
