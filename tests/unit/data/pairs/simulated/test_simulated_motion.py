"""Flow, labels and visibility of a simulated pair are true to the pixel."""

import math

import pytest
import torch

from mpvss.data import PhotometricChange, SimulatedMotion
from mpvss.types import VOID, ClassList

HEIGHT, WIDTH = 61, 83
CLASSES = ClassList(("ground", "sky", "thing"), ((0, 0, 0),) * 3)


def _still():
    """Return a smooth image, ground below sky with two things on it; every place has its own colour."""
    generator = torch.Generator().manual_seed(0)
    coarse = 40 + 170 * torch.rand(1, 3, 7, 9, generator=generator)
    image = torch.nn.functional.interpolate(coarse, size=(HEIGHT, WIDTH), mode="bicubic")[0]
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    labels[:20] = 1
    for top, left in ((30, 20), (36, 56)):
        labels[top : top + 10, left : left + 8] = 2
        image[:, top : top + 10, left : left + 8] += 40
    labels[50:53, 40:44] = VOID
    return image.clamp(0, 255).round().to(torch.uint8), labels


def _pair(seed=0, gap=5, **options):
    motion = SimulatedMotion(**({"moving_classes": ["thing"], "camera_speed": 0.01, "region_speed": 0.03} | options))
    return motion(*_still(), motion.movable(CLASSES), gap, torch.Generator().manual_seed(seed))


def _bilinear(image, x, y):
    """Read (3, H, W) at one point inside."""
    left, top = min(int(x), image.shape[2] - 2), min(int(y), image.shape[1] - 2)
    right, down = x - left, y - top
    upper = (1 - right) * image[:, top, left] + right * image[:, top, left + 1]
    lower = (1 - right) * image[:, top + 1, left] + right * image[:, top + 1, left + 1]
    return (1 - down) * upper + down * lower


def _visible_places(pair):
    """Yield every visible pixel (y, x) and the place (key_x, key_y) where flow leads, which is in the key frame."""
    height, width = pair.labels.shape
    for y, x in pair.visible.nonzero().tolist():
        key_x, key_y = x + pair.flow[0, y, x].item(), y + pair.flow[1, y, x].item()
        assert 0 <= key_x <= width - 1
        assert 0 <= key_y <= height - 1
        yield (y, x), (key_x, key_y)


def test_following_the_flow_into_the_key_frame_gives_the_frame():
    for seed in range(3):
        pair = _pair(seed, num_regions=0)
        assert pair.flow.abs().max() > 1
        for (y, x), place in _visible_places(pair):
            # Both frames are rounded to whole grey levels.
            assert (_bilinear(pair.key_frame.float(), *place) - pair.frame[:, y, x]).abs().max() <= 1.01


def test_following_the_flow_of_moving_regions_gives_the_frame_but_for_their_edges():
    for seed in range(3):
        pair = _pair(seed)
        errors = [
            (_bilinear(pair.key_frame.float(), *place) - pair.frame[:, y, x]).abs().max()
            for (y, x), place in _visible_places(pair)
        ]
        assert sum(error <= 1.01 for error in errors) > 0.95 * len(errors)
        assert (pair.labels[pair.visible] == 2).sum() > 40


def test_labels_are_those_of_the_nearest_key_pixel_wherever_it_is_visible():
    for seed in range(4):
        pair = _pair(seed)
        for (y, x), (key_x, key_y) in _visible_places(pair):
            assert pair.labels[y, x] == pair.key_labels[round(key_y), round(key_x)]


def test_regions_move_by_themselves():
    for seed in range(4):
        pair = _pair(seed, camera_speed=0.0)
        moved = pair.flow.ne(0).any(dim=0)
        assert moved.any()
        assert pair.labels[moved].eq(2).all()
        # What moved away uncovers ground that the key frame does not show; nothing else is hidden from it.
        uncovered = pair.key_labels.eq(2) & ~moved
        assert uncovered.any()
        assert not pair.visible[uncovered].any()
        assert pair.labels[uncovered].eq(0).all()


def test_what_is_not_hidden_in_the_key_frame_is_visible():
    pair = _pair(1, num_regions=0)
    height, width = pair.labels.shape
    for y in range(height):
        for x in range(width):
            key_x, key_y = x + pair.flow[0, y, x].item(), y + pair.flow[1, y, x].item()
            assert pair.visible[y, x] == (0 <= key_x <= width - 1 and 0 <= key_y <= height - 1)


@pytest.mark.parametrize("still", [{"gap": 0}, {"camera_speed": 0.0, "region_speed": 0.0}])
def test_without_motion_the_frame_is_the_key_frame(still):
    for options in ({"num_regions": 0}, {}):
        pair = _pair(2, **still, **options)
        assert pair.flow.eq(0).all()
        assert torch.equal(pair.frame[:, pair.visible], pair.key_frame[:, pair.visible])
        assert torch.equal(pair.labels[pair.visible], pair.key_labels[pair.visible])
        assert pair.visible.all() or options == {}
        assert pair.visible.float().mean() > 0.8


def test_the_key_frame_is_a_window_of_the_image_and_its_labels():
    image, labels = _still()
    corners = set()
    for seed in range(8):
        pair = _pair(seed, margin=0.2)
        height, width = round(0.8 * HEIGHT), round(0.8 * WIDTH)
        assert pair.key_frame.shape == pair.frame.shape == (3, height, width)
        places = [
            (top, left)
            for top in range(HEIGHT - height + 1)
            for left in range(WIDTH - width + 1)
            if torch.equal(image[:, top : top + height, left : left + width], pair.key_frame)
        ]
        ((top, left),) = places
        assert torch.equal(labels[top : top + height, left : left + width], pair.key_labels)
        corners.add((top, left))
    assert len(corners) > 4


def test_beyond_the_image_nothing_is_known():
    # Without a margin every way the camera goes leads out of the image, where the key frame ends too.
    outside = 0
    for seed in range(3):
        pair = _pair(seed, num_regions=0, margin=0.0, camera_speed=0.02)
        height, width = pair.labels.shape
        for y in range(height):
            for x in range(width):
                key_x, key_y = round(x + pair.flow[0, y, x].item()), round(y + pair.flow[1, y, x].item())
                if not (0 <= key_x < width and 0 <= key_y < height):
                    outside += 1
                    assert pair.labels[y, x] == VOID
                    assert not pair.visible[y, x]
    assert outside > 100


def test_within_the_margin_what_enters_is_known():
    labelled = []
    for seed in range(8):
        pair = _pair(seed, num_regions=0, margin=0.3)
        entered = ~pair.visible
        labelled.append((pair.labels[entered] != VOID).float().mean() if entered.any() else torch.tensor(1.0))
    assert min(labelled) > 0.9


def test_motion_is_proportional_to_the_gap():
    once, twice = (_pair(3, gap=gap, camera_speed=0.003, num_regions=0).flow for gap in (2, 4))
    assert torch.allclose(twice, 2 * once, rtol=0.1, atol=0.1)


def test_the_camera_goes_about_as_fast_as_asked_for():
    generator = torch.Generator().manual_seed(0)
    motion = SimulatedMotion(camera_speed=0.01, num_regions=0, margin=0.0)
    movable = motion.movable(CLASSES)
    squares = [motion(*_still(), movable, 3, generator).flow.square().sum(dim=0).mean() for _ in range(300)]
    assert torch.stack(squares).mean().sqrt() == pytest.approx(0.03 * math.sqrt(HEIGHT * WIDTH), rel=0.1)


def test_both_frames_are_exposed_anew():
    plain, exposed = _pair(4, gap=0), _pair(4, gap=0, exposure=PhotometricChange(noise=0.0, blur=0.0))
    # The exposures differ from the image's and from each other, and motion does not know of them.
    changes = [(getattr(exposed, name).float() - getattr(plain, name)).mean() for name in ("key_frame", "frame")]
    assert min(abs(changes[0]), abs(changes[1]), abs(changes[0] - changes[1])) > 0.1
    assert torch.equal(plain.labels, exposed.labels)
    assert torch.equal(plain.key_labels, exposed.key_labels)


def test_a_pair_has_the_shapes_and_types_of_a_frame_pair():
    pair = _pair()
    height, width = round(0.9 * HEIGHT), round(0.9 * WIDTH)
    expected = [
        ((3, height, width), torch.uint8), ((height, width), torch.uint8),
        ((3, height, width), torch.uint8), ((height, width), torch.uint8),
        ((), torch.int64), ((2, height, width), torch.float32), ((height, width), torch.bool),
    ]  # fmt: skip
    assert [(tuple(field.shape), field.dtype) for field in pair] == expected
    assert pair.gap.item() == 5


def test_all_classes_may_move_unless_some_are_named():
    assert SimulatedMotion().movable(CLASSES).nonzero().flatten().tolist() == [0, 1, 2]
    assert SimulatedMotion(moving_classes=["thing"]).movable(CLASSES).nonzero().flatten().tolist() == [2]


def test_an_unknown_class_is_refused_by_name():
    with pytest.raises(ValueError, match="among the classes of the data, ground, sky, thing; got car"):
        SimulatedMotion(moving_classes=["thing", "car"]).movable(CLASSES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"camera_speed": -0.1}, {"region_speed": -1}, {"num_regions": -1}, {"margin": 0.6}, {"margin": -0.1},
        {"region_area": (0.2, 0.1)}, {"region_area": (0.1,)},
    ],
)  # fmt: skip
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SimulatedMotion(**wrong)
