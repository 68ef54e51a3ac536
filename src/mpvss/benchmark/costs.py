"""Parameters and multiply-accumulates, as the paper's tables have them."""

from typing import NamedTuple

import torch
from torch import nn

from mpvss.evaluation import count_frame_costs
from mpvss.metrics import FrameCounts
from mpvss.propagation import FixedInterval, PropagatorModule

CLIP_LENGTH = 15
"""Frames that the paper averages costs over (Tables 1 and 2).

At an interval of 5, which all its tables have, that is the mean over an interval. Evaluations average over the key
frames that really occurred in their videos, which comes near it.
"""


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


def count_costs(propagation: PropagatorModule, size: tuple[int, int], key_frames: FixedInterval) -> Costs:
    """Count parameters and multiply-accumulates of one frame size.

    Args:
        propagation: in eval mode; on the ``meta`` device, where full-size models take a second and no memory, or
            any other.
        size: (H, W) of the frames, in pixels.
        key_frames: their interval.

    Returns:
        The costs, by the convention of :func:`~mpvss.evaluation.count_frame_costs`.
    """
    device = next(propagation.parameters()).device
    frame_costs = count_frame_costs(propagation, torch.zeros(1, 3, *size, dtype=torch.uint8, device=device))
    assert frame_costs is not None  # a model with parameters is no oracle
    segmentor, flow = (_count_parameters(getattr(propagation, part, None)) for part in ("segmentor", "flow"))
    return Costs(
        segmentor_parameters=segmentor,
        flow_parameters=flow,
        key_macs=frame_costs.key,
        non_key_macs=frame_costs.key if frame_costs.non_key is None else frame_costs.non_key,
        clip_macs=frame_costs.average(clip_counts(key_frames)),
        other_parameters=_count_parameters(propagation) - segmentor - flow,
    )


def clip_counts(key_frames: FixedInterval) -> FrameCounts:
    """Count the frames of a clip of `CLIP_LENGTH` that begins with a key frame, as if one followed it, too."""
    return FrameCounts.of(key_frames.key_flags(CLIP_LENGTH))._replace(last=0)


def _count_parameters(part: object) -> int:
    return sum(parameter.numel() for parameter in part.parameters()) if isinstance(part, nn.Module) else 0
