"""Query-based flow without the pixel-wise flow ("Query-learned" in Tables 3b and E)."""

from torch import Tensor, nn

from mpvss.flow.motion_decoder import MotionDecoder
from mpvss.flow.motion_encoder import MotionEncoder
from mpvss.flow.motion_parts import motion_parts
from mpvss.flow.query_head import QueryHead


class QueryLearned(nn.Module):
    """Motion encoder, motion decoder and query head in a row: what is left without pixel-wise flow and its fusion.

    Args:
        motion_encoder: frame pair -> five motion maps.
        motion_decoder: its coarsest maps and the queries -> flow queries.
        flow_head: flow queries and the finest map -> one flow map per query.
    """

    per_segment = True
    """Each query gets a flow map of its own."""

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


def query_learned(
    num_queries: int = 100,
    dim: int = 256,
    num_heads: int = 8,
    num_stages: int = 3,
    hidden_dim: int = 2048,
    encoder_channels: tuple[int, ...] = (64, 128, 256, 512, 512, 1024),
    input_scale: float = 0.5,
    num_levels: int = 3,
) -> QueryLearned:
    """Assemble it with the paper's 37.56 M parameters; arguments as of :func:`mpvss.flow.query_flow`."""
    encoder, decoder = motion_parts(
        num_queries, dim, num_heads, num_stages, num_levels, hidden_dim, encoder_channels, input_scale
    )
    return QueryLearned(encoder, decoder, QueryHead(encoder.out_channels[0], dim))
