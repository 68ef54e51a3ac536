"""One flow map per query, from dot products with a motion map: F^QF of Sec. 3.3."""

import torch
from torch import Tensor, nn

from mpvss.layers import MLP


class QueryHead(nn.Module):
    """Dot products of query embeddings with a projected motion map give each query's flow.

    The first C channels of the projected map give x and the last C give y, as in the paper (the authors' code has
    them the other way round). It starts near zero.

    Args:
        map_channels: of the finest motion map b_4.
        dim: channels C of a query.
    """

    def __init__(self, map_channels: int = 128, dim: int = 256) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.query_mlp = MLP(dim, 2 * dim, dim)
        self.map_mlp = MLP(map_channels, 2 * dim, 2 * dim)
        nn.init.normal_(self.map_mlp.output.weight, std=1e-3)
        nn.init.zeros_(self.map_mlp.output.bias)

    def forward(self, queries: Tensor, motion_map: Tensor) -> Tensor:
        """Predict flow maps.

        Args:
            queries: (B, N, C) flow queries from the motion decoder.
            motion_map: (B, map_channels, h, w) the finest motion map.

        Returns:
            (B, N, 2, h, w) displacement j->k in pixels of this map, x then y.
        """
        return self.query_flow(queries, motion_map)

    def query_flow(self, queries: Tensor, motion_map: Tensor) -> Tensor:
        """Predict each query's flow before any refinement, F^QF: (B, N, 2, h, w)."""
        embedding = self.query_mlp(self.norm(queries))
        projected = self.map_mlp(motion_map.movedim(1, -1)).unflatten(-1, (2, -1))
        return torch.einsum("bqc,bhwxc->bqxhw", embedding, projected)
