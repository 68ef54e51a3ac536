"""Pairs of a key frame and a later frame in, label maps of the later frame out."""

import torch
from torch import Tensor

from mpvss.propagation import FixedInterval, label_map
from mpvss.types import FramePair, NextKey, Prediction, Propagator


def segment_pairs(propagator: Propagator, pair: FramePair) -> Tensor:
    """Carry each key frame's result to its frame; a frame that is its own key frame (gap 0) is segmented itself.

    Args:
        propagator: in eval mode, on the device of the pairs.
        pair: B pairs.

    Returns:
        (B, H, W) uint8 classes of the frames.
    """
    return _segment(propagator, pair, None)


def segment_between(propagator: Propagator, pair: FramePair, following: Tensor, key_frames: FixedInterval) -> Tensor:
    """Do the same for a propagator that looks ahead.

    Args:
        propagator: as above.
        pair: B pairs, whose gaps are less than the interval.
        following: (B, 3, H, W) uint8 RGB key frames, an interval after those of the pairs.
        key_frames: their interval.

    Returns:
        (B, H, W) uint8 classes of the frames.
    """
    with torch.inference_mode():
        next_key = NextKey(propagator.start(following), pair.gap / key_frames.interval)
    return _segment(propagator, pair, next_key)


@torch.inference_mode()
def _segment(propagator: Propagator, pair: FramePair, next_key: NextKey | None) -> Tensor:
    size = (pair.frame.shape[-2], pair.frame.shape[-1])
    state = propagator.start(pair.key_frame)
    segmented = label_map(Prediction(state.segments), size)
    if not pair.gap.any():
        return segmented
    carried = label_map(propagator.step(state, pair.frame, next_key), size)
    return torch.where(pair.gap[:, None, None] == 0, segmented, carried)
