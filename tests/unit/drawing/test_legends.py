import math

import pytest
import torch

from mpvss.drawing import class_legend, flow_to_rgb, flow_wheel, key_frame_tag, legend
from mpvss.types import VOID, ClassList

COLOURS = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0))
CLASSES = ClassList(("road", "sky", "a class with quite a long name", "dog"), COLOURS)
SIZE = (361, 479)
SKY_CLASSES = ClassList(("road", "a very long name", "sky"), ((200, 10, 10), (10, 200, 10), (10, 10, 200)))
RADIUS = 40


def grey(size=SIZE):
    return torch.full((3, *size), 128, dtype=torch.uint8)


def swatches(image):
    """The class colours that occur in a picture, from top to bottom."""
    rows = {}
    for index, colour in enumerate(COLOURS):
        hits = (image == torch.tensor(colour, dtype=torch.uint8)[:, None, None]).all(0).any(1).nonzero()
        if len(hits):
            rows[index] = int(hits[0])
    return sorted(rows, key=rows.__getitem__)


def labels_with_areas(areas, size=SIZE):
    """The first rows of a label map get `areas[c]` rows of class c, the rest is VOID."""
    labels = torch.full(size, VOID, dtype=torch.uint8)
    row = 0
    for label, rows in areas.items():
        labels[row : row + rows] = label
        row += rows
    return labels


def test_the_classes_present_are_shown_in_label_order():
    assert swatches(legend(grey(), labels_with_areas({3: 50, 0: 20, 1: 90}), CLASSES)) == [0, 1, 3]


def test_only_the_largest_classes_are_shown():
    labels = labels_with_areas({0: 20, 1: 90, 2: 60, 3: 50})
    assert swatches(legend(grey(), labels, CLASSES, limit=2)) == [1, 2]


def test_the_legend_stays_in_the_upper_left_quarter():
    drawn = legend(grey(), labels_with_areas({0: 20, 1: 90, 2: 60, 3: 50}), CLASSES)
    changed = (drawn != 128).any(0)
    assert changed.any()
    assert not changed[SIZE[0] // 2 + 1 :].any()
    assert not changed[:, SIZE[1] // 2 + 1 :].any()


def test_the_legend_grows_with_the_picture():
    small, large = (
        (legend(grey(size), labels_with_areas({1: 9}, size), CLASSES) != 128).any(0).sum()
        for size in (SIZE, (1083, 1437))
    )
    assert large > 5 * small


@pytest.mark.parametrize("size", [(1, 1), (9, 7), (30, 40), (40, 3)])
def test_pictures_too_small_for_text_stay_without(size):
    assert torch.equal(legend(grey(size), labels_with_areas({1: size[0]}, size), CLASSES), grey(size))
    assert torch.equal(key_frame_tag(grey(size)), grey(size))


def test_nothing_is_drawn_where_nothing_is_known():
    assert torch.equal(legend(grey(), labels_with_areas({}), CLASSES), grey())


def test_neither_drawing_touches_its_input():
    image = grey()
    legend(image, labels_with_areas({1: 9}), CLASSES)
    key_frame_tag(image)
    assert torch.equal(image, grey())


def test_the_key_frame_tag_is_small_and_in_the_upper_right_corner():
    changed = (key_frame_tag(grey()) != 128).any(0)
    assert 0 < changed.sum() < 0.02 * changed.numel()
    assert not changed[SIZE[0] // 4 :].any()
    assert not changed[:, : SIZE[1] * 3 // 4].any()


def shows(drawn, colour):
    return (drawn == torch.tensor(colour, dtype=torch.uint8)[:, None, None]).all(0).sum() > 50


def test_the_classes_that_occur_are_shown_in_their_colours():
    drawn = class_legend([torch.tensor([[0, VOID]]), torch.tensor([[2]])], SKY_CLASSES, 400)
    assert [bool(shows(drawn, colour)) for colour in SKY_CLASSES.colours] == [True, False, True]
    assert drawn.shape[2] == 400


def test_names_that_do_not_fit_go_to_the_next_line():
    labels = [torch.tensor([[0, 1, 2]])]
    assert class_legend(labels, SKY_CLASSES, 120).shape[1] == 3 * class_legend(labels, SKY_CLASSES, 900).shape[1]


@pytest.mark.parametrize("with_errors", [True, False])
def test_the_hatching_of_errors_is_named_where_it_is_used(with_errors):
    plain, drawn = (
        class_legend([torch.tensor([[0]])], SKY_CLASSES, 400, with_errors=flag) for flag in (False, with_errors)
    )
    assert torch.equal(plain, drawn) != with_errors


def test_every_point_of_the_disc_has_the_colour_of_flow_from_the_centre_to_it():
    wheel = flow_wheel(RADIUS)
    middle_y, middle_x = wheel.shape[1] // 2, wheel.shape[2] // 2
    for degrees in range(0, 360, 15):
        for length in (0, 0.5 * RADIUS, 0.9 * RADIUS):
            x, y = (round(length * f(math.radians(degrees))) for f in (math.cos, math.sin))
            expected = flow_to_rgb(torch.tensor([x, y])[:, None, None].float(), RADIUS)[:, 0, 0]
            assert torch.equal(wheel[:, middle_y + y, middle_x + x], expected)


def test_the_four_directions_are_named_around_it():
    wheel = flow_wheel(RADIUS)
    middle_y, middle_x = wheel.shape[1] // 2, wheel.shape[2] // 2
    dark = (wheel < 120).all(0)
    for rows, columns in (
        (slice(0, middle_y - RADIUS), slice(middle_x - 20, middle_x + 20)),
        (slice(middle_y + RADIUS, None), slice(middle_x - 20, middle_x + 20)),
        (slice(middle_y - 10, middle_y + 10), slice(0, middle_x - RADIUS)),
        (slice(middle_y - 10, middle_y + 10), slice(middle_x + RADIUS + 1, None)),
    ):
        assert dark[rows, columns].any()
