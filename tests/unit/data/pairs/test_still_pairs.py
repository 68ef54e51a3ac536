"""Single frames become pairs, a function of (seed, index)."""

import pytest
import torch

from mpvss.data import EndlessPairs, PhotometricChange, SimulatedMotion, StillPairs


def _pairs(source, motion, max_gap, with_flow=False, **options):
    return EndlessPairs(StillPairs(source, motion, max_gap, with_flow), **options)


def _motion():
    return SimulatedMotion(margin=0, exposure=PhotometricChange())


def _frame_of(pair):
    """Return (video, frame) as the counted videos paint them; nothing but the exposure changes them."""
    return tuple(pair.key_frame[:2, 0, 0].tolist())


def test_every_pass_visits_every_frame_once_also_of_clips_of_one(counted_videos):
    dataset = _pairs(counted_videos((3, 1, 2)), SimulatedMotion(margin=0), max_gap=2)
    assert len(dataset) == 6
    passes = [[_frame_of(dataset[turn * 6 + place]) for place in range(6)] for turn in range(3)]
    assert all(sorted(order) == [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (2, 1)] for order in passes)
    assert len({tuple(order) for order in passes}) == 3


def test_gaps_are_uniform_and_motion_grows_with_them(counted_videos):
    dataset = _pairs(counted_videos((3,)), SimulatedMotion(num_regions=0), max_gap=4, with_flow=True)
    pairs = [dataset[index] for index in range(400)]
    gaps = torch.stack([pair.gap for pair in pairs])
    # 100 of each expected, standard deviation about 9.
    assert all(70 < int((gaps == gap).sum()) < 130 for gap in (1, 2, 3, 4))
    lengths = torch.stack([pair.flow.norm(dim=0).mean() for pair in pairs])
    short, long = lengths[gaps == 1].mean(), lengths[gaps == 4].mean()
    assert 3 < long / short < 5


def test_an_item_depends_on_seed_and_index_alone(counted_videos, same_pair):
    source = counted_videos((5, 9, 4))
    dataset = _pairs(source, _motion(), max_gap=3, num_pairs=7, seed=3, with_flow=True)
    assert len(dataset) == 7
    forwards = [dataset[index] for index in range(8)]
    torch.manual_seed(1)
    backwards = [dataset[index] for index in reversed(range(8))][::-1]
    assert all(map(same_pair, forwards, backwards))
    other = _pairs(source, _motion(), max_gap=3, seed=4, with_flow=True)
    assert not torch.equal(other[0].flow, forwards[0].flow)


def test_flow_is_there_if_asked_for_and_the_rest_is_the_same(counted_videos, same_pair):
    source = counted_videos((5,))
    without, with_flow = (_pairs(source, _motion(), max_gap=3, with_flow=flag)[2] for flag in (False, True))
    assert without.flow is without.visible is None
    assert with_flow.flow.shape == (2, 5, 7)
    assert same_pair(without, with_flow._replace(flow=None, visible=None))


def test_the_transform_draws_from_the_items_own_stream(counted_videos):
    def noisy(pair):
        return pair._replace(labels=torch.randint(0, 200, pair.labels.shape, dtype=torch.uint8))

    dataset = _pairs(counted_videos((5,)), _motion(), max_gap=3, transform=noisy)
    assert torch.equal(dataset[1].labels, dataset[1].labels)
    assert not torch.equal(dataset[1].labels, dataset[6].labels)


def test_a_moving_class_that_is_not_in_the_data_is_refused_at_once(counted_videos):
    with pytest.raises(ValueError, match=r"a, b, c, d; got car.*data\.moving_classes"):
        _pairs(counted_videos((5,)), SimulatedMotion(moving_classes=["a", "car"]), max_gap=3)


def test_no_frame_at_all_is_refused(counted_videos):
    with pytest.raises(ValueError, match="at least one labelled frame"):
        _pairs(counted_videos(()), _motion(), max_gap=3)


@pytest.mark.parametrize("wrong", [{"max_gap": 0}, {"num_pairs": 0}, {"seed": -1}])
def test_a_number_that_is_too_small_is_refused(counted_videos, wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be .*got {next(iter(wrong.values()))}"):
        _pairs(counted_videos((5,)), _motion(), **{"max_gap": 3, **wrong})


def test_where_few_frames_are_labelled_only_those_are_moved(sparse_videos):
    pairs = _pairs(sparse_videos((7, 6)), SimulatedMotion(camera_speed=0, margin=0), max_gap=1)
    assert len(pairs) == 4
    seen = sorted(tuple(pairs[index].frame[:2, 0, 0].tolist()) for index in range(4))
    assert seen == [(0, 3), (0, 5), (1, 3), (1, 5)]
