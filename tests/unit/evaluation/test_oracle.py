import pytest
import torch

from mpvss.evaluation import GroundTruth
from mpvss.flow import CopyFlow
from mpvss.propagation import MaskPropagation, label_map
from mpvss.types import VOID, Prediction

SIZE = (37, 45)  # padded to 64x64


@pytest.fixture
def shown():
    """Two frames with labels of single pixels, which masks at a quarter of the size would lose."""
    torch.manual_seed(0)
    frames = torch.randint(256, (2, 3, *SIZE), dtype=torch.uint8)
    labels = torch.randint(1, 5, (2, *SIZE), dtype=torch.uint8)
    labels[0, :3] = VOID
    segmentor = GroundTruth(num_classes=5)
    segmentor.begin(frames, labels)
    return segmentor, frames, labels


def test_a_frame_is_labelled_as_it_was_shown_and_void_is_class_0(shown):
    segmentor, frames, labels = shown
    for index in (1, 0):
        state = segmentor(frames[index][None])
        expected = torch.where(labels[index] == VOID, 0, labels[index])
        assert torch.equal(label_map(Prediction(state.segments), SIZE)[0], expected)
    assert torch.equal(label_map(Prediction(segmentor(frames).segments), SIZE)[1], labels[1])


def test_copied_masks_are_the_key_frames_pixel_by_pixel(shown):
    segmentor, frames, labels = shown
    propagator = MaskPropagation(segmentor, CopyFlow())
    prediction = propagator.step(propagator.start(frames[1:]), frames[:1])
    assert torch.equal(label_map(prediction, SIZE)[0], labels[1])


def test_masks_move_along_flow_and_beyond_the_frame_continue_its_border(shown):
    segmentor, frames, labels = shown

    def down_and_right(key_frame, frame, queries):
        return torch.tensor([3.0, 5.0]).view(1, 1, 2, 1, 1).expand(1, 1, 2, 64, 64)

    propagator = MaskPropagation(segmentor, down_and_right)
    moved = label_map(propagator.step(propagator.start(frames[1:]), frames[:1]), SIZE)[0]
    assert torch.equal(moved[:-5, :-3], labels[1, 5:, 3:])
    assert torch.equal(moved[-5:, :-3], labels[1, -1:, 3:].expand(5, -1))


def test_a_frame_that_was_not_shown_is_refused(shown):
    segmentor, frames, _ = shown
    with pytest.raises(ValueError, match="this one was not among them"):
        segmentor(frames[:1] + 1)
