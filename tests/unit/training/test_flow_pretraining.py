import functools

import pytest
import torch
from torch import nn

from mpvss.criterion import FlowError
from mpvss.training.flow_pretraining import FlowPretraining
from mpvss.types import VOID, FramePair


class ConstantFlow(nn.Module):
    """A flow of (dx, dy) pixels of the frame everywhere, at a quarter and an eighth of the padded frame."""

    def __init__(self, dx, dy):
        super().__init__()
        self.displacement = nn.Parameter(torch.tensor([dx, dy]))

    def pyramid(self, key_frame, frame):
        height, width = (-(-side // 32) * 32 for side in frame.shape[-2:])
        return tuple(self.map(len(frame), height // stride, width // stride, stride) for stride in (4, 8))

    def forward(self, key_frame, frame, queries):
        return self.pyramid(key_frame, frame)[0][:, None]

    def map(self, batch, height, width, stride):
        return (self.displacement / stride).view(1, 2, 1, 1).expand(batch, 2, height, width)


def pair(flow=(3.0, -4.0), known=True):
    frame = torch.zeros(2, 3, 45, 70, dtype=torch.uint8)
    labels = torch.full((2, 45, 70), VOID, dtype=torch.uint8)
    target = torch.tensor(flow).view(1, 2, 1, 1).expand(2, 2, 45, 70)
    visible = torch.ones(2, 45, 70, dtype=torch.bool)
    return FramePair(frame, labels, frame, labels, torch.ones(2), target if known else None, visible if known else None)


def module(dx, dy):
    optimizer = functools.partial(torch.optim.AdamW, lr=0.1, weight_decay=0.0)
    scheduler = functools.partial(torch.optim.lr_scheduler.PolynomialLR, total_iters=10)
    return FlowPretraining(ConstantFlow(dx, dy), FlowError((0.5, 0.5)), optimizer, scheduler)


def logged(pretraining, batch):
    values = {}
    pretraining.log = lambda name, value, **_: values.update({name: value.item()})
    pretraining.validation_step(batch, 0)
    return values


def test_the_error_is_in_pixels_of_the_frame_beside_that_of_zero_flow():
    assert logged(module(3.0, -4.0), pair()) == pytest.approx({"val/EPE": 0.0, "val/zero_EPE": 5.0}, abs=1e-5)
    assert logged(module(3.0, 0.0), pair()) == pytest.approx({"val/EPE": 4.0, "val/zero_EPE": 5.0}, abs=1e-5)


def test_the_loss_is_least_at_the_true_flow_and_pulls_towards_it():
    losses = {}
    for dx in (2.0, 3.0):
        pretraining = module(dx, -4.0)
        pretraining.log = lambda *_, **__: None
        loss = pretraining.training_step(pair(), 0)
        loss.backward()
        losses[dx] = (loss.item(), pretraining.flow.displacement.grad[0].item())
    assert losses[3.0][0] == pytest.approx(0.0, abs=1e-3)
    assert losses[2.0][0] > losses[3.0][0]
    assert losses[2.0][1] < 0  # a step against the gradient moves 2 towards 3


def test_pairs_without_flow_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="data=synthetic_flow or data=flying_chairs"):
        module(0.0, 0.0).training_step(pair(known=False), 0)
