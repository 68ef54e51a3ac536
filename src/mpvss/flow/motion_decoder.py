"""The motion decoder: flow queries gather segment motion from the motion pyramid (Sec. 3.3, Eq. 1-3)."""

import torch
from torch import Tensor, nn

from mpvss.layers import Attention, FeedForward, sine_position


class MotionDecoder(nn.Module):
    """Joint self-attention over flow queries and one motion map at a time, in S stages of L blocks.

    Each block runs on [queries + query embedding; tokens + sine position]. Both sums stay in the residual stream
    and are added again at every visit, as in the authors' model (the text adds them once).

    Args:
        in_channels: of the L coarsest motion maps, coarsest first.
        num_queries: N.
        dim: channels C.
        num_stages: S of Table D.
        num_heads: attention heads.
        hidden_dim: of the feed-forward networks.

    Attributes:
        num_levels: L.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""

    def __init__(
        self,
        in_channels: tuple[int, ...] = (1024, 512, 512),
        num_queries: int = 100,
        dim: int = 256,
        num_stages: int = 3,
        num_heads: int = 8,
        hidden_dim: int = 2048,
    ) -> None:
        super().__init__()
        self.num_levels = len(in_channels)
        self.query_embedding = nn.Embedding(num_queries, dim)
        self.level_embedding = nn.Embedding(self.num_levels, dim)
        self.projections = nn.ModuleList(nn.Conv2d(channels, dim, 1) for channels in in_channels)
        self.blocks = nn.ModuleList(
            _MotionBlock(dim, num_heads, hidden_dim) for _ in range(num_stages * self.num_levels)
        )

    def forward(self, maps: tuple[Tensor, ...], queries: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Decode motion.

        Args:
            maps: the L coarsest motion maps (B, in_channels[l], h_l, w_l), coarsest first.
            queries: (B, N, C) the flow queries' start: the segmentor's queries of the key frame.

        Returns:
            The flow queries (B, N, C), and the refined maps (B, C, h_l, w_l), coarsest first.

        Raises:
            ValueError: if N or C of the queries is not this decoder's.
        """
        num_queries, dim = self.query_embedding.weight.shape
        if queries.shape[1:] != (num_queries, dim):
            raise ValueError(
                f"queries must be (B, {num_queries}, {dim}); got {tuple(queries.shape)}. "
                "Give segmentor and flow module the same num_queries and dim."
            )
        positions = [sine_position(x, dim) for x in maps]
        tokens = [
            project(x).flatten(2).transpose(1, 2) + level
            for project, x, level in zip(self.projections, maps, self.level_embedding.weight, strict=True)
        ]
        for index, block in enumerate(self.blocks):
            level = index % len(tokens)
            joint = torch.cat([queries + self.query_embedding.weight, tokens[level] + positions[level]], dim=1)
            queries, tokens[level] = block(joint).split([num_queries, tokens[level].shape[1]], dim=1)
        refined = tuple(
            token.transpose(1, 2).unflatten(-1, x.shape[-2:]) for token, x in zip(tokens, maps, strict=True)
        )
        return queries, refined


class _MotionBlock(nn.Module):
    """One Transformer layer on the concatenation Z: Eq. 2, then Eq. 3."""

    def __init__(self, dim: int, num_heads: int, hidden_dim: int) -> None:
        super().__init__()
        self.attention = Attention(dim, num_heads)
        self.feed_forward = FeedForward(dim, hidden_dim)

    def forward(self, joint: Tensor) -> Tensor:
        return self.feed_forward(self.attention(joint, joint, joint, joint))
