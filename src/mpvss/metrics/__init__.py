"""How good a prediction is, and what it costs.

Enter: predicted label maps and the truth, streamed chunk by chunk of one video after another. Leave: mIoU, WIoU and
video consistency in percent (:class:`VideoMetrics`, or :class:`SegmentationScores` and :class:`VideoConsistency`
alone); what is not defined, for want of labels or of long enough videos, is absent. All hold sums that add up over
processes, in memory that does not grow with the number of frames.

Apart from that, :func:`count_macs` counts the multiply-accumulates of a call.
"""

from mpvss.metrics.costs import MacCount, count_macs
from mpvss.metrics.iou import IoUScores, SegmentationScores, confusion_matrix, iou_scores
from mpvss.metrics.video_consistency import PRESETS, ConsistencyRules, VideoConsistency
from mpvss.metrics.video_metrics import VideoMetrics

__all__ = [
    "PRESETS",
    "ConsistencyRules",
    "IoUScores",
    "MacCount",
    "SegmentationScores",
    "VideoConsistency",
    "VideoMetrics",
    "confusion_matrix",
    "count_macs",
    "iou_scores",
]
