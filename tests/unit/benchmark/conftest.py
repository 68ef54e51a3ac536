import pytest
import torch

from mpvss.backbone import ConvBackbone
from mpvss.flow import FlowWidths, query_flow
from mpvss.propagation import MaskPropagation
from mpvss.segmentor import mask2former


class Clock:
    """A clock that only the test moves."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch):
    """The stopwatch's clock."""
    clock = Clock()
    monkeypatch.setattr("mpvss.benchmark.timing.perf_counter", clock)
    return clock


@pytest.fixture
def build():
    """Makes a narrow propagator with random weights; counts how often, and where."""

    def build_narrow():
        torch.manual_seed(0)
        backbone = ConvBackbone("test_resnet.r160_in1k", pretrained=False, freeze_batch_norm=False)
        segmentor = mask2former(
            backbone, num_classes=5, num_queries=7, dim=32, num_heads=2,
            encoder_layers=1, encoder_hidden_dim=32, decoder_layers=2, decoder_hidden_dim=32,
        )  # fmt: skip
        widths = FlowWidths(2, 32, encoder_channels=(8, 8, 8, 8, 8, 8), step_channels=(4, 4, 4, 4))
        flow = query_flow(7, 32, widths, num_stages=1)
        propagation = MaskPropagation(segmentor, flow)
        build_narrow.devices.append(next(propagation.parameters()).device.type)
        return propagation

    build_narrow.devices = []
    return build_narrow
