"""Optical flow by RAFT (Teed and Deng, ECCV 2020), torchvision's."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import optical_flow

from mpvss.layers import normalize_frames
from mpvss.layers.frames import SIZE_DIVISOR

_DIVISOR = 8
_SMALLEST = 128  # of the side of its input: below, the coarsest of its correlation maps would vanish


class RaftFlow(nn.Module):
    """RAFT behind the interface of the other flows: one flow for all masks; the queries are not read.

    Convention:
        RAFT reads (frame j, frame k), RGB in [-1, 1], and predicts the displacement j->k in pixels of its input,
        x (right) before y (down). Frames are extended by repeating their border, as RAFT's authors do.

    Args:
        raft: torchvision's network, or another that maps two images and `num_flow_updates` to a list of flows.
        input_scale: the padded pair is resized by this factor first.
        num_updates: refinements of the flow.

    Raises:
        ValueError: if the scale is not positive, or there is no update.
    """

    per_segment = False
    """One flow map serves all masks."""
    reads_queries = False

    def __init__(self, raft: nn.Module, input_scale: float = 1.0, num_updates: int = 12) -> None:
        super().__init__()
        if input_scale <= 0 or num_updates < 1:
            raise ValueError(
                "RAFT needs a positive input_scale and at least one update; "
                f"got input_scale={input_scale}, num_updates={num_updates}. Its authors use 1 and 12."
            )
        self.raft = raft
        self.input_scale = input_scale
        self.num_updates = num_updates

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Estimate flow.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.
            queries: not used.

        Returns:
            (B, 1, 2, h, w) displacement from frame j into frame k, in pixels of this map, which covers the padded
            frame (a multiple of 32): its size is that of the resized pair.
        """
        image, key_image = self._prepare(frame), self._prepare(key_frame)
        height, width = image.shape[-2:]
        size = [max(_SMALLEST, _next_multiple(side, _DIVISOR)) for side in (height, width)]
        flows = self.raft(_extend(image, size), _extend(key_image, size), num_flow_updates=self.num_updates)
        return flows[-1][:, None, :, :height, :width]

    def _prepare(self, frame: Tensor) -> Tensor:
        """Normalise, pad to multiples of 32 and resize: (B, 3, h, w) in [-1, 1]."""
        image = normalize_frames(frame, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
        image = _extend(image, [_next_multiple(side, SIZE_DIVISOR) for side in image.shape[-2:]])
        if self.input_scale == 1:
            return image
        size = [max(1, round(side * self.input_scale)) for side in image.shape[-2:]]
        return F.interpolate(image, size=size, mode="bilinear", align_corners=False)


def raft(size: str = "large", input_scale: float = 1.0, num_updates: int = 12) -> RaftFlow:
    """Assemble RAFT without weights: load torchvision's with ``weights.flow``, else it starts near zero flow.

    Args:
        size: `large` (5.26 M parameters) or `small` (0.99 M).
        input_scale: factor by which the frame pair is resized first.
        num_updates: refinements of the flow.

    Raises:
        ValueError: if there is no such size.
    """
    networks = {"large": optical_flow.raft_large, "small": optical_flow.raft_small}
    if size not in networks:
        raise ValueError(f"RAFT's size must be large or small; got {size}. Set flow.size=large.")
    network = networks[size](weights=None)
    motion_encoder = network.update_block.motion_encoder
    motion_encoder.compiled = motion_encoder.sharded = True  # torchvision's class cannot say it
    predict = network.update_block.flow_head.conv2
    nn.init.normal_(predict.weight, std=1e-3)
    nn.init.zeros_(predict.bias)
    return RaftFlow(network, input_scale, num_updates)


def _next_multiple(side: int, divisor: int) -> int:
    return side + -side % divisor


def _extend(image: Tensor, size: Sequence[int]) -> Tensor:
    """Repeat the right and the bottom border up to a (height, width)."""
    return F.pad(image, (0, size[1] - image.shape[-1], 0, size[0] - image.shape[-2]), mode="replicate")
