"""Flow and a key frame's result enter, the semantic map of another frame leaves (Sec. 3.1).

`MaskPropagation` is the paper's method; `BidirectionalPropagation` looks ahead to the next key frame, too. Around them
stand what they are compared with: `PerFrame` (segment everything), `FeaturePropagation` (DFF), `ScoreFusion` (Accel).
Each is a `PropagatorModule`.
"""

from mpvss.propagation.bidirectional import BidirectionalPropagation
from mpvss.propagation.features import FeaturePropagation
from mpvss.propagation.key_frames import FixedInterval, describe_schedule, fixed_interval
from mpvss.propagation.masks import MaskPropagation
from mpvss.propagation.per_frame import PerFrame
from mpvss.propagation.propagator import PropagatorModule
from mpvss.propagation.score_fusion import ScoreFusion
from mpvss.propagation.segment_flow import segment_flow
from mpvss.propagation.semantic import MASK_STRIDE, label_map, mask_scores, mask_stride, semantic_map, semantic_scores
from mpvss.propagation.warp import resize_flow, warp

__all__ = [
    "MASK_STRIDE",
    "BidirectionalPropagation",
    "FeaturePropagation",
    "FixedInterval",
    "MaskPropagation",
    "PerFrame",
    "PropagatorModule",
    "ScoreFusion",
    "describe_schedule",
    "fixed_interval",
    "label_map",
    "mask_scores",
    "mask_stride",
    "resize_flow",
    "segment_flow",
    "semantic_map",
    "semantic_scores",
    "warp",
]
