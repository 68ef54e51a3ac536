"""Flow and key-frame masks enter, the semantic map of another frame leaves (Sec. 3.1)."""

from mpvss.propagation.masks import MaskPropagation
from mpvss.propagation.schedule import FixedInterval
from mpvss.propagation.semantic import MASK_STRIDE, semantic_map, semantic_scores
from mpvss.propagation.warp import resize_flow, warp

__all__ = ["MASK_STRIDE", "FixedInterval", "MaskPropagation", "resize_flow", "semantic_map", "semantic_scores", "warp"]
