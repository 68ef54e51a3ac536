"""The flow head: a flow map per query from a motion map, refined by pixel-wise flow (Sec. 3.3, Eq. 4)."""

import torch
import torch.nn.functional as F
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


class FlowHead(QueryHead):
    """Each query's flow and the pixel-wise flow, fused by a convolution.

    The convolution reads [query flow; pixel flow], as in Eq. 4 (the authors' code has them the other way round). It
    starts as their sum and both start near zero: the authors' start, weight 0 and bias 1, moves every mask by a
    pixel of the flow map and lets no gradient through.

    Args:
        map_channels: of the finest motion map b_4.
        dim: channels C of a query.
    """

    def __init__(self, map_channels: int = 128, dim: int = 256) -> None:
        super().__init__(map_channels, dim)
        self.fuse = nn.Conv2d(4, 2, 3, padding=1)
        for parameter in self.fuse.parameters():
            nn.init.zeros_(parameter)
        with torch.no_grad():
            self.fuse.weight[:, :2, 1, 1] = torch.eye(2)
            self.fuse.weight[:, 2:, 1, 1] = torch.eye(2)

    def forward(  # type: ignore[override]  # it reads one tensor more than the head that does not refine
        self, queries: Tensor, motion_map: Tensor, pixel_flow: Tensor
    ) -> Tensor:
        """Predict flow maps.

        Args:
            queries: (B, N, C) flow queries from the motion decoder.
            motion_map: (B, map_channels, h, w) the finest motion map.
            pixel_flow: (B, 2, h, w) one flow for all pixels.

        Returns:
            (B, N, 2, h, w) displacement j->k in pixels of this map, x then y.
        """
        return self.refine(self.query_flow(queries, motion_map), pixel_flow)

    def refine(self, query_flow: Tensor, pixel_flow: Tensor) -> Tensor:
        """Fuse (B, N, 2, h, w) query flow with (B, 2, h, w) pixel flow (Eq. 4)."""
        # The convolution is linear: its half that reads the shared pixel flow runs once, not once per query.
        of_query, of_pixel = self.fuse.weight.split(2, dim=1)
        fused = F.conv2d(query_flow.flatten(0, 1), of_query, padding=1).unflatten(0, query_flow.shape[:2])
        return fused + F.conv2d(pixel_flow, of_pixel, self.fuse.bias, padding=1)[:, None]
