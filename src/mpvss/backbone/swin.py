"""Swin Transformer pyramids (Liu et al., 2021) with timm's weights and Mask2Former's arithmetic.

The blocks are timm's. The forward pass is written here, since segmentors run Swin at any frame size and pad
differently: each stage is padded to whole windows *before* a shifted block rolls it (timm rolls first), and
every returned stage has a LayerNorm of its own. At sizes that are a multiple of the window both agree.
"""

from typing import Any

import torch
import torch.nn.functional as F
from timm.models.swin_transformer import SwinTransformerBlock, window_partition, window_reverse
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from mpvss.backbone.pretrained import create_timm_model


class SwinBackbone(nn.Module):
    """A timm Swin Transformer cut into its four stages.

    Args:
        name: timm's model name with the tag of its weights.
        pretrained: fetch the tag's ImageNet weights.
        drop_path: rate of stochastic depth in the last block, growing linearly from 0 in the first.
        **options: other sizes than the name's, passed to ``timm.create_model``: `embed_dim`, `depths`,
            `num_heads`, `window_size` (their types are timm's).

    Attributes:
        channels: of the four maps, finest first.

    Raises:
        FileNotFoundError: if the weights cannot be fetched.
    """

    compiled = True
    """torch.compile makes it faster: many small operations on maps."""
    sharded = True
    """It has many of the weights, and is called once or twice a step."""

    def __init__(
        self,
        name: str,
        pretrained: bool = False,
        drop_path: float = 0.3,
        **options: Any,
    ) -> None:
        super().__init__()
        options |= {"always_partition": True, "strict_img_size": False}
        swin = create_timm_model(name, pretrained, drop_path_rate=drop_path, **options)
        self.channels: tuple[int, ...] = tuple(info["num_chs"] for info in swin.feature_info)
        self.patch_embed = swin.patch_embed
        self.stages = swin.layers
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for channels in self.channels)
        self._checkpointing = False

    def checkpoint_activations(self) -> None:
        """Compute the blocks' activations again in the backward pass, instead of keeping them."""
        self._checkpointing = True

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Compute the pyramid.

        Args:
            frames: (B, 3, H, W) normalised, both sides multiples of 32.

        Returns:
            Four maps (B, channels[i], H / s, W / s) for s = 4, 8, 16, 32.
        """
        x = self.patch_embed(frames)
        pyramid = []
        for stage, norm in zip(self.stages, self.norms, strict=True):
            x = stage.downsample(x)
            shift_mask = None
            for block in stage.blocks:
                if any(block.shift_size) and shift_mask is None:  # the same for every shifted block of a stage
                    shift_mask = block.get_attn_mask(_pad_to_windows(x, block.window_size))
                if self._checkpointing:
                    x = checkpoint(_run_block, block, x, shift_mask, use_reentrant=False)
                else:
                    x = _run_block(block, x, shift_mask)
            pyramid.append(norm(x).permute(0, 3, 1, 2).contiguous())
        return tuple(pyramid)


def _run_block(block: SwinTransformerBlock, x: Tensor, shift_mask: Tensor | None) -> Tensor:
    x = x + block.drop_path1(_window_attention(block, block.norm1(x), shift_mask))
    return x + block.drop_path2(block.mlp(block.norm2(x)))


def _window_attention(block: SwinTransformerBlock, x: Tensor, shift_mask: Tensor | None) -> Tensor:
    height, width, channels = x.shape[1:]
    x = _pad_to_windows(x, block.window_size)
    padded_height, padded_width = x.shape[1:3]
    shifted = any(block.shift_size)
    if shifted:
        x = torch.roll(x, (-block.shift_size[0], -block.shift_size[1]), dims=(1, 2))
    windows = window_partition(x, block.window_size).view(-1, block.window_area, channels)
    windows = block.attn(windows, mask=shift_mask if shifted else None)
    x = window_reverse(windows.view(-1, *block.window_size, channels), block.window_size, padded_height, padded_width)
    if shifted:
        x = torch.roll(x, tuple(block.shift_size), dims=(1, 2))
    return x[:, :height, :width]


def _pad_to_windows(x: Tensor, window_size: tuple[int, int]) -> Tensor:
    height, width = x.shape[1:3]
    return F.pad(x, (0, 0, 0, -width % window_size[1], 0, -height % window_size[0]))
