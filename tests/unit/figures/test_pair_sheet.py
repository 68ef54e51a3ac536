"""A sheet of pairs shows both frames, what the flow makes of the first, and the labels."""

import pytest
import torch

from mpvss.drawing import flow_to_rgb, overlay
from mpvss.figures.pair_sheet import _TITLES, pair_sheet
from mpvss.types import ClassList, FramePair

CLASSES = ClassList(("sky", "road"), ((0, 0, 200), (200, 0, 0)))
HEIGHT, WIDTH = 24, 36


def _pair():
    """Return a pair whose frame shows the key frame two pixels further left."""
    generator = torch.Generator().manual_seed(0)
    key_frame = torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, 2, (HEIGHT, WIDTH), generator=generator, dtype=torch.uint8)
    flow = torch.zeros(2, HEIGHT, WIDTH)
    flow[0] = 2
    visible = torch.ones(HEIGHT, WIDTH, dtype=torch.bool)
    visible[:, -2:] = False
    return FramePair(key_frame, labels, key_frame.roll(-2, 2), labels.roll(-2, 1), torch.tensor(3), flow, visible)


def _cells(sheet, num_rows):
    """Find the pictures of each row: the only parts of the sheet of their size, from the bottom right."""
    gap = (sheet.shape[2] - len(_TITLES) * WIDTH) // (len(_TITLES) + 1)
    rows = []
    for top in range(sheet.shape[1] - HEIGHT + 1):
        cells = [
            sheet[:, top : top + HEIGHT, gap + index * (WIDTH + gap) :][:, :, :WIDTH] for index in range(len(_TITLES))
        ]
        if torch.equal(cells[0], _pair().key_frame):
            rows.append(cells)
    assert len(rows) == num_rows
    return rows


def test_every_row_shows_its_pair():
    pair = _pair()
    rows = _cells(pair_sheet([pair, pair], CLASSES, cell_width=WIDTH), num_rows=2)
    for key_frame, frame, warped, flow, key_labels, labels in rows:
        assert torch.equal(key_frame, pair.key_frame)
        assert torch.equal(frame, pair.frame)
        assert torch.equal(warped[:, :, :-2], pair.frame[:, :, :-2])
        assert warped[:, :, -2:].eq(0).all()
        assert torch.equal(flow[:, :, :-2], flow_to_rgb(pair.flow)[:, :, :-2])
        assert torch.equal(key_labels, overlay(pair.key_frame, pair.key_labels, CLASSES.colours))
        assert torch.equal(labels, overlay(pair.frame, pair.labels, CLASSES.colours))


def test_a_pair_of_which_nothing_is_visible_is_drawn():
    pair = _pair()
    hidden = pair._replace(visible=torch.zeros_like(pair.visible))
    ((_, _, warped, flow, _, _),) = _cells(pair_sheet([hidden], CLASSES, cell_width=WIDTH), num_rows=1)
    assert warped.eq(0).all()
    assert flow.eq(255).all()


def test_pairs_without_flow_are_refused():
    with pytest.raises(ValueError, match=r"data\.flow=true"):
        pair_sheet([_pair()._replace(flow=None, visible=None)], CLASSES)
