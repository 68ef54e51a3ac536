"""The training loss of a set of classified masks, on every decoder layer (Mask2Former, Sec. 3.3)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn

from mpvss.criterion.matcher import HungarianMatcher, Match
from mpvss.criterion.points import sample_points, uncertain_points
from mpvss.types import MaskTarget, Segments


class CriterionOutput(NamedTuple):
    """A loss and what it is made of.

    Attributes:
        total: scalar, the weighted sum over terms and layers.
        terms: unweighted scalars: `class`, `mask`, `dice` of the last layer; `class_0`, `mask_0`, `dice_0`,
            `class_1`, ... of the auxiliary layers.
    """

    total: Tensor
    terms: dict[str, Tensor]


class MaskCriterion(nn.Module):
    """Match segments to targets, then score their classes and masks.

    Cross entropy on all N queries, unmatched ones with the target "no object"; binary cross entropy and dice
    on the matched masks, at points where the mask is undecided. Every layer is matched on its own.
    An image without targets has no say: it is one without labels, such as most frames of Cityscapes' snippets, not one
    without objects, as in Mask2Former, which would teach its queries to be "no object".
    All of it is computed in float32, under autocast too.

    Args:
        num_classes: K, without "no object".
        matcher: assigns queries to targets.
        class_weight: weight of the cross entropy in the total.
        mask_weight: weight of the binary cross entropy.
        dice_weight: weight of the dice loss.
        no_object_weight: weight of "no object" within the cross entropy; classes have 1.
        num_points: P, points per mask.
        oversample_ratio: candidates drawn for each point (see `uncertain_points`).
        importance_ratio: share of points chosen by uncertainty (see `uncertain_points`).
    """

    class_weights: Tensor

    def __init__(
        self,
        num_classes: int,
        matcher: HungarianMatcher,
        class_weight: float = 2.0,
        mask_weight: float = 5.0,
        dice_weight: float = 5.0,
        no_object_weight: float = 0.1,
        num_points: int = 12544,
        oversample_ratio: float = 3.0,
        importance_ratio: float = 0.75,
    ) -> None:
        super().__init__()
        if num_classes < 1 or num_points < 1:
            raise ValueError(
                f"num_classes and num_points must be at least 1; got {num_classes} and {num_points}. "
                "Take num_classes from the data set; the paper uses 12544 points."
            )
        if oversample_ratio < 1 or not 0 <= importance_ratio <= 1 or no_object_weight <= 0:
            raise ValueError(
                "oversample_ratio must be at least 1, importance_ratio in [0, 1] and no_object_weight positive; "
                f"got {oversample_ratio}, {importance_ratio} and {no_object_weight}. The paper uses 3, 0.75 and 0.1."
            )
        self.num_classes = num_classes
        self.matcher = matcher
        self.weights = {"class": class_weight, "mask": mask_weight, "dice": dice_weight}
        self.num_points = num_points
        self.oversample_ratio = oversample_ratio
        self.importance_ratio = importance_ratio
        class_weights = torch.ones(num_classes + 1)
        class_weights[-1] = no_object_weight
        self.register_buffer("class_weights", class_weights, persistent=False)

    def forward(
        self, segments: Segments, targets: Sequence[MaskTarget], auxiliary: Sequence[Segments] = ()
    ) -> CriterionOutput:
        """Compute the loss of a batch.

        Mask logits cover the *padded* frame, so targets must be padded, with False at right and bottom, to the
        area the logits cover; only the resolution may differ. Images without targets (M = 0, only void) contribute
        nothing.

        Args:
            segments: the last layer's class_logits (B, N, K+1) and mask_logits (B, N, h, w).
            targets: B targets: classes (M,) and masks (M, H, W) with H / W = h / w.
            auxiliary: the earlier layers' segments, first layer first.

        Returns:
            The total and its terms.

        Raises:
            ValueError: if the number of classes, the batch size or the masks' area disagree, or the logits
                are not finite.
        """
        layers = (segments, *auxiliary)
        for layer in layers:
            self._check(layer, targets)
        with torch.autocast(segments.mask_logits.device.type, enabled=False):
            num_masks = _targets_per_process(targets, segments.mask_logits.device)
            terms: dict[str, Tensor] = {}
            total = segments.class_logits.new_zeros((), dtype=torch.float32)
            for index, (layer, matches) in enumerate(zip(layers, self.matcher(layers, targets), strict=True)):
                suffix = "" if index == 0 else f"_{index - 1}"
                for name, loss in self._losses(layer, targets, matches, num_masks).items():
                    terms[name + suffix] = loss
                    total = total + self.weights[name] * loss
        return CriterionOutput(total, terms)

    def _losses(
        self, segments: Segments, targets: Sequence[MaskTarget], matches: Sequence[Match], num_masks: Tensor
    ) -> dict[str, Tensor]:
        """Return the unweighted losses of one layer."""
        images = torch.cat([torch.full_like(match.queries, image) for image, match in enumerate(matches)])
        queries = torch.cat([match.queries for match in matches])
        classes = torch.cat([target.classes[match.targets] for target, match in zip(targets, matches, strict=True)])
        class_targets = classes.new_full(segments.class_logits.shape[:2], self.num_classes)
        class_targets[images, queries] = classes
        labelled = [image for image, target in enumerate(targets) if len(target.classes)]
        class_loss = self._class_loss(segments.class_logits[labelled].float(), class_targets[labelled])

        mask_logits = segments.mask_logits[images, queries].float()
        points = uncertain_points(mask_logits, self.num_points, self.oversample_ratio, self.importance_ratio)
        point_logits = sample_points(mask_logits.unsqueeze(1), points).squeeze(1)
        with torch.no_grad():
            # Image by image: the float copy of all masks at frame size would be large.
            point_targets = torch.cat(
                [
                    sample_points(target.masks[match.targets].float().unsqueeze(1), image_points).squeeze(1)
                    for target, match, image_points in zip(
                        targets, matches, points.split([len(match.queries) for match in matches]), strict=True
                    )
                ]
            )
        mask_loss, dice_loss = mask_losses(point_logits, point_targets, num_masks)
        return {"class": class_loss, "mask": mask_loss, "dice": dice_loss}

    def _class_loss(self, class_logits: Tensor, class_targets: Tensor) -> Tensor:
        """Compute the weighted mean over all queries of labelled images; 0, with a gradient of 0, if there are none."""
        if not len(class_logits):
            return class_logits.sum()
        return F.cross_entropy(class_logits.mT, class_targets, self.class_weights)

    def _check(self, segments: Segments, targets: Sequence[MaskTarget]) -> None:
        """Refuse logits and targets that do not belong together."""
        class_logits, mask_logits = segments
        if class_logits.shape[-1] != self.num_classes + 1:
            raise ValueError(
                f"class_logits must end in K+1 = {self.num_classes + 1}; got {tuple(class_logits.shape)}. "
                "Build segmentor and criterion with the num_classes of the data set."
            )
        if class_logits.shape[:2] != mask_logits.shape[:2] or len(targets) != len(mask_logits):
            raise ValueError(
                f"class_logits, mask_logits and targets must agree on B and N; got {tuple(class_logits.shape)}, "
                f"{tuple(mask_logits.shape)} and {len(targets)} targets. Pass one target per image."
            )
        height, width = mask_logits.shape[-2:]
        for target in targets:
            full_height, full_width = target.masks.shape[-2:]
            deviation = max(
                abs(full_height * width / full_width - height), abs(full_width * height / full_height - width)
            )
            if deviation > 1:
                raise ValueError(
                    f"target masks must cover the area of the ({height}, {width}) mask logits, that is, the padded "
                    f"frame; got masks of ({full_height}, {full_width}), {deviation:.1f} map pixels off. "
                    "Pad the masks with False at right and bottom to the padded frame's size."
                )


def mask_losses(point_logits: Tensor, point_targets: Tensor, num_masks: Tensor | float) -> tuple[Tensor, Tensor]:
    """Compute binary cross entropy and dice loss of masks from their values at points.

    Args:
        point_logits: (S, P) logits of S masks; S may be 0.
        point_targets: (S, P) targets in [0, 1].
        num_masks: what the sums over masks are divided by.

    Returns:
        Two scalars: the sum over masks of the mean cross entropy, and of 1 - (2 overlap + 1) / (areas + 1),
        both divided by `num_masks`.
    """
    mask_loss = F.binary_cross_entropy_with_logits(point_logits, point_targets, reduction="none").mean(1).sum()
    probs = point_logits.sigmoid()
    overlap = (probs * point_targets).sum(1)
    dice_loss = (1 - (2 * overlap + 1) / (probs.sum(1) + point_targets.sum(1) + 1)).sum()
    return mask_loss / num_masks, dice_loss / num_masks


def _targets_per_process(targets: Sequence[MaskTarget], device: torch.device) -> Tensor:
    """Return the number of targets in the batch, averaged over processes, at least 1."""
    count = torch.tensor(float(sum(len(target.classes) for target in targets)), device=device)
    if distributed.is_available() and distributed.is_initialized():
        distributed.all_reduce(count)
        count /= distributed.get_world_size()
    return count.clamp(min=1)
