import pytest
import torch

from mpvss.drawing import flow_to_rgb
from mpvss.figures import flow_figure
from mpvss.flow import CopyFlow
from mpvss.propagation import MaskPropagation

SIZE = (200, 400)  # that of a cell, so that nothing is resized


def frames():
    return torch.randint(0, 256, (2, 3, *SIZE), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_a_row_shows_both_frames_the_flow_the_truth_and_the_moved_key_frame(model, sheets):
    key_frame, frame = frames()
    true_flow = torch.tensor([16.0, 0.0])[:, None, None].expand(2, *SIZE)
    picture = flow_figure(model, key_frame, frame, "Flow", true_flow)
    (((row,), titles, _),) = sheets
    assert titles == ["key frame k", "frame j", "flow of the segments", "true flow", "key frame, moved by the flow"]
    assert torch.equal(row[0], key_frame)
    assert torch.equal(row[1], frame)
    flow_left = flow_to_rgb(torch.tensor([-16.0, 0.0])[:, None, None], 16.0)  # the longest of both flows is 16
    assert (row[2][:, :, :180] == flow_left).all()
    assert (row[3] == flow_to_rgb(torch.tensor([16.0, 0.0])[:, None, None], 16.0)).all()
    assert torch.equal(row[4][:, :, 16:180], key_frame[:, :, : 180 - 16])
    assert picture.dtype == torch.uint8
    assert picture.shape[0] == 3


def test_without_truth_there_is_no_column_for_it(model, sheets):
    flow_figure(model, *frames())
    assert "true flow" not in sheets[0][1]


def test_what_does_not_move_is_white_and_leaves_the_key_frame_as_it_is(model, sheets):
    key_frame, frame = frames()
    flow_figure(MaskPropagation(model.segmentor, CopyFlow()).eval(), key_frame, frame)
    row = sheets[0][0][0]
    assert (row[2] == 255).all()
    assert torch.equal(row[3], key_frame)


@pytest.mark.parametrize(("size", "cell"), [((50, 70), (286, 400)), ((480, 853), (225, 400))])
def test_cells_have_the_proportions_of_the_frame(model, sheets, size, cell):
    flow_figure(model, *torch.zeros(2, 3, *size, dtype=torch.uint8))
    assert {tuple(picture.shape[1:]) for picture in sheets[0][0][0]} == {cell}
