"""Query-based flow from learned queries of its own ("Query-random" in Table 3b)."""

import torch
from torch import Tensor

from mpvss.flow.motion_parts import motion_parts
from mpvss.flow.query_head import QueryHead
from mpvss.flow.query_learned import QueryLearned


class QueryRandom(QueryLearned):
    """`QueryLearned` that reads nothing of the key frame's queries.

    The flow queries start as the motion decoder's learned embedding, which is initialised at random. With a second
    table of queries the paper's count, 37.56 M as for "Query-learned", would be 37.58.
    """

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow as :class:`QueryLearned` does; of the queries only the number and the width are used."""
        return super().forward(key_frame, frame, torch.zeros_like(queries))


def query_random(
    num_queries: int = 100,
    dim: int = 256,
    num_heads: int = 8,
    num_stages: int = 3,
    hidden_dim: int = 2048,
    encoder_channels: tuple[int, ...] = (64, 128, 256, 512, 512, 1024),
    input_scale: float = 0.5,
    num_levels: int = 3,
) -> QueryRandom:
    """Assemble it with the paper's 37.56 M parameters; arguments as of :func:`mpvss.flow.query_flow`."""
    encoder, decoder = motion_parts(
        num_queries, dim, num_heads, num_stages, num_levels, hidden_dim, encoder_channels, input_scale
    )
    return QueryRandom(encoder, decoder, QueryHead(encoder.out_channels[0], dim))
