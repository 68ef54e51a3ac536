"""Deep Feature Flow (Zhu et al., CVPR 2017) with a query-based segmentor: the baseline Mask2Former-DFF of Table 2."""

from torch import Tensor

from mpvss.propagation.propagator import PropagatorModule, check_frame_size
from mpvss.propagation.warp import resize_flow, warp
from mpvss.types import DecodingSegmentor, Flow, KeyState, NextKey, Prediction


class FeaturePropagation(PropagatorModule):
    """Warp the key frame's backbone features to every other frame, and run the whole head on them.

    What is saved is the backbone alone, so a non-key frame stays expensive: about 395 GMACs of 685 for R101 on
    Cityscapes.

    Args:
        segmentor: segments frames, and decodes feature pyramids.
        flow: estimates one flow map for all channels.

    Raises:
        ValueError: if `flow` estimates one map per segment: features belong to no segment.
    """

    segmentor: DecodingSegmentor
    flow: Flow

    def __init__(self, segmentor: DecodingSegmentor, flow: Flow) -> None:
        if flow.per_segment:
            raise ValueError(
                f"propagation=dff warps features, which belong to no segment; {type(flow).__name__} estimates one flow "
                "map per segment. Choose flow=optical_flow, or another with one map for all."
            )
        super().__init__(segmentor, flow)

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Carry the features of `state` to `frame` and segment them.

        Args:
            state: the preceding key frame's, with its features.
            frame: (B, 3, H, W) uint8 RGB, of the key frame's size.
            next_key: not used; this method is causal.

        Returns:
            The segments of the warped features, and the flow at its native resolution.

        Raises:
            ValueError: if the two frames differ in size, or the state holds no features.
        """
        check_frame_size(state, frame)
        if state.features is None:
            raise ValueError("feature propagation needs the key frame's features; got a state without any.")
        flow = self.flow(state.frame, frame, state.queries)
        warped = tuple(warp(x, resize_flow(flow, (x.shape[-2], x.shape[-1]))) for x in state.features)
        segmented = self.segmentor.decode(warped, frame)
        return Prediction(segmented.segments, flow, segmented.auxiliary)
