"""Query-based flow: one flow map per segment, from the segmentor's own queries (Sec. 3.3)."""

from torch import Tensor, nn

from mpvss.flow.flow_head import FlowHead
from mpvss.flow.flow_parts import FlowParts, recorded, with_attention
from mpvss.flow.flow_widths import PAPER, FlowWidths, motion_parts
from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.flow.pixel_flow import PixelFlow


class QueryFlow(nn.Module):
    """Motion encoder, motion decoder, pixel-wise flow and flow head in a row.

    Args:
        motion_encoder: frame pair -> five motion maps.
        motion_decoder: its coarsest maps and the queries -> flow queries and refined maps.
        pixel_flow: refined and finer maps -> one flow map.
        flow_head: flow queries, the finest map and that flow -> one flow map per query.
    """

    per_segment = True
    """Each query gets a flow map of its own."""
    reads_queries = True

    def __init__(
        self, motion_encoder: MotionEncoder, motion_decoder: MotionDecoder, pixel_flow: PixelFlow, flow_head: FlowHead
    ) -> None:
        super().__init__()
        self.motion_encoder = motion_encoder
        self.motion_decoder = motion_decoder
        self.pixel_flow = pixel_flow
        self.flow_head = flow_head

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.
            queries: (B, N, C) the segmentor's queries of the key frame.

        Returns:
            (B, N, 2, h, w) displacement from frame j into frame k, in pixels of this map, which covers the
            padded frame: its size is 1/4 of the resized pair, 1/8 of the frame at input scale 0.5.
        """
        maps = self.motion_encoder(key_frame, frame)[::-1]
        levels = self.motion_decoder.num_levels
        flow_queries, refined = self.motion_decoder(maps[:levels], queries)
        pixel_flow = self.pixel_flow((*refined, *maps[levels:]))
        return self.flow_head(flow_queries, maps[-1], pixel_flow)

    def parts(self, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1) -> FlowParts:
        """Show query flow, pixel flow and attention; see :func:`mpvss.flow.flow_parts`."""
        with recorded({"flow_head": self.flow_head}) as calls:
            shown = with_attention(self, key_frame, frame, queries, block)
        (flow_queries, finest_map, pixel_flow), _ = calls["flow_head"]
        query_flow = self.flow_head.query_flow(flow_queries, finest_map)
        return shown._replace(query_flow=query_flow, pixel_flow=pixel_flow[:, None])


def query_flow(
    num_queries: int = 100, dim: int = 256, widths: FlowWidths = PAPER, num_stages: int = 3, num_levels: int = 3
) -> QueryFlow:
    """Assemble the paper's flow module; the defaults are its 40.085 M parameters.

    Args:
        num_queries: N of the segmentor.
        dim: channels C of the segmentor's queries.
        widths: of its parts.
        num_stages: S of Table D.
        num_levels: L, how many of the coarsest maps the motion decoder visits.
    """
    encoder, decoder = motion_parts(num_queries, dim, widths, num_stages, num_levels)
    raw_channels = encoder.out_channels[::-1][num_levels:]
    pixel_flow = PixelFlow((*[dim] * num_levels, *raw_channels), tuple(widths.step_channels))
    return QueryFlow(encoder, decoder, pixel_flow, FlowHead(encoder.out_channels[0], dim))
