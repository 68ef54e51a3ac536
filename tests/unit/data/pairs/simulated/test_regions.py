"""Regions are connected, whole, of the right class and size."""

import pytest
import torch

from mpvss.data.pairs.simulated.regions import draw_regions
from mpvss.types import VOID

HEIGHT, WIDTH = 29, 41
EVERYTHING = (0.0, 1.0)


def _labels():
    """Ground of class 0 with two squares of class 1, an L of class 2, and a bar of class 3 at the edge."""
    labels = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    labels[3:8, 4:9] = 1
    labels[3:6, 20:23] = 1
    labels[12:22, 10:13] = 2
    labels[19:22, 10:24] = 2
    labels[10:14, 30:] = 3
    return labels


def _movable(*classes):
    movable = torch.zeros(256, dtype=torch.bool)
    movable[list(classes)] = True
    return movable


def _draw(labels, classes, count=9, area=EVERYTHING, seed=0):
    return draw_regions(labels, _movable(*classes), count, area, torch.Generator().manual_seed(seed))


def _flood(labels, row, column):
    """Return the pixels connected to one, over edges and corners, with a stack."""
    label, stack, region = labels[row, column], [(row, column)], set()
    while stack:
        row, column = stack.pop()
        inside = 0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]
        if (row, column) in region or not inside or labels[row, column] != label:
            continue
        region.add((row, column))
        stack.extend((row + dy, column + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    return region


def _pixels(region):
    return {(row + region.top, column + region.left) for row, column in region.mask.nonzero().tolist()}


def test_regions_are_those_of_a_flood_fill():
    labels = _labels()
    found = {frozenset(_pixels(region)) for region in _draw(labels, (1, 2))}
    assert found == {frozenset(_flood(labels, *start)) for start in ((3, 4), (3, 20), (12, 10))}


def test_the_box_is_tight():
    for region in _draw(_labels(), (1, 2)):
        rows, columns = zip(*_pixels(region), strict=True)
        assert region.box == (min(columns), min(rows), max(columns), max(rows))
        assert region.centre == ((min(columns) + max(columns)) / 2, (min(rows) + max(rows)) / 2)
        assert region.diameter**2 == pytest.approx(len(rows))


def test_what_touches_the_edge_is_not_whole():
    assert _draw(_labels(), (0, 3)) == []


def test_only_regions_in_size_are_drawn():
    # Of 29 * 41 pixels, the squares have 25 and 9, the L 10 * 3 + 3 * 11 = 63.
    total = HEIGHT * WIDTH
    for (least, largest), sizes in (((9, 9), [9]), ((10, 62), [25]), ((25, 63), [25, 63])):
        regions = _draw(_labels(), (1, 2), area=(least / total, largest / total))
        assert sorted(int(region.mask.sum()) for region in regions) == sizes


def test_no_more_regions_than_asked_for_and_not_always_the_same():
    drawn = [_draw(_labels(), (1, 2), count=1, seed=seed) for seed in range(20)]
    assert {len(regions) for regions in drawn} == {1}
    assert len({regions[0].box for regions in drawn}) == 3
    assert _draw(_labels(), (1, 2), count=0) == []


def test_void_and_classes_that_are_not_there_do_not_move():
    labels = torch.full((HEIGHT, WIDTH), 0, dtype=torch.uint8)
    labels[5:9, 5:9] = VOID
    assert _draw(labels, (1, VOID)) == []


def test_pieces_of_a_large_map_that_nearly_touch_hang_together():
    labels = torch.zeros(240, 317, dtype=torch.uint8)
    labels[100:120, 100:131] = 1
    labels[100:120, 132:150] = 1
    labels[100:120, 170:190] = 1
    regions = _draw(labels, (1,))
    assert sorted(region.box for region in regions) == [(100, 100, 149, 119), (170, 100, 189, 119)]
    for region in regions:
        assert torch.equal(region.mask, labels[100:120, region.left : region.box[2] + 1] == 1)
