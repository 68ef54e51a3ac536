"""What is behind a region comes from beside it."""

import torch

from mpvss.data.pairs.simulated.background import Hole, fill_hole
from mpvss.data.pairs.simulated.regions import Region
from mpvss.types import VOID

HEIGHT, WIDTH = 37, 61
REGION = Region(left=26, top=12, mask=torch.ones(9, 7, dtype=torch.bool))


def _ramp():
    """Return an image whose colours change linearly over the frame."""
    x, y = torch.arange(WIDTH, dtype=torch.float32), torch.arange(HEIGHT, dtype=torch.float32)[:, None]
    return torch.stack([20 + 2 * x + 0 * y, 150 - 3 * y + 0 * x, 40 + x + y])


def _blocked(hole):
    blocked = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    blocked[hole.inside[:, 0], hole.inside[:, 1]] = True
    return blocked


def test_a_hole_is_the_region_and_three_pixels_around_it_and_its_rim_one_more():
    hole = Hole.of(REGION, (HEIGHT, WIDTH))
    # Rows 12..20 and columns 26..32, grown by 3 and by 4.
    assert sorted(map(tuple, hole.inside.tolist())) == [(y, x) for y in range(9, 24) for x in range(23, 36)]
    outer = {(y, x) for y in range(8, 25) for x in range(22, 37)}
    assert set(map(tuple, hole.rim.tolist())) == outer - set(map(tuple, hole.inside.tolist()))
    assert hole.shape == (9, 7)


def test_a_hole_ends_at_the_frame():
    hole = Hole.of(Region(1, 2, torch.ones(3, 3, dtype=torch.bool)), (HEIGHT, WIDTH))
    assert hole.inside.amin(dim=0).tolist() == [0, 0]
    assert hole.inside.amax(dim=0).tolist() == [7, 6]


def test_colours_of_the_patch_are_matched_to_the_rim():
    # Whatever stands in the hole, a linear ramp around it is continued: a shifted ramp differs by a constant.
    image = _ramp()
    hole = Hole.of(REGION, (HEIGHT, WIDTH))
    expected = image[:, hole.inside[:, 0], hole.inside[:, 1]].clone()
    image[:, 9:24, 23:36] = 255
    labels = torch.full((HEIGHT, WIDTH), 2, dtype=torch.uint8)
    colours, filled = fill_hole(image, labels, hole, _blocked(hole))
    assert (colours - expected).abs().max() < 1e-3
    assert filled.eq(2).all()


def test_labels_come_from_where_the_colours_come_from():
    generator = torch.Generator().manual_seed(0)
    # Colour and label tell the row alone, so a patch from the same rows fits best.
    labels = (torch.arange(HEIGHT) // 6).to(torch.uint8)[:, None].repeat(1, WIDTH)
    image = (30 * labels.float()).repeat(3, 1, 1) + torch.rand(3, HEIGHT, WIDTH, generator=generator)
    hole = Hole.of(REGION, (HEIGHT, WIDTH))
    _, filled = fill_hole(image, labels, hole, _blocked(hole))
    assert filled.tolist() == (hole.inside[:, 0] // 6).tolist()


def test_blocked_places_are_not_copied():
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    hole = Hole.of(REGION, (HEIGHT, WIDTH))
    blocked = _blocked(hole)
    blocked[:, 40:] = True  # the right side
    labels[:, 40:] = 1
    image = 50.0 * labels.repeat(3, 1, 1)
    colours, filled = fill_hole(image, labels, hole, blocked)
    assert filled.eq(0).all()
    assert colours.abs().max() < 1e-3
    blocked[:, :22] = True
    assert fill_hole(image, labels, hole, blocked) is None


def test_no_patch_of_other_labels_than_the_rims_is_taken():
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    image = torch.zeros(3, HEIGHT, WIDTH)
    hole = Hole.of(REGION, (HEIGHT, WIDTH))
    for foreign in (1, VOID):
        labels[:, :22] = labels[:, 37:] = foreign
        assert fill_hole(image, labels, hole, _blocked(hole)) is None


def test_a_region_that_fills_the_frame_has_no_background():
    hole = Hole.of(Region(1, 1, torch.ones(HEIGHT - 2, WIDTH - 2, dtype=torch.bool)), (HEIGHT, WIDTH))
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    assert fill_hole(torch.zeros(3, HEIGHT, WIDTH), labels, hole, _blocked(hole)) is None
