"""Accel (Jain et al., CVPR 2019) with query-based segmentors: the baseline Mask2Former-Accel of Table 2."""

import torch
from torch import Tensor, nn

from mpvss.propagation.propagator import PropagatorModule, check_frame_size
from mpvss.propagation.semantic import mask_scores
from mpvss.propagation.warp import resize_flow, warp
from mpvss.types import SMALLEST_SCORE, Flow, KeyState, NextKey, Prediction, Segmentor


class ScoreFusion(PropagatorModule):
    """Warp the key frame's score maps, and fuse them with those of a smaller segmentor on every other frame.

    Scores are fused as logarithms, by a 1x1 convolution that starts as their mean.

    Args:
        segmentor: segments key frames.
        flow: estimates one flow map for all classes.
        update_segmentor: the smaller one, segments the other frames.
        num_classes: K.

    Raises:
        ValueError: if `flow` estimates one map per segment: scores belong to no segment.
    """

    flow: Flow

    def __init__(self, segmentor: Segmentor, flow: Flow, update_segmentor: Segmentor, num_classes: int) -> None:
        if flow.per_segment:
            raise ValueError(
                f"propagation=accel warps score maps, which belong to no segment; {type(flow).__name__} estimates one "
                "flow map per segment. Choose flow=optical_flow, or another with one map for all."
            )
        super().__init__(segmentor, flow)
        self.update_segmentor = update_segmentor
        self.fuse = nn.Conv2d(2 * num_classes, num_classes, 1)
        for parameter in self.fuse.parameters():
            nn.init.zeros_(parameter)
        with torch.no_grad():
            self.fuse.weight[:, :, 0, 0] = torch.eye(num_classes).repeat(1, 2) / 2

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Carry the scores of `state` to `frame` and fuse them with the smaller segmentor's.

        Args:
            state: the preceding key frame's.
            frame: (B, 3, H, W) uint8 RGB, of the key frame's size.
            next_key: not used; this method is causal.

        Returns:
            The fused scores, the smaller segmentor's segments, and the flow at its native resolution.

        Raises:
            ValueError: if the two frames differ in size.
        """
        check_frame_size(state, frame)
        flow = self.flow(state.frame, frame, state.queries)
        update = self.update_segmentor(frame)
        key_scores = mask_scores(state.segments)
        warped = warp(key_scores, resize_flow(flow, (key_scores.shape[-2], key_scores.shape[-1])))
        both = torch.cat([warped, mask_scores(update.segments)], dim=1)
        fused = self.fuse(both.clamp(min=SMALLEST_SCORE).log())
        return Prediction(update.segments, flow, update.auxiliary, fused)
