"""Parameters and multiply-accumulates, as the paper's tables count them."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mpvss.metrics import count_macs, repeated_key
from mpvss.propagation import MASK_STRIDE, FixedInterval, PropagatorModule, label_map, semantic_scores
from mpvss.types import KeyState, Prediction

CLIP_LENGTH = 15
"""Frames that the paper averages costs over (Tables 1 and 2)."""

CONVENTION = (
    "1 GMAC = 1e9 multiply-accumulates, which the paper calls GFLOPs. Counted: convolutions and all matrix products, "
    "attention and the aggregation of classes over the padded frame included; norms (5 an element, an evaluating batch "
    "norm 2); bilinear sampling and resizing (4 an output element), the last one of the class scores to the frame's "
    "size, which we skip where it changes nothing. Free: softmax, activations, sums. A method that looks ahead finds a "
    "key frame after every non-key frame. Parameters: all, the frozen ones included, shared ones once."
)


class Costs(NamedTuple):
    """What a method needs.

    Attributes:
        segmentor_parameters: their number in the key frames' segmentor.
        flow_parameters: in the flow module.
        key_macs: multiply-accumulates of a key frame, from uint8 frame to class scores.
        non_key_macs: of a non-key frame.
        clip_macs: of a frame, averaged over a clip of `CLIP_LENGTH` frames that begins with a key frame.
        other_parameters: in what else the method has, such as a second segmentor.
    """

    segmentor_parameters: int
    flow_parameters: int
    key_macs: int
    non_key_macs: int
    clip_macs: float
    other_parameters: int = 0

    @property
    def parameters(self) -> int:
        """Their number in the whole method."""
        return self.segmentor_parameters + self.flow_parameters + self.other_parameters


def count_costs(propagation: PropagatorModule, size: tuple[int, int], interval: int) -> Costs:
    """Count parameters and multiply-accumulates of one frame size.

    Args:
        propagation: in eval mode; on the ``meta`` device, where full-size models take a second and no memory, or
            any other.
        size: (H, W) of the frames, in pixels.
        interval: frames from one key frame to the next.

    Returns:
        The costs, by the :data:`CONVENTION`.
    """
    device = next(propagation.parameters()).device
    frame = torch.zeros(1, 3, *size, dtype=torch.uint8, device=device)
    states: list[KeyState] = []

    def key_frame() -> None:
        states.append(propagation.start(frame))
        _scores(Prediction(states[0].segments), size)

    key_macs, state = count_macs(key_frame).total, states[0]
    next_key = repeated_key(propagation, state)
    non_key_macs = count_macs(lambda: _scores(propagation.step(state, frame, next_key), size)).total
    num_keys = key_frames_of_a_clip(interval)
    segmentor, flow = (_count_parameters(getattr(propagation, part, None)) for part in ("segmentor", "flow"))
    return Costs(
        segmentor_parameters=segmentor,
        flow_parameters=flow,
        key_macs=key_macs,
        non_key_macs=non_key_macs,
        clip_macs=(num_keys * key_macs + (CLIP_LENGTH - num_keys) * non_key_macs) / CLIP_LENGTH,
        other_parameters=_count_parameters(propagation) - segmentor - flow,
    )


def key_frames_of_a_clip(interval: int) -> int:
    """Count the key frames among `CLIP_LENGTH` frames of which the first is one."""
    schedule = FixedInterval(interval)
    return sum(schedule(index) for index in range(CLIP_LENGTH))


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


def _count_parameters(part: object) -> int:
    return sum(parameter.numel() for parameter in part.parameters()) if isinstance(part, nn.Module) else 0
