"""The scores of an evaluation, together."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor, nn
from torchmetrics import Metric, MetricCollection

from mpvss.metrics.gap_scores import Gaps, GapScores
from mpvss.metrics.iou import ClassesOver, IoUScores, SegmentationScores
from mpvss.metrics.video_consistency import VideoConsistency


class VideoMetrics(nn.Module):
    """Score streamed videos, or pairs of sparsely labelled ones; a module, so that it moves to a device with its owner.

    Args:
        num_classes: K.
        interval: frames from one key frame to the next, whose gaps the drift curve tells apart.
        classes_over: classes the mean IoU runs over, "target" or "union" (see `iou_scores`).
        consistency: presets of video consistency (see `VideoConsistency`): "official" scores are called ``mVC8``, those
            of another preset ``mVC8_paper``.
        lengths: window lengths f of mVC_f, in frames.
        gaps: how pairs are averaged, "all" or "grid" (see `GapScores`).

    Example:
        >>> import torch
        >>> metrics = VideoMetrics(num_classes=2, lengths=[2])
        >>> metrics.update(torch.zeros(3, 1, 1).byte(), torch.zeros(3, 1, 1).byte(), start=0)
        >>> metrics.compute()
        {'mIoU': 100.0, 'WIoU': 100.0, 'pixel_accuracy': 100.0, 'mVC2': 100.0, 'mVC2_paper': 100.0}
    """

    def __init__(
        self,
        num_classes: int,
        interval: int = 1,
        classes_over: ClassesOver = "target",
        consistency: Sequence[str] = ("official", "paper"),
        lengths: Sequence[int] = (8, 16),
        gaps: Gaps = "all",
    ) -> None:
        super().__init__()
        self.segmentation = SegmentationScores(num_classes, classes_over, interval)
        self.pairs = GapScores(num_classes, interval, gaps, classes_over)
        windows = {
            _consistency_name(length, preset): VideoConsistency(length, preset)
            for preset in consistency
            for length in lengths
        }
        self.consistency = MetricCollection(windows, compute_groups=False)  # type: ignore[arg-type]  # a dict of metrics
        self.names = ("mIoU", "WIoU", "pixel_accuracy", *windows)
        self._gap = 0

    def update(self, prediction: Tensor, labels: Tensor, start: int, key: Tensor | None = None) -> None:
        """Add consecutive frames of one video.

        Args:
            prediction: (T, H, W) integer classes 0..K-1.
            labels: (T, H, W) classes or VOID.
            start: index of the first of these frames in the video; 0 begins a new video.
            key: (T,) bool, which of them are key frames; None where there are none to speak of.

        Raises:
            ValueError: if shapes or classes do not fit, or the frames do not continue the open video.
        """
        self.segmentation.update(prediction, labels, None if key is None else self._gaps(key))
        self.consistency.update(prediction, labels, start)

    def update_pairs(self, prediction: Tensor, labels: Tensor, gap: Tensor) -> None:
        """Add labelled frames that each were carried from a key frame of their own.

        Args:
            prediction: (B, H, W) integer classes 0..K-1.
            labels: (B, H, W) classes or VOID.
            gap: (B,) gaps to the key frames, in frames; 0 is a key frame itself.

        Raises:
            ValueError: if shapes or classes do not fit.
        """
        self.pairs.update(prediction, labels, gap.tolist())

    def compute(self) -> dict[str, float]:
        """Return the scores so far in percent by their name in the paper; undefined ones are absent."""
        with _unused_metrics():
            scores = {**self.iou(), **self.consistency.compute()}
        return {name: scores[name] for name in self.names if scores.get(name) is not None}

    def iou(self) -> IoUScores:
        """Return the scores of labels alone, those by class and by gap among them, of videos or else of pairs."""
        with _unused_metrics():
            videos, pairs = self.segmentation.compute(), self.pairs.compute()
        return videos or pairs

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all sums, from which `restore` goes on; to be taken between videos."""
        return {
            f"{name}.{key}": value.clone()
            for name, metric in self._metrics().items()
            for key, value in metric.metric_state.items()
            if isinstance(value, Tensor)
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from a `state` of metrics with the same settings; the next frames begin a video."""
        self.reset()
        for name, metric in self._metrics().items():
            for key, value in metric.metric_state.items():
                assert isinstance(value, Tensor)  # of all our metrics
                setattr(metric, key, state[f"{name}.{key}"].to(value.device))

    def reset(self) -> None:
        """Forget all videos and pairs."""
        for metric in self._metrics().values():
            metric.reset()

    def _metrics(self) -> dict[str, Metric]:
        return {"segmentation": self.segmentation, "pairs": self.pairs, **dict(self.consistency.items())}

    def _gaps(self, key: Tensor) -> list[int]:
        """Number the frames from the last key frame on."""
        gaps = []
        for is_key in key.tolist():
            self._gap = 0 if is_key else self._gap + 1
            gaps.append(self._gap)
        return gaps


@contextmanager
def _unused_metrics() -> Iterator[None]:
    """Let metrics be computed that saw nothing: those of videos or those of pairs, or all in a process without data."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The ``compute`` method of metric")
        yield


def _consistency_name(length: int, preset: str) -> str:
    return f"mVC{length}" if preset == "official" else f"mVC{length}_{preset}"
