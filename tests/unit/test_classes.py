"""Colours are distinct, stable and visible."""

from itertools import combinations

import pytest

from mpvss.classes import default_colours


@pytest.mark.parametrize("num_classes", [1, 2, 124, 255])
def test_every_class_has_its_own_colour_in_range(num_classes):
    colours = default_colours(num_classes)
    assert len(set(colours)) == len(colours) == num_classes
    assert all(isinstance(value, int) and 0 <= value <= 255 for colour in colours for value in colour)


def test_fewer_classes_get_the_first_of_the_same_colours():
    assert default_colours(7) == default_colours(30)[:7]


def test_few_colours_are_far_apart():
    nearest = min(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for one, other in combinations(default_colours(12), 2)
    )
    assert nearest > 50


@pytest.mark.parametrize("num_classes", [0, 256])
def test_a_number_of_classes_that_labels_cannot_hold_is_refused(num_classes):
    with pytest.raises(ValueError, match=rf"1\.\.255; got {num_classes}"):
        default_colours(num_classes)
