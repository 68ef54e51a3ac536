"""The two halves of a post-norm Transformer layer (Vaswani et al., 2017), each with its residual and LayerNorm."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention followed by ``LN(x + attention)``.

    Args:
        dim: channels C of queries, keys and values.
        num_heads: heads; must divide `dim`.

    Raises:
        ValueError: if `num_heads` does not divide `dim`.
    """

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"num_heads must divide dim; got dim={dim} and num_heads={num_heads}.")
        self.num_heads = num_heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        for layer in (self.query, self.key, self.value, self.output):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self, residual: Tensor, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Attend from `query` to `key`, and add the result to `residual`.

        Args:
            residual: (B, N, C) what the attention's result is added to.
            query: (B, N, C).
            key: (B, L, C).
            value: (B, L, C).
            mask: (B, N, L) bool, true where a query may look; None for everywhere.

        Returns:
            (B, N, C).
        """
        q, k, v = (self._heads(x) for x in (self.query(query), self.key(key), self.value(value)))
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask[:, None])
        return self.norm(residual + self.output(attended.transpose(1, 2).flatten(2)))

    def weights(self, query: Tensor, key: Tensor) -> Tensor:
        """Tell where each query looks; `forward` itself never holds these weights, so they are for pictures.

        Args:
            query: (B, N, C).
            key: (B, L, C).

        Returns:
            (B, num_heads, N, L), the sum over L is 1.
        """
        q, k = self._heads(self.query(query)), self._heads(self.key(key))
        return torch.einsum("bhnc,bhlc->bhnl", q / q.shape[-1] ** 0.5, k).softmax(-1)

    def _heads(self, x: Tensor) -> Tensor:
        """Cut (B, L, C) into (B, num_heads, L, C / num_heads)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """Two linear layers with a ReLU between them, followed by ``LN(x + ffn(x))``.

    Args:
        dim: channels C.
        hidden_dim: channels between the two layers.
    """

    sharded = True
    """It has many of the weights, and is called a few times a step."""

    def __init__(self, dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.expand = nn.Linear(dim, hidden_dim)
        self.contract = nn.Linear(hidden_dim, dim)
        self.norm = nn.LayerNorm(dim)
        for layer in (self.expand, self.contract):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, L, C) to (B, L, C)."""
        return self.norm(x + self.contract(F.relu(self.expand(x))))
