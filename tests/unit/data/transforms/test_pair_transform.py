"""Augmentation keeps the two frames, and frames and labels, registered."""

import pytest
import torch

from mpvss.data.transforms.pair_transform import PairTransform
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


def test_without_any_change_the_pair_is_what_it_was(same_pair):
    pair = _pair()
    result = PairTransform((13, 19), scale=(1.0, 1.0), flip=False, colour=False)(pair)
    assert same_pair(pair, result)


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
    results = [transform(pair) for _ in range(16)]
    assert len({int(result.frame.sum()) for result in results}) > 4
    assert all(torch.equal(result.labels, pair.labels) for result in results)


def test_short_sides_take_the_place_of_the_scale():
    transform = PairTransform((40, 60), short_sides=[10, 20, 30], max_long_side=45, flip=False, colour=False)
    torch.manual_seed(0)
    results = [transform(_pair(20, 40)).labels != VOID for _ in range(30)]
    sizes = {(int(filled.any(dim=1).sum()), int(filled.any(dim=0).sum())) for filled in results}
    assert sizes == {(10, 20), (20, 40), (22, 45)}  # the last at 9 / 8, where 30 x 60 would be too long


def _labelled(labels):
    frame = labels.repeat(3, 1, 1)
    return FramePair(frame, labels, frame.clone(), labels.clone(), torch.tensor(1))


def _share(labels):
    """Return the share of the largest class, counted label by label."""
    counts = {}
    for label in labels.flatten().tolist():
        if label != VOID:
            counts[label] = counts.get(label, 0) + 1
    return max(counts.values()) / sum(counts.values()) if counts else 1.0


def test_a_crop_that_one_class_fills_is_drawn_anew():
    labels = torch.zeros(8, 64, dtype=torch.uint8)
    labels[:, 28:36] = 1
    labels[:4] = VOID  # which does not count
    settings = {"size": (8, 8), "scale": (1.0, 1.0), "colour": False}
    torch.manual_seed(0)
    shares = [
        [_share(PairTransform(**settings, max_class_area=area)(_labelled(labels)).labels) for _ in range(200)]
        for area in (0.75, 1.0)
    ]
    filled = [sum(share > 0.75 for share in some) / 200 for some in shares]
    # 57 places; at 10 of them 2 to 6 columns of one class meet 6 to 2 of the other.
    assert 0.75 < filled[1] < 0.9  # 47 / 57
    assert 0.06 < filled[0] < 0.18  # (47 / 57) ** 11 = 0.12


def test_a_frame_of_only_void_survives():
    void = torch.full((20, 30), VOID, dtype=torch.uint8)
    result = PairTransform((11, 9))(_labelled(void))
    assert result.labels.eq(VOID).all()
    assert result.frame.shape == (3, 11, 9)


def test_the_steps_make_the_whole(same_pair):
    transform = PairTransform((11, 9))
    torch.manual_seed(3)
    whole = transform(_moving_pair())
    torch.manual_seed(3)
    view = transform.draw(_moving_pair())
    assert same_pair(whole, transform.colour(transform.geometry(_moving_pair(), view), view))


def test_what_is_beyond_the_frame_stays_black_whatever_the_colours():
    transform = PairTransform((17, 24), scale=(1.0, 1.0))
    torch.manual_seed(0)
    for _ in range(20):
        result = transform(_pair())
        assert result.frame[:, result.labels == VOID].eq(0).all()


def test_a_frame_that_vanishes_is_refused():
    with pytest.raises(ValueError, match=r"19x13 scaled by 1/20 has no pixel left.*data\.scale"):
        PairTransform((11, 9), scale=(0.05, 0.05))(_pair())


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (0, 5)},
        {"size": (5,)},
        {"scale": (0.0, 1.0)},
        {"scale": (2.0, 1.0)},
        {"scale": (1.0,)},
        {"short_sides": ()},
        {"max_class_area": 0.0},
        {"max_class_area": 1.1},
    ],
)
def test_a_size_or_scale_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        PairTransform(**{"size": (5, 7), **wrong})


def _moving_pair(height=12, width=18, shift=(3, -2)):
    """Return a pair whose key frame is the frame moved by whole pixels: pixel p of the frame is at p + shift."""
    generator = torch.Generator().manual_seed(0)
    frame = torch.randint(0, 256, (3, height, width), generator=generator, dtype=torch.uint8)
    key_frame = frame.roll((shift[1], shift[0]), (1, 2))
    flow = torch.tensor(shift, dtype=torch.float32)[:, None, None].repeat(1, height, width)
    x, y = torch.arange(width) + shift[0], (torch.arange(height) + shift[1])[:, None]
    visible = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return FramePair(key_frame, key_frame[0] // 2, frame, frame[0] // 2, torch.tensor(1), flow, visible)


def _assert_flow_is_true(pair):
    """Follow every visible pixel of whole flow into the key frame, one by one."""
    height, width = pair.labels.shape
    for y in range(height):
        for x in range(width):
            key_x, key_y = x + int(pair.flow[0, y, x]), y + int(pair.flow[1, y, x])
            inside = 0 <= key_x < width and 0 <= key_y < height
            if pair.visible[y, x]:
                assert inside
                assert torch.equal(pair.frame[:, y, x], pair.key_frame[:, key_y, key_x])
                assert pair.labels[y, x] == pair.key_labels[key_y, key_x]


def test_flow_follows_crop_and_mirror():
    transform = PairTransform((7, 11), scale=(1.0, 1.0), colour=False)
    _assert_flow_is_true(_moving_pair())
    mirrored = set()
    torch.manual_seed(0)
    for _ in range(12):
        result = transform(_moving_pair())
        mirrored.add(result.flow[0, 0, 0].item())
        assert result.flow[1].eq(-2).all()
        assert result.flow.dtype == torch.float32
        assert result.visible.dtype == torch.bool
        assert type(result.flow) is type(result.visible) is torch.Tensor
        _assert_flow_is_true(result)
        # What the crop took from the key frame is not visible, all else of this pair's inside is.
        assert int(result.visible.sum()) <= (7 - 2) * (11 - 3)
        assert result.visible.any()
    assert mirrored == {3, -3}


def test_flow_is_scaled_with_the_frames():
    pair = _moving_pair(height=4, width=6, shift=(1, -1))
    pair.flow[0, 2, 3] = 2.5
    result = PairTransform((8, 18), scale=(2.0, 2.0), flip=False, colour=False)(pair)
    # 12 columns of the scaled frame in 18, so 6 are padding.
    frame = (result.labels != VOID).any(dim=0)
    assert frame.sum() == 12
    flow, visible = result.flow[:, :, frame], result.visible[:, frame]
    for y in range(8):
        for x in range(12):
            assert flow[:, y, x].tolist() == (2 * pair.flow[:, y // 2, x // 2]).tolist()
            assert not visible[y, x] or pair.visible[y // 2, x // 2]
    assert visible.any()


def test_where_the_frame_does_not_reach_flow_is_zero_and_nothing_visible():
    torch.manual_seed(0)
    result = PairTransform((17, 24), scale=(1.0, 1.0), flip=False, colour=False)(_moving_pair())
    # Labels of this pair are below 128.
    padding = result.labels == VOID
    assert int((~padding).sum()) == 12 * 18
    assert result.flow[:, padding].eq(0).all()
    assert not result.visible[padding].any()
    _assert_flow_is_true(result)
    assert int(result.visible.sum()) == int(_moving_pair().visible.sum())


def test_the_draw_does_not_depend_on_flow(same_pair):
    transform = PairTransform((11, 9))
    results = []
    for pair in (_moving_pair(), _moving_pair()._replace(flow=None, visible=None)):
        torch.manual_seed(3)
        results.append(transform(pair))
    assert results[1].flow is results[1].visible is None
    assert same_pair(results[0]._replace(flow=None, visible=None), results[1])
