"""Batches of pairs: stacked, resumed in the middle of an epoch, and read by workers that survive signals."""

import os
import signal
import subprocess
import sys
import threading

import pytest
import torch
from lightning.pytorch.utilities import move_data_to_device
from torch.utils.data import default_collate

from mpvss.data import ResumableLoader
from mpvss.data.loading.loaders import SignalSafeLoader, collate_pairs
from mpvss.types import FramePair

_KILL = "import os, sys; os.kill(int(sys.argv[1]), int(sys.argv[2]))"


def _pair(seed, with_flow):
    generator = torch.Generator().manual_seed(seed)
    frames = torch.randint(0, 256, (2, 3, 5, 7), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, 4, (2, 5, 7), generator=generator, dtype=torch.uint8)
    pair = FramePair(frames[0], labels[0], frames[1], labels[1], torch.tensor(seed + 1))
    if not with_flow:
        return pair
    return pair._replace(flow=torch.randn(2, 5, 7, generator=generator), visible=labels[0] > 1)


@pytest.mark.parametrize("with_flow", [True, False])
def test_every_field_is_stacked_in_order(with_flow):
    pairs = [_pair(seed, with_flow) for seed in range(3)]
    batch = collate_pairs(pairs)
    assert isinstance(batch, FramePair)
    for name in FramePair._fields:
        values = [getattr(pair, name) for pair in pairs]
        expected = None if values[0] is None else torch.stack(values)
        assert getattr(batch, name) is expected is None or torch.equal(getattr(batch, name), expected)


def test_with_flow_it_agrees_with_torch(same_pair):
    pairs = [_pair(seed, with_flow=True) for seed in range(2)]
    assert same_pair(collate_pairs(pairs), default_collate(pairs))


@pytest.mark.parametrize("with_flow", [True, False])
def test_lightning_moves_a_batch_to_a_device(with_flow):
    batch = move_data_to_device(collate_pairs([_pair(0, with_flow)]), torch.device("meta"))
    assert isinstance(batch, FramePair)
    assert all(field.device.type == "meta" for field in batch if field is not None)
    assert (batch.flow is None) is not with_flow


def test_a_batch_of_pairs_with_and_without_flow_is_refused():
    with pytest.raises(ValueError, match="must have flow or none; 1 of 2 have it"):
        collate_pairs([_pair(0, with_flow=True), _pair(1, with_flow=False)])


class _Numbered:
    def __len__(self):
        return 9

    def __getitem__(self, index):
        return FramePair(*[torch.tensor(index)] * 5)

    def describe(self, index):
        return f"pair {index}"


def _numbers(loader):
    return [batch.gap.tolist() for batch in loader]


def test_one_epoch_begins_where_it_is_told():
    loader = ResumableLoader(_Numbered(), batch_size=2)
    batches = iter(loader)
    loader.sampler.set_epoch(1)  # Lightning does both after it has asked for an iterator
    loader.start_at(2)
    assert [batch.gap.tolist() for batch in batches] == [[13, 14], [15, 16]]
    loader.sampler.set_epoch(2)
    assert _numbers(loader) == [[18, 19], [20, 21], [22, 23], [24, 25]]
    assert len(loader) == 4


def test_batches_are_described_by_their_place_in_the_epoch():
    loader = ResumableLoader(_Numbered(), batch_size=2)
    loader.sampler.set_epoch(1)
    loader.start_at(1)
    assert loader.describe(3) == ["pair 15", "pair 16"]


def test_resuming_leaves_the_default_generator_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    _numbers(ResumableLoader(_Numbered(), batch_size=2))
    assert torch.equal(torch.get_rng_state(), before)


class _Pids:
    """Which process reads each item."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return os.getpid()


@pytest.fixture
def threads_of_children():
    """Every process forked from here on begins with a thread of its own, as those of W&B's do."""
    enabled = True

    def start():
        if enabled:
            threading.Thread(target=threading.Event().wait, daemon=True).start()

    os.register_at_fork(after_in_child=start)
    yield
    enabled = False


@pytest.mark.usefixtures("threads_of_children")
def test_others_signals_are_not_heeded_and_the_parents_is():
    batches = iter(SignalSafeLoader(_Pids(), num_workers=1, batch_size=None, prefetch_factor=1))
    worker = next(batches)
    assert worker != os.getpid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        subprocess.run([sys.executable, "-c", _KILL, str(worker), str(int(number))], check=True)
    assert [next(batches) for _ in range(6)] == [worker] * 6
    (process,) = batches._workers
    os.kill(worker, signal.SIGTERM)
    process.join(20)
    assert process.exitcode == 0


def test_the_mask_of_the_calling_process_is_put_back():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert len(list(SignalSafeLoader(_Pids(), num_workers=1, batch_size=None))) == 8
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_workers_leave_the_default_generator_alone():
    before = torch.get_rng_state()
    list(SignalSafeLoader(_Pids(), num_workers=1, batch_size=None))
    assert torch.equal(torch.get_rng_state(), before)
