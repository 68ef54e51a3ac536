import pytest
import torch

from mpvss.drawing import key_frame_tag, legend
from mpvss.types import VOID, ClassList

COLOURS = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0))
CLASSES = ClassList(("road", "sky", "a class with quite a long name", "dog"), COLOURS)
SIZE = (361, 479)


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


def test_the_key_tag_is_small_and_in_the_upper_right_corner():
    changed = (key_frame_tag(grey()) != 128).any(0)
    assert 0 < changed.sum() < 0.02 * changed.numel()
    assert not changed[SIZE[0] // 4 :].any()
    assert not changed[:, : SIZE[1] * 3 // 4].any()
