"""Mask propagation, the paper's method: segment key frames, warp their masks to the others (Sec. 3.1)."""

from torch import Tensor

from mpvss.propagation.propagator import PropagatorModule, check_frame_size
from mpvss.propagation.warp import resize_flow, warp
from mpvss.types import Flow, KeyState, NextKey, Prediction, Segmentor, Segments


class MaskPropagation(PropagatorModule):
    """Carry every mask of a key frame along its own flow; its class stays what the key frame said.

    Args:
        segmentor: segments key frames.
        flow: estimates one flow map per mask, or one for all.
    """

    carries_masks = True
    """A query's mask stays its own."""
    flow: Flow

    def __init__(self, segmentor: Segmentor, flow: Flow) -> None:
        super().__init__(segmentor, flow)

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Carry the masks of `state` to `frame`.

        Args:
            state: the preceding key frame's.
            frame: (B, 3, H, W) uint8 RGB, of the key frame's size.
            next_key: not used; this method is causal.

        Returns:
            The warped segments, the flow at its native resolution, and in training the warped masks
            of every earlier decoder layer.

        Raises:
            ValueError: if the two frames differ in size.
        """
        check_frame_size(state, frame)
        flow = self.flow(state.frame, frame, state.queries)
        height, width = state.segments.mask_logits.shape[-2:]
        mask_flow = resize_flow(flow, (height, width))
        return Prediction(
            segments=_move(state.segments, mask_flow),
            flow=flow,
            auxiliary=tuple(_move(segments, mask_flow) for segments in state.auxiliary),
        )


def _move(segments: Segments, flow: Tensor) -> Segments:
    return Segments(segments.class_logits, warp(segments.mask_logits, flow))
