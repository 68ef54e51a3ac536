"""Augmentation keeps the two frames, and frames and labels, registered."""

import pytest
import torch

from mpvss.data.transforms import PairTransform
from mpvss.types import VOID, FramePair


def _pair(height=13, width=19):
    """Return a pair whose frames are the same and whose labels repeat the red channel."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(1, 200, (height, width), generator=generator, dtype=torch.uint8)
    frame = labels.repeat(3, 1, 1)
    return FramePair(frame, labels, frame.clone(), labels.clone(), torch.tensor(2))


def test_both_frames_get_the_same_draw():
    transform = PairTransform((11, 9))
    for seed in range(12):
        torch.manual_seed(seed)
        result = transform(_pair())
        assert torch.equal(result.key_frame, result.frame)
        assert torch.equal(result.key_labels, result.labels)
        assert result.frame.shape == (3, 11, 9)
        assert result.labels.shape == (11, 9)
        assert result.frame.dtype == result.labels.dtype == torch.uint8
        assert type(result.frame) is type(result.labels) is torch.Tensor
        assert result.gap.item() == 2


def test_labels_stay_on_the_pixels_they_were_on():
    transform = PairTransform((11, 23), scale=(1.0, 1.0), colour=False)
    torch.manual_seed(0)
    for _ in range(12):
        result = transform(_pair())
        inside = result.labels != VOID
        assert torch.equal(result.frame[0][inside], result.labels[inside])


def test_what_the_frame_does_not_fill_is_black_and_void():
    torch.manual_seed(0)
    result = PairTransform((17, 24), scale=(1.0, 1.0), flip=False, colour=False)(_pair())
    void = result.labels == VOID
    # Every pixel of the 13x19 frame is there, and nothing else.
    assert (~void).sum() == 13 * 19
    assert result.frame[:, void].eq(0).all()


def test_without_any_change_the_pair_is_what_it_was():
    pair = _pair()
    result = PairTransform((13, 19), scale=(1.0, 1.0), flip=False, colour=False)(pair)
    assert all(torch.equal(before, after) for before, after in zip(pair, result, strict=True))


def test_half_of_the_pairs_are_mirrored():
    pair = _pair()
    transform = PairTransform((13, 19), scale=(1.0, 1.0), colour=False)
    torch.manual_seed(0)
    results = [transform(pair).labels for _ in range(100)]
    mirrored = sum(torch.equal(labels, pair.labels.flip(1)) for labels in results)
    assert mirrored + sum(torch.equal(labels, pair.labels) for labels in results) == 100
    # 50 expected, standard deviation 5.
    assert 35 < mirrored < 65


def test_labels_are_resized_by_nearest_pixel_centre():
    pair = _pair(height=3, width=5)
    result = PairTransform((9, 15), scale=(3.0, 3.0), flip=False, colour=False)(pair)
    for y in range(9):
        for x in range(15):
            assert result.labels[y, x] == pair.labels[y // 3, x // 3]


def test_the_scale_lies_in_its_range():
    transform = PairTransform((40, 60), scale=(0.5, 2.0), flip=False, colour=False)
    torch.manual_seed(0)
    heights = {int((transform(_pair(20, 30)).labels != VOID).any(dim=1).sum()) for _ in range(60)}
    assert 10 <= min(heights) <= 13
    assert 37 <= max(heights) <= 40


def test_colours_vary_but_labels_do_not():
    pair = _pair()
    transform = PairTransform((13, 19), scale=(1.0, 1.0), flip=False)
    torch.manual_seed(0)
    results = [transform(pair) for _ in range(8)]
    assert len({int(result.frame.sum()) for result in results}) > 4
    assert all(torch.equal(result.labels, pair.labels) for result in results)


@pytest.mark.parametrize("wrong", [{"size": (0, 5)}, {"size": (5,)}, {"scale": (0.0, 1.0)}, {"scale": (2.0, 1.0)}])
def test_a_size_or_scale_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        PairTransform(**{"size": (5, 7), **wrong})
