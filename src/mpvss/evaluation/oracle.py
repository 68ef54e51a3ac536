"""An oracle: the labels themselves as masks, to see what propagation alone costs."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mpvss.layers import pad_to_multiple
from mpvss.types import VOID, KeyState, Segments

_CERTAIN = 10.0
"""Mask logit inside a mask, and its negative outside."""


class GroundTruth(nn.Module):
    """Segment frames by their labels, one query per class that occurs, masks at the size of the padded frame.

    Whoever evaluates announces frames with their labels first (`begin`). Void pixels count as class 0, since a
    prediction has no void. There are no embeddings behind the queries, so flow that reads them cannot be combined with
    it.

    Args:
        num_classes: K.
    """

    needs_labels = True
    """An oracle."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes
        self._frames, self._labels = torch.empty(0), torch.empty(0)

    def begin(self, frames: Tensor, labels: Tensor) -> None:
        """Take the labels of the frames that come, in place of those before.

        Args:
            frames: (T, 3, H, W) uint8 RGB, all that may be asked for.
            labels: (T, H, W) uint8, their classes or VOID.
        """
        self._frames, self._labels = frames, labels

    def forward(self, frame: Tensor) -> KeyState:
        """Segment frames that were announced.

        Args:
            frame: (B, 3, H, W) uint8 RGB.

        Returns:
            N = classes that occur in any of them; masks (B, N, H', W') of the padded frame, where the padding
            continues the border; queries (B, N, 1) of zeros.

        Raises:
            ValueError: if a frame was not announced.
        """
        labels = torch.stack([self._labels_of(image) for image in frame])
        labels = torch.where(labels == VOID, 0, labels)
        height, width = pad_to_multiple(labels).shape[-2:]
        padding = (0, width - labels.shape[-1], 0, height - labels.shape[-2])
        padded = F.pad(labels[None].float(), padding, mode="replicate")[0]
        classes = labels.unique()
        masks = _CERTAIN * (2 * (padded[:, None] == classes[:, None, None]).float() - 1)
        class_logits = 100.0 * F.one_hot(classes.long(), self.num_classes + 1).float()
        queries = masks.new_zeros(len(frame), len(classes), 1)
        return KeyState(Segments(class_logits.expand(len(frame), -1, -1), masks), queries, frame)

    def _labels_of(self, image: Tensor) -> Tensor:
        for known, labels in zip(self._frames, self._labels, strict=True):
            if torch.equal(known, image):
                return labels
        raise ValueError(
            "segmentor=ground_truth knows the labels of the frames that it was shown, and this one was not among them. "
            "It is for mpvss eval, which shows the labels of the data."
        )
