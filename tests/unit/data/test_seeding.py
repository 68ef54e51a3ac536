"""Random streams belong to their key, and leave others alone."""

import torch

from mpvss.data.seeding import drawing_from, generator_for, pass_order


def test_a_stream_belongs_to_its_key():
    draws = {key: torch.rand(4, generator=generator_for(*key)) for key in [(0, 1), (1, 0), (1, 1), (0, 2)]}
    for key, values in draws.items():
        assert torch.equal(values, torch.rand(4, generator=generator_for(*key)))
    assert len({tuple(values.tolist()) for values in draws.values()}) == 4


def test_the_default_generator_continues_a_stream_and_then_its_own():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    generator = generator_for(7)
    torch.rand(2, generator=generator)
    with drawing_from(generator):
        drawn = torch.rand(4)
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(drawn, torch.rand(4, generator=generator))


def test_every_pass_has_an_order_of_its_own():
    orders = [pass_order(3, turn, 11) for turn in range(4)]
    assert all(sorted(order) == list(range(11)) for order in orders)
    assert len(set(orders)) == 4
    assert pass_order(3, 0, 11) == orders[0] != pass_order(4, 0, 11)
