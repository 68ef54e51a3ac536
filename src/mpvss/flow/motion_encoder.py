"""The motion encoder: FlowNetS's contracting part (Dosovitskiy et al., ICCV 2015) on a pair of frames (Sec. 3.3)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mpvss.layers import normalize_frames, pad_to_multiple
from mpvss.layers.frames import SIZE_DIVISOR

FLOW_MEAN = (0.411, 0.432, 0.450)
NEGATIVE_SLOPE = 0.1
MAP_STRIDE = 4
"""Pixels of the resized pair per pixel of the finest map."""


class MotionEncoder(nn.Module):
    """Encode a frame pair into a pyramid of motion features.

    Args:
        channels: of conv1 to conv6; the defaults are FlowNetS's.
        input_scale: the padded pair is resized by this factor first, to multiples of 4 pixels; 0.5 is what the
            paper's costs follow from, although its text describes full resolution.

    Attributes:
        out_channels: of the five maps, finest first.

    Raises:
        ValueError: if there are not six channel counts, or the scale is below 1/8.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""
    sharded = True
    """It has many of the weights, and is called once or twice a step."""

    def __init__(self, channels: tuple[int, ...] = (64, 128, 256, 512, 512, 1024), input_scale: float = 0.5) -> None:
        super().__init__()
        if len(channels) != 6 or input_scale < MAP_STRIDE / SIZE_DIVISOR:
            raise ValueError(
                f"a motion encoder needs six channel counts and an input_scale of at least "
                f"{MAP_STRIDE / SIZE_DIVISOR}; got channels={tuple(channels)}, input_scale={input_scale}. "
                "The paper uses 0.5."
            )
        self.input_scale = input_scale
        self.out_channels = tuple(channels[1:])
        conv1, conv2, conv3, conv4, conv5, conv6 = channels
        self.conv1 = _conv(6, conv1, 7, stride=2)
        self.conv2 = _conv(conv1, conv2, 5, stride=2)
        self.conv3 = nn.Sequential(_conv(conv2, conv3, 5, stride=2), _conv(conv3, conv3, 3))
        self.conv4 = nn.Sequential(_conv(conv3, conv4, 3, stride=2), _conv(conv4, conv4, 3))
        self.conv5 = nn.Sequential(_conv(conv4, conv5, 3, stride=2), _conv(conv5, conv5, 3))
        self.conv6 = nn.Sequential(_conv(conv5, conv6, 3, stride=2), _conv(conv6, conv6, 3))

    def forward(self, key_frame: Tensor, frame: Tensor) -> tuple[Tensor, ...]:
        """Encode pairs.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.

        Returns:
            Five maps (B, out_channels[i], h_i, w_i) after conv2, conv3_1, conv4_1, conv5_1 and conv6_1: at
            strides 4, 8, 16, 32, 64 of the resized pair, that is, 8 to 128 of the frame at input scale 0.5.
        """
        x = self.prepare(key_frame, frame)
        pyramid = [self.conv2(self.conv1(x))]
        for conv in (self.conv3, self.conv4, self.conv5, self.conv6):
            pyramid.append(conv(pyramid[-1]))
        return tuple(pyramid)

    def prepare(self, key_frame: Tensor, frame: Tensor) -> Tensor:
        """Normalise, pad to multiples of 32, stack as (frame j, frame k), and resize: (B, 6, h, w)."""
        pair = torch.cat([normalize_frames(frame, FLOW_MEAN), normalize_frames(key_frame, FLOW_MEAN)], dim=1)
        pair = pad_to_multiple(pair)
        if self.input_scale == 1:
            return pair
        # The finest map is then exactly a quarter of the pair, which gives its flow a unit.
        size = [MAP_STRIDE * round(side * self.input_scale / MAP_STRIDE) for side in pair.shape[-2:]]
        return F.interpolate(pair, size=size, mode="bilinear", align_corners=False)


def _conv(in_channels: int, out_channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2)
    nn.init.kaiming_normal_(conv.weight, NEGATIVE_SLOPE)
    return nn.Sequential(conv, nn.LeakyReLU(NEGATIVE_SLOPE))
