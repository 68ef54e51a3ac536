"""From a label map to the masks a query-based segmentor is trained on."""

import torch
from torch import Tensor

from mpvss.types import VOID, MaskTarget


def mask_targets(labels: Tensor, num_classes: int) -> list[MaskTarget]:
    """Split label maps into one mask per class that occurs.

    Args:
        labels: (B, H, W) uint8, classes or VOID.
        num_classes: K.

    Returns:
        B targets, classes ascending, on the device of `labels`; M is 0 where a frame is all void.

    Raises:
        ValueError: if `labels` has another shape or type, or a label is neither VOID nor below `num_classes`.

    Example:
        >>> target, = mask_targets(torch.tensor([[[0, 2], [2, VOID]]], dtype=torch.uint8), num_classes=3)
        >>> target.classes.tolist(), target.masks[1].tolist()
        ([0, 2], [[False, True], [True, False]])
    """
    if labels.ndim != 3 or labels.dtype != torch.uint8:
        raise ValueError(f"labels must be (B, H, W) uint8; got {tuple(labels.shape)} {labels.dtype}.")
    targets = []
    for label_map in labels:
        present = label_map.unique()
        present = present[present != VOID]
        if present.numel() and int(present[-1]) >= num_classes:
            raise ValueError(
                f"labels must be below num_classes = {num_classes} or {VOID} (void); got {int(present[-1])}. "
                "Check data.num_classes."
            )
        targets.append(MaskTarget(present.long(), label_map == present[:, None, None]))
    return targets
