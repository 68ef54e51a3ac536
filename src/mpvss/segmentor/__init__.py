"""A key frame enters; queries, classes and masks leave (Sec. 3.2): Mask2Former, or an oracle that knows the labels."""

from mpvss.segmentor.deformable_attention import DeformableAttention, sample_levels
from mpvss.segmentor.mask2former import Mask2Former, mask2former
from mpvss.segmentor.pixel_decoder import PixelDecoder
from mpvss.segmentor.query_decoder import QueryDecoder

__all__ = [
    "DeformableAttention",
    "Mask2Former",
    "PixelDecoder",
    "QueryDecoder",
    "mask2former",
    "sample_levels",
]
