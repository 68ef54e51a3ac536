"""Multiply-accumulates of a method's frames, counted as the paper's tables count them."""

import torch.nn.functional as F
from torch import Tensor

from mpvss.evaluation.oracle import GroundTruth
from mpvss.metrics import FrameCosts, count_macs, repeated_key
from mpvss.propagation import MASK_STRIDE, PerFrame, PropagatorModule, label_map, semantic_scores
from mpvss.types import KeyState, Prediction

CONVENTION = (
    "1 GMAC = 1e9 multiply-accumulates, which the paper calls GFLOPs. Counted: convolutions and all matrix products, "
    "attention and the aggregation of classes over the padded frame included; norms (5 an element, an evaluating batch "
    "norm 2); bilinear sampling and resizing (4 an output element), the last one of the class scores to the frame's "
    "size, which we skip where it changes nothing. Free: softmax, activations, sums. A method that looks ahead finds a "
    "key frame after every non-key frame. Parameters: all, the frozen ones included, shared ones once."
)
"""What is counted in every table of costs.

Where frames are known, as in an evaluation, those that no key frame follows count by themselves.
"""


def count_frame_costs(propagator: PropagatorModule, frame: Tensor) -> FrameCosts | None:
    """Count by segmenting a frame as a key frame, and as one that follows.

    Args:
        propagator: in eval mode; on the ``meta`` device, where full-size models take a second and no memory, or any
            other.
        frame: (1, 3, H, W) uint8 RGB, any of the evaluated size, on the propagator's device.

    Returns:
        The costs from a uint8 frame to its class scores, by the :data:`CONVENTION`; None for the oracle, which costs
        nothing that anyone could save.
    """
    if isinstance(propagator.segmentor, GroundTruth):
        return None
    size = (frame.shape[-2], frame.shape[-1])
    states: list[KeyState] = []

    def key_frame() -> None:
        states.append(propagator.start(frame))
        _scores(Prediction(states[0].segments), size)

    key = count_macs(key_frame).total
    if isinstance(propagator, PerFrame):
        return FrameCosts(key, None)
    state = states[0]
    next_key = repeated_key(propagator, state)
    non_key = count_macs(lambda: _scores(propagator.step(state, frame, next_key), size)).total
    if next_key is None:
        return FrameCosts(key, non_key)
    return FrameCosts(key, non_key, count_macs(lambda: _scores(propagator.step(state, frame), size)).total)


def _scores(prediction: Prediction, size: tuple[int, int]) -> Tensor:
    """Score classes as the published costs do: over the padded frame, cropped, and resized to the frame's own size.

    Scores that are there already are only enlarged.
    """
    if prediction.scores is not None:
        return label_map(prediction, size)
    segments, (height, width) = prediction.segments, size
    padded = (MASK_STRIDE * segments.mask_logits.shape[-2], MASK_STRIDE * segments.mask_logits.shape[-1])
    scores = semantic_scores(segments, padded)[..., :height, :width]
    return F.interpolate(scores, size=size, mode="bilinear", align_corners=False)
