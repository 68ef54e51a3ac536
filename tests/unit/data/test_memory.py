"""Memory does not grow with the number of pairs that were made."""

import gc
import os
from pathlib import Path

import pytest
import torch

from mpvss.data.pairs import PairDataset
from mpvss.data.simulated import PhotometricChange, SimulatedMotion
from mpvss.data.still_pairs import StillPairDataset
from mpvss.data.transforms import PairTransform
from mpvss.types import ClassList

STATUS = Path("/proc/self/statm")
HEIGHT, WIDTH = 96, 128
PAIR = 2 * 4 * HEIGHT * WIDTH
"""Bytes of the frames and labels of a pair."""


class Noise:
    """One video of noise, made anew at every read, as a decoder does."""

    classes = ClassList(("a", "b"), ((0, 0, 0), (1, 1, 1)))

    def __len__(self):
        return 1

    def name(self, video):
        return "noise"

    def num_frames(self, video):
        return 50

    def read(self, video, frame):
        labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
        labels[40:60, 30:70] = 1
        return torch.randint(0, 256, (3, HEIGHT, WIDTH), dtype=torch.uint8), labels


def _resident():
    return int(STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _growth(make, count):
    for index in range(40):
        make(index)
    before = _resident()
    for index in range(40, 40 + count):
        make(index)
    return _resident() - before


@pytest.mark.skipif(not STATUS.is_file(), reason="only Linux tells a process how much memory it has")
def test_an_epoch_keeps_nothing_of_its_pairs():
    pairs = PairDataset(Noise(), max_gap=3, transform=PairTransform((HEIGHT, WIDTH)))
    count, kept = 150, []
    assert _growth(pairs.__getitem__, count) < count * PAIR / 4
    assert _growth(lambda index: kept.append(pairs[index]), count) > count * PAIR / 2  # such growth would be seen


def test_simulated_motion_leaves_no_tensor_behind():
    motion = SimulatedMotion(exposure=PhotometricChange())
    pairs = StillPairDataset(Noise(), motion, max_gap=3, transform=PairTransform((HEIGHT, WIDTH)), with_flow=True)
    alive = []
    for index in range(5):
        pair = pairs[index]
        assert pair.flow is not None
        alive.append(_tensors())
    assert len(set(alive[1:])) == 1


def _tensors():
    gc.collect()
    return sum(type(thing) is torch.Tensor for thing in gc.get_objects())
