"""Memory does not grow with the number of pairs that were made."""

import gc
import tracemalloc

import pytest
import torch

from mpvss.data import EndlessPairs, PhotometricChange, SimulatedMotion, StillPairs, SyntheticVideos, VideoPairs
from mpvss.data.transforms.pair_transform import PairTransform

SIZE = (48, 64)
FRAME = 3 * 48 * 64
"""Bytes."""


def _pairs_of_videos(source, transform):
    return EndlessPairs(VideoPairs(source, max_gap=3, with_flow=True), transform)


def _pairs_of_stills(source, transform):
    motion = SimulatedMotion(exposure=PhotometricChange())
    return EndlessPairs(StillPairs(source, motion, max_gap=3, with_flow=True), transform)


@pytest.mark.parametrize("pairs_of", [_pairs_of_videos, _pairs_of_stills])
def test_an_epoch_leaves_nothing_behind(pairs_of):
    pairs = pairs_of(SyntheticVideos(3, 8, *SIZE), PairTransform(SIZE))
    count = 20  # several passes
    for index in range(count):
        pair = pairs[index]
    tracemalloc.start()
    try:
        pair = pairs[count]
        tensors, before = _alive()
        for index in range(count + 1, 2 * count):
            pair = pairs[index]
        tensors_now, now = _alive()
    finally:
        tracemalloc.stop()
    assert tensors_now == tensors
    assert now - before < FRAME * count / 2  # of the two frames that each pair has
    assert pair.frame.shape[1:] == SIZE


def _alive():
    """Return the number of tensors, and the bytes that Python and NumPy hold."""
    gc.collect()
    tensors = sum(type(thing) is torch.Tensor for thing in gc.get_objects())
    return tensors, tracemalloc.get_traced_memory()[0]
