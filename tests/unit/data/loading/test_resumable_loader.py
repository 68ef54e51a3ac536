"""An epoch of training batches can be begun in its middle."""

import torch

from mpvss.data import ResumableLoader
from mpvss.types import FramePair


class Numbered:
    def __len__(self):
        return 9

    def __getitem__(self, index):
        return FramePair(*[torch.tensor(index)] * 5)

    def describe(self, index):
        return f"pair {index}"


def numbers(loader):
    return [batch.gap.tolist() for batch in loader]


def test_one_epoch_begins_where_it_is_told():
    loader = ResumableLoader(Numbered(), batch_size=2)
    batches = iter(loader)
    loader.sampler.set_epoch(1)  # Lightning does both after it has asked for an iterator
    loader.start_at(2)
    assert [batch.gap.tolist() for batch in batches] == [[13, 14], [15, 16]]
    loader.sampler.set_epoch(2)
    assert numbers(loader) == [[18, 19], [20, 21], [22, 23], [24, 25]]
    assert len(loader) == 4


def test_batches_are_described_by_their_place_in_the_epoch():
    loader = ResumableLoader(Numbered(), batch_size=2)
    loader.sampler.set_epoch(1)
    loader.start_at(1)
    assert loader.describe(3) == ["pair 15", "pair 16"]


def test_the_default_generator_is_left_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    numbers(ResumableLoader(Numbered(), batch_size=2))
    assert torch.equal(torch.get_rng_state(), before)
