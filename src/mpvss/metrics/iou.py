"""mIoU, WIoU, per-class IoU, pixel accuracy and drift, from one confusion matrix per gap to the key frame."""

from collections.abc import Sequence
from typing import Literal, TypedDict

import torch
from torch import Tensor
from torchmetrics import Metric

from mpvss.types import VOID

ClassesOver = Literal["target", "union"]


class IoUScores(TypedDict, total=False):
    """Scores in percent, 0..100; empty if no pixel was labelled.

    Attributes:
        mIoU: mean IoU over the classes of `class_IoU`.
        WIoU: IoU of each class weighted by its share of the labelled pixels.
        pixel_accuracy: share of the labelled pixels that are right.
        class_IoU: IoU by class; classes without a defined IoU are absent.
        drift: mIoU by gap to the key frame, in frames; gaps without a labelled pixel are absent. Only
            `SegmentationScores` and its kind know it.
    """

    mIoU: float
    WIoU: float
    pixel_accuracy: float
    class_IoU: dict[int, float]
    drift: dict[int, float]


class SegmentationScores(Metric):
    """Score label maps against the truth, pooled over every frame it sees, and by gap to the key frame.

    As input to ``update`` the metric accepts:

    - ``prediction`` (T, H, W): integer classes 0..K-1; T may be any number of frames of any video.
    - ``labels`` (T, H, W): integer classes 0..K-1, or VOID where nothing is scored.
    - ``gaps``: of the T frames to the key frame that they were carried from, in frames; all 0 if not given.

    As output of ``compute`` it returns :class:`IoUScores`.

    Args:
        num_classes: K.
        classes_over: which classes the mean runs over (see `iou_scores`).
        interval: gaps 0..interval - 1 are told apart, the last one stands for all that are larger.

    Raises:
        ValueError: on construction for arguments out of range; on update if shapes or classes do not fit.

    Example:
        >>> metric = SegmentationScores(num_classes=2)
        >>> metric.update(torch.tensor([[[0, 1, 1]]]), torch.tensor([[[0, 0, 255]]]))
        >>> metric.compute()
        {'mIoU': 50.0, 'WIoU': 50.0, 'pixel_accuracy': 50.0, 'class_IoU': {0: 50.0}, 'drift': {0: 50.0}}
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False

    confusion: Tensor

    def __init__(self, num_classes: int, classes_over: ClassesOver = "target", interval: int = 1) -> None:
        super().__init__()
        if not 1 <= num_classes <= VOID:
            raise ValueError(f"num_classes must be in 1..{VOID}, since labels are bytes; got {num_classes}.")
        if interval < 1:
            raise ValueError(f"interval must be at least 1 frame; got {interval}.")
        _check_classes_over(classes_over)
        self.num_classes = num_classes
        self.classes_over = classes_over
        self.interval = interval
        counts = torch.zeros(interval, num_classes, num_classes, dtype=torch.int64)
        self.add_state("confusion", counts, dist_reduce_fx="sum")

    def update(self, prediction: Tensor, labels: Tensor, gaps: Sequence[int] | None = None) -> None:
        """Add frames: prediction and labels (T, H, W), and the gaps of the T frames to their key frame."""
        if prediction.shape != labels.shape:
            raise ValueError(_shapes_differ(prediction, labels))
        gaps = [0] * len(labels) if gaps is None else gaps
        for frame_prediction, frame_labels, gap in zip(prediction, labels, gaps, strict=True):
            counts = confusion_matrix(frame_prediction, frame_labels, self.num_classes)
            self.confusion[min(gap, self.interval - 1)] += counts.to(self.confusion.device)

    def compute(self) -> IoUScores:
        """Return the scores of all frames so far."""
        scores = iou_scores(self.confusion.sum(0), self.classes_over)
        if scores:
            by_gap = [iou_scores(counts, self.classes_over) for counts in self.confusion]
            scores["drift"] = {gap: part["mIoU"] for gap, part in enumerate(by_gap) if part}
        return scores


def confusion_matrix(prediction: Tensor, labels: Tensor, num_classes: int) -> Tensor:
    """Count pixels by true and predicted class; void pixels are left out on both sides.

    Args:
        prediction: (...) integer classes 0..K-1.
        labels: (...) integer classes 0..K-1 or VOID, same shape.
        num_classes: K.

    Returns:
        (K, K) int64; row: class in the labels, column: class in the prediction.

    Raises:
        ValueError: if the shapes differ or a value is no class.
    """
    if prediction.shape != labels.shape:
        raise ValueError(_shapes_differ(prediction, labels))
    # One table over all pairs of bytes: void and wrong values need no masks, they show up in rows and columns
    # of their own. About 25 times faster than torchmetrics' function, and not quadratic in deterministic mode.
    pairs = _as_bytes(labels, "labels").int() * 256 + _as_bytes(prediction, "prediction")
    table = torch.bincount(pairs.flatten(), minlength=256 * 256).view(256, 256)
    _refuse(table[num_classes:VOID].sum(1), num_classes, "labels", f"or {VOID} for void")
    _refuse(table[:, num_classes:].sum(0), num_classes, "prediction", "everywhere")
    return table[:num_classes, :num_classes]


def iou_scores(confusion: Tensor, over: ClassesOver = "target") -> IoUScores:
    """Reduce a confusion matrix to scores.

    IoU of class c is ``H[c, c] / (row_c + column_c - H[c, c])``. The mean runs over the classes present in the
    ground truth (VSPW's own evaluation) or in ground truth or prediction (detectron2's and Cityscapes' habit).

    Args:
        confusion: (K, K) pixel counts, rows labels, columns prediction.
        over: "target" or "union".

    Returns:
        Scores in percent; empty if the matrix is.

    Raises:
        ValueError: if `over` is neither.
    """
    _check_classes_over(over)
    counts = confusion.cpu().double()
    labelled, predicted, correct = counts.sum(1), counts.sum(0), counts.diagonal()
    total = labelled.sum()
    if total == 0:
        return IoUScores()
    union = labelled + predicted - correct
    present = labelled > 0 if over == "target" else union > 0
    iou = 100 * correct[present] / union[present]
    return IoUScores(
        mIoU=iou.mean().item(),
        WIoU=(iou * labelled[present]).sum().div(total).item(),
        pixel_accuracy=(100 * correct.sum() / total).item(),
        class_IoU=dict(zip(present.nonzero().flatten().tolist(), iou.tolist(), strict=True)),
    )


def _check_classes_over(over: str) -> None:
    if over not in ("target", "union"):
        raise ValueError(f"the mean IoU runs over 'target' or 'union' classes; got {over!r}. VSPW uses 'target'.")


def _shapes_differ(prediction: Tensor, labels: Tensor) -> str:
    return (
        "prediction and labels must have the same shape; "
        f"got {tuple(prediction.shape)} and {tuple(labels.shape)}. Resize the prediction to the labels' size."
    )


def _as_bytes(values: Tensor, name: str) -> Tensor:
    """Return integer `values` as uint8; refuse what would wrap around."""
    if values.dtype == torch.uint8:
        return values
    if values.is_floating_point() or values.is_complex():
        raise ValueError(f"{name} must hold integer classes; got {values.dtype}. Take the argmax of scores first.")
    if values.numel():
        lowest, highest = (int(bound) for bound in values.aminmax())
        if lowest < 0 or highest > VOID:
            raise ValueError(
                f"{name} must be in 0..{VOID}; got values from {lowest} to {highest}. Map them to classes."
            )
    return values.to(torch.uint8)


def _refuse(counts: Tensor, num_classes: int, name: str, addition: str) -> None:
    """Raise if any of the values `num_classes`, `num_classes` + 1, ... occurs."""
    wrong = counts.nonzero().flatten()
    if len(wrong):
        raise ValueError(
            f"{name} must be in 0..{num_classes - 1} {addition}; got {num_classes + int(wrong[0])} "
            f"in {int(counts[wrong[0]])} pixels. Check num_classes and the label codes."
        )
