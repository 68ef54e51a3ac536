"""The scores of a validation run, together."""

from collections.abc import Sequence

from torch import Tensor, nn
from torchmetrics import MetricCollection

from mpvss.metrics.iou import ClassesOver, SegmentationScores
from mpvss.metrics.video_consistency import VideoConsistency


class VideoMetrics(nn.Module):
    """Score streamed videos by mIoU, WIoU and mVC_f; a module, so that it moves to a device with its owner.

    Args:
        num_classes: K.
        classes_over: classes the mean IoU runs over, "target" or "union" (see `iou_scores`).
        consistency: preset of video consistency, "official" or "paper" (see `VideoConsistency`).
        lengths: window lengths f of mVC_f, in frames.

    Example:
        >>> import torch
        >>> metrics = VideoMetrics(num_classes=2, lengths=[2])
        >>> metrics.update(torch.zeros(3, 1, 1).byte(), torch.zeros(3, 1, 1).byte(), start=0)
        >>> metrics.compute()
        {'mIoU': 100.0, 'WIoU': 100.0, 'mVC2': 100.0}
    """

    def __init__(
        self,
        num_classes: int,
        classes_over: ClassesOver = "target",
        consistency: str = "official",
        lengths: Sequence[int] = (8, 16),
    ) -> None:
        super().__init__()
        self.segmentation = SegmentationScores(num_classes, classes_over)
        self.consistency = MetricCollection(
            {f"mVC{length}": VideoConsistency(length, consistency) for length in lengths}, compute_groups=False
        )
        self.names = ("mIoU", "WIoU", *(f"mVC{length}" for length in lengths))

    def update(self, prediction: Tensor, labels: Tensor, start: int) -> None:
        """Add consecutive frames of one video.

        Args:
            prediction: (T, H, W) integer classes 0..K-1.
            labels: (T, H, W) classes or VOID.
            start: index of the first of these frames in the video; 0 begins a new video.

        Raises:
            ValueError: if shapes or classes do not fit, or the frames do not continue the open video.
        """
        self.segmentation.update(prediction, labels)
        self.consistency.update(prediction, labels, start)

    def compute(self) -> dict[str, float]:
        """Return the scores so far in percent by their name in the paper; undefined ones are absent."""
        scores = {**self.segmentation.compute(), **self.consistency.compute()}
        return {name: scores[name] for name in self.names if scores.get(name) is not None}

    def reset(self) -> None:
        """Forget all videos."""
        self.segmentation.reset()
        self.consistency.reset()
