"""Every epoch draws new indices, shared out over the processes."""

import pytest
from torch.utils.data import DistributedSampler

from mpvss.data.loading.samplers import EpochSampler


def test_epochs_continue_where_the_last_one_ended():
    sampler = EpochSampler(num_pairs=3)
    assert list(sampler) == [0, 1, 2]
    sampler.set_epoch(2)
    assert list(sampler) == [6, 7, 8]
    assert len(sampler) == 3


def test_processes_share_an_epoch_without_overlap():
    shares = []
    for rank in range(3):
        sampler = EpochSampler(num_pairs=8, rank=rank, world_size=3)
        sampler.set_epoch(1)
        shares.append(list(sampler))
    # 8 = 3 * 2 and a remainder that is left out.
    assert shares == [[8, 11], [9, 12], [10, 13]]


def test_lightning_takes_it_for_a_distributed_sampler():
    assert isinstance(EpochSampler(num_pairs=1), DistributedSampler)


def test_fewer_pairs_than_processes_are_refused():
    with pytest.raises(ValueError, match="number of processes, 4; got 3"):
        EpochSampler(num_pairs=3, rank=0, world_size=4)


def test_a_rank_outside_the_processes_is_refused():
    with pytest.raises(ValueError, match="rank"):
        EpochSampler(num_pairs=8, rank=2, world_size=2)
