"""How good a prediction is, and what it costs.

Enter: predicted label maps and the truth, streamed chunk by chunk of one video after another, or as pairs of sparsely
labelled videos. Leave: mIoU, WIoU, IoU by class, mIoU by gap to the key frame, and video consistency, in percent
(:class:`VideoMetrics`, or :class:`SegmentationScores`, :class:`GapScores` and :class:`VideoConsistency` alone); what
is not defined, for want of labels or of long enough videos, is absent. All hold sums that add up over processes, in
memory that does not grow with the number of frames.

Apart from that, :func:`count_macs` counts the multiply-accumulates of a call; :class:`FrameCosts` are those of a frame,
averaged over the frames that were segmented (:class:`FrameCounts`).
"""

from mpvss.metrics.costs import FrameCosts, FrameCounts, MacCount, count_macs, repeated_key
from mpvss.metrics.gap_scores import GapScores
from mpvss.metrics.iou import IoUScores, SegmentationScores, confusion_matrix, iou_scores
from mpvss.metrics.video_consistency import PRESETS, ConsistencyRules, VideoConsistency
from mpvss.metrics.video_metrics import VideoMetrics

__all__ = [
    "PRESETS",
    "ConsistencyRules",
    "FrameCosts",
    "FrameCounts",
    "GapScores",
    "IoUScores",
    "MacCount",
    "SegmentationScores",
    "VideoConsistency",
    "VideoMetrics",
    "confusion_matrix",
    "count_macs",
    "iou_scores",
    "repeated_key",
]
