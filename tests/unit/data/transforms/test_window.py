"""A window shows what resizing the whole frame and cropping then would show."""

from fractions import Fraction

import pytest
import torch
from torchvision.transforms.v2 import functional as TF

from mpvss.data.transforms.window import Window

FACTORS = [Fraction(1), Fraction(9, 8), Fraction(2), Fraction(1, 2), Fraction(3, 8), Fraction(5, 4)]


def _image(height, width, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (3, height, width), generator=generator, dtype=torch.uint8)


def _crop(resized, top, left, height, width, fill):
    """Crop pixel by pixel, with what is beyond the border filled."""
    whole_height, whole_width = resized.shape[-2:]
    crop = torch.full((*resized.shape[:-2], height, width), fill, dtype=resized.dtype)
    for y in range(height):
        for x in range(width):
            if 0 <= top + y < whole_height and 0 <= left + x < whole_width:
                crop[..., y, x] = resized[..., top + y, left + x]
    return crop


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("corner", [(0, 0), (3, 5), (7, 16), (-2, -3), (11, 1)])
def test_a_frame_is_resized_and_then_cropped(factor, corner):
    image = _image(40, 56)  # sizes that all denominators divide
    resized = TF.resize_image(image, [int(40 * factor), int(56 * factor)], antialias=True)
    window = Window(factor, *corner, 13, 10).frame(image)
    expected = _crop(resized, *corner, 13, 10, fill=0)
    assert (window.int() - expected.int()).abs().max() <= 1
    assert (window == expected).float().mean() > 0.99


@pytest.mark.parametrize("factor", [*FACTORS, Fraction(62, 55), Fraction(13, 29)])
def test_any_window_is_a_part_of_the_whole_frame_at_any_factor(factor):
    image = _image(67, 83)
    size = (int(67 * factor), int(83 * factor))
    whole = Window(factor, 0, 0, *size).frame(image)
    for top, left in ((0, 0), (1, 2), (9, 14), (size[0] - 11, size[1] - 12)):
        window = Window(factor, top, left, 11, 12).frame(image)
        assert (window.int() - whole[:, top : top + 11, left : left + 12].int()).abs().max() <= 1


@pytest.mark.parametrize(("size", "factor"), [((45, 85), Fraction(7, 5)), ((58, 29), Fraction(13, 29))])
def test_no_pixel_is_lost_to_rounding(size, factor):
    image = _image(*size)
    expected = TF.resize_image(image, [int(side * factor) for side in size], antialias=True)
    window = Window(factor, 0, 0, *expected.shape[-2:]).frame(image)
    assert (window.int() - expected.int()).abs().max() <= 1


@pytest.mark.parametrize("factor", [*FACTORS, Fraction(62, 55), Fraction(13, 29)])
def test_labels_are_those_at_the_centres_of_pixels(factor):
    labels = _image(23, 31)[0]
    top, left, fill = -1, 2, 255
    window = Window(factor, top, left, 14, 9).nearest(labels, fill)
    for y in range(14):
        for x in range(9):
            row, column = (int((2 * place + 1) / (2 * factor)) for place in (top + y, left + x))
            inside = 0 <= top + y < int(23 * factor) and 0 <= left + x < int(31 * factor)
            assert window[y, x] == (labels[row, column] if inside else fill)


def test_frames_and_labels_are_registered():
    labels = (torch.arange(48) // 16).to(torch.uint8).repeat(32, 1)  # three broad stripes
    window = Window(Fraction(3, 2), 5, 7, 20, 40)
    frame = window.frame((100 * labels).repeat(3, 1, 1))
    difference = (frame[0].int() - 100 * window.nearest(labels, 255).int()).abs()
    assert difference.max() <= 50  # at an edge, between the two classes
    assert (difference > 0).float().mean() < 0.1


def test_the_memory_order_of_the_frame_does_not_matter():
    image = _image(40, 56)
    window = Window(Fraction(9, 8), 3, 5, 20, 20)
    assert torch.equal(window.frame(image), window.frame(image.permute(1, 2, 0).contiguous().permute(2, 0, 1)))


def test_the_source_is_what_the_window_shows():
    assert Window(Fraction(1, 2), 3, -4, 5, 9).source(100, 200) == (slice(6, 16), slice(0, 10))
    assert Window(Fraction(9, 8), 10, 100, 20, 20).source(24, 100) == (slice(8, 24), slice(88, 100))


def test_the_filled_part_is_where_the_frame_is():
    frame = torch.full((3, 10, 20), 7, dtype=torch.uint8)
    for factor, top, left in ((Fraction(1, 2), -3, 4), (Fraction(3, 2), 12, -9), (Fraction(1), -1, -2)):
        window = Window(factor, top, left, 12, 9)
        rows, columns = window.filled(10, 20)
        filled = torch.zeros(12, 9, dtype=torch.bool)
        filled[rows, columns] = True
        assert torch.equal(window.frame(frame)[0] > 0, filled)
