"""Stored pairs come in random order, each once in a pass."""

import pytest
import torch

from mpvss.data import EndlessPairs, FlowPairs, StoredPairs
from mpvss.types import FramePair


def _stored(count):
    empty = torch.zeros(3, 2, 3, dtype=torch.uint8)
    return [FramePair(empty, empty[0], empty, empty[0], torch.tensor(index)) for index in range(count)]


def _pairs(stored, *options, **named_options):
    return EndlessPairs(StoredPairs(stored), *options, **named_options)


def _noisy(pair):
    return pair._replace(labels=torch.randint(0, 200, (2, 3), dtype=torch.uint8))


def test_every_pass_has_every_pair_once_in_a_new_order():
    dataset = _pairs(_stored(9))
    assert len(dataset) == 9
    passes = [[int(dataset[turn * 9 + place].gap) for place in range(9)] for turn in range(3)]
    assert all(sorted(order) == list(range(9)) for order in passes)
    assert len({tuple(order) for order in passes}) == 3


def test_an_item_depends_on_seed_and_index_alone(same_pair):
    dataset = _pairs(_stored(4), _noisy, num_pairs=6, seed=3)
    assert len(dataset) == 6
    forwards = [dataset[index] for index in range(8)]
    torch.manual_seed(1)
    backwards = [dataset[index] for index in reversed(range(8))][::-1]
    assert all(map(same_pair, forwards, backwards))
    assert not torch.equal(_pairs(_stored(4), _noisy, seed=4)[0].labels, forwards[0].labels)


@pytest.mark.parametrize("wrong", [{"num_pairs": 0}, {"seed": -1}])
def test_a_number_that_is_too_small_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be at least"):
        _pairs(_stored(2), **wrong)


def test_no_pair_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one pair"):
        _pairs([])


class Named(list):
    names = ("army", "grove", "urban")


def test_pairs_that_have_names_are_described_by_them_and_scored_under_them():
    pairs = EndlessPairs(StoredPairs(Named(_stored(3))))
    assert sorted(pairs.describe(index) for index in range(3)) == list(Named.names)
    scored = FlowPairs(Named(_stored(3)), batch_size=2)
    assert scored.names == Named.names
    assert [batch.gap.tolist() for batch in scored.loader(0)] == [[0, 1], [2]]
    assert FlowPairs(_stored(3)).names == ()
