"""The ablations of the query-based flow, Tables 3b and E, beside :class:`mpvss.flow.QueryFlow`, which is complete.

==============  ========================  ===============  ==============  ==========
flow            queries                   pixel-wise flow  maps per frame  parameters
==============  ========================  ===============  ==============  ==========
query_flow      the segmentor's           fused with it    one per query   40.085 M
query_learned   the segmentor's           none             one per query   37.56 M
query_random    its own, learned          none             one per query   37.56 M
query_for_pf    the segmentor's           all there is     one for all     38.97 M
==============  ========================  ===============  ==============  ==========
"""

import torch
from torch import Tensor, nn

from mpvss.flow.flow_head import QueryHead
from mpvss.flow.flow_parts import FlowParts, with_attention
from mpvss.flow.flow_widths import PAPER, FlowWidths, motion_parts
from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.flow.pixel_flow import PixelFlow


class QueryLearned(nn.Module):
    """Motion encoder, motion decoder and query head in a row: what is left without pixel-wise flow and its fusion.

    Args:
        motion_encoder: frame pair -> five motion maps.
        motion_decoder: its coarsest maps and the queries -> flow queries.
        flow_head: flow queries and the finest map -> one flow map per query.
    """

    per_segment = True
    """Each query gets a flow map of its own."""
    reads_queries = True

    def __init__(self, motion_encoder: MotionEncoder, motion_decoder: MotionDecoder, flow_head: QueryHead) -> None:
        super().__init__()
        self.motion_encoder = motion_encoder
        self.motion_decoder = motion_decoder
        self.flow_head = flow_head

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow; arguments and result as of :meth:`mpvss.flow.QueryFlow.forward`."""
        maps = self.motion_encoder(key_frame, frame)[::-1]
        flow_queries, _ = self.motion_decoder(maps[: self.motion_decoder.num_levels], queries)
        return self.flow_head(flow_queries, maps[-1])

    def parts(self, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1) -> FlowParts:
        """Show the attention; query flow is all there is. See :func:`mpvss.flow.flow_parts`."""
        shown = with_attention(self, key_frame, frame, queries, block)
        return shown._replace(query_flow=shown.flow)


class QueryRandom(QueryLearned):
    """`QueryLearned` that reads nothing of the key frame's queries.

    The flow queries start as the motion decoder's learned embedding, which is initialised at random. With a second
    table of queries the paper's count, 37.56 M as for "Query-learned", would be 37.58.
    """

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow as :class:`QueryLearned` does; of the queries only the number and the width are used."""
        return super().forward(key_frame, frame, torch.zeros_like(queries))


class QueryForPF(nn.Module):
    """Motion encoder, motion decoder and pixel-wise flow in a row.

    The queries act through the joint attention, where the motion maps read them; what becomes of the flow queries
    themselves is not used. The paper's 40.08 M parameters count the flow head too, which has no part in one shared
    flow; without it they are 38.97 M.

    Args:
        motion_encoder: frame pair -> five motion maps.
        motion_decoder: its coarsest maps and the queries -> refined maps.
        pixel_flow: refined and finer maps -> one flow map.
    """

    per_segment = False
    """One flow map serves all masks."""
    reads_queries = True

    def __init__(self, motion_encoder: MotionEncoder, motion_decoder: MotionDecoder, pixel_flow: PixelFlow) -> None:
        super().__init__()
        self.motion_encoder = motion_encoder
        self.motion_decoder = motion_decoder
        self.pixel_flow = pixel_flow

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow: (B, 1, 2, h, w); otherwise as :meth:`mpvss.flow.QueryFlow.forward`."""
        maps = self.motion_encoder(key_frame, frame)[::-1]
        levels = self.motion_decoder.num_levels
        _, refined = self.motion_decoder(maps[:levels], queries)
        return self.pixel_flow((*refined, *maps[levels:]))[:, None]

    def parts(self, key_frame: Tensor, frame: Tensor, queries: Tensor, block: int = -1) -> FlowParts:
        """Show the attention; pixel flow is all there is. See :func:`mpvss.flow.flow_parts`."""
        shown = with_attention(self, key_frame, frame, queries, block)
        return shown._replace(pixel_flow=shown.flow)


def query_learned(
    num_queries: int = 100, dim: int = 256, widths: FlowWidths = PAPER, num_stages: int = 3, num_levels: int = 3
) -> QueryLearned:
    """Assemble it with the paper's 37.56 M parameters; arguments as of :func:`mpvss.flow.query_flow`."""
    encoder, decoder = motion_parts(num_queries, dim, widths, num_stages, num_levels)
    return QueryLearned(encoder, decoder, QueryHead(encoder.out_channels[0], dim))


def query_random(
    num_queries: int = 100, dim: int = 256, widths: FlowWidths = PAPER, num_stages: int = 3, num_levels: int = 3
) -> QueryRandom:
    """Assemble it with the paper's 37.56 M parameters; arguments as of :func:`mpvss.flow.query_flow`."""
    encoder, decoder = motion_parts(num_queries, dim, widths, num_stages, num_levels)
    return QueryRandom(encoder, decoder, QueryHead(encoder.out_channels[0], dim))


def query_for_pf(
    num_queries: int = 100, dim: int = 256, widths: FlowWidths = PAPER, num_stages: int = 3, num_levels: int = 3
) -> QueryForPF:
    """Assemble it with 38.97 M parameters; arguments as of :func:`mpvss.flow.query_flow`."""
    encoder, decoder = motion_parts(num_queries, dim, widths, num_stages, num_levels)
    refined_channels = (*[dim] * num_levels, *encoder.out_channels[::-1][num_levels:])
    return QueryForPF(encoder, decoder, PixelFlow(refined_channels, tuple(widths.step_channels)))
