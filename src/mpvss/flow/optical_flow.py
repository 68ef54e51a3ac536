"""Optical flow by FlowNetS (Dosovitskiy et al., ICCV 2015), the baseline of Tables 3, E and H."""

from torch import Tensor, nn

from mpvss.flow.flow_widths import PAPER, FlowWidths
from mpvss.flow.motion_encoder import MAP_STRIDE, MotionEncoder
from mpvss.flow.pixel_flow import PixelFlow

FLOW_UNIT = 20.0
"""Pixels of the network's input per unit that it predicts, at every level (`div_flow` of public checkpoints)."""


class OpticalFlow(nn.Module):
    """FlowNetS with its own decoder: one flow for all masks; the queries are not read.

    Convention:
        the network reads (frame j, frame k) and predicts, at every level, the displacement j->k in units of
        `FLOW_UNIT` pixels of the resized pair. What leaves is in pixels of its own map, x (right) before y (down):
        a level half as wide has half the values.

    Args:
        motion_encoder: frame pair -> five motion maps.
        pixel_flow: these maps -> one flow map.
    """

    per_segment = False
    """One flow map serves all masks."""
    reads_queries = False

    def __init__(self, motion_encoder: MotionEncoder, pixel_flow: PixelFlow) -> None:
        super().__init__()
        self.motion_encoder = motion_encoder
        self.pixel_flow = pixel_flow

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.
            queries: not used.

        Returns:
            (B, 1, 2, h, w) displacement from frame j into frame k, in pixels of this map, which covers the
            padded frame: its size is 1/4 of the resized pair, 1/8 of the frame at input scale 0.5.
        """
        flow = self.pixel_flow(self.motion_encoder(key_frame, frame)[::-1])
        return FLOW_UNIT / MAP_STRIDE * flow[:, None]

    def pyramid(self, key_frame: Tensor, frame: Tensor) -> tuple[Tensor, ...]:
        """Estimate flow at every level, to be trained by :class:`mpvss.criterion.FlowError`.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.

        Returns:
            Five maps (B, 2, h_i, w_i), finest first, of displacement j->k in pixels of their own map; each covers
            the padded frame.
        """
        flows = self.pixel_flow.pyramid(self.motion_encoder(key_frame, frame)[::-1])
        height, width = (MAP_STRIDE * side for side in flows[-1].shape[-2:])
        return tuple(
            FLOW_UNIT * flow * flow.new_tensor([flow.shape[-1] / width, flow.shape[-2] / height])[:, None, None]
            for flow in flows[::-1]
        )


def optical_flow(widths: FlowWidths = PAPER) -> OpticalFlow:
    """Assemble FlowNetS; the defaults are its 38.676 M parameters.

    Args:
        widths: of encoder and decoder; with an input scale of 0.5 the costs are Table H's.
    """
    encoder = MotionEncoder(tuple(widths.encoder_channels), widths.input_scale)
    return OpticalFlow(encoder, PixelFlow(encoder.out_channels[::-1], tuple(widths.flownet_step_channels)))
