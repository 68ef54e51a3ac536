"""Mask2Former's pixel decoder: a deformable Transformer encoder and an FPN step to stride 4."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from mpvss.layers import FeedForward, sine_position
from mpvss.segmentor.deformable_attention import DeformableAttention

_NUM_GROUPS = 32


class PixelDecoder(nn.Module):
    """Refine the backbone's pyramid and make the per-pixel embedding.

    Args:
        in_channels: of the backbone's maps at strides 4, 8, 16, 32.
        dim: channels C of everything that leaves.
        num_layers: deformable encoder layers.
        num_heads: heads of the deformable attention.
        num_points: its points per head and level.
        hidden_dim: of its feed-forward networks.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""

    def __init__(
        self,
        in_channels: tuple[int, ...],
        dim: int = 256,
        num_layers: int = 6,
        num_heads: int = 8,
        num_points: int = 4,
        hidden_dim: int = 1024,
    ) -> None:
        super().__init__()
        finest, *coarser = in_channels
        self.projections = nn.ModuleList(  # coarse to fine: strides 32, 16, 8
            nn.Sequential(_xavier(nn.Conv2d(channels, dim, 1)), nn.GroupNorm(_NUM_GROUPS, dim))
            for channels in coarser[::-1]
        )
        self.level_embedding = nn.Parameter(torch.randn(len(coarser), dim))
        self.layers = nn.ModuleList(
            _EncoderLayer(dim, num_heads, len(coarser), num_points, hidden_dim) for _ in range(num_layers)
        )
        self.lateral = nn.Sequential(nn.Conv2d(finest, dim, 1, bias=False), nn.GroupNorm(_NUM_GROUPS, dim))
        self.smooth = nn.Sequential(
            nn.Conv2d(dim, dim, 3, padding=1, bias=False), nn.GroupNorm(_NUM_GROUPS, dim), nn.ReLU()
        )
        self.mask_embedding = nn.Conv2d(dim, dim, 1)
        self._checkpointing = False

    def checkpoint_activations(self) -> None:
        """Compute the encoder layers' activations again in the backward pass, instead of keeping them."""
        self._checkpointing = True

    def forward(self, pyramid: tuple[Tensor, ...]) -> tuple[Tensor, list[Tensor]]:
        """Refine a pyramid.

        Args:
            pyramid: maps (B, in_channels[i], H / s, W / s) at strides s = 4, 8, 16, 32.

        Returns:
            The per-pixel embedding (B, C, H/4, W/4), and three maps (B, C, H/s, W/s) at strides 32, 16, 8.
        """
        finest, *coarser = pyramid
        maps = [project(x) for project, x in zip(self.projections, coarser[::-1], strict=True)]
        maps = self._encode(maps)
        lateral = self.lateral(finest)
        upsampled = F.interpolate(maps[-1], size=lateral.shape[-2:], mode="bilinear", align_corners=False)
        return self.mask_embedding(self.smooth(lateral + upsampled)), maps

    def _encode(self, maps: list[Tensor]) -> list[Tensor]:
        sizes = [(int(x.shape[-2]), int(x.shape[-1])) for x in maps]
        dim = maps[0].shape[1]
        position = torch.cat(
            [sine_position(x, dim) + level for x, level in zip(maps, self.level_embedding, strict=True)], dim=1
        )
        reference = torch.cat([_pixel_centres(x) for x in maps])
        tokens = torch.cat([x.flatten(2).transpose(1, 2) for x in maps], dim=1)
        for layer in self.layers:
            inputs = (tokens, position, reference, sizes)
            tokens = checkpoint(layer, *inputs, use_reentrant=False) if self._checkpointing else layer(*inputs)
        levels = tokens.transpose(1, 2).split([h * w for h, w in sizes], dim=-1)
        return [level.unflatten(-1, size) for level, size in zip(levels, sizes, strict=True)]


class _EncoderLayer(nn.Module):
    def __init__(self, dim: int, num_heads: int, num_levels: int, num_points: int, hidden_dim: int) -> None:
        super().__init__()
        self.attention = DeformableAttention(dim, num_heads, num_levels, num_points)
        self.norm = nn.LayerNorm(dim)
        self.feed_forward = FeedForward(dim, hidden_dim)

    def forward(self, tokens: Tensor, position: Tensor, reference: Tensor, sizes: list[tuple[int, int]]) -> Tensor:
        attended = self.attention(tokens + position, tokens, reference, sizes)
        return self.feed_forward(self.norm(tokens + attended))


def _xavier(conv: nn.Conv2d) -> nn.Conv2d:
    nn.init.xavier_uniform_(conv.weight)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    return conv


def _pixel_centres(feature_map: Tensor) -> Tensor:
    """Return (h*w, 2) normalised (x, y) of each pixel's centre."""
    height, width = feature_map.shape[-2:]
    y = (torch.arange(height, device=feature_map.device) + 0.5) / height
    x = (torch.arange(width, device=feature_map.device) + 0.5) / width
    return torch.stack([x.expand(height, width), y[:, None].expand(height, width)], dim=-1).flatten(0, 1)
