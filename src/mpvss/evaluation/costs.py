"""Multiply-accumulates of a method's frames."""

from typing import NamedTuple

import torch
from torch import Tensor

from mpvss.evaluation.oracle import GroundTruth
from mpvss.metrics import count_macs, repeated_key
from mpvss.propagation import PerFrame, PropagatorModule, label_map
from mpvss.types import Prediction


class FrameCosts(NamedTuple):
    """Billions of multiply-accumulates from a frame to its label map, aggregation included.

    Attributes:
        key: of a key frame.
        non_key: of another frame; None where every frame is segmented.
    """

    key: float
    non_key: float | None

    def average(self, interval: int) -> float:
        """Return the mean of a frame over an interval."""
        non_key = self.key if self.non_key is None else self.non_key
        return (self.key + (interval - 1) * non_key) / interval


def count_frame_costs(propagator: PropagatorModule, frame: Tensor) -> FrameCosts | None:
    """Count by segmenting a frame twice, as a key frame and as one that follows.

    Args:
        propagator: in eval mode.
        frame: (1, 3, H, W) uint8 RGB, any of the evaluated size, on the propagator's device.

    Returns:
        The costs; None for the oracle, which costs nothing that anyone could save.
    """
    if isinstance(propagator.segmentor, GroundTruth):
        return None
    size = (frame.shape[-2], frame.shape[-1])
    with torch.inference_mode():
        state = propagator.start(frame)
        key = count_macs(lambda: label_map(Prediction(propagator.start(frame).segments), size)).total
        if isinstance(propagator, PerFrame):
            return FrameCosts(key / 1e9, None)
        next_key = repeated_key(propagator, state)
        non_key = count_macs(lambda: label_map(propagator.step(state, frame, next_key), size)).total
    return FrameCosts(key / 1e9, non_key / 1e9)
