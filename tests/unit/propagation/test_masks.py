import pytest
import torch

from mpvss.flow import CopyFlow
from mpvss.propagation import MaskPropagation
from mpvss.types import KeyState, Segments


def key_state(frame):
    segments = [Segments(torch.randn(1, 4, 3), torch.randn(1, 4, 16, 24)) for _ in range(3)]
    return KeyState(segments[-1], torch.randn(1, 4, 8), frame, None, tuple(segments[:-1]))


def shift_right(key_frame, frame, queries):
    """A flow at 1/8 that reads half a pixel to the right: one pixel of the mask logits at 1/4."""
    return torch.tensor([0.5, 0.0]).view(1, 1, 2, 1, 1).expand(1, 4, 2, 8, 12)


def test_masks_of_every_layer_follow_the_flow_and_classes_stay():
    torch.manual_seed(0)
    frame = torch.zeros(1, 3, 61, 90, dtype=torch.uint8)
    state = key_state(frame)
    prediction = MaskPropagation(key_state, shift_right).step(state, frame)
    assert len(prediction.auxiliary) == 2
    pairs = zip((prediction.segments, *prediction.auxiliary), (state.segments, *state.auxiliary), strict=True)
    for moved, before in pairs:
        assert torch.equal(moved.class_logits, before.class_logits)
        torch.testing.assert_close(moved.mask_logits[..., :-1], before.mask_logits[..., 1:])


def test_copying_gives_exactly_the_key_masks():
    frame = torch.zeros(1, 3, 61, 90, dtype=torch.uint8)
    state = key_state(frame)
    moved = MaskPropagation(key_state, CopyFlow()).step(state, frame)
    assert torch.equal(moved.segments.mask_logits, state.segments.mask_logits)


def test_frames_of_different_size_are_refused():
    frame = torch.zeros(1, 3, 61, 90, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r"\(1, 3, 61, 90\); got \(1, 3, 64, 90\)"):
        MaskPropagation(key_state, CopyFlow()).step(key_state(frame), torch.zeros(1, 3, 64, 90, dtype=torch.uint8))
