"""Pairs are a function of (seed, index), and every video gets its turn."""

import logging

import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.data import EndlessPairs, SyntheticVideos, VideoPairs
from mpvss.data.loading.loaders import collate_pairs
from mpvss.types import FramePair


def _ids(pair):
    """Return (video, key, video, frame) as the counted videos paint them."""
    return (*pair.key_frame[:2, 0, 0].tolist(), *pair.frame[:2, 0, 0].tolist())


def _pairs(source, max_gap, with_flow=False, **options):
    return EndlessPairs(VideoPairs(source, max_gap, with_flow), **options)


def _noisy(pair):
    """Stand for an augmentation: draw from torch's default generator."""
    return pair._replace(labels=torch.randint(0, 200, pair.labels.shape, dtype=torch.uint8))


def test_the_two_frames_are_of_one_video_and_the_gap_is_theirs(counted_videos):
    dataset = _pairs(counted_videos((5, 9)), max_gap=3, num_pairs=50)
    for index in range(50):
        pair = dataset[index]
        video, key, same_video, frame = _ids(pair)
        assert video == same_video
        assert pair.gap.shape == ()
        assert pair.gap.dtype == torch.int64
        assert 1 <= pair.gap.item() == frame - key <= 3
        assert pair.key_labels.unique().item() == key % 4
        assert pair.labels.unique().item() == frame % 4


def test_every_pass_visits_every_video_once_in_a_new_order(counted_videos):
    dataset = _pairs(counted_videos((2,) * 9), max_gap=1)
    passes = [[_ids(dataset[turn * 9 + place])[0] for place in range(9)] for turn in range(4)]
    assert all(sorted(order) == list(range(9)) for order in passes)
    assert len({tuple(order) for order in passes}) == 4


def test_an_item_depends_on_seed_and_index_alone(counted_videos, same_pair):
    source = counted_videos((5, 9, 4))
    dataset = _pairs(source, max_gap=3, transform=_noisy, seed=3)
    forwards = [dataset[index] for index in range(8)]
    torch.manual_seed(1)
    backwards = [dataset[index] for index in reversed(range(8))][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert same_pair(one, other)
    other_seed = _pairs(source, max_gap=3, transform=_noisy, seed=4)
    assert not torch.equal(other_seed[0].labels, forwards[0].labels)
    assert not torch.equal(forwards[0].labels, forwards[1].labels)


def test_the_number_of_workers_changes_nothing(counted_videos, same_pair):
    dataset = _pairs(counted_videos((5, 9, 4)), max_gap=3, transform=_noisy, num_pairs=6)
    alone, shared = (
        list(DataLoader(dataset, batch_size=2, num_workers=count, collate_fn=collate_pairs)) for count in (0, 2)
    )
    for one, other in zip(alone, shared, strict=True):
        assert isinstance(one, FramePair)
        assert one.gap.shape == (2,)
        assert same_pair(one, other)


def test_reading_leaves_the_global_generator_alone(counted_videos):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    _pairs(counted_videos((5,)), max_gap=3, transform=_noisy)[0]
    assert torch.equal(torch.rand(3), expected)


def test_the_length_is_one_pair_per_frame_with_a_frame_before_it(counted_videos):
    assert len(_pairs(counted_videos((5, 1, 3)), max_gap=9)) == 4 + 2
    assert len(_pairs(counted_videos((5, 1, 3)), max_gap=9, num_pairs=11)) == 11


def test_a_clip_of_one_frame_is_left_out_and_named(counted_videos, caplog):
    with caplog.at_level(logging.WARNING):
        dataset = _pairs(counted_videos((4, 1, 3)), max_gap=2)
    assert "video 1" in caplog.text
    assert {_ids(dataset[index])[0] for index in range(8)} == {0, 2}


def test_only_clips_of_one_frame_are_refused(counted_videos):
    with pytest.raises(ValueError, match="at least two frames; none of the 2 clips"):
        _pairs(counted_videos((1, 1)), max_gap=2)


@pytest.mark.parametrize("wrong", [{"max_gap": 0}, {"max_gap": -2}, {"num_pairs": 0}, {"seed": -1}])
def test_a_number_that_is_too_small_is_refused(counted_videos, wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be .*got {next(iter(wrong.values()))}"):
        _pairs(counted_videos((5,)), **{"max_gap": 3, **wrong})


def test_synthetic_pairs_carry_the_flow_from_the_frame_into_the_key_frame():
    source = SyntheticVideos(3, 6, 9, 13, seed=2)
    dataset = _pairs(source, max_gap=4, with_flow=True)
    frames = {source.read(video, frame)[0]: (video, frame) for video in range(3) for frame in range(6)}

    def place(image):
        return next(key for other, key in frames.items() if torch.equal(other, image))

    for index in range(6):
        pair = dataset[index]
        (video, key), (_, frame) = place(pair.key_frame), place(pair.frame)
        flow, visible = source.flow(video, frame, key)
        assert torch.equal(pair.flow, flow)
        assert torch.equal(pair.visible, visible)
        assert flow.abs().max() > 0


def test_flow_changes_nothing_else(same_pair):
    source = SyntheticVideos(3, 6, 9, 13, seed=2)
    without, with_flow = (_pairs(source, max_gap=4, with_flow=flag)[1] for flag in (False, True))
    assert without.flow is without.visible is None
    assert same_pair(without, with_flow._replace(flow=None, visible=None))


def test_flow_is_refused_where_nobody_knows_it(counted_videos):
    with pytest.raises(ValueError, match=r"CountedVideos has labelled frames only.*data/pairs=still"):
        _pairs(counted_videos((5,)), max_gap=3, with_flow=True)


def test_no_frame_of_a_pair_is_read_twice(counted_videos, monkeypatch):
    source = counted_videos((5, 9, 4))
    read, reads = type(source).read, []
    monkeypatch.setattr(type(source), "read", lambda self, *place: reads.append(place) or read(self, *place))
    dataset = _pairs(source, max_gap=3, transform=_noisy)
    for index in range(20):
        reads.clear()
        dataset[index]
        assert len(reads) == len(set(reads)) == 2


def test_where_few_frames_are_labelled_each_is_the_later_frame_of_a_pair_and_comes_once_in_a_pass(sparse_videos):
    pairs = _pairs(sparse_videos((7, 6)), max_gap=2)
    assert len(pairs) == 4
    gaps = set()
    for turn in range(10):
        frames = []
        for pair in (pairs[4 * turn + place] for place in range(4)):
            (video, key, _), (other, frame, _) = pair.key_frame[:, 0, 0].tolist(), pair.frame[:, 0, 0].tolist()
            assert video == other
            assert pair.labels.eq(frame % 4).all()
            gaps.add(frame - key)
            frames.append((video, frame))
        assert sorted(frames) == [(0, 3), (0, 5), (1, 3), (1, 5)]
    assert gaps == {1, 2}


def test_a_labelled_frame_without_a_frame_before_it_is_its_own_key_and_read_once(sparse_videos):
    source = sparse_videos((1, 1), labelled=(0,))
    pair = _pairs(source, max_gap=5)[0]
    assert pair.gap.item() == 0
    assert torch.equal(pair.key_frame, pair.frame)
    assert torch.equal(pair.key_labels, pair.labels)
    assert list(source.reads.values()) == [1]


def test_videos_without_a_labelled_frame_are_refused(sparse_videos):
    with pytest.raises(ValueError, match="need a labelled frame; none of the 2 videos has one"):
        _pairs(sparse_videos((7, 6), labelled=()), max_gap=2)


def test_frames_of_different_size_are_named(counted_videos):
    class Growing(counted_videos):
        def read(self, video, frame):
            image, labels = super().read(video, frame)
            return image[:, : 3 + frame], labels[: 3 + frame]

    with pytest.raises(
        ValueError, match=r"must have one size; video 0 has 7x3 and 7x4 \(width x height\) at frames 0 and"
    ):
        _pairs(Growing((2,)), max_gap=1)[0]
