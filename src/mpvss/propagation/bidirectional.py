"""Mask propagation from both sides: masks of the preceding and of the following key frame, blended (Table H)."""

import torch
from torch import Tensor

from mpvss.propagation.masks import MaskPropagation
from mpvss.types import KeyState, NextKey, Prediction, Segments


class BidirectionalPropagation(MaskPropagation):
    """Carry the masks of both key frames around a frame to it, each by its own flow, and blend what they say.

    The queries of two key frames are not the same segments, so there is no averaging masks query by query: the union of
    both key frames' segments describes the frame. Each counts by the nearness of its key frame, 1 - position or
    position: its class probabilities are multiplied by that, and "no object" gets the rest. The class scores of the
    union (Sec. 3.2) are then the weighted mean of what each key frame's segments give, at full resolution, and become
    the nearer key frame's own as the distance vanishes. Of the 2N segments the N surest are kept, which is what one
    frame is described by; the others are "no object" for the most part. So classes are aggregated once, as in Table H.

    It has no weights beyond segmentor and flow, and is meant for checkpoints of `MaskPropagation`: in training, and
    wherever no key frame follows, the two are the same. The flow into the following key frame is the same estimate
    with time reversed.
    """

    needs_next_key = True
    """Offline: frames wait for the following key frame."""

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Carry the masks of `state` and of `next_key` to `frame`.

        Args:
            state: the preceding key frame's.
            frame: (B, 3, H, W) uint8 RGB, of the key frames' size.
            next_key: the following key frame; without one it is mask propagation.

        Returns:
            N segments, each from one of the key frames. The flow is into the key frame that a segment comes from
            where each has a map of its own, else into the preceding one.

        Raises:
            ValueError: if frames differ in size.
        """
        before = super().step(state, frame)
        if next_key is None:
            return before
        after = super().step(next_key.state, frame)
        return _blend(before, after, next_key.position)


def _blend(before: Prediction, after: Prediction, position: Tensor) -> Prediction:
    weights = (1 - position, position)
    pairs = zip((before.segments, after.segments), weights, strict=True)
    class_logits = torch.cat([_weigh(segments.class_logits, weight) for segments, weight in pairs], dim=1)
    sureness = class_logits.softmax(-1)[..., :-1].amax(-1)
    kept = sureness.topk(before.segments.class_logits.shape[1], dim=1).indices
    masks = torch.cat([before.segments.mask_logits, after.segments.mask_logits], dim=1)
    segments = Segments(_take(class_logits, kept), _take(masks, kept))
    assert before.flow is not None  # both were propagated
    assert after.flow is not None
    if before.flow.shape[1] == 1:
        return Prediction(segments, before.flow)
    return Prediction(segments, _take(torch.cat([before.flow, after.flow], dim=1), kept))


def _weigh(class_logits: Tensor, weight: Tensor) -> Tensor:
    """Multiply the class probabilities of (B, N, K+1) logits by (B,) weights; "no object" gets the rest."""
    weight = weight[:, None, None]
    probs = class_logits.softmax(-1) * weight
    return torch.cat([probs[..., :-1], probs[..., -1:] + (1 - weight)], dim=-1).log()


def _take(tensor: Tensor, indices: Tensor) -> Tensor:
    """Pick entries (B, n) of the second dimension of (B, N, ...), for each image its own."""
    images = torch.arange(len(tensor), device=tensor.device)[:, None]
    return tensor[images, indices]
