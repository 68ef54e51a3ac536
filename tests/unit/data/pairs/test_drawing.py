"""Pairs have the gaps they should, equally often. Random streams belong to their key, and leave others alone."""

from collections import Counter

import pytest
import torch

from mpvss.data.pairs.drawing import draw_key, draw_pair, drawing_from, generator_for, pass_order


def _draws(num_frames, max_gap, count):
    generator = torch.Generator().manual_seed(0)
    return [draw_pair(num_frames, max_gap, generator) for _ in range(count)]


def test_gaps_are_uniform_and_frames_inside_the_video():
    draws = _draws(num_frames=9, max_gap=4, count=4000)
    assert all(0 <= key < frame < 9 for key, frame in draws)
    gaps = Counter(frame - key for key, frame in draws)
    assert sorted(gaps) == [1, 2, 3, 4]
    # 1000 expected, standard deviation 27.
    assert all(abs(count - 1000) < 110 for count in gaps.values())


def test_every_place_of_a_gap_is_drawn_equally_often():
    keys = Counter(key for key, frame in _draws(num_frames=4, max_gap=1, count=3000))
    assert sorted(keys) == [0, 1, 2]
    assert all(abs(count - 1000) < 110 for count in keys.values())


def test_a_short_video_limits_the_gap():
    assert set(_draws(num_frames=3, max_gap=10, count=100)) == {(0, 1), (1, 2), (0, 2)}


def test_a_video_of_one_frame_is_refused():
    with pytest.raises(ValueError, match="at least 2 frames; got 1"):
        draw_pair(1, 5, torch.Generator())


def test_a_gap_of_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1 frame; got 0"):
        draw_pair(5, 0, torch.Generator())


def test_the_key_of_a_labelled_frame_is_drawn_uniformly_up_to_max_gap_before_it():
    generator = torch.Generator().manual_seed(0)
    keys = Counter(draw_key(19, 4, generator) for _ in range(4000))
    assert sorted(keys) == [15, 16, 17, 18]
    assert all(abs(count - 1000) < 110 for count in keys.values())  # standard deviation 27


def test_the_beginning_of_a_video_limits_the_gap_and_its_first_frame_is_its_own_key():
    generator = torch.Generator().manual_seed(0)
    assert {draw_key(2, 10, generator) for _ in range(100)} == {0, 1}
    assert draw_key(0, 10, generator) == 0


@pytest.mark.parametrize(("frame", "max_gap"), [(-1, 1), (3, 0)])
def test_a_key_that_cannot_be_is_refused(frame, max_gap):
    with pytest.raises(ValueError, match="must be at least"):
        draw_key(frame, max_gap, torch.Generator())


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
