from importlib import import_module

import pytest
import torch

from mpvss.drawing import mark_errors
from mpvss.figures import frames_figure
from mpvss.propagation import PerFrame
from mpvss.types import VOID

SIZE = (160, 320)  # that of a cell, so that nothing is resized


@pytest.fixture
def frames():
    return torch.randint(0, 256, (3, 3, *SIZE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def painted(frame, labels, classes):
    colours = torch.tensor(classes.colours)[labels.long()].permute(2, 0, 1)
    return (frame + colours) / 2


def test_frames_truth_and_methods_stand_below_one_another(model, classes, sheets, frames):
    truth = torch.zeros(3, *SIZE, dtype=torch.uint8)
    truth[:, :, 160:] = 1
    methods = {"every frame": PerFrame(model.segmentor).eval(), "moved": model}
    frames_figure(methods, frames, classes, "Frames", truth, numbers=[7, 9, 11])
    rows, titles, captions = sheets[0]
    assert titles == ["frame 7, key frame", "frame 9", "frame 11"]
    assert captions == ["frame", "truth", "every frame", "moved"]
    inside = (..., slice(60, None), slice(200, 310))  # away from borders and what is written on the pictures
    for index in range(3):
        assert torch.equal(rows[0][index], frames[index])
        for row in (1, 2, 3):  # on the right all agree on dusk
            expected = painted(frames[index], truth[index], classes)
            assert (rows[row][index] - expected)[inside].abs().max() <= 1
    left = (..., slice(60, None), slice(10, 150))  # day is wrong there
    for row in (2, 3):
        assert torch.equal(rows[row][1][left], mark_errors(frames[1], torch.ones(SIZE, dtype=torch.bool))[left])


def test_every_method_starts_from_the_first_frame_and_sees_no_other_key_frame(model, classes, sheets, frames):
    frames_figure({"moved": model}, frames, classes)
    rows, _, captions = sheets[0]
    assert captions == ["frame", "moved"]
    between = (..., slice(60, None), slice(164, 172))  # the border is at 160, and at 176 once it has moved
    for index, label in enumerate([1, 3, 3]):
        expected = painted(frames[index], torch.full(SIZE, label), classes)
        assert (rows[1][index] - expected)[between].abs().max() <= 1


def test_void_is_neither_right_nor_wrong(model, classes, monkeypatch, frames):
    written = []
    module = import_module("mpvss.figures.frames_figure")  # the package's attribute of that name is the function
    monkeypatch.setattr(module, "tag", lambda picture, text, scale: written.append(text) or picture)
    truth = torch.full((3, *SIZE), VOID, dtype=torch.uint8)
    truth[1, 0, :3] = torch.tensor([3, 3, 0])  # of three labelled pixels, two are right
    frames_figure({"moved": model}, frames, classes, truth=truth)
    assert written == ["66.7 % right"]
