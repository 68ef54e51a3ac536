"""Pairs become batches with or without flow."""

import pytest
import torch
from lightning.pytorch.utilities import move_data_to_device
from torch.utils.data import default_collate

from mpvss.data.loading.loaders import collate_pairs
from mpvss.types import FramePair


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
