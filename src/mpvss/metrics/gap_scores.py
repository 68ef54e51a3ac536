"""Scores of sparsely labelled videos, each labelled frame reached from key frames at several gaps (Cityscapes)."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor

from mpvss.metrics.iou import ClassesOver, IoUScores, SegmentationScores, iou_scores

Gaps = Literal["all", "grid"]

LABELLED_INDEX = 19
"""Index of the labelled frame in a snippet of Cityscapes."""


class GapScores(SegmentationScores):
    """Average the scores of labelled frames over the places that their key frame can have.

    For interval l, the last key frame may be 0, 1, ... l - 1 frames before a labelled frame. Gaps ``all`` (Deep
    Feature Flow and its followers) average the scores at these l gaps; ``grid`` has key frames at 0, l, 2l, ...
    of a snippet, which leaves the one gap 19 mod l.

    As input to ``update`` the metric accepts:

    - ``prediction`` (B, H, W): integer classes of B labelled frames.
    - ``labels`` (B, H, W): their classes, or VOID.
    - ``gaps``: of the B frames to their key frames, in frames; those of `interval` and more are left out.

    As output of ``compute`` it returns :class:`IoUScores`, empty unless every gap that counts has labelled pixels.
    A class's IoU is averaged over the gaps at which it is defined.

    Args:
        num_classes: K.
        interval: l, frames from one key frame to the next.
        gaps: "all" or "grid".
        classes_over: which classes the mean runs over (see `iou_scores`).

    Raises:
        ValueError: on construction for arguments out of range; on update if shapes or classes do not fit.
    """

    def __init__(
        self, num_classes: int, interval: int, gaps: Gaps = "all", classes_over: ClassesOver = "target"
    ) -> None:
        super().__init__(num_classes, classes_over, interval)
        if gaps not in ("all", "grid"):
            raise ValueError(
                f"gaps must be 'all', the mean over the places of the last key frame, or 'grid', key frames at 0, "
                f"{interval}, {2 * interval}, ...; got {gaps!r}."
            )
        self.gaps = gaps

    def update(self, prediction: Tensor, labels: Tensor, gaps: Sequence[int] | None = None) -> None:
        """Add labelled frames: prediction and labels (B, H, W), and their gaps to their key frames."""
        gaps = [0] * len(labels) if gaps is None else gaps
        kept = [index for index, gap in enumerate(gaps) if gap < self.interval]
        super().update(prediction[kept], labels[kept], [gaps[index] for index in kept])

    def compute(self) -> IoUScores:
        """Return the averaged scores of all pairs so far."""
        by_gap = [iou_scores(counts, self.classes_over) for counts in self.confusion]
        wanted = by_gap if self.gaps == "all" else [by_gap[LABELLED_INDEX % self.interval]]
        if not all(wanted):
            return IoUScores()
        by_class: dict[int, list[float]] = {}
        for scores in wanted:
            for index, iou in scores["class_IoU"].items():
                by_class.setdefault(index, []).append(iou)
        return IoUScores(
            mIoU=_mean([scores["mIoU"] for scores in wanted]),
            WIoU=_mean([scores["WIoU"] for scores in wanted]),
            pixel_accuracy=_mean([scores["pixel_accuracy"] for scores in wanted]),
            class_IoU={index: _mean(by_class[index]) for index in sorted(by_class)},
            drift={gap: scores["mIoU"] for gap, scores in enumerate(by_gap) if scores},
        )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
