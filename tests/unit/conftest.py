"""Propagators whose labels can be computed by hand."""

import pytest
import torch
from torch import Tensor, nn

from mpvss.types import ClassList, KeyState, NextKey, Prediction, Segments

NUM_CLASSES = 4


class BrightnessPropagator(nn.Module):
    """Labels a key frame by its brightness // 64, another by the mean brightness of the key frame and itself // 64.

    The flow of query n is (n, 10 n) everywhere, at 1/8 of the padded frame.
    """

    needs_next_key = False

    def __init__(self) -> None:
        super().__init__()
        self.step_batches: list[int] = []
        self.eval()

    def start(self, frame: Tensor) -> KeyState:
        return KeyState(self._segments(frame.float()), torch.zeros(len(frame), NUM_CLASSES, 3), frame)

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        assert len(state.frame) == len(frame)
        assert len(state.segments.mask_logits) == len(frame)
        self.step_batches.append(len(frame))
        segments = self._segments((state.frame.float() + frame.float()) / 2)
        height, width = (side // 2 for side in segments.mask_logits.shape[-2:])
        per_query = torch.arange(NUM_CLASSES)[:, None] * torch.tensor([1.0, 10.0])
        return Prediction(segments, per_query[:, :, None, None].expand(len(frame), -1, -1, height, width))

    def _segments(self, brightness: Tensor) -> Segments:
        batch, _, height, width = brightness.shape
        label = brightness[:, 0, 0, 0] // 64
        match = (label[:, None] == torch.arange(NUM_CLASSES)).float() * 20 - 10
        rows, columns = (-(-side // 16) * 4 for side in (height, width))
        class_logits = 10 * torch.eye(NUM_CLASSES, NUM_CLASSES + 1).expand(batch, -1, -1)
        return Segments(class_logits, match[..., None, None].expand(-1, -1, rows, columns).contiguous())


class LookingAhead(BrightnessPropagator):
    """Labels a frame between two key frames by their interpolated brightness // 64, others as above; without flow."""

    needs_next_key = True

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        if next_key is None:
            return super().step(state, frame)
        assert len(state.frame) == len(frame) == len(next_key.state.frame) == len(next_key.position)
        self.step_batches.append(len(frame))
        later = next_key.position[:, None, None, None]
        return Prediction(self._segments((1 - later) * state.frame + later * next_key.state.frame))


@pytest.fixture
def looking_ahead() -> LookingAhead:
    return LookingAhead()


@pytest.fixture
def propagator() -> BrightnessPropagator:
    return BrightnessPropagator()


@pytest.fixture
def classes() -> ClassList:
    return ClassList(("night", "dusk", "dawn", "day"), ((20, 20, 90), (160, 60, 60), (240, 160, 60), (250, 240, 120)))
