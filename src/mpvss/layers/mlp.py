"""The multi-layer perceptron of DETR's heads."""

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn


class MLP(nn.Module):
    """Linear layers with ReLUs between them, over the last dimension.

    Args:
        in_dim: channels in.
        hidden_dim: channels of every hidden layer.
        out_dim: channels out.
        num_layers: linear layers, at least 2; 3 makes the "2 hidden layers" of Sec. 3.3.
    """

    def __init__(self, in_dim: int, hidden_dim: int, out_dim: int, num_layers: int = 3) -> None:
        super().__init__()
        dims = [in_dim, *[hidden_dim] * (num_layers - 1)]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(dims))
        self.output = nn.Linear(hidden_dim, out_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in_dim) to (..., out_dim)."""
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.output(x)
