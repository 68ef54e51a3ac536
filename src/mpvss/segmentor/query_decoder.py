"""Mask2Former's Transformer decoder: learned queries look at the frame through their own masks."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mpvss.layers import MLP, Attention, FeedForward, sine_position
from mpvss.types import Segments

_NUM_LEVELS = 3


class QueryDecoder(nn.Module):
    """Enrich N learned queries layer by layer, and read classes and masks off them.

    Args:
        num_classes: K, without "no object".
        num_queries: N.
        dim: channels C.
        num_layers: layers, visiting strides 32, 16, 8 in turn.
        num_heads: attention heads.
        hidden_dim: of the feed-forward networks.
    """

    def __init__(
        self,
        num_classes: int,
        num_queries: int = 100,
        dim: int = 256,
        num_layers: int = 9,
        num_heads: int = 8,
        hidden_dim: int = 2048,
    ) -> None:
        super().__init__()
        self.query_content = nn.Embedding(num_queries, dim)
        self.query_position = nn.Embedding(num_queries, dim)
        self.level_embedding = nn.Embedding(_NUM_LEVELS, dim)
        self.layers = nn.ModuleList(_DecoderLayer(dim, num_heads, hidden_dim) for _ in range(num_layers))
        self.norm = nn.LayerNorm(dim)
        self.class_head = nn.Linear(dim, num_classes + 1)
        self.mask_head = MLP(dim, dim, dim)

    def forward(self, pixel_embedding: Tensor, maps: list[Tensor]) -> tuple[list[Segments], Tensor]:
        """Decode queries.

        Args:
            pixel_embedding: (B, C, h, w) at stride 4.
            maps: three maps (B, C, *, *) at strides 32, 16, 8.

        Returns:
            Classes and masks, and the queries (B, N, C) after their LayerNorm. In training the list holds the
            predictions from the initial queries and from every layer, otherwise from the last layer alone.
        """
        batch, dim = pixel_embedding.shape[:2]
        tokens = [
            x.flatten(2).transpose(1, 2) + level for x, level in zip(maps, self.level_embedding.weight, strict=True)
        ]
        positions = [sine_position(x, dim) for x in maps]
        position = self.query_position.weight
        queries = self.query_content.weight.expand(batch, -1, -1)
        segments = []
        for index, layer in enumerate(self.layers):
            level = index % _NUM_LEVELS
            normed = self.norm(queries)
            mask_logits = self._masks(normed, pixel_embedding)
            if self.training:
                segments.append(Segments(self.class_head(normed), mask_logits))
            visible = _attention_mask(mask_logits, maps[level])
            queries = layer(queries, position, tokens[level], positions[level], visible)
        normed = self.norm(queries)
        segments.append(Segments(self.class_head(normed), self._masks(normed, pixel_embedding)))
        return segments, normed

    def _masks(self, normed_queries: Tensor, pixel_embedding: Tensor) -> Tensor:
        return torch.einsum("bqc,bchw->bqhw", self.mask_head(normed_queries), pixel_embedding)


class _DecoderLayer(nn.Module):
    def __init__(self, dim: int, num_heads: int, hidden_dim: int) -> None:
        super().__init__()
        self.cross_attention = Attention(dim, num_heads)
        self.self_attention = Attention(dim, num_heads)
        self.feed_forward = FeedForward(dim, hidden_dim)

    def forward(
        self, queries: Tensor, position: Tensor, tokens: Tensor, token_position: Tensor, visible: Tensor
    ) -> Tensor:
        queries = self.cross_attention(queries, queries + position, tokens + token_position, tokens, visible)
        placed = queries + position
        queries = self.self_attention(queries, placed, placed, queries)
        return self.feed_forward(queries)


def _attention_mask(mask_logits: Tensor, feature_map: Tensor) -> Tensor:
    """Let a query look where its mask is foreground, or everywhere if it is nowhere: (B, N, h*w) bool."""
    resized = F.interpolate(mask_logits.detach(), size=feature_map.shape[-2:], mode="bilinear", align_corners=False)
    visible = resized.flatten(2) >= 0
    return visible | ~visible.any(-1, keepdim=True)
