import pytest
import torch
from torch import nn

from mpvss.flow import CopyFlow
from mpvss.propagation import (
    BidirectionalPropagation,
    FeaturePropagation,
    MaskPropagation,
    PerFrame,
    PropagatorModule,
    ScoreFusion,
)
from mpvss.types import KeyState, Prediction, Segments


class Segmentor(nn.Module):
    """One query, whose mask is the red channel."""

    needs_labels = False

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, frame):
        masks = self.scale * frame[:, :1].float()
        return KeyState(Segments(torch.zeros(len(frame), 1, 3), masks), torch.zeros(len(frame), 1, 2), frame)

    def decode(self, pyramid, frame):
        return self(frame)


class Stay(PropagatorModule):
    """A method of its own: the key frame's segments again."""

    def step(self, state, frame, next_key=None):
        return Prediction(state.segments)


def every():
    return {
        "masks": MaskPropagation(Segmentor(), CopyFlow()),
        "bidirectional": BidirectionalPropagation(Segmentor(), CopyFlow()),
        "dff": FeaturePropagation(Segmentor(), CopyFlow()),
        "accel": ScoreFusion(Segmentor(), CopyFlow(), Segmentor(), 2),
        "per_frame": PerFrame(Segmentor()),
    }


@pytest.mark.parametrize(
    ("name", "looks_ahead", "propagates", "carries_masks"),
    [
        ("masks", False, True, True), ("bidirectional", True, True, True), ("dff", False, True, False),
        ("accel", False, True, False), ("per_frame", False, False, False),
    ],
)  # fmt: skip
def test_each_method_says_what_it_does(name, looks_ahead, propagates, carries_masks):
    method = every()[name]
    assert isinstance(method, PropagatorModule)
    assert (method.needs_next_key, method.propagates, method.carries_masks) == (looks_ahead, propagates, carries_masks)
    assert (method.flow is None) == (name == "per_frame")


def test_the_weights_have_the_names_of_their_parts():
    keys = {name: list(method.state_dict()) for name, method in every().items()}
    assert keys["masks"] == keys["bidirectional"] == keys["dff"] == keys["per_frame"] == ["segmentor.scale"]
    assert keys["accel"] == ["segmentor.scale", "update_segmentor.scale", "fuse.weight", "fuse.bias"]


def test_a_method_of_ones_own_writes_its_step_alone():
    method = Stay(Segmentor())
    frame = torch.randint(0, 256, (2, 3, 4, 5), dtype=torch.uint8)
    state = method.start(frame)
    assert torch.equal(method.step(state, frame).segments.mask_logits, frame[:, :1].float())
    assert (method.flow, method.propagates, method.needs_next_key) == (None, True, False)


def test_a_method_without_a_step_is_none():
    with pytest.raises(TypeError, match="abstract"):
        PropagatorModule(Segmentor())
