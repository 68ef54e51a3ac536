"""Pairs of a key frame and a later frame in, label maps of the later frame out."""

import torch
from torch import Tensor

from mpvss.propagation import label_map
from mpvss.types import FramePair, Prediction, Propagator


@torch.inference_mode()
def segment_pairs(propagator: Propagator, pair: FramePair) -> Tensor:
    """Carry each key frame's result to its frame; a frame that is its own key frame (gap 0) is segmented itself.

    Args:
        propagator: in eval mode, on the device of the pairs.
        pair: B pairs.

    Returns:
        (B, H, W) uint8 classes of the frames.
    """
    size = (pair.frame.shape[-2], pair.frame.shape[-1])
    state = propagator.start(pair.key_frame)
    segmented = label_map(Prediction(state.segments), size)
    if not pair.gap.any():
        return segmented
    carried = label_map(propagator.step(state, pair.frame), size)
    return torch.where(pair.gap[:, None, None] == 0, segmented, carried)
