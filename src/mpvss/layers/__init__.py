"""Small layers that segmentor and flow module share: attention, MLP, position encoding, frame preparation."""

from mpvss.layers.attention import Attention, FeedForward
from mpvss.layers.frames import normalize_frames, pad_to_multiple
from mpvss.layers.mlp import MLP
from mpvss.layers.position import sine_position

__all__ = [
    "MLP",
    "Attention",
    "FeedForward",
    "normalize_frames",
    "pad_to_multiple",
    "sine_position",
]
