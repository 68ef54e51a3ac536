"""A model that is two linear layers and a threshold, and videos of noise, for all tests of evaluation."""

import pytest
import torch
from torch import nn

from mpvss.data import VideoSource
from mpvss.evaluation import Method, MethodRun
from mpvss.metrics import VideoMetrics
from mpvss.propagation import FixedInterval
from mpvss.types import ClassList, KeyState, Prediction, Segments

CLASSES, SIZE = 3, (13, 22)
MASK_SIZE = (4, 8)  # a quarter of 16x32, to which such a frame is padded


class Threshold(nn.Module):
    """A segmentor of two queries, dark and bright: 7 x 11 multiply-accumulates; counts its calls."""

    def __init__(self):
        super().__init__()
        self.large = nn.Linear(7, 11)
        self.calls = 0

    def forward(self, frame):
        self.calls += 1
        self.large(torch.zeros(len(frame), 7))
        dark = (frame[:, :1, ::4, ::4] < 128).float() * 20 - 10
        masks = torch.zeros(len(frame), 2, *MASK_SIZE)
        masks[:, :, : dark.shape[-2], : dark.shape[-1]] = torch.cat([dark, -dark], 1)
        class_logits = torch.tensor([[9.0, 0, 0, 0], [0, 9.0, 0, 0]]).expand(len(frame), -1, -1)
        return KeyState(Segments(class_logits, masks), torch.zeros(len(frame), 2, 4), frame)


class Shift(nn.Module):
    """A propagator: a frame is what its key frame was, `by` mask pixels to the left, for 3 x 5 multiply-accumulates."""

    needs_next_key = False

    def __init__(self, segmentor, by=1):
        super().__init__()
        self.segmentor, self.small, self.by = segmentor, nn.Linear(3, 5), by
        self.eval()

    def start(self, frame):
        return self.segmentor(frame)

    def step(self, state, frame, next_key=None):
        self.small(torch.zeros(len(frame), 3))
        classes, masks = state.segments
        return Prediction(Segments(classes, masks.roll(self.by, -1)))


class Ahead(Shift):
    """A frame past the middle is what the following key frame is, shifted to the right."""

    needs_next_key = True

    def step(self, state, frame, next_key=None):
        before = super().step(state, frame)
        if next_key is None:
            return before
        late = (next_key.position > 0.5)[:, None, None, None]
        after = next_key.state.segments.mask_logits.roll(-self.by, -1)
        masks = torch.where(late, after, before.segments.mask_logits)
        return Prediction(Segments(before.segments.class_logits, masks))


class Noise(VideoSource):
    """Videos of 5, 3 and 4 frames of noise with noisy labels."""

    classes = ClassList(("a", "b", "c"), ((0, 0, 0), (9, 9, 9), (99, 99, 99)))
    lengths = (5, 3, 4)

    def __len__(self):
        return len(self.lengths)

    def name(self, video):
        return f"clip{video}"

    def num_frames(self, video):
        return self.lengths[video]

    def read(self, video, frame):
        generator = torch.Generator().manual_seed(100 * video + frame)
        image = torch.randint(256, (3, *SIZE), dtype=torch.uint8, generator=generator)
        return image, torch.randint(CLASSES, SIZE, dtype=torch.uint8, generator=generator)


@pytest.fixture
def source():
    """Three videos."""
    return Noise()


@pytest.fixture
def make_propagator():
    """A function that makes a propagator on a segmentor, or on one of its own."""
    return lambda segmentor=None, by=1: Shift(segmentor or Threshold(), by).eval()


@pytest.fixture
def make_ahead():
    """A function that makes a propagator that looks ahead."""
    return lambda: Ahead(Threshold()).eval()


@pytest.fixture
def make_run():
    """A function that makes a run of a propagator at an interval."""

    def make(propagator, interval=2, name="some", writer=None):
        metrics = VideoMetrics(CLASSES, interval, lengths=(2,))
        return MethodRun(Method(name, propagator), FixedInterval(interval), metrics, writer)

    return make
